use crate::values::CallIdV1;
use serde::{Deserialize, Serialize};

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
}
