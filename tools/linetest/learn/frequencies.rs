//! The frequencies that sound steadily on a recording.
//!
//! How: transforms of a quarter of a second, half a quarter further each time. The peaks of each, to
//! a fraction of a hertz, are tallied by frequency with their power; what has a fair share is kept,
//! but for what keying makes beside a tone.

use std::f32::consts::TAU;

use dsp::{SAMPLE_RATE, level::power_dbm0};
use rustfft::{FftPlanner, num_complex::Complex};

const POINTS: usize = 2048;
const HOP: usize = POINTS / 4;
const HZ_A_BIN: f32 = SAMPLE_RATE as f32 / POINTS as f32;

/// Hz that pass a telephone channel.
const BAND: std::ops::Range<f32> = 180.0..3500.0;

/// A peak is this much below the strongest of its window at most (14 dB).
const SHARE_OF_WINDOW: f32 = 0.04;
/// A frequency has this much of the strongest one's power on the whole.
const SHARE_OF_ALL: f32 = 0.02;
/// Weaker windows hold nothing.
const LEAST_DBM0: f32 = -55.0;
/// Peaks that are one frequency.
const SAME_HZ: f32 = 9.0;
/// So near to a tone, and so much weaker (10 dB), is what switching it on and off makes: bursts of
/// 100 ms have a line 15 Hz off and 13.5 dB down. The sidebands of a modulated tone are stronger.
const KEYED_HZ: f32 = 30.0;
const KEYED_SHARE: f32 = 0.1;
/// The most that are kept, the strongest.
const MOST: usize = 16;

/// Ascending, in Hz; none when nothing is strong enough.
pub(super) fn steady(samples: &[i16]) -> Vec<f32> {
    let mut tally: Vec<Tally> = Vec::new();
    for (hz, power) in peaks(samples) {
        match tally
            .iter_mut()
            .find(|known| (known.hz() - hz).abs() < SAME_HZ)
        {
            Some(known) => known.add(hz, power),
            None => tally.push(Tally {
                product: hz * power,
                power,
            }),
        }
    }
    tally.sort_by(|a, b| b.power.total_cmp(&a.power));
    let strongest = tally.first().map_or(0.0, |first| first.power);
    tally.retain(|known| known.power >= SHARE_OF_ALL * strongest);
    let mut kept: Vec<Tally> = Vec::new();
    for known in tally {
        if !kept.iter().any(|strong| strong.makes(&known)) {
            kept.push(known);
        }
    }
    kept.truncate(MOST);
    let mut freqs: Vec<f32> = kept.iter().map(Tally::hz).collect();
    freqs.sort_by(f32::total_cmp);
    freqs
}

struct Tally {
    /// Sum of power times frequency.
    product: f32,
    power: f32,
}

impl Tally {
    fn hz(&self) -> f32 {
        self.product / self.power
    }

    /// Whether switching this tone makes that one.
    fn makes(&self, weak: &Tally) -> bool {
        (self.hz() - weak.hz()).abs() < KEYED_HZ && weak.power < KEYED_SHARE * self.power
    }

    fn add(&mut self, hz: f32, power: f32) {
        self.product += hz * power;
        self.power += power;
    }
}

/// The peaks of all windows, as Hz and mean square.
fn peaks(samples: &[i16]) -> Vec<(f32, f32)> {
    let fft = FftPlanner::new().plan_fft_forward(POINTS);
    let window: Vec<f32> = (0..POINTS)
        .map(|at| 0.5 - 0.5 * (TAU * (at as f32 + 0.5) / POINTS as f32).cos())
        .collect();
    let mut buffer = vec![Complex::default(); POINTS];
    let mut found = Vec::new();
    let mut start = 0;
    loop {
        let here = &samples[start.min(samples.len())..samples.len().min(start + POINTS)];
        buffer.fill(Complex::default());
        for (to, (&sample, weight)) in buffer.iter_mut().zip(here.iter().zip(&window)) {
            to.re = f32::from(sample) * weight;
        }
        fft.process(&mut buffer);
        let powers: Vec<f32> = buffer[..POINTS / 2].iter().map(Complex::norm_sqr).collect();
        found.extend(peaks_of(&powers));
        start += HOP;
        if start + POINTS > samples.len() {
            return found;
        }
    }
}

fn peaks_of(powers: &[f32]) -> Vec<(f32, f32)> {
    let band = (BAND.start / HZ_A_BIN) as usize..(BAND.end / HZ_A_BIN) as usize;
    let strongest = powers[band.clone()].iter().copied().fold(0.0, f32::max);
    let sum = POINTS as f32 / 2.0;
    let mean_square = |power: f32| power * 2.0 / (sum * sum);
    if power_dbm0(mean_square(strongest)) < LEAST_DBM0 {
        return Vec::new();
    }
    let is_peak = |&bin: &usize| {
        powers[bin] >= SHARE_OF_WINDOW * strongest
            && powers[bin] > powers[bin - 1]
            && powers[bin] >= powers[bin + 1]
    };
    let peaks = band.filter(is_peak).map(|bin| {
        // The parabola through the logarithms of the bin and its neighbours.
        let [a, b, c] = [powers[bin - 1], powers[bin], powers[bin + 1]].map(|p| p.max(1e-6).ln());
        let curve = a - 2.0 * b + c;
        let off = if curve < 0.0 {
            0.5 * (a - c) / curve
        } else {
            0.0
        };
        ((bin as f32 + off) * HZ_A_BIN, mean_square(powers[bin]))
    });
    peaks.collect()
}
