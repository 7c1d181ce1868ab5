use crate::codes::Code;
use serde::{Deserialize, Serialize};
use types::treatment::ThreeWayResponse;

/// What is special about numbers that fit, whoever calls them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct NumberRecord {
    pub blocked: bool,
    pub free: bool,
    pub privileged: bool,
    pub no_recording: bool,
    pub customer_service: bool,
    /// Calls to it are told to the officers.
    pub watched: bool,
    pub three_way: Option<Code<ThreeWayResponse>>,
    /// In seconds.
    pub limit: Option<u32>,
    /// The number of a call treatment.
    pub treatment: Option<u16>,
    /// Who answers there.
    pub party: String,
    pub note: String,
}
