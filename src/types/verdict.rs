//! What screening decided about one call, with the trace of how it came to it.

use crate::{
    digits::List,
    disposition::Blocked,
    id::{CallId, InmateId},
    phone_number::{CallType, DialingPattern, PhoneNumber},
    prompt::Prompt,
    route::Routes,
    settings::Warnings,
    tick::{Tick, Ticks},
    treatment::CallTreatment,
};

/// A table or rule that a call passes, in the order of the source's flowchart (C24).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Check {
    /// Does this phone require a PIN?
    PinRequired,
    PinTable,
    PinInUse,
    SpeedDial,
    CallType,
    PinNumberList,
    /// Is "check restricted numbers" set?
    RestrictedMode,
    RestrictedTable,
    /// Is "a global block wins" set?
    GlobalBlockWins,
    /// Is "an allowed entry rescues" set?
    AllowedRescues,
    AllowedTable,
    /// Did the called party refuse all further calls?
    CalledParty,
    TimeRestricted,
    /// Is the inmate suspended, or not enrolled?
    InmateStatus,
    /// Is the number blocked for this inmate alone?
    InmateList,
    /// Is it on lists of other PINs only?
    ListsOfOthers,
    /// The list for contacts of this relationship.
    RelationshipList,
    /// The list for the inmate's class.
    ClassList,
    /// The list for the inmate's supervision level.
    SupervisionList,
    /// The lists of the living unit and of the groups above it, nearest first.
    GroupList,
    /// Is it one of the inmate's contacts, and approved?
    Contact,
    /// The hours of the inmate, of the class, and of the living unit.
    Window,
    /// Is the call booked?
    Booking,
    /// Is an officer present where one must be?
    OfficerPresent,
    /// Is it a number of a table with digits after it, which an exchange may pass over?
    ShorterNumber,
    /// Is it blocked for the fraud on calls to it?
    NumberFraud,
    /// The inmate's lockout register.
    InmateRegister,
    /// The number's, of all callers together.
    NumberRegister,
    /// The limit that came out of class, treatment and schedule.
    Limit,
    /// Must an officer confirm the call, and has one?
    Officer,
    /// The global record of the number.
    NumberRecord,
    /// The site's own table of call types.
    CallTypeTable,
    /// What may be called from this phone.
    LineTreatment,
    /// How the call is treated, where that is not as for the whole site.
    Treatment,
    /// The way out.
    Route,
}

/// What a check said.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Finding {
    Yes,
    No,
    Found,
    NotFound,
    /// Found, but switched off (a disabled PIN or number).
    Disabled,
    /// An allowed entry overrode a restricted one.
    Rescued,
    Passed,
    /// Found, but for a later time.
    NotYet,
    /// Found, but its time is over.
    Expired,
    /// The list has it as blocked.
    Blocked,
    /// The list has it as allowed.
    Allowed,
    /// As the number's record says.
    OfNumber,
    /// As a rule of the phone's line treatment says.
    OfPhone,
    /// As the site says of the call type.
    OfCallType,
    /// A lockout register holds no more for this call.
    UsedUp,
}

/// One step of the trace.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Step {
    pub check: Check,
    pub finding: Finding,
}

/// The steps in order. The space is more than the flowchart is long.
pub type Trace = List<Step, 40>;

/// Who handles the call once dialed (C21b).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Handling {
    /// The automated operator: name, announcement, acceptance.
    AutomatedOperator,
    /// The carrier's operator: the voice path opens when outpulsing ends.
    CarrierOperator,
    /// Talk from answer evidence, or from acceptance where the treatment wants that.
    Direct,
}

/// May the audio of a call leave the line?
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RecordingRule {
    Record,
    /// Not recorded, but may be monitored.
    DoNotRecord,
    /// Neither recorded nor monitored, ever.
    Privileged,
}

/// A call that may be placed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Permit {
    pub call: CallId,
    pub inmate: Option<InmateId>,
    pub number: PhoneNumber,
    pub pattern: DialingPattern,
    pub call_type: CallType,
    pub handling: Handling,
    /// The called party must accept by a key before any audio passes. So it is of each call that the
    /// automated operator handles, and of none that is handed to the carrier's.
    pub acceptance: bool,
    /// Over which trunks, and what these are to be dialed.
    pub routes: Routes,
    /// Longest talk time; `None` is untimed (the hard limit still holds).
    pub limit: Option<Ticks>,
    /// No talk goes on after this, timed or not: the phone goes out of service.
    pub until: Option<Tick>,
    /// Whether the limit is told to the inmate before the call.
    pub announce_limit: bool,
    pub warnings: Warnings,
    pub recording: RecordingRule,
    pub treatment: CallTreatment,
    /// What is told before the call of what lockout registers leave.
    pub left: Left,
}

/// What lockout registers leave, this call included; `None` is without limit, or not to be told.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Left {
    pub calls: Option<u32>,
    pub talk: Option<Ticks>,
}

/// The answer to an admission.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    pub trace: Trace,
    pub outcome: Result<Permit, Refusal>,
}

/// A call that was refused. Its record is already complete but for its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refusal {
    pub call: CallId,
    pub blocked: Blocked,
    /// What the inmate hears of it.
    pub prompt: Prompt,
    /// When a call may be placed again, where that is known and near enough to be told.
    pub again_in: Option<Ticks>,
}
