//! What a line lets out to recorders and listeners: one entry a frame.

use crate::{
    frame::Samples,
    id::{CallId, LineId},
    tick::Tick,
};

/// What was special about a frame.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct TapFlags {
    /// The parties did not hear each other.
    pub muted: bool,
    /// Both channels are joined by their driver; audio is a copy.
    pub joined: bool,
    /// Secret digits were being keyed: the phone side is zeroes.
    pub masked: bool,
    /// Samples were lost before this frame.
    pub gap: bool,
}

/// 10 ms of a call: what each party said and what was generated towards it.
#[derive(Clone, Copy, Debug)]
pub struct TapFrame {
    pub line: LineId,
    pub call: CallId,
    pub at: Tick,
    pub from_phone: Samples,
    pub from_trunk: Samples,
    pub to_phone: Samples,
    pub to_trunk: Samples,
    pub flags: TapFlags,
}

/// An entry of a line's tap ring.
#[derive(Clone, Copy, Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "an entry crosses its ring without allocation"
)]
pub enum TapEntry {
    /// The gate opened for this call.
    Open {
        line: LineId,
        call: CallId,
        at: Tick,
    },
    Frame(TapFrame),
    /// The gate closed; nothing of this call follows.
    Close {
        line: LineId,
        call: CallId,
        at: Tick,
    },
}
