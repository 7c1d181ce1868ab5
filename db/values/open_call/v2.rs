use super::v1;
use crate::{codes::Code, values::CallIdV1};
use serde::{Deserialize, Serialize};
use types::settings::CountsFrom;

/// The record of a line that is not finished.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct OpenCall {
    pub call: CallIdV1,
    /// The PIN it holds.
    pub pin: Option<[u8; 32]>,
    /// When the phone went off-hook, on the clock of the process that wrote this.
    pub off_hook_tick: u64,
    /// The last sign of life, in ticks after that.
    pub seen_after: u64,
    /// How far the call had come by then.
    pub answered_after: Option<u64>,
    pub talk_after: Option<u64>,
    /// Since version 2: what it holds in lockout registers; `None` where it counts in none.
    pub reservation: Option<Reservation>,
}

/// What an open call holds in lockout registers.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Reservation {
    pub inmate: Option<u32>,
    /// As written in keys of other tables, the one that was dialed first.
    pub numbers: Vec<String>,
    /// Its minutes count.
    pub timed: bool,
    /// The rule when it was admitted.
    pub counts_from: Code<CountsFrom>,
    /// Since when it counts; `None` while it may count yet.
    pub counted_utc_ms: Option<i64>,
}

impl From<v1::OpenCall> for OpenCall {
    fn from(old: v1::OpenCall) -> OpenCall {
        OpenCall {
            call: old.call,
            pin: old.pin,
            off_hook_tick: old.off_hook_tick,
            seen_after: old.seen_after,
            answered_after: old.answered_after,
            talk_after: old.talk_after,
            reservation: None,
        }
    }
}
