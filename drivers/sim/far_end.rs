//! A far end: what is at the other end of a port's pair of wires.

use crate::sim::transcript::Transcript;
use arrayvec::ArrayVec;
use std::fmt;
use types::{
    edge::{Edge, EdgeAt, HookState, PortCommand},
    frame::Samples,
    tick::Tick,
};

/// The edges of one frame. Ten milliseconds of a line never hold more; what would not
/// fit is dropped.
pub type Edges = ArrayVec<EdgeAt, 8>;

/// Which kind of port a far end sits behind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// The port feeds a telephone.
    Phone,
    /// The port is the telephone on an exchange's line.
    Trunk,
}

/// A party that eats and makes audio a frame at a time. Nothing here waits, allocates or
/// knows a clock but the ticks it is given.
pub trait FarEnd: Send + fmt::Debug {
    fn side(&self) -> Side;

    /// The 80 samples from `at` on: what arrives from the port in, what goes to it out, and the
    /// edges of that time. `at` may jump ahead when nothing was due or audio was dropped.
    fn frame(&mut self, at: Tick, heard: &Samples, out: &mut Samples, edges: &mut Edges);

    /// What the port did to the line, exactly when.
    fn command(&mut self, at: Tick, command: PortCommand);

    /// The hook: the telephone's own, or for an exchange that of the port.
    fn hook(&self) -> HookState;

    /// The state of its signals where these have one of their own (E&M, ground start, R2).
    fn standing(&self) -> Option<Edge> {
        None
    }

    /// The first tick at which it may do anything by itself while it hears silence; `None`
    /// when it waits for a command for ever. Until then frames may be left out.
    fn next_action(&self) -> Option<Tick>;

    /// Whether its script has come to the end.
    fn finished(&self) -> bool;

    fn transcript(&self) -> &Transcript;

    /// Takes the transcript out; what comes later is not kept.
    fn take_transcript(&mut self) -> Transcript;
}
