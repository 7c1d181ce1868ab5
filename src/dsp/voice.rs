//! Voice and silence.
//!
//! What: tells that somebody speaks, and that nobody has for a set time.
//!
//! How: frames that stand out of the noise in the band of voices (`activity`) and that other
//! detectors don't claim as a tone add up to an utterance; short pauses within are bridged, a
//! tone takes away. The utterance counts after 160 ms, and only when it sounds like one: most
//! of it has a pitch, which noise has not, and its level has moved, which a steady tone's does
//! not.
//!
//! Limits: an utterance of 200 ms at -35 dBm0 is heard on a quiet line, and 6 dB over noise of
//! -33 dBm0; noise of any level, clicks, hum and single tones are not. What is whispered is not.
//! Music with a melody, and a tone with beats that no other detector knows, can be taken for a
//! voice. No standard exists; ITU-T P.56 defines the level of active speech.

pub use crate::activity::Activity;
use crate::{activity::ActivityMeter, level::power_dbm0};
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
    meter: ActivityMeter,
    activity: Activity,
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
    voicing: f32,
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

/// Frames that make an utterance, and the pause that ends one.
const ENOUGH: u32 = 16;
const PAUSE: u32 = 10;

/// Variance of speech's level in the band of voices, dB squared. A tone has none.
const MOVES: f32 = 1.8;
const MEMORY: u32 = 32;

/// Mean agreement of speech with itself one pitch period ago. Noise of any colour has 0.4 at most.
const VOICED: f32 = 0.41;

const AGAIN: Ticks = Ticks::ms(500);

/// Loud frames that break a silence.
const BREAKS_SILENCE: u8 = 3;

impl Voice {
    pub fn new(settings: VoiceSettings) -> Voice {
        Voice {
            settings,
            meter: ActivityMeter::new(),
            activity: Activity::NONE,
            utterance: None,
            quiet: Quiet::default(),
        }
    }

    /// `tonal` is what the other detectors say of this frame: a network tone or DTMF.
    pub fn process(&mut self, samples: &Samples, at: Tick, tonal: bool) -> ArrayVec<VoiceEvent, 2> {
        let activity = self.meter.frame(samples);
        self.activity = activity;
        let mut events = ArrayVec::new();
        if tonal {
            self.tone();
        } else if activity.active {
            self.speech(&activity, at);
        } else {
            self.pause();
        }
        events.extend(self.tell(at + FRAME_TICKS));
        events.extend(self.quiet.follow(activity.loud, at, self.settings.silence));
        events
    }

    /// Instead of a frame that holds nothing of the far party's, as an echo of what was sent: it is
    /// a pause, and says nothing of the noise.
    pub fn passed(&mut self, at: Tick) -> ArrayVec<VoiceEvent, 2> {
        self.meter.lost();
        self.activity = self.meter.nothing();
        self.pause();
        let mut events = ArrayVec::new();
        events.extend(self.tell(at + FRAME_TICKS));
        events.extend(self.quiet.follow(false, at, self.settings.silence));
        events
    }

    /// What the last frame held, for whoever else wants to know.
    pub fn activity(&self) -> &Activity {
        &self.activity
    }

    /// Samples are missing before the next frame: they are a pause in what was said. Nobody knows
    /// whether longer ones were silent.
    pub fn lost(&mut self, samples: u32) {
        self.meter.lost();
        let frames = samples / FRAME as u32;
        if frames > PAUSE {
            self.utterance = None;
            self.quiet = Quiet::default();
        } else {
            (0..frames).for_each(|_| self.pause());
        }
    }

    /// Forgets all that was heard, in place.
    pub fn reset(&mut self) {
        self.meter.reset();
        self.activity = Activity::NONE;
        self.utterance = None;
        self.quiet = Quiet::default();
    }

    fn speech(&mut self, activity: &Activity, at: Tick) {
        let utterance = self.utterance.get_or_insert(Utterance::new(at));
        // The first frame may be loud only in part: its level says nothing of movement.
        if utterance.powers > 0 {
            utterance.measure(activity.band_dbm0);
        }
        utterance.frames += 1;
        utterance.fresh += 1;
        utterance.pause = 0;
        utterance.power += activity.power;
        utterance.powers += 1;
        utterance.voicing += activity.voicing;
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
        if !utterance.speaks() || !due || utterance.fresh < ENOUGH {
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
            voicing: 0.0,
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

    fn speaks(&self) -> bool {
        self.variance >= MOVES && self.voicing >= VOICED * self.powers as f32
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
