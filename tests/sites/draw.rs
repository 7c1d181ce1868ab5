//! Small sites whose numbers and patterns get in each other's way, drawn from rows of random bits: a
//! row less is an entry less, and a smaller row is a plainer entry, so that a case which fails shrinks.

use crate::{
    clock::{self, DAY, HOUR, MINUTE},
    site::*,
    tables::keys,
};
use proptest::{array, collection::vec, prelude::*};
use screening::{Disabled, Durations, Ended, LineOutcome, Routing, Rules, TreatmentRules, Weekend};
use types::{
    id::{GroupId, InmateId},
    inmate::{EnrollmentStep, InmateClass, Relationship, Review, Scope, Supervision},
    phone_number::{CallType, DialingPattern},
    settings::Unrecorded,
    tick::Ticks,
    treatment::{Brand, ExtraDigitResponse, ThreeWayResponse, Warning},
    verdict::Handling,
};

const NUMBERS: [Text; 8] = [
    "2155550123",
    "2155550124",
    "2155560123",
    "9005550123",
    "+4420791",
    "+44207912",
    "+442079123",
    "+4930123",
];
const PATTERNS: [Text; 18] = [
    "2155550123",
    "2155550124",
    "215555012?",
    "215555????",
    "2155550*",
    "215*",
    "?15555012?",
    "900???????",
    "*",
    "+4420791",
    "+44207912",
    "+442079123",
    "+4420791*",
    "+44207*",
    "+4420791?",
    "+442?791??",
    "+44*",
    "+*",
];
const TYPES: [CallType; 5] = [
    CallType::Local,
    CallType::International,
    CallType::Premium,
    CallType::Interstate,
    CallType::Mobile,
];
const DIALED: [DialingPattern; 4] = [
    DialingPattern::ZeroPlus,
    DialingPattern::OnePlus,
    DialingPattern::Direct,
    DialingPattern::International,
];
/// What a phone may be open for.
const KEYED: [DialingPattern; 5] = [
    DialingPattern::ZeroPlus,
    DialingPattern::OnePlus,
    DialingPattern::Direct,
    DialingPattern::International,
    DialingPattern::SpeedDial,
];
const THREE_WAY: [ThreeWayResponse; 5] = [
    ThreeWayResponse::Disconnect,
    ThreeWayResponse::Warn(Warning::One),
    ThreeWayResponse::Warn(Warning::Random),
    ThreeWayResponse::Flag,
    ThreeWayResponse::Ignore,
];
const SECONDS: [u32; 6] = [600, 60, 300, 900, 61, 5940];
const BRANDS: [Brand; 2] = [Brand::IntraLata, Brand::InterLata];
const HANDLINGS: [Handling; 3] = [
    Handling::AutomatedOperator,
    Handling::CarrierOperator,
    Handling::Direct,
];

/// Random bits, taken from the low end; without any the plainest is drawn. The numbers may be those of
/// open length alone: entries for what they share are met more often so.
struct Bits(u64, Pool);

#[derive(Clone, Copy)]
enum Pool {
    All,
    Abroad,
}

impl Bits {
    fn below(&mut self, n: usize) -> usize {
        let n = n as u64;
        let drawn = self.0 % n;
        self.0 /= n;
        usize::try_from(drawn).expect("is small")
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    fn number(&mut self) -> Text {
        match self.1 {
            Pool::All => self.of(&NUMBERS),
            Pool::Abroad => self.of(&NUMBERS[4..7]),
        }
    }

    fn pattern(&mut self) -> Text {
        match self.1 {
            Pool::All => self.of(&PATTERNS),
            Pool::Abroad => self.of(&PATTERNS[9..]),
        }
    }

    /// One time in so many.
    fn once_in(&mut self, n: usize) -> bool {
        self.below(n) + 1 == n
    }

    fn maybe<T>(&mut self, n: usize, some: impl FnOnce(&mut Bits) -> T) -> Option<T> {
        self.once_in(n).then(|| some(self))
    }

    /// Most of these, in their order.
    fn most<T: Clone>(&mut self, all: &[T]) -> Vec<T> {
        let kept = all.iter().filter(|_| !self.once_in(4));
        kept.cloned().collect()
    }

    /// At, just before and just after now, and up to two months away.
    fn near(&mut self, now: i64) -> i64 {
        let away = [0, 1, 1000, 5 * MINUTE, HOUR, 30 * HOUR, 8 * DAY, 31 * DAY];
        let away = self.of(&away);
        if self.once_in(2) {
            now - away
        } else {
            now + away
        }
    }

    fn off(&mut self, n: usize, now: i64) -> Disabled {
        match self.maybe(n, |bits| bits.maybe(2, |bits| bits.near(now))) {
            None => Disabled::No,
            Some(None) => Disabled::ForGood,
            Some(Some(until)) => Disabled::Until(until),
        }
    }

    /// Around the quarter hour that it is.
    fn times(&mut self, now: i64) -> Times {
        let local = clock::local(now);
        let days = [
            0x7f,
            0x7f,
            1 << local.weekday,
            0x7f ^ (1 << local.weekday),
            0x1f,
        ];
        let from = [
            0,
            0,
            local.step,
            local.step + 1,
            local.step.saturating_sub(1),
        ];
        let to = [96, 96, local.step + 1, local.step, (local.step + 3).min(96)];
        Times {
            days: self.of(&days),
            from: self.of(&from),
            to: self.of(&to),
        }
    }

    fn scope(&mut self) -> Scope {
        let scopes = [
            Scope::Inmate(InmateId(1)),
            Scope::Class(InmateClass::new(1).expect("a class")),
            Scope::Group(GroupId(1)),
            Scope::Group(GroupId(2)),
        ];
        self.of(&scopes)
    }

    fn scope_of_list(&mut self) -> Scope {
        match self.below(7) {
            0 => Scope::Relationship(Relationship::Friend),
            1 => Scope::Supervision(Supervision::new(1).expect("a level")),
            2 | 3 => Scope::Class(InmateClass::new(1).expect("a class")),
            4 => Scope::Group(GroupId(1)),
            5 => Scope::Group(GroupId(2)),
            _ => Scope::Inmate(InmateId(1)),
        }
    }

    /// What an inmate's own list allows is the PIN's.
    fn on_list(&mut self) -> OnList {
        let scope = self.scope_of_list();
        OnList {
            scope,
            blocked: self.once_in(2) || matches!(scope, Scope::Inmate(_)),
            pattern: self.pattern(),
        }
    }
}

const HEADS: usize = 10;
const TABLES: usize = 22;

/// A site and a call that is asked for.
pub fn cases() -> impl Strategy<Value = (Site, Ask)> {
    let row = any::<u64>;
    let tables = array::uniform22(vec(row(), 0..4));
    (array::uniform10(row()), tables).prop_map(|(heads, tables)| drawn(heads, &tables))
}

fn drawn(heads: [u64; HEADS], tables: &[Vec<u64>; TABLES]) -> (Site, Ask) {
    let mut tables = tables.iter();
    let mut switches = Bits(heads[0], Pool::All);
    let pool = switches.of(&[Pool::All, Pool::Abroad]);
    let bits = heads.map(|head| Bits(head, pool));
    let [_, rules, one, two, pin, other_pin, inmate, other, ask, when] = bits;
    let now = moment(when);
    let ask = asked(ask, now);
    macro_rules! rows {
        ($draw:expr) => {{
            let rows = tables.next().expect("a table more");
            let draw: fn(&mut Bits, i64) -> _ = $draw;
            rows.iter()
                .map(|row| draw(&mut Bits(*row, pool), now))
                .collect()
        }};
    }
    let mut site = Site {
        rules: settings(rules),
        routing: routing(&mut switches),
        rolling: switches.once_in(2),
        phones: vec![phone(one, 1, now), phone(two, 2, now)],
        pins: vec![a_pin(pin, 1, now), a_pin(other_pin, 2, now)],
        inmates: vec![an_inmate(inmate, 1, now), an_inmate(other, 2, now)],
        own: rows!(own),
        restricted: rows!(|bits, _| bits.pattern()),
        allowed: rows!(|bits, _| Allowed {
            pattern: bits.pattern(),
            untimed: bits.once_in(3),
            privileged: bits.once_in(4),
        }),
        records: rows!(record),
        lists: rows!(|bits, _| bits.on_list()),
        contacts: rows!(|bits, _| Contact {
            inmate: 1,
            number: bits.number(),
            relationship: bits.of(&[Relationship::Friend, Relationship::Parent]),
            review: bits.of(&[Review::Approved, Review::Pending, Review::Refused]),
        }),
        windows: rows!(|bits, now| (bits.scope(), bits.times(now))),
        bookings: rows!(|bits, now| Booking {
            inmate: 1,
            number: bits.maybe(2, |bits| bits.number()),
            from: bits.near(now),
            to: bits.near(now),
        }),
        closed_numbers: rows!(|bits, now| (bits.pattern(), bits.times(now))),
        line_treatments: vec![(1, !switches.once_in(2))],
        line_rules: rows!(line_rule),
        call_treatments: rows!(call_treatment),
        call_types: rows!(|bits, _| (bits.pattern(), bits.of(&TYPES))),
        type_rules: rows!(|bits, _| TypeRules {
            call_type: bits.of(&TYPES),
            treatment: bits.maybe(2, |bits| bits.of(&[1, 2, 3])),
            handling: bits.maybe(2, |bits| bits.of(&HANDLINGS)),
            brand: bits.maybe(3, |bits| bits.of(&BRANDS)),
        }),
        routes: rows!(a_way),
        durations: rows!(durations),
        parties: rows!(party),
        fraud: rows!(|bits, now| (bits.number(), bits.maybe(2, |bits| bits.near(now)))),
        allowances: rows!(limits),
        used: rows!(used),
        codes: rows!(|bits, _| (bits.of(&[1, 2]), bits.number(), bits.of(&DIALED))),
        holidays: rows!(|bits, now| clock::local(now).day + i64::from(bits.once_in(2))),
        officers: vec![1],
    };
    for (row, number) in site.routes.iter_mut().zip(1..) {
        row.number = number;
    }
    (site, ask)
}

/// Around the change of the clock in spring and autumn, the beginning of a day, a week, a month, a
/// holiday; or in the middle of a day.
fn moment(mut bits: Bits) -> i64 {
    let days = [
        clock::TUESDAY,
        clock::SPRING,
        clock::AUTUMN,
        clock::MONDAY,
        clock::FIRST,
        clock::HOLIDAY,
    ];
    let away = [
        0,
        -1,
        -1000,
        -MINUTE,
        -10 * MINUTE,
        -45 * MINUTE,
        15 * MINUTE,
        2 * HOUR + 30_000,
    ];
    bits.of(&days) + bits.of(&away)
}

fn asked(mut bits: Bits, now: i64) -> Ask {
    let number: Text = bits.number();
    let dials = match bits.once_in(10) {
        true => Dials::Code(bits.of(&[1, 2])),
        false => Dials::Number(number, bits.of(&DIALED)),
    };
    // Of open length is what is abroad: the exchange may stop at a country's shortest.
    let mut shorter = Vec::new();
    if let (Dials::Number(number, _), Some('+')) = (dials, number.chars().next()) {
        shorter = (6..number.len()).map(|n| number[..n].to_owned()).collect();
    }
    Ask {
        line: if bits.once_in(40) {
            3
        } else {
            1 + u16::from(bits.once_in(4))
        },
        pin: match bits.below(40) {
            38 => None,
            39 => Some(3),
            n => Some(if n < 34 { 1 } else { 2 }),
        },
        officer: bits.of(&[Some(1), None, Some(2)]),
        dials,
        shorter,
        now,
        in_service_for: match bits.below(8) {
            0..4 => None,
            n => Some([0, 59, 600, 7200][n - 4]),
        },
        hard_limit: bits.of(&[99 * 60, 99 * 60, 150]),
        recorder_works: !bits.once_in(20),
    }
}

fn settings(mut bits: Bits) -> Rules {
    let mut rules = Rules::standard();
    rules.check_restricted = !bits.once_in(3);
    rules.allowed_rescues = !bits.once_in(4);
    rules.global_block_wins = !bits.once_in(3);
    rules.record = !bits.once_in(3);
    rules.officer_for_privileged = bits.once_in(2);
    rules.unrecorded = bits.of(&[Unrecorded::Refuse, Unrecorded::Allow]);
    rules.announce_limit = !bits.once_in(3);
    rules.warnings.two_minutes = bits.once_in(2);
    rules.warnings.one_minute = !bits.once_in(2);
    rules.weekend = Weekend(bits.of(&[0x60, 0x60, 0x60, 0x30, 0]));
    rules.default_limit_seconds = bits.of(&SECONDS);
    rules.people.private_numbers = !bits.once_in(3);
    rules.people.all_windows = !bits.once_in(3);
    rules.people.only_approved_contacts = bits.once_in(16);
    if bits.once_in(20) {
        rules.people.enrollment = rules.people.enrollment.with(EnrollmentStep::Identified);
    }
    rules
}

/// Now and then so long a prefix that nothing can be dialed.
fn routing(bits: &mut Bits) -> Routing {
    Routing {
        zero_plus: bits.of(&[Handling::AutomatedOperator, Handling::CarrierOperator]),
        automated_prefix: keys(bits.of(&["1", "1", "", "1", "1", "1", "1", "1", LONG])),
        operator_prefix: keys(bits.of(&["0", "00"])),
        seven_digit_exchange: bits.once_in(2),
    }
}

const LONG: Text = "101028810102881010288101";

fn a_way(bits: &mut Bits, _: i64) -> Way {
    Way {
        number: 0,
        call_types: bits.maybe(6, |bits| bits.most(&TYPES)),
        handlings: bits.maybe(6, |bits| bits.most(&HANDLINGS)),
        brands: bits.maybe(6, |bits| bits.most(&BRANDS)),
        prefixes: bits.maybe(3, |bits| bits.most(&["215", "+", "+44", "9", "2155550"])),
        group: bits.maybe(2, |bits| bits.of(&[1, 2])),
        remove: bits.of(&[0, 0, 1, 4, 15]),
        add: bits.of(&["", "9", LONG]),
        carrier: bits.of(&["", "1010288"]),
    }
}

fn phone(mut bits: Bits, line: u16, now: i64) -> Phone {
    Phone {
        line,
        in_service: !bits.once_in(60),
        pin_required: !bits.once_in(5),
        class: bits.of(&[1, 2]),
        privileged: bits.once_in(12),
        call_types: bits.maybe(20, |bits| bits.most(&TYPES)),
        patterns: bits.maybe(20, |bits| bits.most(&KEYED)),
        line_treatment: bits.maybe(4, |bits| bits.of(&[1, 1, 1, 2])),
        wants_officer: bits.once_in(5),
        officer_until: bits.maybe(10, |bits| bits.near(now)),
    }
}

fn a_pin(mut bits: Bits, pin: u8, now: i64) -> Pin {
    Pin {
        pin,
        inmate: u32::from(pin),
        disabled: bits.off(30, now),
        class: bits.maybe(2, |bits| bits.of(&[1, 2])),
        from: bits.maybe(20, |bits| bits.near(now)),
        to: bits.maybe(20, |bits| bits.near(now)),
        in_call_at: bits.maybe(25, |bits| bits.of(&[1, 2])),
    }
}

fn an_inmate(mut bits: Bits, id: u32, now: i64) -> Inmate {
    Inmate {
        id,
        suspended: bits.off(40, now),
        steps: bits.most(&[EnrollmentStep::Identified, EnrollmentStep::RulesSigned]),
        class: bits.maybe(2, |_| 1),
        level: bits.maybe(2, |_| 1),
        units: bits.of(&[vec![], vec![1], vec![2, 1]]),
        booked_only: bits.once_in(8),
        longest: bits.maybe(3, |bits| bits.of(&SECONDS)),
    }
}

fn own(bits: &mut Bits, now: i64) -> Own {
    Own {
        inmate: if bits.once_in(3) { 2 } else { 1 },
        number: bits.number(),
        untimed: bits.once_in(3),
        privileged: bits.once_in(5),
        disabled: bits.off(4, now),
    }
}

fn record(bits: &mut Bits, _: i64) -> Record {
    Record {
        pattern: bits.pattern(),
        blocked: bits.once_in(4),
        privileged: bits.once_in(5),
        no_recording: bits.once_in(3),
        customer_service: bits.once_in(3),
        watched: bits.once_in(3),
        three_way: bits.maybe(3, |bits| bits.of(&THREE_WAY)),
        limit: bits.maybe(3, |bits| bits.of(&SECONDS)),
        treatment: bits.maybe(3, |bits| bits.of(&[1, 2, 3])),
    }
}

fn line_rule(bits: &mut Bits, now: i64) -> LineRule {
    let today = 1 << clock::local(now).weekday;
    LineRule {
        treatment: 1,
        pattern: bits.maybe(2, |bits| bits.pattern()),
        call_types: bits.maybe(4, |bits| bits.most(&TYPES)),
        days: bits.of(&[0x7f, today, 0x7f ^ today]),
        privileged_only: bits.once_in(5),
        outcome: match bits.once_in(3) {
            true => LineOutcome::Refuse,
            false => LineOutcome::Allow(bits.maybe(2, |bits| bits.of(&[1, 2, 3]))),
        },
    }
}

/// The site's own has the number 0; 3 is never there.
fn call_treatment(bits: &mut Bits, _: i64) -> (u16, TreatmentRules) {
    let number = bits.of(&[0, 1, 2]);
    let every = [Ticks::secs(60), Ticks::ZERO, Ticks::secs(300)];
    let digits = [
        ExtraDigitResponse::Flag,
        ExtraDigitResponse::Ignore,
        ExtraDigitResponse::Disconnect { digits: 4 },
        ExtraDigitResponse::Interfere { digits: 2 },
    ];
    let rules = TreatmentRules {
        // Who handles calls is not the site's to say: it is refused where it is entered.
        handling: bits
            .maybe(2, |bits| bits.of(&HANDLINGS))
            .filter(|_| number != 0),
        three_way: bits.maybe(2, |bits| bits.of(&THREE_WAY)),
        extra_digits: bits.maybe(2, |bits| bits.of(&digits)),
        origin_every: bits.maybe(2, |bits| bits.of(&every)),
        remaining_every: bits.maybe(2, |bits| bits.of(&every)),
        brand: bits.maybe(3, |bits| bits.of(&BRANDS)),
        record: bits.maybe(3, |bits| bits.once_in(2)),
        limit_seconds: bits.maybe(3, |bits| bits.of(&SECONDS)),
        announce_limit: bits.maybe(3, |bits| bits.once_in(2)),
        acceptance: bits.maybe(2, |bits| bits.once_in(2)),
        say_carrier: bits.maybe(3, |bits| bits.once_in(2)),
        three_way_notice: bits.maybe(3, |bits| bits.once_in(2)),
        word_before_cut: bits.maybe(3, |bits| bits.once_in(2)),
    };
    (number, rules)
}

fn durations(bits: &mut Bits, _: i64) -> (u8, CallType, Durations) {
    let durations = Durations {
        weekday: bits.of(&SECONDS),
        weekend: bits.of(&SECONDS),
        holiday: bits.of(&SECONDS),
    };
    (
        bits.of(&[1, 1, 2]),
        bits.of(&[TYPES[0], TYPES[0], TYPES[1]]),
        durations,
    )
}

fn party(bits: &mut Bits, _: i64) -> Party {
    let number: Text = bits.number();
    Party {
        inmate: bits.of(&[None, Some(1), Some(2)]),
        number,
        least_digits: digits(number) - bits.below(3),
    }
}

fn limits(bits: &mut Bits, _: i64) -> Limits {
    let of = holder(bits);
    let three = |bits: &mut Bits, few: &[u32]| [(); 3].map(|()| bits.maybe(3, |b| b.of(few)));
    Limits {
        of,
        calls: three(bits, &[2, 0, 1, 3]),
        minutes: three(bits, &[20, 0, 1, 10, 11]),
        between_seconds: bits.maybe(4, |bits| bits.of(&[60, 300, 7200])),
    }
}

fn holder(bits: &mut Bits) -> Holder {
    match bits.below(3) {
        0 => Holder::Number(bits.number()),
        _ => Holder::Inmate(1),
    }
}

/// A call, or what an administrator gave.
fn used(bits: &mut Bits, now: i64) -> Used {
    let of = holder(bits);
    let at = bits.maybe(8, |_| ()).is_none().then(|| bits.near(now));
    let seconds = bits.of(&[600, 59, 60, 61, 0]);
    match bits.once_in(6) {
        true => Used {
            of,
            at: at.or(Some(now)),
            calls: -1,
            seconds: -seconds,
            ended: Ended::NoCall,
        },
        false => Used {
            of,
            at,
            calls: 1,
            seconds,
            ended: match (at, bits.once_in(5)) {
                (Some(at), false) => Ended::At(at + seconds * 1000),
                _ => Ended::NotYet,
            },
        },
    }
}
