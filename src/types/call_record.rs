//! The record of one attempt, as a line finishes it and as the back office shows it.

use crate::{
    digits::Digits,
    disposition::{Blocked, Disposition, EndedBy, FraudFlags},
    evidence::{AnswerEvidence, Evidences, ReleaseEvidence},
    id::{CallId, InmateId, LineId, OfficerId, TrunkId},
    language::Language,
    party_block::PartyBlock,
    phone_number::{CallType, DialingPattern, PhoneNumber},
    three_way::{ThreeWayEvidence, ThreeWayEvidences},
    tick::{Tick, Ticks},
    verdict::{Handling, RecordingRule, Trace},
};

/// What a closed recording holds of its call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Recorded {
    pub call: CallId,
    /// On the recording.
    pub length: Ticks,
    /// Silence in its place: never written.
    pub gap: Ticks,
}

/// What was heard of fraud while a call went on, beside the keys of the inmate's, and what was done
/// about it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Response {
    /// Keys of the called party's that nobody had asked for.
    pub far_digits: u16,
    /// How often a third party was heard anew.
    pub three_way_times: u16,
    /// How often both parties were warned for it.
    pub warned: u16,
    /// How often keys were interfered with.
    pub interfered: u16,
}

/// What was noticed in a call so far that must not be lost with it: it has consequences for other calls.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Noticed {
    pub flags: FraudFlags,
    pub extra_digits: u16,
    pub response: Response,
    pub three_way: ThreeWayEvidences,
    /// Whose calls the called party refused for good.
    pub party_block: Option<PartyBlock>,
}

/// What is known of an attempt when it is over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CallEnd {
    /// `None` when the attempt never reached admission.
    pub call: Option<CallId>,
    pub off_hook_at: Tick,
    /// Whose PIN was keyed, also one that was refused. Kept where admission wrote no inmate.
    pub inmate: Option<InmateId>,
    /// What was dialed; never PIN digits.
    pub dialed: Digits,
    pub trunk: Option<TrunkId>,
    /// The route over which that was seized; `None` where the site has no routes.
    pub route: Option<u16>,
    pub language: Option<Language>,
    /// Answer of the called party, and start of talk (after acceptance, if that is needed).
    pub answered_at: Option<Tick>,
    pub talk_from: Option<Tick>,
    /// How much of the talk the driver joined both channels.
    pub joined: Ticks,
    pub ended_at: Tick,
    pub disposition: Disposition,
    pub blocked: Option<Blocked>,
    pub ended_by: EndedBy,
    pub flags: FraudFlags,
    pub extra_digits: u16,
    pub response: Response,
    pub answer_evidence: Evidences<AnswerEvidence>,
    pub release_evidence: Evidences<ReleaseEvidence>,
    pub three_way: ThreeWayEvidences,
    /// Whose calls the called party refused for good.
    pub party_block: Option<PartyBlock>,
    /// Told by the line itself. Who tells it for a line that died may know less than the line had
    /// told before.
    pub by_line: bool,
}

impl CallEnd {
    /// What was noticed in all of the call.
    pub fn noticed(&self) -> Noticed {
        Noticed {
            flags: self.flags,
            extra_digits: self.extra_digits,
            response: self.response,
            three_way: self.three_way.clone(),
            party_block: self.party_block,
        }
    }

    /// The end of an attempt of which nothing else is known.
    pub fn bare(
        off_hook_at: Tick,
        ended_at: Tick,
        disposition: Disposition,
        ended_by: EndedBy,
    ) -> CallEnd {
        CallEnd {
            call: None,
            off_hook_at,
            inmate: None,
            dialed: Digits::EMPTY,
            trunk: None,
            route: None,
            language: None,
            answered_at: None,
            talk_from: None,
            joined: Ticks::ZERO,
            ended_at,
            disposition,
            blocked: None,
            ended_by,
            flags: FraudFlags::NONE,
            extra_digits: 0,
            response: Response::default(),
            answer_evidence: Evidences::new(),
            release_evidence: Evidences::new(),
            three_way: ThreeWayEvidences::new(),
            party_block: None,
            by_line: true,
        }
    }

    /// The end of a call whose line died: all that is known for certain.
    pub fn of_dead_line(call: CallId, off_hook_at: Tick, ended_at: Tick) -> CallEnd {
        let (fault, us) = (Disposition::Fault, EndedBy::Controller);
        CallEnd {
            call: Some(call),
            by_line: false,
            ..CallEnd::bare(off_hook_at, ended_at, fault, us)
        }
    }
}

/// A record as it is read back: times are UTC in milliseconds since 1970, lengths in ticks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CallRecord {
    pub call: CallId,
    pub line: LineId,
    pub trunk: Option<TrunkId>,
    pub inmate: Option<InmateId>,
    /// The facility's own id of the inmate.
    pub inmate_id: Option<String>,
    pub inmate_name: Option<String>,
    pub dialed: String,
    pub number: Option<PhoneNumber>,
    pub pattern: Option<DialingPattern>,
    pub call_type: Option<CallType>,
    pub handling: Option<Handling>,
    /// Whether the called party had to accept it; `None` where it was not let through, and where
    /// nobody noted it.
    pub acceptance: Option<bool>,
    pub language: Option<Language>,
    pub started_utc_ms: i64,
    pub answered_utc_ms: Option<i64>,
    pub talk_utc_ms: Option<i64>,
    pub ended_utc_ms: Option<i64>,
    pub talk: Ticks,
    /// How much of the talk both channels were joined past the controller; `None` where nobody was
    /// left to say, as after a power failure.
    pub joined: Option<Ticks>,
    /// How much of the call, from its admission on, is on its recording, and how much is missing there;
    /// `None` until the recording is closed, where there is none, and where nobody was left to say.
    pub recorded: Option<Ticks>,
    pub recording_gap: Option<Ticks>,
    pub limit: Option<Ticks>,
    pub recording: Option<RecordingRule>,
    pub disposition: Disposition,
    pub blocked: Option<Blocked>,
    pub ended_by: Option<EndedBy>,
    pub screening: Trace,
    pub answer_evidence: Vec<(AnswerEvidence, u8)>,
    pub release_evidence: Vec<(ReleaseEvidence, u8)>,
    /// Each with its weight and when it was heard.
    pub three_way: Vec<(ThreeWayEvidence, u8, i64)>,
    pub flags: FraudFlags,
    pub extra_digits: u16,
    pub response: Response,
    /// The call treatment it was let through under; 0 is what holds for the whole site.
    pub treatment: Option<u16>,
    /// The outbound route of its trunk.
    pub route: Option<u16>,
    /// Who confirmed the call, where an officer had to.
    pub officer: Option<OfficerId>,
    /// The facility's own id of the officer.
    pub officer_id: Option<String>,
    pub party_block: Option<PartyBlock>,
}
