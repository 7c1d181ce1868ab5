//! Off-hook: the controller's own dial tone, when there is one and when not.

use crate::{
    bench::{self, Country, Outcome, PIN, RESTRICTED, then, typed_in_one_go, wait},
    hearing::{self, QUIET},
};
use drivers::sim::{script::Step, tone_plan, transcript::Event};
use types::{
    disposition::{Disposition, EndedBy},
    fact::Fact,
    phone_number::DialingPattern,
    prompt::Prompt,
    tick::{Tick, Ticks},
};

const DIAL_TONE_HZ: [f64; 2] = [350.0, 440.0];
const GERMANY: Country = Country {
    table: "de",
    area: "30",
    heard_as: &tone_plan::DE,
};

fn off_hook(out: &Outcome) -> Tick {
    let lifted = out.phone().first(|e| *e == Event::OffHook);
    lifted.expect("the handset was lifted")
}

/// How much of what the inmate heard was dial tone, from and to milliseconds after `from`.
fn dial_tone(out: &Outcome, from: Tick, ms: (u64, u64)) -> f64 {
    let (begin, end) = (from + Ticks::ms(ms.0), from + Ticks::ms(ms.1));
    hearing::tone_share(&out.phone().heard, &DIAL_TONE_HZ, begin, end)
}

/// Whether the inmate heard nothing at all.
fn silent(out: &Outcome, from: Tick, ms: (u64, u64)) -> bool {
    let (begin, end) = (from + Ticks::ms(ms.0), from + Ticks::ms(ms.1));
    hearing::rms(&out.phone().heard, begin, end) < QUIET
}

fn times_entered(out: &Outcome, phase: &str) -> usize {
    out.phases().iter().filter(|p| **p == phase).count()
}

#[test]
fn dial_tone_comes_within_100_ms_of_off_hook() {
    let out = bench::phone(vec![wait(500), Step::OffHook, wait(900), Step::OnHook])
        .lasting(3)
        .run();
    let lifted = off_hook(&out);
    let sounds = hearing::first_sound(&out.phone().heard, lifted, lifted + Ticks::ms(500));
    let sounds = sounds.expect("something is heard");
    assert!(sounds.since(lifted) <= Ticks::ms(100), "{sounds:?}");
    // And it is dial tone from there on, with nothing before or in it.
    let ms = sounds.since(lifted).as_ms();
    assert!(dial_tone(&out, lifted, (ms + 10, ms + 210)) > 0.98);
    assert!(dial_tone(&out, lifted, (200, 800)) > 0.98);
}

#[test]
fn dial_tone_is_that_of_the_country() {
    let mut scenario =
        bench::phone(vec![wait(500), Step::OffHook, wait(900), Step::OnHook]).lasting(3);
    scenario.country = GERMANY;
    let out = scenario.run();
    let lifted = off_hook(&out);
    let (from, to) = (lifted + Ticks::ms(200), lifted + Ticks::ms(800));
    let share = hearing::tone_share(&out.phone().heard, &[425.0], from, to);
    assert!(share > 0.98, "{share}");
}

#[test]
fn dial_tone_stops_at_the_first_key() {
    let steps = vec![
        wait(500),
        Step::OffHook,
        wait(700),
        Step::Mark("key"),
        Step::dial("4"),
        wait(1400),
        Step::OnHook,
    ];
    let out = bench::phone(steps)
        .settings(|s| s.dial_tone = Ticks::secs(5))
        .lasting(5)
        .run();
    let key = out.marked("key");
    assert!(dial_tone(&out, off_hook(&out), (200, 700)) > 0.98);
    assert!(silent(&out, key, (100, 1400)), "{}", out.tale());
}

#[test]
fn dial_tone_gives_way_to_the_prompt_after_its_set_time() {
    let out = bench::phone(vec![wait(500), Step::OffHook, wait(4000), Step::OnHook])
        .settings(|s| s.dial_tone = Ticks::ms(2000))
        .lasting(6)
        .run();
    let lifted = off_hook(&out);
    assert!(dial_tone(&out, lifted, (200, 2000)) > 0.98);
    assert!(dial_tone(&out, lifted, (2100, 3000)) < 0.05);
    let prompt = out.inmate_heard(Prompt::EnterPin);
    let after = prompt[0].at.since(lifted);
    assert!((2000..2100).contains(&after.as_ms()), "{after:?}");
}

#[test]
fn a_phone_out_of_service_says_so_at_once_and_then_gives_fast_busy() {
    let steps = vec![
        wait(500),
        Step::OffHook,
        wait(400),
        Step::dial(PIN),
        Step::await_fast_busy(Ticks::secs(8)),
        Step::OnHook,
    ];
    let out = bench::phone(steps)
        .site(|seed| seed.phones[0].1.in_service = false)
        .lasting(9)
        .run();
    let lifted = off_hook(&out);
    let heard = out.inmate_heard(Prompt::OutOfService);
    assert_eq!(heard.len(), 1, "{}", out.tale());
    assert!(heard[0].at.since(lifted) <= Ticks::ms(100), "{heard:?}");
    assert_eq!(out.phone().timed_out().count(), 0, "fast busy is heard");
    // No key stopped the prompt, was taken, or was told in clear.
    assert!(
        out.fact(|f| matches!(f, Fact::PromptStopped { .. }))
            .is_none()
    );
    assert_eq!(times_entered(&out, "pin"), 0);
    assert_eq!(out.told_keys(), "......");
    assert!(out.records.is_empty(), "{:#?}", out.records);
    assert_eq!(out.empty_off_hooks, 1);
}

#[test]
fn an_off_hook_without_a_digit_leaves_no_record_but_is_counted() {
    let once = [
        wait(500),
        Step::OffHook,
        wait(1800),
        Step::OnHook,
        wait(1800),
    ];
    let out = bench::phone([once.clone(), once].concat())
        .lasting(10)
        .run();
    assert!(out.records.is_empty(), "{:#?}", out.records);
    assert_eq!(out.empty_off_hooks, 2);
}

#[test]
fn a_single_digit_and_a_hang_up_leave_a_record() {
    let out = bench::phone(then(typed_in_one_go("4"), [wait(500), Step::OnHook]))
        .lasting(4)
        .run();
    let record = out.record();
    assert_eq!(record.disposition, Disposition::Abandoned);
    assert_eq!(record.ended_by, Some(EndedBy::Inmate));
    assert_eq!(
        (record.dialed.as_str(), record.pattern),
        ("", None::<DialingPattern>)
    );
    assert_eq!(out.empty_off_hooks, 0);
}

/// Lifts, hangs up, and lifts again after so long.
fn lifted_again_after(ms: u64) -> Outcome {
    let steps = vec![
        wait(500),
        Step::OffHook,
        wait(600),
        Step::OnHook,
        wait(ms),
        Step::OffHook,
        Step::Mark("again"),
        wait(1000),
        Step::dial("1"),
        wait(700),
        Step::OnHook,
    ];
    bench::phone(steps)
        .settings(|s| {
            s.on_hook_guard = Ticks::ms(1500);
            s.dial_tone = Ticks::secs(3);
        })
        .lasting(6)
        .run()
}

#[test]
fn lifting_again_before_on_hook_lasted_its_time_gives_no_dial_tone() {
    let out = lifted_again_after(1400);
    assert!(
        silent(&out, out.marked("again"), (0, 1800)),
        "{}",
        out.tale()
    );
    // A key there is nobody's, and may be part of a PIN.
    assert_eq!(out.told_keys(), ".");
    assert!(out.records.is_empty(), "{:#?}", out.records);
}

#[test]
fn lifting_again_after_on_hook_lasted_its_time_gives_dial_tone() {
    let out = lifted_again_after(1550);
    let again = out.marked("again");
    let sounds = hearing::first_sound(&out.phone().heard, again, again + Ticks::ms(500));
    assert!(sounds.expect("dial tone").since(again) <= Ticks::ms(100));
    assert!(dial_tone(&out, again, (200, 900)) > 0.98, "{}", out.tale());
}

#[test]
fn who_lifted_too_soon_hears_fast_busy_and_waits_from_the_next_on_hook() {
    let steps = vec![
        wait(500),
        Step::OffHook,
        wait(600),
        Step::OnHook,
        wait(700),
        Step::OffHook,
        Step::await_fast_busy(Ticks::secs(14)),
        Step::Mark("fast busy"),
        Step::OnHook,
        wait(1000),
        Step::OffHook,
        Step::Mark("too soon"),
        wait(600),
        Step::OnHook,
        wait(1700),
        Step::OffHook,
        Step::Mark("in time"),
        wait(900),
        Step::OnHook,
    ];
    let out = bench::phone(steps).lasting(20).run();
    assert_eq!(out.phone().timed_out().count(), 0, "{}", out.tale());
    assert!(silent(&out, out.marked("too soon"), (0, 600)));
    assert!(dial_tone(&out, out.marked("in time"), (200, 800)) > 0.98);
}

#[test]
fn after_a_refused_call_fast_busy_lasts_until_on_hook() {
    let steps = then(
        typed_in_one_go(&format!("{PIN}0{RESTRICTED}")),
        [
            Step::await_fast_busy(Ticks::secs(10)),
            Step::dial("2155550199"),
            wait(8000),
            // Still the same, two whole cycles of it.
            Step::await_fast_busy(Ticks::ms(1500)),
            Step::OnHook,
            wait(1000),
            Step::OffHook,
            Step::Mark("too soon"),
            wait(700),
            Step::OnHook,
        ],
    );
    let out = bench::phone(steps).lasting(26).run();
    assert_eq!(out.phone().timed_out().count(), 0, "{}", out.tale());
    assert_eq!(out.inmate_heard(Prompt::NumberRestricted).len(), 1);
    assert!(silent(&out, out.marked("too soon"), (0, 700)));
    assert_eq!(times_entered(&out, "dial-tone"), 1);
    assert_eq!(out.record().disposition, Disposition::Blocked);
}

#[test]
fn a_flash_during_dial_tone_is_no_hang_up() {
    let steps = vec![
        wait(500),
        Step::OffHook,
        wait(500),
        Step::flash_ms(300),
        Step::Mark("flashed"),
        wait(800),
        Step::OnHook,
    ];
    let out = bench::phone(steps)
        .settings(|s| s.dial_tone = Ticks::secs(5))
        .lasting(4)
        .run();
    assert!(
        dial_tone(&out, out.marked("flashed"), (100, 800)) > 0.98,
        "{}",
        out.tale()
    );
    assert!(out.fact(|f| matches!(f, Fact::Flash)).is_some());
    assert_eq!(times_entered(&out, "dial-tone"), 1);
    assert_eq!(out.empty_off_hooks, 1);
}
