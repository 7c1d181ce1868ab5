//! The outgoing register of R2: multifrequency compelled signals (ITU-T Q.440 to Q.480).
//!
//! Each forward signal lasts until the exchange's backward signal is recognised, and that until
//! ours has ended; so both sides set the pace. What the backward signal asked for is sent when it
//! has ended. A backward signal may also come as a pulse while nothing is sent: so an exchange
//! asks for what it wants after the last digit.
//!
//! An exchange that takes the number for complete before it has asked for the last digit connects
//! another number than the one that was screened: the call fails.
//!
//! A forward signal that nobody answers within 15 s ends the call, and so does a silence of 24 s
//! (Q.476).

use crate::{
    SupervisionEvent,
    r2_variant::{Ask, Line, Variant},
    step::{Step, Steps, one},
};
use types::{
    digits::Digits,
    mf::MfSignal,
    tick::{Tick, Ticks},
    tone::{SitKind, Tone},
    trunk::R2Trunk,
};

/// The longest forward signal without an answer.
pub const FORWARD: Ticks = Ticks::secs(15);
/// The longest time without a forward signal.
pub const SILENT: Ticks = Ticks::secs(24);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Off,
    /// A forward signal sounds.
    Sending {
        since: Tick,
    },
    /// The backward signal was recognised; its end is awaited.
    Answered {
        since: Tick,
        signal: MfSignal,
    },
    /// Nothing is asked for, or nothing is left to send.
    Silent {
        since: Tick,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Group {
    A,
    B,
    C,
}

/// The register of one R2 trunk for one call.
#[derive(Clone, Debug)]
pub struct R2Register {
    trunk: R2Trunk,
    variant: &'static Variant,
    state: State,
    group: Group,
    number: Digits,
    /// The digit that was sent last, by its place, from 0; and how many of the caller's were sent.
    place: usize,
    /// How many of the number's digits the exchange has been told since it last began anew.
    told: usize,
    callers: usize,
    category_told: bool,
    /// [`Ask::Next`] is for the caller's number.
    telling_caller: bool,
}

impl R2Register {
    pub fn new(trunk: R2Trunk) -> R2Register {
        R2Register {
            trunk,
            variant: Variant::of(trunk.country),
            state: State::Off,
            group: Group::A,
            number: Digits::EMPTY,
            place: 0,
            told: 0,
            callers: 0,
            category_told: false,
            telling_caller: false,
        }
    }

    /// Begins with the first digit.
    pub fn outpulse(&mut self, now: Tick, number: Digits) -> Steps {
        *self = R2Register {
            number,
            ..R2Register::new(self.trunk)
        };
        self.digit(now, 0)
    }

    /// Whether the exchange has been told all of the number's digits.
    pub fn is_number_out(&self) -> bool {
        self.told >= self.number.len()
    }

    /// Ends whatever goes on.
    pub fn stop(&mut self) -> Steps {
        self.state = State::Off;
        one(Step::Hold(None))
    }

    /// A backward signal began.
    pub fn began(&mut self, now: Tick, signal: MfSignal) -> Steps {
        match self.state {
            State::Sending { .. } | State::Silent { .. } => {
                self.state = State::Answered { since: now, signal };
                one(Step::Hold(None))
            }
            State::Off | State::Answered { .. } => Steps::new(),
        }
    }

    /// It ended: what it asked for is done.
    pub fn ended(&mut self, now: Tick, signal: MfSignal) -> Steps {
        let State::Answered { signal: asked, .. } = self.state else {
            return Steps::new();
        };
        if asked != signal {
            return Steps::new();
        }
        let at = usize::from(signal.number()) - 1;
        match self.group {
            Group::A => self.answer(now, self.variant.group_a[at]),
            Group::C => self.answer(now, self.variant.group_c[at]),
            Group::B => self.called(self.variant.line(signal)),
        }
    }

    /// Time alone; call each frame.
    pub fn passed(&mut self, now: Tick) -> Steps {
        let (since, limit) = match self.state {
            State::Off => return Steps::new(),
            State::Sending { since } => (since, FORWARD),
            State::Answered { since, .. } | State::Silent { since } => (since, SILENT),
        };
        if now.since(since) < limit {
            return Steps::new();
        }
        self.failed(Tone::Reorder)
    }

    fn answer(&mut self, now: Tick, ask: Ask) -> Steps {
        match ask {
            Ask::Next if self.telling_caller => self.caller(now),
            Ask::Next => self.digit(now, self.place + 1),
            Ask::NextToA => {
                self.group = Group::A;
                self.digit(now, self.place + 1)
            }
            Ask::Back(by) => self.digit(now, self.place.saturating_sub(usize::from(by))),
            Ask::AllAgain => {
                self.group = Group::A;
                self.told = 0;
                self.digit(now, 0)
            }
            Ask::CategoryThenCaller if self.category_told => self.caller(now),
            Ask::CategoryThenCaller => self.category(now),
            Ask::CategoryAndCaller => {
                self.telling_caller = true;
                self.category(now)
            }
            Ask::CategoryToC => {
                self.group = Group::C;
                self.category(now)
            }
            Ask::Caller => self.caller(now),
            // What it knows is a number that nobody screened.
            Ask::ToB | Ask::Complete if !self.is_number_out() => self.failed(Tone::Reorder),
            Ask::ToB => {
                self.group = Group::B;
                self.category(now)
            }
            Ask::Complete => self.complete(),
            Ask::Congestion | Ask::Nothing => self.failed(Tone::Reorder),
        }
    }

    fn called(&mut self, line: Line) -> Steps {
        match line {
            Line::Free => self.complete(),
            Line::Busy => self.failed(Tone::Busy),
            Line::Vacant => self.failed(Tone::Sit(SitKind::VacantCode)),
            Line::Changed => self.failed(Tone::Sit(SitKind::Intercept)),
            Line::OutOfOrder => self.failed(Tone::Sit(SitKind::Ineffective)),
            Line::Congestion | Line::Nothing => self.failed(Tone::Reorder),
        }
    }

    fn digit(&mut self, now: Tick, place: usize) -> Steps {
        let digit = self.number.iter().nth(place);
        let signal = digit.and_then(MfSignal::of_digit);
        if signal.is_some() {
            self.place = place;
            self.told = self.told.max(place + 1);
        } else {
            // A digit that repeats the last one asks for the one before it still.
            self.place = self.number.len();
        }
        self.send(now, signal.or(self.variant.no_more_digits))
    }

    fn category(&mut self, now: Tick) -> Steps {
        self.category_told = true;
        self.send(now, Some(self.trunk.category))
    }

    fn caller(&mut self, now: Tick) -> Steps {
        let digit = self.trunk.ani.iter().nth(self.callers);
        let signal = match digit.and_then(MfSignal::of_digit) {
            Some(signal) => signal,
            None if self.callers == 0 => self.variant.no_caller,
            None => self.variant.end_of_caller,
        };
        self.callers += 1;
        if self.callers > self.trunk.ani.len() {
            self.telling_caller = false;
        }
        self.send(now, Some(signal))
    }

    fn send(&mut self, now: Tick, signal: Option<MfSignal>) -> Steps {
        self.state = match signal {
            Some(_) => State::Sending { since: now },
            None => State::Silent { since: now },
        };
        one(Step::Hold(signal))
    }

    fn complete(&mut self) -> Steps {
        let mut steps = self.stop();
        steps.push(Step::Event(SupervisionEvent::Outpulsed));
        steps
    }

    fn failed(&mut self, tone: Tone) -> Steps {
        let mut steps = self.stop();
        steps.push(Step::Event(SupervisionEvent::Failed(tone)));
        steps
    }
}
