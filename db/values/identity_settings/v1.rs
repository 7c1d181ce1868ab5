use serde::{Deserialize, Serialize};

/// What holds for the whole site of who calls and who confirms.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct IdentitySettings {
    /// With 0 a `#` or a pause ends them.
    pub id_length: u8,
    pub passcode_length: u8,
    pub code_length: u8,
    /// Privileged calls need an officer as others do.
    pub officer_for_privileged: bool,
}
