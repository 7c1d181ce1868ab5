//! Why the controller believes that a call was answered or released. Never one
//! detector's word: each piece has a trust, and all are kept in the record.

use crate::{digits::List, tick::Tick, tone::Tone};

/// What speaks for an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AnswerEvidence {
    /// The exchange reversed the line's polarity (answer supervision).
    PolarityReversal,
    /// Ringback stopped in mid-cycle or missed its next burst.
    RingbackStopped,
    /// A voice was heard after dialing.
    Voice,
    /// The called party pressed a digit.
    Digit,
}

/// What speaks for the far end having hung up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReleaseEvidence {
    /// The exchange took battery off the loop.
    LoopBreak,
    /// Polarity fell back to idle after an answer.
    PolarityBack,
    /// Busy, reorder, or another tone of the exchange in mid-call.
    Tone(Tone),
    /// Dial tone in mid-call: the far end is gone and the exchange offers a new call.
    DialTone,
    /// Neither party was heard for the set time.
    Silence,
    /// The span or the card failed.
    Alarm,
}

/// How much one piece of evidence weighs, in hundredths; 100 or more together is a fact.
pub type Trust = u8;

/// A piece of evidence, when it came, and how far it is believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Weighed<E> {
    pub evidence: E,
    pub at: Tick,
    pub trust: Trust,
}

/// The pieces that made up a decision, oldest first. Later pieces past the space are dropped:
/// by then the decision has long been made.
pub type Evidences<E> = List<Weighed<E>, 6>;
