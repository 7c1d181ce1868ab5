use serde::{Deserialize, Serialize};

/// When phones are in service. 96 quarter hours a day, the first in the lowest bit of the first
/// byte; a set bit is in service.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Schedule {
    pub name: String,
    pub weekday: [u8; 12],
    pub weekend: [u8; 12],
    pub holiday: [u8; 12],
}
