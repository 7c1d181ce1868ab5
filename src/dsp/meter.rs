//! Level and noise meter.
//!
//! What: the RMS level of a line over a set time, flat or weighted as noise is, with or without
//! its holding tone; its peak, its direct voltage, and how often it reached the end of the range.
//!
//! How: mean of squares behind a filter made from the standard's own table
//! (`meter/weighting.rs`), and a notch for the holding tone (`meter/notch.rs`). Whatever was
//! before a start or a gap is let out of the filters before anything is counted.
//!
//! Limits: C-message as IEEE 743 and psophometric as ITU-T O.41 have them, up to 4 kHz, within
//! 0.1 dB from 100 to 3500 Hz and 0.3 dB beyond. The holding tone is 50 dB down from 995 to
//! 1025 Hz (IEEE 743, ITU-T O.132); noise within 50 Hz of it is lost with it, 0.4 dB of white
//! noise. RMS within 0.1 dB. It is the true RMS of the integration time, where older instruments
//! have a quasi-RMS of 200 ms.

mod notch;
mod weighting;

use crate::{
    level::{SILENCE_DBM0, power_dbm0},
    simd::{Path, fir},
};
use notch::Notch;
use types::{
    frame::{FRAME, FRAME_TICKS, Samples},
    tick::Ticks,
};

/// How much each frequency counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Weighting {
    /// All the same, direct voltage not at all.
    Flat,
    /// As North America weighs noise.
    CMessage,
    /// As the ITU-T weighs noise.
    Psophometric,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MeterSettings {
    pub weighting: Weighting,
    /// Whether a holding tone around 1010 Hz is taken away.
    pub notch: bool,
    /// Time of one reading; a multiple of a frame.
    pub integration: Ticks,
}

/// What a line was like over one integration time.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Reading {
    /// RMS behind notch and weighting: dBm0, with psophometric weighting dBm0p.
    pub level_dbm0: f32,
    /// RMS of all but the direct voltage, before them.
    pub total_dbm0: f32,
    /// The sine that would have the largest sample as its peak.
    pub peak_dbm0: f32,
    /// Mean, in sample units.
    pub direct: f32,
    /// Samples at the end of the range of G.711.
    pub clipped: u32,
}

impl Reading {
    /// The level in dBrnC0 where the weighting is C-message: 0 dBrn is a picowatt, -90 dBm.
    pub fn dbrn0(&self) -> f32 {
        self.level_dbm0 + 90.0
    }

    /// With a holding tone and its notch: how far the noise is below the tone.
    pub fn signal_to_noise_db(&self) -> f32 {
        self.total_dbm0 - self.level_dbm0
    }
}

/// The meter. Tells a reading at the end of each integration time.
#[derive(Clone, Debug)]
pub struct Meter {
    settings: MeterSettings,
    path: Path,
    notch: Notch,
    filter: Option<Filter>,
    /// Frames until the filters have forgotten what was before.
    settling: u32,
    sums: Sums,
}

#[derive(Clone, Debug)]
struct Filter {
    taps: Vec<f32>,
    history: Vec<f32>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    frames: u64,
    weighted: f64,
    weighted_plain: f64,
    /// Exact.
    squares: u64,
    plain: i64,
    peak: u16,
    clipped: u32,
}

/// The largest magnitude of a mu-law sample; A-law's is 32256.
const FULL: u16 = 32_124;

/// 100 ms: longer than either filter remembers.
const SETTLES: u32 = 10;

impl Meter {
    /// # Panics
    /// When the integration time is no multiple of a frame.
    pub fn new(settings: MeterSettings) -> Meter {
        let time = settings.integration;
        assert!(
            time.0 > 0 && time.0.is_multiple_of(FRAME_TICKS.0),
            "{time:?} is no number of frames"
        );
        let filter = |curve| Filter {
            taps: weighting::taps(curve),
            history: vec![0.0; weighting::TAPS + FRAME],
        };
        let mut meter = Meter {
            settings,
            path: Path::best(),
            notch: Notch::new(),
            filter: match settings.weighting {
                Weighting::Flat => None,
                Weighting::CMessage => Some(filter(weighting::C_MESSAGE)),
                Weighting::Psophometric => Some(filter(weighting::PSOPHOMETRIC)),
            },
            settling: 0,
            sums: Sums::default(),
        };
        meter.reset();
        meter
    }

    pub fn process(&mut self, samples: &Samples) -> Option<Reading> {
        let mut weighted = samples.map(f32::from);
        if self.settings.notch {
            weighted = weighted.map(|sample| self.notch.filter(sample));
        }
        if let Some(filter) = &mut self.filter {
            filter.history.copy_within(FRAME.., 0);
            filter.history[weighting::TAPS..].copy_from_slice(&weighted);
            fir::filter(self.path, &filter.taps, &filter.history, &mut weighted);
        }
        if self.settling > 0 {
            self.settling -= 1;
            return None;
        }
        self.sums.add(samples, &weighted);
        if self.sums.frames * FRAME_TICKS.0 < self.settings.integration.0 {
            return None;
        }
        let sums = std::mem::take(&mut self.sums);
        Some(sums.reading())
    }

    /// Samples are missing before the next frame: a reading does not run across them.
    pub fn lost(&mut self, samples: u32) {
        if samples > 0 {
            self.reset();
        }
    }

    /// As new, in place.
    pub fn reset(&mut self) {
        self.notch.reset();
        if let Some(filter) = &mut self.filter {
            filter.history.fill(0.0);
        }
        let remembers = self.settings.notch || self.filter.is_some();
        self.settling = if remembers { SETTLES } else { 0 };
        self.sums = Sums::default();
    }
}

impl Sums {
    fn add(&mut self, samples: &Samples, weighted: &[f32; FRAME]) {
        self.frames += 1;
        self.weighted += f64::from(fir::energy(weighted));
        self.weighted_plain += f64::from(weighted.iter().sum::<f32>());
        for sample in samples {
            let magnitude = sample.unsigned_abs();
            self.squares += u64::from(u32::from(magnitude) * u32::from(magnitude));
            self.plain += i64::from(*sample);
            self.peak = self.peak.max(magnitude);
            self.clipped += u32::from(magnitude >= FULL);
        }
    }

    fn reading(&self) -> Reading {
        let samples = (self.frames * FRAME_TICKS.0) as f64;
        let direct = self.plain as f64 / samples;
        let total = self.squares as f64 / samples - direct * direct;
        let mean = self.weighted_plain / samples;
        let weighted = self.weighted / samples - mean * mean;
        let peak = f32::from(self.peak);
        Reading {
            level_dbm0: power_dbm0(weighted.max(0.0) as f32),
            total_dbm0: power_dbm0(total.max(0.0) as f32),
            peak_dbm0: if self.peak == 0 {
                SILENCE_DBM0
            } else {
                power_dbm0(peak * peak / 2.0)
            },
            direct: direct as f32,
            clipped: self.clipped,
        }
    }
}
