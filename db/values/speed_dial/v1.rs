use serde::{Deserialize, Serialize};

/// What a two-digit code stands for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct SpeedDial {
    /// As it would be dialed, prefix included.
    pub dialed: String,
}
