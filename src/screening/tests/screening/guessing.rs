//! How wrong PINs are slowed down.

use proptest::prelude::*;
use screening::{GuessRule, Guesses};

const NOW: i64 = 1_790_000_000_000;
const RULE: GuessRule = GuessRule {
    borne: Some(3),
    forget_seconds: 600,
    rest_seconds: 60,
    longest_rest_seconds: 200,
};

/// The rests that these failures bring; each is at an instant, in seconds.
fn rests(rule: &GuessRule, failures: &[i64]) -> Vec<Option<u32>> {
    let mut guesses = Guesses::default();
    let fail = |at: &i64| guesses.fail(NOW + at * 1000, rule);
    failures.iter().map(fail).collect()
}

#[test]
fn a_few_failures_are_borne_and_the_next_brings_a_rest() {
    assert_eq!(rests(&RULE, &[0, 5, 9, 12]), [None, None, None, Some(60)]);
}

#[test]
fn each_rest_is_twice_the_last_up_to_the_longest() {
    let failures = [0, 1, 2, 3, 70, 200, 500];
    let longer = [Some(60), Some(120), Some(200), Some(200)];
    assert_eq!(rests(&RULE, &failures)[3..], longer);
}

#[test]
fn a_failure_now_and_then_never_adds_up() {
    let failures: Vec<i64> = (0..100).map(|n| n * 600).collect();
    assert!(rests(&RULE, &failures).iter().all(Option::is_none));
}

#[test]
fn after_a_quiet_time_the_first_rest_is_short_again() {
    let failures = [0, 1, 2, 3, 70, 5000, 5001, 5002, 5003];
    assert_eq!(rests(&RULE, &failures)[5..], [None, None, None, Some(60)]);
}

#[test]
fn it_rests_until_its_time_has_come() {
    let mut guesses = Guesses::default();
    for _ in 0..4 {
        guesses.fail(NOW, &RULE);
    }
    assert!(guesses.is_resting(NOW, &RULE));
    assert!(guesses.is_resting(NOW + 59_999, &RULE));
    assert!(!guesses.is_resting(NOW + 60_000, &RULE));
}

#[test]
fn a_clock_that_is_set_back_makes_no_rest_of_years() {
    let mut guesses = Guesses::default();
    for _ in 0..4 {
        guesses.fail(NOW, &RULE);
    }
    let year = 365 * 86_400_000;
    assert!(!guesses.is_resting(NOW - year, &RULE));
    assert_eq!(guesses.fail(NOW - year, &RULE), Some(120));
}

#[test]
fn where_nothing_is_set_nothing_rests() {
    let rule = GuessRule {
        borne: None,
        ..RULE
    };
    assert!(rests(&rule, &[0; 50]).iter().all(Option::is_none));
}

proptest! {
    /// Whatever the guesser's timing, and whatever good PINs lie between: what is tried in a day
    /// is bounded by what is borne and what is forgotten.
    #[test]
    fn guesses_in_a_day_are_bounded(gaps in prop::collection::vec(0i64..4000, 1..2000)) {
        let rule = GuessRule::standard();
        let (mut guesses, mut now, mut tried) = (Guesses::default(), NOW, 0i64);
        for gap in gaps {
            now += gap * 1000;
            if now > NOW + 86_400_000 {
                break;
            }
            if !guesses.is_resting(now, &rule) {
                guesses.fail(now, &rule);
                tried += 1;
            }
        }
        // Each rest of a full bucket lets one more through; after six they are an hour long.
        prop_assert!(tried <= 8 + 86_400 / 600 + 6 + 24, "{tried} tries");
    }
}
