//! Records for the tests of this room.

use types::{
    call_record::{CallRecord, Response},
    disposition::{Blocked, Disposition, EndedBy, FraudFlags},
    evidence::{AnswerEvidence, ReleaseEvidence},
    id::{CallId, InmateId, LineId, OfficerId, TrunkId},
    language::Language,
    phone_number::{CallType, DialingPattern, PhoneNumber},
    tick::Ticks,
    tone::Tone,
    verdict::{Check, Finding, Handling, RecordingRule, Step},
};

/// A collect call that was accepted, talked, and left by the called party.
pub fn talked() -> CallRecord {
    let step = |check, finding| Step { check, finding };
    CallRecord {
        call: CallId {
            site: 7,
            sequence: 42,
        },
        line: LineId(1),
        trunk: Some(TrunkId(3)),
        inmate: Some(InmateId(5)),
        inmate_id: Some("A-1042".to_owned()),
        inmate_name: Some("Daniel Reyes".to_owned()),
        dialed: "02155550142".to_owned(),
        number: PhoneNumber::national("2155550142"),
        pattern: Some(DialingPattern::ZeroPlus),
        call_type: Some(CallType::Local),
        handling: Some(Handling::AutomatedOperator),
        acceptance: Some(true),
        language: Some(Language::ENGLISH),
        started_utc_ms: 1_795_301_638_120,
        answered_utc_ms: Some(1_795_301_668_120),
        talk_utc_ms: Some(1_795_301_679_750),
        ended_utc_ms: Some(1_795_301_700_000),
        talk: Ticks::ms(20_250),
        joined: Some(Ticks::ms(19_500)),
        recorded: Some(Ticks::ms(58_400)),
        recording_gap: Some(Ticks::ms(500)),
        limit: Some(Ticks::secs(600)),
        recording: Some(RecordingRule::Record),
        disposition: Disposition::Completed,
        blocked: None,
        ended_by: Some(EndedBy::CalledParty),
        screening: [
            step(Check::PinTable, Finding::Found),
            step(Check::AllowedTable, Finding::Rescued),
        ]
        .into_iter()
        .collect(),
        answer_evidence: vec![(AnswerEvidence::PolarityReversal, 100)],
        release_evidence: vec![(ReleaseEvidence::Tone(Tone::Busy), 100)],
        three_way: Vec::new(),
        flags: FraudFlags {
            second_dial_tone: true,
            ..FraudFlags::NONE
        },
        extra_digits: 0,
        response: Response {
            three_way_times: 2,
            warned: 1,
            ..Response::default()
        },
        treatment: Some(4),
        route: None,
        officer: Some(OfficerId(2)),
        officer_id: Some("O-31".to_owned()),
        party_block: None,
    }
}

/// A number of the restricted table.
pub fn refused() -> CallRecord {
    CallRecord {
        trunk: None,
        handling: None,
        acceptance: None,
        answered_utc_ms: None,
        talk_utc_ms: None,
        talk: Ticks::ZERO,
        joined: Some(Ticks::ZERO),
        recorded: None,
        recording_gap: None,
        limit: None,
        recording: None,
        disposition: Disposition::Blocked,
        blocked: Some(Blocked::NumberRestricted),
        ended_by: Some(EndedBy::Controller),
        screening: [Step {
            check: Check::RestrictedTable,
            finding: Finding::Found,
        }]
        .into_iter()
        .collect(),
        answer_evidence: Vec::new(),
        release_evidence: Vec::new(),
        three_way: Vec::new(),
        flags: FraudFlags::NONE,
        response: Response::default(),
        treatment: None,
        officer: None,
        officer_id: None,
        ..talked()
    }
}
