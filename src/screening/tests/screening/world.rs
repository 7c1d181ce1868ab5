//! One call and the entries that bear on it, as a handful of small choices.

use screening::{
    AllowedEntry, CallTypeRules, Class, Contact, Disabled, Durations, LineTreatment, ListedNumber,
    Listing, LocalTime, NumberBlock, NumberRecord, Open, PhoneRules, PinEntry, PinKey, Profile,
    Register, Request, RestrictedEntry, RouteRule, Routing, Rules, SpeedDial, Tables,
    TreatmentRules, WeekSteps,
};
use std::{convert::Infallible, sync::LazyLock};
use types::{
    dial_plan::DialedNumber,
    digits::Digits,
    id::{InmateId, LineId, OfficerId},
    inmate::Scope,
    party_block::PartyBlock,
    phone_number::{CallType, DialingPattern, PhoneNumber},
    query::DialedOrSpeed,
    tick::Ticks,
};

pub const LINE: LineId = LineId(4);
pub const INMATE: InmateId = InmateId(17);
pub const OFFICER: OfficerId = OfficerId(31);
pub const PIN: PinKey = PinKey([5; 32]);
pub const NOW: i64 = 1_790_000_000_000;
pub const CODE: u8 = 12;
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PinIs {
    NotKeyed,
    Unknown,
    Disabled,
    InUse,
    Good,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dials {
    Number,
    Code,
    CodeWithoutNumber,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Time {
    NotRestricted,
    Open,
    Closed,
}

/// What the tables say of a number that the exchange may connect before the last digit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shorter {
    pub listed: Option<ListedNumber>,
    pub restricted: Option<u8>,
    pub allowed: Option<AllowedEntry>,
    pub party: Option<PartyBlock>,
    pub closed: bool,
}

impl Shorter {
    pub const IN_NO_TABLE: Shorter = Shorter {
        listed: None,
        restricted: None,
        allowed: None,
        party: None,
        closed: false,
    };
}

/// `None` for the phone is one that nobody entered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct World {
    pub in_service: Option<bool>,
    pub pin_required: bool,
    pub pin: PinIs,
    pub dials: Dials,
    pub type_open: bool,
    pub pattern_open: bool,
    pub listed: Option<ListedNumber>,
    pub restricted: Option<u8>,
    pub allowed: Option<AllowedEntry>,
    /// What the party at the number refused, and one reached by more digits.
    pub party: Option<PartyBlock>,
    pub party_beyond: Option<PartyBlock>,
    pub time: Time,
    pub service: Option<Ticks>,
    pub class_of_pin: bool,
    pub phone_privileged: bool,
    pub durations_entered: bool,
    pub rules: Rules,
    pub shorter: Option<Shorter>,
    pub block: Option<NumberBlock>,
    /// The same of a number of more digits.
    pub block_beyond: Option<NumberBlock>,
    /// An entry of the inmate's own blocks it, whatever digits of it are left.
    pub blocked_for_inmate: bool,
    /// `None` where the phone wants none.
    pub officer: Option<OfficerIs>,
    pub recorder_works: bool,
}

/// What came of asking for an officer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OfficerIs {
    Nobody,
    Confirming,
    NoOfficerAnyMore,
}

pub const LISTED: ListedNumber = ListedNumber {
    untimed: false,
    privileged: false,
    disabled: Disabled::No,
};

pub const ALLOWED: AllowedEntry = AllowedEntry {
    specificity: 10,
    untimed: false,
    privileged: false,
};

impl World {
    /// A PIN phone, everything in order, a number in no table.
    pub fn quiet() -> World {
        World {
            in_service: Some(true),
            pin_required: true,
            pin: PinIs::Good,
            dials: Dials::Number,
            type_open: true,
            pattern_open: true,
            listed: None,
            restricted: None,
            allowed: None,
            party: None,
            party_beyond: None,
            time: Time::NotRestricted,
            service: None,
            class_of_pin: true,
            phone_privileged: false,
            durations_entered: true,
            rules: Rules::standard(),
            shorter: None,
            officer: None,
            recorder_works: true,
            block: None,
            block_beyond: None,
            blocked_for_inmate: false,
        }
    }

    pub fn number() -> DialedNumber {
        DialedNumber {
            number: PhoneNumber::parse("2155550123").expect("a number"),
            pattern: DialingPattern::ZeroPlus,
            call_type: CallType::InterLata,
        }
    }

    /// As its number would be keyed.
    fn dialed() -> Digits {
        Digits::parse("02155550123").expect("digits")
    }

    fn shorter_number() -> PhoneNumber {
        PhoneNumber::parse("215555012").expect("a number")
    }

    /// The entries of the shorter number, if it is that one.
    fn shorter_of(&self, number: &PhoneNumber) -> Option<Shorter> {
        if *number == World::number().number {
            return None;
        }
        assert_eq!(*number, World::shorter_number());
        Some(self.shorter.expect("it is not asked for"))
    }

    /// A block of one inmate is found by his PIN alone.
    fn of_caller(&self, inmate: Option<InmateId>, block: Option<PartyBlock>) -> Option<PartyBlock> {
        assert_eq!(inmate, self.pin_required.then_some(INMATE));
        block.filter(|block| *block == PartyBlock::Facility || inmate.is_some())
    }

    pub fn request(&self) -> Request<'_> {
        static ROUTING: LazyLock<Routing> = LazyLock::new(Routing::north_america);
        static SHORTER: LazyLock<[PhoneNumber; 1]> = LazyLock::new(|| [World::shorter_number()]);
        let shorter: &[PhoneNumber] = match self.shorter {
            Some(_) => &*SHORTER,
            None => &[],
        };
        Request {
            line: LINE,
            pin: (self.pin != PinIs::NotKeyed).then_some(PIN),
            officer: match self.officer {
                None | Some(OfficerIs::Nobody) => None,
                Some(_) => Some(OFFICER),
            },
            number: match self.dials {
                Dials::Number => DialedOrSpeed::Number(World::number()),
                Dials::Code | Dials::CodeWithoutNumber => DialedOrSpeed::Speed(CODE),
            },
            dialed: World::dialed(),
            shorter,
            now_utc_ms: NOW,
            // A Tuesday, 9:00.
            when: LocalTime {
                weekday: 1,
                step: 36,
                holiday: false,
            },
            in_service_for: self.service,
            hard_limit: Ticks::secs(99 * 60),
            routing: &ROUTING,
            recorder_works: self.recorder_works,
        }
    }
}

pub fn class_of_pin() -> Class {
    Class::new(2).expect("a class")
}

pub fn class_of_phone() -> Class {
    Class::new(3).expect("a class")
}

pub fn minutes_of(class: Class) -> u32 {
    10 * u32::from(class.number())
}

impl Tables for World {
    type Error = Infallible;

    fn phone(&self, line: LineId) -> Result<Option<PhoneRules>, Infallible> {
        assert_eq!(line, LINE);
        let call_types = match self.type_open {
            true => None,
            false => Some(vec![CallType::Service]),
        };
        let patterns = match self.pattern_open {
            true => Some(vec![DialingPattern::SpeedDial, DialingPattern::ZeroPlus]),
            false => Some(vec![]),
        };
        Ok(self.in_service.map(|in_service| PhoneRules {
            in_service,
            pin_required: self.pin_required,
            class: class_of_phone(),
            privileged: self.phone_privileged,
            call_types,
            patterns,
            line_treatment: None,
        }))
    }

    fn pin(&self, pin: &PinKey) -> Result<Option<PinEntry>, Infallible> {
        assert_eq!(*pin, PIN);
        let entry = PinEntry {
            inmate: INMATE,
            disabled: match self.pin {
                PinIs::Disabled => Disabled::Until(NOW + 1),
                _ => Disabled::Until(NOW),
            },
            class: self.class_of_pin.then(class_of_pin),
            valid_from: Some(NOW),
            valid_to: Some(NOW + 1),
        };
        Ok((self.pin != PinIs::Unknown).then_some(entry))
    }

    fn pin_in_use(&self, pin: &PinKey, line: LineId) -> Result<bool, Infallible> {
        assert_eq!((*pin, line), (PIN, LINE));
        Ok(self.pin == PinIs::InUse)
    }

    fn wants_officer(&self, line: LineId) -> Result<bool, Infallible> {
        assert_eq!(line, LINE);
        Ok(self.officer.is_some())
    }

    fn is_officer(&self, officer: OfficerId) -> Result<bool, Infallible> {
        assert_eq!(officer, OFFICER);
        Ok(self.officer == Some(OfficerIs::Confirming))
    }

    fn speed_dial(&self, code: u8) -> Result<Option<SpeedDial>, Infallible> {
        assert_eq!(code, CODE);
        let dial = SpeedDial {
            number: World::number(),
            dialed: World::dialed(),
        };
        Ok((self.dials == Dials::Code).then_some(dial))
    }

    fn listed(
        &self,
        inmate: InmateId,
        number: &PhoneNumber,
    ) -> Result<Option<ListedNumber>, Infallible> {
        assert_eq!(inmate, INMATE);
        Ok(match self.shorter_of(number) {
            Some(shorter) => shorter.listed,
            None => self.listed,
        })
    }

    fn restricted(&self, number: &PhoneNumber) -> Result<Option<RestrictedEntry>, Infallible> {
        let restricted = match self.shorter_of(number) {
            Some(shorter) => shorter.restricted,
            None => self.restricted,
        };
        Ok(restricted.map(|specificity| RestrictedEntry { specificity }))
    }

    fn allowed(&self, number: &PhoneNumber) -> Result<Option<AllowedEntry>, Infallible> {
        Ok(match self.shorter_of(number) {
            Some(shorter) => shorter.allowed,
            None => self.allowed,
        })
    }

    fn party_block(
        &self,
        inmate: Option<InmateId>,
        number: &PhoneNumber,
    ) -> Result<Option<PartyBlock>, Infallible> {
        let block = match self.shorter_of(number) {
            Some(shorter) => shorter.party,
            None => self.party,
        };
        Ok(self.of_caller(inmate, block))
    }

    fn party_block_beyond(
        &self,
        inmate: Option<InmateId>,
        number: &PhoneNumber,
    ) -> Result<Option<PartyBlock>, Infallible> {
        assert_eq!(*number, World::number().number, "of what was dialed alone");
        Ok(self.of_caller(inmate, self.party_beyond))
    }

    fn number_block(&self, number: &PhoneNumber) -> Result<Option<NumberBlock>, Infallible> {
        Ok(match self.shorter_of(number) {
            Some(_) => None,
            None => self.block,
        })
    }

    fn number_block_beyond(&self, number: &PhoneNumber) -> Result<Option<NumberBlock>, Infallible> {
        assert_eq!(*number, World::number().number, "of what was dialed alone");
        Ok(self.block_beyond)
    }

    fn open_times(&self, number: &PhoneNumber) -> Result<Option<WeekSteps>, Infallible> {
        let time = match self.shorter_of(number) {
            Some(shorter) if shorter.closed => Time::Closed,
            Some(_) => Time::NotRestricted,
            None => self.time,
        };
        Ok(match time {
            Time::NotRestricted => None,
            Time::Open => Some(WeekSteps::CLOSED.with_open(1, 36, 37)),
            Time::Closed => Some(WeekSteps::CLOSED.with_open(1, 37, 96).with_open(1, 0, 36)),
        })
    }

    fn durations(
        &self,
        class: Class,
        call_type: CallType,
    ) -> Result<Option<Durations>, Infallible> {
        assert_eq!(call_type, CallType::InterLata);
        Ok(self.durations_entered.then(|| Durations {
            weekday: minutes_of(class) * 60,
            weekend: 1,
            holiday: 2,
        }))
    }

    fn profile(&self, inmate: InmateId) -> Result<Profile, Infallible> {
        assert_eq!(inmate, INMATE);
        Ok(Profile::default())
    }

    fn contact(&self, _: InmateId, _: &PhoneNumber) -> Result<Option<Contact>, Infallible> {
        Ok(None)
    }

    fn listed_by_others(&self, _: InmateId, _: &PhoneNumber) -> Result<bool, Infallible> {
        Ok(false)
    }

    fn listing(&self, of: Scope, _: &PhoneNumber) -> Result<Option<Listing>, Infallible> {
        let own = of == Scope::Inmate(INMATE) && self.blocked_for_inmate;
        Ok(own.then_some(Listing::Blocked(9)))
    }

    fn window(&self, _: Scope) -> Result<Option<Open>, Infallible> {
        Ok(None)
    }

    fn booked(&self, _: InmateId, _: &PhoneNumber) -> Result<Open, Infallible> {
        Ok(Open::No)
    }

    fn officer_presence(&self, _: LineId) -> Result<Option<Open>, Infallible> {
        Ok(None)
    }

    fn record(&self, _: &PhoneNumber) -> Result<Option<NumberRecord>, Infallible> {
        Ok(None)
    }

    fn call_type(&self, _: &PhoneNumber) -> Result<Option<CallType>, Infallible> {
        Ok(None)
    }

    fn call_type_rules(&self, _: CallType) -> Result<CallTypeRules, Infallible> {
        Ok(CallTypeRules::default())
    }

    fn line_treatment(&self, _: u16, _: &PhoneNumber) -> Result<Option<LineTreatment>, Infallible> {
        Ok(None)
    }

    fn call_treatment(&self, _: u16) -> Result<Option<TreatmentRules>, Infallible> {
        Ok(None)
    }

    fn routes(&self) -> Result<Vec<RouteRule>, Infallible> {
        Ok(Vec::new())
    }

    fn inmate_register(&self, _: InmateId) -> Result<Option<Register>, Infallible> {
        Ok(None)
    }

    fn number_register(&self, _: &PhoneNumber) -> Result<Option<Register>, Infallible> {
        Ok(None)
    }

    fn reached_register(&self, _: &PhoneNumber) -> Result<Option<Register>, Infallible> {
        Ok(None)
    }
}
