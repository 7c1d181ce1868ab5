use crate::values::CallIdV1;
use serde::{Deserialize, Serialize};

/// The open call that holds a PIN.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct PinInUse {
    pub line: u16,
    pub call: CallIdV1,
}
