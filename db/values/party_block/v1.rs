use crate::values::CallIdV1;
use serde::{Deserialize, Serialize};

/// A called party refused all further calls: of the key's inmate, or of every one.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct PartyBlock {
    pub utc_ms: i64,
    /// The call on which the called party said so.
    pub call: CallIdV1,
    /// How many of the number's digits the exchange may have connected already, where its length is
    /// open; else all.
    pub least_digits: u8,
}
