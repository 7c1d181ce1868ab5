//! How the exchange signals on a trunk that is no loop start line: its options, and what it holds
//! of them during a call.

use crate::sim::{
    exchange::r2::{R2Line, R2Register},
    mf::{self, MfEar, MfHeard},
};
use arrayvec::ArrayVec;
use types::{
    digits::Digits,
    edge::{Abcd, Edge},
    frame::Samples,
    tick::{Tick, Ticks},
};

/// How a line signals.
#[derive(Clone, Debug, Default)]
pub enum LineSignalling {
    /// Loop start, with what the other options say of battery and polarity.
    #[default]
    Loop,
    /// Ground start: the tip is grounded so long after the ring.
    Ground {
        tip_after: Ticks,
    },
    Em(EmLine),
    R2(R2Line),
}

/// The options of an E&M trunk.
#[derive(Clone, Debug)]
pub struct EmLine {
    pub start: EmStart,
    pub register: EmRegister,
    /// When it goes off-hook by itself, and for how long: a call of its own, a fault.
    pub own: Vec<(Tick, Ticks)>,
}

impl EmLine {
    /// A wink of 200 ms after as much.
    pub fn wink() -> EmLine {
        EmLine {
            start: EmStart::OffHook {
                after: Ticks::ms(200),
                length: Ticks::ms(200),
            },
            register: EmRegister::Keys,
            own: Vec::new(),
        }
    }

    pub fn immediate() -> EmLine {
        EmLine {
            start: EmStart::Immediate,
            ..EmLine::wink()
        }
    }
}

/// What it does when it is seized.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EmStart {
    Immediate,
    /// It goes off-hook: a wink, or a delay-dial signal. The register is ready at its end.
    OffHook {
        after: Ticks,
        length: Ticks,
    },
    Never,
}

/// What its register takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EmRegister {
    /// DTMF and dial pulses.
    Keys,
    /// One string of R1 signals.
    Mf,
    /// Feature group D: identification and number, and what comes before and between.
    Carrier {
        /// The carrier's code first, as an access tandem takes it.
        tandem: bool,
        winks_for_number: bool,
        acknowledges: bool,
    },
}

/// Length of the winks between the stages, and how long after a string they come.
const WINK_AFTER: Ticks = Ticks::ms(150);
const WINK: Ticks = Ticks::ms(200);

/// What the exchange holds of a call on such a trunk.
#[derive(Debug)]
pub(super) struct Held {
    /// Off-hooks that were decided: from and to.
    winks: ArrayVec<(Tick, Tick), 4>,
    ear: MfEar,
    /// The string so far, once KP was heard.
    string: Option<Digits>,
    strings: u8,
    /// The ring was grounded.
    pub(super) asked: Option<Tick>,
    pub(super) r2: R2Register,
}

impl Held {
    pub(super) fn new(signalling: &LineSignalling) -> Held {
        Held {
            winks: ArrayVec::new(),
            ear: MfEar::new(&mf::R1_HZ),
            string: None,
            strings: 0,
            asked: None,
            r2: R2Register::new(match signalling {
                LineSignalling::R2(line) => line.clone(),
                _ => R2Line::itu(),
            }),
        }
    }

    pub(super) fn clear(&mut self) {
        self.winks.clear();
        self.string = None;
        self.strings = 0;
        self.asked = None;
        self.r2.clear();
    }

    pub(super) fn wink(&mut self, from: Tick, length: Ticks) {
        let _ = self.winks.try_push((from, from + length));
    }

    /// A wink after a string; its end.
    pub(super) fn wink_back(&mut self, at: Tick) -> Tick {
        self.wink(at + WINK_AFTER, WINK);
        at + WINK_AFTER + WINK
    }

    pub(super) fn winks(&self, at: Tick) -> bool {
        self.winks
            .iter()
            .any(|&(from, to)| (from..to).contains(&at))
    }

    /// A string of R1 signals that ended in this frame, and which of the call it is.
    pub(super) fn hear(&mut self, heard: &Samples) -> Option<(Digits, u8)> {
        let Some(MfHeard::Began(signal)) = self.ear.hear(heard) else {
            return None;
        };
        match (signal, &mut self.string) {
            (mf::KP, string) => *string = Some(Digits::EMPTY),
            (mf::ST, string) => {
                let ended = string.take()?;
                self.strings += 1;
                return Some((ended, self.strings));
            }
            (signal, Some(string)) => {
                string.push(mf::digit(signal)?);
            }
            (_, None) => {}
        }
        None
    }
}

impl LineSignalling {
    /// Whether the exchange holds or blocks the idle trunk by itself.
    pub(super) fn holds(&self, at: Tick) -> bool {
        let own = match self {
            LineSignalling::Em(em) => &em.own,
            LineSignalling::R2(r2) => &r2.blocked,
            LineSignalling::Loop | LineSignalling::Ground { .. } => return false,
        };
        own.iter()
            .any(|&(from, length)| (from..from + length).contains(&at))
    }

    /// What an idle R2 trunk is sent.
    pub(super) fn idle_bits(&self) -> u8 {
        match self {
            LineSignalling::R2(r2) => 0b1000 | r2.cd,
            _ => super::Feed::IDLE.bits,
        }
    }

    /// Whether it may do anything of its own to an idle trunk.
    pub(super) fn is_restless(&self) -> bool {
        match self {
            LineSignalling::Em(em) => !em.own.is_empty(),
            LineSignalling::R2(r2) => !r2.blocked.is_empty(),
            LineSignalling::Loop | LineSignalling::Ground { .. } => false,
        }
    }
}

/// The state of its signals as an edge tells it.
pub(super) fn standing(signalling: &LineSignalling, feed: &super::Feed) -> Option<Edge> {
    let either = |yes, edge, other| if yes { edge } else { other };
    match signalling {
        LineSignalling::Loop => None,
        LineSignalling::Ground { .. } => Some(either(feed.tip, Edge::TipGround, Edge::TipOpen)),
        LineSignalling::Em(_) => Some(either(feed.off_hook, Edge::FarOffHook, Edge::FarOnHook)),
        LineSignalling::R2(_) => Some(Edge::Bits(Abcd::new(feed.bits))),
    }
}
