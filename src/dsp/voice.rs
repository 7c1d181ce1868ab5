//! Voice and silence.
//!
//! What: tells that somebody speaks, and that nobody has for a set time.
//!
//! How: the power of each 10 ms frame is compared with a floor that follows the noise of
//! the line: down at once, up slowly. Frames above it that other detectors don't claim as
//! a tone add up to an utterance; short pauses within are bridged, a tone takes away. The
//! utterance counts after 160 ms, and only when its level has moved as speech does: a
//! hiss or a steady tone that no plan knows stays flat.
//!
//! Limits: an utterance of 200 ms at -35 dBm0 is heard; noise at -45 dBm0 and less, and
//! clicks, are not. A tone with beats that no other detector knows can be taken for a
//! voice. No standard exists; ITU-T P.56 defines the level of active speech, and a floor
//! some 16 dB under it (clause 5) is what the threshold follows.

use crate::level::power_dbm0;
use arrayvec::ArrayVec;
use types::{
    frame::{FRAME, FRAME_TICKS, Samples},
    tick::{Tick, Ticks},
};

/// What a leg is watched for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VoiceSettings {
    /// Nothing above the floor for this long is silence.
    pub silence: Ticks,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum VoiceEvent {
    /// Somebody speaks, since `start`; told again each half second while it goes on.
    /// The level is the mean of the utterance so far.
    Began { start: Tick, level_dbm0: f32 },
    /// Nothing above the noise floor since `since`; told once, when it has lasted.
    Silence { since: Tick },
}

/// The detector. One a leg.
#[derive(Clone, Debug)]
pub struct Voice {
    settings: VoiceSettings,
    floor_dbm0: f32,
    utterance: Option<Utterance>,
    quiet: Quiet,
}

#[derive(Clone, Copy, Debug)]
struct Utterance {
    start: Tick,
    /// Frames of speech, less what tones took away.
    frames: u32,
    pause: u32,
    power: f32,
    powers: u32,
    /// Mean and variance of the frames' levels in dB, over the last third of a second.
    mean: f32,
    variance: f32,
    told: Option<Tick>,
    /// Frames of speech since it was told.
    fresh: u32,
}

/// How long nothing was heard.
#[derive(Clone, Copy, Debug, Default)]
struct Quiet {
    since: Option<Tick>,
    told: bool,
    /// Rises with loud frames, falls with others, so that a click does not count.
    loud: u8,
}

/// Never below this, however quiet the line.
const LEAST_DBM0: f32 = -41.0;
const ABOVE_FLOOR_DB: f32 = 8.0;

const FLOOR_AT_FIRST: f32 = -55.0;
const FLOOR_RANGE: (f32, f32) = (-70.0, -25.0);

/// Per frame: 2 dB a second up.
const FLOOR_UP_DB: f32 = 0.02;
const FLOOR_DOWN: f32 = 0.2;

/// Frames that make an utterance, and the pause that ends one.
const ENOUGH: u32 = 16;
const PAUSE: u32 = 10;

/// Variance of speech's level, dB squared. White noise has 0.5, a tone none.
const MOVES: f32 = 2.25;
const MEMORY: u32 = 32;

/// Loud frames without movement are noise that set in: the floor follows 20 dB a second.
const STEADY_FRAMES: u32 = 50;
const FLOOR_UP_STEADY_DB: f32 = 0.2;

const AGAIN: Ticks = Ticks::ms(500);

/// Loud frames that break a silence.
const BREAKS_SILENCE: u8 = 3;

impl Voice {
    pub fn new(settings: VoiceSettings) -> Voice {
        Voice {
            settings,
            floor_dbm0: FLOOR_AT_FIRST,
            utterance: None,
            quiet: Quiet::default(),
        }
    }

    /// `tonal` is what the other detectors say of this frame: a network tone or DTMF.
    pub fn process(&mut self, samples: &Samples, at: Tick, tonal: bool) -> ArrayVec<VoiceEvent, 2> {
        let energy: f32 = samples.iter().map(|&s| f32::from(s) * f32::from(s)).sum();
        let power = energy / FRAME as f32;
        let level = power_dbm0(power);
        let loud = level >= LEAST_DBM0.max(self.floor_dbm0 + ABOVE_FLOOR_DB);
        let mut events = ArrayVec::new();
        if tonal {
            self.tone();
        } else {
            self.follow_floor(level);
            if loud {
                self.speech(power, level, at);
            } else {
                self.pause();
            }
        }
        events.extend(self.tell(at + FRAME_TICKS));
        events.extend(self.quiet.follow(loud, at, self.settings.silence));
        events
    }

    /// Samples are missing before the next frame: what was before does not run on.
    pub fn lost(&mut self, samples: u32) {
        if samples as usize > FRAME {
            self.pause();
        }
    }

    /// Forgets all that was heard, in place.
    pub fn reset(&mut self) {
        *self = Voice::new(self.settings);
    }

    fn follow_floor(&mut self, level: f32) {
        let difference = level - self.floor_dbm0;
        let steady = self
            .utterance
            .is_some_and(|u| u.powers >= STEADY_FRAMES && !u.moves());
        let up = if steady {
            FLOOR_UP_STEADY_DB
        } else {
            FLOOR_UP_DB
        };
        self.floor_dbm0 += if difference < 0.0 {
            FLOOR_DOWN * difference
        } else {
            up.min(difference)
        };
        self.floor_dbm0 = self.floor_dbm0.clamp(FLOOR_RANGE.0, FLOOR_RANGE.1);
    }

    fn speech(&mut self, power: f32, level: f32, at: Tick) {
        let utterance = self.utterance.get_or_insert(Utterance::new(at));
        // The first frame may be loud only in part: its level says nothing of movement.
        if utterance.powers > 0 {
            utterance.measure(level);
        }
        utterance.frames += 1;
        utterance.fresh += 1;
        utterance.pause = 0;
        utterance.power += power;
        utterance.powers += 1;
    }

    fn pause(&mut self) {
        if let Some(utterance) = &mut self.utterance {
            utterance.pause += 1;
            if utterance.pause > PAUSE {
                self.utterance = None;
            }
        }
    }

    /// A tone's edges don't look tonal; what they added, the tone takes away.
    fn tone(&mut self) {
        if let Some(utterance) = &mut self.utterance {
            utterance.frames = utterance.frames.saturating_sub(2);
            utterance.fresh = utterance.fresh.saturating_sub(2);
            if utterance.frames == 0 {
                self.utterance = None;
            }
        }
    }

    fn tell(&mut self, now: Tick) -> Option<VoiceEvent> {
        let utterance = self.utterance.as_mut()?;
        let due = utterance.told.is_none_or(|told| now.since(told) >= AGAIN);
        if !utterance.moves() || !due || utterance.fresh < ENOUGH {
            return None;
        }
        utterance.told = Some(now);
        utterance.fresh = 0;
        Some(VoiceEvent::Began {
            start: utterance.start,
            level_dbm0: power_dbm0(utterance.power / utterance.powers as f32),
        })
    }
}

impl Utterance {
    fn new(start: Tick) -> Utterance {
        Utterance {
            start,
            frames: 0,
            pause: 0,
            power: 0.0,
            powers: 0,
            mean: 0.0,
            variance: 0.0,
            told: None,
            fresh: 0,
        }
    }

    /// Takes a level into mean and variance, older ones fading.
    fn measure(&mut self, level: f32) {
        let weight = 1.0 / self.powers.min(MEMORY) as f32;
        let difference = level - self.mean;
        if self.powers == 1 {
            self.mean = level;
            return;
        }
        self.mean += weight * difference;
        self.variance = (1.0 - weight) * (self.variance + weight * difference * difference);
    }

    fn moves(&self) -> bool {
        self.variance >= MOVES
    }
}

impl Quiet {
    fn follow(&mut self, loud: bool, at: Tick, silence: Ticks) -> Option<VoiceEvent> {
        self.loud = if loud {
            (self.loud + 1).min(BREAKS_SILENCE)
        } else {
            self.loud.saturating_sub(1)
        };
        if self.loud == BREAKS_SILENCE {
            *self = Quiet {
                loud: self.loud,
                ..Quiet::default()
            };
            return None;
        }
        let since = *self.since.get_or_insert(at);
        if self.told || (at + FRAME_TICKS).since(since) < silence {
            return None;
        }
        self.told = true;
        Some(VoiceEvent::Silence { since })
    }
}
