//! What screening asks of inmates beyond their PIN: who they are to the facility, the lists
//! and hours that hold for them, and their contacts.

use crate::Disabled;
use types::{
    disposition::Blocked,
    id::GroupId,
    inmate::{Enrollment, InmateClass, Relationship, Review, Supervision},
    tick::Ticks,
};

/// What the site wants of lists, calling hours and contacts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PeopleRules {
    /// A number on a PIN's list is refused to PINs that don't list it, unless it is allowed for
    /// everybody.
    pub private_numbers: bool,
    /// Several PINs may list one number.
    pub shared_numbers: bool,
    /// All calling hours that there are must be open; else those nearest to the inmate.
    pub all_windows: bool,
    /// Only approved contacts, and numbers allowed for everybody, may be called.
    pub only_approved_contacts: bool,
    /// A contact is approved by two persons.
    pub two_persons: bool,
    /// Steps that must be done before the first call.
    pub enrollment: Enrollment,
}

impl PeopleRules {
    pub fn standard() -> PeopleRules {
        PeopleRules {
            private_numbers: true,
            shared_numbers: true,
            all_windows: true,
            only_approved_contacts: false,
            two_persons: false,
            enrollment: Enrollment::NONE,
        }
    }
}

/// An inmate, as rules see one.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Profile {
    pub suspended: Disabled,
    pub enrolled: Enrollment,
    pub class: Option<InmateClass>,
    pub supervision: Option<Supervision>,
    /// The living unit, the group it is a part of, and so on up.
    pub units: Vec<GroupId>,
    /// Only booked calls.
    pub booked_only: bool,
    /// The longest call of the inmate and of the class, in seconds: the shorter of them.
    pub longest_seconds: Option<u32>,
}

impl Profile {
    /// Why the inmate may make no call at all.
    pub fn barred(&self, rules: &PeopleRules, now_utc_ms: i64) -> Option<Blocked> {
        if self.suspended.holds(now_utc_ms) {
            Some(Blocked::InmateSuspended)
        } else if !self.enrolled.covers(rules.enrollment) {
            Some(Blocked::NotEnrolled)
        } else {
            None
        }
    }
}

/// What a list says of a number, and how many digits of the entry are fixed. Where both of its sides
/// have it, it is blocked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Listing {
    Blocked(u8),
    Allowed(u8),
}

/// Whom a number belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Contact {
    pub relationship: Relationship,
    pub review: Review,
}

/// How long something is open from now on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Open {
    No,
    For(Ticks),
    /// Longer than any call.
    Throughout,
}

impl Open {
    /// Open as long as both are.
    #[must_use]
    pub fn and(self, other: Open) -> Open {
        match (self, other) {
            (Open::No, _) | (_, Open::No) => Open::No,
            (Open::Throughout, open) | (open, Open::Throughout) => open,
            (Open::For(a), Open::For(b)) => Open::For(a.min(b)),
        }
    }

    /// Open as long as one of them is.
    #[must_use]
    pub fn or(self, other: Open) -> Open {
        match (self, other) {
            (Open::Throughout, _) | (_, Open::Throughout) => Open::Throughout,
            (Open::No, open) | (open, Open::No) => open,
            (Open::For(a), Open::For(b)) => Open::For(a.max(b)),
        }
    }
}
