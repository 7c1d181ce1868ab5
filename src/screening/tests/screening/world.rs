//! One call and the entries that bear on it, as a handful of small choices.

use screening::{
    Allowance, AllowedEntry, CallTypeRules, Class, Contact, Days, Disabled, Durations, Ended,
    Entry, LineOutcome, LineRule, LineTreatment, ListedNumber, Listing, LocalTime, NumberBlock,
    NumberRecord, Open, Periods, PhoneRules, PinEntry, PinKey, Profile, Register, Request,
    RestrictedEntry, Rules, Span, Spans, Tables, TreatmentRules, WeekSteps,
};
use std::{convert::Infallible, sync::LazyLock};
use types::{
    dial_plan::DialedNumber,
    id::{InmateId, LineId, OfficerId},
    inmate::Scope,
    party_block::PartyBlock,
    phone_number::{CallType, DialingPattern, PhoneNumber},
    query::DialedOrSpeed,
    tick::Ticks,
    treatment::ThreeWayResponse,
    verdict::Handling,
};

pub const LINE: LineId = LineId(4);
pub const INMATE: InmateId = InmateId(17);
pub const OFFICER: OfficerId = OfficerId(31);
pub const PIN: PinKey = PinKey([5; 32]);
pub const NOW: i64 = 1_790_000_000_000;
pub const CODE: u8 = 12;
pub const LAW_LIBRARY: u16 = 3;
/// The call treatment that is there.
pub const SEVEN: TreatmentRules = TreatmentRules {
    handling: Some(Handling::CarrierOperator),
    three_way: Some(ThreeWayResponse::Disconnect),
    extra_digits: None,
    origin_every: None,
    remaining_every: None,
    brand: None,
    record: None,
    limit_seconds: Some(300),
    announce_limit: None,
};

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

/// What a lockout register holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Held {
    Boundless,
    /// As many minutes are left, and calls enough.
    Minutes(u32),
    NoCalls,
    NoMinutes,
    /// Too soon after the last call.
    NoTime,
}

impl Held {
    /// Of a day that began an hour ago.
    fn register(self) -> Option<Register> {
        let (calls, minutes, between) = match self {
            Held::Boundless => return None,
            Held::Minutes(left) => (2, left + 7, None),
            Held::NoCalls => (1, 100, None),
            Held::NoMinutes => (2, 7, None),
            Held::NoTime => (2, 100, Some(3600)),
        };
        let day = Span {
            from: NOW - 3_600_000,
            to: NOW + 23 * 3_600_000,
        };
        let talked = Entry {
            at_utc_ms: Some(NOW - 1_800_000),
            calls: 1,
            ticks: 7 * 60 * 8000,
            ended: Ended::At(NOW - 1_200_000),
        };
        let mut allowance = Allowance::default();
        allowance.calls.day = Some(calls);
        allowance.minutes.day = Some(minutes);
        allowance.between_seconds = between;
        Some(Register {
            allowance,
            spans: Spans::Calendar(Periods::each(|_| day)),
            entries: vec![talked],
        })
    }
}

/// What the tables say of a number that the exchange may connect before the last digit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shorter {
    pub listed: Option<ListedNumber>,
    pub restricted: Option<u8>,
    pub allowed: Option<AllowedEntry>,
    pub party: Option<PartyBlock>,
    pub closed: bool,
    pub record: Option<NumberRecord>,
    /// The phone's line treatment refuses it by a rule with so many fixed digits.
    pub refused_from_phone: Option<u8>,
    /// Of a type that the phone is closed for.
    pub type_closed: bool,
}

/// What the phone's line treatment says of the number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FromPhone {
    NoTreatment,
    /// The phone names one that is not there.
    Missing,
    /// No rule fits, and others are allowed, or not.
    Others(bool),
    Refused,
    /// With this call treatment; such a rule has ten fixed digits.
    Allowed(Option<u16>),
    /// For attorneys alone, and others are not allowed.
    AttorneysOnly,
    /// The rule that would let it through is for another day.
    AnotherDay,
}

impl Shorter {
    pub const IN_NO_TABLE: Shorter = Shorter {
        listed: None,
        restricted: None,
        allowed: None,
        party: None,
        closed: false,
        record: None,
        refused_from_phone: None,
        type_closed: false,
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
    pub of_inmate: Held,
    pub of_number: Held,
    pub block: Option<NumberBlock>,
    pub record: Option<NumberRecord>,
    pub from_phone: FromPhone,
    /// What the site's own table says of the number.
    pub type_of_table: Option<CallType>,
    pub type_rules: CallTypeRules,
    /// The site's treatment; 7 is always there, and 8 never.
    pub site: Option<TreatmentRules>,
    /// `None` where the phone wants none.
    pub officer: Option<OfficerIs>,
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
            of_inmate: Held::Boundless,
            of_number: Held::Boundless,
            officer: None,
            block: None,
            record: None,
            from_phone: FromPhone::NoTreatment,
            type_of_table: None,
            type_rules: CallTypeRules::default(),
            site: None,
        }
    }

    pub fn number() -> DialedNumber {
        DialedNumber {
            number: PhoneNumber::parse("2155550123").expect("a number"),
            pattern: DialingPattern::ZeroPlus,
            call_type: CallType::InterLata,
        }
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
        let other = |open: bool| match open {
            // All but one, which nothing but a shorter number is of.
            true => Some(CallType::ALL[..9].to_vec()),
            false => Some(vec![CallType::Service]),
        };
        let patterns = match self.pattern_open {
            true => Some(vec![DialingPattern::OnePlus, DialingPattern::ZeroPlus]),
            false => Some(vec![]),
        };
        Ok(self.in_service.map(|in_service| PhoneRules {
            in_service,
            pin_required: self.pin_required,
            class: class_of_phone(),
            privileged: self.phone_privileged,
            call_types: other(self.type_open),
            patterns,
            line_treatment: (self.from_phone != FromPhone::NoTreatment).then_some(LAW_LIBRARY),
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

    fn speed_dial(&self, code: u8) -> Result<Option<DialedNumber>, Infallible> {
        assert_eq!(code, CODE);
        Ok((self.dials == Dials::Code).then(World::number))
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
        assert_eq!(call_type, self.type_of_table.unwrap_or(CallType::InterLata));
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

    fn listing(&self, _: Scope, _: &PhoneNumber) -> Result<Option<Listing>, Infallible> {
        Ok(None)
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

    fn record(&self, number: &PhoneNumber) -> Result<Option<NumberRecord>, Infallible> {
        Ok(match self.shorter_of(number) {
            Some(shorter) => shorter.record,
            None => self.record,
        })
    }

    fn call_type(&self, number: &PhoneNumber) -> Result<Option<CallType>, Infallible> {
        Ok(match self.shorter_of(number) {
            Some(shorter) => shorter.type_closed.then_some(CallType::Service),
            None => self.type_of_table,
        })
    }

    fn call_type_rules(&self, call_type: CallType) -> Result<CallTypeRules, Infallible> {
        assert_eq!(call_type, self.type_of_table.unwrap_or(CallType::InterLata));
        Ok(self.type_rules)
    }

    fn line_treatment(
        &self,
        treatment: u16,
        number: &PhoneNumber,
    ) -> Result<Option<LineTreatment>, Infallible> {
        assert_eq!(treatment, LAW_LIBRARY);
        let rule = |specificity, outcome| LineRule {
            specificity,
            call_types: None,
            days: Days::ALL,
            privileged_only: false,
            outcome,
        };
        let anything = LineOutcome::Allow(None);
        let (rules, others) = match (self.shorter_of(number), self.from_phone) {
            (_, FromPhone::NoTreatment) => panic!("it is not asked for"),
            (_, FromPhone::Missing) => return Ok(None),
            (
                Some(Shorter {
                    refused_from_phone: Some(digits),
                    ..
                }),
                _,
            ) => (vec![rule(digits, LineOutcome::Refuse)], true),
            (Some(_), _) => (vec![], false),
            (None, FromPhone::Others(others)) => (vec![], others),
            (None, FromPhone::Refused) => (vec![rule(3, LineOutcome::Refuse)], true),
            (None, FromPhone::Allowed(with)) => {
                let refused_after = rule(10, LineOutcome::Refuse);
                (
                    vec![rule(10, LineOutcome::Allow(with)), refused_after],
                    false,
                )
            }
            (None, FromPhone::AttorneysOnly) => {
                let privileged_only = true;
                let only = LineRule {
                    privileged_only,
                    ..rule(0, anything)
                };
                (vec![only], false)
            }
            (None, FromPhone::AnotherDay) => {
                let days = Days(Days::ALL.0 & !(1 << 1));
                (
                    vec![LineRule {
                        days,
                        ..rule(10, anything)
                    }],
                    false,
                )
            }
        };
        Ok(Some(LineTreatment { rules, others }))
    }

    fn call_treatment(&self, treatment: u16) -> Result<Option<TreatmentRules>, Infallible> {
        Ok(match treatment {
            TreatmentRules::SITE => self.site,
            7 => Some(SEVEN),
            _ => None,
        })
    }

    fn inmate_register(&self, inmate: InmateId) -> Result<Option<Register>, Infallible> {
        assert_eq!(inmate, INMATE);
        Ok(self.of_inmate.register())
    }

    fn number_register(&self, number: &PhoneNumber) -> Result<Option<Register>, Infallible> {
        match self.shorter_of(number) {
            Some(_) => Ok(None),
            None => Ok(self.of_number.register()),
        }
    }
}
