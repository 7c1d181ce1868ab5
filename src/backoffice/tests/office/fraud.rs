//! Fraud on calls to a number: counted over all callers, on disk, and what it brings.

use crate::bench::{Bench, DOE, ONE, ROE, TWO, bench_with, completed, config, open};
use backoffice::{Alert, Config, FraudRule, FraudRules, NumberFlags};
use types::{
    call_record::CallEnd,
    disposition::{Blocked, Disposition, FraudKind},
    id::{CallId, InmateId, LineId},
    phone_number::PhoneNumber,
    query::Query,
    tick::Tick,
};

const NUMBER: &str = "02155550123";
const OTHER: &str = "02155550124";

fn rule(times: u16) -> FraudRule {
    FraudRule {
        times: Some(times),
        period_seconds: 3600,
    }
}

/// Two third parties in an hour block a number for ten minutes, three calls with keys too.
fn strict(config: &mut Config) {
    config.seed.settings.fraud = FraudRules {
        three_way: rule(2),
        extra_digits: rule(3),
        block_seconds: Some(600),
    };
}

fn ended(call: CallId, off_hook_at: Tick, kind: FraudKind) -> CallEnd {
    let mut end = completed(Some(call), off_hook_at);
    match kind {
        FraudKind::ThreeWay => {
            end.flags.three_way = true;
            end.response.three_way_times = 1;
            end.disposition = Disposition::ThreeWay;
        }
        FraudKind::ExtraDigits => {
            end.flags.extra_digits = true;
            end.extra_digits = 7;
        }
    }
    end
}

/// One call on which it happened.
fn happens(bench: &mut Bench, line: LineId, pin: &str, number: &str, kind: FraudKind) {
    let start = bench.now;
    let permit = bench.permitted(line, Some(pin), number);
    bench.wait(90);
    bench.end(line, ended(permit.call, start, kind));
}

fn is_blocked(bench: &mut Bench, pin: &str, number: &str) -> bool {
    let verdict = bench.dial(ONE, Some(pin), number);
    match verdict.outcome {
        Ok(permit) => {
            let end = completed(Some(permit.call), bench.now);
            bench.end(ONE, end);
            false
        }
        Err(refusal) => {
            assert_eq!(refusal.blocked, Blocked::NumberFraud);
            let mut end = completed(Some(refusal.call), bench.now);
            end.disposition = Disposition::Blocked;
            bench.end(ONE, end);
            true
        }
    }
}

#[test]
fn a_number_is_blocked_for_everybody_after_fraud_on_calls_of_different_inmates() {
    let mut bench = bench_with(strict);
    happens(&mut bench, ONE, DOE, NUMBER, FraudKind::ThreeWay);
    assert!(!is_blocked(&mut bench, DOE, NUMBER));
    assert!(bench.office.take_alerts().is_empty());
    happens(&mut bench, TWO, ROE, NUMBER, FraudKind::ThreeWay);
    let alert = Alert::NumberBlocked {
        number: PhoneNumber::parse("2155550123").expect("a number"),
        kind: FraudKind::ThreeWay,
        seconds: Some(600),
    };
    assert_eq!(bench.office.take_alerts(), [alert]);
    for pin in [DOE, ROE] {
        assert!(is_blocked(&mut bench, pin, NUMBER));
        assert!(!is_blocked(&mut bench, pin, OTHER));
    }
    bench.wait(601);
    assert!(!is_blocked(&mut bench, DOE, NUMBER));
}

#[test]
fn fraud_on_calls_by_a_code_counts_for_the_number_that_it_stands_for() {
    let mut bench = bench_with(|config| {
        strict(config);
        config.seed.speed_dials = vec![(7, NUMBER.to_owned())];
    });
    happens(&mut bench, ONE, DOE, "07", FraudKind::ThreeWay);
    happens(&mut bench, TWO, ROE, NUMBER, FraudKind::ThreeWay);
    assert!(is_blocked(&mut bench, DOE, "07"));
    assert!(is_blocked(&mut bench, DOE, NUMBER));
    assert!(!is_blocked(&mut bench, DOE, OTHER));
}

#[test]
fn the_count_and_the_block_outlive_a_restart() {
    let mut bench = bench_with(strict);
    happens(&mut bench, ONE, DOE, NUMBER, FraudKind::ThreeWay);
    let mut bench = bench.restart();
    happens(&mut bench, ONE, ROE, NUMBER, FraudKind::ThreeWay);
    let mut bench = bench.restart();
    assert!(is_blocked(&mut bench, DOE, NUMBER));
}

#[test]
fn a_call_that_is_ended_twice_counts_once() {
    let mut bench = bench_with(strict);
    let start = bench.now;
    let permit = bench.permitted(ONE, Some(DOE), NUMBER);
    bench.wait(90);
    let end = ended(permit.call, start, FraudKind::ThreeWay);
    bench.end(ONE, end.clone());
    bench.end(ONE, end.clone());
    let mut bench = bench.restart();
    bench.end(ONE, end);
    assert!(!is_blocked(&mut bench, DOE, NUMBER));
}

#[test]
fn a_call_with_keys_counts_once_however_many_there_were() {
    let mut bench = bench_with(strict);
    for _ in 0..2 {
        happens(&mut bench, ONE, DOE, NUMBER, FraudKind::ExtraDigits);
    }
    assert!(!is_blocked(&mut bench, DOE, NUMBER));
    happens(&mut bench, ONE, ROE, NUMBER, FraudKind::ExtraDigits);
    assert!(is_blocked(&mut bench, DOE, NUMBER));
}

#[test]
fn an_attorneys_number_is_never_counted_and_never_blocked_for_a_client() {
    let mut bench = bench_with(|config| {
        strict(config);
        // Another inmate calls it too.
        config.seed.settings.rules.people.private_numbers = false;
    });
    let (now, does) = (bench.now, InmateId(1));
    let flags = NumberFlags {
        privileged: true,
        ..NumberFlags::default()
    };
    let number = "2155550123";
    let added = bench
        .office
        .add_pin_number(now, "clerk", does, number, &flags);
    added.expect("is added");
    for _ in 0..5 {
        happens(&mut bench, ONE, DOE, NUMBER, FraudKind::ThreeWay);
    }
    assert!(!is_blocked(&mut bench, ROE, NUMBER), "nothing was counted");
    for _ in 0..2 {
        happens(&mut bench, ONE, ROE, NUMBER, FraudKind::ThreeWay);
    }
    assert!(is_blocked(&mut bench, ROE, NUMBER));
    assert!(!is_blocked(&mut bench, DOE, NUMBER), "it is his attorney");
}

#[test]
fn an_officer_lifts_a_block_and_what_was_counted_is_forgotten() {
    let mut bench = bench_with(strict);
    for _ in 0..2 {
        happens(&mut bench, ONE, DOE, NUMBER, FraudKind::ThreeWay);
    }
    let now = bench.now;
    let lift = |bench: &mut Bench| {
        let lifted = bench.office.lift_number_block(now, "warden", "2155550123");
        lifted.expect("changes")
    };
    assert!(lift(&mut bench));
    assert!(!lift(&mut bench));
    happens(&mut bench, ONE, DOE, NUMBER, FraudKind::ThreeWay);
    assert!(!is_blocked(&mut bench, DOE, NUMBER));
    assert!(
        bench
            .office
            .lift_number_block(now, "warden", "no number")
            .is_err()
    );
}

#[test]
fn without_a_length_a_block_lasts_until_it_is_lifted() {
    let mut bench = bench_with(|config| {
        strict(config);
        config.seed.settings.fraud.block_seconds = None;
    });
    for _ in 0..2 {
        happens(&mut bench, ONE, DOE, NUMBER, FraudKind::ThreeWay);
    }
    bench.wait(400 * 24 * 3600);
    assert!(is_blocked(&mut bench, ROE, NUMBER));
}

#[test]
fn the_rules_are_kept_and_checked() {
    let mut bench = bench_with(strict);
    let kept = |bench: &Bench| bench.office.site_settings().expect("settings");
    let mut settings = kept(&bench);
    assert_eq!(settings.fraud.three_way, rule(2));
    for wrong in [Some(0), Some(1001)] {
        settings.fraud.three_way.times = wrong;
        let now = bench.now;
        let refused = bench.office.set_site_settings(now, "warden", &settings);
        assert!(refused.is_err(), "{wrong:?}");
    }
    settings.fraud.three_way.times = None;
    let now = bench.now;
    let done = bench.office.set_site_settings(now, "warden", &settings);
    done.expect("changes");
    assert_eq!(kept(&bench).fraud, settings.fraud);
    let Bench { dir, office, .. } = bench;
    drop(office);
    let office = open(dir.path(), config());
    assert_eq!(
        office.site_settings().expect("settings").fraud,
        settings.fraud
    );
}

/// The end of a call and what it brings are one transaction with its record.
#[test]
fn nothing_is_counted_for_a_call_of_which_nothing_was_heard() {
    let mut bench = bench_with(strict);
    for _ in 0..9 {
        assert!(!is_blocked(&mut bench, DOE, NUMBER));
    }
    let verdict = bench.ask(ONE, Query::EmptyOffHook);
    assert!(verdict.is_none());
    assert!(bench.office.take_alerts().is_empty());
}

#[test]
fn digits_after_the_last_neither_dodge_the_count_of_fraud_nor_its_block() {
    let number = "011442079460123";
    let [one_more, another] = ["0114420794601231", "0114420794601232"];
    let stranger = "011442079460199";
    // Wherever the number itself comes in: it is blocked with all that begins like it.
    for dialed in [[number, one_more], [one_more, number], [number, number]] {
        let mut bench = bench_with(strict);
        happens(&mut bench, ONE, DOE, stranger, FraudKind::ThreeWay);
        happens(&mut bench, ONE, DOE, dialed[0], FraudKind::ThreeWay);
        assert!(bench.office.take_alerts().is_empty());
        happens(&mut bench, TWO, ROE, dialed[1], FraudKind::ThreeWay);
        let alert = Alert::NumberBlocked {
            number: PhoneNumber::parse("+442079460123").expect("a number"),
            kind: FraudKind::ThreeWay,
            seconds: Some(600),
        };
        assert_eq!(bench.office.take_alerts(), [alert], "{dialed:?}");
        for dialed in [number, one_more, another] {
            assert!(is_blocked(&mut bench, DOE, dialed), "{dialed}");
        }
        assert!(!is_blocked(&mut bench, DOE, stranger));
    }
    // A block of more digits is one of the number that they may have reached.
    let mut bench = bench_with(strict);
    for pin in [DOE, ROE] {
        happens(&mut bench, ONE, pin, one_more, FraudKind::ThreeWay);
    }
    assert!(is_blocked(&mut bench, DOE, number));
    assert!(!is_blocked(&mut bench, DOE, stranger));
    bench.wait(601);
    assert!(!is_blocked(&mut bench, DOE, number));
}
