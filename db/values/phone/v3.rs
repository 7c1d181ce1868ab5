use super::{v1, v2};
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
    /// 1-5, since version 2; `None` is always.
    pub schedule: Option<u8>,
    /// The number of a line treatment, since version 3.
    pub line_treatment: Option<u16>,
}

impl From<v2::Phone> for Phone {
    fn from(old: v2::Phone) -> Phone {
        Phone {
            name: old.name,
            in_service: old.in_service,
            pin_required: old.pin_required,
            duration_class: old.duration_class,
            privileged: old.privileged,
            call_types: old.call_types,
            patterns: old.patterns,
            schedule: old.schedule,
            line_treatment: None,
        }
    }
}

impl From<v1::Phone> for Phone {
    fn from(old: v1::Phone) -> Phone {
        v2::Phone::from(old).into()
    }
}
