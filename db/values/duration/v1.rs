use serde::{Deserialize, Serialize};

/// The longest call of one class and call type, in seconds.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Duration {
    pub weekday: u32,
    pub weekend: u32,
    pub holiday: u32,
}
