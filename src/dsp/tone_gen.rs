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
    voice: Chord,
    /// Samples left of the sound, then of the pause, of this burst.
    on_left: u64,
    off_left: u64,
    done: bool,
}

impl ToneGen {
    pub fn new(def: &ToneDef) -> ToneGen {
        let mut tone = ToneGen {
            def: def.clone(),
            burst: 0,
            voice: Chord::SILENT,
            on_left: 0,
            off_left: 0,
            done: false,
        };
        tone.enter(0);
        tone
    }

    /// One short tone, such as the one to speak after.
    pub fn beep(hz: f32, ms: u32, level_dbm0: f32) -> ToneGen {
        let burst = Burst::new(&[hz], level_dbm0, ms.max(1), 0);
        ToneGen::new(&ToneDef::once(Tone::Record, &[burst]))
    }

    /// Writes the next samples over all of `samples`; silence once the tone is done.
    pub fn fill(&mut self, samples: &mut [i16]) {
        let mut at = 0;
        while at < samples.len() {
            let rest = &mut samples[at..];
            if self.done {
                rest.fill(0);
                return;
            }
            at += self.fill_part(rest);
        }
        self.voice.correct();
    }

    /// Whether a tone that does not repeat has been played to its end.
    pub fn done(&self) -> bool {
        self.done
    }

    /// Writes samples up to the next change and tells how many.
    fn fill_part(&mut self, samples: &mut [i16]) -> usize {
        let space = samples.len() as u64;
        if self.on_left > 0 {
            let n = space.min(self.on_left);
            self.voice.fill(&mut samples[..n as usize]);
            if self.on_left != FOR_EVER {
                self.on_left -= n;
            }
            return n as usize;
        }
        let n = space.min(self.off_left);
        samples[..n as usize].fill(0);
        self.off_left -= n;
        if self.off_left == 0 {
            self.enter(self.burst + 1);
        }
        n as usize
    }

    fn enter(&mut self, burst: usize) {
        let count = self.def.bursts.len();
        if count == 0 || (burst >= count && !self.def.repeat) {
            self.done = true;
            return;
        }
        self.burst = burst % count;
        let burst = self.def.bursts[self.burst];
        self.voice = Chord::of(&burst);
        self.on_left = match burst.on_ms {
            0 => FOR_EVER,
            ms => samples_of(ms),
        };
        self.off_left = samples_of(burst.off_ms);
    }
}

/// Outpulses DTMF digits (ITU-T Q.23), one after the other, a pause after each.
#[derive(Clone, Debug)]
pub struct DigitGen {
    low_dbm0: f32,
    high_dbm0: f32,
    on: u64,
    off: u64,
    queue: Digits,
    voice: Chord,
    on_left: u64,
    off_left: u64,
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
            voice: Chord::SILENT,
            on_left: 0,
            off_left: 0,
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
        self.on_left > 0 || self.off_left > 0 || !self.queue.is_empty()
    }

    /// Writes the next samples over all of `samples`. `true` when they hold any part of a
    /// digit or of the pause after one; what is left of the slice is silence.
    pub fn fill(&mut self, samples: &mut [i16]) -> bool {
        let was_busy = self.busy();
        let mut at = 0;
        while at < samples.len() {
            let rest = &mut samples[at..];
            let space = rest.len() as u64;
            if self.on_left > 0 {
                let n = space.min(self.on_left);
                self.voice.fill(&mut rest[..n as usize]);
                self.on_left -= n;
                at += n as usize;
            } else if self.off_left > 0 {
                let n = space.min(self.off_left);
                rest[..n as usize].fill(0);
                self.off_left -= n;
                at += n as usize;
            } else if let Some(digit) = self.queue.pop_front() {
                self.voice = self.chord(digit);
                self.on_left = self.on;
                self.off_left = self.off;
            } else {
                rest.fill(0);
                break;
            }
        }
        was_busy
    }

    fn chord(&self, digit: Digit) -> Chord {
        let (row, column) = dtmf_pair(digit);
        let mut voice = Chord::SILENT;
        voice.set(0, row, sine_peak(self.low_dbm0));
        voice.set(1, column, sine_peak(self.high_dbm0));
        voice
    }
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
