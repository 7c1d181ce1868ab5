use super::v1::{self, ExtraDigits};
use crate::codes::Code;
use serde::{Deserialize, Serialize};
use types::{
    treatment::{Brand, ThreeWayResponse},
    verdict::Handling,
};

/// What a call treatment says; `None` is as the site's has it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct CallTreatment {
    pub name: String,
    pub handling: Option<Code<Handling>>,
    pub three_way: Option<Code<ThreeWayResponse>>,
    pub extra_digits: Option<ExtraDigits>,
    /// Seconds between two announcements; 0 is never.
    pub origin_every: Option<u32>,
    pub remaining_every: Option<u32>,
    pub brand: Option<Code<Brand>>,
    pub record: Option<bool>,
    pub limit: Option<u32>,
    pub announce_limit: Option<bool>,
    // Since version 2.
    /// The called party must accept a call that is not collect.
    pub acceptance: Option<bool>,
    /// Said to who is asked to accept.
    pub say_carrier: Option<bool>,
    pub three_way_notice: Option<bool>,
    /// Both parties are told before the call is cut for fraud.
    pub word_before_cut: Option<bool>,
}

impl From<v1::CallTreatment> for CallTreatment {
    fn from(old: v1::CallTreatment) -> CallTreatment {
        CallTreatment {
            name: old.name,
            handling: old.handling,
            three_way: old.three_way,
            extra_digits: old.extra_digits,
            origin_every: old.origin_every,
            remaining_every: old.remaining_every,
            brand: old.brand,
            record: old.record,
            limit: old.limit,
            announce_limit: old.announce_limit,
            acceptance: None,
            say_carrier: None,
            three_way_notice: None,
            word_before_cut: None,
        }
    }
}
