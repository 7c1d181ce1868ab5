//! The tables that screening asks, as it sees them.

use crate::{
    CallTypeRules, Contact, DayKind, LineTreatment, Listing, NumberBlock, NumberRecord, Open,
    Profile, Register, RouteRule, TreatmentRules, WeekSteps,
};
use types::{
    dial_plan::DialedNumber,
    digits::Digits,
    id::{InmateId, LineId, OfficerId},
    inmate::Scope,
    party_block::PartyBlock,
    phone_number::{CallType, DialingPattern, PhoneNumber},
};

/// A PIN, hashed by whoever holds the key. Screening never sees digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PinKey(pub [u8; 32]);

/// Whether and how long an entry is switched off.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Disabled {
    #[default]
    No,
    /// Off before this instant, UTC in milliseconds.
    Until(i64),
    ForGood,
}

impl Disabled {
    pub fn holds(&self, now_utc_ms: i64) -> bool {
        match self {
            Disabled::No => false,
            Disabled::Until(end) => now_utc_ms < *end,
            Disabled::ForGood => true,
        }
    }

    /// As it is at that instant: what is over is none.
    pub fn at(self, now_utc_ms: i64) -> Disabled {
        match self.holds(now_utc_ms) {
            true => self,
            false => Disabled::No,
        }
    }
}

/// One of the five duration classes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Class(u8);

impl Class {
    pub const FIRST: Class = Class(1);
    pub const ALL: [Class; 5] = [Class(1), Class(2), Class(3), Class(4), Class(5)];

    pub fn new(number: u8) -> Option<Class> {
        (1..=5).contains(&number).then_some(Class(number))
    }

    pub fn number(self) -> u8 {
        self.0
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PhoneRules {
    pub in_service: bool,
    pub pin_required: bool,
    pub class: Class,
    /// All calls from here are privileged.
    pub privileged: bool,
    /// `None` is every type.
    pub call_types: Option<Vec<CallType>>,
    /// `None` is every pattern. A speed dial code counts as a code, whatever it stands for.
    pub patterns: Option<Vec<DialingPattern>>,
    /// The number of a line treatment; without one what is open above may be called.
    pub line_treatment: Option<u16>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PinEntry {
    pub inmate: InmateId,
    pub disabled: Disabled,
    /// `None` is the class of the phone.
    pub class: Option<Class>,
    /// Not valid before this instant, UTC in milliseconds.
    pub valid_from: Option<i64>,
    /// Not valid from this instant on.
    pub valid_to: Option<i64>,
}

/// What a code stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SpeedDial {
    pub number: DialedNumber,
    /// As it would be keyed.
    pub dialed: Digits,
}

/// A number on a PIN's own list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ListedNumber {
    pub untimed: bool,
    pub privileged: bool,
    pub disabled: Disabled,
}

/// The most specific restricted entry that fits a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RestrictedEntry {
    /// How many digits of it are fixed.
    pub specificity: u8,
}

/// The most specific allowed entry that fits a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AllowedEntry {
    pub specificity: u8,
    pub untimed: bool,
    pub privileged: bool,
}

/// The longest call of a class and call type, in seconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Durations {
    pub weekday: u32,
    pub weekend: u32,
    pub holiday: u32,
}

impl Durations {
    pub fn of(&self, kind: DayKind) -> u32 {
        match kind {
            DayKind::Weekday => self.weekday,
            DayKind::Weekend => self.weekend,
            DayKind::Holiday => self.holiday,
        }
    }
}

/// The tables of a site, at one instant.
pub trait Tables {
    type Error;

    fn phone(&self, line: LineId) -> Result<Option<PhoneRules>, Self::Error>;
    fn pin(&self, pin: &PinKey) -> Result<Option<PinEntry>, Self::Error>;
    /// Whether an open call of another line holds the PIN.
    fn pin_in_use(&self, pin: &PinKey, line: LineId) -> Result<bool, Self::Error>;
    /// Whether calls from this phone need an officer's word.
    fn wants_officer(&self, line: LineId) -> Result<bool, Self::Error>;
    /// Whether this is somebody who may confirm calls now.
    fn is_officer(&self, officer: OfficerId) -> Result<bool, Self::Error>;
    fn speed_dial(&self, code: u8) -> Result<Option<SpeedDial>, Self::Error>;
    fn listed(
        &self,
        inmate: InmateId,
        number: &PhoneNumber,
    ) -> Result<Option<ListedNumber>, Self::Error>;
    fn restricted(&self, number: &PhoneNumber) -> Result<Option<RestrictedEntry>, Self::Error>;
    fn allowed(&self, number: &PhoneNumber) -> Result<Option<AllowedEntry>, Self::Error>;
    /// Whose calls the party at this very number refuses, if this inmate's are among them.
    fn party_block(
        &self,
        inmate: Option<InmateId>,
        number: &PhoneNumber,
    ) -> Result<Option<PartyBlock>, Self::Error>;
    /// The same of a party who was reached by more digits than these, of which the exchange may have
    /// passed over the last.
    fn party_block_beyond(
        &self,
        inmate: Option<InmateId>,
        number: &PhoneNumber,
    ) -> Result<Option<PartyBlock>, Self::Error>;
    /// Whether a number was blocked for the fraud on calls to it.
    fn number_block(&self, number: &PhoneNumber) -> Result<Option<NumberBlock>, Self::Error>;
    /// The same of a number of more digits than these, of which the exchange may have passed over the
    /// last; only one that holds now.
    fn number_block_beyond(&self, number: &PhoneNumber)
    -> Result<Option<NumberBlock>, Self::Error>;
    /// When a number may be called; `None` when it is not restricted by time.
    fn open_times(&self, number: &PhoneNumber) -> Result<Option<WeekSteps>, Self::Error>;
    fn durations(
        &self,
        class: Class,
        call_type: CallType,
    ) -> Result<Option<Durations>, Self::Error>;

    fn profile(&self, inmate: InmateId) -> Result<Profile, Self::Error>;
    /// Whom a number belongs to, if it is a contact of this inmate.
    fn contact(
        &self,
        inmate: InmateId,
        number: &PhoneNumber,
    ) -> Result<Option<Contact>, Self::Error>;
    /// Whether it is on the list of another inmate.
    fn listed_by_others(&self, inmate: InmateId, number: &PhoneNumber)
    -> Result<bool, Self::Error>;
    /// What the list of this scope says, if it has the number.
    fn listing(&self, scope: Scope, number: &PhoneNumber) -> Result<Option<Listing>, Self::Error>;
    /// How long the hours of this scope are open; `None` when it has none.
    fn window(&self, scope: Scope) -> Result<Option<Open>, Self::Error>;
    /// How long calls of this inmate to this number are booked.
    fn booked(&self, inmate: InmateId, number: &PhoneNumber) -> Result<Open, Self::Error>;
    /// How long an officer is present at this phone; `None` when none must be.
    fn officer_presence(&self, line: LineId) -> Result<Option<Open>, Self::Error>;
    /// The record of a number.
    fn record(&self, number: &PhoneNumber) -> Result<Option<NumberRecord>, Self::Error>;
    /// The type that the site's table gives a number.
    fn call_type(&self, number: &PhoneNumber) -> Result<Option<CallType>, Self::Error>;
    fn call_type_rules(&self, call_type: CallType) -> Result<CallTypeRules, Self::Error>;
    /// What a line treatment says of a number; `None` where there is none.
    fn line_treatment(
        &self,
        treatment: u16,
        number: &PhoneNumber,
    ) -> Result<Option<LineTreatment>, Self::Error>;
    fn call_treatment(&self, treatment: u16) -> Result<Option<TreatmentRules>, Self::Error>;
    /// All ways out, in the order in which they are tried.
    fn routes(&self) -> Result<Vec<RouteRule>, Self::Error>;
    /// The lockout register of an inmate, and of all callers of a number; `None` where nothing
    /// limits them.
    fn inmate_register(&self, inmate: InmateId) -> Result<Option<Register>, Self::Error>;
    fn number_register(&self, number: &PhoneNumber) -> Result<Option<Register>, Self::Error>;
    /// That of a number which may be reached instead of a longer one that is dialed; `None` also where it
    /// may be the beginning of many, as that of a town is.
    fn reached_register(&self, shorter: &PhoneNumber) -> Result<Option<Register>, Self::Error>;
}
