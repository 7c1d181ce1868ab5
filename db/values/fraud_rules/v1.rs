use serde::{Deserialize, Serialize};

/// When the fraud on calls to a number blocks it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct FraudRules {
    /// At so many within the period; `None` is never.
    pub three_way_times: Option<u16>,
    pub three_way_period_seconds: u32,
    pub extra_digits_times: Option<u16>,
    pub extra_digits_period_seconds: u32,
    /// `None` is until somebody lifts it.
    pub block_seconds: Option<u32>,
}
