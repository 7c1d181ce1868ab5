//! The exchange's own multifrequency registers: voice and ear for R1 and R2, by windows of 20 ms
//! through plain goertzel filters.
//!
//! Signals are numbered 1 to 15 (10 is the digit 0; in R1 13 is KP and 15 is ST).

use crate::sim::{level, oscillator::Oscillator};
use goertzel_nostd::Parameters;
use std::fmt;
use types::{
    digits::Digit,
    frame::{FRAME, Samples},
};

pub const R1_HZ: [f64; 6] = [700.0, 900.0, 1100.0, 1300.0, 1500.0, 1700.0];
pub const R2_FORWARD_HZ: [f64; 6] = [1380.0, 1500.0, 1620.0, 1740.0, 1860.0, 1980.0];
pub const R2_BACKWARD_HZ: [f64; 6] = [1140.0, 1020.0, 900.0, 780.0, 660.0, 540.0];

pub const KP: u8 = 13;
pub const ST: u8 = 15;

const WINDOW: usize = 2 * FRAME;
const MIN_DBM0: f64 = -35.0;
/// The share of the power that the two tones hold.
const SHARE: f64 = 0.75;
/// How far below the weaker of the two any other tone is, as a ratio of power.
const OTHERS: f64 = 0.25;

/// The signal of two tones by their places, the lower first.
fn number((one, other): (usize, usize)) -> u8 {
    (1..other).sum::<usize>() as u8 + one as u8 + 1
}

/// The digit that a signal stands for.
pub fn digit(signal: u8) -> Option<Digit> {
    match signal {
        1..=9 => Digit::decimal(signal),
        10 => Digit::decimal(0),
        _ => None,
    }
}

/// Two tones that sound together.
#[derive(Clone, Copy, Debug, Default)]
pub struct MfVoice([Oscillator; 2]);

impl MfVoice {
    pub fn new(hz: &[f64; 6], signal: u8, dbm0: f64) -> MfVoice {
        let pairs = (0..6).flat_map(|other| (0..other).map(move |one| (one, other)));
        let pair = pairs.into_iter().find(|&pair| number(pair) == signal);
        let (one, other) = pair.expect("a signal from 1 to 15");
        MfVoice([hz[one], hz[other]].map(|hz| Oscillator::new(hz, dbm0)))
    }

    pub fn add_to(&mut self, out: &mut Samples) {
        for sample in out {
            let sum: f64 = self.0.iter_mut().map(Oscillator::sample).sum();
            *sample = level::clip(f64::from(*sample) + sum);
        }
    }
}

/// What an ear heard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MfHeard {
    Began(u8),
    Ended,
}

/// Hears the signals of six tones.
#[derive(Clone)]
pub struct MfEar {
    filters: [Parameters; 6],
    window: [f32; WINDOW],
    /// The signal of the last window, and for how many windows.
    last: Option<u8>,
    run: u32,
    /// The signal that was told to have begun.
    told: Option<u8>,
}

impl fmt::Debug for MfEar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MfEar")
            .field("told", &self.told)
            .finish_non_exhaustive()
    }
}

impl MfEar {
    pub fn new(hz: &[f64; 6]) -> MfEar {
        MfEar {
            filters: hz.map(|hz| Parameters::new(hz as f32, 8000, WINDOW)),
            window: [0.0; WINDOW],
            last: None,
            run: 0,
            told: None,
        }
    }

    /// Hears the next frame. A signal counts when two windows show it, and is over when two do
    /// not.
    pub fn hear(&mut self, frame: &Samples) -> Option<MfHeard> {
        self.window.copy_within(FRAME.., 0);
        for (to, &sample) in self.window[FRAME..].iter_mut().zip(frame) {
            *to = f32::from(sample);
        }
        let seen = self.look();
        self.run = if seen == self.last { self.run + 1 } else { 1 };
        self.last = seen;
        if self.run < 2 || seen == self.told {
            return None;
        }
        // Another signal without a pause is told once this one is.
        if self.told.take().is_some() {
            return Some(MfHeard::Ended);
        }
        self.told = seen;
        seen.map(MfHeard::Began)
    }

    fn look(&self) -> Option<u8> {
        let power: f64 = self.window.iter().map(|&x| f64::from(x * x)).sum();
        if level::dbm0_of_power(power / WINDOW as f64) < MIN_DBM0 {
            return None;
        }
        let shares = self.filters.map(|filter| {
            let magnitude = filter.start().add_samples(self.window.iter());
            2.0 * f64::from(magnitude.finish_mag_squared()) / (WINDOW as f64 * power)
        });
        let mut order = [0, 1, 2, 3, 4, 5];
        order.sort_by(|&a, &b| shares[b].total_cmp(&shares[a]));
        let (first, second) = (order[0], order[1]);
        let clean =
            shares[first] + shares[second] > SHARE && shares[order[2]] < OTHERS * shares[second];
        clean.then(|| number((first.min(second), first.max(second))))
    }
}
