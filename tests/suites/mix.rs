//! Audio put together: speed, level, noise, several sources in one, companding.
//!
//! What: the pieces that suites make cases of. Samples are `f32` in the units of 16-bit samples
//! until [`to_pcm`]; levels are dBm0 of [`dsp::level`].
//!
//! How: speeds change by a windowed sinc with exact phases ([`Resampler`]); noise is normal noise
//! through a filter whose gain is known ([`Noise`]), so that its level is exact in the mean.
//!
//! Limits: the resampler passes 0 to 3.4 kHz within 0.1 dB and keeps images and aliases
//! 80 dB down; it is fast enough to stream a hundred hours.

use crate::random::Random;
use dsp::level::{SILENCE_DBM0, ZERO_DBM0_PEAK};
use std::f64::consts::PI;
use types::frame::Law;

/// Samples as the parts here work on them.
pub fn to_float(samples: &[i16]) -> Vec<f32> {
    samples.iter().map(|&sample| f32::from(sample)).collect()
}

/// Rounded, and clipped as a converter does.
pub fn to_pcm(samples: &[f32]) -> Vec<i16> {
    let mut pcm = Vec::new();
    push_pcm(samples, &mut pcm);
    pcm
}

/// [`to_pcm`] onto the end of what is there.
pub fn push_pcm(samples: &[f32], pcm: &mut Vec<i16>) {
    pcm.extend(samples.iter().map(|sample| sample.round_ties_even() as i16));
}

/// The factor of so many dB.
pub fn factor(db: f64) -> f32 {
    10f64.powf(db / 20.0) as f32
}

pub fn gain(samples: &mut [f32], db: f64) {
    let factor = factor(db);
    samples.iter_mut().for_each(|sample| *sample *= factor);
}

/// Adds `other`, louder by `db`, from the beginning on; what is longer than `into` is left out.
pub fn mix(into: &mut [f32], other: &[f32], db: f64) {
    let factor = factor(db);
    for (sample, other) in into.iter_mut().zip(other) {
        *sample += factor * other;
    }
}

/// The level of all samples together.
pub fn level_dbm0(samples: &[f32]) -> f64 {
    power_dbm0(power(samples))
}

/// The level of speech while somebody speaks: of the 10 ms frames that are less than 15.9 dB below
/// it (the margin of ITU-T P.56).
pub fn active_level_dbm0(samples: &[f32]) -> f64 {
    let powers: Vec<f64> = samples.chunks(80).map(power).collect();
    let mut active = power(samples);
    // Each round leaves frames out, so the level rises until it stands.
    for _ in 0..powers.len() {
        let least = active * 10f64.powf(-1.59);
        let spoken = powers
            .iter()
            .filter(|&&power| power >= least && power > 0.0);
        let (sum, count) = spoken.fold((0.0, 0), |(sum, n), power| (sum + power, n + 1));
        if count == 0 || sum / f64::from(count) <= active * 1.000_001 {
            break;
        }
        active = sum / f64::from(count);
    }
    power_dbm0(active)
}

/// Makes the level of all samples together this one; silence stays.
pub fn set_level(samples: &mut [f32], dbm0: f64) {
    let now = level_dbm0(samples);
    if now > f64::from(SILENCE_DBM0) {
        gain(samples, dbm0 - now);
    }
}

/// Makes the level of the speech in it this one; silence stays.
pub fn set_active_level(samples: &mut [f32], dbm0: f64) {
    let now = active_level_dbm0(samples);
    if now > f64::from(SILENCE_DBM0) {
        gain(samples, dbm0 - now);
    }
}

/// Through a codec of this law and back.
pub fn companded(law: Law, samples: &mut [i16]) {
    let mut octets = [0; 512];
    for part in samples.chunks_mut(octets.len()) {
        let octets = &mut octets[..part.len()];
        dsp::g711::encode(law, part, octets);
        dsp::g711::decode(law, octets, part);
    }
}

fn power(samples: &[f32]) -> f64 {
    let sum: f64 = samples.iter().map(|&s| f64::from(s) * f64::from(s)).sum();
    sum / samples.len().max(1) as f64
}

fn power_dbm0(power: f64) -> f64 {
    let peak = f64::from(ZERO_DBM0_PEAK);
    (10.0 * (power / (peak * peak / 2.0)).max(1e-12).log10()).max(f64::from(SILENCE_DBM0))
}

/// How noise's power lies over frequency.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Color {
    /// The same in each Hz.
    White,
    /// The same in each octave: 3 dB less an octave.
    Pink,
    /// 6 dB less an octave, level below 20 Hz.
    Brown,
}

/// A stream of noise.
#[derive(Clone, Debug)]
pub struct Noise {
    random: Random,
    poles: &'static [Pole],
    direct: f64,
    states: [f64; 4],
    factor: f64,
}

/// A one-pole low-pass: `y = pole y + gain x`.
#[derive(Debug)]
struct Pole {
    pole: f64,
    gain: f64,
}

impl Noise {
    pub fn new(color: Color, dbm0: f64, random: Random) -> Noise {
        let (poles, direct): (&[Pole], f64) = match color {
            Color::White => (&[], 1.0),
            Color::Pink => (&PINK, PINK_DIRECT),
            Color::Brown => (&BROWN, 0.0),
        };
        let peak = f64::from(ZERO_DBM0_PEAK) * 10f64.powf(dbm0 / 20.0);
        Noise {
            random,
            poles,
            direct,
            states: [0.0; 4],
            factor: peak / (2.0 * power_gain(poles, direct)).sqrt(),
        }
    }

    /// Adds the next of it.
    pub fn add_to(&mut self, samples: &mut [f32]) {
        for sample in samples {
            let white = self.factor * self.random.normal();
            let mut sum = self.direct * white;
            for (state, pole) in self.states.iter_mut().zip(self.poles) {
                *state = pole.pole * *state + pole.gain * white;
                sum += *state;
            }
            *sample += sum as f32;
        }
    }
}

/// Adds noise of exactly this level over these samples.
pub fn add_noise(samples: &mut [f32], color: Color, dbm0: f64, random: &mut Random) {
    let mut noise = vec![0.0; samples.len()];
    Noise::new(color, dbm0, Random::new(random.next_u64())).add_to(&mut noise);
    set_level(&mut noise, dbm0);
    mix(samples, &noise, 0.0);
}

/// The power that a filter of parallel poles makes of white noise of power 1: the sum over
/// all pairs of impulse responses.
fn power_gain(poles: &[Pole], direct: f64) -> f64 {
    let mut sum = direct * direct;
    for a in poles {
        sum += 2.0 * direct * a.gain;
        for b in poles {
            sum += a.gain * b.gain / (1.0 - a.pole * b.pole);
        }
    }
    sum
}

/// Paul Kellet's filter, published for general use: within 0.5 dB of 3 dB an octave from a
/// thousandth of the sampling rate up.
const PINK: [Pole; 3] = [
    Pole {
        pole: 0.997_65,
        gain: 0.099_046,
    },
    Pole {
        pole: 0.963,
        gain: 0.296_516_4,
    },
    Pole {
        pole: 0.57,
        gain: 1.052_691_3,
    },
];
const PINK_DIRECT: f64 = 0.1848;

/// 20 Hz.
const BROWN: [Pole; 1] = [Pole {
    pole: 0.984_414,
    gain: 1.0,
}];

/// Plays samples faster or slower, pitch and all.
#[derive(Clone, Debug)]
pub struct Resampler {
    /// Input samples an output sample, as a fraction: each phase has its own exact row.
    step: usize,
    phases: usize,
    rows: Vec<f32>,
    width: usize,
    /// What is still needed of the input, and where in it the next output begins.
    input: Vec<f32>,
    at: usize,
    phase: usize,
}

/// Zero crossings of the sinc on each side.
const CROSSINGS: usize = 36;
/// Kaiser's parameter for 80 dB.
const KAISER: f64 = 7.86;
/// The middle between the last frequency that passes, 3.4 kHz, and half the sampling rate.
const EDGE: f64 = 3700.0 / 4000.0;
/// A speed is met within a millionth.
const MOST_PHASES: usize = 1024;
const LANES: usize = 8;

impl Resampler {
    /// `speed` above 1 is faster and higher.
    ///
    /// # Panics
    /// When `speed` is not from 0.5 to 2.
    pub fn new(speed: f64) -> Resampler {
        assert!((0.5..=2.0).contains(&speed), "speed {speed}");
        let (step, phases) = fraction(speed);
        let stretch = speed.max(1.0);
        let half = ((CROSSINGS as f64 * stretch / LANES as f64).ceil() as usize) * LANES;
        let width = 2 * half;
        let mut rows = Vec::with_capacity(phases * width);
        for phase in 0..phases {
            let offset = phase as f64 / phases as f64 + (half - 1) as f64;
            let row = (0..width).map(|n| kernel(n as f64 - offset, stretch, half as f64));
            let row: Vec<f64> = row.collect();
            let sum: f64 = row.iter().sum();
            rows.extend(row.iter().map(|tap| (tap / sum) as f32));
        }
        Resampler {
            step,
            phases,
            rows,
            width,
            input: vec![0.0; half - 1],
            at: 0,
            phase: 0,
        }
    }

    /// Takes the next input; what can be made of it goes to the end of `output`.
    pub fn process(&mut self, input: &[f32], output: &mut Vec<f32>) {
        self.input.extend_from_slice(input);
        while let Some(window) = self.input.get(self.at..self.at + self.width) {
            let row = &self.rows[self.phase * self.width..][..self.width];
            output.push(dot(window, row));
            self.phase += self.step;
            self.at += self.phase / self.phases;
            self.phase %= self.phases;
        }
        let done = self.at.min(self.input.len());
        self.input.drain(..done);
        self.at -= done;
    }

    /// What is still inside; the next input begins anew.
    pub fn finish(&mut self, output: &mut Vec<f32>) {
        let half = self.width / 2;
        self.process(&vec![0.0; half], output);
        self.input.clear();
        self.input.resize(half - 1, 0.0);
        (self.at, self.phase) = (0, 0);
    }
}

/// All of `samples` at this speed.
pub fn at_speed(samples: &[f32], speed: f64) -> Vec<f32> {
    let mut resampler = Resampler::new(speed);
    let mut output = Vec::with_capacity((samples.len() as f64 / speed) as usize + 1);
    resampler.process(samples, &mut output);
    resampler.finish(&mut output);
    output
}

/// The best fraction of `speed` with a denominator that is not too large (its continued
/// fraction, cut).
fn fraction(speed: f64) -> (usize, usize) {
    let (mut before, mut best) = ((0, 1), (1, 0));
    let mut rest = speed;
    loop {
        let whole = rest.floor();
        let next = (
            whole as usize * best.0 + before.0,
            whole as usize * best.1 + before.1,
        );
        if next.1 > MOST_PHASES {
            return best;
        }
        (before, best) = (best, next);
        // What is left is the rounding of the number itself.
        if rest - whole < 1e-9 {
            return best;
        }
        rest = 1.0 / (rest - whole);
    }
}

/// The windowed sinc at a distance of so many input samples.
fn kernel(distance: f64, stretch: f64, half: f64) -> f64 {
    let across = distance / half;
    if across.abs() >= 1.0 {
        return 0.0;
    }
    let x = PI * EDGE * distance / stretch;
    let sinc = if x.abs() < 1e-9 { 1.0 } else { x.sin() / x };
    sinc * bessel(KAISER * (1.0 - across * across).sqrt()) / bessel(KAISER)
}

/// The modified Bessel function of order 0.
fn bessel(x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for n in 1..40 {
        let factor = x / (2.0 * f64::from(n));
        term *= factor * factor;
        sum += term;
    }
    sum
}

/// Sums side by side in a fixed order, so that the compiler may fill vector registers.
#[inline]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0f32; LANES];
    for (a, b) in a
        .as_chunks::<LANES>()
        .0
        .iter()
        .zip(b.as_chunks::<LANES>().0)
    {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum()
}
