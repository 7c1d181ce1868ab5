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
}
