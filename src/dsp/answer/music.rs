//! Music or speech.
//!
//! What: whether what was heard so far moves and sounds as music does.
//!
//! How: speech falls into syllables and breaks off between words, so its level in the band of
//! voices deviates by 6 to 12 dB, and most of it has one pitch; music goes on, and has many.
//! Both together decide, the more strictly the longer was heard.
//!
//! Limits: a melody played alone with rests, and a song without instruments, are a voice.

use crate::activity::Activity;

/// Levels and voicing of what was heard, pauses left out.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Character {
    frames: f32,
    mean: f32,
    /// Sum of squared deviations from the mean.
    squares: f32,
    active: f32,
    voicing: f32,
}

/// Frames that are needed, and those after which no more is learned.
const LEAST: f32 = 120.0;
const MOST: f32 = 350.0;

/// The threshold at [`LEAST`], and how much it rises to [`MOST`].
const AT_LEAST: f32 = 4.0;
const RISES: f32 = 1.8;

/// What voicing is worth in dB of deviation, and how much of it is neither.
const VOICING: f32 = 10.0;
const NEUTRAL: f32 = 0.5;

const LEAST_DBM0: f32 = -46.0;

impl Character {
    pub fn frame(&mut self, activity: &Activity) {
        self.frames += 1.0;
        let level = activity.band_dbm0.max(LEAST_DBM0);
        let difference = level - self.mean;
        self.mean += difference / self.frames;
        self.squares += difference * (level - self.mean);
        if activity.active {
            self.active += 1.0;
            self.voicing += activity.voicing;
        }
    }

    /// Whether it is music; `None` while that cannot be told.
    pub fn is_music(&self) -> Option<bool> {
        if self.frames < LEAST {
            return None;
        }
        let deviation = (self.squares / self.frames).sqrt();
        let voicing = self.voicing / self.active.max(1.0);
        let score = deviation + VOICING * (voicing - NEUTRAL);
        let heard = (self.frames - LEAST) / (MOST - LEAST);
        Some(score < AT_LEAST + RISES * heard.min(1.0))
    }

    /// As much was heard as is ever needed.
    pub fn is_certain(&self) -> bool {
        self.frames >= MOST
    }
}
