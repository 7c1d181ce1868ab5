//! What the controller can say, as identity and arguments; the words and the
//! audio belong to the `speech` room.

use crate::{disposition::Blocked, language::Language, treatment::Brand};

/// A thing to be said. One value is one utterance; a language's catalogue turns
/// it into clips in that language's own order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Prompt {
    // --- to the inmate, before the call
    /// "For English, press 1", said in `language` itself.
    LanguageOffer {
        language: Language,
        key: u8,
    },
    EnterPin,
    /// The PIN was not found; another try is left.
    PinTryAgain,
    /// The last try failed.
    PinInvalid,
    PinInUse,
    PinDisabled,
    /// Too many PINs were wrong: none is taken for a while.
    PinResting,
    PinNotYetValid,
    PinExpired,
    /// The inmate may not call for now, whatever the PIN.
    InmateSuspended,
    /// Steps of enrollment are missing.
    NotEnrolled,
    PresentCard,
    EnterPinOrCard,
    /// The inmate's own number, of those who identify by that and a passcode.
    EnterId,
    EnterPasscode,
    CardUnknown,
    /// Number or passcode, or both: nobody is told which.
    IdUnknown,
    OfficerMustConfirm,
    /// What was presented or keyed is no officer's.
    OfficerUnknown,
    /// Dialing instructions.
    EnterNumber,
    /// What was dialed is no number of the dial plan, or is cut short.
    NumberNotValid,
    SpeedDialNotAssigned,
    /// "After the tone, say your name."
    SayName,
    OutOfService,
    /// The length of the call about to be placed, in seconds.
    CallLimit {
        seconds: u32,
    },
    /// How many calls may be made still, this one included.
    CallsLeft {
        calls: u32,
    },
    /// How long may be talked still, this call included, in seconds.
    MinutesLeft {
        seconds: u32,
    },
    /// The carrier's brand to the inmate: "Thank you for using ...".
    ThankYouCarrier {
        brand: Brand,
    },
    PleaseHold,

    // --- to the inmate, why a call was refused by screening
    NumberRestricted,
    NumberNotAllowed,
    /// For this inmate, whoever else may call it.
    NumberBlocked,
    NumberTimeRestricted,
    /// The called party takes no calls from this inmate.
    CalledPartyBlocksInmate,
    /// Nor from anybody here.
    CalledPartyBlocksFacility,
    /// Too much fraud on calls to it.
    NumberFraud,
    CallTypeNotAllowed,
    /// A rule of the phone's line treatment keeps the number from it.
    NotFromThisPhone,
    SystemUnavailable,
    /// The call must be recorded, and can't be.
    NotRecordable,
    /// The inmate may call at other times.
    OutsideWindow,
    /// The inmate's calls are booked, and none is for now.
    NotBooked,
    /// Calls are made here only while an officer is present.
    NoOfficer,
    /// Whom the inmate calls is not approved.
    ContactNotApproved,
    /// The calls, or the minutes, of a day, a week or a month are used up.
    CallsUsedUp,
    MinutesUsedUp,
    /// The last call ended too short a time ago.
    TooSoon,
    /// All callers together may not call this number any more for now.
    NumberUsedUp,
    /// After one of these four: how long it is until a call may be placed.
    CallAgainIn {
        seconds: u32,
    },
    /// No officer confirmed the call in time.
    NotConfirmed,
    NoLineAvailable,

    // --- to the inmate, what became of the call
    NoAnswer,
    LineBusy,
    NetworkBusy,
    NumberNotInService,
    CallNotCompleted,
    CallRefused,
    CallNotAccepted,
    /// An answering machine answered, and was hung up on.
    AnsweredByMachine,
    /// A fax machine or a modem did.
    AnsweredByFax,
    TimeIsUp,
    FarEndHungUp,
    HangUp,
    /// After a call was ended for attempted fraud.
    HangUpFraud,
    /// After an officer or a schedule ended the call.
    CallEndedByFacility,

    // --- to the called party
    /// Carrier, inmate's recorded name, facility: the head of a collect call.
    CollectCallFrom {
        brand: Brand,
    },
    /// The carrier's name alone, before [`Prompt::CallFrom`].
    CarrierBrand {
        brand: Brand,
    },
    /// Inmate's recorded name, facility: the head of a call that is not collect.
    CallFrom,
    /// Recording and monitoring notice.
    RecordingNotice,
    ThreeWayNotice,
    /// "To accept press {accept}, to refuse press {refuse}."
    AcceptOrRefuse {
        accept: u8,
        refuse: u8,
    },
    /// "To refuse all calls from this inmate press {key}."
    BlockInmateOffer {
        key: u8,
    },
    /// The same of the facility.
    BlockFacilityOffer {
        key: u8,
    },
    /// What that means: no more calls, until the facility is asked for them.
    InmateBlockMeans,
    FacilityBlockMeans,
    /// "To confirm press {key}."
    ConfirmBlock {
        key: u8,
    },
    BlockKept,
    /// Said once the called party has accepted.
    ThankYouGoAhead,
    /// Said to a called party who refused or never chose.
    Goodbye,

    // --- to both
    /// Time left in the call, in seconds.
    TimeRemaining {
        seconds: u32,
    },
    /// Where the call comes from: the facility.
    CallOrigin,
    /// A third party is not allowed, in one of [`THREE_WAY_WARNINGS`] wordings, from 1.
    ThreeWayWarning {
        choice: u8,
    },
}

/// How many wordings a warning has.
pub const THREE_WAY_WARNINGS: u8 = 3;

impl Prompt {
    /// What the inmate hears of a refusal.
    pub fn of_refusal(blocked: Blocked) -> Prompt {
        match blocked {
            Blocked::PinInvalid => Prompt::PinInvalid,
            Blocked::PinDisabled => Prompt::PinDisabled,
            Blocked::PinInUse => Prompt::PinInUse,
            Blocked::PinNotYetValid => Prompt::PinNotYetValid,
            Blocked::PinExpired => Prompt::PinExpired,
            Blocked::InmateSuspended => Prompt::InmateSuspended,
            Blocked::NotEnrolled => Prompt::NotEnrolled,
            // It is on the list: that it is on none would be untrue.
            Blocked::PinNumberDisabled | Blocked::NumberBlockedForInmate => Prompt::NumberBlocked,
            Blocked::NumberNotAllowed | Blocked::NumberPrivate => Prompt::NumberNotAllowed,
            Blocked::ContactNotApproved => Prompt::ContactNotApproved,
            Blocked::OutsideWindow => Prompt::OutsideWindow,
            Blocked::NotBooked => Prompt::NotBooked,
            Blocked::NoOfficer => Prompt::NoOfficer,
            Blocked::NumberRestricted => Prompt::NumberRestricted,
            Blocked::CalledPartyBlocksInmate => Prompt::CalledPartyBlocksInmate,
            Blocked::CalledPartyBlocksFacility => Prompt::CalledPartyBlocksFacility,
            Blocked::TimeRestricted => Prompt::NumberTimeRestricted,
            Blocked::NumberFraud => Prompt::NumberFraud,
            Blocked::CallTypeNotAllowed | Blocked::NoRoute => Prompt::CallTypeNotAllowed,
            Blocked::SpeedDialNotAssigned => Prompt::SpeedDialNotAssigned,
            Blocked::NumberNotValid => Prompt::NumberNotValid,
            Blocked::PhoneOutOfService => Prompt::OutOfService,
            Blocked::PinResting => Prompt::PinResting,
            Blocked::SystemUnavailable => Prompt::SystemUnavailable,
            Blocked::NotRecordable => Prompt::NotRecordable,
            Blocked::NotConfirmed => Prompt::NotConfirmed,
            Blocked::CardUnknown => Prompt::CardUnknown,
            Blocked::IdUnknown => Prompt::IdUnknown,
            Blocked::NotFromThisPhone => Prompt::NotFromThisPhone,
            Blocked::CallsUsedUp => Prompt::CallsUsedUp,
            Blocked::MinutesUsedUp => Prompt::MinutesUsedUp,
            Blocked::TooSoon => Prompt::TooSoon,
            Blocked::NumberUsedUp => Prompt::NumberUsedUp,
        }
    }
}
