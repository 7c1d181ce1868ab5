//! Words for tones.

use types::tone::{SitKind, Tone};

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
