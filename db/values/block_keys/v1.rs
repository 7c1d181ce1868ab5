use serde::{Deserialize, Serialize};

/// The keys by which a called party refuses all further calls; `None` is not offered.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct BlockKeys {
    pub inmate: Option<u8>,
    pub facility: Option<u8>,
}
