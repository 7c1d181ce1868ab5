//! What goes into a line each frame and what comes out: one struct each way, all fixed in size.

use types::{
    digits::List,
    edge::{EdgeAt, HookState, PortCommand},
    fact::Fact,
    frame::Frame,
    query::{Answered, Asked, LineCommand, TrunkQuery, TrunkReply},
    tap::TapEntry,
};

/// The input of one call of [`crate::Line::handle`]. Everything may be absent: an idle line
/// is also woken by an edge or by its own deadline.
#[derive(Debug, Default)]
pub struct Input<'a> {
    /// The phone's received frame; while media is on there is one each 10 ms.
    pub phone: Option<&'a Frame>,
    /// Samples lost on the phone before this frame.
    pub phone_lost: u32,
    /// The trunk's received frame, if one was there.
    pub trunk: Option<&'a Frame>,
    pub trunk_lost: u32,
    /// Frames that the trunk's port lets wait before it sends one.
    pub trunk_waiting: usize,
    pub phone_edges: &'a [EdgeAt],
    pub trunk_edges: &'a [EdgeAt],
    /// The hook as the card sees it, given now and then for reconciliation.
    pub phone_hook: Option<HookState>,
    pub answers: &'a [Answered],
    pub trunk_replies: &'a [TrunkReply],
    pub commands: &'a [LineCommand],
    /// The phone's or the trunk's port failed since the last call.
    pub phone_fault: bool,
    pub trunk_fault: bool,
    /// Both ports have been joined since the last call.
    pub joined: bool,
    /// Entries of the tap were dropped since the last call.
    pub tap_gap: bool,
}

/// What one call of `handle` wants done, in the order of the fields: commands first, then
/// frames, then messages.
#[derive(Debug, Default)]
pub struct Outputs {
    pub phone_commands: List<PortCommand, 4>,
    /// For the trunk that is lent, in order. A `Return` in `trunk_asks` comes after these.
    pub trunk_commands: List<PortCommand, 4>,
    /// Start both ports' blocks together before the frames are written.
    pub flush: bool,
    /// Both ports are to hear each other past us. They leave each other before the commands, and are
    /// joined after the frames. Where they can't be, the frames are the talk.
    pub joined: bool,
    /// `Some` exactly when the input had a phone frame and media is on.
    pub to_phone: Option<Frame>,
    /// `Some` whenever a trunk is held and media is on, one for each phone frame.
    pub to_trunk: Option<Frame>,
    pub asks: List<Asked, 8>,
    pub trunk_asks: List<TrunkQuery, 2>,
    pub tap: List<TapEntry, 3>,
    pub facts: List<Fact, 32>,
    /// Facts that found no room.
    pub facts_dropped: u32,
}
