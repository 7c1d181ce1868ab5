//! Admission: what is told and written before anything is dialed, and a back office that is
//! late, silent or cannot write.

use crate::{
    bench::{self, MOTHER, PIN, STRANGER, Scenario, limit, then, wait},
    short::{self, dials, failing, hears_fast_busy},
};
use backoffice::{Class, NumberFlags};
use drivers::sim::{exchange::line::ExchangeLine, script::Step, transcript::Event};
use types::{
    disposition::{Blocked, Disposition, EndedBy},
    fact::{Fact, Leg},
    prompt::Prompt,
    tick::{Tick, Ticks},
};

/// A direct call that rings until the inmate hangs up.
fn ringing() -> Scenario {
    short::ringing(then(dials(MOTHER), [wait(5500), Step::OnHook])).lasting(12)
}

fn limited_to(minutes: u32) -> Prompt {
    Prompt::CallLimit {
        seconds: minutes * 60,
    }
}

// ---- the limit

#[test]
fn the_limit_of_the_phone_s_class_is_told_and_recorded() {
    let out = ringing().run();
    assert!(
        out.inmate_heard_whole(limited_to(15)).is_some(),
        "{}",
        out.tale()
    );
    assert!(out.inmate_heard_whole(limited_to(10)).is_none());
    assert_eq!(out.record().limit, Some(Ticks::secs(15 * 60)));
}

#[test]
fn the_class_of_the_pin_comes_before_that_of_the_phone() {
    let second = Class::ALL[1];
    let out = ringing()
        .site(move |seed| seed.inmates[0].pin.as_mut().expect("a PIN").class = Some(second))
        .run();
    assert!(
        out.inmate_heard_whole(limited_to(10)).is_some(),
        "{}",
        out.tale()
    );
    assert!(out.inmate_heard_whole(limited_to(15)).is_none());
    assert_eq!(out.record().limit, Some(Ticks::secs(10 * 60)));
}

#[test]
fn a_limit_of_minutes_and_seconds_is_told_to_the_second() {
    let out = ringing().site(limit(150)).run();
    assert!(
        out.inmate_heard_whole(Prompt::CallLimit { seconds: 150 })
            .is_some(),
        "{}",
        out.tale()
    );
    assert_eq!(out.record().limit, Some(Ticks::secs(150)));
}

#[test]
fn an_untimed_number_has_no_limit_to_tell() {
    let untimed = NumberFlags {
        untimed: true,
        ..NumberFlags::default()
    };
    let out = ringing()
        .site(move |seed| seed.inmates[0].numbers[0].1 = untimed)
        .run();
    assert_eq!(out.inmate_heard(limited_to(15)).len(), 0);
    assert_eq!(out.record().limit, None);
    assert_eq!(out.dialed().len(), 1);
}

#[test]
fn a_limit_is_kept_from_the_inmate_where_the_site_says_so() {
    let out = ringing()
        .site(|seed| seed.settings.rules.announce_limit = false)
        .run();
    assert_eq!(out.inmate_heard(limited_to(15)).len(), 0);
    assert_eq!(out.record().limit, Some(Ticks::secs(15 * 60)));
}

// ---- the order of things

#[test]
fn the_decision_comes_before_the_trunk_and_the_digits_go_out_while_the_limit_is_told() {
    let out = ringing().run();
    let fact = |wanted: fn(&Fact) -> bool| out.fact(wanted).expect("it happened");
    let decided = fact(|f| matches!(f, Fact::Decided(_)));
    let lent = fact(|f| matches!(f, Fact::TrunkLent(_)));
    let outpulsing = fact(|f| matches!(f, Fact::Outpulsing { .. }));
    assert!(decided <= lent && lent < outpulsing, "{}", out.tale());
    let (began, ended) = out.inmate_heard_whole(limited_to(15)).expect("the limit");
    let seized = out.seen(|e| *e == Event::OffHook, 0);
    let first_digit = out.seen(|e| matches!(e, Event::Digit { .. }), 0);
    assert!(
        decided < seized,
        "decided at {decided:?}, seized at {seized:?}"
    );
    assert!(began < first_digit && first_digit < ended, "{}", out.tale());
}

#[test]
fn the_record_is_on_disk_before_a_digit_goes_out() {
    let slow = ExchangeLine {
        dial_tone: Some(Ticks::secs(3)),
        ..ExchangeLine::kewl_start()
    };
    let out = bench::phone(dials(MOTHER)).exchange(slow).lasting(6).run();
    assert_eq!(
        out.trunk().count(|e| matches!(e, Event::OffHook)),
        1,
        "{}",
        out.tale()
    );
    assert_eq!(out.trunk().count(|e| matches!(e, Event::Digit { .. })), 0);
    let record = out.record();
    assert_eq!(
        (record.disposition, record.ended_utc_ms),
        (Disposition::InProgress, None)
    );
    assert_eq!(
        record.number.map(|n| n.to_string()).as_deref(),
        Some(MOTHER)
    );
    assert!(!record.screening.is_empty());
    let after = out.records_after_restart();
    assert_eq!(after.len(), 1);
    assert_eq!(after[0].disposition, Disposition::Interrupted);
}

// ---- a back office that is late

/// With this seed, of replies that take up to four seconds the first (the PIN) is quick, the
/// second (the admission) takes longer than the three that the line waits, and those of the
/// next call are in time. The scenarios below fail in words where that is no longer so.
const SECOND_REPLY_LATE: u64 = 2;

fn slow_office(scenario: Scenario) -> Scenario {
    let mut scenario = scenario.settings(|settings| settings.back_office_wait = Ticks::secs(3));
    scenario.seed = SECOND_REPLY_LATE;
    scenario.options.late_replies = Some((1000, Ticks::secs(4)));
    scenario
}

/// Another phone with the same PIN.
fn calls_at(second: u64) -> Vec<Step> {
    then(
        vec![wait(second * 1000)],
        then(dials(STRANGER), [wait(7000), Step::OnHook]),
    )
}

#[test]
fn an_admission_past_its_wait_is_refused_and_finished_and_the_pin_is_free_again() {
    let first = bench::phone(then(dials(MOTHER), hears_fast_busy()));
    let out = slow_office(first.and_phone(calls_at(16))).lasting(28).run();
    assert_eq!(out.records.len(), 2, "{}", out.tale());
    let [late, next] = [&out.records[0], &out.records[1]];
    assert_eq!(
        late.blocked,
        Some(Blocked::SystemUnavailable),
        "{}",
        out.tale()
    );
    assert_eq!(late.disposition, Disposition::Blocked);
    assert_eq!(late.ended_by, Some(EndedBy::Controller));
    // The admission itself was written, late as its answer was: it is this record.
    assert_eq!(late.number.map(|n| n.to_string()).as_deref(), Some(MOTHER));
    assert!(late.ended_utc_ms.is_some() && late.trunk.is_none());
    assert_eq!(
        out.inmate_heard(Prompt::SystemUnavailable).len(),
        1,
        "{}",
        out.tale()
    );
    let dialed: Vec<String> = out.dialed().iter().map(|d| d.as_str().to_owned()).collect();
    assert_eq!(
        dialed,
        [STRANGER],
        "only the second call goes out; {}",
        out.tale()
    );
    assert_eq!(next.blocked, None);
}

#[test]
fn an_answer_that_comes_too_late_is_told_and_changes_nothing() {
    let call = bench::phone(then(dials(MOTHER), hears_fast_busy()));
    let out = slow_office(call).lasting(16).run();
    out.refused(Prompt::SystemUnavailable, Blocked::SystemUnavailable);
    let late = out.fact(|f| matches!(f, Fact::LateReply));
    let refused = out.entered("aftermath").expect("refused");
    assert!(late.is_some_and(|at| at > refused), "{}", out.tale());
    assert!(out.fact(|f| matches!(f, Fact::Decided(_))).is_none());
}

#[test]
fn a_hang_up_while_the_admission_is_pending_finishes_its_record_and_frees_the_pin() {
    let first = bench::phone(then(dials(MOTHER), [wait(1000), Step::OnHook]));
    let out = slow_office(first.and_phone(calls_at(11))).lasting(23).run();
    let pending = out
        .phases()
        .iter()
        .position(|p| *p == "admit")
        .expect("admission");
    assert_eq!(out.phases()[pending + 1], "idle", "{}", out.tale());
    assert_eq!(out.records.len(), 2, "{}", out.tale());
    let [left, next] = [&out.records[0], &out.records[1]];
    assert_eq!(left.disposition, Disposition::Abandoned, "{}", out.tale());
    assert_eq!(left.ended_by, Some(EndedBy::Inmate));
    assert_eq!(left.number.map(|n| n.to_string()).as_deref(), Some(MOTHER));
    assert_eq!((left.blocked, left.trunk), (None, None));
    assert_eq!(next.blocked, None);
    let dialed: Vec<String> = out.dialed().iter().map(|d| d.as_str().to_owned()).collect();
    assert_eq!(dialed, [STRANGER], "{}", out.tale());
}

// ---- a back office that cannot write

#[test]
fn a_back_office_that_cannot_write_refuses_and_writes_the_record_when_it_can() {
    let mut scenario = failing(MOTHER);
    scenario.office_down = Some((Tick::ZERO + Ticks::ms(2500), Tick::ZERO + Ticks::secs(9)));
    let out = scenario.run();
    out.refused(Prompt::SystemUnavailable, Blocked::SystemUnavailable);
    assert_eq!(out.record().dialed, MOTHER);
    let said = out
        .fact(|f| {
            matches!(
                f,
                Fact::Says {
                    leg: Leg::Phone,
                    ..
                }
            )
        })
        .expect("the prompt");
    let dialed = out.phone().mark("dialed").expect("dialed");
    assert!(
        said.since(dialed) < Ticks::ms(500),
        "it does not wait to be late"
    );
}

#[test]
fn a_back_office_that_cannot_look_up_a_pin_refuses() {
    let mut scenario = bench::phone(then(crate::short::keys(PIN), hears_fast_busy())).lasting(18);
    scenario.office_down = Some((Tick::ZERO, Tick::ZERO + Ticks::secs(9)));
    scenario
        .run()
        .refused(Prompt::SystemUnavailable, Blocked::SystemUnavailable);
}
