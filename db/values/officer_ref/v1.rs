use serde::{Deserialize, Serialize};

/// Whose id, or whose code, it is.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct OfficerRef {
    pub officer: u32,
}
