use super::{
    v1::{self, Caller},
    v2, v3, v4, v5,
};
use crate::codes::{Code, FlagBits};
use serde::{Deserialize, Serialize};
use types::{
    disposition::{Blocked, Disposition, EndedBy},
    evidence::{AnswerEvidence, ReleaseEvidence},
    party_block::PartyBlock,
    phone_number::{CallType, DialingPattern},
    three_way::ThreeWayEvidence,
    verdict::{Check, Finding, Handling, RecordingRule},
};

/// The record of one attempt. Its start is UTC; every later instant is the ticks of 1/8000 s
/// after it on the controller's own clock, which no step of the calendar changes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Call {
    pub line: u16,
    pub trunk: Option<u16>,
    pub caller: Option<Caller>,
    /// What was dialed; never PIN digits.
    pub dialed: String,
    /// In canonical form, `+` before an international one.
    pub number: Option<String>,
    pub pattern: Option<Code<DialingPattern>>,
    pub call_type: Option<Code<CallType>>,
    pub handling: Option<Code<Handling>>,
    pub language: Option<[u8; 2]>,
    pub started_utc_ms: i64,
    pub answered_after: Option<u64>,
    pub talk_after: Option<u64>,
    /// `None` while the record is open.
    pub ended_after: Option<u64>,
    pub limit: Option<u64>,
    pub recording: Option<Code<RecordingRule>>,
    pub disposition: Code<Disposition>,
    pub blocked: Option<Code<Blocked>>,
    pub ended_by: Option<Code<EndedBy>>,
    pub screening: Vec<(Code<Check>, Code<Finding>)>,
    /// Each with the ticks after the start and its trust in hundredths.
    pub answer_evidence: Vec<(Code<AnswerEvidence>, u64, u8)>,
    pub release_evidence: Vec<(Code<ReleaseEvidence>, u64, u8)>,
    pub flags: FlagBits,
    pub extra_digits: u16,
    /// What spoke for a third party, like the evidence above.
    pub three_way: Vec<(Code<ThreeWayEvidence>, u64, u8)>,
    /// Ticks of the talk in which both channels were joined past the controller; `None` where
    /// nobody was left to say.
    pub joined: Option<u64>,
    /// Ticks of the call that are on its recording, and that are missing there. Told by the recorder
    /// when it has closed the recording; `None` where there was none, and where nobody was left to
    /// say.
    pub recorded: Option<u64>,
    pub recording_gap: Option<u64>,
    /// The call treatment it was let through under, 0 for the site's own, and the route it took.
    pub treatment: Option<u16>,
    pub route: Option<u16>,
    /// Keys of the called party's that nobody had asked for.
    pub far_digits: u16,
    /// How often a third party was heard anew, how often the parties were warned for it, and how
    /// often keys were interfered with.
    pub three_way_times: u16,
    pub warned: u16,
    pub interfered: u16,
    /// Whose calls the called party refused for good.
    pub party_block: Option<Code<PartyBlock>>,
    /// Who confirmed the call, where an officer had to.
    pub officer: Option<u32>,
    /// Whether the called party had to accept the call; `None` where it was not let through, and
    /// where nobody noted it.
    pub acceptance: Option<bool>,
}

impl From<v5::Call> for Call {
    fn from(old: v5::Call) -> Call {
        Call {
            line: old.line,
            trunk: old.trunk,
            caller: old.caller,
            dialed: old.dialed,
            number: old.number,
            pattern: old.pattern,
            call_type: old.call_type,
            handling: old.handling,
            language: old.language,
            started_utc_ms: old.started_utc_ms,
            answered_after: old.answered_after,
            talk_after: old.talk_after,
            ended_after: old.ended_after,
            limit: old.limit,
            recording: old.recording,
            disposition: old.disposition,
            blocked: old.blocked,
            ended_by: old.ended_by,
            screening: old.screening,
            answer_evidence: old.answer_evidence,
            release_evidence: old.release_evidence,
            flags: old.flags,
            extra_digits: old.extra_digits,
            three_way: old.three_way,
            joined: old.joined,
            recorded: old.recorded,
            recording_gap: old.recording_gap,
            treatment: old.treatment,
            route: old.route,
            far_digits: old.far_digits,
            three_way_times: old.three_way_times,
            warned: old.warned,
            interfered: old.interfered,
            party_block: old.party_block,
            officer: old.officer,
            acceptance: old.handling.and_then(|handling| noted(handling.0)),
        }
    }
}

/// What its handling alone tells of an older call: a direct one might have been to be accepted.
fn noted(handling: Handling) -> Option<bool> {
    match handling {
        Handling::AutomatedOperator => Some(true),
        Handling::CarrierOperator => Some(false),
        Handling::Direct => None,
    }
}

impl From<v4::Call> for Call {
    fn from(old: v4::Call) -> Call {
        v5::Call::from(old).into()
    }
}

impl From<v3::Call> for Call {
    fn from(old: v3::Call) -> Call {
        v5::Call::from(old).into()
    }
}

impl From<v2::Call> for Call {
    fn from(old: v2::Call) -> Call {
        v5::Call::from(old).into()
    }
}

impl From<v1::Call> for Call {
    fn from(old: v1::Call) -> Call {
        v5::Call::from(old).into()
    }
}
