use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Inmate {
    /// The facility's own id.
    pub facility_id: String,
    pub name: String,
    /// The hash of the PIN, if one is given out.
    pub pin: Option<[u8; 32]>,
}
