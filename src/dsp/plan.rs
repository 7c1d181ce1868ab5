//! Tone plans: what a network's audible tones sound like, as data.
//!
//! What: the shapes of ITU-T E.180 (frequencies added or modulated, level, cadence) that
//! generator and detector share. No country is known here; the tables fill these in.

use crate::cadence;
use arrayvec::ArrayVec;
use types::tone::Tone;

/// The most frequencies that sound at once (the North American howler has four).
pub const MAX_FREQS: usize = 4;

/// The most bursts in one cycle of a tone.
pub const MAX_BURSTS: usize = 12;

/// The tones of one network.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TonePlan {
    pub country: String,
    /// What the plan is called when a country has several.
    pub name: String,
    /// The standard or publication that the figures are from.
    pub source: String,
    /// Several definitions of one tone may stand here (two cadences of busy); the first
    /// is the one that is generated.
    pub tones: Vec<ToneDef>,
}

/// One form of one tone.
#[derive(Clone, PartialEq, Debug)]
pub struct ToneDef {
    pub tone: Tone,
    /// One cycle, first burst first.
    pub bursts: ArrayVec<Burst, MAX_BURSTS>,
    /// Whether the cycle begins again after its last burst.
    pub repeat: bool,
    /// The network uses another tone's sound for this one. It is generated, but what is
    /// heard is told as the other.
    pub same_as: Option<Tone>,
}

/// Frequencies that sound together for a while, and the pause after.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Burst {
    freqs: [f32; MAX_FREQS],
    count: u8,
    /// Hz of a second tone that modulates the amplitude of the first (carrier and
    /// modulator, fully modulated).
    pub modulation: Option<f32>,
    /// Level of each frequency (of the whole when modulated).
    pub level_dbm0: f32,
    /// Length of the sound; 0 is for ever.
    pub on_ms: u32,
    /// Length of the pause after it.
    pub off_ms: u32,
}

impl TonePlan {
    /// The form of `tone` that is generated.
    pub fn tone(&self, tone: Tone) -> Option<&ToneDef> {
        self.tones.iter().find(|def| def.tone == tone)
    }

    /// A plan of only the tones that `wanted` keeps. A detector of fewer tones decides
    /// earlier: before outpulsing, a plan of dial tones need not wait to see whether a
    /// steady tone is the first burst of ringback.
    pub fn only(&self, wanted: impl Fn(Tone) -> bool) -> TonePlan {
        let tones = self.tones.iter().filter(|def| wanted(def.tone));
        TonePlan {
            country: self.country.clone(),
            name: self.name.clone(),
            source: self.source.clone(),
            tones: tones.cloned().collect(),
        }
    }
}

impl ToneDef {
    /// A tone that sounds without a pause.
    pub fn continuous(tone: Tone, freqs: &[f32], level_dbm0: f32) -> ToneDef {
        ToneDef::cadenced(tone, &[Burst::new(freqs, level_dbm0, 0, 0)])
    }

    /// A tone whose bursts repeat for ever.
    pub fn cadenced(tone: Tone, bursts: &[Burst]) -> ToneDef {
        ToneDef {
            tone,
            bursts: bursts.iter().copied().collect(),
            repeat: true,
            same_as: None,
        }
    }

    /// A tone that sounds once. Its last burst may be continuous.
    pub fn once(tone: Tone, bursts: &[Burst]) -> ToneDef {
        ToneDef {
            repeat: false,
            ..ToneDef::cadenced(tone, bursts)
        }
    }

    /// Whether no listener can tell these two apart: same frequencies, and no number of
    /// bursts makes a difference beyond the detector's tolerance.
    pub fn sounds_like(&self, other: &ToneDef) -> bool {
        cadence::sounds_like(self, other)
    }
}

impl Burst {
    /// # Panics
    /// When there are more than [`MAX_FREQS`] frequencies.
    pub fn new(freqs: &[f32], level_dbm0: f32, on_ms: u32, off_ms: u32) -> Burst {
        let mut all = [0.0; MAX_FREQS];
        all[..freqs.len()].copy_from_slice(freqs);
        Burst {
            freqs: all,
            count: freqs.len() as u8,
            modulation: None,
            level_dbm0,
            on_ms,
            off_ms,
        }
    }

    /// Hz, added.
    pub fn freqs(&self) -> &[f32] {
        &self.freqs[..usize::from(self.count)]
    }
}
