//! What happened on a line, told once, in fixed size: the followed story, the log and
//! the ring of last events are all made from these.

use crate::{
    answer_class::AnswerClass,
    call_record::CallEnd,
    digits::Digit,
    edge::Edge,
    evidence::{AnswerEvidence, ReleaseEvidence, Weighed},
    heard::Heard,
    id::{LineId, OfficerId, TrunkId},
    language::Language,
    party_block::PartyBlock,
    prompt::Prompt,
    three_way::ThreeWayEvidences,
    tick::Tick,
    trunk::TrunkCondition,
    verdict::Verdict,
};

/// The two ends of a bridge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Leg {
    /// The inmate's handset.
    Phone,
    /// The trunk, and behind it the called party.
    Trunk,
}

/// A fact and its place.
#[derive(Clone, Debug)]
pub struct FactAt {
    pub line: LineId,
    pub at: Tick,
    pub fact: Fact,
}

/// One thing that happened.
#[derive(Clone, Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "facts cross rings without allocation"
)]
pub enum Fact {
    OffHook,
    OnHook,
    Flash,
    /// Dial pulses at the handset; `None` while secret.
    Pulses(Option<u8>),
    /// The call went from one phase to another; names as in the snapshot of edges.
    Phase {
        from: &'static str,
        to: &'static str,
    },
    /// A prompt starts on a leg.
    Says {
        leg: Leg,
        language: Language,
        prompt: Prompt,
    },
    /// A prompt was stopped by a digit.
    PromptStopped {
        leg: Leg,
    },
    /// A key at the handset; `None` when it is part of a secret.
    Keyed {
        digit: Option<Digit>,
    },
    /// A key from the called party; `None` in a conversation, where it is their own affair.
    FarKeyed {
        digit: Option<Digit>,
    },
    Heard {
        leg: Leg,
        heard: Heard,
    },
    TrunkEdge(Edge),
    TrunkLent(TrunkId),
    TrunkReturned {
        trunk: TrunkId,
        condition: TrunkCondition,
    },
    NoTrunkFree,
    ProceedHeard,
    /// Outpulsing began: how many digits. The number is in the record, not here.
    Outpulsing {
        digits: u8,
    },
    Outpulsed,
    Decided(Verdict),
    Answered(Weighed<AnswerEvidence>),
    Accepted,
    Refused,
    /// The called party refuses all further calls as well.
    Blocks(PartyBlock),
    TalkBegins,
    /// Both channels are joined by their driver, past us; and taken out again.
    Joined,
    Parted,
    Released(Weighed<ReleaseEvidence>),
    /// What answered, told by its sound.
    Class(Weighed<AnswerClass>),
    /// The call looks as if a third party had been joined.
    ThreeWay(ThreeWayEvidences),
    /// Digits of our own go out over a key of the inmate's.
    Interfered,
    NameRecorded {
        ms: u32,
    },
    CutOff,
    /// The reader at the phone read a card, and the call took it.
    CardRead,
    /// The call waits for an officer.
    OfficerAsked,
    Confirmed(OfficerId),
    Ended(CallEnd),
    /// An answer of the back office came when nobody waited for it any more.
    LateReply,
    /// A port refused a command or failed.
    PortFault {
        leg: Leg,
    },
}
