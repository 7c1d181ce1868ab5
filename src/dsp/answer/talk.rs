//! Spurts of speech, the pauses between, and what lies behind them.
//!
//! What: since when somebody speaks, how long the last utterance and all of them are, and for how
//! long nobody has spoken.
//!
//! How: active frames above a level are speech at this level: four of eight begin it, and while it
//! fades under the noise it goes on for a while. A ladder of levels is followed at once, each
//! with what it takes for the background: what is heard before anybody speaks and in the pauses.
//! Who speaks comes near to his loudest all the time: what the level a little below the loudest
//! frame takes for the background lies behind the speaker. When that is a sound itself, other
//! people's talk, this level tells who speaks; otherwise whatever is active does. A louder word
//! chooses a higher level, at which all that was heard before is judged anew.
//!
//! Limits: a background that speaks as loudly as the speaker is the speaker.

use crate::activity::Activity;
use types::{
    frame::FRAME_TICKS,
    tick::{Tick, Ticks},
};

#[derive(Clone, Copy, Debug)]
pub(super) struct Talk {
    steps: [Step; STEPS],
    /// The step that tells who speaks.
    chosen: usize,
    /// How much of a voice the last frames were.
    voicing: f32,
    /// The loudest frame, and the one before this one.
    peak_dbm0: f32,
    before_dbm0: f32,
}

/// Speech above one level, in the band of voices.
#[derive(Clone, Copy, Debug)]
struct Step {
    /// When it began first.
    first: Option<Tick>,
    /// The end of the last frame of speech.
    last: Tick,
    /// Whether the last eight frames were speech, as bits.
    recent: u8,
    /// Beginning of the last spurt, and of the last run of spurts.
    spurt: Tick,
    run: Tick,
    /// Spurts that are over, and the speech in them.
    spurts: u32,
    speech: Ticks,
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
    /// From the first word to the last, and the utterances in it.
    pub span: Ticks,
    pub spurts: u32,
}

/// What is heard before and between the words, in the band of voices.
#[derive(Clone, Copy, Debug)]
struct Background {
    mean_dbm0: f32,
    deviation_db: f32,
    /// The share of active frames.
    active: f32,
    frames: f32,
}

/// The ladder. Its lowest step has no level of its own: what is active is speech.
const STEPS: usize = 12;
const LOWEST_DBM0: f32 = -40.0;
const STEP_DB: f32 = 2.5;

/// Who speaks comes this near to his loudest all the time.
const BELOW_PEAK_DB: f32 = 8.0;

/// A speaker's loudest is so much above a background that is talk itself.
const STANDS_OUT_DB: f32 = 12.0;

/// Frames of the last eight that are speech, and how long speech may fade.
const SPEAKS: u32 = 4;
const FADES: Ticks = Ticks::ms(150);

/// Pauses between spurts, and between runs of spurts.
const BETWEEN_SPURTS: Ticks = Ticks::ms(300);
const BETWEEN_RUNS: Ticks = Ticks::ms(600);

/// After this long nobody speaks, and the background is learned.
const BACKGROUND_AFTER: Ticks = Ticks::ms(200);

/// Noise deviates less than this; what deviates more has peaks so many times higher, but not more
/// than this.
const STEADY_DB: f32 = 2.3;
const MOVING: f32 = 6.0;
const MOST_DB: f32 = 9.0;

/// A background with fainter peaks does not disturb, nor one that is seldom active.
const FAINT_DBM0: f32 = -44.0;
const ACTIVE: f32 = 0.25;

/// How long a background's level and its activity are remembered.
const LEAST_FRAMES: f32 = 8.0;
const LEVEL_FRAMES: f32 = 64.0;
const ACTIVE_FRAMES: f32 = 300.0;

/// The first word is this much above its step, or has this voicing.
const STRONG_DB: f32 = 9.0;
const VOICED: f32 = 0.55;

const LEAST_DBM0: f32 = -75.0;

impl Talk {
    pub fn new() -> Talk {
        Talk {
            steps: [Step::new(); STEPS],
            chosen: 0,
            voicing: 0.0,
            peak_dbm0: LEAST_DBM0,
            before_dbm0: LEAST_DBM0,
        }
    }

    pub fn frame(&mut self, activity: &Activity, tonal: bool, at: Tick) {
        self.voicing += 0.15 * (activity.voicing - self.voicing);
        let dbm0 = activity.band_dbm0.max(LEAST_DBM0);
        if activity.active && !tonal {
            self.peak_dbm0 = self.peak_dbm0.max(dbm0.min(self.before_dbm0));
        }
        self.before_dbm0 = if tonal { LEAST_DBM0 } else { dbm0 };
        for (n, step) in self.steps.iter_mut().enumerate() {
            let over_db = dbm0 - level(n);
            let begins = over_db > STRONG_DB || self.voicing > VOICED;
            let above = !tonal && over_db > 0.0 && (step.first.is_some() || begins);
            step.frame(activity, above, at);
        }
        self.choose();
    }

    /// When somebody spoke first.
    pub fn first(&self) -> Option<Tick> {
        self.steps[self.chosen].first
    }

    /// The beginning of all that was heard, loud or not.
    pub fn sound_began(&self) -> Option<Tick> {
        self.steps[0].first
    }

    /// How long nothing at all was heard, after something was.
    pub fn silent(&self, now: Tick) -> Ticks {
        let lowest = &self.steps[0];
        lowest.first.map_or(Ticks(0), |_| now.since(lowest.last))
    }

    /// How long nobody has spoken.
    pub fn quiet(&self, now: Tick) -> Ticks {
        now.since(self.steps[self.chosen].last)
    }

    pub fn lengths(&self) -> Lengths {
        self.steps[self.chosen].lengths()
    }

    /// Forgets what was said; the background stays.
    pub fn restart(&mut self) {
        for step in &mut self.steps {
            *step = Step {
                background: step.background,
                ..Step::new()
            };
        }
        self.peak_dbm0 = LEAST_DBM0;
        self.before_dbm0 = LEAST_DBM0;
    }

    /// The lowest step, or, where the background moves and sounds itself, the highest that
    /// the speaker keeps reaching.
    fn choose(&mut self) {
        let near = step_below(self.peak_dbm0 - BELOW_PEAK_DB);
        let background = &self.steps[near].background;
        let stands_out = self.peak_dbm0 >= background.mean_dbm0 + STANDS_OUT_DB;
        self.chosen = match background.moves() && stands_out {
            true => near,
            false => 0,
        };
    }
}

/// The level of a step.
fn level(step: usize) -> f32 {
    if step == 0 {
        return LEAST_DBM0 - 1.0;
    }
    LOWEST_DBM0 + STEP_DB * (step - 1) as f32
}

/// The last step at or below this level.
fn step_below(dbm0: f32) -> usize {
    let above = ((dbm0 - LOWEST_DBM0) / STEP_DB).floor() + 1.0;
    above.clamp(0.0, (STEPS - 1) as f32) as usize
}

impl Step {
    fn new() -> Step {
        Step {
            first: None,
            last: Tick(0),
            recent: 0,
            spurt: Tick(0),
            run: Tick(0),
            spurts: 0,
            speech: Ticks(0),
            background: Background {
                mean_dbm0: LEAST_DBM0,
                deviation_db: 0.0,
                active: 0.0,
                frames: 0.0,
            },
        }
    }

    fn frame(&mut self, activity: &Activity, above: bool, at: Tick) {
        let quiet = at.since(self.last);
        let speech = above && activity.active;
        self.recent = self.recent << 1 | u8::from(speech);
        if speech && self.recent.count_ones() >= SPEAKS {
            self.speaks(at, quiet);
        } else if self.first.is_some() && above && activity.fades && quiet < FADES {
            self.last = at + FRAME_TICKS;
        }
        let silent = !speech && (self.first.is_none() || quiet > BACKGROUND_AFTER);
        if silent {
            self.background.learn(activity);
        }
    }

    fn speaks(&mut self, at: Tick, quiet: Ticks) {
        let start = at - Ticks(u64::from(SPEAKS - 1) * FRAME_TICKS.0);
        if self.first.is_none() {
            (self.first, self.spurt, self.run) = (Some(start), start, start);
        } else if quiet >= BETWEEN_SPURTS {
            self.speech = self.speech + self.last.since(self.spurt);
            self.spurts += 1;
            self.spurt = start;
            if quiet >= BETWEEN_RUNS {
                self.run = start;
            }
        }
        self.last = at + FRAME_TICKS;
    }

    fn lengths(&self) -> Lengths {
        let spurt = self.last.since(self.spurt);
        Lengths {
            spurt,
            run: self.last.since(self.run),
            all: self.speech + spurt,
            span: self.last.since(self.first.unwrap_or(self.last)),
            spurts: self.spurts + 1,
        }
    }
}

impl Background {
    fn learn(&mut self, activity: &Activity) {
        let dbm0 = activity.band_dbm0.max(LEAST_DBM0);
        if self.frames == 0.0 {
            self.mean_dbm0 = dbm0;
        }
        self.frames = (self.frames + 1.0).min(ACTIVE_FRAMES);
        let weight = 1.0 / self.frames.clamp(LEAST_FRAMES, LEVEL_FRAMES);
        let difference = (dbm0 - self.mean_dbm0).clamp(-MOST_DB, MOST_DB);
        self.mean_dbm0 += weight * difference;
        // The mean distance of normal noise, made its deviation.
        self.deviation_db += weight * (1.25 * difference.abs() - self.deviation_db);
        let weight = 1.0 / self.frames.max(LEAST_FRAMES);
        self.active += weight * (f32::from(u8::from(activity.active)) - self.active);
    }

    /// Whether it is a sound itself, and no steady noise.
    fn moves(&self) -> bool {
        let excess_db = self.deviation_db - STEADY_DB;
        let peaks_dbm0 = self.mean_dbm0 + (MOVING * excess_db).min(MOST_DB);
        excess_db > 0.0 && peaks_dbm0 > FAINT_DBM0 && self.active > ACTIVE
    }
}
