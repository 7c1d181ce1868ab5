//! The record: one for every attempt with a digit, with the times at which things happened.

use crate::{
    bench::{self, MOTHER, Outcome, PIN, RESTRICTED, STRANGER, Scenario, then, wait},
    short::{dials, hears_fast_busy, keys, ringing, utc_ms},
};
use drivers::sim::{
    called_party::{Answer, CalledPartyScript},
    clip::Clip,
    exchange::line::ExchangeLine,
    script::Step,
    transcript::Event,
};
use types::{
    call_record::CallRecord,
    disposition::{Blocked, Disposition, EndedBy},
    id::{LineId, TrunkId},
    language::Language,
    phone_number::{CallType, DialingPattern},
    tick::{Tick, Ticks},
    verdict::Handling,
};

/// Answers in mid-ring, talks, and hangs up after this long or not at all.
fn party(hangs_up_after: Option<u64>) -> CalledPartyScript {
    let talk = Step::SayFor(
        Clip::called_talk(),
        Ticks::secs(hangs_up_after.unwrap_or(30)),
    );
    let hangs_up = hangs_up_after.map(|_| Step::OnHook);
    CalledPartyScript::new(
        Answer::After(Ticks::ms(1200)),
        [wait(300), talk].into_iter().chain(hangs_up).collect(),
    )
}

fn near(recorded: Option<i64>, truth: i64, what: &str) {
    let recorded = recorded.unwrap_or_else(|| panic!("{what} is not recorded"));
    assert!(
        (recorded - truth).abs() <= 1000,
        "{what}: recorded {recorded}, was {truth}"
    );
}

// ---- times

/// The times of the only call, against what phone and network saw; `ended` by its party.
fn times_are_right(out: &Outcome, ended: i64) {
    let record = out.record();
    assert_eq!(record.disposition, Disposition::Completed, "{}", out.tale());
    let lifted = out
        .phone()
        .first(|e| *e == Event::OffHook)
        .expect("off-hook");
    let late = record.started_utc_ms - utc_ms(lifted);
    assert!(
        (0..=60).contains(&late),
        "off-hook is known in time: {late} ms"
    );
    let answered = out.seen(|e| *e == Event::Answered, 0);
    near(record.answered_utc_ms, utc_ms(answered), "the answer");
    near(record.talk_utc_ms, utc_ms(answered), "the talk");
    near(record.ended_utc_ms, ended, "the end");
    // The talk is known to a tick (125 us), each of the two times is cut to its millisecond.
    let talk = record.ended_utc_ms.expect("ended") - record.talk_utc_ms.expect("talk");
    let cut = record.talk.as_ms().cast_signed() - talk;
    assert!(cut.abs() <= 1, "talk time is from talk to end: {cut} ms");
}

#[test]
fn a_call_that_the_inmate_ends_has_its_times_right() {
    let out = bench::phone(then(dials(MOTHER), [wait(13_000), Step::OnHook]))
        .to(MOTHER, party(None))
        .lasting(19)
        .run();
    let hung_up = out.phone().first(|e| *e == Event::OnHook).expect("on-hook");
    times_are_right(&out, utc_ms(hung_up));
    assert_eq!(out.record().ended_by, Some(EndedBy::Inmate));
    assert!(
        out.record().talk > Ticks::secs(7),
        "{:?}",
        out.record().talk
    );
}

#[test]
fn a_call_that_the_called_party_ends_has_its_times_right() {
    let out = bench::phone(then(dials(MOTHER), hears_fast_busy()))
        .to(MOTHER, party(Some(6)))
        .lasting(26)
        .run();
    let hung_up = out.seen(|e| *e == Event::PartyHungUp, 0);
    times_are_right(&out, utc_ms(hung_up));
    assert_eq!(out.record().ended_by, Some(EndedBy::CalledParty));
}

#[test]
fn a_call_that_is_not_answered_has_a_start_and_an_end_and_no_talk() {
    let out = ringing(then(dials(MOTHER), [wait(5000), Step::OnHook]))
        .lasting(11)
        .run();
    let record = out.record();
    let hung_up = out.phone().first(|e| *e == Event::OnHook).expect("on-hook");
    near(record.ended_utc_ms, utc_ms(hung_up), "the end");
    assert_eq!((record.answered_utc_ms, record.talk_utc_ms), (None, None));
    assert_eq!(record.talk, Ticks::ZERO);
}

// ---- what a record holds

#[test]
fn a_record_says_who_called_whom_from_where_and_how() {
    let name = [
        Step::await_beep(Ticks::secs(8)),
        wait(200),
        Step::Say(Clip::inmate_name()),
        wait(7000),
        Step::OnHook,
    ];
    let out = ringing(then(dials(&format!("0{MOTHER}")), name))
        .lasting(22)
        .run();
    let record = out.record();
    assert_eq!(
        (record.line, record.trunk),
        (LineId(1), Some(TrunkId(1))),
        "{}",
        out.tale()
    );
    assert_eq!(record.inmate_id.as_deref(), Some("1001"));
    assert_eq!(record.inmate_name.as_deref(), Some("Robert Miller"));
    assert_eq!(record.dialed, format!("0{MOTHER}"));
    assert_eq!(
        record.number.map(|n| n.to_string()).as_deref(),
        Some(MOTHER)
    );
    assert_eq!(record.pattern, Some(DialingPattern::ZeroPlus));
    assert_eq!(record.call_type, Some(CallType::Local));
    assert_eq!(record.handling, Some(Handling::AutomatedOperator));
    assert_eq!(record.acceptance, Some(true));
    assert_eq!(record.language, Some(Language::ENGLISH));
}

#[test]
fn no_record_and_no_fact_holds_the_pin() {
    let out = ringing(then(dials(MOTHER), [wait(4500), Step::OnHook]))
        .lasting(10)
        .run();
    let told = format!(
        "{:?}{:?}{:?}",
        out.records, out.story.records, out.story.facts
    );
    assert!(!told.contains(PIN));
    // Nor does any digit of it stand where keys are told.
    let keyed: String = out
        .facts()
        .filter_map(|(_, fact)| match fact {
            types::fact::Fact::Keyed { digit } => *digit,
            _ => None,
        })
        .map(|digit| char::from(digit.ascii()))
        .collect();
    assert_eq!(keyed, MOTHER);
}

// ---- one record for each attempt

/// The only record is of an attempt that the inmate left in this phase.
fn left_in(phase: &str, out: &Outcome) {
    let phases = out.phases();
    let idle = phases.iter().position(|p| *p == "idle").expect("hung up");
    assert_eq!(phases[idle - 1], phase, "{}", out.tale());
    let record = out.record();
    assert_eq!(record.disposition, Disposition::Abandoned, "{}", out.tale());
    assert_eq!(
        (record.ended_by, record.blocked),
        (Some(EndedBy::Inmate), None)
    );
    assert_eq!(
        (record.answered_utc_ms.is_some(), record.talk),
        (phase == "accept", Ticks::ZERO)
    );
    let hung_up = out.phone().first(|e| *e == Event::OnHook).expect("on-hook");
    near(record.ended_utc_ms, utc_ms(hung_up), "the end");
    let released = out.trunk().count(|e| *e == Event::Released);
    assert_eq!(
        released,
        out.trunk().count(|e| *e == Event::OffHook),
        "no trunk stays seized"
    );
}

fn hanging_up_after(digits: &str, ms: u64) -> Scenario {
    ringing(then(keys(digits), [wait(ms), Step::OnHook])).lasting(5 + ms / 1000 + 3)
}

#[test]
fn a_hang_up_while_keying_the_pin_leaves_one_record() {
    let out = hanging_up_after("48", 300).run();
    left_in("pin", &out);
    assert_eq!(out.record().dialed, "", "digits of a PIN are no number");
}

#[test]
fn a_hang_up_while_dialing_leaves_one_record() {
    let out = hanging_up_after(&format!("{PIN}21555"), 300).run();
    left_in("number", &out);
    assert_eq!(out.record().dialed, "21555");
}

#[test]
fn a_hang_up_at_the_name_leaves_one_record() {
    left_in(
        "name",
        &hanging_up_after(&format!("{PIN}0{MOTHER}"), 1500).run(),
    );
}

#[test]
fn a_hang_up_before_dial_tone_leaves_one_record() {
    let slow = ExchangeLine {
        dial_tone: Some(Ticks::secs(3)),
        ..ExchangeLine::kewl_start()
    };
    let out = hanging_up_after(&format!("{PIN}{MOTHER}"), 1000)
        .exchange(slow)
        .run();
    left_in("seize", &out);
    assert_eq!(out.record().trunk, Some(TrunkId(1)));
}

#[test]
fn a_hang_up_while_outpulsing_leaves_one_record_and_no_further_digit() {
    let out = hanging_up_after(&format!("{PIN}{MOTHER}"), 900).run();
    left_in("dial", &out);
    assert!(
        out.dialed().is_empty(),
        "the number was never complete; {}",
        out.tale()
    );
}

#[test]
fn a_hang_up_before_ringback_leaves_one_record() {
    let slow = ExchangeLine {
        post_dial: Ticks::secs(3),
        ..ExchangeLine::kewl_start()
    };
    let out = hanging_up_after(&format!("{PIN}{MOTHER}"), 2300)
        .exchange(slow)
        .run();
    left_in("progress", &out);
    assert_eq!(out.trunk().count(|e| matches!(e, Event::Rings(_))), 0);
}

#[test]
fn a_hang_up_while_it_rings_leaves_one_record() {
    let out = hanging_up_after(&format!("{PIN}{MOTHER}"), 5000).run();
    left_in("progress", &out);
    assert_eq!(out.trunk().count(|e| matches!(e, Event::Rings(_))), 1);
}

#[test]
fn a_hang_up_while_the_called_party_is_asked_leaves_one_record_without_talk() {
    let name = [
        Step::await_beep(Ticks::secs(8)),
        wait(200),
        Step::Say(Clip::inmate_name()),
        wait(11_000),
        Step::OnHook,
    ];
    let out = bench::phone(then(dials(&format!("0{MOTHER}")), name))
        .to(&format!("1{MOTHER}"), party(None))
        .settings(|settings| settings.drop_machines = false)
        .lasting(26)
        .run();
    left_in("accept", &out);
}

#[test]
fn an_off_hook_without_a_digit_is_counted_and_leaves_no_record() {
    let lifts = [Step::OffHook, wait(700), Step::OnHook, wait(2500)];
    let steps = (0..3).flat_map(|_| lifts.clone()).collect();
    let out = bench::phone(steps).lasting(12).run();
    assert_eq!(out.records, [], "{}", out.tale());
    assert_eq!(out.empty_off_hooks, 3);
}

#[test]
fn an_attempt_without_a_number_is_recorded_as_not_dialed() {
    let out = bench::phone(then(keys(PIN), hears_fast_busy()))
        .settings(|settings| {
            settings.prompt_repeats = 1;
            settings.first_digit = Ticks::secs(2);
        })
        .lasting(22)
        .run();
    let record = out.record();
    assert_eq!(record.disposition, Disposition::NotDialed, "{}", out.tale());
    assert_eq!(
        (record.ended_by, &*record.dialed),
        (Some(EndedBy::Controller), "")
    );
}

#[test]
fn two_calls_one_after_the_other_are_two_records() {
    let call = |number| then(dials(number), [wait(4500), Step::OnHook, wait(2500)]);
    let out = ringing(then(call(MOTHER), call(STRANGER)))
        .lasting(23)
        .run();
    let dialed: Vec<&str> = out.records.iter().map(|r| &*r.dialed).collect();
    assert_eq!(dialed, [MOTHER, STRANGER], "{}", out.tale());
    let [first, second] = [&out.records[0], &out.records[1]];
    assert_eq!(first.call.site, 7);
    assert_eq!(second.call.sequence, first.call.sequence + 1);
    assert!(first.ended_utc_ms.expect("ended") < second.started_utc_ms);
}

#[test]
fn after_a_refusal_the_next_call_has_a_record_of_its_own() {
    let refused = then(then(dials(RESTRICTED), hears_fast_busy()), [wait(2500)]);
    let out = ringing(then(
        refused,
        then(dials(MOTHER), [wait(4500), Step::OnHook]),
    ))
    .lasting(28)
    .run();
    let ends: Vec<_> = out
        .records
        .iter()
        .map(|r| (&*r.dialed, r.disposition))
        .collect();
    let wanted = [
        (RESTRICTED, Disposition::Blocked),
        (MOTHER, Disposition::Abandoned),
    ];
    assert_eq!(ends, wanted, "{}", out.tale());
    assert_eq!(out.records[0].blocked, Some(Blocked::NumberRestricted));
    assert_eq!(out.records[1].blocked, None);
}

// ---- calls that a dead stop interrupts

/// The controller is stopped dead at this second of a call; the next start finds this.
fn interrupted_at(second: u64) -> (Outcome, CallRecord) {
    let out = bench::phone(dials(MOTHER))
        .to(MOTHER, party(None))
        .lasting(second)
        .run();
    assert_eq!(
        out.record().disposition,
        Disposition::InProgress,
        "{}",
        out.tale()
    );
    let mut records = out.records_after_restart();
    assert_eq!(records.len(), 1);
    let record = records.remove(0);
    (out, record)
}

#[test]
fn an_open_call_ends_at_the_last_second_it_was_seen() {
    for second in [5, 8, 14] {
        let (out, record) = interrupted_at(second);
        assert_eq!(record.disposition, Disposition::Interrupted);
        let ended = record.ended_utc_ms.expect("finished");
        let lost = utc_ms(out.end) - ended;
        assert!(
            (0..=1100).contains(&lost),
            "stopped at {second} s: {lost} ms were lost"
        );
    }
}

#[test]
fn a_call_that_was_stopped_in_talk_keeps_what_was_screened() {
    let (out, record) = interrupted_at(14);
    assert!(out.entered("talk").is_some());
    assert_eq!(record.dialed, MOTHER);
    assert_eq!(record.screening, out.record().screening);
    assert!(!record.screening.is_empty());
}

#[test]
fn a_record_that_was_finished_is_as_it_was_after_a_restart() {
    let out = ringing(then(dials(MOTHER), [wait(4500), Step::OnHook]))
        .lasting(11)
        .run();
    assert_eq!(out.records_after_restart(), out.records);
}

#[test]
fn times_do_not_depend_on_the_tick_at_which_the_controller_began() {
    let wait_first = then(vec![wait(60_000)], dials(MOTHER));
    let out = ringing(then(wait_first, [wait(4500), Step::OnHook]))
        .lasting(72)
        .run();
    let lifted = out
        .phone()
        .first(|e| *e == Event::OffHook)
        .expect("off-hook");
    assert!(lifted > Tick::ZERO + Ticks::secs(60));
    near(
        Some(out.record().started_utc_ms),
        utc_ms(lifted),
        "the start",
    );
}
