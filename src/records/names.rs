//! The closed lists of values that records show. Each value is named here and nowhere else, but for
//! those that other programs show too: their types name them. The compiler asks for a name when a
//! value is added, and a test compares the lists with README.md.

use types::{
    answer_class::AnswerClass,
    disposition::{Blocked, Disposition, EndedBy},
    evidence::{AnswerEvidence, ReleaseEvidence},
    party_block::PartyBlock,
    phone_number::{CallType, DialingPattern},
    three_way::ThreeWayEvidence,
    tone::Tone,
    verdict::{Check, Finding, Handling},
};

/// Makes of one table both the name of each value and the list of all names.
macro_rules! names {
    ($(#[$doc:meta])* $function:ident, $list:ident, $type:ty: $($value:pat => $name:literal),+ $(,)?) => {
        $(#[$doc])*
        pub const fn $function(value: $type) -> &'static str {
            match value {
                $($value => $name,)+
            }
        }

        /// All names of this list, in the order of the values.
        pub const $list: &[&str] = &[$($name),+];
    };
}

names! {
    /// How the attempt ended.
    disposition, DISPOSITIONS, Disposition:
    Disposition::InProgress => "in-progress",
    Disposition::Completed => "completed",
    Disposition::Abandoned => "abandoned",
    Disposition::Blocked => "blocked",
    Disposition::NotDialed => "not-dialed",
    Disposition::NoTrunk => "no-trunk",
    Disposition::Busy => "busy",
    Disposition::NetworkBusy => "network-busy",
    Disposition::Intercept => "intercept",
    Disposition::NoAnswer => "no-answer",
    Disposition::TrunkSilent => "trunk-silent",
    Disposition::Refused => "refused",
    Disposition::NotAccepted => "not-accepted",
    Disposition::AnsweringMachine => "answering-machine",
    Disposition::FaxModem => "fax-modem",
    Disposition::Limited => "limited",
    Disposition::ThreeWay => "pfe-disconnect",
    Disposition::ExtraDigits => "dtmf-disconnect",
    Disposition::CutOff => "cut-off",
    Disposition::TrunkLost => "trunk-lost",
    Disposition::PhoneLost => "phone-lost",
    Disposition::Fault => "fault",
    Disposition::Interrupted => "interrupted",
}

names! {
    /// Why screening refused the call.
    blocked, BLOCKED, Blocked:
    Blocked::PinInvalid => "pin-invalid",
    Blocked::PinDisabled => "pin-disabled",
    Blocked::PinInUse => "pin-in-use",
    Blocked::PinNumberDisabled => "pin-number-disabled",
    Blocked::NumberRestricted => "number-restricted",
    Blocked::NumberNotAllowed => "number-not-allowed",
    Blocked::TimeRestricted => "time-restricted",
    Blocked::NumberFraud => "number-fraud",
    Blocked::CallTypeNotAllowed => "call-type-not-allowed",
    Blocked::SpeedDialNotAssigned => "speed-dial-not-assigned",
    Blocked::NumberNotValid => "number-not-valid",
    Blocked::PhoneOutOfService => "phone-out-of-service",
    Blocked::SystemUnavailable => "system-unavailable",
    Blocked::PinResting => "pin-resting",
    Blocked::NotRecordable => "not-recordable",
    Blocked::PinNotYetValid => "pin-not-yet-valid",
    Blocked::PinExpired => "pin-expired",
    Blocked::InmateSuspended => "inmate-suspended",
    Blocked::NotEnrolled => "not-enrolled",
    Blocked::NumberPrivate => "number-private",
    Blocked::NumberBlockedForInmate => "number-blocked-for-inmate",
    Blocked::ContactNotApproved => "contact-not-approved",
    Blocked::OutsideWindow => "outside-window",
    Blocked::NotBooked => "not-booked",
    Blocked::NoOfficer => "no-officer",
    Blocked::NotConfirmed => "not-confirmed",
    Blocked::CardUnknown => "card-unknown",
    Blocked::IdUnknown => "id-unknown",
    Blocked::CalledPartyBlocksInmate => "called-party-blocks-inmate",
    Blocked::CalledPartyBlocksFacility => "called-party-blocks-facility",
    Blocked::NotFromThisPhone => "not-from-this-phone",
    Blocked::NoRoute => "no-route",
    Blocked::CallsUsedUp => "calls-used-up",
    Blocked::MinutesUsedUp => "minutes-used-up",
    Blocked::TooSoon => "too-soon",
    Blocked::NumberUsedUp => "number-used-up",
}

names! {
    /// Who or what ended the call.
    ended_by, ENDED_BY, EndedBy:
    EndedBy::Inmate => "inmate",
    EndedBy::CalledParty => "called-party",
    EndedBy::Network => "network",
    EndedBy::Controller => "controller",
    EndedBy::Officer => "officer",
}

names! {
    /// What the inmate's keys looked like.
    pattern, PATTERNS, DialingPattern:
    DialingPattern::ZeroPlus => "zero-plus",
    DialingPattern::OnePlus => "one-plus",
    DialingPattern::Direct => "direct",
    DialingPattern::International => "international",
    DialingPattern::SpeedDial => "speed-dial",
}

names! {
    /// The rating class of the number, seen from the facility.
    call_type, CALL_TYPES, CallType:
    CallType::Local => "local",
    CallType::IntraLata => "intra-lata",
    CallType::InterLata => "inter-lata",
    CallType::Interstate => "interstate",
    CallType::National => "national",
    CallType::Mobile => "mobile",
    CallType::TollFree => "toll-free",
    CallType::Premium => "premium",
    CallType::International => "international",
    CallType::Service => "service",
}

names! {
    /// Who handled the call once it was dialed.
    handling, HANDLINGS, Handling:
    Handling::AutomatedOperator => "automated-operator",
    Handling::CarrierOperator => "carrier-operator",
    Handling::Direct => "direct",
}

names! {
    /// A table or rule that the call passed.
    check, CHECKS, Check:
    Check::PinRequired => "pin-required",
    Check::PinTable => "pin-table",
    Check::PinInUse => "pin-in-use",
    Check::SpeedDial => "speed-dial",
    Check::CallType => "call-type",
    Check::PinNumberList => "pin-number-list",
    Check::RestrictedMode => "restricted-mode",
    Check::RestrictedTable => "restricted-table",
    Check::GlobalBlockWins => "global-block-wins",
    Check::AllowedRescues => "allowed-rescues",
    Check::AllowedTable => "allowed-table",
    Check::CalledParty => "called-party",
    Check::TimeRestricted => "time-restricted",
    Check::InmateStatus => "inmate-status",
    Check::InmateList => "inmate-list",
    Check::ListsOfOthers => "lists-of-others",
    Check::RelationshipList => "relationship-list",
    Check::ClassList => "class-list",
    Check::SupervisionList => "supervision-list",
    Check::GroupList => "group-list",
    Check::Contact => "contact",
    Check::Window => "window",
    Check::Booking => "booking",
    Check::OfficerPresent => "officer-present",
    Check::ShorterNumber => "shorter-number",
    Check::NumberFraud => "number-fraud",
    Check::InmateRegister => "inmate-register",
    Check::NumberRegister => "number-register",
    Check::Limit => "limit",
    Check::Officer => "officer",
    Check::NumberRecord => "number-record",
    Check::CallTypeTable => "call-type-table",
    Check::LineTreatment => "line-treatment",
    Check::Treatment => "treatment",
    Check::Route => "route",
}

names! {
    /// Whose calls the called party refused for good.
    party_block, PARTY_BLOCKS, PartyBlock:
    PartyBlock::Inmate => "inmate",
    PartyBlock::Facility => "facility",
}

names! {
    /// What that table or rule said.
    finding, FINDINGS, Finding:
    Finding::Yes => "yes",
    Finding::No => "no",
    Finding::Found => "found",
    Finding::NotFound => "not-found",
    Finding::Disabled => "disabled",
    Finding::Rescued => "rescued",
    Finding::Passed => "passed",
    Finding::NotYet => "not-yet",
    Finding::Expired => "expired",
    Finding::Blocked => "blocked",
    Finding::Allowed => "allowed",
    Finding::OfNumber => "of-number",
    Finding::OfPhone => "of-phone",
    Finding::OfCallType => "of-call-type",
    Finding::UsedUp => "used-up",
}

names! {
    /// Why the call was held to be answered.
    answer_evidence, ANSWER_EVIDENCE, AnswerEvidence:
    AnswerEvidence::PolarityReversal => "polarity-reversal",
    AnswerEvidence::RingbackStopped => "ringback-stopped",
    AnswerEvidence::Voice => "voice",
    AnswerEvidence::Digit => "digit",
    AnswerEvidence::FarOffHook => "far-off-hook",
    AnswerEvidence::AnswerSignal => "answer-signal",
    AnswerEvidence::Class(AnswerClass::Person) => "class-person",
    AnswerEvidence::Class(AnswerClass::Machine) => "class-machine",
    AnswerEvidence::Class(AnswerClass::Fax) => "class-fax",
    AnswerEvidence::Class(AnswerClass::Modem) => "class-modem",
    AnswerEvidence::Class(AnswerClass::Tty) => "class-tty",
    AnswerEvidence::Class(AnswerClass::Sit(_)) => "class-sit",
    AnswerEvidence::Class(AnswerClass::Silence) => "class-silence",
}

names! {
    /// Why the far end was held to be gone.
    release_evidence, RELEASE_EVIDENCE, ReleaseEvidence:
    ReleaseEvidence::LoopBreak => "loop-break",
    ReleaseEvidence::FarOnHook => "far-on-hook",
    ReleaseEvidence::ClearBack => "clear-back",
    ReleaseEvidence::ForcedRelease => "forced-release",
    ReleaseEvidence::PolarityBack => "polarity-back",
    ReleaseEvidence::DialTone => "dial-tone",
    ReleaseEvidence::Silence => "silence",
    ReleaseEvidence::Alarm => "alarm",
    ReleaseEvidence::Tone(Tone::Dial) => "tone-dial",
    ReleaseEvidence::Tone(Tone::StutterDial) => "tone-stutter-dial",
    ReleaseEvidence::Tone(Tone::Ringback) => "tone-ringback",
    ReleaseEvidence::Tone(Tone::Busy) => "tone-busy",
    ReleaseEvidence::Tone(Tone::Reorder) => "tone-reorder",
    ReleaseEvidence::Tone(Tone::Sit(_)) => "tone-sit",
    ReleaseEvidence::Tone(Tone::CallWaiting) => "tone-call-waiting",
    ReleaseEvidence::Tone(Tone::Howler) => "tone-howler",
    ReleaseEvidence::Tone(Tone::Record) => "tone-record",
}

/// What spoke for a third party on the call.
pub const fn three_way(value: ThreeWayEvidence) -> &'static str {
    value.name()
}

/// All names of this list, in the order of the values.
pub const THREE_WAY: &[&str] = &{
    let mut names = [""; ThreeWayEvidence::ALL.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = ThreeWayEvidence::ALL[at].name();
        at += 1;
    }
    names
};

/// The flags of suspicion, as `types::disposition::FraudFlags::names` gives them.
pub const FLAGS: &[&str] = &[
    "extra-digits",
    "switch-hook",
    "second-dial-tone",
    "three-way",
];

/// Every closed list with the key of the record that shows it.
pub const LISTS: &[(&str, &[&str])] = &[
    ("disposition", DISPOSITIONS),
    ("blocked", BLOCKED),
    ("ended_by", ENDED_BY),
    ("pattern", PATTERNS),
    ("call_type", CALL_TYPES),
    ("handling", HANDLINGS),
    ("screening check", CHECKS),
    ("screening finding", FINDINGS),
    ("answer_evidence", ANSWER_EVIDENCE),
    ("release_evidence", RELEASE_EVIDENCE),
    ("three_way", THREE_WAY),
    ("flags", FLAGS),
    ("party_block", PARTY_BLOCKS),
];

#[cfg(test)]
mod tests {
    use super::*;
    use types::disposition::FraudFlags;

    #[test]
    fn every_name_is_kebab_case_and_stands_once_in_its_list() {
        for (key, names) in LISTS {
            for (at, name) in names.iter().enumerate() {
                let kebab = name.bytes().all(|c| c.is_ascii_lowercase() || c == b'-');
                assert!(kebab, "{key}: {name} is not kebab-case");
                assert!(!names[..at].contains(name), "{key}: {name} stands twice");
            }
        }
    }

    #[test]
    fn the_list_of_flags_is_that_of_the_types() {
        let all = FraudFlags {
            extra_digits: true,
            switch_hook: true,
            second_dial_tone: true,
            three_way: true,
        };
        assert_eq!(all.names().collect::<Vec<_>>(), FLAGS);
    }

    /// The README has a row `| key | values |` for each list.
    #[test]
    fn the_readme_has_every_list_whole() {
        let readme = include_str!("../../README.md");
        for (key, names) in LISTS {
            let row = readme
                .lines()
                .find(|line| line.starts_with(&format!("| `{key}` | `")))
                .unwrap_or_else(|| panic!("README.md has no row for `{key}`"));
            let values = row.split('|').nth(2).expect("a second column");
            let told: Vec<&str> = values.split('`').skip(1).step_by(2).collect();
            assert_eq!(&told, names, "the README's values of `{key}`");
        }
    }
}
