//! Words for tones, and for what speaks for an answer or a release.

use types::{
    answer_class::AnswerClass,
    evidence::{AnswerEvidence, ReleaseEvidence},
    tone::{SitKind, Tone},
};

/// The closed list of what `--hits` tells.
pub(crate) fn label(tone: Tone) -> Option<&'static str> {
    let hit = ["dial", "busy", "reorder", "ring", "sit"];
    hit.into_iter().find(|&word| word == event(tone))
}

/// What a tone means to the caller.
pub(crate) fn event(tone: Tone) -> &'static str {
    match tone {
        Tone::Dial | Tone::StutterDial => "dial",
        Tone::Ringback => "ring",
        Tone::Busy => "busy",
        Tone::Reorder => "reorder",
        Tone::Sit(_) => "sit",
        Tone::CallWaiting => "call-waiting",
        Tone::Howler => "howler",
        Tone::Record => "record",
    }
}

/// Which tone it is, in the words of the tone tables.
pub(crate) fn name(tone: Tone) -> &'static str {
    match tone {
        Tone::Dial => "dial",
        Tone::StutterDial => "stutter",
        Tone::Ringback => "ringback",
        Tone::Busy => "busy",
        Tone::Reorder => "reorder",
        Tone::CallWaiting => "call-waiting",
        Tone::Howler => "howler",
        Tone::Record => "record",
        Tone::Sit(kind) => match kind {
            SitKind::Intercept => "sit-intercept",
            SitKind::VacantCode => "sit-vacant-code",
            SitKind::ReorderLocal => "sit-reorder-local",
            SitKind::ReorderDistant => "sit-reorder-distant",
            SitKind::NoCircuitLocal => "sit-no-circuit-local",
            SitKind::NoCircuitDistant => "sit-no-circuit-distant",
            SitKind::Ineffective => "sit-ineffective",
            SitKind::Unknown => "sit-unknown",
        },
    }
}

/// What speaks for an answer.
pub(crate) fn answer_evidence(evidence: AnswerEvidence) -> &'static str {
    match evidence {
        AnswerEvidence::PolarityReversal => "polarity reversal",
        AnswerEvidence::FarOffHook => "the far end's off-hook",
        AnswerEvidence::AnswerSignal => "the answer signal",
        AnswerEvidence::RingbackStopped => "ringback that stopped",
        AnswerEvidence::Voice => "a voice",
        AnswerEvidence::Digit => "a digit",
        AnswerEvidence::Class(class) => match class {
            AnswerClass::Person => "the sound of a person",
            AnswerClass::Machine => "the sound of a machine",
            AnswerClass::Fax => "a fax machine",
            AnswerClass::Modem => "a modem",
            AnswerClass::Tty => "a text telephone",
            AnswerClass::Sit(_) => "a special information tone",
            AnswerClass::Silence => "silence",
        },
    }
}

/// What speaks for a release.
pub(crate) fn release_evidence(evidence: ReleaseEvidence) -> String {
    let word = match evidence {
        ReleaseEvidence::LoopBreak => "a loop break",
        ReleaseEvidence::FarOnHook => "the far end's on-hook",
        ReleaseEvidence::ClearBack => "a clear-back",
        ReleaseEvidence::ForcedRelease => "a forced release",
        ReleaseEvidence::PolarityBack => "polarity going back",
        ReleaseEvidence::DialTone => "dial tone",
        ReleaseEvidence::Silence => "silence",
        ReleaseEvidence::Alarm => "an alarm",
        ReleaseEvidence::Tone(tone) => return format!("{} tone", name(tone)),
    };
    word.to_owned()
}
