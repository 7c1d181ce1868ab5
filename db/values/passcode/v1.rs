use serde::{Deserialize, Serialize};

/// The hash of an inmate's passcode, which holds for that inmate alone.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Passcode {
    pub hash: [u8; 32],
}
