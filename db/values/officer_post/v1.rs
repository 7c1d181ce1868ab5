use serde::{Deserialize, Serialize};

/// Whether an officer must be present at a group's phones, and is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct OfficerPost {
    /// Calls only while one is.
    pub needed: bool,
    /// Present up to this instant, UTC in milliseconds.
    pub until_utc_ms: Option<i64>,
}
