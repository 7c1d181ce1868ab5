use serde::{Deserialize, Serialize};

/// Numbers on a list that is attached to some inmates; its key says whether they are blocked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct ListEntry {
    pub note: String,
}
