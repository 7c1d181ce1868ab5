use serde::{Deserialize, Serialize};

/// Whose database this is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Meta {
    pub site: u32,
    pub created_utc_ms: i64,
    /// Tells whether a site key is the one that the PINs were hashed with.
    pub key_check: [u8; 16],
}
