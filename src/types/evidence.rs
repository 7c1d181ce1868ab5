//! Why the controller believes that a call was answered or released. Never one
//! detector's word: each piece has a trust, and all are kept in the record.

use crate::{answer_class::AnswerClass, digits::List, tick::Tick, tone::Tone};

/// What speaks for an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AnswerEvidence {
    /// The exchange reversed the line's polarity (answer supervision).
    PolarityReversal,
    /// The far end of an E&M trunk went off-hook and stayed so.
    FarOffHook,
    /// The answer signal of an R2 trunk.
    AnswerSignal,
    /// Ringback stopped in mid-cycle or missed its next burst.
    RingbackStopped,
    /// A voice was heard after dialing.
    Voice,
    /// The called party pressed a digit.
    Digit,
    /// What answered, by its sound. The trust is how sure that is.
    Class(AnswerClass),
}

/// What speaks for the far end having hung up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReleaseEvidence {
    /// The exchange took battery, or the tip's ground, off the loop.
    LoopBreak,
    /// The far end of an E&M trunk went on-hook and stayed so.
    FarOnHook,
    /// R2: the called party hung up.
    ClearBack,
    /// R2: the exchange gave the circuit up.
    ForcedRelease,
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

/// The pieces that made up a decision, oldest first; see [`gather`].
pub type Evidences<E> = List<Weighed<E>, 8>;

/// Adds a piece. Pieces of one kind add up in one place, so the list holds every kind there is;
/// should it be full all the same, the oldest goes.
pub fn gather<E: PartialEq, const N: usize>(pieces: &mut List<Weighed<E>, N>, piece: Weighed<E>) {
    if let Some(same) = pieces.iter_mut().find(|p| p.evidence == piece.evidence) {
        same.trust = same.trust.saturating_add(piece.trust);
        same.at = piece.at;
        return;
    }
    if pieces.is_full() {
        pieces.remove(0);
    }
    pieces.push(piece);
}
