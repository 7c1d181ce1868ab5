//! A milliwatt: everything that one tone of 1004 Hz tells about a line.
//!
//! What: level and frequency of the tone, signal to total distortion (C-message weighted noise with
//! the tone there, IEEE 743 "C-notched noise"), and the strongest harmonic.
//!
//! How: [`crate::sine`] on one second, [`crate::noise`] with its notch.
//!
//! Limits: level 0.02 dB, frequency 0.01 Hz, ratio 0.5 dB up to 50 dB. G.711 itself gives 37 to 38 dB
//! of ratio from 0 to -20 dBm0.

use crate::{
    noise::{Noise, NoiseMeter},
    sine::{self, Tone},
};
use types::{frame::Samples, tick::Ticks};

#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Milliwatt {
    pub tone: Tone,
    pub noise: Noise,
    /// Signal to total distortion.
    pub distortion_db: f64,
    /// The strongest of second and third harmonic, against the tone.
    pub harmonic_db: f64,
}

/// Listens to a tone of about 1004 Hz.
#[derive(Clone, Debug)]
pub struct MilliwattMeter {
    kept: Vec<i16>,
    noise: NoiseMeter,
}

/// Samples that are kept for the fit.
const KEPT: usize = 8000;

impl MilliwattMeter {
    pub fn new() -> MilliwattMeter {
        MilliwattMeter {
            kept: Vec::with_capacity(KEPT),
            noise: NoiseMeter::new(Ticks::secs(1), true),
        }
    }

    /// Done after 1.1 s. `Some(None)`: no tone there.
    pub fn process(&mut self, samples: &Samples) -> Option<Option<Milliwatt>> {
        let room = KEPT - self.kept.len();
        self.kept
            .extend_from_slice(&samples[..room.min(samples.len())]);
        let noise = self.noise.process(samples)?;
        let found = sine::strongest(&self.kept).map(|tone| self.reading(tone, noise));
        self.kept.clear();
        Some(found)
    }

    pub fn lost(&mut self, samples: u32) {
        if samples > 0 {
            self.kept.clear();
            self.noise.lost(samples);
        }
    }

    fn reading(&self, tone: Tone, noise: Noise) -> Milliwatt {
        let harmonics = [2.0, 3.0].map(|times| tone.hz * times);
        let levels = harmonics.into_iter().filter(|hz| *hz < 3900.0);
        let levels = levels.filter_map(|hz| sine::at(&self.kept, hz));
        let most = levels.map(|found| found.level_dbm0).fold(-99.0, f64::max);
        Milliwatt {
            tone,
            noise,
            distortion_db: noise.signal_to_noise_db(),
            harmonic_db: most - tone.level_dbm0,
        }
    }
}

impl Default for MilliwattMeter {
    fn default() -> MilliwattMeter {
        MilliwattMeter::new()
    }
}
