//! How a call that may be placed is treated: a copy of what its call treatment says, which the
//! line keeps to its end.

use crate::tick::Ticks;

/// What becomes of a talk in which a third party was heard.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ThreeWayResponse {
    /// Cut, flagged, and counted for its number.
    Disconnect,
    /// Both parties are warned; flagged and counted.
    Warn(Warning),
    /// Flagged and counted; nobody hears of it.
    Flag,
    /// Neither flagged nor counted: an attorney's call.
    Ignore,
}

impl ThreeWayResponse {
    /// Each by its name in files.
    pub const NAMED: [(&str, ThreeWayResponse); 5] = [
        ("disconnect", ThreeWayResponse::Disconnect),
        ("warn", ThreeWayResponse::Warn(Warning::One)),
        ("warn-random", ThreeWayResponse::Warn(Warning::Random)),
        ("flag", ThreeWayResponse::Flag),
        ("ignore", ThreeWayResponse::Ignore),
    ];

    pub fn name(self) -> &'static str {
        let mut all = ThreeWayResponse::NAMED.into_iter();
        let name = all.find_map(|(name, response)| (response == self).then_some(name));
        name.expect("each has a name")
    }

    pub fn named(name: &str) -> Option<ThreeWayResponse> {
        let mut all = ThreeWayResponse::NAMED.into_iter();
        all.find_map(|(known, response)| (known == name).then_some(response))
    }
}

/// Which words a warning has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Warning {
    /// The same each time.
    One,
    /// Drawn each time, so that nobody learns to talk over it.
    Random,
}

/// What becomes of a call in which keys were pressed after outpulsing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ExtraDigitResponse {
    /// Cut at this many, flagged, and counted for its number.
    Disconnect { digits: u8 },
    /// From this many on, each is followed by digits of our own, so that what was keyed dials
    /// nothing; flagged and counted.
    Interfere { digits: u8 },
    /// Flagged and counted.
    Flag,
    /// Counted in the record, not flagged.
    Ignore,
}

/// What both parties are told while they talk, beside the warnings before the end.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Announcements {
    /// Where the call comes from, so often; `None` is never.
    pub origin_every: Option<Ticks>,
    /// How much time is left, so often.
    pub remaining_every: Option<Ticks>,
}

/// Whose name is said to the parties: the carrier's that carries the call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Brand {
    /// The carrier of local and IntraLATA calls.
    IntraLata,
    /// The carrier of InterLATA and interstate calls, and abroad.
    InterLata,
}

/// Which messages the called party hears, where that may be said. The name, the facility, and that the
/// call is recorded are never left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Messages {
    /// The carrier's name, before a call that is not collect; who is to pay for one always hears it.
    pub carrier: bool,
    /// That no third party may join, where one is looked for.
    pub three_way_notice: bool,
}

impl Messages {
    pub const ALL: Messages = Messages {
        carrier: true,
        three_way_notice: true,
    };
}

/// What a call treatment says of a call, beyond letting it through.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CallTreatment {
    /// Its number in the table; 0 is what holds for the whole site.
    pub number: u16,
    pub three_way: ThreeWayResponse,
    pub extra_digits: ExtraDigitResponse,
    pub announcements: Announcements,
    pub brand: Brand,
    /// To a called party who is asked to accept.
    pub messages: Messages,
    /// Both parties are told before the call is cut for fraud.
    pub word_before_cut: bool,
}

impl CallTreatment {
    /// What an unconfigured site gets.
    pub fn standard() -> CallTreatment {
        CallTreatment {
            number: 0,
            three_way: ThreeWayResponse::Flag,
            extra_digits: ExtraDigitResponse::Flag,
            announcements: Announcements::default(),
            brand: Brand::IntraLata,
            messages: Messages::ALL,
            word_before_cut: false,
        }
    }
}
