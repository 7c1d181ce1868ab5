//! Days of the calendar, as the inmate hears them: weekdays, weekends and holidays, days of a rule,
//! and the registers' days, weeks and months.

use crate::{
    bench::{self, MOTHER, Outcome, STARTS_UTC_MS, STRANGER, Scenario, then, wait},
    registers::{everybody, taken},
    short::{dials, hears_fast_busy, keys, ringing, rings, without_pin},
};
use backoffice::{
    Allowance, Class, DaySteps, Days, Durations, LineOutcome, PhoneRule, PhoneTreatment, Schedule,
    ScheduleNumber, Seed,
};
use drivers::sim::script::Step;
use types::{
    disposition::Blocked,
    phone_number::CallType,
    prompt::Prompt,
    tick::Ticks,
    verdict::{Check, Finding},
};

const DAY: i64 = 86_400_000;
/// After the scenarios' Monday.
const SATURDAY: i64 = 5 * DAY;
const HOLIDAY: i64 = 7 * DAY;

fn holidays(seed: &mut Seed) {
    seed.holidays = vec![(2026, 1, 12, "founder's day".to_owned())];
}

/// The same so much later.
fn later(mut scenario: Scenario, ms: i64) -> Scenario {
    scenario.options.starts_utc_ms = STARTS_UTC_MS + ms;
    scenario
}

#[test]
fn a_call_is_limited_as_its_day_is_a_weekday_a_weekend_or_a_holiday() {
    for (day, minutes) in [(0, 11), (SATURDAY, 22), (HOLIDAY, 33)] {
        let scenario = rings(MOTHER).site(|seed| {
            holidays(seed);
            let durations = Durations {
                weekday: 11 * 60,
                weekend: 22 * 60,
                holiday: 33 * 60,
            };
            let of = |call_type| (Class::FIRST, call_type, durations);
            seed.durations = CallType::ALL.map(of).to_vec();
        });
        let out = later(scenario, day).run();
        let seconds = minutes * 60;
        let told = out.inmate_heard_whole(Prompt::CallLimit { seconds });
        assert!(told.is_some(), "{}", out.tale());
        assert_eq!(out.record().limit, Some(Ticks::secs(u64::from(seconds))));
    }
}

/// The phone is open on this kind of day alone.
fn open_on(kind: usize) -> impl Fn(&mut Seed) + 'static {
    move |seed| {
        holidays(seed);
        let mut days = [DaySteps::CLOSED; 3];
        days[kind] = DaySteps::CLOSED.with_open(0, 96);
        let [weekday, weekend, holiday] = days;
        let schedule = Schedule {
            weekday,
            weekend,
            holiday,
        };
        let number = ScheduleNumber::new(2).expect("a schedule");
        seed.schedules = vec![(number, "some days".to_owned(), schedule)];
        seed.phones[0].1.schedule = Some(number);
    }
}

#[test]
fn a_phone_is_in_service_on_the_days_of_its_schedule_and_on_no_others() {
    let days = [0, SATURDAY, HOLIDAY];
    for kind in 0..days.len() {
        let out = later(rings(MOTHER).site(open_on(kind)), days[kind]).run();
        out.let_through(MOTHER);
        let closed = days[(kind + 1) % days.len()];
        let lifts = vec![wait(1000), Step::OffHook, wait(5000), Step::OnHook];
        let scenario = bench::phone(lifts).site(open_on(kind)).lasting(8);
        let out = later(scenario, closed).run();
        out.inmate_heard_in_order(&[Prompt::OutOfService]);
        out.no_trunk_seized();
    }
}

/// A phone without PIN from which there are calls on Mondays alone.
fn mondays(seed: &mut Seed) {
    without_pin(seed);
    let rule = PhoneRule {
        days: Days(1),
        ..PhoneRule::any(LineOutcome::Allow(None))
    };
    let treatment = PhoneTreatment {
        name: "mondays".to_owned(),
        rules: vec![rule],
        others: false,
    };
    seed.treatments.line_treatments = vec![(1, treatment)];
    seed.phones[0].1.line_treatment = Some(1);
}

#[test]
fn a_rule_of_a_line_treatment_holds_on_its_days_alone() {
    let left = then(keys(STRANGER), [wait(5500), Step::OnHook]);
    let out = ringing(left).site(mondays).lasting(12).run();
    out.let_through(STRANGER);
    out.met(Check::LineTreatment, Finding::Passed);
    let refused = bench::phone(then(keys(STRANGER), hears_fast_busy())).site(mondays);
    let out = later(refused, DAY).run();
    out.refused(Prompt::NotFromThisPhone, Blocked::NotFromThisPhone);
    out.refused_by(Check::LineTreatment, Finding::Found);
}

// ---- periods of registers

/// Five seconds before the midnight after the day that is so many days after the scenarios' Monday, an
/// administrator takes the only call of the period; the inmate calls a few seconds after midnight.
fn after_midnight(day: i64, site: impl Fn(&mut Seed) + 'static, goes: bool) -> Outcome {
    let calls = then(vec![wait(5000)], dials(MOTHER));
    let scenario = match goes {
        true => ringing(then(calls, [wait(5500), Step::OnHook])).lasting(18),
        false => bench::phone(then(calls, hears_fast_busy())).lasting(26),
    };
    let to_midnight = 15 * 3_600_000 - 5000;
    let scenario = later(scenario, day * DAY + to_midnight);
    let out = scenario.site(site).prepared(taken(1, 0)).run();
    match goes {
        true => {
            out.let_through(MOTHER);
            out.met(Check::InmateRegister, Finding::Passed);
        }
        false => {
            out.refused(Prompt::CallsUsedUp, Blocked::CallsUsedUp);
            out.refused_by(Check::InmateRegister, Finding::UsedUp);
        }
    }
    out
}

fn one_call(period: fn(&mut Allowance) -> &mut Option<u32>) -> impl Fn(&mut Seed) + Copy + 'static {
    move |seed| {
        let mut allowance = Allowance::default();
        *period(&mut allowance) = Some(1);
        everybody(allowance)(seed);
    }
}

#[test]
fn a_day_of_the_calendar_is_over_at_midnight_and_a_rolling_one_is_not() {
    let a_day = one_call(|allowance| &mut allowance.calls.day);
    after_midnight(0, a_day, true);
    let rolling = move |seed: &mut Seed| {
        a_day(seed);
        seed.settings.registers.rolling = true;
    };
    let out = after_midnight(0, rolling, false);
    // All but a few seconds, which are told as the minutes that they begin.
    let again = Prompt::CallAgainIn { seconds: 24 * 3600 };
    assert!(out.inmate_heard_whole(again).is_some(), "{}", out.tale());
}

#[test]
fn a_week_turns_at_the_day_that_the_site_begins_it_with() {
    let week = |begins: u8| {
        let a_week = one_call(|allowance| &mut allowance.calls.week);
        move |seed: &mut Seed| {
            a_week(seed);
            seed.settings.registers.week_start = begins;
        }
    };
    // From a Monday to a Tuesday.
    after_midnight(0, week(1), true);
    after_midnight(0, week(0), false);
    // From a Saturday to a Sunday.
    after_midnight(5, week(6), true);
    after_midnight(5, week(1), false);
}

#[test]
fn a_month_turns_at_its_first_day() {
    let a_month = one_call(|allowance| &mut allowance.calls.month);
    // The 30th, and the 31st of January.
    after_midnight(25, a_month, false);
    after_midnight(26, a_month, true);
}
