//! One side of a line: its port, what was read of it, and how its failures are borne.

use drivers::port::{Port, PortError, Read, Write};
use types::{
    digits::List,
    edge::{EdgeAt, HookState, PortCommand},
    frame::Frame,
    tick::{Tick, Ticks},
};

/// Edges taken at once; more stay with the port for the next turn.
pub const EDGES: usize = 32;
/// A port that failed is left alone this long, twice as long each further time, up to a cap.
pub const FIRST_BACK_OFF: Ticks = Ticks::ms(20);
pub const LONGEST_BACK_OFF: Ticks = Ticks::secs(2);
/// A port that has worked this long after a rest begins with the first rest again.
const FORGOTTEN: Ticks = Ticks::secs(5);
/// How often a read may be told to take edges first before it counts as a failure.
const EDGE_ROUNDS: usize = 8;

/// A frame that was read into [`Side::frame`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Received {
    pub end: Tick,
    pub lost: u32,
}

#[derive(Debug)]
pub struct Side {
    pub port: Box<dyn Port>,
    pub frame: Frame,
    pub edges: List<EdgeAt, EDGES>,
    /// The port failed since the line was last told.
    pub fault: bool,
    faults: u64,
    back_off: Ticks,
    /// When the rest after the last failure is over; it may have passed.
    retry_at: Option<Tick>,
    media: bool,
}

impl Side {
    pub fn new(port: Box<dyn Port>) -> Side {
        Side {
            frame: port.law().silence(),
            port,
            edges: List::new(),
            fault: false,
            faults: 0,
            back_off: FIRST_BACK_OFF,
            retry_at: None,
            media: false,
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

    /// Failures so far.
    pub fn faults(&self) -> u64 {
        self.faults
    }

    /// Whether the port rests after a failure.
    fn rests(&self, now: Tick) -> bool {
        self.retry_at(now).is_some()
    }

    fn failed(&mut self, now: Tick) {
        self.fault = true;
        self.faults += 1;
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
                Ok(Some(edge)) => self.edges.push(edge),
                Ok(None) => return,
                Err(_) => return self.failed(now),
            }
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
                    return Some(Received { end, lost });
                }
                Ok(Read::Empty) => return None,
                Ok(Read::EdgesFirst) => {
                    if self.has_more_edges() {
                        return None;
                    }
                    self.drain_edges(now);
                }
                Err(_) => {
                    self.failed(now);
                    return None;
                }
            }
        }
        self.failed(now);
        None
    }

    /// Writes a frame; `false` when it was not taken.
    pub fn write(&mut self, now: Tick, frame: &Frame) -> bool {
        if self.rests(now) {
            return false;
        }
        match self.port.write(now, frame) {
            Ok(Write::Taken) => true,
            Ok(Write::Full) => false,
            Err(_) => {
                self.failed(now);
                false
            }
        }
    }

    /// Tells the port; also one that rests, for a hang-up must always be tried.
    pub fn command(&mut self, now: Tick, command: PortCommand) {
        let done = self.port.command(now, command);
        if let PortCommand::Media(on) = command {
            self.media = on && done.is_ok();
        }
        // What a driver can't do at all is no failure of the port: the line is told, nothing
        // is to rest.
        match done {
            Ok(()) => {}
            Err(PortError::Unsupported(_)) => {
                self.fault = true;
                self.faults += 1;
            }
            Err(_) => self.failed(now),
        }
    }

    pub fn flush(&mut self, now: Tick) {
        if self.port.flush(now).is_err() {
            self.failed(now);
        }
    }

    pub fn hook(&mut self, now: Tick) -> Option<HookState> {
        if self.rests(now) {
            return None;
        }
        match self.port.hook() {
            Ok(hook) => Some(hook),
            Err(_) => {
                self.failed(now);
                None
            }
        }
    }
}
