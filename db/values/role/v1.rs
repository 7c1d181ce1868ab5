use crate::values::RightsV1;
use serde::{Deserialize, Serialize};

/// What accounts of a kind may do.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Role {
    pub name: String,
    pub rights: RightsV1,
}
