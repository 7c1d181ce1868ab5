use super::v1;
use crate::values::DisabledV1;
use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Pin {
    pub inmate: u32,
    pub disabled: DisabledV1,
    /// 1-5; `None` is the class of the phone that is used.
    pub duration_class: Option<u8>,
    /// ISO 639-1.
    pub language: Option<[u8; 2]>,
    // Since version 2, UTC in ms.
    /// Not valid before this instant.
    pub valid_from_utc_ms: Option<i64>,
    /// Not valid from this instant on.
    pub valid_to_utc_ms: Option<i64>,
}

impl From<v1::Pin> for Pin {
    fn from(old: v1::Pin) -> Pin {
        Pin {
            inmate: old.inmate,
            disabled: old.disabled,
            duration_class: old.duration_class,
            language: old.language,
            valid_from_utc_ms: None,
            valid_to_utc_ms: None,
        }
    }
}
