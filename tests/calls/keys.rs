//! Keys over bad copper: what the limits allow is taken, what they forbid is not.

use crate::bench::{self, Outcome, PIN, STRANGER, then, wait};
use drivers::sim::{
    copper::Copper,
    noise::Colour,
    script::{Keying, Step},
};
use types::{digits::Digits, tick::Ticks};

/// Every key there is but `*`, which would start again, and the letters: PIN, number, `#`.
fn all_keys(keying: Keying) -> Vec<Step> {
    let digits = Digits::parse(&format!("{PIN}0116{STRANGER}7#")).expect("digits");
    let steps = vec![
        wait(500),
        Step::OffHook,
        wait(400),
        Step::Dial { digits, keying },
    ];
    then(steps, [wait(300), Step::OnHook])
}

fn keyed(keying: Keying, copper: Copper) -> Outcome {
    let mut scenario = bench::phone(all_keys(keying))
        .settings(|s| s.inter_digit = Ticks::secs(2))
        .lasting(7);
    scenario.phone_copper = copper;
    scenario.run()
}

fn all_taken(out: &Outcome) {
    assert_eq!(
        out.told_keys(),
        format!("......0116{STRANGER}7#"),
        "{}",
        out.tale()
    );
    assert_eq!(out.record().dialed, format!("0116{STRANGER}7"));
}

/// A loop without twist of its own.
fn flat() -> Copper {
    Copper {
        twist_db: 0.0,
        ..Copper::default()
    }
}

/// At the shortest length and pause that must be taken, with some tolerance of a real key.
fn short_keys() -> Keying {
    Keying {
        on: Ticks::ms(50),
        off: Ticks::ms(50),
        ..Keying::STANDARD
    }
}

#[test]
fn keys_are_taken_at_15_db_over_noise() {
    // Row at -12, column at -10: -7.9 dBm0 together, and 1 dB of loss.
    let keying = Keying {
        level_dbm0: -12.0,
        ..short_keys()
    };
    let copper = Copper {
        noise: Some((Colour::White, -7.9 - 1.0 - 15.0)),
        ..flat()
    };
    all_taken(&keyed(keying, copper));
}

#[test]
fn keys_are_taken_with_the_column_4_db_above_the_row() {
    let keying = Keying {
        level_dbm0: -12.0,
        twist_db: 4.0,
        ..short_keys()
    };
    all_taken(&keyed(keying, flat()));
}

#[test]
fn keys_are_taken_with_the_column_8_db_below_the_row() {
    let keying = Keying {
        level_dbm0: -9.0,
        twist_db: -8.0,
        ..short_keys()
    };
    all_taken(&keyed(keying, flat()));
}

#[test]
fn keys_are_taken_after_a_long_loop_that_twists_them() {
    // A loop of several kilometres: 7 dB of loss, highs 5 dB down.
    let copper = Copper {
        loss_in_db: 7.0,
        loss_out_db: 7.0,
        twist_db: -5.0,
        ..Copper::default()
    };
    all_taken(&keyed(short_keys(), copper));
}

#[test]
fn keys_are_taken_at_minus_25_dbm0() {
    // Both tones together, at the port: each 3 dB less, and 1 dB of loss.
    let keying = Keying {
        level_dbm0: -27.0,
        twist_db: 0.0,
        ..short_keys()
    };
    all_taken(&keyed(keying, flat()));
}

#[test]
fn keys_of_23_ms_are_not_taken() {
    let keying = Keying {
        on: Ticks::ms(23),
        off: Ticks::ms(77),
        ..Keying::STANDARD
    };
    let out = keyed(keying, Copper::default());
    assert_eq!(out.told_keys(), "", "{}", out.tale());
    assert!(out.records.is_empty(), "{:#?}", out.records);
    assert_eq!(out.empty_off_hooks, 1);
}
