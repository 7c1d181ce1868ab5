//! Half a second of the trunk, summed up: how much of it the far end spoke, how quiet it got, what
//! voice that was.

use super::{
    Facts,
    cepstrum::CEPSTRA,
    echo_path::{Echo, EchoPath, GROUPS},
    front::{Front, OCTAVES, Sound},
};
use types::{tick::Tick, tone::Tone};

/// Frames.
pub(super) const HALF_SECOND: u8 = 50;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Half {
    pub start: Tick,
    /// Frames in which the far end sounded.
    pub far: u8,
    /// Frames in which the phone did not; those of them in which the far end did, and in which
    /// anything did, tones and all.
    pub alone: u8,
    pub far_alone: u8,
    pub loud_alone: u8,
    /// Frames of the far end that had nothing in the lowest and the highest octave.
    pub keyed: u8,
    /// A weak steady tone.
    pub hum: bool,
    /// Mean octave powers of the frames that held nothing but noise, long after the far end spoke
    /// (a mobile's noise sinks then) and soon after it.
    pub noise: Option<[f32; OCTAVES]>,
    pub pause: Option<[f32; OCTAVES]>,
    /// How much the level of these frames varies, in dB.
    pub flutter: f32,
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

impl Half {
    /// The far end's sound was mostly tones as keys make them.
    pub fn is_keyed(&self) -> bool {
        self.far > 0 && self.keyed * 3 >= self.far * 2
    }
}

/// Pitch and spectrum of a talker in half a second.
#[derive(Clone, Copy, Debug)]
pub(super) struct VoiceOf {
    /// Logarithm to base 2 of Hz.
    pub pitch: f32,
    /// Octave powers against their mean, as logarithms to base 2.
    pub shape: [f32; OCTAVES],
    pub cepstra: [f32; CEPSTRA],
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
    cepstra: [f32; CEPSTRA],
    quiet: Quiet,
    pause: Quiet,
    since_far: u8,
    /// Half seconds whose quietest is in the floor.
    known: u8,
    all: Quiet,
    /// Quietest 40 ms that were no echo, of this half second and of the last ones.
    least: f32,
    minima: [f32; MINIMA],
    floor: f32,
}

const MINIMA: usize = 24;

/// Half seconds with a quiet moment that make the floor known.
const KNOWN: u8 = 6;

/// Frames after the far end spoke in which a mobile still sends its room.
const SETTLED: u8 = 40;

/// So many frames that vary no more than this are noise.
const STEADY_FRAMES: f32 = 20.0;
const STEADY_DB: f32 = 1.5;
/// -38 dBm0; what is louder is no line's noise.
const NOISE_MOST: f32 = 40_000.0;

/// What varies less than any noise is a tone, if it stands out of the noise.
const TONE_DB: f32 = 0.32;
const TONE_ABOVE: f32 = 3.0;

/// Share of a frame's power below which an octave is empty.
const EMPTY: f32 = 0.03;

/// Frames of noise vary less than this.
const UNEVEN_DB: f32 = 1.4;

/// Sums over frames of noise.
#[derive(Clone, Copy, Debug, Default)]
struct Quiet {
    octaves: [f32; OCTAVES],
    /// Of the level as a logarithm to base 2, and of its square.
    level: f32,
    squares: f32,
    frames: f32,
}

impl Quiet {
    fn add(&mut self, sound: &Sound, power: f32) {
        for (to, octave) in self.octaves.iter_mut().zip(sound.octaves) {
            *to += octave;
        }
        let level = power.max(1.0).log2();
        self.level += level;
        self.squares += level * level;
        self.frames += 1.0;
    }

    fn noise(&self) -> (Option<[f32; OCTAVES]>, f32) {
        /// Frames that say something.
        const ENOUGH: f32 = 6.0;
        if self.frames < ENOUGH {
            return (None, 0.0);
        }
        let noise = self.octaves.map(|sum| sum / self.frames);
        let flutter = self.flutter();
        let steady = flutter < UNEVEN_DB || self.power() < LEAST_STEADY;
        (Some(noise).filter(|_| steady), flutter)
    }

    fn power(&self) -> f32 {
        self.octaves.iter().sum::<f32>() / self.frames.max(1.0)
    }

    fn flutter(&self) -> f32 {
        let mean = self.level / self.frames.max(1.0);
        let variance = (self.squares / self.frames.max(1.0) - mean * mean).max(0.0);
        3.01 * variance.sqrt()
    }
}

/// Until the line's own is known: -55 dBm0.
const FLOOR_AT_FIRST: f32 = 800.0;
/// -75 dBm0.
const LEAST_FLOOR: f32 = 8.0;
/// Below this the steps of the law's code are all that is heard: -68 dBm0; nobody speaks so low: -59.
const LEAST_STEADY: f32 = 40.0;
const LEAST_FAR: f32 = 300.0;

/// 7 dB over the floor; 11 over the echo while the phone sounds, as its path may just have
/// changed; 6 over what is left of it.
const FAR_ABOVE_FLOOR: f32 = 5.5;
const FAR_ABOVE_ECHO: f32 = 12.0;
const FAR_ABOVE_TAIL: f32 = 4.0;
const QUIET: f32 = 3.0;

/// Of a frame that is called noise, the part that may be echo: the expected is often too little.
const ECHO_FREE: f32 = 0.12;

/// By so much a voice's lower octaves may be weaker than its higher ones; as a logarithm to base 2.
const LOWEST: f32 = 3.0;

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
            cepstra: [0.0; CEPSTRA],
            quiet: Quiet::default(),
            pause: Quiet::default(),
            since_far: 0,
            known: 0,
            all: Quiet::default(),
            least: f32::MAX,
            minima: [f32::MAX; MINIMA],
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
        self.now.alone += u8::from(!echo.sounding);
        self.learnt += u8::from(echo.learnt);
        let power = sound.power();
        let echo_free = !echo.sounding || echo.expected < ECHO_FREE * power;
        self.clean = if echo_free && !facts.tonal {
            (self.clean + 1).min(4)
        } else {
            0
        };
        let nobody = facts.tonal || facts.machine;
        let above_echo = if echo.sounding {
            FAR_ABOVE_ECHO
        } else {
            FAR_ABOVE_TAIL
        };
        self.since_far = self.since_far.saturating_add(1);
        let loud = power > (FAR_ABOVE_FLOOR * self.floor).max(LEAST_FAR);
        self.now.loud_alone += u8::from(loud && !echo.sounding);
        if loud && power > above_echo * echo.expected {
            self.since_far = 0;
            self.now.far += u8::from(!nobody);
            let empty = EMPTY * power;
            let keyed = sound.octaves[0] < empty && sound.octaves[3] < empty;
            self.now.keyed += u8::from(!nobody && keyed);
            self.now.far_alone += u8::from(!nobody && !echo.sounding);
            self.now.far_power += if nobody { 0.0 } else { power };
            if !nobody && self.now.far.is_multiple_of(4) {
                self.listen(front);
            }
        } else if echo_free && power < (QUIET * self.floor).clamp(LEAST_STEADY, NOISE_MOST) {
            let settled = self.since_far >= SETTLED;
            let quiet = if settled {
                &mut self.quiet
            } else {
                &mut self.pause
            };
            quiet.add(sound, power);
        }
        if echo_free && !nobody {
            self.all.add(sound, power);
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
            cepstra: self.cepstra.map(|sum| sum / self.voiced),
        });
        if self.known >= KNOWN {
            (half.noise, half.flutter) = self.quiet.noise();
            half.pause = self.pause.noise().0;
        }
        self.judge_steady(&mut half);
        if half.is_keyed() {
            // Two tones at a time, or a text telephone's one, and no voice.
            half.voice = None;
        }
        if self.least < f32::MAX {
            self.minima.copy_within(1.., 0);
            self.minima[MINIMA - 1] = self.least;
            self.known = self.known.saturating_add(1);
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
        self.quiet = Quiet::default();
        self.pause = Quiet::default();
        self.all = Quiet::default();
        self.least = f32::MAX;
        self.voiced = 0.0;
        self.pitch = 0.0;
        self.shape = [0.0; OCTAVES];
        self.cepstra = [0.0; CEPSTRA];
    }

    /// Nobody speaks evenly: that is noise, also where it has just become louder, or a tone.
    fn judge_steady(&mut self, half: &mut Half) {
        let flutter = self.all.flutter();
        let power = self.all.power();
        if self.all.frames < STEADY_FRAMES || flutter > STEADY_DB || power > NOISE_MOST {
            return;
        }
        (half.far, half.far_alone) = (0, 0);
        half.voice = None;
        half.hum = flutter < TONE_DB && power > TONE_ABOVE * self.floor;
        if half.hum {
            half.noise = None;
        } else {
            (half.noise, half.flutter) = self.all.noise();
            self.minima = [self.least; MINIMA];
        }
    }

    fn look_for_quiet(&mut self) {
        let mean = 0.25 * self.recent.iter().map(Sound::power).sum::<f32>();
        self.least = self.least.min(mean);
    }

    fn listen(&mut self, front: &Front) {
        let Some(pitch) = front.pitch() else {
            return;
        };
        let octaves: [f32; OCTAVES] = std::array::from_fn(|o| {
            let sum: f32 = self.recent.iter().map(|s| s.octaves[o]).sum();
            sum.max(1.0).log2()
        });
        if octaves[0].max(octaves[1]) < octaves[2].max(octaves[3]) - LOWEST {
            // Keyed tones of a text telephone; no voice has so little there.
            return;
        }
        let mean = octaves.iter().sum::<f32>() / OCTAVES as f32;
        for (to, octave) in self.shape.iter_mut().zip(octaves) {
            *to += octave - mean;
        }
        for (to, cepstrum) in self.cepstra.iter_mut().zip(front.cepstra()) {
            *to += cepstrum;
        }
        self.pitch += pitch;
        self.voiced += 1.0;
    }
}
