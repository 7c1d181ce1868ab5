use serde::{Deserialize, Serialize};

/// The value of an index whose key says everything.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Unit;
