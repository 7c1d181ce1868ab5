use crate::codes::{Code, codes};
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
}

/// What becomes of keys after outpulsing.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct ExtraDigits {
    pub response: Code<ExtraDigitKind>,
    /// From how many on; 0 where the response has none.
    pub digits: u8,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExtraDigitKind {
    Disconnect,
    Interfere,
    Flag,
    Ignore,
}

codes!("extra-digit response", ExtraDigitKind {
    [ExtraDigitKind::Disconnect] = 1,
    [ExtraDigitKind::Interfere] = 2,
    [ExtraDigitKind::Flag] = 3,
    [ExtraDigitKind::Ignore] = 4,
});
