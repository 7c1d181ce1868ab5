use crate::codes::Code;
use serde::{Deserialize, Serialize};
use types::credential::{ConfirmBy, IdentifyBy};

/// How callers at a phone say who they are, and whether an officer confirms their calls.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct PhoneIdentity {
    pub by: Code<IdentifyBy>,
    pub officer: Code<ConfirmBy>,
    /// How long a call waits for an officer.
    pub wait_seconds: u16,
}
