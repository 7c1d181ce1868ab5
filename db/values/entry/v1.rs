use serde::{Deserialize, Serialize};

/// One entry of the journal.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Entry {
    pub utc_ms: i64,
    /// Who: `system`, `line 3`, or an administrator's name.
    pub actor: String,
    /// What kind of thing was changed.
    pub noun: String,
    /// Which one.
    pub subject: String,
    pub change: String,
    /// BLAKE3 of the key and bytes of the entry before; zeroes in the first.
    pub previous: [u8; 32],
}
