use super::v1;
use crate::values::{DisabledV1, StepsV1};
use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Inmate {
    /// The facility's own id.
    pub facility_id: String,
    pub name: String,
    /// The hash of the PIN, if one is given out.
    pub pin: Option<[u8; 32]>,
    // Since version 2.
    /// The group the inmate lives in.
    pub living_unit: Option<u16>,
    /// 1-99.
    pub class: Option<u8>,
    /// 1-9.
    pub supervision: Option<u8>,
    /// Each call is told to an officer.
    pub watched: bool,
    pub suspended: DisabledV1,
    /// Only booked calls.
    pub booked_only: bool,
    pub longest_seconds: Option<u32>,
    pub enrolled: StepsV1,
    /// What an officer is told when the inmate calls next, once.
    pub note_for_next_call: Option<String>,
}

impl From<v1::Inmate> for Inmate {
    fn from(old: v1::Inmate) -> Inmate {
        Inmate {
            facility_id: old.facility_id,
            name: old.name,
            pin: old.pin,
            living_unit: None,
            class: None,
            supervision: None,
            watched: false,
            suspended: DisabledV1 {
                disabled: false,
                until_utc_ms: None,
            },
            booked_only: false,
            longest_seconds: None,
            enrolled: StepsV1::default(),
            note_for_next_call: None,
        }
    }
}
