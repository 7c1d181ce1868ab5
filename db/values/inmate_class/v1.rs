use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct InmateClass {
    pub name: String,
    /// The longest call, whatever the duration class says.
    pub longest_seconds: Option<u32>,
    /// Only booked calls.
    pub booked_only: bool,
}
