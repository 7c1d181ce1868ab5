//! A port: one handset's or one trunk's connection to the outside.
//!
//! Drivers translate between a card and these values; they interpret nothing. No method
//! waits. A port is owned by one thread at a time and moves by value.

use crate::sim::join::Received;
use std::{fmt, os::fd::RawFd, sync::Arc};
use types::{
    edge::{EdgeAt, HookState, PortCommand},
    frame::{Frame, Law},
    tick::Tick,
};

/// What a read brought.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Read {
    /// The frame was filled. `end` is when its last sample was on the line; `lost` is how many
    /// samples before it never reached us.
    Frame { end: Tick, lost: u32 },
    /// No whole block is there yet.
    Empty,
    /// Edges come first: take them, then read again.
    EdgesFirst,
}

/// What became of a written frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Write {
    Taken,
    /// The transmit queue is full; the frame was not taken.
    Full,
}

/// How a port failed. Each is a state of the line, not a panic.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PortError {
    #[error("the channel is in use by another program")]
    Busy,
    #[error("the channel is gone")]
    Gone,
    #[error("the channel has no signalling: it is not configured")]
    Unconfigured,
    #[error("the channel's signalling is not what the site file says")]
    Signalling,
    #[error("permission to the channel is denied")]
    Denied,
    #[error("the span is in alarm")]
    Alarm,
    #[error("another hand has put the channel on-hook")]
    PutOnHook,
    #[error("the port can't do this: {0}")]
    Unsupported(&'static str),
    #[error("the driver failed with error number {0}")]
    Driver(i32),
}

/// What is to be waited for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Descriptor {
    pub fd: RawFd,
    /// Another one each time that the port was opened anew: the number alone may be the same.
    pub opening: u32,
}

/// Counted since the port was made, over all its openings.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct PortCounters {
    /// How often the channel was opened: more than once after failures.
    pub openings: u64,
    pub frames_read: u64,
    pub frames_written: u64,
    /// Received samples that were dropped because nobody read in time.
    pub overruns: u64,
    /// Samples of silence sent because nothing had been written in time.
    pub underruns: u64,
    /// Frames that were read more than a frame after their end.
    pub late: u64,
    /// Edges that nobody took in time.
    pub edges_dropped: u64,
    /// Edges that were told late, by the channel's state: their own event was lost.
    pub edges_recovered: u64,
}

/// Names a port to others of its driver that are to be joined with it.
#[derive(Clone, Debug)]
pub struct JoinKey(pub(crate) Joinable);

#[derive(Clone, Debug)]
pub(crate) enum Joinable {
    /// The number of a channel.
    Dahdi(u16),
    Sim(Arc<Received>),
}

impl From<Arc<Received>> for JoinKey {
    /// A port of the simulation's making, or of a test's.
    fn from(received: Arc<Received>) -> JoinKey {
        JoinKey(Joinable::Sim(received))
    }
}

/// Puts a port on-hook from outside its thread, without locks or allocation: the
/// watchdog's hand on a line whose thread is stuck.
pub trait Cutoff: Send {
    fn on_hook(&self) -> Result<(), PortError>;

    /// Takes the port out of a join. Both ports of one are to be taken out before either is put
    /// on-hook: a join outlasts that.
    fn part(&self) -> Result<(), PortError> {
        Ok(())
    }
}

/// One channel.
pub trait Port: Send + fmt::Debug {
    fn law(&self) -> Law;

    /// A descriptor that becomes readable (edge-triggered is enough) when a block or an edge is
    /// there. `None` on virtual time, where the scheduler reads every frame.
    fn descriptor(&self) -> Option<Descriptor>;

    /// The next received frame, oldest first.
    fn read(&mut self, now: Tick, frame: &mut Frame) -> Result<Read, PortError>;

    /// Queues a frame for sending. Write one for each one read.
    fn write(&mut self, now: Tick, frame: &Frame) -> Result<Write, PortError>;

    /// The next edge, oldest first; `None` when there is no more.
    fn edge(&mut self, now: Tick) -> Result<Option<EdgeAt>, PortError>;

    fn command(&mut self, now: Tick, command: PortCommand) -> Result<(), PortError>;

    /// The hook as the card sees it now, for reconciliation.
    fn hook(&self) -> Result<HookState, PortError>;

    /// Drops everything queued in both directions and starts block and queue anew, primed with
    /// the transmit slack: done at connect so that both legs' blocks fall together.
    fn flush(&mut self, now: Tick) -> Result<(), PortError>;

    fn counters(&self) -> PortCounters;

    /// Frames that wait to be sent before one that is written at the right time: an echo of it
    /// comes no sooner.
    fn waiting(&self) -> usize {
        0
    }

    /// Names this port to one that is to hear it; `None` where the driver can join nothing.
    fn join_key(&self) -> Option<JoinKey> {
        None
    }

    /// From now on the line is sent what the line of `other` receives, about 1 ms late and past
    /// this program; `None` ends that. It is one way: both ports of a talk are told. Octets pass as
    /// they are, so both must have one law. Reading goes on as before. What is written is thrown
    /// away at the line's pace: keep writing silence, and at the end the queue is as deep as ever.
    ///
    /// A join outlasts whatever becomes of the other port, also that it is opened for another
    /// call: always take both out.
    fn join(&mut self, _now: Tick, other: Option<&JoinKey>) -> Result<(), PortError> {
        match other {
            None => Ok(()),
            Some(_) => Err(PortError::Unsupported("joining")),
        }
    }

    fn cutoff(&self) -> Result<Box<dyn Cutoff>, PortError>;
}
