//! `[[defaults.call_treatment]]`, `[[defaults.line_treatment]]`, `[[defaults.number]]` and
//! `[[defaults.call_type]]`: how calls are treated, by their phone, number and type.

use std::collections::HashSet;

use backoffice::{
    CallTypeRules, Days, LineOutcome, NamedTreatment, NumberDetails, PhoneRule, PhoneTreatment,
    SeedTreatments, TreatmentRules,
};
use types::{
    phone_number::CallType,
    tick::Ticks,
    treatment::{Brand, ExtraDigitResponse, ThreeWayResponse},
    verdict::Handling,
};

use super::{
    defaults::{DAYS, PATTERN, pattern, plain},
    reader::{Placed, Section},
    routes, values,
    wiring::Wired,
};
use crate::records::names;

/// A response to extra digits, from so many on where it counts.
type FromDigits = fn(u8) -> ExtraDigitResponse;

const EXTRA_DIGITS: &[(&str, FromDigits)] = &[
    ("disconnect", |digits| ExtraDigitResponse::Disconnect {
        digits,
    }),
    ("interfere", |digits| ExtraDigitResponse::Interfere {
        digits,
    }),
    ("flag", |_| ExtraDigitResponse::Flag),
    ("ignore", |_| ExtraDigitResponse::Ignore),
];

pub const BRANDS: &[(&str, Brand)] = &[
    ("intra-lata", Brand::IntraLata),
    ("inter-lata", Brand::InterLata),
];

pub const HANDLINGS: &[(&str, Handling)] = &[
    values::HANDLINGS[0],
    values::HANDLINGS[1],
    (names::handling(Handling::Direct), Handling::Direct),
];

pub fn read(defaults: &mut Section<'_>, wired: &Wired<'_>) -> SeedTreatments {
    let call_treatments = call_treatments(defaults);
    let there: Vec<u16> = call_treatments.iter().map(|(number, _)| *number).collect();
    let line_treatments = line_treatments(defaults, &there);
    let numbers = defaults.tables("number").into_iter();
    let mut given = HashSet::new();
    let numbers = numbers.filter_map(|section| number(section, &there, &mut given));
    let numbers = numbers.collect();
    let mut call_types = Vec::new();
    let mut call_type_rules = Vec::new();
    let mut given = TypesGiven::default();
    for section in defaults.tables("call_type") {
        let Some((kind, prefixes, rules)) = call_type(section, &there, &mut given) else {
            continue;
        };
        call_types.extend(prefixes.into_iter().map(|prefix| (prefix, kind)));
        if rules != CallTypeRules::default() {
            call_type_rules.push((kind, rules));
        }
    }
    let routes = routes::read(defaults, wired);
    SeedTreatments {
        routes,
        call_treatments,
        line_treatments,
        numbers,
        call_types,
        call_type_rules,
    }
}

fn call_treatments(defaults: &mut Section<'_>) -> Vec<(u16, NamedTreatment)> {
    let mut treatments: Vec<(u16, NamedTreatment)> = Vec::new();
    for mut section in defaults.tables("call_treatment") {
        let number = section.key("number").must().int(0..=65_535);
        let name = section.key("name").text(80);
        let rules = rules(&mut section);
        let (notes, at) = (section.notes(), section.line());
        let (path, handling) = (section.path("number"), section.path("handling"));
        section.finish();
        let Some(number) = number.map(|number| number as u16) else {
            continue;
        };
        if number == TreatmentRules::SITE && rules.handling.is_some() {
            let what = "of the whole site is `routing.zero_plus`, and by call type \
                        [[defaults.call_type]]; leave it out in call treatment 0";
            notes.add(at, handling, what);
        }
        if treatments.iter().any(|(before, _)| *before == number) {
            notes.add(at, path, "is the number of a call treatment above");
            continue;
        }
        let name = name.map_or_else(String::new, |name| name.value);
        treatments.push((number, NamedTreatment { name, rules }));
    }
    treatments
}

fn rules(section: &mut Section<'_>) -> TreatmentRules {
    let handling = section.key("handling").one_of(HANDLINGS);
    let three_way = section.key("three_way").one_of(&ThreeWayResponse::NAMED);
    let extra_digits = section.key("extra_digits").one_of(EXTRA_DIGITS);
    let from = section.key("extra_digits_from").int(1..=32);
    let origin_every = every(section, "origin_every_seconds");
    let remaining_every = every(section, "remaining_every_seconds");
    let brand = section.key("brand").one_of(BRANDS);
    let record = section.key("record").flag();
    let limit_seconds = limit(section);
    let announce_limit = section.key("announce_limit").flag();
    let acceptance = acceptance(section, handling);
    TreatmentRules {
        handling,
        three_way,
        extra_digits: extra_digits.map(|response| response(from.unwrap_or(1) as u8)),
        origin_every,
        remaining_every,
        brand,
        record,
        limit_seconds,
        announce_limit,
        acceptance,
        say_carrier: section.key("say_carrier").flag(),
        three_way_notice: section.key("three_way_notice").flag(),
        word_before_cut: section.key("word_before_cut").flag(),
    }
}

/// Whether the called party must accept, which is not to be said where somebody else says it.
fn acceptance(section: &mut Section<'_>, handling: Option<Handling>) -> Option<bool> {
    let wanted = section.key("acceptance").flag()?;
    let what = match (handling, wanted) {
        (Some(Handling::AutomatedOperator), false) => {
            "is false; a collect call is always to be accepted, for the called party pays"
        }
        (Some(Handling::CarrierOperator), true) => {
            "is true; the carrier's operator asks, and is asked by nobody here"
        }
        _ => return Some(wanted),
    };
    let (notes, at, path) = (section.notes(), section.line(), section.path("acceptance"));
    notes.add(at, path, what);
    None
}

/// How often something is told; 0 is never.
fn every(section: &mut Section<'_>, key: &'static str) -> Option<Ticks> {
    let Placed { value, line } = section.key(key).int_at(0..=5940)?;
    if (1..10).contains(&value) {
        let what = format!("is {value}; allowed: 0 for never, or 10 seconds at least");
        section.notes().add(line, section.path(key), what);
    }
    Some(Ticks::secs(value))
}

fn limit(section: &mut Section<'_>) -> Option<u32> {
    let seconds = section.key("limit_seconds").int(1..=5940);
    seconds.map(|seconds| seconds as u32)
}

/// The call treatment that something names; it has to be there.
fn treatment(section: &mut Section<'_>, there: &[u16]) -> Option<u16> {
    let Placed { value, line } = section.key("treatment").int_at(1..=65_535)?;
    let number = value as u16;
    if !there.contains(&number) {
        let what =
            format!("is {number}, and there is no [[defaults.call_treatment]] of this number");
        let path = section.path("treatment");
        section.notes().add(line, path, what);
    }
    Some(number)
}

fn line_treatments(defaults: &mut Section<'_>, there: &[u16]) -> Vec<(u16, PhoneTreatment)> {
    let mut treatments: Vec<(u16, PhoneTreatment)> = Vec::new();
    for mut section in defaults.tables("line_treatment") {
        let number = section.key("number").must().int(1..=65_535);
        let name = section.key("name").text(80);
        let others = section.key("others").one_of(ALLOW);
        let rules = section.tables("rule").into_iter();
        let rules = rules.filter_map(|section| rule(section, there)).collect();
        let (notes, at, path) = (section.notes(), section.line(), section.path("number"));
        section.finish();
        let Some(number) = number.map(|number| number as u16) else {
            continue;
        };
        if treatments.iter().any(|(before, _)| *before == number) {
            notes.add(at, path, "is the number of a line treatment above");
            continue;
        }
        let treatment = PhoneTreatment {
            name: name.map_or_else(String::new, |name| name.value),
            rules,
            others: others.unwrap_or(false),
        };
        treatments.push((number, treatment));
    }
    treatments
}

const ALLOW: &[(&str, bool)] = &[("allow", true), ("refuse", false)];

/// `[[defaults.line_treatment.rule]]`
fn rule(mut section: Section<'_>, there: &[u16]) -> Option<PhoneRule> {
    let allowed = section.key("calls").must().one_of(ALLOW);
    let types = values::call_type_names();
    let call_types = section.key("call_types").list(&types, values::call_type);
    let numbers = section.key("numbers").list(PATTERN, pattern);
    let day = |text: &str| DAYS.iter().position(|day| *day == text);
    let days = section.key("days").list(&DAYS.join(", "), day);
    let privileged_only = section.key("privileged_only").flag();
    let treatment = treatment(&mut section, there);
    let (notes, at, path) = (section.notes(), section.line(), section.path("treatment"));
    section.finish();
    if allowed == Some(false) && treatment.is_some() {
        notes.add(
            at,
            path,
            "stands in a rule that refuses calls; they have no treatment",
        );
    }
    let bits = |days: Vec<Placed<usize>>| days.iter().fold(0, |all, day| all | 1 << day.value);
    Some(PhoneRule {
        call_types: call_types.map(|types| plain(Some(types))),
        numbers: numbers.map(|numbers| plain(Some(numbers))),
        days: days.map_or(Days::ALL, |days| Days(bits(days))),
        privileged_only: privileged_only.unwrap_or(false),
        outcome: match allowed? {
            true => LineOutcome::Allow(treatment),
            false => LineOutcome::Refuse,
        },
    })
}

fn number(
    mut section: Section<'_>,
    there: &[u16],
    given: &mut HashSet<String>,
) -> Option<(String, NumberDetails)> {
    let number = section.key("number").must().parsed(PATTERN, pattern);
    if let Some(Placed { value, .. }) = &number {
        section.once("number", given, value.clone(), value);
    }
    let mut flag = |key| section.key(key).flag().unwrap_or(false);
    let details = NumberDetails {
        blocked: flag("blocked"),
        free: flag("free"),
        privileged: flag("privileged"),
        no_recording: flag("no_recording"),
        customer_service: flag("customer_service"),
        watched: flag("watched"),
        three_way: section.key("three_way").one_of(&ThreeWayResponse::NAMED),
        limit_seconds: limit(&mut section),
        treatment: treatment(&mut section, there),
        party: text(&mut section, "party"),
        note: text(&mut section, "note"),
    };
    section.finish();
    Some((number?.value, details))
}

fn text(section: &mut Section<'_>, key: &'static str) -> String {
    let text = section.key(key).text(80);
    text.map_or_else(String::new, |text| text.value)
}

/// What the tables above say already.
#[derive(Default)]
struct TypesGiven {
    kinds: HashSet<CallType>,
    prefixes: HashSet<String>,
}

fn call_type(
    mut section: Section<'_>,
    there: &[u16],
    given: &mut TypesGiven,
) -> Option<(CallType, Vec<String>, CallTypeRules)> {
    let kind = section.key("type").must().one_of(values::CALL_TYPES);
    let prefixes = section.key("prefixes").list(values::PREFIX, values::prefix);
    let rules = CallTypeRules {
        treatment: treatment(&mut section, there),
        handling: section.key("handling").one_of(HANDLINGS),
        brand: section.key("brand").one_of(BRANDS),
    };
    let prefixes = plain(prefixes);
    if let Some(kind) = kind {
        section.once("type", &mut given.kinds, kind, names::call_type(kind));
    }
    for prefix in &prefixes {
        section.once("prefixes", &mut given.prefixes, prefix.clone(), prefix);
    }
    section.finish();
    Some((kind?, prefixes, rules))
}
