use serde::{Deserialize, Serialize};

/// A part of the facility, such as a living unit.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Group {
    pub name: String,
    /// The group it is a part of; `None` is the facility itself.
    pub parent: Option<u16>,
}
