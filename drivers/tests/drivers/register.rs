//! The central office's DTMF register at its limits, fed directly.

use crate::bench::{key_samples, sine};
use drivers::sim::{
    clip::Clip,
    dtmf_register::DtmfRegister,
    noise::{Colour, Noise},
};
use types::{digits::Digit, frame::FRAME};

fn heard(samples: &[i16]) -> String {
    let mut register = DtmfRegister::new();
    let mut digits = String::new();
    for chunk in samples.chunks_exact(FRAME) {
        if let Some(digit) = register.hear(chunk.try_into().expect("80 samples")) {
            digits.push(digit.ascii() as char);
        }
    }
    digits
}

/// Digits with the same pause after each, begun at `offset` samples.
fn dialed(
    digits: &str,
    on_ms: u64,
    pause_ms: usize,
    level: f64,
    twist: f64,
    offset: usize,
) -> Vec<i16> {
    let mut samples = vec![0; offset];
    for digit in digits.bytes() {
        samples.extend(key_samples(digit, on_ms, level, twist));
        samples.extend(vec![0; 8 * pause_ms]);
    }
    samples.extend([0; 800]);
    samples
}

fn all() -> String {
    Digit::ALL.iter().map(|&c| c as char).collect()
}

#[test]
fn all_sixteen_digits() {
    assert_eq!(heard(&dialed(&all(), 60, 60, -8.0, 0.0, 0)), all());
}

#[test]
fn forty_milliseconds_are_accepted_and_23_refused_at_any_phase() {
    for offset in 0..80 {
        assert_eq!(
            heard(&dialed(&all(), 40, 45, -8.0, 0.0, offset)),
            all(),
            "at {offset}"
        );
        assert_eq!(
            heard(&dialed(&all(), 23, 45, -8.0, 0.0, offset)),
            "",
            "at {offset}"
        );
        assert_eq!(
            heard(&dialed(&all(), 20, 45, -8.0, 0.0, offset)),
            "",
            "at {offset}"
        );
    }
}

#[test]
fn levels_from_0_to_minus_25() {
    for level in [0.0, -3.0, -10.0, -20.0, -25.0] {
        assert_eq!(
            heard(&dialed(&all(), 50, 50, level, 0.0, 13)),
            all(),
            "{level} dBm0"
        );
    }
    assert_eq!(heard(&dialed(&all(), 80, 50, -45.0, 0.0, 13)), "");
}

#[test]
fn twist_from_minus_8_to_4() {
    for twist in [-8.0, -4.0, 0.0, 4.0] {
        assert_eq!(
            heard(&dialed(&all(), 50, 50, -10.0, twist, 29)),
            all(),
            "{twist} dB"
        );
    }
    for twist in [-14.0, 10.0] {
        assert_eq!(
            heard(&dialed(&all(), 50, 50, -10.0, twist, 29)),
            "",
            "{twist} dB"
        );
    }
}

#[test]
fn frequencies_within_1_5_percent_and_not_3_5() {
    for (off, wanted) in [(1.015, "5"), (0.985, "5"), (1.035, ""), (0.965, "")] {
        let low = sine(770.0 * off, -8.0, 80);
        let high = sine(1336.0 * off, -8.0, 80);
        let mut both: Vec<i16> = low.iter().zip(&high).map(|(a, b)| a + b).collect();
        both.extend([0; 800]);
        assert_eq!(heard(&both), wanted, "{off}");
    }
}

#[test]
fn the_same_digit_twice_is_two() {
    assert_eq!(heard(&dialed("5555", 50, 40, -8.0, 0.0, 7)), "5555");
    assert_eq!(heard(&dialed("5", 2000, 40, -8.0, 0.0, 7)), "5");
}

#[test]
fn noise_of_15_db_under_a_digit_does_not_matter() {
    let mut noise = Noise::new(Colour::White, -20.0, 3);
    let samples: Vec<i16> = dialed(&all(), 60, 60, -8.0, 0.0, 0)
        .iter()
        .map(|&s| s + noise.sample() as i16)
        .collect();
    assert_eq!(heard(&samples), all());
}

#[test]
fn speech_is_no_digit() {
    for clip in [
        Clip::inmate_talk(),
        Clip::inmate_shout(),
        Clip::inmate_name(),
        Clip::called_talk(),
    ] {
        assert_eq!(heard(clip.samples()), "", "{clip:?}");
    }
}
