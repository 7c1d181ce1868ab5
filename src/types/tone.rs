//! The network's audible tones (ITU-T E.180, E.182), as vocabulary.

/// A tone that an exchange plays or a controller generates.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Tone {
    Dial,
    /// Interrupted dial tone: message waiting, or recall after a flash.
    StutterDial,
    Ringback,
    Busy,
    /// Congestion ("fast busy").
    Reorder,
    Sit(SitKind),
    CallWaiting,
    /// Receiver off hook ("howler").
    Howler,
    /// Recording warning tone.
    Record,
}

/// The kinds of special information tone (Telcordia SR-2275, section 6.21; ITU-T E.180
/// gives only the three frequencies).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SitKind {
    /// IC: vacant code.
    Intercept,
    VacantCode,
    ReorderLocal,
    ReorderDistant,
    NoCircuitLocal,
    NoCircuitDistant,
    Ineffective,
    /// Three rising tones whose lengths match no kind; also outside North America.
    Unknown,
}
