//! What is sent while a line is measured.
//!
//! What: quiet, one tone, or any tone of a plan, frame by frame.
//!
//! Limits: levels within 0.01 dB before companding, frequencies within 0.01 %; mu-law and A-law add
//! up to 0.05 dB of their own to tones from 0 to -30 dBm0.

use dsp::{
    plan::{Burst, ToneDef},
    tone_gen::ToneGen,
};
use types::{
    frame::{FRAME, Samples},
    tone::Tone,
};

/// The standard test level, and that of the digital milliwatt.
pub const MILLIWATT_DBM0: f32 = 0.0;
/// The usual frequency of North America: 1000 Hz would repeat 8 codes only.
pub const MILLIWATT_HZ: f32 = 1004.0;
/// The level at which slope is sent.
pub const SLOPE_DBM0: f32 = -16.0;

/// A source of frames.
#[derive(Clone, Debug)]
pub enum Stimulus {
    /// A quiet termination.
    Quiet,
    Tone(Box<ToneGen>),
}

impl Stimulus {
    /// One frequency for as long as it is asked for.
    pub fn tone(hz: f32, level_dbm0: f32) -> Stimulus {
        Stimulus::of(&ToneDef::continuous(Tone::Record, &[hz], level_dbm0))
    }

    /// A tone of a plan.
    pub fn of(def: &ToneDef) -> Stimulus {
        Stimulus::Tone(Box::new(ToneGen::new(def)))
    }

    /// The sound of these frequencies, each at this level.
    pub fn chord(freqs: &[f32], level_dbm0: f32) -> Stimulus {
        Stimulus::of(&ToneDef::cadenced(
            Tone::Record,
            &[Burst::new(freqs, level_dbm0, 0, 0)],
        ))
    }

    pub fn frame(&mut self) -> Samples {
        let mut samples = [0; FRAME];
        if let Stimulus::Tone(tone) = self {
            tone.fill(&mut samples);
        }
        samples
    }
}
