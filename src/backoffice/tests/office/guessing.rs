//! Wrong PINs: how many are borne, what rests and for how long, and who is told.

use crate::bench::{Bench, DOE, ONE, ROE, TWO, bench_with};
use backoffice::{Alert, Disabled, GuessRule};
use types::{id::InmateId, query::PinAnswer};

const WRONG: &str = "000000";
const DOES_ID: InmateId = InmateId(1);

const RULE: GuessRule = GuessRule {
    borne: Some(3),
    forget_seconds: 600,
    rest_seconds: 60,
    longest_rest_seconds: 3600,
};

fn strict() -> Bench {
    bench_with(|config| config.seed.settings.guessing = RULE)
}

/// So many wrong PINs at the first phone.
fn guess(bench: &mut Bench, times: usize) {
    for _ in 0..times {
        bench.pin(ONE, WRONG);
        bench.wait(1);
    }
}

fn is_good(answer: PinAnswer) -> bool {
    matches!(answer, PinAnswer::Valid { .. })
}

#[test]
fn after_too_many_wrong_pins_a_phone_takes_not_even_a_right_one() {
    let mut bench = strict();
    guess(&mut bench, 3);
    assert!(is_good(bench.pin(ONE, DOE)), "three are borne");
    guess(&mut bench, 1);
    assert_eq!(bench.pin(ONE, DOE), PinAnswer::Resting);
    assert!(is_good(bench.pin(TWO, DOE)), "other phones don't rest");
    bench.wait(60);
    assert!(is_good(bench.pin(ONE, DOE)));
}

#[test]
fn a_right_pin_between_wrong_ones_buys_no_more_of_them() {
    let mut bench = strict();
    for _ in 0..4 {
        guess(&mut bench, 1);
        bench.pin(ONE, DOE);
    }
    assert_eq!(bench.pin(ONE, ROE), PinAnswer::Resting);
}

#[test]
fn the_rests_grow() {
    let mut bench = strict();
    guess(&mut bench, 4);
    bench.wait(60);
    guess(&mut bench, 1);
    bench.wait(60);
    assert_eq!(bench.pin(ONE, DOE), PinAnswer::Resting, "twice as long");
    bench.wait(60);
    assert!(is_good(bench.pin(ONE, DOE)));
}

#[test]
fn a_disabled_pin_that_is_tried_too_often_rests_at_every_phone() {
    let mut bench = strict();
    let now = bench.now;
    let off = Disabled::Until(crate::bench::NOON_ISH + 30_000);
    let done = bench.office.set_pin_disabled(now, "warden", DOES_ID, off);
    done.expect("changes");
    for _ in 0..3 {
        bench.pin(ONE, DOE);
    }
    bench.pin(TWO, DOE);
    assert_eq!(bench.office.take_alerts().len(), 1);
    bench.wait(40);
    assert_eq!(bench.pin(TWO, DOE), PinAnswer::Resting, "though on again");
    assert!(is_good(bench.pin(TWO, ROE)));
    bench.wait(60);
    assert!(is_good(bench.pin(TWO, DOE)));
}

/// Whoever tries it learns that there is such a PIN, as of a disabled one.
#[test]
fn a_pin_that_may_not_be_used_now_counts_for_the_phone() {
    let with = |from: Option<i64>, to: Option<i64>| {
        let mut bench = strict();
        let now = bench.now;
        let done = (bench.office).set_pin_validity(now, "warden", DOES_ID, from, to);
        done.expect("changes");
        bench
    };
    let noon = crate::bench::NOON_ISH;
    let not_yet = with(Some(noon + 86_400_000), None);
    let expired = with(None, Some(noon - 86_400_000));
    let mut in_use = strict();
    in_use.permitted(TWO, Some(DOE), "02155550123");
    for mut bench in [not_yet, expired, in_use] {
        for _ in 0..4 {
            assert_ne!(bench.pin(ONE, DOE), PinAnswer::Resting);
        }
        assert_eq!(bench.pin(ONE, ROE), PinAnswer::Resting);
        assert!(is_good(bench.pin(TWO, ROE)), "the phone rests, not the PIN");
    }
}

#[test]
fn an_officer_ends_a_rest() {
    let mut bench = strict();
    guess(&mut bench, 4);
    let now = bench.now;
    assert!(
        bench
            .office
            .lift_phone_rest(now, "warden", ONE)
            .expect("lifts")
    );
    assert!(is_good(bench.pin(ONE, DOE)));
    let again = bench.office.lift_phone_rest(now, "warden", ONE);
    assert!(!again.expect("nothing to lift"));
}

#[test]
fn each_rest_is_told_once_and_journaled_without_the_pin() {
    let mut bench = strict();
    guess(&mut bench, 10);
    let alert = Alert::PhoneRests {
        line: ONE,
        seconds: 60,
    };
    assert_eq!(bench.office.take_alerts(), [alert]);
    assert_eq!(bench.office.take_alerts(), []);
    let journal = bench.office.journal(0, 1000).expect("reads");
    let told: Vec<_> = journal.iter().filter(|e| e.noun == "alert").collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].subject, "phone 1");
    assert_eq!(told[0].change, alert.to_string());
    assert!(
        journal
            .iter()
            .all(|entry| !format!("{entry:?}").contains(WRONG))
    );
}

#[test]
fn a_restart_forgets_no_wrong_pin() {
    let mut bench = strict();
    guess(&mut bench, 4);
    let mut bench = bench.restart();
    assert_eq!(bench.pin(ONE, DOE), PinAnswer::Resting);
}

#[test]
fn a_site_may_bear_any_number_of_wrong_pins() {
    let mut bench = bench_with(|config| config.seed.settings.guessing.borne = None);
    guess(&mut bench, 50);
    assert!(is_good(bench.pin(ONE, DOE)));
}
