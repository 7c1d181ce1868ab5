//! Simulated far ends of a test: what a technician's test number leads to, connected directly.

use std::f64::consts::TAU;

use drivers::sim::{
    far_end::{Edges, FarEnd, Side},
    level,
    transcript::{Event, Transcript},
};
use types::{
    edge::{Edge, EdgeAt, HookState, PortCommand},
    frame::{FRAME_TICKS, Samples},
    tick::{Tick, Ticks},
};

/// What the test line does with sound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// All that arrives goes back (North America's 105 and 108 test lines).
    Loopback,
    /// 1004 Hz at 0 dBm0 (102).
    Milliwatt,
    /// A quiet termination (100).
    Quiet,
}

/// A test line behind a trunk, or behind a handset port a telephone that is off-hook.
#[derive(Debug)]
pub(crate) struct TestLine {
    kind: Kind,
    side: Side,
    closed: bool,
    told: bool,
    at: u64,
    transcript: Transcript,
}

impl TestLine {
    pub fn new(kind: Kind, side: Side) -> TestLine {
        TestLine {
            kind,
            side,
            closed: side == Side::Phone,
            told: false,
            at: 0,
            transcript: Transcript::with_capacity(Ticks::ZERO),
        }
    }

    fn milliwatt(&mut self, out: &mut Samples) {
        for sample in out {
            let angle = TAU * 1004.0 * self.at as f64 / 8000.0;
            *sample = level::clip(level::peak(0.0) * angle.sin());
            self.at += 1;
        }
    }
}

impl FarEnd for TestLine {
    fn side(&self) -> Side {
        self.side
    }

    fn frame(&mut self, at: Tick, heard: &Samples, out: &mut Samples, edges: &mut Edges) {
        out.fill(0);
        if self.side == Side::Phone && !self.told {
            self.told = true;
            let edge = Edge::LoopClosed;
            let _ = edges.try_push(EdgeAt { at, edge });
        }
        if !self.closed {
            return;
        }
        match self.kind {
            Kind::Loopback => *out = *heard,
            Kind::Milliwatt => self.milliwatt(out),
            Kind::Quiet => {}
        }
    }

    fn command(&mut self, at: Tick, command: PortCommand) {
        let closed = match command {
            PortCommand::OffHook => true,
            PortCommand::OnHook if self.side == Side::Trunk => false,
            _ => return,
        };
        if closed != self.closed {
            self.closed = closed;
            let event = if closed {
                Event::OffHook
            } else {
                Event::OnHook
            };
            self.transcript.note(at, event);
        }
    }

    fn hook(&self) -> HookState {
        if self.closed {
            HookState::OffHook
        } else {
            HookState::OnHook
        }
    }

    fn next_action(&self) -> Option<Tick> {
        (self.side == Side::Phone && !self.told).then_some(Tick::ZERO + FRAME_TICKS)
    }

    fn finished(&self) -> bool {
        true
    }

    fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    fn take_transcript(&mut self) -> Transcript {
        std::mem::take(&mut self.transcript)
    }
}
