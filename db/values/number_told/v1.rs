use serde::{Deserialize, Serialize};

/// When an officer was last told that a number is called often.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct NumberTold {
    pub told_utc_ms: i64,
}
