//! How a call ended, why it was blocked, and what was suspicious: three separate
//! fields of the record.

/// How the attempt ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Disposition {
    /// The record is open: the call goes on.
    InProgress,
    /// Both parties talked and one of them hung up.
    Completed,
    /// Given up before there was any talk: by the inmate at any time before, or by a called
    /// party who had accepted already. Nothing to charge.
    Abandoned,
    /// Screening refused it; the blocked disposition says why.
    Blocked,
    /// No number was completed: a time-out, too many wrong PINs, no such number.
    NotDialed,
    /// No trunk gave its proceed signal, or none was free.
    NoTrunk,
    Busy,
    /// Reorder, congestion.
    NetworkBusy,
    /// A special information tone, or a recorded announcement instead of ringing: vacant, changed,
    /// out of service.
    Intercept,
    NoAnswer,
    /// The trunk stayed silent after outpulsing.
    TrunkSilent,
    /// The called party refused.
    Refused,
    /// The called party hung up or stayed silent instead of choosing.
    NotAccepted,
    /// An answering machine answered a call that a person must accept.
    AnsweringMachine,
    /// A fax machine or a modem answered.
    FaxModem,
    /// Cut at its limit.
    Limited,
    /// Cut because a third party was heard.
    ThreeWay,
    /// Cut because keys were pressed after outpulsing.
    ExtraDigits,
    /// Ended by an officer, or by the controller because it stops.
    CutOff,
    /// The trunk was lost (alarm, card gone) in mid-call.
    TrunkLost,
    /// The phone was lost so: nobody hung up.
    PhoneLost,
    /// The line's own program failed.
    Fault,
    /// The controller stopped in mid-call; ended at the second it was last seen.
    Interrupted,
}

/// Why screening refused a call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Blocked {
    PinInvalid,
    PinDisabled,
    PinInUse,
    /// One number of the PIN's list is disabled.
    PinNumberDisabled,
    NumberRestricted,
    /// In no table that allows it.
    NumberNotAllowed,
    TimeRestricted,
    /// Too much fraud on calls to it, whoever called.
    NumberFraud,
    CallTypeNotAllowed,
    SpeedDialNotAssigned,
    NumberNotValid,
    PhoneOutOfService,
    /// The back office did not answer in time, or cannot write.
    SystemUnavailable,
    /// Too many PINs failed at this phone, or of this inmate: none is tried for a while.
    PinResting,
    /// It must be recorded, and the recorder can't write.
    NotRecordable,
    /// The PIN is given out, but for a later time.
    PinNotYetValid,
    PinExpired,
    /// The inmate may make no calls for now, whatever the PIN.
    InmateSuspended,
    /// Steps of enrollment are missing that the site asks for.
    NotEnrolled,
    /// It is on lists of other PINs, and not on this one's.
    NumberPrivate,
    /// For this inmate, by an entry of the inmate's own or a list that is attached to the inmate.
    NumberBlockedForInmate,
    /// Whom the number belongs to is not approved for this inmate.
    ContactNotApproved,
    /// The inmate may call at other times.
    OutsideWindow,
    /// The inmate's calls are booked, and none is for now.
    NotBooked,
    /// Calls are made from this phone only while an officer is present.
    NoOfficer,
    /// No officer confirmed it in time.
    NotConfirmed,
    /// The card at the phone is nobody's, or is not taken any more.
    CardUnknown,
    /// The number that was keyed is nobody's, or the passcode is another.
    IdUnknown,
    /// The called party refuses all calls of this inmate, or of the facility.
    CalledPartyBlocksInmate,
    CalledPartyBlocksFacility,
    /// The phone's line treatment keeps the number from it.
    NotFromThisPhone,
    /// No outbound route is for such a call.
    NoRoute,
    /// The inmate made all the calls of a day, a week or a month.
    CallsUsedUp,
    /// The inmate talked all the minutes of such a period.
    MinutesUsedUp,
    /// The inmate's last call ended too short a time ago.
    TooSoon,
    /// All inmates together called this number as much as it may be called.
    NumberUsedUp,
}

/// Who or what ended the call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum EndedBy {
    Inmate,
    CalledParty,
    /// The exchange: busy, intercept, silence, no proceed signal.
    Network,
    /// This controller: its rules (screening, limits, time-outs), or its phone ports.
    Controller,
    Officer,
}

/// Something an investigator searches for, whatever the disposition.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct FraudFlags {
    /// Digits were keyed after outpulsing ended, so many as its treatment does something about.
    pub extra_digits: bool,
    /// The switch hook was flashed or pulsed during the call.
    pub switch_hook: bool,
    /// The exchange gave dial tone in mid-call, and the call went on or keys followed: not where it is
    /// only how the exchange says that the called party is gone.
    pub second_dial_tone: bool,
    pub three_way: bool,
}

/// What kind of fraud it was.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FraudKind {
    /// A third party was heard.
    ThreeWay,
    /// Keys were pressed after outpulsing.
    ExtraDigits,
}

impl FraudFlags {
    pub const NONE: FraudFlags = FraudFlags {
        extra_digits: false,
        switch_hook: false,
        second_dial_tone: false,
        three_way: false,
    };

    /// What is set in either.
    pub const fn or(self, other: FraudFlags) -> FraudFlags {
        FraudFlags {
            extra_digits: self.extra_digits | other.extra_digits,
            switch_hook: self.switch_hook | other.switch_hook,
            second_dial_tone: self.second_dial_tone | other.second_dial_tone,
            three_way: self.three_way | other.three_way,
        }
    }

    /// The names of the flags that are set, as records show them.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        [
            (self.extra_digits, "extra-digits"),
            (self.switch_hook, "switch-hook"),
            (self.second_dial_tone, "second-dial-tone"),
            (self.three_way, "three-way"),
        ]
        .into_iter()
        .filter_map(|(set, name)| set.then_some(name))
    }
}
