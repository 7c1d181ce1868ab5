//! A call record in a sentence or two that a person reads.

use backoffice::moment;
use jiff::tz::TimeZone;
use types::{
    answer_class::AnswerClass,
    call_record::CallRecord,
    disposition::{Blocked, Disposition, EndedBy},
    evidence::{AnswerEvidence, ReleaseEvidence},
    party_block::PartyBlock,
    phone_number::{CallType, DialingPattern},
    three_way::ThreeWayEvidence,
    tick::Ticks,
    tone::Tone,
    verdict::{Check, Finding, Handling, Permit, RecordingRule, Step},
};

/// The record as text: who called whom when, and what became of it.
pub fn words(record: &CallRecord, zone: &TimeZone) -> String {
    let mut text = format!(
        "{} call {}, line {}: {}.",
        moment(record.started_utc_ms, zone),
        record.call,
        record.line,
        deed(record),
    );
    text.push(' ');
    text.push_str(&outcome(record));
    if let Some(answer) = answer(record) {
        text.push_str(&answer);
    }
    let flags: Vec<String> = record
        .flags
        .names()
        .map(|name| name.replace('-', " "))
        .collect();
    if record.recording == Some(RecordingRule::Privileged) {
        text.push_str(" Privileged: not recorded.");
    }
    if let Some(gap) = record.recording_gap.filter(|&gap| gap > Ticks::ZERO) {
        text.push_str(&format!(" Missing on its recording: {}.", length(gap)));
    }
    if !flags.is_empty() {
        text.push_str(&format!(" Flagged: {}.", flags.join(", ")));
    }
    text.push_str(&watched(record));
    text
}

/// What was heard of fraud, how often, and what was done about it.
fn watched(record: &CallRecord) -> String {
    let response = &record.response;
    let all = [
        ("third party heard", response.three_way_times),
        ("both parties warned", response.warned),
        ("keys interfered with", response.interfered),
    ];
    let told: Vec<String> = all
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(what, count)| format!("{what} {}", times(count)))
        .collect();
    match told.is_empty() {
        true => String::new(),
        false => format!(" Watched: {}.", told.join(", ")),
    }
}

fn times(count: u16) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    }
}

/// A length of time as people say it.
pub fn length(ticks: Ticks) -> String {
    let seconds = ticks.as_ms() as f64 / 1000.0;
    match ticks.as_secs() {
        0..60 if ticks.as_ms().is_multiple_of(1000) => format!("{seconds:.0} s"),
        0..60 => format!("{seconds:.1} s"),
        whole if whole % 60 == 0 => format!("{} min", whole / 60),
        whole => format!("{} min {} s", whole / 60, whole % 60),
    }
}

/// Who did what.
fn deed(record: &CallRecord) -> String {
    let no_number = record.dialed.is_empty();
    match record.blocked {
        Some(Blocked::PinInvalid) if no_number => "somebody keyed a PIN".to_owned(),
        Some(Blocked::SystemUnavailable) if no_number => {
            "somebody keyed a PIN, which could not be checked".to_owned()
        }
        _ => format!("{} {}", caller(record), dialed(record)),
    }
}

fn caller(record: &CallRecord) -> String {
    match (&record.inmate_name, &record.inmate_id) {
        (Some(name), Some(id)) => format!("{name} ({id})"),
        (None, Some(id)) => format!("inmate {id}"),
        (Some(name), None) => name.clone(),
        (None, None) if asked_for_no_pin(record) => "a caller without a PIN".to_owned(),
        (None, None) => "an unknown caller".to_owned(),
    }
}

fn asked_for_no_pin(record: &CallRecord) -> bool {
    let none = |step: &Step| step.check == Check::PinRequired && step.finding == Finding::No;
    record.screening.iter().any(none)
}

fn dialed(record: &CallRecord) -> String {
    if record.dialed.is_empty() {
        return "dialed no number".to_owned();
    }
    let kind = match (record.pattern, record.call_type) {
        (Some(pattern), Some(kind)) => {
            format!(" ({}, {})", pattern_words(pattern), type_words(kind))
        }
        (Some(pattern), None) => format!(" ({})", pattern_words(pattern)),
        (None, _) => String::new(),
    };
    let to = match (record.pattern, record.number) {
        (Some(DialingPattern::SpeedDial), Some(number)) => format!(" for {number}"),
        _ => String::new(),
    };
    format!("dialed {}{to}{kind}", record.dialed)
}

fn outcome(record: &CallRecord) -> String {
    let talked = length(record.talk);
    let who = record.ended_by.map_or("somebody", party_words);
    match record.disposition {
        Disposition::InProgress => "The call goes on.".to_owned(),
        Disposition::Completed => {
            format!(
                "They talked for {talked}; {who} ended it{}.",
                release(record)
            )
        }
        Disposition::Abandoned if record.ended_by == Some(EndedBy::CalledParty) => {
            "The called party accepted, but hung up before any talk.".to_owned()
        }
        Disposition::Abandoned => "The inmate hung up before the call was through.".to_owned(),
        Disposition::Blocked => match record.blocked {
            Some(why) => format!("Refused: {}.", blocked_words(why)),
            None => "Refused.".to_owned(),
        },
        Disposition::NotDialed => "No number was completed.".to_owned(),
        Disposition::NoTrunk => "No trunk was free or gave dial tone.".to_owned(),
        Disposition::Busy => "The number was busy.".to_owned(),
        Disposition::NetworkBusy => "The network was busy.".to_owned(),
        Disposition::Intercept => "The number is not in service.".to_owned(),
        Disposition::NoAnswer => "Nobody answered.".to_owned(),
        Disposition::TrunkSilent => "The trunk stayed silent after dialing.".to_owned(),
        Disposition::Refused => refusal_words(record.party_block).to_owned(),
        Disposition::NotAccepted => "The called party did not accept the call.".to_owned(),
        Disposition::AnsweringMachine => "An answering machine answered.".to_owned(),
        Disposition::FaxModem => "A fax machine or a modem answered.".to_owned(),
        Disposition::Limited => format!("They talked for {talked} and were cut at the limit."),
        Disposition::ThreeWay => {
            format!("They talked for {talked} and were cut off: a third party was heard.")
        }
        Disposition::ExtraDigits => {
            format!("Cut off {}: keys were pressed.", how_far(record))
        }
        Disposition::CutOff if record.talk == Ticks::ZERO => format!("Cut off by {who}."),
        Disposition::CutOff => format!("They talked for {talked}; {who} cut the call off."),
        Disposition::TrunkLost => format!("The trunk was lost {}.", how_far(record)),
        Disposition::PhoneLost => format!("The phone's port was lost {}.", how_far(record)),
        Disposition::Fault => format!("The line's program failed {}.", how_far(record)),
        Disposition::Interrupted => format!("The controller stopped {}.", how_far(record)),
    }
}

fn refusal_words(block: Option<PartyBlock>) -> &'static str {
    match block {
        None => "The called party refused the call.",
        Some(PartyBlock::Inmate) => {
            "The called party refused the call, and all further ones of this inmate."
        }
        Some(PartyBlock::Facility) => {
            "The called party refused the call, and all further ones from the facility."
        }
    }
}

/// How far a call had come when something failed.
fn how_far(record: &CallRecord) -> String {
    match (record.talk, record.answered_utc_ms) {
        (Ticks::ZERO, None) => "before the call was answered".to_owned(),
        (Ticks::ZERO, Some(_)) => "before the parties could talk".to_owned(),
        (talk, _) => format!("after {} of talk", length(talk)),
    }
}

/// How the answer was known, and how long that took.
fn answer(record: &CallRecord) -> Option<String> {
    let after = record.answered_utc_ms? - record.started_utc_ms;
    let after = length(Ticks::ms(u64::try_from(after / 100 * 100).ok()?));
    let pieces = record.answer_evidence.iter();
    let pieces: Vec<&str> = pieces.map(|(piece, _)| answer_words(*piece)).collect();
    let by = match pieces.is_empty() {
        true => String::new(),
        false => format!(", known by {}", pieces.join(" and ")),
    };
    Some(format!(" Answered {after} after off-hook{by}."))
}

fn release(record: &CallRecord) -> String {
    match record.release_evidence.last() {
        Some((piece, _)) if record.ended_by != Some(EndedBy::Inmate) => {
            format!(" (seen by {})", release_words(*piece))
        }
        _ => String::new(),
    }
}

pub fn party_words(by: EndedBy) -> &'static str {
    match by {
        EndedBy::Inmate => "the inmate",
        EndedBy::CalledParty => "the called party",
        EndedBy::Network => "the network",
        EndedBy::Controller => "the controller",
        EndedBy::Officer => "an officer",
    }
}

pub fn pattern_words(pattern: DialingPattern) -> &'static str {
    match pattern {
        DialingPattern::ZeroPlus => "0+",
        DialingPattern::OnePlus => "1+",
        DialingPattern::Direct => "direct",
        DialingPattern::International => "011",
        DialingPattern::SpeedDial => "speed dial",
    }
}

pub fn type_words(kind: CallType) -> &'static str {
    match kind {
        CallType::Local => "local",
        CallType::IntraLata => "within the LATA",
        CallType::InterLata => "to another LATA",
        CallType::Interstate => "interstate",
        CallType::National => "national",
        CallType::Mobile => "mobile",
        CallType::TollFree => "toll-free",
        CallType::Premium => "premium",
        CallType::International => "international",
        CallType::Service => "network service",
    }
}

pub fn blocked_words(why: Blocked) -> &'static str {
    match why {
        Blocked::PinInvalid => "the PIN is not known",
        Blocked::PinDisabled => "the PIN is disabled",
        Blocked::PinInUse => "the PIN is in use on another phone",
        Blocked::PinNumberDisabled => "this number of the PIN's list is disabled",
        Blocked::NumberRestricted => "the number is restricted",
        Blocked::NumberNotAllowed => "the number is in no table that allows it",
        Blocked::TimeRestricted => "the number may not be called at this time",
        Blocked::NumberFraud => "the number is blocked for the fraud on calls to it",
        Blocked::CallTypeNotAllowed => "this kind of call is not allowed from this phone",
        Blocked::SpeedDialNotAssigned => "nothing is assigned to this speed dial",
        Blocked::NumberNotValid => "what was dialed is not a number",
        Blocked::PhoneOutOfService => "the phone is out of service",
        Blocked::SystemUnavailable => "the database did not answer in time, or can't be written",
        Blocked::PinResting => "too many wrong PINs were tried: none is taken for a while",
        Blocked::NotRecordable => "it could not have been recorded",
        Blocked::PinNotYetValid => "the PIN is not valid yet",
        Blocked::PinExpired => "the PIN is not valid any more",
        Blocked::InmateSuspended => "the inmate is suspended from calling",
        Blocked::NotEnrolled => "the inmate's enrollment is not complete",
        Blocked::NumberPrivate => "the number is on lists of other inmates only",
        Blocked::NumberBlockedForInmate => "the number is blocked for this inmate",
        Blocked::ContactNotApproved => "whom the number belongs to is not approved for the inmate",
        Blocked::OutsideWindow => "the inmate may not call at this time",
        Blocked::NotBooked => "the inmate's calls are booked, and none is for this time",
        Blocked::NoOfficer => "no officer is present, and one must be",
        Blocked::NotConfirmed => "no officer confirmed it in time",
        Blocked::CardUnknown => "the card is not known, or not taken any more",
        Blocked::IdUnknown => "the number is not known, or the passcode is another",
        Blocked::CalledPartyBlocksInmate => "the called party refuses all calls of this inmate",
        Blocked::CalledPartyBlocksFacility => {
            "the called party refuses all calls from the facility"
        }
        Blocked::NotFromThisPhone => "the number may not be called from this phone",
        Blocked::NoRoute => "no outbound route is for such a call",
        Blocked::CallsUsedUp => "the inmate's calls are used up",
        Blocked::MinutesUsedUp => "the inmate's minutes are used up",
        Blocked::TooSoon => "the inmate's last call ended too short a time ago",
        Blocked::NumberUsedUp => "the number was called as much as it may be",
    }
}

/// What a check asks.
pub fn check_words(check: Check) -> &'static str {
    match check {
        Check::PinRequired => "Does this phone ask for a PIN?",
        Check::PinTable => "Is the PIN known and enabled?",
        Check::PinInUse => "Is the PIN in use at another phone?",
        Check::SpeedDial => "Does the speed dial stand for a number?",
        Check::CallType => "May this kind of call be made from this phone?",
        Check::PinNumberList => "Is the number on the PIN's own list?",
        Check::RestrictedMode => "Is the restricted table looked at for numbers on no list?",
        Check::RestrictedTable => "Is the number in the restricted table?",
        Check::GlobalBlockWins => "Do blocks for everybody hold against every list?",
        Check::AllowedRescues => "Can an allowed entry rescue a restricted number?",
        Check::AllowedTable => "Is the number in the allowed table?",
        Check::CalledParty => "Has the called party refused further calls?",
        Check::TimeRestricted => "Has the number hours at which it may be called?",
        Check::InmateStatus => "May this inmate make calls at all?",
        Check::InmateList => "Is the number blocked for this inmate alone?",
        Check::ListsOfOthers => "Is the number on lists of other PINs only?",
        Check::RelationshipList => "Is the number on the list for this relationship?",
        Check::ClassList => "Is the number on the list of the inmate's class?",
        Check::SupervisionList => "Is the number on the list of the supervision level?",
        Check::GroupList => "Is the number on a list of the living unit or of a group above it?",
        Check::Contact => "Is whom the number belongs to approved?",
        Check::Window => "May the inmate call at this hour?",
        Check::Booking => "Is a call to this number booked for now?",
        Check::OfficerPresent => "Is an officer present, as there must be?",
        Check::ShorterNumber => {
            "Is there a block on what is reached if its last digits count for nothing?"
        }
        Check::NumberFraud => "Is the number blocked for the fraud on calls to it?",
        Check::InmateRegister => "Has the inmate calls and minutes left, and is it time for one?",
        Check::NumberRegister => "Has the number calls and minutes left, of all callers?",
        Check::Limit => "Is the length of the call limited?",
        Check::Officer => "Must an officer confirm the call, and has one?",
        Check::NumberRecord => "Does the number's global record block it?",
        Check::CallTypeTable => "Does the site's own table say what type of call it is?",
        Check::LineTreatment => "Does the phone's line treatment let it through?",
        Check::Treatment => "Has it a call treatment of its own?",
        Check::Route => "Is there an outbound route for it?",
    }
}

/// What it found, as the answer to that; `blocked` is what the call was refused for in the end.
pub fn finding_words(step: &Step, blocked: Option<Blocked>) -> &'static str {
    match step.finding {
        Finding::Yes if step.check == Check::CalledParty => match blocked {
            Some(Blocked::CalledPartyBlocksInmate) => "yes, all of this inmate",
            Some(Blocked::CalledPartyBlocksFacility) => "yes, all from the facility",
            _ => "yes",
        },
        Finding::Found if step.check == Check::TimeRestricted => {
            "yes, and this time is not in them"
        }
        Finding::Passed if step.check == Check::NumberFraud => "yes, but not for a privileged call",
        Finding::Passed if step.check == Check::TimeRestricted => "yes, and this time is in them",
        Finding::NotYet if step.check == Check::InmateStatus => "no, enrollment is not complete",
        Finding::Disabled if step.check == Check::InmateStatus => "no, suspended",
        Finding::NotYet if step.check == Check::Contact => "not yet: it is to be reviewed",
        Finding::Disabled if step.check == Check::Contact => "no, refused",
        Finding::NotFound if step.check == Check::Contact => "no, it is no contact",
        Finding::Rescued if step.check == Check::ListsOfOthers => {
            "yes, but it is allowed for everybody"
        }
        Finding::Blocked if step.check == Check::InmateList => "yes",
        Finding::Yes if step.check == Check::GlobalBlockWins => {
            "yes, as `global_block_wins` is true"
        }
        Finding::No if step.check == Check::GlobalBlockWins => {
            "no, as `global_block_wins` is false"
        }
        Finding::Yes if step.check == Check::AllowedRescues => {
            "yes, one as exact or more, as `allowed_rescues` is true"
        }
        Finding::No if step.check == Check::AllowedRescues => "no, as `allowed_rescues` is false",
        Finding::NotYet => "yes, but it is not valid yet",
        Finding::Expired => "yes, but it is not valid any more",
        Finding::Blocked => "yes, as blocked",
        Finding::Allowed => "yes, as allowed",
        Finding::NotFound if step.check == Check::Officer => "it must, and nobody has",
        Finding::Found if step.check == Check::Officer => "yes, confirmed",
        Finding::No if step.check == Check::Officer => "no, privileged calls need none",
        Finding::Passed if step.check == Check::NumberRecord => "no, it says other things of it",
        Finding::Found if step.check == Check::LineTreatment => {
            "no, none of its rules allows this call, or one refuses it"
        }
        Finding::Found if step.check == Check::Route => "yes",
        Finding::NotFound if step.check == Check::Route => "no, none fits such a call",
        Finding::OfNumber => "yes, which the number's record names",
        Finding::OfPhone => "yes, which the phone's line treatment names",
        Finding::OfCallType => "yes, that of its call type",
        Finding::Yes => "yes",
        Finding::No => "no",
        Finding::Found => "yes, found there",
        Finding::NotFound => "no, not found there",
        Finding::Disabled => "found, but disabled",
        Finding::Rescued => "yes, and no less exact than the restriction: it rescues the number",
        Finding::Passed => "yes",
        Finding::UsedUp => "no, used up",
    }
}

/// Who handles a call once it is dialed.
pub fn handling_words(handling: Handling) -> &'static str {
    match handling {
        Handling::AutomatedOperator => {
            "the automated operator announces it, and it must be accepted"
        }
        Handling::CarrierOperator => "the carrier's operator takes it",
        Handling::Direct => "a direct call, talked from its answer on",
    }
}

/// The same where it is known whether the called party must accept.
pub fn permit_words(permit: &Permit) -> &'static str {
    match (permit.handling, permit.acceptance) {
        (Handling::Direct, true) => "a direct call, which the called party must accept",
        (handling, _) => handling_words(handling),
    }
}

pub fn recording_words(rule: RecordingRule) -> &'static str {
    match rule {
        RecordingRule::Record => "recorded",
        RecordingRule::DoNotRecord => "not recorded; officers may listen",
        RecordingRule::Privileged => "privileged: neither recorded nor listened to",
    }
}

pub fn answer_words(piece: AnswerEvidence) -> &'static str {
    match piece {
        AnswerEvidence::PolarityReversal => "a polarity reversal",
        AnswerEvidence::RingbackStopped => "ringback that stopped",
        AnswerEvidence::Voice => "a voice",
        AnswerEvidence::Digit => "a digit",
        AnswerEvidence::FarOffHook => "the far end going off-hook",
        AnswerEvidence::AnswerSignal => "the answer signal",
        AnswerEvidence::Class(class) => class_words(class),
    }
}

/// What answered, by its sound.
pub fn class_words(class: AnswerClass) -> &'static str {
    match class {
        AnswerClass::Person => "the way a person speaks",
        AnswerClass::Machine => "the way a machine speaks",
        AnswerClass::Fax => "a fax machine's tone",
        AnswerClass::Modem => "a modem's tone",
        AnswerClass::Tty => "a text telephone's tones",
        AnswerClass::Sit(_) => "a special information tone",
        AnswerClass::Silence => "silence",
    }
}

/// What speaks for a third party on a call.
pub fn three_way_words(piece: ThreeWayEvidence) -> &'static str {
    match piece {
        ThreeWayEvidence::Click => "the click of a switch hook",
        ThreeWayEvidence::Silence => "silence below the line's own noise",
        ThreeWayEvidence::Level => "another level",
        ThreeWayEvidence::NoiseFloor => "another noise",
        ThreeWayEvidence::EchoPath => "another echo",
        ThreeWayEvidence::DialTone => "a dial tone",
        ThreeWayEvidence::Digit => "digits dialed",
        ThreeWayEvidence::Ringback => "a ringing telephone",
        ThreeWayEvidence::NewTalker => "a new voice",
    }
}

pub fn release_words(piece: ReleaseEvidence) -> &'static str {
    match piece {
        ReleaseEvidence::LoopBreak => "a loop break",
        ReleaseEvidence::FarOnHook => "the far end going on-hook",
        ReleaseEvidence::ClearBack => "the clear-back signal",
        ReleaseEvidence::ForcedRelease => "a forced release",
        ReleaseEvidence::PolarityBack => "polarity falling back",
        ReleaseEvidence::DialTone => "dial tone",
        ReleaseEvidence::Silence => "long silence",
        ReleaseEvidence::Alarm => "an alarm of the span",
        ReleaseEvidence::Tone(tone) => tone_words(tone),
    }
}

pub fn tone_words(tone: Tone) -> &'static str {
    match tone {
        Tone::Dial => "dial tone",
        Tone::StutterDial => "stutter dial tone",
        Tone::Ringback => "ringback",
        Tone::Busy => "busy tone",
        Tone::Reorder => "reorder (fast busy)",
        Tone::Sit(_) => "special information tone",
        Tone::CallWaiting => "call waiting tone",
        Tone::Howler => "howler",
        Tone::Record => "recording warning tone",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::example;

    #[test]
    fn a_talked_call_reads_as_a_sentence() {
        assert_eq!(
            words(&example::talked(), &TimeZone::UTC),
            "2026-11-21 22:53:58 UTC call 7-42, line 1: Daniel Reyes (A-1042) dialed 02155550142 \
             (0+, local). \
             They talked for 20.2 s; the called party ended it (seen by busy tone). \
             Answered 30 s after off-hook, known by a polarity reversal. \
             Missing on its recording: 0.5 s. Flagged: second dial tone. \
             Watched: third party heard twice, both parties warned once."
        );
    }

    #[test]
    fn a_refused_call_says_why() {
        assert_eq!(
            words(&example::refused(), &TimeZone::UTC),
            "2026-11-21 22:53:58 UTC call 7-42, line 1: Daniel Reyes (A-1042) dialed 02155550142 \
             (0+, local). \
             Refused: the number is restricted."
        );
    }

    #[test]
    fn the_hour_that_comes_twice_a_year_is_told_apart() {
        let zone = TimeZone::get("America/New_York").expect("a zone");
        let at = |started_utc_ms| CallRecord {
            started_utc_ms,
            ..example::refused()
        };
        let first = words(&at(1_793_511_000_000), &zone);
        let second = words(&at(1_793_514_600_000), &zone);
        assert!(first.starts_with("2026-11-01 01:30:00 EDT call"), "{first}");
        assert!(
            second.starts_with("2026-11-01 01:30:00 EST call"),
            "{second}"
        );
    }

    #[test]
    fn who_could_not_be_known_by_a_pin_is_not_told_to_have_none() {
        let without = |blocked| CallRecord {
            inmate: None,
            inmate_id: None,
            inmate_name: None,
            dialed: String::new(),
            pattern: None,
            blocked: Some(blocked),
            ..example::refused()
        };
        let told = |record: CallRecord| {
            let text = words(&record, &TimeZone::UTC);
            text.split_once("line 1: ").expect("a line").1.to_owned()
        };
        assert_eq!(
            told(without(Blocked::SystemUnavailable)),
            "somebody keyed a PIN, which could not be checked. Refused: the database did not \
             answer in time, or can't be written."
        );
        assert_eq!(
            told(without(Blocked::PinInvalid)),
            "somebody keyed a PIN. Refused: the PIN is not known."
        );
        let left = CallRecord {
            blocked: None,
            disposition: Disposition::Abandoned,
            ..without(Blocked::PinInvalid)
        };
        assert!(told(left.clone()).starts_with("an unknown caller dialed no number."));
        let no_pin = Step {
            check: Check::PinRequired,
            finding: Finding::No,
        };
        let free = CallRecord {
            screening: [no_pin].into_iter().collect(),
            ..left
        };
        assert!(told(free).starts_with("a caller without a PIN"));
    }

    #[test]
    fn what_failed_before_any_talk_is_not_told_in_seconds_of_talk() {
        let told = |disposition, answered_utc_ms| {
            let record = CallRecord {
                disposition,
                answered_utc_ms,
                ..example::refused()
            };
            outcome(&record)
        };
        let (stopped, lost) = (Disposition::Interrupted, Disposition::TrunkLost);
        assert_eq!(
            told(stopped, None),
            "The controller stopped before the call was answered."
        );
        assert_eq!(
            told(lost, Some(1)),
            "The trunk was lost before the parties could talk."
        );
        let talked = CallRecord {
            disposition: stopped,
            ..example::talked()
        };
        assert_eq!(
            outcome(&talked),
            "The controller stopped after 20.2 s of talk."
        );
    }

    #[test]
    fn lengths_are_told_as_people_say_them() {
        assert_eq!(length(Ticks::ms(12_000)), "12 s");
        assert_eq!(length(Ticks::ms(4_200)), "4.2 s");
        assert_eq!(length(Ticks::secs(600)), "10 min");
        assert_eq!(length(Ticks::secs(75)), "1 min 15 s");
    }
}
