//! E&M trunks from seizure to the last digit: immediate start, wink, delay dial, and feature
//! group D with its second stage.
//!
//! The far end's off-hook before the digits is told apart by its length:
//!
//! | off-hook | immediate | wink | delay dial |
//! |---|---|---|---|
//! | under 40 ms | a hit on the wire | a hit | a hit |
//! | the wink's length | in use | proceed | proceed, at its end |
//! | longer | in use | in use (glare) | proceed, at its end |
//!
//! Digits follow the proceed signal after 70 ms, as the register needs to be connected (ANSI/
//! TIA-464, GR-506). Trunks are one-way outgoing: in a glare the trunk is given up at once.
//!
//! After the digits the far end's off-hook is the answer when it is longer than any wink. Its on-hook
//! puts the talk in doubt when it is longer than a hit (no exchange offers a dial tone in that time),
//! and is the release when it is longer than a flash of the called party's operator.

use crate::{
    SupervisionEvent,
    step::{LineSignal, Sending, Step, Steps, command, framed, one},
};
use types::{
    digits::{Digits, List},
    edge::{Edge, EdgeAt, PortCommand},
    evidence::{AnswerEvidence, ReleaseEvidence},
    mf::MfSignals,
    tick::{Tick, Ticks},
    tone::Tone,
    trunk::{FeatureGroupD, Outpulsing, TrunkSignalling, Wink},
};

/// From the end of the proceed signal to the first digit.
pub const REGISTER_READY: Ticks = Ticks::ms(70);
/// Shorter changes are hits on the wire.
pub const HIT: Ticks = Ticks::ms(40);
/// How long a carrier may take for a wink between the stages, and for its acknowledgement.
pub const STAGE_WAIT: Ticks = Ticks::secs(4);
pub const ACKNOWLEDGE_WAIT: Ticks = Ticks::secs(20);

/// An off-hook this long after the digits is the answer, if no wink may be as long.
pub const ANSWER: Ticks = Ticks::ms(360);
/// An on-hook this long in the call is the release.
pub const RELEASE: Ticks = Ticks::ms(300);

/// How an E&M trunk starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Start {
    Immediate(Ticks),
    Wink(Wink),
    DelayDial,
    Carrier(FeatureGroupD),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Idle,
    /// Seized: the proceed signal is awaited.
    Seized,
    /// Digits may follow then.
    Settling {
        until: Tick,
    },
    /// Proceed was told: the digits are awaited.
    Ready,
    /// A string is being sent.
    Sending,
    /// A wink is awaited before the next string, or after the last.
    Between {
        until: Tick,
    },
    Dialed,
    Answered,
}

/// One E&M trunk for one call.
#[derive(Clone, Debug)]
pub struct Em {
    start: Start,
    outpulsing: Outpulsing,
    state: State,
    /// The far end is off-hook since then.
    off_hook: Option<Tick>,
    /// On-hook since then, in the call, and whether that was told as a doubt.
    on_hook: Option<Tick>,
    doubted: bool,
    signal: Option<LineSignal>,
    /// Strings that are still to be sent, the next one last.
    strings: List<MfSignals, 3>,
}

impl Em {
    /// `None` for a trunk that is no E&M trunk.
    pub fn new(signalling: TrunkSignalling, outpulsing: Outpulsing) -> Option<Em> {
        let start = match signalling {
            TrunkSignalling::EmImmediate { wait } => Start::Immediate(wait),
            TrunkSignalling::EmWink(wink) => Start::Wink(wink),
            TrunkSignalling::EmDelayDial => Start::DelayDial,
            TrunkSignalling::FeatureGroupD(carrier) => Start::Carrier(carrier),
            _ => return None,
        };
        Some(Em {
            start,
            outpulsing,
            state: State::Idle,
            off_hook: None,
            on_hook: None,
            doubted: false,
            signal: None,
            strings: List::new(),
        })
    }

    /// What the far end told of answer and release, once.
    pub fn take_signal(&mut self) -> Option<LineSignal> {
        self.signal.take()
    }

    pub fn seize(&mut self, now: Tick) -> Steps {
        self.state = match self.start {
            Start::Immediate(wait) => State::Settling { until: now + wait },
            _ => State::Seized,
        };
        self.off_hook = None;
        command(PortCommand::OffHook)
    }

    /// The number, after proceed was told.
    pub fn outpulse(&mut self, digits: Digits) -> Steps {
        self.state = State::Sending;
        let Start::Carrier(carrier) = &self.start else {
            return one(Step::Send(match self.outpulsing {
                Outpulsing::Dtmf => Sending::Dtmf(digits),
                Outpulsing::Pulse => Sending::Pulse(digits),
                Outpulsing::Mf => Sending::Mf(framed(&[&digits])),
            }));
        };
        let mut ii = Digits::EMPTY;
        for digit in carrier.ii {
            ii.push(digit);
        }
        let identity = framed(&[&ii, &carrier.ani]);
        self.strings.push(framed(&[&digits]));
        self.strings.push(identity);
        if !carrier.carrier.is_empty() {
            self.strings.push(framed(&[&carrier.carrier]));
        }
        self.next_string()
    }

    fn next_string(&mut self) -> Steps {
        self.state = State::Sending;
        let string = self.strings.pop();
        string.map_or_else(Steps::new, |string| one(Step::Send(Sending::Mf(string))))
    }

    /// The string is out.
    pub fn sent(&mut self, now: Tick) -> Steps {
        if self.state != State::Sending {
            return Steps::new();
        }
        let Start::Carrier(carrier) = &self.start else {
            return self.dialed_now();
        };
        // The number follows the identification at once, unless the carrier winks for it.
        if self.strings.len() == 1 && !carrier.winks_for_number {
            return self.next_string();
        }
        let wait = if self.strings.is_empty() {
            ACKNOWLEDGE_WAIT
        } else {
            STAGE_WAIT
        };
        self.state = State::Between { until: now + wait };
        Steps::new()
    }

    fn dialed_now(&mut self) -> Steps {
        self.state = State::Dialed;
        one(Step::Event(SupervisionEvent::Outpulsed))
    }

    pub fn edge(&mut self, edge: EdgeAt) -> Steps {
        match edge.edge {
            Edge::FarOffHook => {
                self.off_hook.get_or_insert(edge.at);
                self.on_hook = None;
                if std::mem::take(&mut self.doubted) {
                    self.signal = Some(LineSignal::DoubtOver(ReleaseEvidence::FarOnHook));
                }
                Steps::new()
            }
            Edge::FarOnHook => match self.off_hook.take() {
                Some(since) => self.off_hook_ended(edge.at, edge.at.since(since)),
                None => Steps::new(),
            },
            _ => Steps::new(),
        }
    }

    fn off_hook_ended(&mut self, now: Tick, length: Ticks) -> Steps {
        let proceed = match self.wink() {
            Some(wink) => (wink.min..=wink.max).contains(&length),
            None => self.start == Start::DelayDial && length >= HIT,
        };
        match self.state {
            State::Answered => {
                self.on_hook = Some(now);
                Steps::new()
            }
            State::Seized if proceed => {
                self.state = State::Settling {
                    until: now + REGISTER_READY,
                };
                Steps::new()
            }
            State::Between { .. } if proceed && self.strings.is_empty() => self.dialed_now(),
            State::Between { .. } if proceed => {
                self.state = State::Settling {
                    until: now + REGISTER_READY,
                };
                Steps::new()
            }
            _ => Steps::new(),
        }
    }

    fn wink(&self) -> Option<Wink> {
        match self.start {
            Start::Wink(wink) => Some(wink),
            Start::Carrier(carrier) => Some(carrier.wink),
            Start::Immediate(_) | Start::DelayDial => None,
        }
    }

    /// Time alone; call each frame.
    pub fn passed(&mut self, now: Tick) -> Steps {
        let off_hook = self.off_hook.map(|since| now.since(since));
        match self.state {
            State::Settling { until } if off_hook.is_none() && now >= until => {
                if !self.strings.is_empty() {
                    return self.next_string();
                }
                self.state = State::Ready;
                one(Step::Event(SupervisionEvent::Proceed))
            }
            State::Seized | State::Settling { .. } | State::Ready
                if off_hook.is_some_and(|length| length > self.longest()) =>
            {
                self.state = State::Idle;
                one(Step::Event(SupervisionEvent::InUse))
            }
            // It was answered without the acknowledgement, or the carrier gave up.
            State::Between { .. }
                if self.strings.is_empty() && off_hook.is_some_and(|l| l > self.longest()) =>
            {
                self.dialed_now()
            }
            State::Sending | State::Between { .. }
                if off_hook.is_some_and(|length| length > self.longest()) =>
            {
                self.failed()
            }
            State::Between { until } if now >= until => self.failed(),
            State::Dialed | State::Answered => {
                self.supervise(now);
                Steps::new()
            }
            _ => Steps::new(),
        }
    }

    fn supervise(&mut self, now: Tick) {
        let lasts = |since: Option<Tick>, limit| since.filter(|&at| now.since(at) >= limit);
        if self.state == State::Dialed
            && let Some(since) = lasts(self.off_hook, self.answer())
        {
            self.state = State::Answered;
            self.signal = Some(LineSignal::Answer(AnswerEvidence::FarOffHook, since));
        }
        if let Some(since) = lasts(self.on_hook, RELEASE) {
            self.state = State::Idle;
            (self.on_hook, self.doubted) = (None, false);
            self.signal = Some(LineSignal::Release(ReleaseEvidence::FarOnHook, since));
        } else if let Some(since) = lasts(self.on_hook, HIT).filter(|_| !self.doubted) {
            self.doubted = true;
            self.signal = Some(LineSignal::Doubt(ReleaseEvidence::FarOnHook, since));
        }
    }

    /// An off-hook after the last digit that is longer than this is no wink.
    fn answer(&self) -> Ticks {
        self.wink()
            .map_or(ANSWER, |wink| ANSWER.max(wink.max + HIT))
    }

    /// An off-hook before the last digit that is longer than this is no proceed signal.
    fn longest(&self) -> Ticks {
        match self.start {
            Start::DelayDial if self.state == State::Seized => Ticks(u64::MAX),
            _ => self.wink().map_or(HIT, |wink| wink.max),
        }
    }

    fn failed(&mut self) -> Steps {
        self.state = State::Idle;
        one(Step::Event(SupervisionEvent::Failed(Tone::Reorder)))
    }
}
