//! A whole site as plain rows, read from the first to the last, one character after the other.

use crate::clock;
use screening::{Disabled, Durations, Ended, LineOutcome, PinKey, Routing, Rules, TreatmentRules};
use types::{
    inmate::{EnrollmentStep, Relationship, Review, Scope},
    phone_number::{CallType, DialingPattern, PhoneNumber},
    treatment::{Brand, ThreeWayResponse},
    verdict::Handling,
};

/// `2155550123`, or with a `+` before it a number abroad; patterns have `?` and a last `*` too.
pub type Text = &'static str;

#[derive(Clone, Debug)]
pub struct Site {
    pub rules: Rules,
    pub routing: Routing,
    pub rolling: bool,
    pub phones: Vec<Phone>,
    pub pins: Vec<Pin>,
    pub inmates: Vec<Inmate>,
    /// The numbers of PINs.
    pub own: Vec<Own>,
    pub restricted: Vec<Text>,
    pub allowed: Vec<Allowed>,
    pub records: Vec<Record>,
    pub lists: Vec<OnList>,
    pub contacts: Vec<Contact>,
    pub windows: Vec<(Scope, Times)>,
    pub bookings: Vec<Booking>,
    pub closed_numbers: Vec<(Text, Times)>,
    /// Number, and whether what no rule is for may be called.
    pub line_treatments: Vec<(u16, bool)>,
    pub line_rules: Vec<LineRule>,
    pub call_treatments: Vec<(u16, TreatmentRules)>,
    pub call_types: Vec<(Text, CallType)>,
    pub type_rules: Vec<TypeRules>,
    /// In the order in which they are tried.
    pub routes: Vec<Way>,
    pub durations: Vec<(u8, CallType, Durations)>,
    pub parties: Vec<Party>,
    /// Up to when it is blocked for fraud; `None` is for good.
    pub fraud: Vec<(Text, Option<i64>)>,
    pub allowances: Vec<Limits>,
    pub used: Vec<Used>,
    pub codes: Vec<(u8, Text, DialingPattern)>,
    pub holidays: Vec<i64>,
    pub officers: Vec<u32>,
}

#[derive(Clone, Debug)]
pub struct Phone {
    pub line: u16,
    pub in_service: bool,
    pub pin_required: bool,
    pub class: u8,
    pub privileged: bool,
    pub call_types: Option<Vec<CallType>>,
    pub patterns: Option<Vec<DialingPattern>>,
    pub line_treatment: Option<u16>,
    pub wants_officer: bool,
    /// Up to when an officer is there, where one must be.
    pub officer_until: Option<i64>,
}

#[derive(Clone, Debug)]
pub struct Pin {
    pub pin: u8,
    pub inmate: u32,
    pub disabled: Disabled,
    pub class: Option<u8>,
    pub from: Option<i64>,
    pub to: Option<i64>,
    /// The phone at which it is in a call.
    pub in_call_at: Option<u16>,
}

#[derive(Clone, Debug)]
pub struct Inmate {
    pub id: u32,
    pub suspended: Disabled,
    pub steps: Vec<EnrollmentStep>,
    pub class: Option<u8>,
    pub level: Option<u8>,
    /// The living unit first.
    pub units: Vec<u16>,
    pub booked_only: bool,
    pub longest: Option<u32>,
}

#[derive(Clone, Debug)]
pub struct Own {
    pub inmate: u32,
    pub number: Text,
    pub untimed: bool,
    pub privileged: bool,
    pub disabled: Disabled,
}

#[derive(Clone, Debug)]
pub struct Allowed {
    pub pattern: Text,
    pub untimed: bool,
    pub privileged: bool,
}

#[derive(Clone, Debug)]
pub struct Record {
    pub pattern: Text,
    pub blocked: bool,
    pub privileged: bool,
    pub no_recording: bool,
    pub customer_service: bool,
    pub watched: bool,
    pub three_way: Option<ThreeWayResponse>,
    pub limit: Option<u32>,
    pub treatment: Option<u16>,
}

#[derive(Clone, Debug)]
pub struct OnList {
    pub scope: Scope,
    pub blocked: bool,
    pub pattern: Text,
}

#[derive(Clone, Debug)]
pub struct Contact {
    pub inmate: u32,
    pub number: Text,
    pub relationship: Relationship,
    pub review: Review,
}

/// Open on these days (a bit each, Monday the lowest) from one quarter hour up to another.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    pub days: u8,
    pub from: u8,
    pub to: u8,
}

#[derive(Clone, Debug)]
pub struct Booking {
    pub inmate: u32,
    /// `None` is any.
    pub number: Option<Text>,
    pub from: i64,
    pub to: i64,
}

#[derive(Clone, Debug)]
pub struct LineRule {
    pub treatment: u16,
    /// `None` is any number.
    pub pattern: Option<Text>,
    pub call_types: Option<Vec<CallType>>,
    pub days: u8,
    pub privileged_only: bool,
    pub outcome: LineOutcome,
}

#[derive(Clone, Debug)]
pub struct TypeRules {
    pub call_type: CallType,
    pub treatment: Option<u16>,
    pub handling: Option<Handling>,
    pub brand: Option<Brand>,
}

/// A way out, for the calls that are all of what it names.
#[derive(Clone, Debug)]
pub struct Way {
    pub number: u16,
    pub call_types: Option<Vec<CallType>>,
    pub handlings: Option<Vec<Handling>>,
    pub brands: Option<Vec<Brand>>,
    pub prefixes: Option<Vec<Text>>,
    /// `None` is any trunk.
    pub group: Option<u8>,
    /// So many digits of what would be dialed are taken off, and these put before.
    pub remove: usize,
    pub add: Text,
    pub carrier: Text,
}

#[derive(Clone, Debug)]
pub struct Party {
    /// `None` is every inmate.
    pub inmate: Option<u32>,
    pub number: Text,
    /// With so many digits of it the exchange may have connected.
    pub least_digits: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holder {
    Inmate(u32),
    Number(Text),
}

/// Of a day, a week, a month.
#[derive(Clone, Debug)]
pub struct Limits {
    pub of: Holder,
    pub calls: [Option<u32>; 3],
    pub minutes: [Option<u32>; 3],
    pub between_seconds: Option<u32>,
}

#[derive(Clone, Debug)]
pub struct Used {
    pub of: Holder,
    pub at: Option<i64>,
    pub calls: i64,
    pub seconds: i64,
    pub ended: Ended,
}

/// A call that is asked for.
#[derive(Clone, Debug)]
pub struct Ask {
    pub line: u16,
    pub pin: Option<u8>,
    pub officer: Option<u32>,
    pub dials: Dials,
    /// The numbers that an exchange may connect instead.
    pub shorter: Vec<String>,
    pub now: i64,
    pub in_service_for: Option<u64>,
    pub hard_limit: u64,
    pub recorder_works: bool,
}

#[derive(Clone, Copy, Debug)]
pub enum Dials {
    Number(Text, DialingPattern),
    Code(u8),
}

pub fn phone_number(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text).expect("a number")
}

pub fn key(pin: u8) -> PinKey {
    PinKey([pin; 32])
}

/// What is keyed for a number.
pub fn keyed(number: &str, pattern: DialingPattern) -> String {
    let digits = number.trim_start_matches('+');
    let before = match pattern {
        DialingPattern::ZeroPlus => "0",
        DialingPattern::OnePlus => "1",
        DialingPattern::International => "011",
        _ => "",
    };
    format!("{before}{digits}")
}

/// The type that the dial plan gives.
pub fn planned_type(number: &str) -> CallType {
    match number.chars().next() {
        Some('+') => CallType::International,
        Some('9') => CallType::Premium,
        Some('3') => CallType::Interstate,
        _ => CallType::Local,
    }
}

/// Whether a pattern is for this number.
pub fn fits(pattern: &str, number: &str) -> bool {
    let mut rest = number.chars();
    for wanted in pattern.chars() {
        match (wanted, rest.next()) {
            ('*', next) => return next != Some('+'),
            ('?', Some('+')) | (_, None) => return false,
            ('?', Some(_)) => {}
            (wanted, Some(digit)) if wanted == digit => {}
            _ => return false,
        }
    }
    rest.next().is_none()
}

/// The digits of a pattern that are fixed.
pub fn fixed(pattern: &str) -> usize {
    pattern.chars().filter(char::is_ascii_digit).count()
}

pub fn digits(number: &str) -> usize {
    fixed(number)
}

/// Of the rows whose pattern is for this number the one with the most fixed digits; of several such
/// the more exact (whole numbers, then `?`, then `*` alone), then that of the smaller text.
pub fn most_specific<'a, T>(
    rows: &'a [T],
    number: &str,
    pattern: impl Fn(&T) -> Text,
) -> Option<&'a T> {
    let kind = |p: Text| match (p.contains('?'), p.ends_with('*')) {
        (true, _) => 1,
        (false, true) => 2,
        (false, false) => 0,
    };
    let mut best: Option<&T> = None;
    for row in rows {
        let text = pattern(row);
        if !fits(text, number) {
            continue;
        }
        let is_better = match best {
            None => true,
            Some(before) => {
                let before = pattern(before);
                let order = |p: Text| (99 - fixed(p), kind(p), p);
                order(text) < order(before)
            }
        };
        if is_better {
            best = Some(row);
        }
    }
    best
}

pub fn is_off(disabled: Disabled, now: i64) -> bool {
    match disabled {
        Disabled::No => false,
        Disabled::ForGood => true,
        Disabled::Until(end) => end > now,
    }
}

impl Site {
    pub fn own(&self, inmate: u32, number: &str) -> Option<&Own> {
        let mut rows = self.own.iter();
        rows.find(|row| row.inmate == inmate && row.number == number)
    }

    pub fn others_list(&self, inmate: u32, number: &str) -> bool {
        let mut rows = self.own.iter();
        rows.any(|row| row.inmate != inmate && row.number == number)
    }

    pub fn contact(&self, inmate: u32, number: &str) -> Option<&Contact> {
        let mut rows = self.contacts.iter();
        rows.find(|row| row.inmate == inmate && row.number == number)
    }

    pub fn restricted(&self, number: &str) -> Option<usize> {
        most_specific(&self.restricted, number, |row| row).map(|row| fixed(row))
    }

    pub fn allowed(&self, number: &str) -> Option<&Allowed> {
        most_specific(&self.allowed, number, |row| row.pattern)
    }

    pub fn record(&self, number: &str) -> Option<&Record> {
        most_specific(&self.records, number, |row| row.pattern)
    }

    pub fn call_type(&self, number: &str) -> Option<CallType> {
        most_specific(&self.call_types, number, |row| row.0).map(|row| row.1)
    }

    /// Whether a list has it as blocked (`true`) or as allowed (`false`), and by which entry.
    pub fn on_list(&self, scope: Scope, number: &str) -> Option<(bool, Text)> {
        for side in [true, false] {
            let of_side = |row: &&OnList| row.scope == scope && row.blocked == side;
            let rows: Vec<&OnList> = self.lists.iter().filter(of_side).collect();
            if let Some(row) = most_specific(&rows, number, |row| row.pattern) {
                return Some((side, row.pattern));
            }
        }
        None
    }

    /// Whether a number may be called at this time; `None` is at any.
    pub fn open_now(&self, number: &str, now: i64) -> Option<bool> {
        let best = most_specific(&self.closed_numbers, number, |row| row.0)?;
        let mut same = self.closed_numbers.iter().filter(|row| row.0 == best.0);
        Some(same.any(|row| is_open(row.1, now)))
    }

    /// For how many milliseconds the hours of a scope stay open, counted a minute at a time up to the
    /// longest call; `None` where it has none.
    pub fn window(&self, scope: Scope, now: i64, longest: i64) -> Option<i64> {
        let rows: Vec<Times> = self
            .windows
            .iter()
            .filter(|row| row.0 == scope)
            .map(|row| row.1)
            .collect();
        if rows.is_empty() {
            return None;
        }
        let mut minute = now - now.rem_euclid(clock::MINUTE);
        while minute - now < longest {
            if !rows.iter().any(|times| is_open(*times, minute)) {
                return Some((minute - now).max(0));
            }
            minute += clock::MINUTE;
        }
        Some(FOREVER)
    }

    /// For how long calls to this number are booked.
    pub fn booked(&self, inmate: u32, number: &str, now: i64, longest: i64) -> i64 {
        let mut open = 0;
        for row in &self.bookings {
            let is_for = row.inmate == inmate && row.number.is_none_or(|own| own == number);
            if is_for && row.from <= now && now < row.to {
                open = open.max(row.to - now);
            }
        }
        if open >= longest { FOREVER } else { open }
    }

    /// Up to when one of the numbers abroad is blocked for fraud that begin with these digits, if one is.
    pub fn fraud_beyond(&self, number: &str, now: i64) -> Option<Option<i64>> {
        let longer = |row: &&(Text, Option<i64>)| {
            number.starts_with('+') && row.0.starts_with(number) && row.0 != number
        };
        let holds = |row: &&(Text, Option<i64>)| row.1.is_none_or(|until| until > now);
        let found = self.fraud.iter().filter(longer).find(holds);
        found.map(|row| row.1)
    }

    /// What parties refuse of this inmate's calls: `Some(true)` where of everybody's. Those `beyond` were
    /// reached by more digits.
    pub fn party(&self, inmate: Option<u32>, number: &str, beyond: bool) -> Option<bool> {
        let is_at = |row: &&Party| match beyond {
            false => row.number == number,
            true => row.number.starts_with(number) && row.least_digits <= digits(number),
        };
        let refused: Vec<&Party> = self.parties.iter().filter(is_at).collect();
        let whole = refused.iter().any(|row| row.inmate.is_none());
        let own = refused
            .iter()
            .any(|row| row.inmate.is_some() && row.inmate == inmate);
        (whole || own).then_some(whole)
    }
}

/// Longer than any call.
pub const FOREVER: i64 = i64::MAX;

fn is_open(times: Times, now: i64) -> bool {
    let local = clock::local(now);
    times.days >> local.weekday & 1 == 1 && times.from <= local.step && local.step < times.to
}
