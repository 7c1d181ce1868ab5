use crate::codes::Code;
use serde::{Deserialize, Serialize};
use types::phone_number::{CallType, DialingPattern};

/// A handset and what may be done from it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Phone {
    pub name: String,
    pub in_service: bool,
    pub pin_required: bool,
    /// 1-5.
    pub duration_class: u8,
    /// All calls from here are privileged.
    pub privileged: bool,
    /// `None` is every type.
    pub call_types: Option<Vec<Code<CallType>>>,
    /// `None` is every pattern.
    pub patterns: Option<Vec<Code<DialingPattern>>>,
}
