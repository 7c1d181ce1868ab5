//! A simulated person's ear: listens for one thing at a time.
//!
//! Levels by frame (10 ms); tones of the person's own country by goertzel over 20 ms; a beep of
//! unknown frequency by how well two samples predict the third, which a single sine does exactly.

use crate::sim::{
    level,
    script::Listen,
    tone_plan::{TonePlan, ToneSpec},
};
use arrayvec::ArrayVec;
use goertzel_nostd::Parameters;
use types::frame::{FRAME, Samples};

/// Samples of a tone window: 20 ms, 50 Hz of resolution.
const WINDOW: usize = 2 * FRAME;
const SOUND_DBM0: f64 = -40.0;
const QUIET_DBM0: f64 = -42.0;
/// The share of a window's power that a tone's own frequencies must hold.
const TONE_SHARE: f64 = 0.7;
const SOUND_FRAMES: u32 = 6;
const DIAL_TONE_WINDOWS: u32 = 20;
const BEEP_FRAMES: u32 = 8;
const LONGEST_BEEP_FRAMES: u32 = 200;
const BEEP_HZ: [f64; 2] = [600.0, 2500.0];
/// Voice: this many sounding frames within so many, and levels that spread this far (the
/// beat of 440 and 480 Hz spreads by 2.9 dB).
const VOICE_FRAMES: u32 = 30;
const VOICE_MEMORY: u32 = 100;
const VOICE_SPREAD_DB: f64 = 4.0;
/// How far a cadence's parts may be off, in windows of 20 ms.
const CADENCE_SLACK: i64 = 2;

#[derive(Clone, Debug)]
pub struct Ear {
    plan: &'static TonePlan,
    what: Listen,
    /// Frames, or windows, in a row that fit.
    run: u32,
    window: [i16; WINDOW],
    filled: bool,
    /// Cadence: whether the tone is on, and the last finished parts.
    on: bool,
    parts: ArrayVec<(bool, u32), 5>,
    voice: Voice,
}

/// Moments of the levels of sounding frames.
#[derive(Clone, Copy, Debug, Default)]
struct Voice {
    frames: u32,
    sum: f64,
    squares: f64,
}

impl Ear {
    pub fn new(plan: &'static TonePlan) -> Ear {
        Ear {
            plan,
            what: Listen::Sound,
            run: 0,
            window: [0; WINDOW],
            filled: false,
            on: false,
            parts: ArrayVec::new(),
            voice: Voice::default(),
        }
    }

    /// Begins to listen anew.
    pub fn listen(&mut self, what: Listen) {
        *self = Ear {
            what,
            ..Ear::new(self.plan)
        };
    }

    /// Hears the next frame; true when what was listened for has come.
    pub fn hear(&mut self, frame: &Samples) -> bool {
        match self.what {
            Listen::Sound => {
                self.count(level::dbm0(frame) > SOUND_DBM0);
                self.run >= SOUND_FRAMES
            }
            Listen::Quiet(long) => {
                self.count(level::dbm0(frame) < QUIET_DBM0);
                u64::from(self.run) * FRAME as u64 >= long.0
            }
            Listen::Beep => self.beep(frame),
            Listen::Voice => self.voice(frame),
            Listen::DialTone => {
                let Some(on) = self.tone(frame, &self.plan.dial) else {
                    return false;
                };
                self.count(on);
                self.run >= DIAL_TONE_WINDOWS
            }
            Listen::FastBusy => self.cadence(frame, &self.plan.reorder),
            Listen::Busy => self.cadence(frame, &self.plan.busy),
            Listen::Ringback => self.cadence(frame, &self.plan.ringback),
        }
    }

    fn count(&mut self, fits: bool) {
        self.run = if fits { self.run + 1 } else { 0 };
    }

    /// A beep counts when it is over.
    fn beep(&mut self, frame: &Samples) -> bool {
        if is_beep(frame) {
            self.run += 1;
            return false;
        }
        let length = std::mem::take(&mut self.run);
        (BEEP_FRAMES..=LONGEST_BEEP_FRAMES).contains(&length)
    }

    fn voice(&mut self, frame: &Samples) -> bool {
        let level = level::dbm0(frame);
        // Long silences forget what was heard before.
        self.run += 1;
        if self.run > VOICE_MEMORY {
            self.run = 0;
            self.voice = Voice::default();
        }
        if level < SOUND_DBM0 || sine_hz(frame).is_some() {
            return false;
        }
        self.voice.frames += 1;
        self.voice.sum += level;
        self.voice.squares += level * level;
        let count = f64::from(self.voice.frames);
        let mean = self.voice.sum / count;
        let spread = (self.voice.squares / count - mean * mean).max(0.0).sqrt();
        self.voice.frames >= VOICE_FRAMES && spread > VOICE_SPREAD_DB
    }

    /// Whether a tone's frequencies sound in this window; `None` while it fills.
    fn tone(&mut self, frame: &Samples, tone: &ToneSpec) -> Option<bool> {
        let half = if self.filled { FRAME } else { 0 };
        self.window[half..half + FRAME].copy_from_slice(frame);
        self.filled = !self.filled;
        if self.filled {
            return None;
        }
        let power: f64 = self.window.iter().map(|&s| f64::from(s).powi(2)).sum();
        if level::dbm0_of_power(power / WINDOW as f64) < SOUND_DBM0 {
            return Some(false);
        }
        let hz = tone.segments[0].hz;
        let shares = hz.map(|hz| share(&self.window, hz, power));
        let each = hz.iter().zip(shares).all(|(&hz, s)| hz == 0.0 || s > 0.1);
        Some(each && shares.iter().sum::<f64>() > TONE_SHARE)
    }

    fn cadence(&mut self, frame: &Samples, tone: &ToneSpec) -> bool {
        let Some(on) = self.tone(frame, tone) else {
            return false;
        };
        if on == self.on {
            self.run += 1;
            return false;
        }
        if self.parts.is_full() {
            self.parts.remove(0);
        }
        self.parts.push((self.on, self.run));
        self.on = on;
        self.run = 1;
        self.fits(tone)
    }

    /// Whether the last parts, of which there must be enough, follow the tone's cadence from
    /// any place in it.
    fn fits(&self, tone: &ToneSpec) -> bool {
        let enough = if tone.period_ms() > 2000 { 2 } else { 4 };
        let segments = tone.segments;
        let Some(from) = self.parts.len().checked_sub(enough) else {
            return false;
        };
        (0..segments.len()).any(|turn| {
            self.parts[from..]
                .iter()
                .enumerate()
                .all(|(at, &(on, windows))| {
                    let segment = segments[(turn + at) % segments.len()];
                    let wanted = i64::from(segment.ms) * 8 / WINDOW as i64;
                    (segment.hz[0] > 0.0) == on
                        && (wanted - i64::from(windows)).abs() <= CADENCE_SLACK
                })
        })
    }
}

/// The share of `power` (a sum of squares) that one frequency holds.
fn share(window: &[i16; WINDOW], hz: f64, power: f64) -> f64 {
    if hz == 0.0 {
        return 0.0;
    }
    let magnitude = Parameters::new(hz as f32, 8000, WINDOW)
        .start()
        .add_samples(window.iter().map(|&s| f32::from(s)))
        .finish_mag_squared();
    2.0 * f64::from(magnitude) / (WINDOW as f64 * power)
}

fn is_beep(frame: &Samples) -> bool {
    level::dbm0(frame) > SOUND_DBM0
        && sine_hz(frame).is_some_and(|hz| (BEEP_HZ[0]..BEEP_HZ[1]).contains(&hz))
}

/// The frequency, when the frame is a single sine: `x[n] + x[n-2] = 2 cos(w) x[n-1]`.
fn sine_hz(frame: &Samples) -> Option<f64> {
    let (mut cross, mut middle, mut outer) = (0.0, 0.0, 0.0);
    for three in frame.windows(3) {
        let sum = f64::from(three[0]) + f64::from(three[2]);
        let x = f64::from(three[1]);
        cross += sum * x;
        middle += x * x;
        outer += sum * sum;
    }
    if middle == 0.0 {
        return None;
    }
    let twice_cosine = cross / middle;
    let residue = outer - twice_cosine * cross;
    let is_sine = residue < 0.02 * middle && twice_cosine.abs() < 2.0;
    is_sine.then(|| (twice_cosine / 2.0).acos() * 8000.0 / std::f64::consts::TAU)
}
