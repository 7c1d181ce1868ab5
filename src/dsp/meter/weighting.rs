//! Weighting of noise by how much it disturbs a listener on the telephone.
//!
//! How: the table's curve, straight lines in dB over the logarithm of the frequency, sampled at
//! equal steps and transformed into a symmetrical transversal filter.

use crate::SAMPLE_RATE;
use std::f64::consts::TAU;

/// Hz and dB.
pub(super) type Curve = [(f64, f64)];

/// C-message (IEEE 743, Bell 41009), 0 dB at 1000 Hz.
pub(super) const C_MESSAGE: &Curve = &[
    (60.0, -55.7),
    (100.0, -42.5),
    (200.0, -25.1),
    (300.0, -16.3),
    (400.0, -11.2),
    (500.0, -7.7),
    (600.0, -5.0),
    (700.0, -2.8),
    (800.0, -1.3),
    (900.0, -0.3),
    (1000.0, 0.0),
    (1200.0, -0.4),
    (1300.0, -0.7),
    (1500.0, -1.2),
    (1800.0, -1.3),
    (2000.0, -1.1),
    (2500.0, -1.1),
    (2800.0, -2.0),
    (3000.0, -3.0),
    (3300.0, -5.1),
    (3500.0, -7.1),
    (4000.0, -14.6),
];

/// Psophometric for telephone circuits (ITU-T O.41, table 1), 0 dB at 800 Hz.
pub(super) const PSOPHOMETRIC: &Curve = &[
    (16.66, -85.0),
    (50.0, -63.0),
    (100.0, -41.0),
    (200.0, -21.0),
    (300.0, -10.6),
    (400.0, -6.3),
    (500.0, -3.6),
    (600.0, -2.0),
    (700.0, -0.9),
    (800.0, 0.0),
    (900.0, 0.6),
    (1000.0, 1.0),
    (1200.0, 0.0),
    (1400.0, -0.9),
    (1600.0, -1.7),
    (1800.0, -2.4),
    (2000.0, -3.0),
    (2500.0, -4.2),
    (3000.0, -5.6),
    (3500.0, -8.5),
    (4000.0, -15.0),
];

/// Taps of the filter; the last is zero, so that there is an even number.
pub(super) const TAPS: usize = 512;
const ODD: usize = TAPS - 1;
const MIDDLE: usize = ODD / 2;

/// The filter that weighs by `curve`.
pub(super) fn taps(curve: &Curve) -> Vec<f32> {
    let step = f64::from(SAMPLE_RATE) / ODD as f64;
    let gains: Vec<f64> = (1..=MIDDLE).map(|k| gain(curve, k as f64 * step)).collect();
    let tap = |n: usize| {
        let turn = TAU * (n as f64 - MIDDLE as f64) / ODD as f64;
        let waves = gains
            .iter()
            .zip(1..)
            .map(|(gain, k)| gain * (turn * f64::from(k)).cos());
        (2.0 * waves.sum::<f64>() / ODD as f64) as f32
    };
    (0..ODD).map(tap).chain([0.0]).collect()
}

/// The curve at a frequency, its first slope carried on below it.
fn gain(curve: &Curve, hz: f64) -> f64 {
    let above = curve.partition_point(|(at, _)| *at < hz);
    let above = above.clamp(1, curve.len() - 1);
    let ((low, from), (high, to)) = (curve[above - 1], curve[above]);
    let part = (hz / low).ln() / (high / low).ln();
    10f64.powf((from + part * (to - from)) / 20.0)
}
