//! Why a call looks as if a third party had been joined to it. No piece decides alone: they add
//! up over time, and all are kept for who must judge it.

use crate::{digits::List, evidence::Weighed};

/// What speaks for a third party.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ThreeWayEvidence {
    /// The click of a switch hook at the called party's end.
    Click,
    /// The connection went silent, below its own noise: the called party's line was held.
    Silence,
    /// Another level of the same connection than before.
    Level,
    /// Another noise floor than before.
    NoiseFloor,
    /// Another echo of the inmate's own voice: the line at the far end has changed.
    EchoPath,
    /// A dial tone at the far end.
    DialTone,
    /// Digits dialed at the far end.
    Digit,
    /// A third telephone rings.
    Ringback,
    /// A voice that was not there before.
    NewTalker,
}

impl ThreeWayEvidence {
    /// All, in their order.
    pub const ALL: [ThreeWayEvidence; 9] = [
        ThreeWayEvidence::Click,
        ThreeWayEvidence::Silence,
        ThreeWayEvidence::Level,
        ThreeWayEvidence::NoiseFloor,
        ThreeWayEvidence::EchoPath,
        ThreeWayEvidence::DialTone,
        ThreeWayEvidence::Digit,
        ThreeWayEvidence::Ringback,
        ThreeWayEvidence::NewTalker,
    ];

    /// As records and programs show it.
    pub const fn name(self) -> &'static str {
        match self {
            ThreeWayEvidence::Click => "click",
            ThreeWayEvidence::Silence => "silence",
            ThreeWayEvidence::Level => "level",
            ThreeWayEvidence::NoiseFloor => "noise-floor",
            ThreeWayEvidence::EchoPath => "echo-path",
            ThreeWayEvidence::DialTone => "dial-tone",
            ThreeWayEvidence::Digit => "digit",
            ThreeWayEvidence::Ringback => "ringback",
            ThreeWayEvidence::NewTalker => "new-talker",
        }
    }
}

/// Each kind is in its place, up to the last.
const _: () = {
    let all = ThreeWayEvidence::ALL;
    assert!(all.len() == ThreeWayEvidence::NewTalker as usize + 1);
    let mut at = 0;
    while at < all.len() {
        assert!(all[at] as usize == at);
        at += 1;
    }
};

/// The pieces, oldest first; one of each kind.
pub type ThreeWayEvidences = List<Weighed<ThreeWayEvidence>, { ThreeWayEvidence::ALL.len() }>;
