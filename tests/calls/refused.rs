//! Refusals that are no matter of one table, and what follows a refusal; what an entry says of
//! a call beyond letting it through.

use crate::{
    bench::{self, MOTHER, RESTRICTED, STRANGER, Scenario, then, wait},
    hearing,
    short::{dials, failing, hears_fast_busy, ringing},
};
use backoffice::{Disabled, NumberFlags};
use drivers::sim::script::Step;
use types::{
    disposition::Blocked,
    id::InmateId,
    language::Language,
    prompt::Prompt,
    tick::{Tick, Ticks},
    verdict::{Handling, RecordingRule},
};

#[test]
fn a_restricted_number_is_refused_however_it_is_dialed() {
    for dialed in ["09005550100", "19005550100"] {
        failing(dialed)
            .run()
            .refused(Prompt::NumberRestricted, Blocked::NumberRestricted);
    }
}

#[test]
fn a_disabled_pin_is_refused_before_a_number_is_asked() {
    let out = failing(MOTHER)
        .prepared(|office| {
            let disabled =
                office.set_pin_disabled(Tick::ZERO, "warden", InmateId(1), Disabled::ForGood);
            disabled.expect("the first inmate's PIN");
        })
        .run();
    out.told_then_fast_busy(Prompt::PinDisabled);
    out.no_trunk_seized();
    assert_eq!(out.record().blocked, Some(Blocked::PinDisabled));
    assert_eq!(out.record().dialed, "");
}

#[test]
fn a_pin_that_is_in_a_call_is_refused_at_another_phone() {
    let second = then(vec![wait(4500)], then(dials(STRANGER), hears_fast_busy()));
    let out = bench::phone(then(dials(MOTHER), [wait(16_000), Step::OnHook]))
        .and_phone(second)
        .lasting(22)
        .run();
    out.nothing_was_missed();
    let told = out.heard(&out.phones[1], Language::ENGLISH, Prompt::PinInUse);
    assert_eq!(told.len(), 1, "{}", out.tale());
    let blocked: Vec<Option<Blocked>> = out.records.iter().map(|r| r.blocked).collect();
    assert_eq!(blocked, [None, Some(Blocked::PinInUse)]);
    assert_eq!(out.dialed().len(), 1, "only the first call was dialed");
}

// ---- what an entry says beyond letting through

fn left_ringing() -> Scenario {
    ringing(then(dials(STRANGER), [wait(5500), Step::OnHook])).lasting(12)
}

#[test]
fn one_privileged_entry_makes_the_call_privileged() {
    let lawyer = NumberFlags {
        privileged: true,
        ..NumberFlags::default()
    };
    let out = left_ringing()
        .site(move |seed| {
            seed.inmates[0].numbers.push((STRANGER.to_owned(), lawyer));
        })
        .run();
    assert_eq!(out.record().recording, Some(RecordingRule::Privileged));
    assert!(out.story.tap.is_empty(), "no audio left the line");
}

#[test]
fn a_call_that_may_be_recorded_is_tapped() {
    let out = left_ringing().run();
    assert_eq!(out.record().recording, Some(RecordingRule::Record));
    assert_eq!(out.record().handling, Some(Handling::Direct));
    assert_eq!(out.record().acceptance, Some(false));
    assert!(!out.story.tap.is_empty());
}

// ---- after a refusal

#[test]
fn after_a_refusal_there_is_no_dial_tone_before_on_hook_lasted_its_time() {
    let steps = then(
        failing_steps(),
        [
            wait(1300),
            Step::OffHook,
            Step::Mark("too soon"),
            wait(3000),
            Step::OnHook,
            wait(2500),
            Step::OffHook,
            Step::Mark("in time"),
            wait(400),
            Step::OnHook,
        ],
    );
    let out = bench::phone(steps).lasting(30).run();
    out.nothing_was_missed();
    let heard = &out.phone().heard;
    let soon = out.phone().mark("too soon").expect("lifted");
    let level = hearing::rms(heard, soon, soon + Ticks::ms(2900));
    assert!(level < 20.0, "silence: {level}");
    let late = out.phone().mark("in time").expect("lifted");
    let level = hearing::rms(heard, late + Ticks::ms(100), late + Ticks::ms(300));
    assert!(level > 500.0, "dial tone within 100 ms: {level}");
    assert_eq!(
        out.records.len(),
        1,
        "the other two were off-hooks without a digit"
    );
}

fn failing_steps() -> Vec<Step> {
    then(dials(RESTRICTED), hears_fast_busy())
}
