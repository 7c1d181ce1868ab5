//! Lockout registers in `[defaults]`: what may be used in a day, a week, a month, how that is
//! counted, and when a number is called so often that an officer is told.

use std::collections::HashSet;

use backoffice::{Allowance, Often, Period, Periods, RegisterRules};
use types::settings::CountsFrom;

use super::{
    defaults::{DAYS, PATTERN, pattern},
    reader::Section,
    settings::set_flag,
};

/// What all callers of some numbers may use together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NumberLimit {
    pub pattern: String,
    pub allowance: Allowance,
}

/// The keys of an allowance; `None` where there is none of them.
pub(super) fn allowance(section: &mut Section<'_>) -> Option<Allowance> {
    let mut whole = |key, most| Some(section.key(key).int(0..=most)? as u32);
    let calls = Periods {
        day: whole("calls_per_day", 1000),
        week: whole("calls_per_week", 10_000),
        month: whole("calls_per_month", 100_000),
    };
    let minutes = Periods {
        day: whole("minutes_per_day", 1440),
        week: whole("minutes_per_week", 10_080),
        month: whole("minutes_per_month", 44_640),
    };
    let allowance = Allowance {
        calls,
        minutes,
        between_seconds: whole("seconds_between_calls", 2_592_000),
    };
    (!allowance.is_boundless()).then_some(allowance)
}

/// `[[defaults.number_limit]]`.
pub(super) fn number_limits(defaults: &mut Section<'_>) -> Vec<NumberLimit> {
    let (mut limits, mut given) = (Vec::new(), HashSet::new());
    for mut section in defaults.tables("number_limit") {
        let pattern = section.key("number").must().parsed(PATTERN, pattern);
        let allowance = allowance(&mut section).unwrap_or_default();
        let pattern = pattern.map(|pattern| pattern.value);
        if let Some(pattern) = &pattern {
            section.once("number", &mut given, pattern.clone(), pattern);
        }
        section.finish();
        limits.extend(pattern.map(|pattern| NumberLimit { pattern, allowance }));
    }
    limits
}

pub(super) fn rules(section: &mut Section<'_>) -> RegisterRules {
    let mut rules = RegisterRules::standard();
    set_flag(section, "rolling_registers", &mut rules.rolling);
    set_flag(section, "tell_left", &mut rules.tell_left);
    let day = DAYS.map(|day| (day, day));
    if let Some(first) = section.key("week_begins").one_of(&day) {
        let found = DAYS.iter().position(|day| *day == first);
        rules.week_start = found.unwrap_or(0) as u8;
    }
    let counts_from = section.key("calls_count_from").one_of(&[
        ("dialing", CountsFrom::Dialing),
        ("answer", CountsFrom::Answer),
        ("acceptance", CountsFrom::Acceptance),
    ]);
    rules.counts_from = counts_from.unwrap_or(rules.counts_from);
    rules.often = often(section);
    rules
}

/// A number with so many calls, or callers, is told.
fn often(section: &mut Section<'_>) -> Often {
    let mut often = Often::NEVER;
    let mut least = |key| Some(section.key(key).int(1..=100_000)? as u32);
    often.calls = least("number_often_calls");
    often.inmates = least("number_often_inmates");
    let period = section.key("number_often_in").one_of(&[
        ("day", Period::Day),
        ("week", Period::Week),
        ("month", Period::Month),
    ]);
    often.period = period.unwrap_or(often.period);
    often
}
