use crate::values::DisabledV1;
use serde::{Deserialize, Serialize};

/// One number of one PIN's list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct PinNumber {
    pub untimed: bool,
    pub privileged: bool,
    pub disabled: DisabledV1,
}
