//! R2's line signals on an E1, in bits A and B (ITU-T Q.421 to Q.424, digital version).
//!
//! | state | we send | the exchange sends |
//! |---|---|---|
//! | idle | 10 | 10 |
//! | blocked | 10 | 11 |
//! | seized | 00 | 10 |
//! | seizure acknowledged, or cleared back | 00 | 11 |
//! | answered | 00 | 01 |
//! | forced release | 00 | 00 |
//! | clear forward | 10 | 01, 11, then 10 |
//!
//! A signal counts when it has lasted 20 ms. Where an exchange meters the call by short clear-backs,
//! a clear-back is one only when it lasts longer than these. Metering pulses are left unheeded: what
//! a call costs is not the exchange's to say here.

use crate::{
    SupervisionEvent,
    r2_variant::Variant,
    step::{LineSignal, Step, Steps, command, one},
};
use types::{
    edge::{Abcd, Edge, EdgeAt, PortCommand},
    evidence::{AnswerEvidence, ReleaseEvidence},
    tick::{Tick, Ticks},
    tone::Tone,
    trunk::R2Trunk,
};

/// A change must last this long (Q.424: 20 ms, 7 ms either way).
pub const RECOGNITION: Ticks = Ticks::ms(20);

/// What the exchange sends, as bits A and B.
pub const IDLE: u8 = 0b10;
const HELD: u8 = 0b11;
const ANSWERED: u8 = 0b01;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Idle,
    Seized,
    /// Acknowledged: the registers are at work.
    Dialing,
    Dialed,
    Answered,
    /// Cleared back, or metered: which it is, time tells.
    ClearedBack {
        since: Tick,
    },
}

/// The line signals of one R2 trunk for one call.
#[derive(Clone, Debug)]
pub struct R2Line {
    cd: u8,
    /// Shorter clear-backs meter the call.
    longest_metering: Ticks,
    state: State,
    /// What has changed and may not last.
    fresh: Option<(u8, Tick)>,
    signal: Option<LineSignal>,
}

impl R2Line {
    pub fn new(trunk: &R2Trunk) -> R2Line {
        let variant = Variant::of(trunk.country);
        R2Line {
            cd: variant.cd,
            longest_metering: trunk.metering.unwrap_or(variant.longest_metering),
            state: State::Idle,
            fresh: None,
            signal: None,
        }
    }

    pub fn seize(&mut self) -> Steps {
        self.state = State::Seized;
        self.fresh = None;
        command(PortCommand::Bits(Abcd::new(self.cd)))
    }

    /// What the exchange told of answer and release, once.
    pub fn take_signal(&mut self) -> Option<LineSignal> {
        self.signal.take()
    }

    /// The registers have done their work.
    pub fn dialed(&mut self) {
        if self.state == State::Dialing {
            self.state = State::Dialed;
        }
    }

    /// Whether the registers are still at work.
    pub fn is_dialing(&self) -> bool {
        self.state == State::Dialing
    }

    pub fn edge(&mut self, edge: EdgeAt) {
        // C and D mean nothing, whatever they do.
        if let Edge::Bits(bits) = edge.edge
            && self.fresh.is_none_or(|(ab, _)| ab != bits.ab())
        {
            self.fresh = Some((bits.ab(), edge.at));
        }
    }

    /// Time alone; call each frame. `number_out`: all of its digits have been asked for.
    pub fn passed(&mut self, now: Tick, number_out: bool) -> Steps {
        if let Some((ab, at)) = self.fresh
            && now.since(at) >= RECOGNITION
        {
            self.fresh = None;
            return self.recognised(ab, at, number_out);
        }
        if let State::ClearedBack { since } = self.state
            && now.since(since) > self.longest_metering
        {
            self.release(ReleaseEvidence::ClearBack, since);
        }
        Steps::new()
    }

    fn recognised(&mut self, ab: u8, at: Tick, number_out: bool) -> Steps {
        match (self.state, ab) {
            (State::Idle, _) | (State::Seized, IDLE) => Steps::new(),
            (State::Seized, HELD) => {
                self.state = State::Dialing;
                one(Step::Event(SupervisionEvent::Proceed))
            }
            (State::Seized, _) => {
                self.state = State::Idle;
                one(Step::Event(SupervisionEvent::InUse))
            }
            (State::Dialing, HELD) => Steps::new(),
            // An answer that overtakes the registers. Before the last digit it is that of another
            // number.
            (State::Dialing, ANSWERED) if number_out => {
                self.state = State::Answered;
                self.signal = Some(LineSignal::Answer(AnswerEvidence::AnswerSignal, at));
                one(Step::Event(SupervisionEvent::Outpulsed))
            }
            (State::Dialing, _) => {
                self.state = State::Idle;
                one(Step::Event(SupervisionEvent::Failed(Tone::Reorder)))
            }
            (State::Dialed | State::ClearedBack { .. }, ANSWERED) => {
                if self.state == State::Dialed {
                    self.signal = Some(LineSignal::Answer(AnswerEvidence::AnswerSignal, at));
                }
                self.state = State::Answered;
                Steps::new()
            }
            (State::Answered, HELD) => {
                self.state = State::ClearedBack { since: at };
                if self.longest_metering == Ticks::ZERO {
                    self.release(ReleaseEvidence::ClearBack, at);
                }
                Steps::new()
            }
            (State::Answered, ANSWERED) | (State::Dialed | State::ClearedBack { .. }, HELD) => {
                Steps::new()
            }
            (State::Dialed | State::Answered | State::ClearedBack { .. }, _) => {
                self.release(ReleaseEvidence::ForcedRelease, at);
                Steps::new()
            }
        }
    }

    fn release(&mut self, evidence: ReleaseEvidence, at: Tick) {
        self.state = State::Idle;
        self.signal = Some(LineSignal::Release(evidence, at));
    }
}
