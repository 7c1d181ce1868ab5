//! The PIN: right, wrong, half, late, switched off, in use; and that no word of it gets out.

use crate::bench::{
    self, MOTHER, OTHER_PIN, Outcome, PIN, count_leg, listen, then, typed_in_one_go, wait,
};
use backoffice::Seed;
use drivers::sim::{script::Step, transcript::Event};
use sallyport::runtime::virtual_time::WorldOptions;
use types::{
    digits::Digits,
    disposition::{Blocked, Disposition, EndedBy},
    fact::{Fact, Leg},
    id::{InmateId, LineId},
    language::Language,
    prompt::Prompt,
    secret::Secret,
    tick::{Tick, Ticks},
};

/// Nobody's, and no number that a tick or a time of day has.
const UNKNOWN: &str = "602817";

/// Time to hear which prompt begins.
const HEARD: u64 = 2300;

fn said(out: &Outcome, prompt: Prompt) -> usize {
    count_leg(out, Leg::Phone, prompt)
}

fn blocked(out: &Outcome) -> (Disposition, Option<Blocked>, Option<EndedBy>) {
    let record = out.record();
    (record.disposition, record.blocked, record.ended_by)
}

fn blocked_by_controller(why: Blocked) -> (Disposition, Option<Blocked>, Option<EndedBy>) {
    (Disposition::Blocked, Some(why), Some(EndedBy::Controller))
}

/// Until fast busy is heard, and then the hang-up.
fn to_fast_busy() -> [Step; 2] {
    [Step::await_fast_busy(Ticks::secs(12)), Step::OnHook]
}

#[test]
fn the_right_pin_leads_to_the_number() {
    let steps = vec![
        wait(500),
        Step::OffHook,
        Step::await_dial_tone(Ticks::secs(2)),
        wait(1200),
        listen(),
        Step::dial(PIN),
        wait(HEARD),
        Step::OnHook,
    ];
    let out = bench::phone(steps).lasting(10).run();
    out.inmate_heard_in_order(&[Prompt::EnterPin, Prompt::EnterNumber]);
    assert_eq!(out.told_keys(), "......");
    assert_eq!(
        blocked(&out),
        (Disposition::Abandoned, None, Some(EndedBy::Inmate))
    );
}

#[test]
fn the_record_names_the_inmate_of_a_good_pin_though_no_number_follows() {
    let steps = then(typed_in_one_go(PIN), [wait(HEARD), Step::OnHook]);
    let out = bench::phone(steps).lasting(8).run();
    let record = out.record();
    assert_eq!(record.disposition, Disposition::Abandoned);
    assert_eq!(record.dialed, "");
    assert_eq!(record.inmate, Some(InmateId(1)), "{}", out.tale());
    assert_eq!(record.inmate_id.as_deref(), Some("1001"));
}

#[test]
fn the_record_names_the_inmate_of_a_pin_that_is_refused() {
    let steps = then(typed_in_one_go(PIN), to_fast_busy());
    let out = bench::phone(steps)
        .prepared(|office| {
            let for_good = backoffice::Disabled::ForGood;
            let disabled = office.set_pin_disabled(Tick::ZERO, "warden", InmateId(1), for_good);
            disabled.expect("the first inmate's PIN");
        })
        .lasting(14)
        .run();
    assert_eq!(blocked(&out), blocked_by_controller(Blocked::PinDisabled));
    assert_eq!(out.record().inmate_id.as_deref(), Some("1001"));
}

#[test]
fn star_starts_the_pin_again() {
    let out = bench::phone(then(
        typed_in_one_go(&format!("4839*77*{PIN}")),
        [wait(HEARD), Step::OnHook],
    ))
    .lasting(8)
    .run();
    assert_eq!(said(&out, Prompt::PinTryAgain), 0, "{}", out.tale());
    assert_eq!(out.inmate_heard(Prompt::EnterNumber).len(), 1);
}

#[test]
fn three_wrong_pins_are_refused_with_their_own_prompt() {
    let steps = then(
        typed_in_one_go(UNKNOWN),
        [
            wait(5500),
            Step::dial(UNKNOWN),
            wait(HEARD),
            Step::dial(UNKNOWN),
            wait(600),
        ],
    );
    let out = bench::phone(then(steps, to_fast_busy())).lasting(20).run();
    let prompts = [
        Prompt::PinTryAgain,
        Prompt::EnterPin,
        Prompt::PinTryAgain,
        Prompt::PinInvalid,
    ];
    out.inmate_heard_in_order(&prompts);
    assert_eq!(said(&out, Prompt::PinTryAgain), 2);
    assert_eq!(said(&out, Prompt::PinInvalid), 1);
    assert_eq!(out.phone().timed_out().count(), 0, "fast busy is heard");
    assert_eq!(blocked(&out), blocked_by_controller(Blocked::PinInvalid));
    assert_eq!(out.record().inmate_id, None);
}

#[test]
fn a_right_pin_after_a_wrong_one_is_good() {
    let steps = then(
        typed_in_one_go(UNKNOWN),
        [wait(HEARD), Step::dial(PIN), wait(HEARD), Step::OnHook],
    );
    let out = bench::phone(steps).lasting(11).run();
    out.inmate_heard_in_order(&[Prompt::PinTryAgain, Prompt::EnterNumber]);
    assert_eq!(out.record().blocked, None);
}

#[test]
fn half_a_pin_and_no_more_is_a_try() {
    let try_half = || [Step::dial("48"), wait(1000 + HEARD)];
    let steps = then(typed_in_one_go("4"), [wait(1000 + HEARD)]);
    let steps = then(steps, try_half().into_iter().chain(try_half()));
    let out = bench::phone(then(steps, to_fast_busy()))
        .settings(|s| s.inter_digit = Ticks::ms(1000))
        .lasting(18)
        .run();
    out.inmate_heard_in_order(&[Prompt::PinTryAgain, Prompt::PinTryAgain, Prompt::PinInvalid]);
    assert_eq!(blocked(&out), blocked_by_controller(Blocked::PinInvalid));
}

#[test]
fn a_slow_hand_within_the_inter_digit_time_is_no_try() {
    let slow = PIN
        .chars()
        .flat_map(|key| [Step::dial(&key.to_string()), wait(700)]);
    let steps = vec![wait(500), Step::OffHook, wait(400)];
    let out = bench::phone(then(then(steps, slow), [wait(HEARD), Step::OnHook]))
        .settings(|s| s.inter_digit = Ticks::ms(1000))
        .lasting(10)
        .run();
    assert_eq!(said(&out, Prompt::PinTryAgain), 0, "{}", out.tale());
    assert_eq!(out.inmate_heard(Prompt::EnterNumber).len(), 1);
}

#[test]
fn who_keys_nothing_is_asked_again_and_then_given_up() {
    let steps = then(vec![wait(500), Step::OffHook, wait(9000)], to_fast_busy());
    let out = bench::phone(steps)
        .settings(|s| {
            s.first_digit = Ticks::secs(2);
            s.prompt_repeats = 2;
        })
        .lasting(16)
        .run();
    out.inmate_heard_in_order(&[Prompt::EnterPin, Prompt::EnterPin]);
    assert_eq!(said(&out, Prompt::EnterPin), 2);
    assert_eq!(said(&out, Prompt::HangUp), 1);
    // The two seconds are counted from the end of the prompt.
    let asked = out.inmate_heard(Prompt::EnterPin);
    let apart = asked[1].at.since(asked[0].at).as_ms();
    assert!((3200..3400).contains(&apart), "{apart}");
    assert_eq!(out.phone().timed_out().count(), 0, "fast busy is heard");
    assert!(out.records.is_empty(), "{:#?}", out.records);
    assert_eq!(out.empty_off_hooks, 1);
}

#[test]
fn a_disabled_pin_is_refused_with_its_own_prompt() {
    let mut scenario = bench::phone(then(typed_in_one_go(PIN), to_fast_busy())).lasting(11);
    scenario.prepare = Box::new(|office| {
        let off = backoffice::Disabled::ForGood;
        office
            .set_pin_disabled(Tick::ZERO, "warden", InmateId(1), off)
            .expect("a PIN to disable");
    });
    let out = scenario.run();
    assert_eq!(
        out.inmate_heard(Prompt::PinDisabled).len(),
        1,
        "{}",
        out.tale()
    );
    assert_eq!(out.phone().timed_out().count(), 0, "fast busy is heard");
    assert_eq!(blocked(&out), blocked_by_controller(Blocked::PinDisabled));
}

#[test]
fn a_pin_in_use_on_another_phone_is_refused_until_that_phone_is_down() {
    let first = then(
        typed_in_one_go(&format!("{PIN}0{MOTHER}")),
        [wait(9000), Step::Mark("down"), Step::OnHook],
    );
    let second = vec![
        wait(6000),
        Step::OffHook,
        Step::await_dial_tone(Ticks::secs(2)),
        Step::dial(PIN),
        Step::await_fast_busy(Ticks::secs(12)),
        Step::OnHook,
        wait(2500),
        Step::OffHook,
        Step::await_dial_tone(Ticks::secs(2)),
        Step::dial(PIN),
        wait(HEARD),
        Step::Mark("asked for the number"),
        Step::OnHook,
    ];
    let out = bench::phone(first).and_phone(second).lasting(24).run();
    let heard = |prompt| out.heard(&out.phones[1], Language::ENGLISH, prompt);
    assert_eq!(heard(Prompt::PinInUse).len(), 1, "{}", out.tale());
    assert!(heard(Prompt::PinInUse)[0].at < out.marked("down"));
    assert_eq!(heard(Prompt::EnterNumber).len(), 1, "free again");
    assert!(heard(Prompt::EnterNumber)[0].at > out.marked("down"));
    let refused = out
        .records
        .iter()
        .find(|r| r.blocked == Some(Blocked::PinInUse));
    assert_eq!(refused.expect("a record").line, LineId(2));
}

#[test]
fn of_two_phones_with_one_pin_only_the_first_to_dial_gets_its_call() {
    // Both PINs are good when they are keyed: no call is open yet.
    let keys = |ms| {
        let number = format!("0{MOTHER}");
        then(
            typed_in_one_go(PIN),
            [wait(ms), Step::dial(&number), wait(4500), Step::OnHook],
        )
    };
    let out = bench::phone(keys(900))
        .and_phone(keys(1500))
        .lasting(12)
        .run();
    let heard = |phone: usize, prompt| {
        out.heard(&out.phones[phone], Language::ENGLISH, prompt)
            .len()
    };
    assert_eq!(
        (heard(0, Prompt::SayName), heard(0, Prompt::PinInUse)),
        (1, 0),
        "{}",
        out.tale()
    );
    assert_eq!(
        (heard(1, Prompt::SayName), heard(1, Prompt::PinInUse)),
        (0, 1)
    );
    let refused: Vec<_> = out.records.iter().filter(|r| r.blocked.is_some()).collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(
        (refused[0].line, refused[0].blocked),
        (LineId(2), Some(Blocked::PinInUse))
    );
}

#[test]
fn no_digit_of_a_pin_gets_into_a_fact_or_a_record() {
    // A wrong PIN until the phone gives up; again into its fast busy; again after hanging up
    // for too short a time; and at last the right one.
    let steps = then(
        typed_in_one_go(UNKNOWN),
        [
            wait(400),
            Step::dial(UNKNOWN),
            wait(400),
            Step::dial(UNKNOWN),
            wait(4000),
        ],
    );
    let steps = then(
        steps,
        [
            Step::dial(UNKNOWN),
            Step::OnHook,
            wait(800),
            Step::OffHook,
            wait(300),
            Step::dial(UNKNOWN),
            Step::OnHook,
            wait(2500),
            Step::OffHook,
            wait(400),
            Step::dial(PIN),
            wait(1000),
            Step::OnHook,
        ],
    );
    let out = bench::phone(steps).lasting(22).run();
    assert_eq!(out.told_keys(), ".".repeat(36), "{}", out.tale());
    assert_eq!(out.records.len(), 2);
    let told = format!("{:?} {:?}", out.story, out.records);
    for pin in [UNKNOWN, PIN] {
        assert!(!told.contains(pin));
    }
    for record in &out.records {
        assert_eq!(record.dialed, "");
    }
}

#[test]
fn the_length_of_the_pin_is_a_setting() {
    let steps = then(typed_in_one_go("3194"), [wait(HEARD), Step::OnHook]);
    let out = bench::phone(steps)
        .settings(|s| s.pin_length = 4)
        .site(|seed| {
            for (inmate, pin) in seed.inmates.iter_mut().zip(["3194", "5067"]) {
                let digits = Digits::parse(pin).expect("digits");
                inmate.pin.as_mut().expect("a PIN").pin = Secret::new(digits);
            }
        })
        .lasting(6)
        .run();
    assert_eq!(
        out.inmate_heard(Prompt::EnterNumber).len(),
        1,
        "{}",
        out.tale()
    );
    assert_eq!(out.told_keys(), "....");
}

#[test]
fn a_phone_that_asks_no_pin_asks_for_the_number_at_once() {
    let steps = vec![
        wait(500),
        Step::OffHook,
        wait(3500),
        Step::dial("215"),
        wait(300),
        Step::OnHook,
    ];
    let out = bench::phone(steps)
        .site(|seed| seed.phones[0].1.pin_required = false)
        .lasting(7)
        .run();
    assert_eq!(out.inmate_heard(Prompt::EnterPin).len(), 0);
    assert_eq!(
        out.inmate_heard(Prompt::EnterNumber).len(),
        1,
        "{}",
        out.tale()
    );
    assert_eq!(out.told_keys(), "215");
}

#[test]
fn pulses_and_flashes_during_the_pin_are_told_and_change_nothing() {
    let steps = then(
        typed_in_one_go("483"),
        [
            Step::flash_ms(250),
            wait(300),
            Step::pulse_dial("5"),
            wait(500),
            Step::dial("920"),
            wait(HEARD),
            Step::OnHook,
        ],
    );
    let out = bench::phone(steps).lasting(9).run();
    assert!(
        out.fact(|f| matches!(f, Fact::Flash)).is_some(),
        "{}",
        out.tale()
    );
    // Somebody may dial the PIN in this way: how many they were is not told.
    assert!(out.fact(|f| matches!(f, Fact::Pulses(None))).is_some());
    assert!(out.fact(|f| matches!(f, Fact::Pulses(Some(_)))).is_none());
    assert_eq!(out.told_keys(), "......");
    assert_eq!(out.inmate_heard(Prompt::EnterNumber).len(), 1);
    // No flag either: there was no trunk yet that they were meant for.
    assert!(!out.record().flags.switch_hook);
}

#[test]
fn a_back_office_that_does_not_answer_refuses_the_pin() {
    let mut scenario = bench::phone(then(typed_in_one_go(OTHER_PIN), to_fast_busy())).lasting(11);
    scenario.options = WorldOptions {
        late_replies: Some((1000, Ticks::secs(9))),
        office_reply: Ticks::secs(9),
        ..scenario.options
    };
    let out = scenario
        .settings(|s| s.back_office_wait = Ticks::ms(300))
        .run();
    assert_eq!(
        out.inmate_heard(Prompt::SystemUnavailable).len(),
        1,
        "{}",
        out.tale()
    );
    assert_eq!(out.phone().timed_out().count(), 0, "fast busy is heard");
    let (asked, refused) = (out.entered("pin-check"), out.entered("aftermath"));
    let waited = refused
        .expect("refused")
        .since(asked.expect("asked"))
        .as_ms();
    assert!((300..320).contains(&waited), "{waited}");
    assert!(out.phone().first(|e| *e == Event::OnHook).is_some());
}

/// One try an attempt, and only two wrong ones are borne.
fn strict(seed: &mut Seed) {
    seed.settings.call.pin_tries = 1;
    seed.settings.guessing.borne = Some(2);
}

/// The PINs are keyed one after the other, each in an attempt of its own.
fn attempts(pins: &[&str]) -> Vec<Step> {
    let mut steps = Vec::new();
    for pin in pins {
        steps.extend([wait(2000), Step::OffHook]);
        steps.extend([Step::await_dial_tone(Ticks::secs(2)), Step::dial(pin)]);
        steps.extend(to_fast_busy());
    }
    steps
}

#[test]
fn a_phone_at_which_too_many_pins_were_wrong_takes_none_for_a_while() {
    let steps = attempts(&[UNKNOWN, UNKNOWN, UNKNOWN, PIN]);
    let out = bench::phone(steps).site(strict).lasting(60).run();
    let blocked: Vec<_> = out.records.iter().map(|record| record.blocked).collect();
    let wrong = Some(Blocked::PinInvalid);
    let expected = [wrong, wrong, wrong, Some(Blocked::PinResting)];
    assert_eq!(blocked, expected, "{}", out.tale());
    assert_eq!(said(&out, Prompt::PinResting), 1);
    out.no_trunk_seized();
}
