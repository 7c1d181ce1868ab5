//! Ground start: the ring is grounded to ask for service, and the loop closed when the exchange
//! has grounded the tip. Its dial tone is the proceed signal, as on loop start; the tip's ground
//! taken off is its release (ANSI/TIA-464, GR-506).
//!
//! A tip that is grounded before we asked, or ringing while we ask, is a call that comes in:
//! trunks are one-way outgoing, so ours is given up.

use crate::{
    SupervisionEvent,
    step::{Step, Steps, command, one},
};
use types::{
    edge::{Edge, EdgeAt, PortCommand},
    tick::{Tick, Ticks},
};

/// The tip must be grounded for this long to be believed. How long it must be open for a release,
/// [`LOOP_BREAK`](crate::supervision::LOOP_BREAK) says.
pub const TIP_STABLE: Ticks = Ticks::ms(20);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Idle,
    /// The ring is grounded; the tip since then, if at all.
    Asking {
        grounded: Option<Tick>,
    },
    /// The loop is closed.
    Served,
}

/// The seizure of one ground start trunk.
#[derive(Clone, Debug)]
pub struct GroundStart(State);

impl Default for GroundStart {
    fn default() -> GroundStart {
        GroundStart(State::Idle)
    }
}

impl GroundStart {
    pub fn seize(&mut self) -> Steps {
        self.0 = State::Asking { grounded: None };
        command(PortCommand::RingGround)
    }

    /// Whether the exchange serves the call: its tip was grounded.
    pub fn is_served(&self) -> bool {
        self.0 == State::Served
    }

    pub fn edge(&mut self, edge: EdgeAt) -> Steps {
        let State::Asking { grounded } = &mut self.0 else {
            return Steps::new();
        };
        match edge.edge {
            Edge::TipGround => *grounded = Some(edge.at),
            Edge::TipOpen => *grounded = None,
            Edge::RingStart => {
                self.0 = State::Idle;
                return one(Step::Event(SupervisionEvent::InUse));
            }
            _ => {}
        }
        Steps::new()
    }

    /// Time alone; call each frame.
    pub fn passed(&mut self, now: Tick) -> Steps {
        match self.0 {
            State::Asking {
                grounded: Some(since),
            } if now.since(since) >= TIP_STABLE => {
                self.0 = State::Served;
                command(PortCommand::OffHook)
            }
            _ => Steps::new(),
        }
    }
}
