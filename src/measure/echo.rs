//! What comes back of what is sent: round trip delay, level over frequency, return loss.
//!
//! What: behind a loopback, delay and loss of the loop; without one, the echo of the hybrid: when it
//! comes, and the return loss, weighted as echo (ERL) and as singing (SRL low, SRL high).
//!
//! How: a periodic signal that holds each multiple of 1.95 Hz from 100 to 3800 Hz equally (Schroeder's
//! phases keep its peak low), sent as the law makes it, so that only what is received is companded
//! unknown. Periods are averaged; the quotient of both spectra is the response, its transform the
//! impulse response. What differs from period to period is noise, and says how far to believe it.
//!
//! Limits: delay within a sample up to 500 ms; loss within 0.1 dB, return loss within 0.5 dB down to
//! 10 dB above what noise leaves ([`Sounding::floor_db`]). Bands are flat between the edges that IEEE
//! 743 gives its filters (ERL 560 to 1965 Hz, SRL 260 to 500 and 2200 to 3400 Hz), where an instrument
//! has slopes: a few tenths of a decibel on an echo that changes much with frequency.

use crate::{
    RATE, dbm0,
    fourier::{Complex, inverse, spectrum},
    zero_power,
};
use dsp::g711;
use std::{f64::consts::PI, ops::RangeInclusive};
use types::frame::{FRAME, Frame, Law, Samples};

/// Samples of a period.
pub const PERIOD: usize = 4096;
/// The band that is sent.
const BAND: RangeInclusive<f64> = 100.0..=3800.0;
/// What goes before the first period that counts: the longest delay.
const SETTLES: usize = PERIOD;

/// Echo return loss: the band in which an echo disturbs a talker.
pub const ERL: RangeInclusive<f64> = 560.0..=1965.0;
/// Singing return loss: the bands in which a circuit begins to howl.
pub const SRL_LOW: RangeInclusive<f64> = 260.0..=500.0;
pub const SRL_HIGH: RangeInclusive<f64> = 2200.0..=3400.0;

/// The signal.
#[derive(Clone, Debug)]
pub struct Probe {
    period: Vec<i16>,
    octets: Vec<u8>,
    at: usize,
}

impl Probe {
    pub fn new(law: Law, level_dbm0: f32) -> Probe {
        let mut values = vec![Complex::default(); PERIOD];
        let bins = bins(&BAND);
        let count = bins.clone().count() as f64;
        for (n, k) in bins.enumerate() {
            let phase = -PI * (n * (n + 1)) as f64 / count;
            values[k] = Complex::turned(phase);
            values[PERIOD - k] = values[k].conjugate();
        }
        inverse(&mut values);
        let square: f64 = values.iter().map(|v| v.re * v.re).sum::<f64>() / PERIOD as f64;
        let wanted = zero_power() * 10f64.powf(f64::from(level_dbm0) / 10.0);
        let gain = (wanted / square).sqrt();
        let mut period: Vec<i16> = values
            .iter()
            .map(|v| (v.re * gain).round() as i16)
            .collect();
        let mut octets = vec![0; PERIOD];
        g711::encode(law, &period, &mut octets);
        g711::decode(law, &octets, &mut period);
        Probe {
            period,
            octets,
            at: 0,
        }
    }

    /// The next frame to send.
    pub fn frame(&mut self) -> Frame {
        let mut frame = [0; FRAME];
        for octet in &mut frame {
            *octet = self.octets[self.at];
            self.at = (self.at + 1) % PERIOD;
        }
        frame
    }

    /// What hears it come back. Give it a received frame for each frame sent, the first with the
    /// first.
    pub fn sounder(&self, periods: usize) -> Sounder {
        Sounder {
            sent: self.period.clone(),
            wanted: periods.max(2),
            heard: 0,
            sums: vec![0.0; PERIOD],
            squares: vec![0.0; PERIOD],
        }
    }
}

fn bins(band: &RangeInclusive<f64>) -> RangeInclusive<usize> {
    let step = RATE / PERIOD as f64;
    (band.start() / step).ceil() as usize..=(band.end() / step).floor() as usize
}

/// Averages what is received.
#[derive(Clone, Debug)]
pub struct Sounder {
    sent: Vec<i16>,
    wanted: usize,
    heard: usize,
    sums: Vec<f64>,
    squares: Vec<f64>,
}

impl Sounder {
    /// Frames until it is done.
    pub fn frames(&self) -> usize {
        (SETTLES + self.wanted * PERIOD).div_ceil(FRAME)
    }

    pub fn process(&mut self, samples: &Samples) -> Option<Sounding> {
        let end = SETTLES + self.wanted * PERIOD;
        for &sample in samples {
            if self.heard >= SETTLES && self.heard < end {
                let sample = f64::from(sample);
                self.sums[self.heard % PERIOD] += sample;
                self.squares[self.heard % PERIOD] += sample * sample;
            }
            self.heard += 1;
        }
        (self.heard >= end && self.heard < end + FRAME).then(|| self.sounding())
    }

    fn sounding(&self) -> Sounding {
        let count = self.wanted as f64;
        let mean: Vec<f64> = self.sums.iter().map(|sum| sum / count).collect();
        let scatter = self.squares.iter().zip(&mean);
        let scatter: f64 = scatter
            .map(|(square, mean)| square / count - mean * mean)
            .sum();
        let noise = scatter.max(0.0) / PERIOD as f64 * count / (count - 1.0);
        let sent: Vec<f64> = self.sent.iter().map(|&s| f64::from(s)).collect();
        let (x, y) = (spectrum(&sent), spectrum(&mean));
        let response: Vec<Complex> = bins(&BAND).map(|k| y[k] / x[k]).collect();
        let power = sent.iter().map(|s| s * s).sum::<f64>() / PERIOD as f64;
        // Noise is spread over the whole band, what was sent over nearly all of it.
        let floor = noise / count / power;
        Sounding {
            impulse: impulse(&response),
            response,
            floor_db: -10.0 * floor.max(1e-10).log10(),
            noise_dbm0: dbm0(noise),
        }
    }
}

/// The impulse response whose sum of squares is the mean gain in the band.
fn impulse(response: &[Complex]) -> Vec<f64> {
    let mut values = vec![Complex::default(); PERIOD];
    let scale = (PERIOD as f64 / (2 * response.len()) as f64).sqrt();
    for (k, value) in bins(&BAND).zip(response) {
        values[k] = Complex::new(value.re * scale, value.im * scale);
        values[PERIOD - k] = values[k].conjugate();
    }
    inverse(&mut values);
    values.iter().map(|v| v.re).collect()
}

/// What is within so many samples of a place, faded out over the outer half.
fn windowed(impulse: &[f64], place: usize, samples: usize) -> Vec<f64> {
    let mut kept = vec![0.0; PERIOD];
    for off in 0..=2 * samples {
        let part = (off as f64 / samples as f64 - 1.0).abs();
        let fade = match part > 0.5 {
            true => (PI * (part - 0.5)).cos().powi(2),
            false => 1.0,
        };
        let at = (place + PERIOD + off - samples) % PERIOD;
        kept[at] = fade * impulse[at];
    }
    kept
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Sounding {
    response: Vec<Complex>,
    impulse: Vec<f64>,
    /// A return loss above this is noise: what comes back is weaker still.
    pub floor_db: f64,
    /// What did not repeat.
    pub noise_dbm0: f64,
}

impl Sounding {
    /// Samples from sending to the strongest return.
    pub fn delay(&self) -> usize {
        let powers = self.impulse.iter().map(|h| h * h).enumerate();
        let best = powers.max_by(|a, b| a.1.total_cmp(&b.1));
        best.map_or(0, |(at, _)| at)
    }

    /// How much of all that comes back comes within so many samples of the strongest.
    pub fn within(&self, samples: usize) -> f64 {
        let all: f64 = self.impulse.iter().map(|h| h * h).sum();
        let middle = self.delay() + PERIOD;
        let near = (middle - samples..=middle + samples).map(|at| self.impulse[at % PERIOD]);
        near.map(|h| h * h).sum::<f64>() / all.max(1e-30)
    }

    /// What of it came at most so many samples after sending, as if nothing else had come: a
    /// near echo without the far one.
    pub fn until(&self, samples: usize) -> Sounding {
        let mut kept: Vec<f64> = self.impulse.clone();
        kept[samples.min(PERIOD)..PERIOD - PERIOD / 8].fill(0.0);
        self.with(kept)
    }

    /// What of it came within so many samples of the strongest: a loop without the echoes beside it.
    /// What the window takes of a single return is given back.
    pub fn gated(&self, samples: usize) -> Sounding {
        let alone = impulse(&vec![Complex::new(1.0, 0.0); self.response.len()]);
        let alone = self.with(windowed(&alone, 0, samples));
        let mut gated = self.with(windowed(&self.impulse, self.delay(), samples));
        for (value, alone) in gated.response.iter_mut().zip(&alone.response) {
            *value = *value / *alone;
        }
        gated
    }

    /// The impulse response as the band shows it: of a single sample of one, [`Sounding::blur`].
    pub(crate) fn blurred(&self) -> Vec<f64> {
        let scale = self.scale();
        self.impulse.iter().map(|h| h * scale).collect()
    }

    /// What the band makes of a single sample: its share of the whole band at zero.
    pub(crate) fn blur(&self) -> Vec<f64> {
        let alone = impulse(&vec![Complex::new(1.0, 0.0); self.response.len()]);
        let scale = self.scale();
        alone.iter().map(|h| h * scale).collect()
    }

    /// Makes a sample of one, in the whole band, as large as it is.
    fn scale(&self) -> f64 {
        let alone = impulse(&vec![Complex::new(1.0, 0.0); self.response.len()]);
        1.0 / alone[0]
    }

    /// With samples of these gains, at these delays, taken off.
    pub(crate) fn without(&self, taps: &[(usize, f64)]) -> Sounding {
        let mut left = vec![0.0; PERIOD];
        for &(at, gain) in taps {
            left[at % PERIOD] += gain;
        }
        let values = spectrum(&left);
        let response = bins(&BAND).zip(&self.response);
        let response = response
            .map(|(k, whole)| Complex::new(whole.re - values[k].re, whole.im - values[k].im));
        let response: Vec<Complex> = response.collect();
        Sounding {
            impulse: impulse(&response),
            response,
            ..self.clone()
        }
    }

    fn with(&self, kept: Vec<f64>) -> Sounding {
        let scale = (PERIOD as f64 / (2 * self.response.len()) as f64).sqrt();
        let values = spectrum(&kept);
        let response =
            bins(&BAND).map(|k| Complex::new(values[k].re / scale, values[k].im / scale));
        Sounding {
            response: response.collect(),
            impulse: kept,
            ..self.clone()
        }
    }

    /// Loss between what was sent and what came back, in dB, over a band.
    pub fn loss_db(&self, band: &RangeInclusive<f64>) -> f64 {
        let first = bins(&BAND).next().unwrap_or_default();
        let within = bins(band).map(|k| self.response[k - first].square());
        let (sum, count) = within.fold((0.0, 0.0), |(sum, count), p| (sum + p, count + 1.0));
        -10.0 * (sum / f64::max(count, 1.0)).max(1e-10).log10()
    }

    /// Loss around one frequency: over 16 Hz.
    pub fn loss_at_db(&self, hz: f64) -> f64 {
        let hz = hz.clamp(BAND.start() + 8.0, BAND.end() - 8.0);
        self.loss_db(&(hz - 8.0..=hz + 8.0))
    }

    /// Loss over frequency for a picture: every 50 Hz from 200 to 3400.
    pub fn curve(&self) -> Vec<(f64, f64)> {
        let points = (4..=68).map(|n| f64::from(n) * 50.0);
        points
            .map(|hz| (hz, self.loss_db(&(hz - 25.0..=hz + 25.0))))
            .collect()
    }

    pub fn erl_db(&self) -> f64 {
        self.loss_db(&ERL)
    }

    pub fn srl_low_db(&self) -> f64 {
        self.loss_db(&SRL_LOW)
    }

    pub fn srl_high_db(&self) -> f64 {
        self.loss_db(&SRL_HIGH)
    }

    /// Whether not one sample differed: neither an echo nor noise.
    pub fn is_silent(&self) -> bool {
        self.noise_dbm0 <= -90.0 && self.impulse.iter().all(|h| h.abs() < 1e-6)
    }

    /// Whether anything comes back that noise alone would not give.
    pub fn heard(&self) -> bool {
        self.loss_db(&BAND) < self.floor_db - 3.0
    }
}
