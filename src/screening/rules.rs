use crate::{PeopleRules, Weekend};
use types::settings::{Unrecorded, Warnings};

/// The site's settings of screening. Where the trade does it in two ways, both are here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rules {
    /// With PINs: restricted numbers are checked, and a number in no table is allowed. Without
    /// this, only listed and allowed numbers can be called.
    pub check_restricted: bool,
    /// An allowed entry that is as specific as the restricted one, or more, overrides it.
    pub allowed_rescues: bool,
    /// What is blocked for everybody is so in every mode, on the PIN's own list or on none, unless an
    /// allowed entry rescues it.
    pub global_block_wins: bool,
    /// Calls that are not privileged are recorded.
    pub record: bool,
    /// What becomes of calls that must be recorded and can't be.
    pub unrecorded: Unrecorded,
    /// Privileged calls need an officer as others do, where the phone asks for one.
    pub officer_for_privileged: bool,
    pub weekend: Weekend,
    /// For a class and call type without an entry, in seconds.
    pub default_limit_seconds: u32,
    /// Whether the limit of a call is told before it, where its treatment does not say.
    pub announce_limit: bool,
    pub warnings: Warnings,
    pub people: PeopleRules,
}

impl Rules {
    pub fn standard() -> Rules {
        Rules {
            check_restricted: true,
            allowed_rescues: true,
            global_block_wins: true,
            record: true,
            unrecorded: Unrecorded::Refuse,
            officer_for_privileged: false,
            weekend: Weekend::SATURDAY_SUNDAY,
            default_limit_seconds: 15 * 60,
            announce_limit: true,
            warnings: Warnings::standard(),
            people: PeopleRules::standard(),
        }
    }
}
