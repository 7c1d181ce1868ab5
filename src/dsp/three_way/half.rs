//! Half a second of the trunk, summed up: how much of it the far end spoke, how quiet it got, what
//! voice that was.

use super::{
    Facts,
    echo_path::{Echo, EchoPath, GROUPS},
    front::{Front, OCTAVES, Sound},
};
use types::{tick::Tick, tone::Tone};

/// Frames.
pub(super) const HALF_SECOND: u8 = 50;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Half {
    pub start: Tick,
    /// Frames in which the far end sounded, and in which the phone did.
    pub far: u8,
    pub sent: u8,
    /// Octave powers of the quietest 40 ms that were no echo.
    pub quietest: Option<[f32; OCTAVES]>,
    /// Sum and sum of squares of the level of quiet frames, in octaves of power; their number.
    pub quiet: [f32; 3],
    /// Mean power of the far end's frames.
    pub far_power: f32,
    pub voice: Option<VoiceOf>,
    /// Power gains of the echo, if the phone spoke enough to know.
    pub echo: Option<[f32; GROUPS]>,
    /// The first network tone and whether digits were heard.
    pub tone: Option<Tone>,
    pub dtmf: u8,
    pub machine: u8,
}

/// Pitch and spectrum of a talker in half a second.
#[derive(Clone, Copy, Debug)]
pub(super) struct VoiceOf {
    /// Logarithm to base 2 of Hz.
    pub pitch: f32,
    /// Octave powers against their mean, as logarithms to base 2.
    pub shape: [f32; OCTAVES],
}

#[derive(Clone, Debug)]
pub(super) struct HalfSecond {
    frames: u8,
    now: Half,
    /// The last four frames.
    recent: [Sound; 4],
    /// How many of them in a row held no echo.
    clean: u8,
    learnt: u8,
    voiced: f32,
    pitch: f32,
    shape: [f32; OCTAVES],
    /// Quietest 40 ms of the last half seconds.
    minima: [f32; MINIMA],
    floor: f32,
}

const MINIMA: usize = 10;

/// Until the line's own is known: -55 dBm0.
const FLOOR_AT_FIRST: f32 = 800.0;
/// -75 dBm0.
const LEAST_FLOOR: f32 = 8.0;

/// 9 dB over the floor, 6 over the echo.
const FAR_ABOVE_FLOOR: f32 = 8.0;
const FAR_ABOVE_ECHO: f32 = 4.0;
const QUIET: f32 = 3.0;

impl HalfSecond {
    pub fn new() -> HalfSecond {
        HalfSecond {
            frames: 0,
            now: Half::default(),
            recent: [Sound::default(); 4],
            clean: 0,
            learnt: 0,
            voiced: 0.0,
            pitch: 0.0,
            shape: [0.0; OCTAVES],
            minima: [FLOOR_AT_FIRST; MINIMA],
            floor: FLOOR_AT_FIRST,
        }
    }

    /// Mean square of the line's noise.
    pub fn floor(&self) -> f32 {
        self.floor
    }

    pub fn reset(&mut self) {
        *self = HalfSecond::new();
    }

    pub fn take(&mut self, sound: &Sound, echo: Echo, facts: &Facts, front: &Front, at: Tick) {
        if self.frames == 0 {
            self.begin(at);
        }
        self.recent[usize::from(self.frames % 4)] = *sound;
        self.frames += 1;
        self.now.tone = self.now.tone.or(facts.tone);
        self.now.dtmf += u8::from(facts.dtmf);
        self.now.machine += u8::from(facts.machine);
        self.now.sent += u8::from(echo.sounding);
        self.learnt += u8::from(echo.learnt);
        let power = sound.power();
        let echo_free = echo.expected < 0.3 * power;
        self.clean = if echo_free && !facts.tonal {
            (self.clean + 1).min(4)
        } else {
            0
        };
        let nobody = facts.tonal || facts.machine;
        if power > FAR_ABOVE_FLOOR * self.floor && power > FAR_ABOVE_ECHO * echo.expected {
            self.now.far += u8::from(!nobody);
            self.now.far_power += if nobody { 0.0 } else { power };
            if !nobody && self.now.far.is_multiple_of(4) {
                self.listen(front);
            }
        } else if echo_free && power < QUIET * self.floor {
            let level = power.max(1.0).log2();
            self.now.quiet[0] += level;
            self.now.quiet[1] += level * level;
            self.now.quiet[2] += 1.0;
        }
        if self.clean == 4 {
            self.look_for_quiet();
        }
    }

    /// What the half second was, when it is over.
    pub fn complete(&mut self, echo: &EchoPath) -> Option<Half> {
        /// Frames of the phone that make the echo known; voiced ones that make a talker.
        const LEARNT: u8 = 12;
        const VOICED: f32 = 3.0;
        if self.frames < HALF_SECOND {
            return None;
        }
        self.frames = 0;
        let mut half = self.now;
        half.far_power /= f32::from(half.far.max(1));
        half.echo = (self.learnt >= LEARNT).then(|| echo.profile());
        half.voice = (self.voiced >= VOICED).then(|| VoiceOf {
            pitch: self.pitch / self.voiced,
            shape: self.shape.map(|sum| sum / self.voiced),
        });
        if let Some(quietest) = half.quietest {
            self.minima.copy_within(1.., 0);
            self.minima[MINIMA - 1] = quietest.iter().sum::<f32>();
            let least = self.minima.iter().fold(f32::MAX, |a, &b| a.min(b));
            self.floor = least.max(LEAST_FLOOR);
        }
        Some(half)
    }

    fn begin(&mut self, at: Tick) {
        self.now = Half {
            start: at,
            ..Half::default()
        };
        self.learnt = 0;
        self.voiced = 0.0;
        self.pitch = 0.0;
        self.shape = [0.0; OCTAVES];
    }

    fn look_for_quiet(&mut self) {
        let mean: [f32; OCTAVES] =
            std::array::from_fn(|o| self.recent.iter().map(|s| s.octaves[o]).sum::<f32>() / 4.0);
        let sum: f32 = mean.iter().sum();
        let best = self.now.quietest.map_or(f32::MAX, |q| q.iter().sum());
        if sum < best {
            self.now.quietest = Some(mean);
        }
    }

    fn listen(&mut self, front: &Front) {
        let Some(pitch) = front.pitch() else {
            return;
        };
        let octaves: [f32; OCTAVES] = std::array::from_fn(|o| {
            let sum: f32 = self.recent.iter().map(|s| s.octaves[o]).sum();
            sum.max(1.0).log2()
        });
        let mean = octaves.iter().sum::<f32>() / OCTAVES as f32;
        for (to, octave) in self.shape.iter_mut().zip(octaves) {
            *to += octave - mean;
        }
        self.pitch += pitch;
        self.voiced += 1.0;
    }
}
