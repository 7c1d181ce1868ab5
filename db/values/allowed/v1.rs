use serde::{Deserialize, Serialize};

/// Calls to numbers that fit are allowed for every caller.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Allowed {
    pub untimed: bool,
    pub privileged: bool,
    pub note: String,
}
