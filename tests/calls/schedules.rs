//! Circuit schedules, as the inmate meets them.

use crate::{
    bench::{self, MOTHER, STARTS_UTC_MS, Scenario, then, wait},
    short::dials,
};
use backoffice::{DaySteps, Schedule, ScheduleNumber, Seed};
use drivers::sim::{
    called_party::{Answer, CalledPartyScript},
    clip::Clip,
    script::Step,
};
use types::{
    disposition::Disposition,
    fact::Fact,
    prompt::Prompt,
    tick::{Tick, Ticks},
};

/// Quarter hours to nine in the morning, when the scenarios' day begins.
const NINE: u8 = 36;

/// The phone is in service in these quarter hours of a weekday.
fn in_service(from: u8, to: u8) -> impl Fn(&mut Seed) {
    move |seed| {
        let number = ScheduleNumber::new(2).expect("a schedule");
        let schedule = Schedule {
            weekday: DaySteps::CLOSED.with_open(from, to),
            weekend: DaySteps::CLOSED,
            holiday: DaySteps::CLOSED,
        };
        seed.schedules = vec![(number, "mornings".to_owned(), schedule)];
        seed.phones[0].1.schedule = Some(number);
    }
}

/// The scenario begins so many seconds after nine.
fn seconds_past_nine(scenario: Scenario, seconds: i64) -> Scenario {
    let mut scenario = scenario;
    scenario.options.starts_utc_ms = STARTS_UTC_MS + seconds * 1000;
    scenario
}

#[test]
fn a_call_is_warned_and_ends_when_its_phone_goes_out_of_service() {
    let inmate = then(dials(MOTHER), [wait(90_000)]);
    let talk = Step::SayFor(Clip::called_talk(), Ticks::secs(90));
    let party = CalledPartyScript::new(Answer::After(Ticks::ms(1200)), vec![wait(300), talk]);
    let scenario = bench::phone(inmate)
        .to(MOTHER, party)
        .site(in_service(0, NINE + 1))
        .lasting(100);
    // Ninety seconds of service are left.
    let out = seconds_past_nine(scenario, 810).run();
    assert_eq!(
        out.record().disposition,
        Disposition::Limited,
        "{}",
        out.tale()
    );
    let minute = Prompt::TimeRemaining { seconds: 60 };
    let warned = out.inmate_heard(minute);
    assert_eq!(warned.len(), 1, "{}", out.tale());
    let ended = out.fact(|f| matches!(f, Fact::TrunkReturned { .. }));
    let late = ended
        .expect("the trunk goes back")
        .since(Tick::ZERO + Ticks::secs(90));
    assert!(late <= Ticks::ms(500), "{} ms late", late.as_ms());
    out.inmate_heard_in_order(&[minute, Prompt::TimeIsUp, Prompt::HangUp]);
}

#[test]
fn a_phone_out_of_service_by_its_schedule_says_so_and_gives_no_dial_tone() {
    let inmate = vec![wait(1000), Step::OffHook, wait(6000), Step::OnHook];
    let out = bench::phone(inmate)
        .site(in_service(0, NINE))
        .lasting(10)
        .run();
    out.inmate_heard_in_order(&[Prompt::OutOfService]);
    out.no_trunk_seized();
}

#[test]
fn an_idle_phone_goes_out_of_service_when_its_schedule_says_so() {
    let inmate = vec![wait(8000), Step::OffHook, wait(6000), Step::OnHook];
    let scenario = bench::phone(inmate)
        .site(in_service(0, NINE + 1))
        .lasting(16);
    let out = seconds_past_nine(scenario, 895).run();
    out.inmate_heard_in_order(&[Prompt::OutOfService]);
    out.no_trunk_seized();
}

#[test]
fn a_phone_comes_into_service_when_its_schedule_says_so() {
    let dead = vec![
        wait(1000),
        Step::OffHook,
        wait(5000),
        Step::OnHook,
        wait(6000),
    ];
    let scenario = bench::phone(then(dead, dials(MOTHER)))
        .site(in_service(NINE, NINE + 8))
        .lasting(30);
    let out = seconds_past_nine(scenario, -10).run();
    assert_eq!(out.inmate_heard(Prompt::OutOfService).len(), 1);
    let seized = out.entered("seize");
    assert!(seized.is_some(), "{}", out.tale());
}
