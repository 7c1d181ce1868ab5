//! Keys before their prompt and during it: none is lost, and the prompt gives way.

use crate::{
    bench::{
        self, MOTHER, Outcome, PIN, STRANGER, count_leg, listen, then, two_languages,
        typed_in_one_go, wait,
    },
    hearing::{self, QUIET},
};
use drivers::sim::script::{Keying, Step};
use sallyport::runtime::virtual_time::WorldOptions;
use types::{
    digits::Digits,
    fact::{Fact, Leg},
    language::Language,
    phone_number::DialingPattern,
    prompt::Prompt,
    settings::LanguageChoice,
    tick::Ticks,
};

fn said(out: &Outcome, prompt: Prompt) -> usize {
    count_leg(out, Leg::Phone, prompt)
}

/// Keys that follow each other as fast as the standard allows.
fn fast(digits: &str) -> Step {
    let digits = Digits::parse(digits).expect("digits");
    let keying = Keying {
        on: Ticks::ms(50),
        off: Ticks::ms(50),
        ..Keying::STANDARD
    };
    Step::Dial { digits, keying }
}

/// Asserts that what was heard at the mark went silent within 100 ms, and not before it.
fn stopped_at(out: &Outcome, mark: &str) {
    let (heard, key) = (&out.phone().heard, out.marked(mark));
    let before = hearing::rms(heard, key - Ticks::ms(300), key);
    assert!(
        before > 5.0 * QUIET,
        "{mark}: something is being said: {before}"
    );
    let quiet = hearing::first_quiet(heard, key, key + Ticks::secs(1)).expect("it stops");
    assert!(quiet.since(key) <= Ticks::ms(100), "{mark}: {quiet:?}");
    let after = hearing::rms(heard, quiet, key + Ticks::ms(180));
    assert!(after < QUIET, "{mark}: {after}");
}

#[test]
fn pin_and_number_in_one_go_need_no_prompt() {
    let steps = then(
        typed_in_one_go(&format!("{PIN}0{MOTHER}")),
        [wait(2500), Step::OnHook],
    );
    let out = bench::phone(steps).lasting(8).run();
    // Not even the beginning of one, though the PIN was looked up in between.
    let first = out.marked("keys") + Ticks::ms(100);
    let last = out.entered("admit").expect("a number");
    assert_eq!(
        hearing::first_sound(&out.phone().heard, first, last),
        None,
        "{}",
        out.tale()
    );
    assert_eq!(out.inmate_heard(Prompt::SayName).len(), 1);
    assert_eq!(out.record().dialed, format!("0{MOTHER}"));
}

#[test]
fn a_speed_dial_can_follow_the_pin_in_one_go() {
    let steps = then(
        typed_in_one_go(&format!("{PIN}07#")),
        [wait(2500), Step::OnHook],
    );
    let out = bench::phone(steps).lasting(7).run();
    assert_eq!(
        out.record().pattern,
        Some(DialingPattern::SpeedDial),
        "{}",
        out.tale()
    );
    assert_eq!(out.inmate_heard(Prompt::SayName).len(), 1);
}

#[test]
fn language_pin_and_number_in_one_go_need_no_prompt() {
    let keys = format!("2{PIN}0{MOTHER}");
    let out = bench::phone(then(typed_in_one_go(&keys), [wait(3500), Step::OnHook]))
        .settings(two_languages(LanguageChoice::Menu))
        .lasting(9)
        .run();
    let offered = out.fact(|f| {
        matches!(
            f,
            Fact::Says {
                prompt: Prompt::LanguageOffer { .. } | Prompt::EnterPin,
                ..
            }
        )
    });
    assert_eq!(offered, None, "{}", out.tale());
    assert_eq!(
        out.heard(out.phone(), Language::SPANISH, Prompt::SayName)
            .len(),
        1
    );
    assert_eq!(out.record().language, Some(Language::SPANISH));
}

/// The back office takes its time, so that keys come in while it looks for the PIN.
fn slow_office(steps: Vec<Step>) -> bench::Scenario {
    let mut scenario = bench::phone(steps).settings(|s| s.back_office_wait = Ticks::secs(4));
    let office_reply = Ticks::ms(3000);
    scenario.options = WorldOptions {
        office_reply,
        ..scenario.options
    };
    scenario
}

/// How many keys came between the PIN and the answer to it.
fn keys_during_check(out: &Outcome) -> usize {
    let facts = out.facts().map(|(_, f)| f);
    facts
        .skip_while(|f| {
            !matches!(
                f,
                Fact::Phase {
                    to: "pin-check",
                    ..
                }
            )
        })
        .take_while(|f| {
            !matches!(
                f,
                Fact::Phase {
                    from: "pin-check",
                    ..
                }
            )
        })
        .filter(|f| matches!(f, Fact::Keyed { .. }))
        .count()
}

#[test]
fn digits_keyed_while_the_pin_is_looked_up_are_kept() {
    let steps = then(
        vec![
            wait(500),
            Step::OffHook,
            wait(400),
            fast(&format!("{PIN}{STRANGER}")),
        ],
        [wait(5000), Step::OnHook],
    );
    let out = slow_office(steps).lasting(10).run();
    assert!(keys_during_check(&out) >= 4, "{}", out.tale());
    assert_eq!(said(&out, Prompt::EnterNumber), 0);
    assert_eq!(out.record().dialed, STRANGER);
}

#[test]
fn digits_typed_ahead_of_a_wrong_pin_are_forgotten() {
    let steps = then(
        vec![wait(500), Step::OffHook, wait(400), fast("6028170215")],
        [wait(5500), Step::dial(PIN), wait(5000), Step::OnHook],
    );
    let out = slow_office(steps).lasting(15).run();
    assert_eq!(keys_during_check(&out), 4, "{}", out.tale());
    // With the four digits kept, the PIN would not have been the right one.
    assert_eq!(said(&out, Prompt::PinTryAgain), 1);
    out.inmate_heard_in_order(&[Prompt::PinTryAgain, Prompt::EnterPin, Prompt::EnterNumber]);
}

#[test]
fn a_number_keyed_on_after_a_wrong_pin_is_no_second_try() {
    let keys = format!("6028170{MOTHER}");
    let steps = then(
        typed_in_one_go(&keys),
        [wait(2500), Step::dial(PIN), wait(2500), Step::OnHook],
    );
    let out = bench::phone(steps).lasting(12).run();
    out.inmate_heard_in_order(&[Prompt::PinTryAgain, Prompt::EnterNumber]);
    assert_eq!(said(&out, Prompt::PinTryAgain), 1, "{}", out.tale());
    assert_eq!(out.told_keys(), ".".repeat(23));
    // The prompt came when the hand was at rest, whole.
    assert!(out.inmate_heard(Prompt::PinTryAgain)[0].at > out.marked("keyed"));
}

#[test]
fn the_pin_prompt_stops_at_the_first_key_and_no_digit_is_cut() {
    let steps = vec![
        wait(500),
        Step::OffHook,
        wait(1600),
        Step::Mark("key"),
        Step::dial(PIN),
        wait(2200),
        Step::OnHook,
    ];
    let out = bench::phone(steps).lasting(7).run();
    assert!(
        out.fact(|f| matches!(f, Fact::PromptStopped { leg: Leg::Phone }))
            .is_some()
    );
    stopped_at(&out, "key");
    assert_eq!(
        out.inmate_heard(Prompt::EnterNumber).len(),
        1,
        "{}",
        out.tale()
    );
}

#[test]
fn the_number_prompt_stops_at_the_first_key_and_no_digit_is_cut() {
    let steps = then(
        typed_in_one_go(PIN),
        [
            wait(1500),
            Step::Mark("key"),
            Step::dial(STRANGER),
            wait(500),
            Step::OnHook,
        ],
    );
    let out = bench::phone(steps).lasting(7).run();
    stopped_at(&out, "key");
    assert_eq!(out.record().dialed, STRANGER, "{}", out.tale());
}

#[test]
fn the_language_menu_stops_at_the_first_key_and_no_digit_is_cut() {
    let steps = vec![
        wait(500),
        Step::OffHook,
        wait(1800),
        Step::Mark("key"),
        Step::dial(&format!("1{PIN}")),
        wait(2200),
        Step::OnHook,
    ];
    let out = bench::phone(steps)
        .settings(two_languages(LanguageChoice::Menu))
        .lasting(8)
        .run();
    let key = out.marked("key");
    let quiet = hearing::first_quiet(&out.phone().heard, key, key + Ticks::secs(1));
    assert!(quiet.expect("it stops").since(key) <= Ticks::ms(100));
    assert_eq!(
        out.inmate_heard(Prompt::EnterNumber).len(),
        1,
        "{}",
        out.tale()
    );
}

#[test]
fn the_second_try_prompt_stops_at_the_first_key_too() {
    let steps = then(
        typed_in_one_go("602817"),
        [
            wait(1200),
            Step::Mark("key"),
            Step::dial(PIN),
            wait(600),
            listen(),
            Step::OnHook,
        ],
    );
    let out = bench::phone(steps).lasting(14).run();
    stopped_at(&out, "key");
    assert_eq!(
        said(&out, Prompt::EnterPin),
        0,
        "what was queued behind it is not said either"
    );
    assert_eq!(
        out.inmate_heard(Prompt::EnterNumber).len(),
        1,
        "{}",
        out.tale()
    );
}
