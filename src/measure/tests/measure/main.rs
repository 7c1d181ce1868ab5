//! Measurements against signals whose truth is known.

mod bits;
mod calls;
mod echoes;
mod tones;

use std::f64::consts::TAU;
use types::frame::{FRAME, Samples};

/// Peak of a sine of 0 dBm0 (ITU-T G.711, table 6).
const ZERO: f64 = 22_651.1;

fn peak(dbm0: f64) -> f64 {
    ZERO * 10f64.powf(dbm0 / 20.0)
}

fn sine(hz: f64, dbm0: f64, count: usize) -> Vec<f64> {
    let turn = TAU * hz / 8000.0;
    (0..count)
        .map(|n| peak(dbm0) * (turn * n as f64 + 0.3).sin())
        .collect()
}

/// Numbers from a seed, about normal, of variance one.
struct Chance(u64);

impl Chance {
    fn bits(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn normal(&mut self) -> f64 {
        let sum: f64 = (0..12)
            .map(|_| self.bits() as f64 / (1u64 << 31) as f64)
            .sum();
        sum - 6.0
    }
}

/// White noise of this flat level.
fn white(dbm0: f64, count: usize) -> Vec<f64> {
    let rms = peak(dbm0) / 2f64.sqrt();
    let mut chance = Chance(7);
    (0..count).map(|_| rms * chance.normal()).collect()
}

fn sum(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

fn samples(values: &[f64]) -> Vec<i16> {
    values
        .iter()
        .map(|v| v.round().clamp(-32768.0, 32767.0) as i16)
        .collect()
}

fn frames(samples: &[i16]) -> impl Iterator<Item = Samples> {
    samples
        .chunks_exact(FRAME)
        .map(|chunk| chunk.try_into().expect("a frame"))
}

/// Asserts nearness, and says what was found.
#[track_caller]
fn near(what: &str, found: f64, wanted: f64, tolerance: f64) {
    assert!(
        (found - wanted).abs() <= tolerance,
        "{what}: {found}, wanted {wanted} +- {tolerance}"
    );
}
