//! Automatic level for monitoring.
//!
//! What: brings each leg of a call to one level, so that who listens in hears both parties
//! alike. For listeners and their recordings only, never in the talk path.
//!
//! How: the level of speech is followed in frames that stand out of the noise, and the gain goes
//! slowly to where that level is the wanted one. In pauses it stays, and it never lifts the
//! noise above what a quiet room has. A limiter that looks 5 ms ahead keeps peaks in range: the
//! least gain within its reach, averaged over the same reach, is there when the peak comes.
//!
//! Limits: no standard exists; levels of active speech are as ITU-T P.56 means them. The output
//! is 5 ms late.

use crate::level::power_dbm0;
use types::frame::{FRAME, Samples};

#[derive(Clone, Copy, PartialEq, Debug)]
pub struct AutoLevelSettings {
    /// Where speech should be.
    pub target_dbm0: f32,
    /// The most that is added, and taken away.
    pub range_db: f32,
}

impl Default for AutoLevelSettings {
    fn default() -> AutoLevelSettings {
        AutoLevelSettings {
            target_dbm0: -18.0,
            range_db: 24.0,
        }
    }
}

/// One a leg.
#[derive(Clone, Debug)]
pub struct AutoLevel {
    settings: AutoLevelSettings,
    floor_dbm0: f32,
    /// The level of active speech; none before any was heard.
    speech_dbm0: Option<f32>,
    gain_db: f32,
    limiter: Limiter,
}

/// Below this nothing is speech, whatever the noise.
const LEAST_DBM0: f32 = -48.0;
const ABOVE_FLOOR_DB: f32 = 10.0;

/// The noise floor is followed down in a few frames, from above all at first; up 2 dB a second.
const FLOOR_AT_FIRST: f32 = 0.0;
const FLOOR_DOWN: f32 = 0.2;
const FLOOR_UP_DB: f32 = 0.02;

/// Noise is never lifted above this.
const NOISE_DBM0: f32 = -50.0;

/// How fast the level of speech is followed, in parts of the distance a frame.
const LOUDER: f32 = 0.1;
const FAINTER: f32 = 0.02;

/// How fast the gain moves, in dB a frame of speech: up 12 dB a second, down 50.
const UP_DB: f32 = 0.12;
const DOWN_DB: f32 = 0.5;

impl AutoLevel {
    pub fn new(settings: AutoLevelSettings) -> AutoLevel {
        AutoLevel {
            settings,
            floor_dbm0: FLOOR_AT_FIRST,
            speech_dbm0: None,
            gain_db: 0.0,
            limiter: Limiter::new(),
        }
    }

    /// As new, in place.
    pub fn reset(&mut self) {
        *self = AutoLevel::new(self.settings);
    }

    /// What is added now.
    pub fn gain_db(&self) -> f32 {
        self.gain_db
    }

    /// Writes the frame at its new level, 5 ms later than it came.
    pub fn process(&mut self, samples: &Samples, out: &mut Samples) {
        let samples = samples.map(f32::from);
        let energy: f32 = samples.iter().map(|s| s * s).sum();
        let before = self.gain_db;
        self.follow(power_dbm0(energy / FRAME as f32));
        let (from, to) = (linear(before), linear(self.gain_db));
        let step = (to - from) / FRAME as f32;
        let louder = |n: usize| samples[n] * (from + step * n as f32);
        *out = self.limiter.limit(&std::array::from_fn(louder));
    }

    fn follow(&mut self, level: f32) {
        let apart = level - self.floor_dbm0;
        self.floor_dbm0 += if apart < 0.0 {
            FLOOR_DOWN * apart
        } else {
            FLOOR_UP_DB.min(apart)
        };
        if level < LEAST_DBM0.max(self.floor_dbm0 + ABOVE_FLOOR_DB) {
            return;
        }
        let speech = self.speech_dbm0.get_or_insert(level);
        let rate = if level > *speech { LOUDER } else { FAINTER };
        *speech += rate * (level - *speech);
        let range = self.settings.range_db;
        let quiet = (NOISE_DBM0 - self.floor_dbm0).max(0.0);
        let wanted = (self.settings.target_dbm0 - *speech).clamp(-range, range.min(quiet));
        self.gain_db += (wanted - self.gain_db).clamp(-DOWN_DB, UP_DB);
    }
}

fn linear(db: f32) -> f32 {
    10f32.powf(db / 20.0)
}

/// Keeps peaks in range.
#[derive(Clone, Debug)]
struct Limiter {
    /// The samples looked ahead at.
    ahead: [f32; AHEAD * BLOCK],
    /// The gain that each block needs: those looked ahead at, then those of a frame.
    needed: [f32; AHEAD + BLOCKS],
    /// The least gains within reach, of the last blocks.
    least: [f32; AHEAD],
    released: f32,
    gain: f32,
}

/// Samples that share a gain's ramp, and how many blocks are looked ahead: 5 ms.
const BLOCK: usize = 8;
const BLOCKS: usize = FRAME / BLOCK;
const AHEAD: usize = 5;

/// Full scale of mu-law, less what rounding may add.
const CEILING: f32 = 32_000.0;

/// A limiter lets go in some 50 ms.
const RELEASE: f32 = 1.02;

impl Limiter {
    fn new() -> Limiter {
        Limiter {
            ahead: [0.0; AHEAD * BLOCK],
            needed: [1.0; AHEAD + BLOCKS],
            least: [1.0; AHEAD],
            released: 1.0,
            gain: 1.0,
        }
    }

    fn limit(&mut self, samples: &[f32; FRAME]) -> Samples {
        let mut all = [0.0; AHEAD * BLOCK + FRAME];
        all[..AHEAD * BLOCK].copy_from_slice(&self.ahead);
        all[AHEAD * BLOCK..].copy_from_slice(samples);
        self.needed.copy_within(BLOCKS.., 0);
        for (needed, block) in self.needed[AHEAD..]
            .iter_mut()
            .zip(samples.chunks_exact(BLOCK))
        {
            let peak = block.iter().fold(CEILING, |peak, s| peak.max(s.abs()));
            *needed = CEILING / peak;
        }
        let mut out = [0; FRAME];
        let blocks = all.chunks_exact(BLOCK).zip(out.chunks_exact_mut(BLOCK));
        for (at, (from, to)) in blocks.enumerate() {
            let gain = self.next_gain(at);
            let step = (gain - self.gain) / BLOCK as f32;
            for (n, (from, to)) in from.iter().zip(to).enumerate() {
                *to = (from * (self.gain + step * n as f32)) as i16;
            }
            self.gain = gain;
        }
        self.ahead.copy_from_slice(&all[FRAME..]);
        out
    }

    /// The gain at the end of a block.
    fn next_gain(&mut self, at: usize) -> f32 {
        let reach = &self.needed[at..=at + AHEAD];
        let least = reach.iter().fold(1.0f32, |a, b| a.min(*b));
        self.released = least.min(RELEASE * self.released);
        self.least.copy_within(1.., 0);
        self.least[AHEAD - 1] = self.released;
        self.least.iter().sum::<f32>() / AHEAD as f32
    }
}
