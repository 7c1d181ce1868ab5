//! A handset's switch hook: debounce, on-hook, flash and dial pulses told apart by time alone.
//!
//! | the loop was open for | it is |
//! |---|---|
//! | under 20 ms | contact bounce, ignored |
//! | 20 to 120 ms | one break of a dial pulse (Q.23-era dials: 10 pulses/s, break 60-67 %) |
//! | 120 to 400 ms | a flash |
//! | 400 ms or more | on-hook |
//!
//! A driver may classify short breaks itself; its verdicts come in as edges and mean the same.

use types::{
    digits::List,
    edge::{Edge, EdgeAt, HookState},
    tick::{Tick, Ticks},
};

/// Loop current must flow this long to be an off-hook.
pub const OFF_HOOK_DEBOUNCE: Ticks = Ticks::ms(30);
/// Shorter breaks are contact bounce.
pub const BOUNCE: Ticks = Ticks::ms(20);
/// Longer breaks are no dial pulse.
pub const PULSE_BREAK_MAX: Ticks = Ticks::ms(120);
/// A closed loop this long ends a train of pulses.
pub const PULSE_TRAIN_END: Ticks = Ticks::ms(200);
/// An open loop this long is on-hook.
pub const ON_HOOK: Ticks = Ticks::ms(400);

/// What the loop did, as a telephone means it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HookEvent {
    OffHook,
    /// The loop has been open since then.
    OnHook {
        since: Tick,
    },
    Flash,
    /// A train of dial pulses ended with this many.
    Pulses(u8),
}

/// What one input can mean: at most a train that ended and the event itself.
pub type HookEvents = List<HookEvent, 2>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    OnHook,
    /// Loop current flows, not yet long enough.
    Closing {
        since: Tick,
    },
    OffHook,
    /// Off-hook, the loop is open.
    Open {
        since: Tick,
    },
}

/// The switch hook of one handset.
#[derive(Clone, Debug)]
pub struct Hook {
    state: State,
    /// Dial pulses of the train going on, and when the last one closed.
    pulses: u8,
    last_pulse: Tick,
}

impl Default for Hook {
    fn default() -> Hook {
        Hook {
            state: State::OnHook,
            pulses: 0,
            last_pulse: Tick::ZERO,
        }
    }
}

impl Hook {
    pub fn edge(&mut self, edge: EdgeAt) -> HookEvents {
        let mut events = self.passed(edge.at);
        match (self.state, edge.edge) {
            (State::OnHook, Edge::LoopClosed) => self.state = State::Closing { since: edge.at },
            (State::Closing { .. }, Edge::LoopOpen) => self.state = State::OnHook,
            (State::OffHook, Edge::LoopOpen) => self.state = State::Open { since: edge.at },
            (State::Open { since }, Edge::LoopClosed) => {
                self.state = State::OffHook;
                self.broken(edge.at, edge.at.since(since), &mut events);
            }
            (State::OffHook, Edge::Flash) => events.push(HookEvent::Flash),
            (State::OffHook, Edge::Pulses(count)) => events.push(HookEvent::Pulses(count)),
            _ => {}
        }
        events
    }

    /// Time alone: call at least at [`Hook::deadline`].
    pub fn passed(&mut self, now: Tick) -> HookEvents {
        let mut events = HookEvents::new();
        match self.state {
            State::Closing { since } if now.since(since) >= OFF_HOOK_DEBOUNCE => {
                self.state = State::OffHook;
                events.push(HookEvent::OffHook);
            }
            State::Open { since } if now.since(since) >= ON_HOOK => {
                self.state = State::OnHook;
                self.pulses = 0;
                events.push(HookEvent::OnHook { since });
            }
            State::OffHook if self.pulses > 0 && now.since(self.last_pulse) >= PULSE_TRAIN_END => {
                events.push(HookEvent::Pulses(self.pulses));
                self.pulses = 0;
            }
            _ => {}
        }
        events
    }

    /// The loop is open, whatever it will turn out to be: no audio of the handset is real now.
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Open { .. })
    }

    pub fn deadline(&self) -> Option<Tick> {
        match self.state {
            State::Closing { since } => Some(since + OFF_HOOK_DEBOUNCE),
            State::Open { since } => Some(since + ON_HOOK),
            State::OffHook if self.pulses > 0 => Some(self.last_pulse + PULSE_TRAIN_END),
            State::OffHook | State::OnHook => None,
        }
    }

    /// Compares with what the card says. An edge that was lost shows up here, a second late
    /// at worst, and is then taken as having happened now.
    pub fn reconcile(&mut self, now: Tick, card: HookState) -> HookEvents {
        let edge = match (self.state, card) {
            (State::OffHook, HookState::OnHook) => Edge::LoopOpen,
            (State::OnHook | State::Open { .. }, HookState::OffHook) => Edge::LoopClosed,
            _ => return HookEvents::new(),
        };
        self.edge(EdgeAt { at: now, edge })
    }

    fn broken(&mut self, now: Tick, open: Ticks, events: &mut HookEvents) {
        if open < BOUNCE {
            return;
        }
        if open <= PULSE_BREAK_MAX {
            self.pulses = self.pulses.saturating_add(1);
            self.last_pulse = now;
        } else {
            self.pulses = 0;
            events.push(HookEvent::Flash);
        }
    }
}
