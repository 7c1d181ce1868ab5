use serde::{Deserialize, Serialize};

/// Which inmate an index entry leads to.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct InmateRef {
    pub inmate: u32,
}
