//! What a line asks of the keeper and the back office, and what they answer.
//! All fixed in size: they cross rings between threads without allocation.

use crate::{
    call_record::{CallEnd, Noticed},
    credential::{CardNumber, Credential, OfficerProof},
    dial_plan::DialedNumber,
    digits::Digits,
    disposition::Blocked,
    id::{CallId, InmateId, OfficerId},
    language::Language,
    phone_number::DialingPattern,
    secret::Secret,
    settings::CallSettings,
    tick::Tick,
    trunk::{TrunkCondition, TrunkGroup, TrunkProfile},
    verdict::Verdict,
};

/// A question to the back office. The line numbers its questions; a reply repeats the number,
/// so that a late answer to an abandoned call is recognised and dropped.
#[derive(Clone, Debug)]
pub struct Asked {
    pub number: u32,
    pub query: Query,
}

/// What a line wants of the back office.
// It crosses rings by value, without allocation: every slot is as large as the largest.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug)]
pub enum Query {
    /// Who is this, and what does their PIN say of the call?
    Identify(Credential),
    /// Is this an officer, who confirms the call of this inmate?
    Officer {
        proof: OfficerProof,
        inmate: Option<InmateId>,
    },
    /// May this call be placed? The answer comes when it is durably on disk.
    Admit(Admission),
    /// The attempt is over: finish its record, or write it if it has none yet.
    /// Answered by `Recorded` when it is on disk.
    End(CallEnd),
    /// Sent each second while a call is open, and at once when something was noticed in it: the record is
    /// to end no later than this, and whatever ends the call, what was noticed is kept and counts. It is
    /// all of it each time, so that one that is lost is made up for by the next.
    Seen {
        call: CallId,
        at: Tick,
        /// As far as the call has come: what its record will say if nobody tells its end.
        answered_at: Option<Tick>,
        talk_from: Option<Tick>,
        noticed: Noticed,
    },
    /// The phone went off-hook and on-hook again without a digit: only counted.
    EmptyOffHook,
}

/// A call that asks to be placed.
#[derive(Clone, Debug)]
pub struct Admission {
    /// When the phone went off-hook.
    pub off_hook_at: Tick,
    pub credential: Option<Credential>,
    pub dialed: Digits,
    pub number: DialedOrSpeed,
    pub officer: OfficerWord,
}

/// What an officer said to a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OfficerWord {
    /// None was asked. If one must be, the answer is `Reply::Confirm`.
    NotAsked,
    Confirmed(OfficerId),
    /// Nobody confirmed it, though asked.
    Nothing,
}

/// What the digits were by the dial plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DialedOrSpeed {
    Number(DialedNumber),
    /// A code 01-50, to be looked up and then screened like any number.
    Speed(u8),
}

impl DialedOrSpeed {
    /// How it was keyed: a code stays a code, whatever it stands for.
    pub fn pattern(&self) -> DialingPattern {
        match self {
            DialedOrSpeed::Number(dialed) => dialed.pattern,
            DialedOrSpeed::Speed(_) => DialingPattern::SpeedDial,
        }
    }
}

/// The answer to the question of this number.
#[derive(Clone, Debug)]
pub struct Answered {
    pub number: u32,
    pub reply: Reply,
}

/// What the back office says.
// By value across rings, as `Query`.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug)]
pub enum Reply {
    Pin(PinAnswer),
    Admitted(Verdict),
    /// An officer must confirm the call first; nothing is written yet.
    Confirm,
    Officer(OfficerAnswer),
    /// The end of the call is on disk.
    Recorded(CallId),
    /// The question could not be served (disk full, database in error).
    Unavailable,
}

/// What a PIN is worth now, and whose it is: the record names the inmate however the attempt
/// ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PinAnswer {
    Valid {
        inmate: InmateId,
        language: Option<Language>,
    },
    Unknown,
    Disabled {
        inmate: InmateId,
    },
    /// In a call at another phone.
    InUse {
        inmate: InmateId,
    },
    /// It is the inmate's, and no call is to be made with it for now.
    Refused {
        inmate: InmateId,
        blocked: Blocked,
    },
    /// Not looked at: too many failed.
    Resting,
}

/// What an officer's card, code or word at the console is worth.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OfficerAnswer {
    Confirmed(OfficerId),
    /// No officer's, or not one's any more.
    Unknown,
    /// Not looked at: too many failed.
    Resting,
}

/// A request to the keeper of the trunks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TrunkQuery {
    Borrow {
        number: u32,
        /// One of this group; `None` is any.
        group: Option<TrunkGroup>,
    },
    Return {
        trunk: crate::id::TrunkId,
        condition: TrunkCondition,
    },
}

/// What the keeper says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TrunkReply {
    Lent { number: u32, profile: TrunkProfile },
    NoneFree { number: u32 },
}

/// What an officer, a schedule or the watchdog tells a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LineCommand {
    /// New settings, in force from the next off-hook (in-service changes at once when idle).
    Settings(CallSettings),
    /// End the call that is in progress.
    CutOff,
    /// The reader at the phone read a card.
    Card(Secret<CardNumber>),
    /// An officer confirms, at a console, the call that waits for it.
    Confirm { officer: OfficerId },
    /// Take no new call; `cut` also ends the one in progress.
    Stop { cut: bool },
}
