use serde::{Deserialize, Serialize};

/// By what an officer logs in, and as what.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Account {
    /// Its hash, as a PHC string.
    pub password: String,
    pub role: u16,
    /// The groups it is bound to; none is the whole facility.
    pub groups: Vec<u16>,
    pub active: bool,
    /// Somebody else set the password.
    pub must_change: bool,
    /// When the password was set, UTC in milliseconds.
    pub changed_utc_ms: i64,
}
