use crate::codes::Code;
use serde::{Deserialize, Serialize};

/// The type of calls to numbers with this beginning.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct CallType {
    pub call_type: Code<types::phone_number::CallType>,
}
