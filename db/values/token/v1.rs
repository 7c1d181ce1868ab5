use crate::values::RightsV1;
use serde::{Deserialize, Serialize};

/// By what a script acts for an officer. Instants are UTC in milliseconds.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Token {
    pub officer: u32,
    pub name: String,
    pub rights: RightsV1,
    /// The groups it is bound to; none is those of the account.
    pub groups: Vec<u16>,
    pub made_utc_ms: i64,
    pub expires_utc_ms: i64,
}
