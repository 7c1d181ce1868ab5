//! What rules ask of an inmate: class, supervision level, steps of enrollment, and contacts.

use crate::id::{GroupId, InmateId};

/// One of the classes of inmates that a site has, 1 to 99.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct InmateClass(u8);

impl InmateClass {
    pub fn new(number: u8) -> Option<InmateClass> {
        (1..=99).contains(&number).then_some(InmateClass(number))
    }

    pub fn number(self) -> u8 {
        self.0
    }
}

/// A supervision level, 1 to 9; what each means is the site's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Supervision(u8);

impl Supervision {
    pub fn new(level: u8) -> Option<Supervision> {
        (1..=9).contains(&level).then_some(Supervision(level))
    }

    pub fn level(self) -> u8 {
        self.0
    }
}

/// What a contact is to the inmate.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Relationship {
    Spouse,
    Parent,
    Child,
    Sibling,
    Grandparent,
    /// Another relative.
    Relative,
    Friend,
    Attorney,
    Clergy,
    /// A consulate, a court, a social worker.
    Official,
    Other,
}

impl Relationship {
    pub const ALL: [Relationship; 11] = [
        Relationship::Spouse,
        Relationship::Parent,
        Relationship::Child,
        Relationship::Sibling,
        Relationship::Grandparent,
        Relationship::Relative,
        Relationship::Friend,
        Relationship::Attorney,
        Relationship::Clergy,
        Relationship::Official,
        Relationship::Other,
    ];

    /// As files write it.
    pub fn name(self) -> &'static str {
        match self {
            Relationship::Spouse => "spouse",
            Relationship::Parent => "parent",
            Relationship::Child => "child",
            Relationship::Sibling => "sibling",
            Relationship::Grandparent => "grandparent",
            Relationship::Relative => "relative",
            Relationship::Friend => "friend",
            Relationship::Attorney => "attorney",
            Relationship::Clergy => "clergy",
            Relationship::Official => "official",
            Relationship::Other => "other",
        }
    }

    pub fn named(name: &str) -> Option<Relationship> {
        Relationship::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// Which inmates, or which of their calls, a list or hours are for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Scope {
    Inmate(InmateId),
    /// Calls to contacts of this relationship.
    Relationship(Relationship),
    Class(InmateClass),
    Supervision(Supervision),
    /// Those who live in this group or below it.
    Group(GroupId),
}

/// What became of a contact that was put forward.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Review {
    Pending,
    Approved,
    Refused,
}

impl Review {
    pub const ALL: [Review; 3] = [Review::Pending, Review::Approved, Review::Refused];

    /// As files write it.
    pub fn name(self) -> &'static str {
        match self {
            Review::Pending => "pending",
            Review::Approved => "approved",
            Review::Refused => "refused",
        }
    }

    pub fn named(name: &str) -> Option<Review> {
        Review::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// A step of an inmate's enrollment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum EnrollmentStep {
    /// The identification was seen.
    Identified,
    /// The rules were read and signed.
    RulesSigned,
    /// The name was recorded.
    NameRecorded,
    /// The voice was taken down to be checked at each call. There is no such check yet: a site
    /// can't ask for it.
    VoiceTaken,
}

impl EnrollmentStep {
    pub const ALL: [EnrollmentStep; 4] = [
        EnrollmentStep::Identified,
        EnrollmentStep::RulesSigned,
        EnrollmentStep::NameRecorded,
        EnrollmentStep::VoiceTaken,
    ];

    /// As files write it.
    pub fn name(self) -> &'static str {
        match self {
            EnrollmentStep::Identified => "identified",
            EnrollmentStep::RulesSigned => "rules-signed",
            EnrollmentStep::NameRecorded => "name-recorded",
            EnrollmentStep::VoiceTaken => "voice-taken",
        }
    }

    /// One that can be: there is no check of voices yet.
    pub fn named(name: &str) -> Option<EnrollmentStep> {
        let known = EnrollmentStep::ALL.into_iter();
        let mut known = known.filter(|it| *it != EnrollmentStep::VoiceTaken);
        known.find(|it| it.name() == name)
    }
}

/// Steps of enrollment: those that are done, or those that are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Enrollment(u8);

impl Enrollment {
    pub const NONE: Enrollment = Enrollment(0);

    #[must_use]
    pub fn with(self, step: EnrollmentStep) -> Enrollment {
        Enrollment(self.0 | bit(step))
    }

    #[must_use]
    pub fn without(self, step: EnrollmentStep) -> Enrollment {
        Enrollment(self.0 & !bit(step))
    }

    pub fn has(self, step: EnrollmentStep) -> bool {
        self.0 & bit(step) != 0
    }

    /// Whether all of these steps are done.
    pub fn covers(self, asked: Enrollment) -> bool {
        asked.0 & !self.0 == 0
    }

    pub fn steps(self) -> impl Iterator<Item = EnrollmentStep> {
        let done = move |step: &EnrollmentStep| self.has(*step);
        EnrollmentStep::ALL.into_iter().filter(done)
    }
}

fn bit(step: EnrollmentStep) -> u8 {
    1 << match step {
        EnrollmentStep::Identified => 0,
        EnrollmentStep::RulesSigned => 1,
        EnrollmentStep::NameRecorded => 2,
        EnrollmentStep::VoiceTaken => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enrollment_is_a_set_of_steps() {
        let some = Enrollment::NONE
            .with(EnrollmentStep::Identified)
            .with(EnrollmentStep::VoiceTaken);
        let steps: Vec<_> = some.steps().collect();
        assert_eq!(
            steps,
            [EnrollmentStep::Identified, EnrollmentStep::VoiceTaken]
        );
        assert!(some.covers(Enrollment::NONE) && some.covers(some));
        assert!(!some.covers(some.with(EnrollmentStep::RulesSigned)));
        assert_eq!(some.without(EnrollmentStep::VoiceTaken).steps().count(), 1);
        for step in EnrollmentStep::ALL {
            assert!(Enrollment::NONE.with(step).has(step));
        }
    }
}
