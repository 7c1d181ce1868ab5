use serde::{Deserialize, Serialize};

/// Numbers that can't be put on a PIN's list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct EntryRestricted {
    pub reason: String,
}
