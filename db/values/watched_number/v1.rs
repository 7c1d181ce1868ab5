use serde::{Deserialize, Serialize};

/// Calls to numbers that fit are told to an officer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct WatchedNumber {
    pub note: String,
}
