//! What was entered is taken out again; what something still names stays.

use crate::{
    bench::{Bench, DOE, ONE, TWO, bench, bench_with},
    people::{WHO, change, refuses},
};
use backoffice::{
    BackOffice, CallTypeRules, Class, DaySteps, Error, LineOutcome, NamedTreatment, NumberDetails,
    Phone, PhoneRule, PhoneTreatment, Schedule, ScheduleNumber, TreatmentRules,
};
use types::{
    disposition::Blocked,
    phone_number::CallType,
    tick::{Tick, Ticks},
    verdict::Handling,
};

const FRIEND: &str = "02155550123";

/// Takes out what is there, and then finds that nothing is; the journal tells the first alone.
fn removes(
    bench: &mut Bench,
    noun: &str,
    remove: impl Fn(&mut BackOffice, Tick) -> Result<bool, Error>,
) {
    let before = bench.office.journal_entries().expect("reads");
    assert!(change(bench, &remove), "it was there");
    assert!(!change(bench, &remove), "it is there no more");
    let told = bench.office.journal(before, 10).expect("reads");
    let told: Vec<_> = told
        .iter()
        .map(|entry| {
            (
                entry.actor.as_str(),
                entry.noun.as_str(),
                entry.change.as_str(),
            )
        })
        .collect();
    assert_eq!(told, [(WHO, noun, "removed")]);
}

#[test]
fn a_code_that_was_removed_stands_for_nothing() {
    let mut bench = bench_with(|config| {
        config.seed.speed_dials = vec![(7, "12155550123".to_owned())];
    });
    bench.permitted(ONE, Some(DOE), "07");
    removes(&mut bench, "speed-dial", |office, now| {
        office.remove_speed_dial(now, WHO, 7)
    });
    let why = bench.refused(ONE, Some(DOE), "07");
    assert_eq!(why, Blocked::SpeedDialNotAssigned);
}

#[test]
fn a_holiday_that_was_removed_is_a_day_like_others() {
    let mut bench = bench_with(|config| {
        for (_, _, durations) in &mut config.seed.durations {
            (durations.weekday, durations.holiday) = (60, 180);
        }
        // The day that it is.
        config.seed.holidays = vec![(2026, 11, 24, "Founders' Day".to_owned())];
    });
    let limit = |bench: &mut Bench| bench.permitted(ONE, Some(DOE), FRIEND).limit;
    assert_eq!(limit(&mut bench), Some(Ticks::secs(180)));
    removes(&mut bench, "holiday", |office, now| {
        office.remove_holiday(now, WHO, (2026, 11, 24))
    });
    assert_eq!(limit(&mut bench), Some(Ticks::secs(60)));
    refuses(&mut bench, "2026-02-29 is not a date", |office, now| {
        office.remove_holiday(now, WHO, (2026, 2, 29))
    });
}

#[test]
fn a_class_whose_durations_were_removed_has_the_hard_limit_alone() {
    let mut bench = bench();
    let class = Class::new(2).expect("a class");
    let before = bench.permitted(ONE, Some(DOE), FRIEND).limit;
    removes(&mut bench, "durations", |office, now| {
        office.remove_durations(now, WHO, class, CallType::Local)
    });
    let after = bench.permitted(ONE, Some(DOE), FRIEND).limit;
    assert!(before < after, "{before:?}, then {after:?}");
}

#[test]
fn a_schedule_is_not_removed_while_a_phone_has_it() {
    let mut bench = bench();
    let first = ScheduleNumber::new(1).expect("a schedule");
    let closed = Schedule {
        weekday: DaySteps::CLOSED,
        weekend: DaySteps::CLOSED,
        holiday: DaySteps::CLOSED,
    };
    change(&mut bench, |office, now| {
        office.set_schedule(now, WHO, first, "yard", &closed)
    });
    let phone = |schedule| Phone {
        schedule,
        ..Phone::standard("B1")
    };
    change(&mut bench, |office, now| {
        office.set_phone(now, WHO, TWO, &phone(Some(first)))
    });
    refuses(
        &mut bench,
        "schedule 1 is in use by the phone of line 2: take it from there first",
        |office, now| office.remove_schedule(now, WHO, first),
    );
    change(&mut bench, |office, now| {
        office.set_phone(now, WHO, TWO, &phone(None))
    });
    removes(&mut bench, "schedule", |office, now| {
        office.remove_schedule(now, WHO, first)
    });
    refuses(&mut bench, "schedule 1 is not entered", |office, now| {
        office.set_phone(now, WHO, TWO, &phone(Some(first)))
    });
}

#[test]
fn a_line_treatment_is_not_removed_while_a_phone_has_it() {
    let mut bench = bench_with(|config| {
        let nothing = PhoneTreatment {
            name: "nothing".to_owned(),
            rules: Vec::new(),
            others: false,
        };
        config.seed.treatments.line_treatments = vec![(4, nothing)];
        config.seed.phones[0].1.line_treatment = Some(4);
    });
    bench.refused(ONE, Some(DOE), FRIEND);
    refuses(
        &mut bench,
        "line treatment 4 is in use by the phone of line 1: take it from there first",
        |office, now| office.remove_line_treatment(now, WHO, 4),
    );
    change(&mut bench, |office, now| {
        office.set_phone(now, WHO, ONE, &Phone::standard("B1"))
    });
    removes(&mut bench, "line-treatment", |office, now| {
        office.remove_line_treatment(now, WHO, 4)
    });
    bench.permitted(ONE, Some(DOE), FRIEND);
}

#[test]
fn a_call_treatment_is_not_removed_while_anything_names_it() {
    let named = CallTypeRules {
        treatment: Some(3),
        ..CallTypeRules::default()
    };
    let allowed = PhoneTreatment {
        name: "treated".to_owned(),
        rules: vec![PhoneRule::any(LineOutcome::Allow(Some(3)))],
        others: true,
    };
    let record = NumberDetails {
        treatment: Some(3),
        ..NumberDetails::default()
    };
    let mut bench = bench_with(|config| {
        let treatments = &mut config.seed.treatments;
        treatments.call_treatments = vec![(3, NamedTreatment::default())];
        treatments.call_type_rules = vec![(CallType::Local, named)];
        treatments.line_treatments = vec![(4, allowed)];
        treatments.numbers = vec![("2155550123".to_owned(), record)];
    });
    let remove = |office: &mut BackOffice, now| office.remove_call_treatment(now, WHO, 3);
    let in_use = |by| format!("call treatment 3 is in use by {by}: take it from there first");
    refuses(&mut bench, &in_use("line treatment 4"), remove);
    removes(&mut bench, "line-treatment", |office, now| {
        office.remove_line_treatment(now, WHO, 4)
    });
    refuses(&mut bench, &in_use("local calls"), remove);
    removes(&mut bench, "call-type-rules", |office, now| {
        office.remove_call_type_rules(now, WHO, CallType::Local)
    });
    refuses(&mut bench, &in_use("the record of 2155550123"), remove);
    change(&mut bench, |office, now| {
        office.remove_number_record(now, WHO, "2155550123")
    });
    removes(&mut bench, "call-treatment", remove);
}

#[test]
fn the_treatment_of_the_whole_site_is_not_removed() {
    let words =
        "call treatment: 0 is what holds for the whole site: it may be changed, and not taken out";
    refuses(&mut bench(), words, |office, now| {
        office.remove_call_treatment(now, WHO, TreatmentRules::SITE)
    });
}

#[test]
fn calls_of_a_type_whose_rules_were_removed_are_handled_as_wired() {
    let by_carrier = CallTypeRules {
        handling: Some(Handling::CarrierOperator),
        ..CallTypeRules::default()
    };
    let mut bench = bench_with(|config| {
        config.seed.treatments.call_type_rules = vec![(CallType::Local, by_carrier)];
    });
    let handling = |bench: &mut Bench| bench.permitted(ONE, Some(DOE), FRIEND).handling;
    assert_eq!(handling(&mut bench), Handling::CarrierOperator);
    removes(&mut bench, "call-type-rules", |office, now| {
        office.remove_call_type_rules(now, WHO, CallType::Local)
    });
    assert_eq!(handling(&mut bench), Handling::AutomatedOperator);
}
