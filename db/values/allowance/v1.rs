use serde::{Deserialize, Serialize};

/// What an inmate may use: in a day, a week, a month. `None` is without limit.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Allowance {
    pub calls: [Option<u32>; 3],
    pub minutes: [Option<u32>; 3],
    /// From the end of a call to the screening of the next.
    pub between_seconds: Option<u32>,
}
