//! Loop start: the closed loop asks for service, dial tone offers it.
//!
//! Whoever calls the trunk and has not rung yet is connected by that closed loop, and may play dial
//! tone as well as the exchange does. But an exchange breaks its dial tone on the first digit, as soon
//! as it has made it out: within 100 ms, 200 where the tone comes from far away. So the first
//! digit is sent alone, and the rest when dial tone has been gone for longer than any of its own
//! pauses. A dial tone that goes on is no exchange's: the trunk is in use.

use crate::{
    SupervisionEvent,
    step::{Sending, Step, Steps, command, one},
};
use types::{
    digits::Digits,
    edge::PortCommand,
    tick::{Tick, Ticks},
    trunk::Outpulsing,
};

/// Frames without dial tone that are its end: stutter dial tone pauses for 100 ms.
const GONE: u8 = 12;
/// Between two digits that are pulsed.
const BETWEEN_PULSES: Ticks = Ticks::ms(700);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Idle,
    /// The first digit is being sent; dial tone may last until then.
    First {
        until: Tick,
    },
    /// It is out.
    Listening {
        until: Tick,
        rest_from: Tick,
        /// Frames without dial tone.
        gone: u8,
    },
    Rest,
}

/// The outpulsing of one loop start trunk.
#[derive(Clone, Debug)]
pub struct LoopStart {
    outpulsing: Outpulsing,
    /// How long dial tone may last after the first digit began. Zero: that is not looked at.
    dial_tone_break: Ticks,
    rest: Digits,
    state: State,
}

impl LoopStart {
    pub fn new(outpulsing: Outpulsing, dial_tone_break: Ticks) -> LoopStart {
        LoopStart {
            outpulsing,
            dial_tone_break,
            rest: Digits::EMPTY,
            state: State::Idle,
        }
    }

    pub fn seize(&mut self) -> Steps {
        self.state = State::Idle;
        command(PortCommand::OffHook)
    }

    /// Sends the number, its first digit alone.
    pub fn outpulse(&mut self, now: Tick, digits: Digits) -> Steps {
        if self.dial_tone_break == Ticks::ZERO {
            self.state = State::Rest;
            return self.send(digits);
        }
        let mut first = Digits::EMPTY;
        self.rest = digits;
        if let Some(digit) = self.rest.pop_front() {
            first.push(digit);
        }
        self.state = State::First {
            until: now + self.dial_tone_break,
        };
        self.send(first)
    }

    /// What was to be sent is out.
    pub fn sent(&mut self, now: Tick) -> Steps {
        match self.state {
            State::First { until } => {
                let pulses = self.outpulsing == Outpulsing::Pulse;
                self.state = State::Listening {
                    // A digit's pulses take longer than the exchange to hear the first of them.
                    until: if pulses {
                        now + self.dial_tone_break
                    } else {
                        until
                    },
                    rest_from: if pulses { now + BETWEEN_PULSES } else { now },
                    gone: 0,
                };
                Steps::new()
            }
            State::Rest => {
                self.state = State::Idle;
                one(Step::Event(SupervisionEvent::Outpulsed))
            }
            State::Idle | State::Listening { .. } => Steps::new(),
        }
    }

    /// Whether dial tone sounds in a frame of the trunk's.
    pub fn dial_tone(&mut self, now: Tick, sounds: bool) -> Steps {
        let State::Listening {
            until,
            rest_from,
            gone,
        } = &mut self.state
        else {
            return Steps::new();
        };
        if sounds {
            *gone = 0;
            if now < *until {
                return Steps::new();
            }
            self.state = State::Idle;
            return one(Step::Event(SupervisionEvent::InUse));
        }
        *gone = gone.saturating_add(1);
        if *gone < GONE || now < *rest_from {
            return Steps::new();
        }
        self.state = State::Rest;
        if self.rest.is_empty() {
            return self.sent(now);
        }
        self.send(self.rest)
    }

    fn send(&self, digits: Digits) -> Steps {
        one(Step::Send(match self.outpulsing {
            Outpulsing::Dtmf | Outpulsing::Mf => Sending::Dtmf(digits),
            Outpulsing::Pulse => Sending::Pulse(digits),
        }))
    }
}
