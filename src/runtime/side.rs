//! One side of a line: its port, what was read of it, and how its failures are borne.

use crate::runtime::{gauges::Counts, port_gauge::PortState};
use drivers::port::{JoinKey, Port, PortCounters, PortError, Read, Write};
use types::{
    digits::List,
    edge::{Edge, EdgeAt, HookState, PortCommand},
    frame::{FRAME, Frame},
    tick::{Tick, Ticks},
};

/// Edges taken at once; more stay with the port for the next turn.
pub type Edges = List<EdgeAt, 32>;
/// A port that failed is left alone this long, twice as long each further time, up to a cap.
pub const FIRST_BACK_OFF: Ticks = Ticks::ms(20);
pub const LONGEST_BACK_OFF: Ticks = Ticks::secs(2);
/// A port that has worked this long after a rest begins with the first rest again.
const FORGOTTEN: Ticks = Ticks::secs(5);
/// How often a read may be told to take edges first before it counts as a failure.
const EDGE_ROUNDS: usize = 8;
/// The transmit queue must be too deep for so many writes in a row before one is left out: a
/// frame that is merely late comes back by itself.
const DEEP_WRITES: u8 = 25;

/// A frame that was read into [`Side::frame`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Received {
    pub end: Tick,
    pub lost: u32,
}

/// One port of a line.
#[derive(Debug)]
pub struct Side {
    pub port: Box<dyn Port>,
    pub frame: Frame,
    pub edges: Edges,
    /// The port failed since the line was last told.
    pub fault: bool,
    faults: u64,
    /// Why the port does not work, until it does again.
    error: Option<PortError>,
    /// The port's span is in alarm, as its edges tell.
    alarm: bool,
    /// A trunk's hook as it was last told to be; `None` where that can't be known.
    off_hook: Option<bool>,
    back_off: Ticks,
    /// When the rest after the last failure is over; it may have passed.
    retry_at: Option<Tick>,
    media: bool,
    depth: Depth,
}

/// Watches how deep the transmit queue is against its slack. A frame that came too late was
/// replaced by silence and sent after it; from then on everything would be late by its length.
#[derive(Debug, Default)]
struct Depth {
    /// The excess at the last flush, in samples.
    level: i64,
    /// Writes in a row that found the queue too deep.
    deep: u8,
}

impl Depth {
    /// Samples in the queue above the slack, give or take what has not been read yet.
    fn excess(counters: &PortCounters) -> i64 {
        let frames = counters.frames_written as i64 - counters.frames_read as i64;
        let samples = counters.underruns as i64 - counters.overruns as i64;
        frames * FRAME as i64 + samples
    }

    fn flushed(&mut self, counters: &PortCounters) {
        self.level = Depth::excess(counters);
        self.deep = 0;
    }

    /// Whether the next frame is to be left out. Each write follows a read, so before it the
    /// queue of a punctual line is a frame short of its slack.
    fn leaves_out(&mut self, counters: &PortCounters) -> bool {
        let excess = Depth::excess(counters) - self.level;
        self.deep = if excess >= 0 { self.deep + 1 } else { 0 };
        let leave = self.deep > DEEP_WRITES;
        if leave {
            self.deep = 0;
        }
        leave
    }
}

/// What became of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Written {
    Taken,
    /// The port did not take it.
    Refused,
    /// Left out, because the queue had grown too deep.
    LeftOut,
}

impl Written {
    pub fn count(self, counts: &Counts) {
        match self {
            Written::Taken => {}
            Written::Refused => counts.writes_refused.add(1),
            Written::LeftOut => counts.writes_left_out.add(1),
        }
    }
}

impl Side {
    pub fn new(port: Box<dyn Port>) -> Side {
        Side {
            frame: port.law().silence(),
            port,
            edges: Edges::new(),
            fault: false,
            faults: 0,
            error: None,
            alarm: false,
            off_hook: None,
            back_off: FIRST_BACK_OFF,
            retry_at: None,
            media: false,
            depth: Depth::default(),
        }
    }

    /// Whether audio is to move.
    pub fn media(&self) -> bool {
        self.media
    }

    /// When the port may be touched again after a failure, if that lies ahead.
    pub fn retry_at(&self, now: Tick) -> Option<Tick> {
        self.retry_at.filter(|&at| now < at)
    }

    /// Whether the port works, or why not.
    pub fn state(&self) -> PortState {
        match self.error {
            Some(error) => Err(error),
            None if self.alarm => Err(PortError::Alarm),
            None => Ok(()),
        }
    }

    /// Failures so far.
    pub fn faults(&self) -> u64 {
        self.faults
    }

    /// Whether the port rests after a failure.
    fn rests(&self, now: Tick) -> bool {
        self.retry_at(now).is_some()
    }

    fn failed(&mut self, now: Tick, error: PortError) {
        self.fault = true;
        self.faults += 1;
        match error {
            // Its edges tell when it is over.
            PortError::Alarm => self.alarm = true,
            error => self.error = Some(error),
        }
        let lasted = self.retry_at.map(|at| now.since(at));
        self.back_off = match lasted {
            Some(lasted) if lasted < FORGOTTEN => Ticks(self.back_off.0 * 2).min(LONGEST_BACK_OFF),
            _ => FIRST_BACK_OFF,
        };
        self.retry_at = Some(now + self.back_off);
    }

    /// Takes the edges that are there, as far as there is room.
    pub fn drain_edges(&mut self, now: Tick) {
        if self.rests(now) {
            return;
        }
        while !self.edges.is_full() {
            match self.port.edge(now) {
                Ok(Some(edge)) => {
                    self.note_edge(edge.edge);
                    self.edges.push(edge);
                }
                Ok(None) => {
                    self.error = None;
                    return;
                }
                Err(error) => return self.failed(now, error),
            }
        }
    }

    fn note_edge(&mut self, edge: Edge) {
        match edge {
            Edge::AlarmOn => self.alarm = true,
            Edge::AlarmOff => self.alarm = false,
            Edge::PulsesSent => self.off_hook = Some(true),
            _ => {}
        }
    }

    /// Whether more edges may be there than were taken.
    pub fn has_more_edges(&self) -> bool {
        self.edges.is_full()
    }

    /// Reads the next frame, if media is on and one is there.
    pub fn read(&mut self, now: Tick) -> Option<Received> {
        if !self.media || self.rests(now) {
            return None;
        }
        for _ in 0..EDGE_ROUNDS {
            match self.port.read(now, &mut self.frame) {
                Ok(Read::Frame { end, lost }) => {
                    self.alarm = false;
                    return Some(Received { end, lost });
                }
                Ok(Read::Empty) => return None,
                Ok(Read::EdgesFirst) => {
                    if self.has_more_edges() {
                        return None;
                    }
                    self.drain_edges(now);
                }
                Err(error) => {
                    self.failed(now, error);
                    return None;
                }
            }
        }
        self.failed(now, PortError::Unsupported("an end of its edges"));
        None
    }

    pub fn write(&mut self, now: Tick, frame: &Frame) -> Written {
        if self.rests(now) {
            return Written::Refused;
        }
        if self.depth.leaves_out(&self.port.counters()) {
            return Written::LeftOut;
        }
        match self.port.write(now, frame) {
            Ok(Write::Taken) => Written::Taken,
            Ok(Write::Full) => Written::Refused,
            Err(error) => {
                self.failed(now, error);
                Written::Refused
            }
        }
    }

    /// Tells the port; also one that rests, for a hang-up must always be tried.
    pub fn command(&mut self, now: Tick, command: PortCommand) {
        let done = self.port.command(now, command);
        if let PortCommand::Media(on) = command {
            self.media = on && done.is_ok();
        }
        match command {
            PortCommand::OffHook => self.off_hook = done.is_ok().then_some(true),
            PortCommand::OnHook => self.off_hook = done.is_ok().then_some(false),
            // While pulses are sent the loop is open and closed in turn.
            PortCommand::Pulse(_) => self.off_hook = None,
            PortCommand::Bits(_) => self.off_hook = done.is_ok().then_some(true),
            PortCommand::RingGround => self.off_hook = None,
            PortCommand::LoopOpen(_) | PortCommand::Ring(_) | PortCommand::Media(_) => {}
        }
        // What a driver can't do at all is no failure of the port: the line is told, nothing
        // is to rest.
        match done {
            Ok(()) => {}
            Err(PortError::Unsupported(_)) => {
                self.fault = true;
                self.faults += 1;
            }
            Err(error) => self.failed(now, error),
        }
    }

    /// Has the port hear another one; whether it does.
    pub fn join(&mut self, now: Tick, other: &JoinKey) -> bool {
        match self.port.join(now, Some(other)) {
            Ok(()) => true,
            Err(PortError::Unsupported(_)) => false,
            Err(error) => {
                self.failed(now, error);
                false
            }
        }
    }

    /// Has the port hear nothing but what is written; also one that rests: it must always be tried.
    pub fn part(&mut self, now: Tick) {
        if let Err(error) = self.port.join(now, None) {
            self.failed(now, error);
        }
    }

    pub fn flush(&mut self, now: Tick) {
        if let Err(error) = self.port.flush(now) {
            self.failed(now, error);
        }
        self.depth.flushed(&self.port.counters());
    }

    /// What the card says of the hook; nothing while the span is in alarm, for then it knows nothing.
    pub fn hook(&mut self, now: Tick) -> Option<HookState> {
        if self.rests(now) || self.alarm {
            return None;
        }
        match self.port.hook() {
            Ok(hook) => Some(hook),
            Err(error) => {
                self.failed(now, error);
                None
            }
        }
    }

    /// What the card says of a trunk's hook against what it was told: a trunk that was seized and
    /// is on-hook is lost, an idle one that is off-hook is put on-hook again.
    pub fn reconcile_trunk(&mut self, now: Tick) {
        match (self.hook(now), self.off_hook) {
            (Some(HookState::OnHook), Some(true)) => {
                self.off_hook = None;
                self.failed(now, PortError::PutOnHook);
            }
            (Some(HookState::OffHook), Some(false)) => self.command(now, PortCommand::OnHook),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays so many rounds of a read and a write; how many writes were left out.
    fn rounds(depth: &mut Depth, counters: &mut PortCounters, count: usize) -> usize {
        let mut left_out = 0;
        for _ in 0..count {
            counters.frames_read += 1;
            if depth.leaves_out(counters) {
                left_out += 1;
            } else {
                counters.frames_written += 1;
            }
        }
        left_out
    }

    fn flushed(counters: &PortCounters) -> Depth {
        let mut depth = Depth::default();
        depth.flushed(counters);
        depth
    }

    #[test]
    fn a_punctual_line_leaves_nothing_out() {
        let mut counters = PortCounters::default();
        let mut depth = flushed(&counters);
        assert_eq!(rounds(&mut depth, &mut counters, 1000), 0);
    }

    #[test]
    fn one_underrun_is_made_good_by_one_frame_left_out() {
        let mut counters = PortCounters::default();
        let mut depth = flushed(&counters);
        rounds(&mut depth, &mut counters, 100);
        counters.underruns += FRAME as u64;
        assert_eq!(rounds(&mut depth, &mut counters, 1000), 1);
        counters.underruns += 2 * FRAME as u64;
        assert_eq!(rounds(&mut depth, &mut counters, 1000), 2);
    }

    #[test]
    fn an_underrun_whose_frame_was_lost_as_well_leaves_the_queue_as_it_was() {
        let mut counters = PortCounters::default();
        let mut depth = flushed(&counters);
        counters.underruns += FRAME as u64;
        counters.overruns += FRAME as u64;
        assert_eq!(rounds(&mut depth, &mut counters, 1000), 0);
    }

    #[test]
    fn a_frame_that_is_read_late_is_no_reason() {
        let mut counters = PortCounters::default();
        let mut depth = flushed(&counters);
        rounds(&mut depth, &mut counters, 100);
        // A write without a read before it, made good by the next round.
        assert!(!depth.leaves_out(&counters));
        counters.frames_written += 1;
        counters.frames_read += 1;
        assert_eq!(rounds(&mut depth, &mut counters, 1000), 0);
    }

    #[test]
    fn a_write_beside_the_flush_is_taken_back() {
        let mut counters = PortCounters::default();
        let mut depth = flushed(&counters);
        counters.frames_written += 1;
        assert_eq!(rounds(&mut depth, &mut counters, 1000), 1);
    }
}
