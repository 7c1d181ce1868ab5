use crate::codes::Code;
use serde::{Deserialize, Serialize};
use types::{treatment::Brand, verdict::Handling};

/// How calls of a type are treated, where nothing more specific says so.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct CallTypeRule {
    pub treatment: Option<u16>,
    pub handling: Option<Code<Handling>>,
    pub brand: Option<Code<Brand>>,
}
