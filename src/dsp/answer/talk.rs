//! Spurts of speech, the pauses between, and what lies behind them.
//!
//! What: since when somebody speaks, how long the last utterance and all of them are, and for how
//! long nobody has spoken.
//!
//! How: active frames are speech when they are more than the background: other people's talk on
//! the line is learned by the level that it has, and how much that moves, before somebody speaks
//! with more of a pitch or more power, and in the pauses after. Four frames of eight begin
//! speech; while it fades under the noise it goes on for a while.
//!
//! Limits: a background that speaks as loudly as the speaker is the speaker.

use crate::activity::Activity;
use types::{
    frame::FRAME_TICKS,
    tick::{Tick, Ticks},
};

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Talk {
    first: Option<Tick>,
    /// The end of the last frame of speech.
    last: Tick,
    /// Whether the last eight frames were speech, as bits.
    recent: u8,
    /// Beginning of the last spurt, and of the last run of spurts.
    spurt: Tick,
    run: Tick,
    /// Speech in spurts that are over.
    speech: Ticks,
    /// Mean level of all speech, its frames, and the level of the last ones.
    level_dbm0: f32,
    frames: f32,
    recent_dbm0: f32,
    background: Background,
}

/// How much was said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lengths {
    /// The last utterance, without a pause of 300 ms, and with pauses to 600 ms.
    pub spurt: Ticks,
    pub run: Ticks,
    /// All utterances, without their pauses.
    pub all: Ticks,
}

/// What is heard before and between the words, in the band of voices.
#[derive(Clone, Copy, Debug)]
struct Background {
    mean_dbm0: f32,
    deviation_db: f32,
    frames: f32,
    /// How much of a voice the last frames were.
    voicing: f32,
    /// The loudest frame of speech.
    peak_dbm0: f32,
}

/// Frames of the last eight that are speech, and how long speech may fade.
const SPEAKS: u32 = 4;
const FADES: Ticks = Ticks::ms(150);

/// Pauses between spurts, and between runs of spurts.
const BETWEEN_SPURTS: Ticks = Ticks::ms(300);
const BETWEEN_RUNS: Ticks = Ticks::ms(600);

/// After this long nobody speaks, and the background is learned.
const BACKGROUND_AFTER: Ticks = Ticks::ms(200);

/// Noise deviates less than this; what deviates more must be exceeded by so many times more.
const STEADY_DB: f32 = 2.3;
const MOVING: f32 = 6.0;
const MOST_MARGIN_DB: f32 = 9.0;

/// Speech before which nobody spoke is this much above the background, or has this voicing.
const STRONG_DB: f32 = 9.0;
const VOICED: f32 = 0.55;

/// What is less below the loudest frame is no background.
const BELOW_PEAK_DB: f32 = 14.0;

/// Talk weaker than this, and no further above the noise than that, is background when it has
/// lasted so many frames and somebody speaks so much louder.
const BACKGROUND_DBM0: f32 = -26.0;
const OVER_FLOOR_DB: f32 = 12.0;
const LOUDER_AFTER: f32 = 20.0;
const LOUDER_DB: f32 = 7.0;

/// How much other people's talk deviates.
const TALK_DB: f32 = 3.0;

const LEAST_DBM0: f32 = -75.0;

impl Talk {
    pub fn frame(&mut self, activity: &Activity, tonal: bool, at: Tick) {
        let quiet = at.since(self.last);
        let above = match self.first {
            _ if tonal => false,
            None => self.background.before_talk(activity),
            Some(_) => self.background.during_talk(activity, quiet),
        };
        let speech = activity.active && above;
        self.recent = self.recent << 1 | u8::from(speech);
        if speech {
            self.measure(activity.band_dbm0);
        }
        if speech && self.is_louder(activity.floor_dbm0) {
            self.background.was_talk(self.level_dbm0);
            self.restart();
            self.recent = 0;
        } else if speech && self.recent.count_ones() >= SPEAKS {
            self.speaks(at, quiet);
        } else if self.first.is_some() && above && activity.fades && quiet < FADES {
            self.last = at + FRAME_TICKS;
        }
    }

    /// When somebody spoke first.
    pub fn first(&self) -> Option<Tick> {
        self.first
    }

    /// How long nobody has spoken.
    pub fn quiet(&self, now: Tick) -> Ticks {
        now.since(self.last)
    }

    pub fn lengths(&self) -> Lengths {
        let spurt = self.last.since(self.spurt);
        Lengths {
            spurt,
            run: self.last.since(self.run),
            all: self.speech + spurt,
        }
    }

    /// Forgets what was said; the background stays.
    pub fn restart(&mut self) {
        *self = Talk {
            background: self.background,
            ..Talk::default()
        };
    }

    fn measure(&mut self, dbm0: f32) {
        self.frames = (self.frames + 1.0).min(200.0);
        self.level_dbm0 += (dbm0 - self.level_dbm0) / self.frames;
        let weight = if self.frames == 1.0 { 1.0 } else { 0.2 };
        self.recent_dbm0 += weight * (dbm0 - self.recent_dbm0);
    }

    /// Somebody begins to speak before other people's talk.
    fn is_louder(&self, floor_dbm0: f32) -> bool {
        self.frames >= LOUDER_AFTER
            && self.level_dbm0 < BACKGROUND_DBM0.min(floor_dbm0 + OVER_FLOOR_DB)
            && self.recent_dbm0 > self.level_dbm0 + LOUDER_DB
    }

    fn speaks(&mut self, at: Tick, quiet: Ticks) {
        let start = at - Ticks(u64::from(SPEAKS - 1) * FRAME_TICKS.0);
        if self.first.is_none() {
            (self.first, self.spurt, self.run) = (Some(start), start, start);
        } else if quiet >= BETWEEN_SPURTS {
            self.speech = self.speech + self.last.since(self.spurt);
            self.spurt = start;
            if quiet >= BETWEEN_RUNS {
                self.run = start;
            }
        }
        self.last = at + FRAME_TICKS;
    }
}

impl Default for Background {
    fn default() -> Background {
        Background {
            mean_dbm0: LEAST_DBM0,
            deviation_db: 0.0,
            frames: 0.0,
            voicing: 0.0,
            peak_dbm0: LEAST_DBM0,
        }
    }
}

impl Background {
    /// Nobody has spoken yet: whether this frame is somebody who speaks.
    fn before_talk(&mut self, activity: &Activity) -> bool {
        self.voicing += 0.15 * (activity.voicing - self.voicing);
        let level = activity.band_dbm0.max(LEAST_DBM0);
        let threshold = self.mean_dbm0 + self.margin_db();
        let strong = level > threshold + STRONG_DB;
        let speaks = activity.active && level > threshold && (strong || self.voicing > VOICED);
        if speaks {
            self.peak_dbm0 = self.peak_dbm0.max(level);
        } else if self.frames < 10.0 || level < self.mean_dbm0 + STRONG_DB + 3.0 {
            self.learn(level);
        }
        speaks
    }

    /// Whether this frame is more than the background behind the speaker.
    fn during_talk(&mut self, activity: &Activity, quiet: Ticks) -> bool {
        let level = activity.band_dbm0.max(LEAST_DBM0);
        let limit = self.peak_dbm0 - BELOW_PEAK_DB;
        let above = level > (self.mean_dbm0 + self.margin_db()).min(limit);
        if above && activity.active {
            self.peak_dbm0 = self.peak_dbm0.max(level);
        }
        if quiet > BACKGROUND_AFTER && level < limit {
            self.learn(level);
        }
        above
    }

    /// What was taken for the speaker was not.
    fn was_talk(&mut self, dbm0: f32) {
        self.mean_dbm0 = self.mean_dbm0.max(dbm0);
        self.deviation_db = self.deviation_db.max(TALK_DB);
        self.peak_dbm0 = LEAST_DBM0;
    }

    fn margin_db(&self) -> f32 {
        (MOVING * (self.deviation_db - STEADY_DB)).clamp(0.0, MOST_MARGIN_DB)
    }

    fn learn(&mut self, level: f32) {
        if self.frames == 0.0 {
            self.mean_dbm0 = level;
        }
        self.frames = (self.frames + 1.0).min(64.0);
        let weight = 1.0 / self.frames.max(8.0);
        let difference = (level - self.mean_dbm0).clamp(-MOST_MARGIN_DB, MOST_MARGIN_DB);
        self.mean_dbm0 += weight * difference;
        // The mean distance of normal noise, made its deviation.
        self.deviation_db += weight * (1.25 * difference.abs() - self.deviation_db);
    }
}
