use serde::{Deserialize, Serialize};

/// When calls may be made: seven days of 96 quarter hours, Monday first, the first quarter hour in
/// the lowest bit of the first byte; a set bit is open.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Window {
    pub open: [[u8; 12]; 7],
}
