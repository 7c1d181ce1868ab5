use serde::{Deserialize, Serialize};

/// When numbers that fit may be called.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct TimeRestricted {
    /// Monday first; 96 quarter hours a day, the first in the lowest bit of the first byte.
    /// A set bit is an open quarter hour.
    pub open: [[u8; 12]; 7],
}
