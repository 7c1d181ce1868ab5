use serde::{Deserialize, Serialize};

/// Calls to numbers that fit are blocked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Restricted {
    pub note: String,
}
