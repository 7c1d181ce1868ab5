//! Tone and digit generators.
//!
//! What: a [`ToneGen`] plays one definition of a tone plan, or a beep; a [`DigitGen`]
//! outpulses DTMF digits.
//!
//! How: one rotating unit vector a frequency, in 64-bit floats, corrected to unit length
//! once a fill; every burst starts at phase zero, so it begins without a click. Lengths
//! are counted in samples: a cadence is exact whatever the size of the fills.
//!
//! Limits: level within 0.1 dB and frequency within 0.01 % (ITU-T Q.23 allows 1.8 %,
//! E.180 asks for a few per cent); samples that would pass full scale clip.

use crate::{
    SAMPLE_RATE,
    level::sine_peak,
    plan::{Burst, MAX_FREQS, ToneDef},
};
use types::{
    digits::{Digit, Digits},
    tone::Tone,
};

/// Plays one tone. Holds no heap memory.
#[derive(Clone, Debug)]
pub struct ToneGen {
    def: ToneDef,
    burst: usize,
    sound: Sound,
    done: bool,
}

impl ToneGen {
    pub fn new(def: &ToneDef) -> ToneGen {
        let first = def.bursts.first();
        ToneGen {
            def: def.clone(),
            burst: 0,
            sound: first.map_or(Sound::NONE, sound_of),
            done: first.is_none(),
        }
    }

    /// One short tone, such as the one to speak after.
    pub fn beep(hz: f32, ms: u32, level_dbm0: f32) -> ToneGen {
        let burst = Burst::new(&[hz], level_dbm0, ms.max(1), 0);
        ToneGen::new(&ToneDef::once(Tone::Record, &[burst]))
    }

    /// Writes the next samples over all of `samples`; silence once the tone is done.
    pub fn fill(&mut self, samples: &mut [i16]) {
        let ToneGen {
            def,
            burst,
            sound,
            done,
        } = self;
        sound.fill_all(samples, || {
            let next = next_burst(def, *burst + 1);
            *done |= next.is_none();
            *burst = next?;
            Some(sound_of(&def.bursts[*burst]))
        });
        sound.voice.correct();
    }

    /// Whether a tone that does not repeat has been played to its end.
    pub fn done(&self) -> bool {
        self.done
    }
}

/// Which burst that is, if the tone has it.
fn next_burst(def: &ToneDef, burst: usize) -> Option<usize> {
    let count = def.bursts.len();
    (burst < count || def.repeat && count > 0).then(|| burst % count)
}

fn sound_of(burst: &Burst) -> Sound {
    let on = match burst.on_ms {
        0 => FOR_EVER,
        ms => samples_of(ms),
    };
    Sound::new(Chord::of(burst), on, samples_of(burst.off_ms))
}

/// Outpulses DTMF digits (ITU-T Q.23), one after the other, a pause after each.
#[derive(Clone, Debug)]
pub struct DigitGen {
    low_dbm0: f32,
    high_dbm0: f32,
    on: u64,
    off: u64,
    queue: Digits,
    sound: Sound,
}

impl DigitGen {
    /// Levels of the low and the high group, length of a digit and of the pause after it.
    pub fn new(low_dbm0: f32, high_dbm0: f32, on_ms: u32, off_ms: u32) -> DigitGen {
        DigitGen {
            low_dbm0,
            high_dbm0,
            on: samples_of(on_ms),
            off: samples_of(off_ms),
            queue: Digits::EMPTY,
            sound: Sound::NONE,
        }
    }

    /// Appends digits to those that still wait. `false`, and nothing is taken, when they
    /// don't fit.
    pub fn send(&mut self, digits: Digits) -> bool {
        match self.queue.followed_by(digits.as_str()) {
            Some(queue) => {
                self.queue = queue;
                true
            }
            None => false,
        }
    }

    /// Whether a digit, or the pause after it, is still to be written.
    pub fn busy(&self) -> bool {
        !self.sound.is_over() || !self.queue.is_empty()
    }

    /// Writes the next samples over all of `samples`. `true` when they hold any part of a
    /// digit or of the pause after one; what is left of the slice is silence.
    pub fn fill(&mut self, samples: &mut [i16]) -> bool {
        let was_busy = self.busy();
        let DigitGen { queue, sound, .. } = self;
        let (levels, on, off) = ([self.low_dbm0, self.high_dbm0], self.on, self.off);
        sound.fill_all(samples, || {
            let digit = queue.pop_front()?;
            Some(Sound::new(chord(digit, levels), on, off))
        });
        was_busy
    }
}

fn chord(digit: Digit, levels: [f32; 2]) -> Chord {
    let (row, column) = dtmf_pair(digit);
    let mut chord = Chord::SILENT;
    chord.set(0, row, sine_peak(levels[0]));
    chord.set(1, column, sine_peak(levels[1]));
    chord
}

/// The low and the high frequency of a digit in Hz (ITU-T Q.23, clause 6).
pub fn dtmf_pair(digit: Digit) -> (f32, f32) {
    let at = KEYPAD
        .iter()
        .position(|&c| c == digit.ascii())
        .expect("every digit is on the keypad");
    (ROWS[at / 4], COLUMNS[at % 4])
}

/// The low group in Hz.
pub const ROWS: [f32; 4] = [697.0, 770.0, 852.0, 941.0];

/// The high group in Hz.
pub const COLUMNS: [f32; 4] = [1209.0, 1336.0, 1477.0, 1633.0];

/// The keys row by row.
pub const KEYPAD: &[u8; 16] = b"123A456B789C*0#D";

/// A chord for so many samples, and a pause.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sound {
    pub(crate) voice: Chord,
    on: u64,
    off: u64,
}

impl Sound {
    pub(crate) const NONE: Sound = Sound::new(Chord::SILENT, 0, 0);

    pub(crate) const fn new(voice: Chord, on: u64, off: u64) -> Sound {
        Sound { voice, on, off }
    }

    pub(crate) const fn is_over(&self) -> bool {
        self.on == 0 && self.off == 0
    }

    /// Writes it, and after it what `next` brings, one after the other; in the end silence.
    pub(crate) fn fill_all(
        &mut self,
        samples: &mut [i16],
        mut next: impl FnMut() -> Option<Sound>,
    ) {
        let mut at = 0;
        while at < samples.len() {
            at += self.fill(&mut samples[at..]);
            if !self.is_over() {
                continue;
            }
            let Some(sound) = next() else {
                return samples[at..].fill(0);
            };
            *self = sound;
        }
    }

    /// Writes what is left of it, or what has room; how many samples.
    fn fill(&mut self, samples: &mut [i16]) -> usize {
        let on = self.on.min(samples.len() as u64);
        let (sound, rest) = samples.split_at_mut(on as usize);
        let off = self.off.min(rest.len() as u64);
        self.voice.fill(sound);
        rest[..off as usize].fill(0);
        (self.on, self.off) = (self.on - on, self.off - off);
        (on + off) as usize
    }
}

/// Some frequencies that sound together, and a modulator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chord {
    waves: [Wave; MAX_FREQS],
    count: usize,
    modulator: Option<Wave>,
}

/// A rotating vector: `im` is the sine that sounds.
#[derive(Clone, Copy, Debug)]
struct Wave {
    re: f64,
    im: f64,
    step_re: f64,
    step_im: f64,
    peak: f64,
}

impl Chord {
    pub(crate) const SILENT: Chord = Chord {
        waves: [Wave::STILL; MAX_FREQS],
        count: 0,
        modulator: None,
    };

    fn of(burst: &Burst) -> Chord {
        let mut chord = Chord::SILENT;
        // Full modulation adds half of the carrier's power in its two sidebands.
        let excess_db = if burst.modulation.is_some() {
            1.760_9
        } else {
            0.0
        };
        for (at, &hz) in burst.freqs().iter().enumerate() {
            chord.set(at, hz, sine_peak(burst.level_dbm0 - excess_db));
        }
        chord.modulator = burst.modulation.map(|hz| Wave::new(hz, 1.0));
        chord
    }

    pub(crate) fn set(&mut self, at: usize, hz: f32, peak: f32) {
        self.waves[at] = Wave::new(hz, peak);
        self.count = self.count.max(at + 1);
    }

    pub(crate) fn fill(&mut self, samples: &mut [i16]) {
        for sample in samples {
            let mut sum = 0.0;
            for wave in &mut self.waves[..self.count] {
                sum += wave.next();
            }
            if let Some(modulator) = &mut self.modulator {
                sum *= 1.0 + modulator.next();
            }
            *sample = sum.round_ties_even() as i16;
        }
    }

    /// Takes the rounding errors of many rotations off.
    pub(crate) fn correct(&mut self) {
        for wave in &mut self.waves[..self.count] {
            wave.correct();
        }
        if let Some(modulator) = &mut self.modulator {
            modulator.correct();
        }
    }
}

impl Wave {
    const STILL: Wave = Wave {
        re: 1.0,
        im: 0.0,
        step_re: 1.0,
        step_im: 0.0,
        peak: 0.0,
    };

    fn new(hz: f32, peak: f32) -> Wave {
        let angle = std::f64::consts::TAU * f64::from(hz) / f64::from(SAMPLE_RATE);
        Wave {
            step_re: angle.cos(),
            step_im: angle.sin(),
            peak: f64::from(peak),
            ..Wave::STILL
        }
    }

    #[inline]
    fn next(&mut self) -> f64 {
        let value = self.peak * self.im;
        let re = self.re * self.step_re - self.im * self.step_im;
        self.im = self.re * self.step_im + self.im * self.step_re;
        self.re = re;
        value
    }

    fn correct(&mut self) {
        let gain = 1.5 - 0.5 * (self.re * self.re + self.im * self.im);
        self.re *= gain;
        self.im *= gain;
    }
}

const FOR_EVER: u64 = u64::MAX;

fn samples_of(ms: u32) -> u64 {
    u64::from(ms) * u64::from(SAMPLE_RATE) / 1000
}
