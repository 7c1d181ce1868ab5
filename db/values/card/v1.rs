use crate::{codes::Code, keys::HolderKind};
use serde::{Deserialize, Serialize};

/// A card, and whose it is or was.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Card {
    pub holder: Code<HolderKind>,
    /// The inmate's number, or the officer's.
    pub number: u32,
    /// Taken for nobody's: lost, or replaced.
    pub disabled: bool,
    pub note: String,
    pub given_utc_ms: i64,
}
