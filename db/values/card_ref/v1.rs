use serde::{Deserialize, Serialize};

/// The card that somebody was given last, by its hash.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct CardRef {
    pub card: [u8; 32],
}
