//! The number of every enum value that is stored. Each is written by hand and never used
//! again for another meaning; the order of an enum's variants has no part in it.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use types::{
    answer_class::AnswerClass,
    credential::{ConfirmBy, IdentifyBy},
    disposition::{Blocked, Disposition, EndedBy, FraudFlags, FraudKind},
    evidence::{AnswerEvidence, ReleaseEvidence},
    inmate::{EnrollmentStep, Relationship, Review},
    party_block::PartyBlock,
    phone_number::{CallType, DialingPattern},
    right::{Noun, Verb},
    settings::{CountsFrom, LanguageChoice, Period, Unrecorded},
    three_way::ThreeWayEvidence,
    tone::{SitKind, Tone},
    treatment::{Brand, ThreeWayResponse, Warning},
    verdict::{Check, Finding, Handling, RecordingRule},
};

/// An enum with a number for each value.
pub trait Coded: Copy {
    const NOUN: &'static str;
    fn code(self) -> u8;
    /// `None` for a number that stands for nothing.
    fn from_code(code: u8) -> Option<Self>;
}

macro_rules! codes {
    ($noun:literal, $type:ty { $([$($value:tt)+] = $code:literal,)+ }) => {
        impl $crate::codes::Coded for $type {
            const NOUN: &'static str = $noun;

            fn code(self) -> u8 {
                match self { $($($value)+ => $code,)+ }
            }

            fn from_code(code: u8) -> Option<Self> {
                match code { $($code => Some($($value)+),)+ _ => None }
            }
        }
    };
}
pub(crate) use codes;

/// An enum value in a stored struct: its number on disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Code<T>(pub T);

impl<T: Coded> Serialize for Code<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u8(self.0.code())
    }
}

impl<'de, T: Coded> Deserialize<'de> for Code<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Code<T>, D::Error> {
        let code = u8::deserialize(from)?;
        match T::from_code(code) {
            Some(value) => Ok(Code(value)),
            None => Err(D::Error::custom(format!(
                "no {} has number {code}",
                T::NOUN
            ))),
        }
    }
}

codes!("disposition", Disposition {
    [Disposition::InProgress] = 0,
    [Disposition::Completed] = 1,
    [Disposition::Abandoned] = 2,
    [Disposition::Blocked] = 3,
    [Disposition::NotDialed] = 4,
    [Disposition::NoTrunk] = 5,
    [Disposition::Busy] = 6,
    [Disposition::NetworkBusy] = 7,
    [Disposition::Intercept] = 8,
    [Disposition::NoAnswer] = 9,
    [Disposition::TrunkSilent] = 10,
    [Disposition::Refused] = 11,
    [Disposition::NotAccepted] = 12,
    [Disposition::Limited] = 13,
    [Disposition::CutOff] = 14,
    [Disposition::TrunkLost] = 15,
    [Disposition::Fault] = 16,
    [Disposition::Interrupted] = 17,
    [Disposition::AnsweringMachine] = 18,
    [Disposition::FaxModem] = 19,
    [Disposition::PhoneLost] = 20,
    [Disposition::ThreeWay] = 50,
    [Disposition::ExtraDigits] = 51,
});

codes!("blocked disposition", Blocked {
    [Blocked::PinInvalid] = 1,
    [Blocked::PinDisabled] = 2,
    [Blocked::PinInUse] = 3,
    [Blocked::PinNumberDisabled] = 4,
    [Blocked::NumberRestricted] = 5,
    [Blocked::NumberNotAllowed] = 6,
    [Blocked::TimeRestricted] = 7,
    [Blocked::CallTypeNotAllowed] = 8,
    [Blocked::SpeedDialNotAssigned] = 9,
    [Blocked::NumberNotValid] = 10,
    [Blocked::PhoneOutOfService] = 11,
    [Blocked::SystemUnavailable] = 12,
    [Blocked::PinResting] = 13,
    [Blocked::NotRecordable] = 14,
    [Blocked::PinNotYetValid] = 30,
    [Blocked::PinExpired] = 31,
    [Blocked::InmateSuspended] = 32,
    [Blocked::NotEnrolled] = 33,
    [Blocked::NumberPrivate] = 34,
    [Blocked::ContactNotApproved] = 35,
    [Blocked::OutsideWindow] = 36,
    [Blocked::NotBooked] = 37,
    [Blocked::NoOfficer] = 38,
    [Blocked::NumberBlockedForInmate] = 39,
    [Blocked::NotConfirmed] = 70,
    [Blocked::CardUnknown] = 71,
    [Blocked::IdUnknown] = 72,
    [Blocked::CalledPartyBlocksInmate] = 80,
    [Blocked::CalledPartyBlocksFacility] = 81,
    [Blocked::NotFromThisPhone] = 40,
    [Blocked::NoRoute] = 41,
    [Blocked::CallsUsedUp] = 20,
    [Blocked::MinutesUsedUp] = 21,
    [Blocked::TooSoon] = 22,
    [Blocked::NumberUsedUp] = 23,
    [Blocked::NumberFraud] = 50,
});

codes!("kind of fraud", FraudKind {
    [FraudKind::ThreeWay] = 1,
    [FraudKind::ExtraDigits] = 2,
});

codes!("ending party", EndedBy {
    [EndedBy::Inmate] = 1,
    [EndedBy::CalledParty] = 2,
    [EndedBy::Network] = 3,
    [EndedBy::Controller] = 4,
    [EndedBy::Officer] = 5,
});

codes!("dialing pattern", DialingPattern {
    [DialingPattern::ZeroPlus] = 1,
    [DialingPattern::OnePlus] = 2,
    [DialingPattern::Direct] = 3,
    [DialingPattern::International] = 4,
    [DialingPattern::SpeedDial] = 5,
});

codes!("call type", CallType {
    [CallType::Local] = 1,
    [CallType::IntraLata] = 2,
    [CallType::InterLata] = 3,
    [CallType::Interstate] = 4,
    [CallType::National] = 5,
    [CallType::Mobile] = 6,
    [CallType::TollFree] = 7,
    [CallType::Premium] = 8,
    [CallType::International] = 9,
    [CallType::Service] = 10,
});

codes!("handling", Handling {
    [Handling::AutomatedOperator] = 1,
    [Handling::CarrierOperator] = 2,
    [Handling::Direct] = 3,
});

codes!("recording rule", RecordingRule {
    [RecordingRule::Record] = 1,
    [RecordingRule::DoNotRecord] = 2,
    [RecordingRule::Privileged] = 3,
});

codes!("language choice", LanguageChoice {
    [LanguageChoice::Menu] = 1,
    [LanguageChoice::FromPin] = 2,
});

codes!("answer to a call that can't be recorded", Unrecorded {
    [Unrecorded::Refuse] = 1,
    [Unrecorded::Allow] = 2,
});

codes!("beginning of counting", CountsFrom {
    [CountsFrom::Dialing] = 1,
    [CountsFrom::Answer] = 2,
    [CountsFrom::Acceptance] = 3,
});

codes!("period", Period {
    [Period::Day] = 1,
    [Period::Week] = 2,
    [Period::Month] = 3,
});

codes!("way to say who calls", IdentifyBy {
    [IdentifyBy::Pin] = 1,
    [IdentifyBy::Card] = 2,
    [IdentifyBy::PinOrCard] = 3,
    [IdentifyBy::CardAndPin] = 4,
    [IdentifyBy::IdAndPasscode] = 5,
});

codes!("way to confirm a call", ConfirmBy {
    [ConfirmBy::Nobody] = 1,
    [ConfirmBy::Card] = 2,
    [ConfirmBy::Code] = 3,
    [ConfirmBy::Console] = 4,
    [ConfirmBy::Any] = 5,
});

codes!("noun of rights", Noun {
    [Noun::Inmates] = 1,
    [Noun::Pins] = 2,
    [Noun::PinSearch] = 3,
    [Noun::Contacts] = 4,
    [Noun::Numbers] = 5,
    [Noun::SpeedDials] = 6,
    [Noun::Phones] = 7,
    [Noun::Trunks] = 8,
    [Noun::Groups] = 9,
    [Noun::Schedules] = 10,
    [Noun::Windows] = 11,
    [Noun::Holidays] = 12,
    [Noun::Durations] = 13,
    [Noun::Treatments] = 14,
    [Noun::Routes] = 15,
    [Noun::Registers] = 16,
    [Noun::Bookings] = 17,
    [Noun::Blocks] = 18,
    [Noun::CallRecords] = 19,
    [Noun::Searches] = 20,
    [Noun::Reports] = 21,
    [Noun::Lines] = 22,
    [Noun::LineTests] = 23,
    [Noun::Officers] = 24,
    [Noun::Accounts] = 25,
    [Noun::Roles] = 26,
    [Noun::Tokens] = 27,
    [Noun::Audit] = 28,
    [Noun::Settings] = 29,
    [Noun::Imports] = 30,
    [Noun::Exports] = 31,
});

codes!("verb of rights", Verb {
    [Verb::See] = 1,
    [Verb::Change] = 2,
    [Verb::Do] = 3,
});

codes!("check", Check {
    [Check::PinRequired] = 1,
    [Check::PinTable] = 2,
    [Check::PinInUse] = 3,
    [Check::SpeedDial] = 4,
    [Check::CallType] = 5,
    [Check::PinNumberList] = 6,
    [Check::RestrictedMode] = 7,
    [Check::RestrictedTable] = 8,
    [Check::AllowedTable] = 9,
    [Check::TimeRestricted] = 10,
    [Check::Limit] = 11,
    [Check::ShorterNumber] = 12,
    [Check::GlobalBlockWins] = 16,
    [Check::AllowedRescues] = 17,
    [Check::InmateList] = 18,
    [Check::InmateRegister] = 20,
    [Check::NumberRegister] = 21,
    [Check::Officer] = 70,
    [Check::NumberFraud] = 50,
    [Check::NumberRecord] = 40,
    [Check::CallTypeTable] = 41,
    [Check::LineTreatment] = 42,
    [Check::Treatment] = 43,
    [Check::Route] = 44,
    [Check::InmateStatus] = 30,
    [Check::ListsOfOthers] = 31,
    [Check::RelationshipList] = 32,
    [Check::ClassList] = 33,
    [Check::SupervisionList] = 34,
    [Check::GroupList] = 35,
    [Check::Contact] = 36,
    [Check::Window] = 37,
    [Check::Booking] = 38,
    [Check::OfficerPresent] = 39,
    [Check::CalledParty] = 80,
});

codes!("block by a called party", PartyBlock {
    [PartyBlock::Inmate] = 1,
    [PartyBlock::Facility] = 2,
});

codes!("relationship", Relationship {
    [Relationship::Spouse] = 1,
    [Relationship::Parent] = 2,
    [Relationship::Child] = 3,
    [Relationship::Sibling] = 4,
    [Relationship::Grandparent] = 5,
    [Relationship::Relative] = 6,
    [Relationship::Friend] = 7,
    [Relationship::Attorney] = 8,
    [Relationship::Clergy] = 9,
    [Relationship::Official] = 10,
    [Relationship::Other] = 11,
});

codes!("review of a contact", Review {
    [Review::Pending] = 1,
    [Review::Approved] = 2,
    [Review::Refused] = 3,
});

// The number of its bit.
codes!("step of enrollment", EnrollmentStep {
    [EnrollmentStep::Identified] = 0,
    [EnrollmentStep::RulesSigned] = 1,
    [EnrollmentStep::NameRecorded] = 2,
    [EnrollmentStep::VoiceTaken] = 3,
});

codes!("finding", Finding {
    [Finding::Yes] = 1,
    [Finding::No] = 2,
    [Finding::Found] = 3,
    [Finding::NotFound] = 4,
    [Finding::Disabled] = 5,
    [Finding::Rescued] = 6,
    [Finding::Passed] = 7,
    [Finding::NotYet] = 30,
    [Finding::Expired] = 31,
    [Finding::Blocked] = 32,
    [Finding::Allowed] = 33,
    [Finding::UsedUp] = 20,
    [Finding::OfNumber] = 40,
    [Finding::OfPhone] = 41,
    [Finding::OfCallType] = 42,
});

codes!("three-way response", ThreeWayResponse {
    [ThreeWayResponse::Disconnect] = 1,
    [ThreeWayResponse::Warn(Warning::One)] = 2,
    [ThreeWayResponse::Warn(Warning::Random)] = 3,
    [ThreeWayResponse::Flag] = 4,
    [ThreeWayResponse::Ignore] = 5,
});

codes!("brand", Brand {
    [Brand::IntraLata] = 1,
    [Brand::InterLata] = 2,
});

codes!("answer evidence", AnswerEvidence {
    [AnswerEvidence::PolarityReversal] = 1,
    [AnswerEvidence::RingbackStopped] = 2,
    [AnswerEvidence::Voice] = 3,
    [AnswerEvidence::Digit] = 4,
    [AnswerEvidence::FarOffHook] = 5,
    [AnswerEvidence::AnswerSignal] = 6,
    [AnswerEvidence::Class(AnswerClass::Person)] = 64,
    [AnswerEvidence::Class(AnswerClass::Machine)] = 65,
    [AnswerEvidence::Class(AnswerClass::Fax)] = 66,
    [AnswerEvidence::Class(AnswerClass::Modem)] = 67,
    [AnswerEvidence::Class(AnswerClass::Tty)] = 68,
    [AnswerEvidence::Class(AnswerClass::Silence)] = 69,
    [AnswerEvidence::Class(AnswerClass::Sit(SitKind::Intercept))] = 80,
    [AnswerEvidence::Class(AnswerClass::Sit(SitKind::VacantCode))] = 81,
    [AnswerEvidence::Class(AnswerClass::Sit(SitKind::ReorderLocal))] = 82,
    [AnswerEvidence::Class(AnswerClass::Sit(SitKind::ReorderDistant))] = 83,
    [AnswerEvidence::Class(AnswerClass::Sit(SitKind::NoCircuitLocal))] = 84,
    [AnswerEvidence::Class(AnswerClass::Sit(SitKind::NoCircuitDistant))] = 85,
    [AnswerEvidence::Class(AnswerClass::Sit(SitKind::Ineffective))] = 86,
    [AnswerEvidence::Class(AnswerClass::Sit(SitKind::Unknown))] = 87,
});

codes!("three-way evidence", ThreeWayEvidence {
    [ThreeWayEvidence::Click] = 1,
    [ThreeWayEvidence::Silence] = 2,
    [ThreeWayEvidence::Level] = 3,
    [ThreeWayEvidence::NoiseFloor] = 4,
    [ThreeWayEvidence::EchoPath] = 5,
    [ThreeWayEvidence::DialTone] = 6,
    [ThreeWayEvidence::Digit] = 7,
    [ThreeWayEvidence::Ringback] = 8,
    [ThreeWayEvidence::NewTalker] = 9,
});

codes!("release evidence", ReleaseEvidence {
    [ReleaseEvidence::LoopBreak] = 1,
    [ReleaseEvidence::PolarityBack] = 2,
    [ReleaseEvidence::DialTone] = 3,
    [ReleaseEvidence::Silence] = 4,
    [ReleaseEvidence::Alarm] = 5,
    [ReleaseEvidence::FarOnHook] = 6,
    [ReleaseEvidence::ClearBack] = 7,
    [ReleaseEvidence::ForcedRelease] = 8,
    [ReleaseEvidence::Tone(Tone::Dial)] = 64,
    [ReleaseEvidence::Tone(Tone::StutterDial)] = 65,
    [ReleaseEvidence::Tone(Tone::Ringback)] = 66,
    [ReleaseEvidence::Tone(Tone::Busy)] = 67,
    [ReleaseEvidence::Tone(Tone::Reorder)] = 68,
    [ReleaseEvidence::Tone(Tone::CallWaiting)] = 69,
    [ReleaseEvidence::Tone(Tone::Howler)] = 70,
    [ReleaseEvidence::Tone(Tone::Record)] = 71,
    [ReleaseEvidence::Tone(Tone::Sit(SitKind::Intercept))] = 80,
    [ReleaseEvidence::Tone(Tone::Sit(SitKind::VacantCode))] = 81,
    [ReleaseEvidence::Tone(Tone::Sit(SitKind::ReorderLocal))] = 82,
    [ReleaseEvidence::Tone(Tone::Sit(SitKind::ReorderDistant))] = 83,
    [ReleaseEvidence::Tone(Tone::Sit(SitKind::NoCircuitLocal))] = 84,
    [ReleaseEvidence::Tone(Tone::Sit(SitKind::NoCircuitDistant))] = 85,
    [ReleaseEvidence::Tone(Tone::Sit(SitKind::Ineffective))] = 86,
    [ReleaseEvidence::Tone(Tone::Sit(SitKind::Unknown))] = 87,
});

const EXTRA_DIGITS: u32 = 1 << 0;
const SWITCH_HOOK: u32 = 1 << 1;
const SECOND_DIAL_TONE: u32 = 1 << 2;
const THREE_WAY: u32 = 1 << 3;
const KNOWN_FLAGS: u32 = EXTRA_DIGITS | SWITCH_HOOK | SECOND_DIAL_TONE | THREE_WAY;

/// The flags of a record: a bit each on disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FlagBits(pub FraudFlags);

impl Serialize for FlagBits {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        // Taken apart whole, so that a new flag cannot be forgotten here.
        let FraudFlags {
            extra_digits,
            switch_hook,
            second_dial_tone,
            three_way,
        } = self.0;
        let bits = [
            (extra_digits, EXTRA_DIGITS),
            (switch_hook, SWITCH_HOOK),
            (second_dial_tone, SECOND_DIAL_TONE),
            (three_way, THREE_WAY),
        ];
        to.serialize_u32(bits.iter().map(|(set, bit)| u32::from(*set) * bit).sum())
    }
}

impl<'de> Deserialize<'de> for FlagBits {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<FlagBits, D::Error> {
        let bits = u32::deserialize(from)?;
        if bits & !KNOWN_FLAGS != 0 {
            return Err(D::Error::custom(format!(
                "unknown fraud flags in {bits:#x}"
            )));
        }
        Ok(FlagBits(FraudFlags {
            extra_digits: bits & EXTRA_DIGITS != 0,
            switch_hook: bits & SWITCH_HOOK != 0,
            second_dial_tone: bits & SECOND_DIAL_TONE != 0,
            three_way: bits & THREE_WAY != 0,
        }))
    }
}
