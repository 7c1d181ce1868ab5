//! The exchange's side of R2: line signals, and the incoming register with its compelled signals.

use crate::sim::{
    exchange::routes::{Completeness, Destination},
    mf::{self, MfEar, MfHeard, MfVoice},
};
use types::{
    digits::Digits,
    frame::Samples,
    tick::{Tick, Ticks},
    tone::SitKind,
    trunk::R2Country,
};

/// The options of an R2 trunk.
#[derive(Clone, Debug)]
pub struct R2Line {
    pub signals: &'static Signals,
    /// The bits C and D that it sends.
    pub cd: u8,
    /// From the seizure to its acknowledgement; `None`: it never comes.
    pub acknowledge: Option<Ticks>,
    /// After how many digits the category is asked for, and whether the caller's number is.
    pub category_after: Option<usize>,
    pub asks_caller: bool,
    /// The last digit but two is asked for again after this many, once.
    pub repeats_after: Option<usize>,
    /// The register hears and says nothing.
    pub mute: bool,
    /// The call is metered by clear-backs of this length, each second.
    pub metering: Option<Ticks>,
    /// The called party's hang-up is told by a forced release.
    pub forces_release: bool,
    /// When the trunk is blocked, and for how long.
    pub blocked: Vec<(Tick, Ticks)>,
}

impl R2Line {
    pub fn itu() -> R2Line {
        R2Line::of_country(R2Country::Itu)
    }

    /// As exchanges of the country are.
    pub fn of_country(country: R2Country) -> R2Line {
        let (signals, cd) = match country {
            R2Country::Itu | R2Country::Argentina => (&ITU, 0b01),
            R2Country::Brazil => (&BRAZIL, 0b01),
            R2Country::China => (&CHINA, 0b11),
            R2Country::Colombia => (&COLOMBIA, 0b01),
            R2Country::Mexico => (&MEXICO, 0b01),
            R2Country::Venezuela => (&VENEZUELA, 0b01),
        };
        R2Line {
            signals,
            cd,
            acknowledge: Some(Ticks::ms(150)),
            category_after: None,
            asks_caller: false,
            repeats_after: None,
            mute: false,
            metering: None,
            forces_release: false,
            blocked: Vec::new(),
        }
    }
}

/// The backward signals of a country, by what they are sent for.
#[derive(Debug)]
pub struct Signals {
    pub next: u8,
    /// The last digit but two again.
    pub back_two: u8,
    pub category: u8,
    /// The caller's next digit; and when there are no more, the number's.
    pub caller: u8,
    pub resume: u8,
    /// The number is complete.
    pub complete: u8,
    pub free: u8,
    pub busy: u8,
    pub congestion: u8,
    pub vacant: u8,
    pub changed: u8,
}

const ITU: Signals = Signals {
    next: 1,
    back_two: 7,
    category: 5,
    caller: 5,
    resume: 1,
    complete: 3,
    free: 6,
    busy: 3,
    congestion: 4,
    vacant: 5,
    changed: 2,
};

const BRAZIL: Signals = Signals {
    free: 1,
    busy: 2,
    vacant: 7,
    changed: 3,
    ..ITU
};

const CHINA: Signals = Signals {
    category: 6,
    caller: 1,
    free: 1,
    busy: 2,
    ..ITU
};

const MEXICO: Signals = Signals {
    category: 6,
    caller: 1,
    resume: 5,
    free: 1,
    busy: 2,
    vacant: 2,
    ..ITU
};

const COLOMBIA: Signals = Signals {
    free: 1,
    busy: 2,
    vacant: 6,
    changed: 8,
    ..ITU
};

const VENEZUELA: Signals = Signals { caller: 9, ..ITU };

/// What the end of the register's work brings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    Free,
    Failed,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    Number,
    Category,
    Caller,
    Line,
    Done(Outcome),
}

#[derive(Clone, Copy, Debug)]
enum Voice {
    Silent {
        since: Tick,
    },
    /// Until the forward signal ends.
    Compelled(MfVoice),
    /// The end of the number was told without being asked.
    Pulse {
        until: Tick,
        voice: MfVoice,
    },
}

/// A digit that does not come in this time is none: the register ends the number by a pulse.
const NO_MORE: Ticks = Ticks::ms(2500);
const PULSE: Ticks = Ticks::ms(150);
const LEVEL_DBM0: f64 = -11.5;

/// The incoming register.
#[derive(Debug)]
pub(super) struct R2Register {
    line: R2Line,
    ear: MfEar,
    voice: Voice,
    stage: Stage,
    pub(super) number: Digits,
    pub(super) caller: Digits,
    pub(super) category: Option<u8>,
    repeated: bool,
}

impl R2Register {
    pub(super) fn new(line: R2Line) -> R2Register {
        R2Register {
            line,
            ear: MfEar::new(&mf::R2_FORWARD_HZ),
            voice: Voice::Silent { since: Tick::ZERO },
            stage: Stage::Number,
            number: Digits::EMPTY,
            caller: Digits::EMPTY,
            category: None,
            repeated: false,
        }
    }

    pub(super) fn clear(&mut self) {
        self.ear = MfEar::new(&mf::R2_FORWARD_HZ);
        self.voice = Voice::Silent { since: Tick::ZERO };
        self.stage = Stage::Number;
        (self.number, self.caller, self.category) = (Digits::EMPTY, Digits::EMPTY, None);
        self.repeated = false;
    }

    /// One frame; the outcome when the last signal is over. `complete` and `leads` tell of a
    /// number whether it is one, and where it leads.
    pub(super) fn frame<'a>(
        &mut self,
        at: Tick,
        heard: &Samples,
        out: &mut Samples,
        complete: impl Fn(&Digits) -> Completeness,
        leads: impl Fn(&Digits) -> &'a Destination,
    ) -> Option<Outcome> {
        if self.line.mute {
            return None;
        }
        match (self.ear.hear(heard), &self.voice) {
            (Some(MfHeard::Began(signal)), Voice::Silent { .. }) => {
                let answer = self.answer(signal, complete, leads);
                let voice = MfVoice::new(&mf::R2_BACKWARD_HZ, answer, LEVEL_DBM0);
                self.voice = Voice::Compelled(voice);
            }
            (Some(MfHeard::Ended), Voice::Compelled(_)) => {
                self.voice = Voice::Silent { since: at };
                if let Stage::Done(outcome) = self.stage {
                    return Some(outcome);
                }
            }
            _ => {}
        }
        match &mut self.voice {
            Voice::Silent { since } => {
                let waited = *since > Tick::ZERO && at.since(*since) >= NO_MORE;
                if waited && self.stage == Stage::Number {
                    self.stage = Stage::Line;
                    let signal = self.line.signals.complete;
                    self.voice = Voice::Pulse {
                        until: at + PULSE,
                        voice: MfVoice::new(&mf::R2_BACKWARD_HZ, signal, LEVEL_DBM0),
                    };
                }
            }
            Voice::Compelled(voice) => voice.add_to(out),
            Voice::Pulse { until, voice } => {
                voice.add_to(out);
                if at >= *until {
                    self.voice = Voice::Silent { since: at };
                }
            }
        }
        None
    }

    fn answer<'a>(
        &mut self,
        signal: u8,
        complete: impl Fn(&Digits) -> Completeness,
        leads: impl Fn(&Digits) -> &'a Destination,
    ) -> u8 {
        let signals = self.line.signals;
        match self.stage {
            Stage::Number => {
                match mf::digit(signal) {
                    Some(digit) => {
                        self.number.push(digit);
                    }
                    None => return self.ends_number(),
                }
                self.after_digit(complete)
            }
            Stage::Category => {
                self.category = Some(signal);
                if self.line.asks_caller {
                    self.stage = Stage::Caller;
                    return signals.caller;
                }
                self.resumed(complete)
            }
            Stage::Caller => match mf::digit(signal) {
                Some(digit) => {
                    self.caller.push(digit);
                    signals.caller
                }
                None => self.resumed(complete),
            },
            Stage::Line | Stage::Done(_) => {
                self.category = Some(signal);
                let (answer, outcome) = match leads(&self.number) {
                    Destination::Busy => (signals.busy, Outcome::Failed),
                    Destination::Reorder => (signals.congestion, Outcome::Failed),
                    Destination::Sit(SitKind::Intercept, _) => (signals.changed, Outcome::Failed),
                    Destination::Sit(..) => (signals.vacant, Outcome::Failed),
                    Destination::Party(_) | Destination::RingNoAnswer | Destination::Silence => {
                        (signals.free, Outcome::Free)
                    }
                };
                self.stage = Stage::Done(outcome);
                answer
            }
        }
    }

    fn after_digit(&mut self, complete: impl Fn(&Digits) -> Completeness) -> u8 {
        let signals = self.line.signals;
        let digits = self.number.len();
        if self.line.category_after == Some(digits) && self.category.is_none() {
            self.stage = Stage::Category;
            return signals.category;
        }
        if complete(&self.number) == Completeness::Complete {
            return self.ends_number();
        }
        if self.line.repeats_after == Some(digits) && !self.repeated {
            self.repeated = true;
            // That digit comes again, and those after it.
            let mut number = Digits::EMPTY;
            for digit in self.number.iter().take(digits - 3) {
                number.push(digit);
            }
            self.number = number;
            return signals.back_two;
        }
        signals.next
    }

    fn resumed(&mut self, complete: impl Fn(&Digits) -> Completeness) -> u8 {
        self.stage = Stage::Number;
        if complete(&self.number) == Completeness::Complete {
            return self.ends_number();
        }
        self.line.signals.resume
    }

    fn ends_number(&mut self) -> u8 {
        self.stage = Stage::Line;
        self.line.signals.complete
    }
}
