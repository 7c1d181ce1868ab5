use crate::codes::Code;
use serde::{Deserialize, Serialize};
use types::settings::{CountsFrom, Period};

/// How calls are counted at the whole site.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct RegisterRules {
    /// The last 24 hours, 7 days, 30 days instead of the calendar's.
    pub rolling: bool,
    /// 0 is Monday.
    pub week_start: u8,
    pub counts_from: Code<CountsFrom>,
    /// What is left is told before each call.
    pub tell_left: bool,
    /// A number with more than so many calls, or callers, in a period is an alert.
    pub frequent_calls: Option<u32>,
    pub frequent_inmates: Option<u32>,
    pub frequent_period: Code<Period>,
}
