//! The prompts by the names and slots that a catalogue uses for them.

use std::ops::RangeInclusive;

use types::prompt::{Prompt, THREE_WAY_WARNINGS};
use types::treatment::Brand;

/// The gap in a prompt that an argument fills.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Slot {
    /// A digit, as part of a clip's name: `press_{key}`.
    Key,
    Accept,
    Refuse,
    /// A duration, as `[durations]` says it: `{seconds}`.
    Seconds,
    /// A count of calls: `{calls}`.
    Calls,
    /// The inmate's own recorded name: `{name}`.
    Name,
    /// Whose name the call is in: `{carrier}`.
    Carrier,
    /// A wording, as part of a clip's name: `three_way_warning_{choice}`.
    Choice,
}

impl Slot {
    pub(crate) fn parse(name: &str) -> Option<Slot> {
        match name {
            "key" => Some(Slot::Key),
            "accept" => Some(Slot::Accept),
            "refuse" => Some(Slot::Refuse),
            "seconds" => Some(Slot::Seconds),
            "calls" => Some(Slot::Calls),
            "name" => Some(Slot::Name),
            "carrier" => Some(Slot::Carrier),
            "choice" => Some(Slot::Choice),
            _ => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Slot::Key => "key",
            Slot::Accept => "accept",
            Slot::Refuse => "refuse",
            Slot::Seconds => "seconds",
            Slot::Calls => "calls",
            Slot::Name => "name",
            Slot::Carrier => "carrier",
            Slot::Choice => "choice",
        }
    }

    /// The numbers that may stand in this slot.
    pub(crate) fn range(self) -> RangeInclusive<u8> {
        match self {
            Slot::Choice => 1..=THREE_WAY_WARNINGS,
            _ => 0..=9,
        }
    }

    /// The number that `prompt` puts into this slot.
    ///
    /// # Panics
    /// If the prompt has no such slot, which the catalogue's check excludes.
    pub(crate) fn number(self, prompt: &Prompt) -> u8 {
        match (self, *prompt) {
            (Slot::Key, Prompt::LanguageOffer { key, .. }) => key,
            (Slot::Accept, Prompt::AcceptOrRefuse { accept, .. }) => accept,
            (Slot::Refuse, Prompt::AcceptOrRefuse { refuse, .. }) => refuse,
            (
                Slot::Key,
                Prompt::BlockInmateOffer { key }
                | Prompt::BlockFacilityOffer { key }
                | Prompt::ConfirmBlock { key },
            ) => key,
            (Slot::Choice, Prompt::ThreeWayWarning { choice }) => choice,
            _ => panic!("{prompt:?} has no number for {{{}}}", self.name()),
        }
    }
}

/// The seconds that `prompt` puts into `{seconds}`.
///
/// # Panics
/// If the prompt has no such slot, which the catalogue's check excludes.
pub(crate) fn seconds(prompt: &Prompt) -> u32 {
    match *prompt {
        Prompt::CallLimit { seconds }
        | Prompt::TimeRemaining { seconds }
        | Prompt::CallAgainIn { seconds }
        | Prompt::MinutesLeft { seconds } => seconds,
        _ => panic!("{prompt:?} has no {{seconds}}"),
    }
}

/// The count that `prompt` puts into `{calls}`.
///
/// # Panics
/// If the prompt has no such slot, which the catalogue's check excludes.
pub(crate) fn calls(prompt: &Prompt) -> u32 {
    match *prompt {
        Prompt::CallsLeft { calls } => calls,
        _ => panic!("{prompt:?} has no {{calls}}"),
    }
}

/// The carrier that `prompt` names in `{carrier}`.
///
/// # Panics
/// If the prompt has no such slot, which the catalogue's check excludes.
pub(crate) fn brand(prompt: &Prompt) -> Brand {
    match *prompt {
        Prompt::ThankYouCarrier { brand }
        | Prompt::CollectCallFrom { brand }
        | Prompt::CarrierBrand { brand } => brand,
        _ => panic!("{prompt:?} has no {{carrier}}"),
    }
}

/// Writes the enum and its tables from one list, so that a prompt added to `types` does
/// not compile until it has a name here, and cannot have a name without an entry.
macro_rules! kinds {
    ($($kind:ident $name:ident [$($slot:ident)*];)+) => {
        /// A prompt without its arguments.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum Kind { $($kind),+ }

        impl Kind {
            pub(crate) const ALL: &[Kind] = &[$(Kind::$kind),+];

            pub(crate) fn of(prompt: &Prompt) -> Kind {
                match prompt { $(Prompt::$kind { .. } => Kind::$kind),+ }
            }

            pub(crate) fn name(self) -> &'static str {
                match self { $(Kind::$kind => stringify!($name)),+ }
            }

            /// The slots that every language must fill somewhere in this prompt.
            pub(crate) fn slots(self) -> &'static [Slot] {
                match self { $(Kind::$kind => &[$(Slot::$slot),*]),+ }
            }
        }
    };
}

kinds! {
    LanguageOffer language_offer [Key];
    EnterPin enter_pin [];
    PinTryAgain pin_try_again [];
    PinInvalid pin_invalid [];
    PinInUse pin_in_use [];
    PinDisabled pin_disabled [];
    PinResting pin_resting [];
    PinNotYetValid pin_not_yet_valid [];
    PinExpired pin_expired [];
    InmateSuspended inmate_suspended [];
    NotEnrolled not_enrolled [];
    PresentCard present_card [];
    EnterPinOrCard enter_pin_or_card [];
    EnterId enter_id [];
    EnterPasscode enter_passcode [];
    CardUnknown card_unknown [];
    IdUnknown id_unknown [];
    OfficerMustConfirm officer_must_confirm [];
    OfficerUnknown officer_unknown [];
    EnterNumber enter_number [];
    NumberNotValid number_not_valid [];
    SpeedDialNotAssigned speed_dial_not_assigned [];
    SayName say_name [];
    OutOfService out_of_service [];
    CallLimit call_limit [Seconds];
    CallsLeft calls_left [Calls];
    MinutesLeft minutes_left [Seconds];
    ThankYouCarrier thank_you_carrier [Carrier];
    PleaseHold please_hold [];
    NumberRestricted number_restricted [];
    NumberNotAllowed number_not_allowed [];
    NumberBlocked number_blocked [];
    NumberTimeRestricted number_time_restricted [];
    CalledPartyBlocksInmate called_party_blocks_inmate [];
    CalledPartyBlocksFacility called_party_blocks_facility [];
    NumberFraud number_fraud [];
    CallTypeNotAllowed call_type_not_allowed [];
    NotFromThisPhone not_from_this_phone [];
    SystemUnavailable system_unavailable [];
    NotRecordable not_recordable [];
    OutsideWindow outside_window [];
    NotBooked not_booked [];
    NoOfficer no_officer [];
    ContactNotApproved contact_not_approved [];
    CallsUsedUp calls_used_up [];
    MinutesUsedUp minutes_used_up [];
    TooSoon too_soon [];
    NumberUsedUp number_used_up [];
    CallAgainIn call_again_in [Seconds];
    NotConfirmed not_confirmed [];
    NoLineAvailable no_line_available [];
    NoAnswer no_answer [];
    LineBusy line_busy [];
    NetworkBusy network_busy [];
    NumberNotInService number_not_in_service [];
    CallNotCompleted call_not_completed [];
    CallRefused call_refused [];
    CallNotAccepted call_not_accepted [];
    AnsweredByMachine answered_by_machine [];
    AnsweredByFax answered_by_fax [];
    TimeIsUp time_is_up [];
    FarEndHungUp far_end_hung_up [];
    HangUp hang_up [];
    HangUpFraud hang_up_fraud [];
    CallEndedByFacility call_ended_by_facility [];
    CollectCallFrom collect_call_from [Carrier Name];
    CarrierBrand carrier_brand [Carrier];
    CallFrom call_from [Name];
    RecordingNotice recording_notice [];
    ThreeWayNotice three_way_notice [];
    AcceptOrRefuse accept_or_refuse [Accept Refuse];
    BlockInmateOffer block_inmate_offer [Key];
    BlockFacilityOffer block_facility_offer [Key];
    InmateBlockMeans inmate_block_means [];
    FacilityBlockMeans facility_block_means [];
    ConfirmBlock confirm_block [Key];
    BlockKept block_kept [];
    ThankYouGoAhead thank_you_go_ahead [];
    Goodbye goodbye [];
    TimeRemaining time_remaining [Seconds];
    CallOrigin call_origin [];
    ThreeWayWarning three_way_warning [Choice];
}

/// What catalogues call a prompt, without its arguments.
pub fn prompt_name(prompt: &Prompt) -> &'static str {
    Kind::of(prompt).name()
}

impl Kind {
    pub(crate) fn parse(name: &str) -> Option<Kind> {
        Kind::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}
