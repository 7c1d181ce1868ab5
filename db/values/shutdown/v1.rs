use serde::{Deserialize, Serialize};

/// An officer's word that a phone, a group or everything is out of service.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Shutdown {
    pub since_utc_ms: i64,
    pub actor: String,
}
