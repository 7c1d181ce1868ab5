use crate::codes::Code;
use serde::{Deserialize, Serialize};
use types::phone_number::CallType;

/// What may be called from the phones that go by it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct LineTreatment {
    pub name: String,
    /// The first that fits decides.
    pub rules: Vec<LineRule>,
    /// Whether a call that no rule fits may be placed.
    pub others: bool,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct LineRule {
    /// `None` is every type.
    pub call_types: Option<Vec<Code<CallType>>>,
    /// Patterns; `None` is any number.
    pub numbers: Option<Vec<String>>,
    /// A bit each from Monday on.
    pub days: u8,
    /// For privileged calls alone.
    pub privileged_only: bool,
    pub allowed: bool,
    /// The call treatment of what is allowed.
    pub treatment: Option<u16>,
}
