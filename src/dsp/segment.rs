//! Cuts audio into sounds of known frequencies and the gaps between them.
//!
//! What: for each stretch in which a few frequencies of a given set hold nearly all the
//! power, its exact frequencies, its level, its beginning and its end.
//!
//! How: each 10 ms `spectrum` takes the sines out of the last 40 ms (20 ms above 700 Hz). A
//! window is steady when they explain most of its power. Three steady windows alike begin a
//! sound; it ends when its amplitude has fallen to half. As the amplitude in a window that a
//! sound fills only partly is proportional to the part, both edges are found to a few
//! milliseconds although the window is longer.
//!
//! Limits: sounds from 45 ms; frequencies in one set at least 25 Hz apart below 700 Hz, to be
//! heard together; signal to noise 6 dB; level from -45 dBm0; twist between the frequencies of
//! a sound up to 11 dB.

use crate::{
    level::power_dbm0,
    plan::MAX_FREQS,
    spectrum::{FRAMES, LONGEST, Peak, Peaks, Spectrum},
};
use arrayvec::ArrayVec;
use types::{
    frame::{FRAME, FRAME_TICKS, Samples},
    tick::{Tick, Ticks},
};

/// What one frame changed.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// A sound began (some frames ago): [`Segmenter::sound`] is it.
    pub began: bool,
    /// A sound ended (some frames ago).
    pub ended: Option<Ended>,
    /// This frame's window holds frequencies of the set and nothing else.
    pub tonal: bool,
}

/// A sound that is over.
#[derive(Clone, PartialEq, Debug)]
pub struct Ended {
    /// Hz as heard, ascending.
    pub freqs: ArrayVec<f32, MAX_FREQS>,
    pub start: Tick,
    pub end: Tick,
    /// Of all frequencies together.
    pub level_dbm0: f32,
    /// Samples were lost while it sounded, enough to hide a pause.
    pub cut: bool,
}

/// The detector.
#[derive(Clone, Debug)]
pub struct Segmenter {
    spectrum: Spectrum,
    /// Frames until every window holds only samples without a break.
    refill: usize,
    onset: Option<Onset>,
    sound: Option<Sound>,
    gap: Gap,
}

/// A sound that goes on.
#[derive(Clone, Debug)]
pub struct Sound {
    lanes: Lanes,
    /// When it began.
    pub start: Tick,
    /// Since when it has been heard without a break in the samples.
    pub whole_since: Tick,
    /// Amplitude that a whole window has.
    plateau: f32,
    /// Least and most amplitude since the first whole window.
    range: (f32, f32),
    /// Sums over the windows measured: Hz and mean squares.
    hz: [f32; MAX_FREQS],
    powers: [f32; MAX_FREQS],
    explained: f32,
    measured: f32,
    windows: usize,
    /// What was last measured, and how many frames ago.
    peaks: Peaks,
    since_measured: usize,
    unsteady: usize,
    cut: bool,
}

/// Steady windows that may become a sound.
#[derive(Clone, Debug)]
struct Onset {
    peaks: Peaks,
    lanes: Lanes,
    windows: usize,
}

/// The gap after the last sound.
#[derive(Clone, Copy, Debug, Default)]
struct Gap {
    since: Tick,
    energy: f32,
    frames: u32,
}

/// Places in the set, in the order of the frequencies heard.
type Lanes = ArrayVec<u8, MAX_FREQS>;

/// Gaps are measured this many frames behind, where no onset that is not yet known can be.
const GAP_LAG: usize = 6;

/// Share of a window's power that its sines must explain.
const EXPLAINED: f32 = 0.72;

/// Steady windows that begin a sound, unsteady ones that break it.
const ONSET_WINDOWS: usize = 3;
const BREAK_WINDOWS: usize = 10;

/// Share of a sound's power that a window full of it has.
const FULL: f32 = 0.92;

/// Samples whose loss may hide a pause.
const HIDES_A_PAUSE: u32 = 240;

/// The same sine in two windows.
const SAME_HZ: f32 = 8.0;
const SAME_SHARE: f32 = 0.01;

impl Segmenter {
    /// The frequencies to know, in Hz. Allocates; nothing later does.
    pub fn new(freqs: &[f32]) -> Segmenter {
        Segmenter {
            spectrum: Spectrum::new(freqs),
            refill: 0,
            onset: None,
            sound: None,
            gap: Gap::default(),
        }
    }

    pub fn process(&mut self, samples: &Samples, at: Tick) -> Change {
        let end = at + FRAME_TICKS;
        self.spectrum.take(samples);
        self.measure_gap(at);
        if self.refill > 0 {
            self.refill -= 1;
            return Change {
                tonal: self.sound.is_some(),
                ..Change::default()
            };
        }
        let steady = self.spectrum.analyse(EXPLAINED);
        let mut change = Change {
            tonal: steady,
            ..Change::default()
        };
        change.ended = self.follow(steady, end);
        if self.sound.is_none() {
            change.began = self.look_for_onset(steady, end);
        }
        change.tonal |= self.sound.is_some();
        change
    }

    /// Samples are missing: no window may span the break.
    pub fn lost(&mut self, samples: u32) {
        if samples == 0 {
            return;
        }
        self.refill = LONGEST - 1;
        self.onset = None;
        if let Some(sound) = &mut self.sound
            && samples >= HIDES_A_PAUSE
        {
            sound.cut = true;
        }
    }

    pub fn reset(&mut self) {
        self.refill = LONGEST;
        self.onset = None;
        self.sound = None;
        self.gap = Gap::default();
    }

    /// The sound that goes on.
    pub fn sound(&self) -> Option<&Sound> {
        self.sound.as_ref()
    }

    /// The mean square of the gap before the sound that just began, if it was long enough.
    pub fn gap_power(&self) -> Option<f32> {
        (self.gap.frames > 0).then(|| self.gap.energy / (self.gap.frames as usize * FRAME) as f32)
    }

    fn measure_gap(&mut self, at: Tick) {
        let lag = Ticks((GAP_LAG * FRAME) as u64);
        // The frame after the end may still hold the echo of the sound.
        if self.sound.is_none() && at >= self.gap.since + lag + FRAME_TICKS {
            self.gap.energy += self.spectrum.energy(GAP_LAG);
            self.gap.frames += 1;
        }
    }

    /// The amplitude of some lanes together.
    fn amplitude(&self, lanes: &Lanes) -> f32 {
        let powers = lanes.iter().map(|&lane| self.spectrum.power(lane));
        powers.sum::<f32>().sqrt()
    }

    /// When the sines that the newest window is full of began to sound.
    fn start_of(&self, peaks: &[Peak], end: Tick) -> Tick {
        let first = self.spectrum.window_of(peaks[0].lane) / FRAME;
        let heard = (first..FRAMES).map(|ago| self.spectrum.presence(peaks, ago, ago as f32));
        end - Ticks(filled(first, heard))
    }

    /// When the sines that a window was full of ceased, having been measured so many frames ago.
    fn end_of(&self, sound: &Sound, end: Tick) -> Tick {
        let since = sound.since_measured;
        let first = since.min(FRAMES);
        let heard = (0..first).rev();
        // The frame before the last `since` was the window's last.
        let later = |ago: usize| ago as f32 - since as f32;
        let heard = heard.map(|ago| self.spectrum.presence(&sound.peaks, ago, later(ago)));
        end - Ticks((first * FRAME) as u64) + Ticks(filled(0, heard))
    }

    /// Follows the sound that goes on; returns it when it ended.
    fn follow(&mut self, steady: bool, end: Tick) -> Option<Ended> {
        let mut sound = self.sound.take()?;
        let amplitude = self.amplitude(&sound.lanes);
        let window = self.spectrum.window_of(sound.lanes[0]);
        let part = amplitude / sound.plateau;
        sound.windows += 1;
        sound.since_measured += 1;
        if part < 0.5 {
            let ended = self.end_of(&sound, end);
            return Some(self.end(sound, ended));
        }
        let peaks = self.spectrum.peaks();
        if steady && sound.is_of(peaks) {
            sound.unsteady = 0;
            sound.measure(peaks, amplitude, self.spectrum.explained(), window / FRAME);
        } else {
            sound.unsteady += 1;
        }
        if sound.unsteady >= BREAK_WINDOWS {
            let since = Ticks((BREAK_WINDOWS * FRAME) as u64);
            return Some(self.end(sound, end - since));
        }
        self.sound = Some(sound);
        None
    }

    fn end(&mut self, sound: Sound, end: Tick) -> Ended {
        let end = end.max(sound.start);
        self.onset = None;
        self.gap = Gap {
            since: end,
            ..Gap::default()
        };
        Ended {
            freqs: sound.freqs(),
            start: sound.start,
            end,
            level_dbm0: sound.level_dbm0(),
            cut: sound.cut,
        }
    }

    fn look_for_onset(&mut self, steady: bool, end: Tick) -> bool {
        if !steady {
            self.onset = None;
            return false;
        }
        let peaks = self.spectrum.peaks();
        match &mut self.onset {
            Some(onset) if alike(&onset.peaks, peaks) => onset.windows += 1,
            _ => {
                let lanes: Lanes = peaks.iter().map(|peak| peak.lane).collect();
                self.onset = Some(Onset {
                    peaks: peaks.clone(),
                    lanes,
                    windows: 1,
                });
            }
        }
        let Some(onset) = self.onset.take_if(|onset| onset.windows >= ONSET_WINDOWS) else {
            return false;
        };
        let amplitude = self.amplitude(&onset.lanes);
        let peaks = self.spectrum.peaks();
        let start = self.start_of(peaks, end).max(self.gap.since);
        let mut sound = Sound {
            start,
            whole_since: start,
            plateau: amplitude,
            range: (f32::MAX, 0.0),
            hz: [0.0; MAX_FREQS],
            powers: [0.0; MAX_FREQS],
            explained: 0.0,
            measured: 0.0,
            windows: ONSET_WINDOWS,
            peaks: peaks.clone(),
            since_measured: 0,
            unsteady: 0,
            cut: false,
            lanes: onset.lanes,
        };
        // A first measure, so that even the shortest sound has its frequencies.
        sound.add(self.spectrum.peaks(), self.spectrum.explained());
        self.sound = Some(sound);
        true
    }
}

impl Sound {
    /// Hz as heard so far, ascending.
    pub fn freqs(&self) -> ArrayVec<f32, MAX_FREQS> {
        let sums = self.hz[..self.lanes.len()].iter();
        sums.map(|hz| hz / self.measured).collect()
    }

    /// The level of all frequencies together.
    pub fn level_dbm0(&self) -> f32 {
        power_dbm0(self.power())
    }

    /// The mean square.
    pub fn power(&self) -> f32 {
        self.powers.iter().sum::<f32>() / self.measured
    }

    /// The share of all power that its frequencies held.
    pub fn purity(&self) -> f32 {
        self.explained / self.measured
    }

    /// The most amplitude over the least.
    pub fn unevenness(&self) -> f32 {
        (self.range.1 / self.range.0).max(1.0)
    }

    fn is_of(&self, peaks: &Peaks) -> bool {
        let means = self.hz.iter().map(|hz| hz / self.measured);
        peaks.len() == self.lanes.len() && peaks.iter().zip(means).all(|(p, hz)| near(p.hz, hz))
    }

    fn measure(&mut self, peaks: &Peaks, amplitude: f32, explained: f32, window: usize) {
        if self.windows < window {
            self.plateau = self.plateau.max(amplitude);
            return;
        }
        self.plateau += 0.2 * (amplitude - self.plateau);
        let true_amplitude = peaks.iter().map(|peak| peak.power).sum::<f32>().sqrt();
        self.range.0 = self.range.0.min(true_amplitude);
        self.range.1 = self.range.1.max(true_amplitude);
        self.add(peaks, explained);
    }

    fn add(&mut self, peaks: &Peaks, explained: f32) {
        for (at, peak) in peaks.iter().enumerate() {
            self.hz[at] += peak.hz;
            self.powers[at] += peak.power;
        }
        self.explained += explained;
        self.measured += 1.0;
        // The last steady windows may hold the end already.
        let power = peaks.iter().map(|peak| peak.power).sum::<f32>();
        if power >= FULL * self.power() {
            self.peaks = peaks.clone();
            self.since_measured = 0;
        }
    }
}

/// Samples that a sound fills of the frames at its edge, from its side on: `full` are, then come
/// those that may be in part.
fn filled(full: usize, frames: impl Iterator<Item = (f32, f32)>) -> u64 {
    let mut samples = (full * FRAME) as f32;
    let (mut last, mut most) = (FRAME as f32, 0f32);
    for (share, said) in frames {
        most = most.max(said);
        // Where two sines cancel each other nothing can be read.
        if said < 0.1 * most {
            samples += FRAME as f32;
            continue;
        }
        let part = share.clamp(0.0, 1.0) * FRAME as f32;
        samples += part;
        if share < 0.5 {
            return (samples - (FRAME as f32 - last)) as u64;
        }
        // What lacks of a frame before the last lacks by noise.
        samples += FRAME as f32 - part;
        last = part;
    }
    samples as u64
}

fn alike(a: &[Peak], b: &[Peak]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| near(a.hz, b.hz))
}

fn near(a: f32, b: f32) -> bool {
    (a - b).abs() <= SAME_HZ.max(SAME_SHARE * b)
}
