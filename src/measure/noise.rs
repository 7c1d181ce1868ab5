//! Noise of a line: flat and weighted at once.
//!
//! What: RMS over a set time flat, C-message and psophometric, with or without a holding tone's
//! notch; peak, direct voltage, clipping; power line hum.
//!
//! How: three meters of [`dsp::meter`] side by side.
//!
//! Limits: those of the meter: 0.1 dB, weighting within 0.1 dB from 100 to 3500 Hz; with the notch,
//! 0.4 dB of white noise is lost in it. Companding adds its own: an idle mu-law channel reads -66 dBm0
//! flat at most, in steps of 8.

use dsp::meter::{Meter, MeterSettings, Reading, Weighting};
use types::{
    frame::{FRAME_TICKS, Samples},
    tick::Ticks,
};

/// What a line was like.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Noise {
    pub flat_dbm0: f64,
    /// dBrnC0: -90 dBm0 of 1000 Hz is 0.
    pub c_message_dbrn0: f64,
    pub psophometric_dbm0p: f64,
    pub peak_dbm0: f64,
    /// Mean, in 16-bit sample units.
    pub direct: f64,
    pub clipped: u32,
    /// All but the direct voltage, before notch and weighting.
    pub total_dbm0: f64,
}

impl Noise {
    /// With a holding tone and the notch: how far the C-message weighted rest is below all of it.
    pub fn signal_to_noise_db(&self) -> f64 {
        self.total_dbm0 - (self.c_message_dbrn0 - 90.0)
    }
}

/// Measures until its time is over, then tells.
#[derive(Clone, Debug)]
pub struct NoiseMeter {
    meters: [Meter; 3],
    found: [Option<Reading>; 3],
}

impl NoiseMeter {
    /// `notch`: a holding tone from 995 to 1025 Hz is taken away.
    ///
    /// # Panics
    /// When the time is no multiple of a frame.
    pub fn new(time: Ticks, notch: bool) -> NoiseMeter {
        let meter = |weighting| {
            Meter::new(MeterSettings {
                weighting,
                notch,
                integration: time,
            })
        };
        NoiseMeter {
            meters: [
                meter(Weighting::Flat),
                meter(Weighting::CMessage),
                meter(Weighting::Psophometric),
            ],
            found: [None; 3],
        }
    }

    /// Whole seconds.
    pub fn seconds(seconds: u64, notch: bool) -> NoiseMeter {
        NoiseMeter::new(Ticks(FRAME_TICKS.0 * 100 * seconds.max(1)), notch)
    }

    pub fn process(&mut self, samples: &Samples) -> Option<Noise> {
        for (meter, found) in self.meters.iter_mut().zip(&mut self.found) {
            // The flat one needs no settling and is done first: it waits for the others.
            if found.is_none() {
                *found = meter.process(samples);
            }
        }
        let [Some(flat), Some(c_message), Some(psophometric)] = self.found else {
            return None;
        };
        self.found = [None; 3];
        Some(Noise {
            flat_dbm0: f64::from(flat.level_dbm0),
            c_message_dbrn0: f64::from(c_message.dbrn0()),
            psophometric_dbm0p: f64::from(psophometric.level_dbm0),
            peak_dbm0: f64::from(flat.peak_dbm0),
            direct: f64::from(flat.direct),
            clipped: flat.clipped,
            total_dbm0: f64::from(c_message.total_dbm0),
        })
    }

    /// Samples are missing: the time begins anew.
    pub fn lost(&mut self, samples: u32) {
        if samples > 0 {
            self.meters.iter_mut().for_each(Meter::reset);
            self.found = [None; 3];
        }
    }
}
