use crate::codes::Code;
use serde::{Deserialize, Serialize};
use types::disposition::FraudKind;

/// Fraud on calls to a number, whoever called. Instants are UTC in milliseconds.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct FraudCount {
    /// When each happened that still counts, oldest first.
    pub three_way: Vec<i64>,
    pub extra_digits: Vec<i64>,
    pub block: Option<NumberBlock>,
}

/// Why and since when the number is blocked.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct NumberBlock {
    pub kind: Code<FraudKind>,
    pub from_utc_ms: i64,
    /// `None` is until somebody lifts it.
    pub until_utc_ms: Option<i64>,
}
