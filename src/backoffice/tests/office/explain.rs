//! What is told of a call that somebody might make is what its admission would be told.

use crate::bench::{Bench, DOE, NOON_ISH, ONE, OPEN_PHONE, ROE, TWO, admission, bench, bench_with};
use backoffice::{
    Asking, Class, DayKind, DaySteps, Disabled, Error, Explanation, GuessRule, LimitedBy,
    NamedTreatment, NewInmate, NumberDetails, NumberFlags, Phone, RecordRange, Schedule,
    ScheduleNumber, Shut, TreatmentRules, WhyOut,
};
use types::{
    disposition::Blocked,
    id::{InmateId, LineId},
    language::Language,
    query::Query,
    tick::Ticks,
    treatment::{ExtraDigitResponse, ThreeWayResponse},
    verdict::{Check, Finding},
};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

fn asking(line: LineId, inmate: Option<&str>, dialed: &str) -> Asking {
    let Query::Admit(admission) = admission(None, dialed, crate::bench::START) else {
        unreachable!("an admission");
    };
    Asking {
        line,
        inmate: inmate.map(str::to_owned),
        dialed: admission.dialed,
        number: admission.number,
        at_utc_ms: None,
    }
}

fn explain(bench: &Bench, asking: &Asking) -> Explanation {
    let told = bench.office.explain(bench.now, asking);
    told.unwrap_or_else(|error| panic!("is not told: {error}"))
}

/// Two inmates with lists, numbers of all tables.
fn facility() -> Bench {
    bench_with(|config| {
        let seed = &mut config.seed;
        seed.restricted = vec![
            ("900???????".to_owned(), String::new()),
            ("2155550*".to_owned(), String::new()),
        ];
        seed.allowed = vec![("2155550123".to_owned(), Default::default())];
        seed.speed_dials = vec![(5, "02155550123".to_owned())];
        let off = NumberFlags {
            disabled: Disabled::ForGood,
            ..NumberFlags::default()
        };
        seed.inmates[0].numbers = vec![("2158880100".to_owned(), NumberFlags::default())];
        seed.inmates[1].numbers = vec![("2158880100".to_owned(), off)];
    })
}

#[test]
fn an_explanation_says_what_the_admission_says() {
    let numbers = [
        "02155550123",
        "02155550199",
        "19005551234",
        "02158880100",
        "2158880100",
        "011442079460123",
        "05",
        "06",
    ];
    let mut bench = facility();
    for (pin, id) in [(DOE, "A-17"), (ROE, "A-18")] {
        for line in [ONE, TWO, OPEN_PHONE] {
            for dialed in numbers {
                let told = explain(&bench, &asking(line, Some(id), dialed));
                let pin = (line != OPEN_PHONE).then_some(pin);
                let verdict = bench.dial(line, pin, dialed);
                let case = format!("{id} {dialed} at {line}");
                assert_eq!(told.trace, verdict.trace, "{case}");
                assert_eq!(told.caller.is_some(), line != OPEN_PHONE, "{case}");
                match (told.outcome, verdict.outcome) {
                    (Ok(told), Ok(given)) => {
                        assert_eq!(told.call.sequence, 0, "{case}");
                        assert_eq!((told.limit, told.routes), (given.limit, given.routes));
                        assert_eq!(
                            (told.recording, told.handling, told.acceptance),
                            (given.recording, given.handling, given.acceptance)
                        );
                        let end = crate::bench::completed(Some(given.call), bench.now);
                        bench.end(line, end);
                    }
                    (Err(told), Err(given)) => assert_eq!(told, given.blocked, "{case}"),
                    (told, given) => panic!("{case}: {told:?}, {given:?}"),
                }
            }
        }
    }
}

#[test]
fn an_explanation_changes_nothing() {
    let bench = facility();
    let before = bench.office.verify_journal().expect("is whole");
    for dialed in ["02155550123", "19005551234"] {
        explain(&bench, &asking(ONE, Some("A-17"), dialed));
    }
    assert_eq!(bench.office.verify_journal().expect("is whole"), before);
    let records = bench.office.records(&RecordRange::all()).expect("reads");
    assert!(records.is_empty(), "{records:?}");
}

#[test]
fn a_pin_in_use_and_one_that_rests_are_told() {
    let mut bench = bench_with(|config| {
        config.seed.settings.guessing = GuessRule {
            borne: Some(2),
            ..GuessRule::standard()
        };
    });
    bench.permitted(ONE, Some(DOE), "02155550123");
    let there = explain(&bench, &asking(TWO, Some("A-17"), "02155550123"));
    assert_eq!(there.outcome, Err(Blocked::PinInUse));
    for _ in 0..3 {
        bench.pin(TWO, "999999");
    }
    let told = explain(&bench, &asking(TWO, Some("A-18"), "02155550123"));
    assert_eq!(told.outcome, Err(Blocked::PinResting));
    let other = explain(&bench, &asking(ONE, Some("A-18"), "02155550123"));
    assert!(other.outcome.is_ok(), "{other:?}");
}

#[test]
fn another_time_has_its_own_schedule_and_limit() {
    let mut bench = bench();
    let now = bench.now;
    let first = ScheduleNumber::new(1).expect("a schedule");
    // From 8:00 to 9:45, and it is 9:30.
    let day = DaySteps::CLOSED.with_open(32, 39);
    let schedule = Schedule {
        weekday: day,
        weekend: day,
        holiday: day,
    };
    let office = &mut bench.office;
    office
        .set_schedule(now, "warden", first, "yard", &schedule)
        .expect("is set");
    let phone = Phone {
        schedule: Some(first),
        ..Phone::standard("B1")
    };
    office
        .set_phone(now, "warden", ONE, &phone)
        .expect("is set");
    let soon_out = asking(ONE, Some("A-17"), "02155550123");
    let last_minutes = Asking {
        at_utc_ms: Some(NOON_ISH + 10 * MINUTE_MS),
        ..soon_out.clone()
    };
    let told = explain(&bench, &last_minutes);
    assert_eq!(told.limited_by, Some(LimitedBy::Service));
    assert_eq!(
        told.outcome.expect("is allowed").limit,
        Some(Ticks::secs(300))
    );
    let earlier = Asking {
        at_utc_ms: Some(NOON_ISH - HOUR_MS),
        ..soon_out.clone()
    };
    let told = explain(&bench, &earlier);
    let by = LimitedBy::Class {
        class: Class::new(2).expect("a class"),
        of_pin: true,
        day: DayKind::Weekday,
    };
    assert_eq!(
        (told.at_utc_ms, told.limited_by),
        (NOON_ISH - HOUR_MS, Some(by))
    );
    let later = Asking {
        at_utc_ms: Some(NOON_ISH + HOUR_MS),
        ..soon_out
    };
    let told = explain(&bench, &later);
    assert_eq!(told.outcome, Err(Blocked::PhoneOutOfService));
    assert_eq!(told.why_out, Some(WhyOut::Schedule));
    let office = &mut bench.office;
    office
        .shut_down(now, "warden", Shut::Everything, false)
        .expect("is shut");
    let told = explain(&bench, &earlier);
    assert_eq!(told.outcome, Err(Blocked::PhoneOutOfService));
    assert_eq!(told.why_out, Some(WhyOut::ShutDown));
}

#[test]
fn who_has_no_pin_is_told_so_and_a_phone_without_pin_needs_nobody() {
    let mut bench = bench();
    let new = NewInmate {
        facility_id: "A-19".to_owned(),
        name: "Poe, P".to_owned(),
    };
    bench
        .office
        .add_inmate(bench.now, "warden", &new)
        .expect("is entered");
    let told = |line, inmate| {
        let asking = asking(line, inmate, "02155550123");
        bench.office.explain(bench.now, &asking)
    };
    let none = told(ONE, Some("A-19"));
    assert!(
        matches!(&none, Err(Error::NoPinOf(id)) if id == "A-19"),
        "{none:?}"
    );
    assert!(matches!(
        told(ONE, Some("A-20")),
        Err(Error::UnknownFacilityId)
    ));
    assert!(matches!(told(ONE, None), Err(Error::WhoseCall(ONE))));
    let open = told(OPEN_PHONE, None).expect("is told");
    let first = open.trace.first().expect("a step");
    assert_eq!(
        (first.check, first.finding),
        (Check::PinRequired, Finding::No)
    );
    assert!(open.outcome.is_ok());
    let nowhere = told(LineId(99), None);
    assert!(
        matches!(nowhere, Err(Error::UnknownPhone(LineId(99)))),
        "{nowhere:?}"
    );
}

#[test]
fn explain_says_that_third_parties_on_an_attorneys_call_are_ignored() {
    let explained = |privileged| {
        let bench = bench_with(|config| {
            let rules = TreatmentRules {
                three_way: Some(ThreeWayResponse::Disconnect),
                extra_digits: Some(ExtraDigitResponse::Disconnect { digits: 1 }),
                ..TreatmentRules::default()
            };
            let name = "strict".to_owned();
            let details = NumberDetails {
                privileged,
                three_way: Some(ThreeWayResponse::Disconnect),
                treatment: Some(3),
                ..NumberDetails::default()
            };
            let treatments = &mut config.seed.treatments;
            treatments.call_treatments = vec![(3, NamedTreatment { name, rules })];
            treatments.numbers = vec![("2155550177".to_owned(), details)];
        });
        let told = explain(&bench, &asking(ONE, Some("A-17"), "02155550177"));
        let treatment = told.outcome.expect("is let through").treatment;
        (
            treatment.number,
            treatment.three_way,
            treatment.extra_digits,
        )
    };
    let (three_way, keys) = (ThreeWayResponse::Ignore, ExtraDigitResponse::Ignore);
    assert_eq!(explained(true), (3, three_way, keys));
    let (three_way, keys) = (
        ThreeWayResponse::Disconnect,
        ExtraDigitResponse::Disconnect { digits: 1 },
    );
    assert_eq!(explained(false), (3, three_way, keys));
}

#[test]
fn the_language_of_the_pin_is_told_where_the_pin_was_taken() {
    let mut bench = bench_with(|config| {
        let languages = [Language::ENGLISH, Language::SPANISH];
        config.seed.settings.call.languages = languages.into_iter().collect();
    });
    let asked = asking(ONE, Some("A-17"), "02155550123");
    assert_eq!(explain(&bench, &asked).language, Some(Language::SPANISH));
    let nobody = asking(OPEN_PHONE, None, "02155550123");
    assert_eq!(explain(&bench, &nobody).language, None);
    let now = bench.now;
    let off = bench
        .office
        .set_pin_disabled(now, "warden", InmateId(1), Disabled::ForGood);
    off.expect("a PIN");
    assert_eq!(explain(&bench, &asked).language, None, "refused before");
}
