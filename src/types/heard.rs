//! What a line's ear heard on one leg, in the field's terms.

use crate::{answer_class::AnswerClass, digits::Digit, evidence::Trust, tick::Tick, tone::Tone};

/// One thing that was heard.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Heard {
    /// A DTMF digit began (it has already met the accept time).
    DigitStart {
        digit: Digit,
        start: Tick,
        level_dbm0: f32,
        twist_db: f32,
    },
    /// The digit ended.
    DigitEnd {
        digit: Digit,
        start: Tick,
        end: Tick,
    },
    /// A network tone is recognised; told once for a continuous tone and again at each full
    /// cycle of a cadenced one.
    Tone {
        tone: Tone,
        cycles: u16,
        start: Tick,
        level_dbm0: f32,
        confidence: f32,
    },
    /// A network tone that was recognised has stopped.
    ToneEnd { tone: Tone, at: Tick },
    /// Sustained speech-like energy that is no network tone.
    Voice { start: Tick, level_dbm0: f32 },
    /// A digit dialed on a rotary telephone at the far end, heard as clicks.
    PulseDigit {
        digit: Digit,
        start: Tick,
        end: Tick,
    },
    /// What answered, by its sound; may be told again when more of it was heard.
    Class {
        class: AnswerClass,
        decided: Tick,
        trust: Trust,
    },
    /// Nothing above the noise floor since `since`; told when it has lasted the set time.
    Silence { since: Tick },
}
