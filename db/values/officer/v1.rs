use serde::{Deserialize, Serialize};

/// Somebody who may confirm calls.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Officer {
    /// The facility's own id.
    pub id: String,
    pub name: String,
    pub active: bool,
    /// The hash of the code, if one is given out.
    pub code: Option<[u8; 32]>,
}
