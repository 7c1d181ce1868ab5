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
//! Limits: sounds from 50 ms, from 90 ms in a set of its own with two frequencies less than 30 Hz
//! apart below 700 Hz (a plan's brief bursts have shorter windows); frequencies in one set at least
//! 25 Hz apart below 700 Hz, to be heard together; signal to noise 6 dB; level from -45 dBm0; twist
//! between the frequencies of a sound up to 11 dB.

use crate::{
    bands::{Band, LOW_BELOW_HZ, usual_frames, usual_reach},
    bank::Hop,
    level::power_dbm0,
    plan::MAX_FREQS,
    shape::Peak,
    simd::{Kernels, Path},
    spectrum::{FRAMES, Peaks, Spectrum},
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
    /// The share of all power that its frequencies held.
    pub purity: f32,
    /// Its most amplitude over its least.
    pub unevenness: f32,
    /// Samples were lost while it sounded or just before, enough to hide a pause: its length is
    /// not known.
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
    /// Since when no samples were lost that may have hidden a pause.
    pub whole_since: Tick,
    /// Samples were lost in the gap before it, enough to hide a sound.
    pub after_loss: bool,
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
    /// The last window, with what it explained: it counts once it is not the last.
    latest: Option<(Peaks, f32)>,
    /// What was last measured in a full window, and how many frames ago.
    peaks: Peaks,
    since_measured: usize,
    unsteady: usize,
    cut: bool,
    /// The next frame is the first after a loss.
    resumes: bool,
}

/// Steady windows that may become a sound.
#[derive(Clone, Debug)]
struct Onset {
    peaks: Peaks,
    lanes: Lanes,
    windows: usize,
    /// The best of them.
    explained: f32,
}

/// The gap after the last sound.
#[derive(Clone, Copy, Debug, Default)]
struct Gap {
    since: Tick,
    energy: f32,
    frames: u32,
    cut: bool,
}

/// Places in the set, in the order of the frequencies heard.
type Lanes = ArrayVec<u8, MAX_FREQS>;

/// Share of a window's power that its sines must explain; and in one window at least, where the
/// sound fills it.
const EXPLAINED: f32 = 0.6;
const EXPLAINED_ONCE: f32 = 0.75;

/// Steady windows, one a frame, that begin a sound; unsteady ones, that don't overlap, that
/// break it.
const ONSET_WINDOWS: usize = 3;
const BREAK_WINDOWS: usize = 3;

/// Share of a sound's power that a window full of it has.
const FULL: f32 = 0.92;

/// By how much power grows from frame to frame in a window that fills.
const GROWS: f32 = 1.12;

/// Samples whose loss may hide a pause.
const HIDES_A_PAUSE: u32 = 240;

/// The same sine in two windows.
const SAME_HZ: f32 = 8.0;
const SAME_SHARE: f32 = 0.01;

impl Segmenter {
    /// The frequencies to know, in Hz. Allocates; nothing later does.
    pub fn new(freqs: &[f32]) -> Segmenter {
        let nearest = |hz: f32| {
            let others = freqs.iter().map(|other| (other - hz).abs());
            others
                .filter(|apart| *apart >= 1.0)
                .fold(f32::MAX, f32::min)
        };
        let low = freqs.iter().filter(|hz| **hz < LOW_BELOW_HZ);
        let nearest = low.map(|&hz| nearest(hz)).fold(f32::MAX, f32::min);
        let band = |&hz: &f32| Band {
            hz,
            reach: usual_reach(hz),
            together: MAX_FREQS,
            frames: usual_frames(hz, nearest),
        };
        let bands: Vec<Band> = freqs.iter().map(band).collect();
        Segmenter::of_bands(&bands, Path::best())
    }

    pub(crate) fn of_bands(bands: &[Band], path: Path) -> Segmenter {
        Segmenter {
            spectrum: Spectrum::new(bands, path),
            refill: 0,
            onset: None,
            sound: None,
            gap: Gap::default(),
        }
    }

    /// Frequencies that sound together: where they lie near each other, to look for these first.
    pub(crate) fn expect(&mut self, chords: &[ArrayVec<f32, MAX_FREQS>]) {
        self.spectrum.expect(chords);
    }

    pub fn process(&mut self, samples: &Samples, at: Tick) -> Change {
        let tonal = self.spectrum.take(samples, self.least());
        self.judge(tonal, at)
    }

    /// Takes a frame: the first half of `process`. Whether its window is steady.
    #[inline(always)]
    pub(crate) fn hear<K: Kernels>(&mut self, hop: &Hop) -> bool {
        self.spectrum.hear::<K>(hop, self.least())
    }

    /// What sines must explain, when they may begin a sound.
    #[inline(always)]
    fn least(&self) -> Option<f32> {
        (self.sound.is_none() && self.refill == 0).then_some(EXPLAINED)
    }

    /// The second half of `process`: what changed with the frame that was taken.
    #[inline]
    pub(crate) fn judge(&mut self, tonal: bool, at: Tick) -> Change {
        let end = at + FRAME_TICKS;
        let onset = self.least();
        self.measure_gap(at);
        if let Some(sound) = self.sound.as_mut().filter(|sound| sound.resumes) {
            sound.resumes = false;
            sound.whole_since = at;
        }
        if self.refill > 0 {
            self.refill -= 1;
            return Change {
                tonal: self.sound.is_some(),
                ..Change::default()
            };
        }
        let mut change = Change::default();
        if self.sound.is_some() {
            change.ended = self.follow(end);
        }
        if self.sound.is_none() {
            change.tonal = match onset {
                Some(_) => tonal,
                None => self.spectrum.analyse(EXPLAINED),
            };
            let onset = change.tonal || self.onset.is_some();
            change.began = onset && self.look_for_onset(change.tonal, end);
        }
        change.tonal |= self.sound.is_some();
        change
    }

    /// Samples are missing: no window may span the break.
    pub fn lost(&mut self, samples: u32) {
        if samples == 0 {
            return;
        }
        self.refill = self.spectrum.longest() - 1;
        self.onset = None;
        if samples < HIDES_A_PAUSE {
            return;
        }
        match &mut self.sound {
            Some(sound) => {
                sound.cut = true;
                sound.resumes = true;
            }
            None => self.gap.cut = true,
        }
    }

    pub fn reset(&mut self) {
        self.refill = self.spectrum.longest();
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

    /// The frame after the end may still hold the echo of the sound.
    fn measure_gap(&mut self, at: Tick) {
        if self.sound.is_none() && at >= self.gap.since + FRAME_TICKS {
            self.gap.energy += self.spectrum.energy(0);
            self.gap.frames += 1;
        }
    }

    /// Takes the frames off that already belong to the sound that began at `start`.
    fn close_gap(&mut self, start: Tick, end: Tick) {
        let began = end.since(start).0.div_ceil(FRAME as u64) as usize;
        for ago in 0..began.min(FRAMES).min(self.gap.frames as usize) {
            self.gap.energy -= self.spectrum.energy(ago);
            self.gap.frames -= 1;
        }
    }

    /// The amplitude that some bins have together.
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
    fn follow(&mut self, end: Tick) -> Option<Ended> {
        let amplitude = self.amplitude(&self.sound.as_ref()?.lanes);
        let sound = self.sound.as_mut()?;
        sound.windows += 1;
        sound.since_measured += 1;
        if amplitude < 0.5 * sound.plateau {
            let sound = self.sound.take()?;
            let ended = self.end_of(&sound, end);
            return Some(self.end(sound, ended));
        }
        // Windows that overlap would tell little more.
        if sound.windows % self.spectrum.longest().max(4) != 0 {
            return None;
        }
        let spectrum = &mut self.spectrum;
        let steady = spectrum.still(&sound.peaks, sound.since_measured, EXPLAINED)
            && sound.is_of(spectrum.peaks())
            || spectrum.analyse(EXPLAINED);
        let peaks = self.spectrum.peaks();
        if steady && sound.is_of(peaks) {
            sound.unsteady = 0;
            sound.measure(peaks, amplitude, self.spectrum.explained());
            return None;
        }
        sound.unsteady += 1;
        if sound.unsteady < BREAK_WINDOWS {
            return None;
        }
        let sound = self.sound.take()?;
        let since = Ticks((sound.since_measured * FRAME) as u64);
        Some(self.end(sound, end - since))
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
            purity: sound.purity(),
            unevenness: sound.unevenness(),
            cut: sound.cut,
        }
    }

    fn look_for_onset(&mut self, steady: bool, end: Tick) -> bool {
        let found = steady.then(|| (self.spectrum.peaks().clone(), self.spectrum.explained()));
        if let Some(onset) = &mut self.onset {
            let again = match &found {
                Some((peaks, _)) if alike(&onset.peaks, peaks) => true,
                // Sines that lie near each other are not found in every window.
                _ if onset.peaks.len() > 1 => {
                    self.spectrum.still(&onset.peaks, 1, EXPLAINED)
                        && alike(&onset.peaks, self.spectrum.peaks())
                }
                _ => false,
            };
            if again {
                onset.windows += 1;
                onset.peaks = self.spectrum.peaks().clone();
                onset.explained = onset.explained.max(self.spectrum.explained());
            } else {
                self.onset = None;
            }
        }
        if let (None, Some((peaks, explained))) = (&self.onset, found) {
            self.onset = Some(Onset {
                lanes: peaks.iter().map(|peak| peak.lane).collect(),
                peaks,
                windows: 1,
                explained,
            });
        }
        // In a long window that still fills, a sine can look like several.
        let fills = self.spectrum.longest() > 4 && self.spectrum.growth() > GROWS;
        let begins = |onset: &mut Onset| {
            let enough = onset.windows >= ONSET_WINDOWS && onset.explained >= EXPLAINED_ONCE;
            enough && !fills
        };
        let Some(onset) = self.onset.take_if(begins) else {
            return false;
        };
        let amplitude = self.amplitude(&onset.lanes);
        let start = self.start_of(&onset.peaks, end).max(self.gap.since);
        self.close_gap(start, end);
        let peaks = &onset.peaks;
        let mut sound = Sound {
            start,
            whole_since: start,
            after_loss: self.gap.cut,
            plateau: amplitude,
            range: (f32::MAX, 0.0),
            hz: [0.0; MAX_FREQS],
            powers: [0.0; MAX_FREQS],
            explained: 0.0,
            measured: 0.0,
            windows: ONSET_WINDOWS,
            peaks: peaks.clone(),
            since_measured: 0,
            latest: None,
            unsteady: 0,
            // It may have begun while nothing was heard.
            cut: self.gap.cut,
            resumes: false,
            lanes: onset.lanes,
        };
        // A first measure, so that even the shortest sound has its frequencies.
        sound.add(&onset.peaks, onset.explained);
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

    /// Takes a window; the one before it, which was not the last, counts.
    fn measure(&mut self, peaks: &Peaks, amplitude: f32, explained: f32) {
        self.plateau += 0.5 * (amplitude - self.plateau);
        if let Some((whole, explained)) = self.latest.take() {
            let amplitude = whole.iter().map(|peak| peak.power).sum::<f32>().sqrt();
            self.range.0 = self.range.0.min(amplitude);
            self.range.1 = self.range.1.max(amplitude);
            self.add(&whole, explained);
        }
        self.latest = Some((peaks.clone(), explained));
        // The last steady windows may hold the end already.
        let power = peaks.iter().map(|peak| peak.power).sum::<f32>();
        if power >= FULL * self.power() {
            self.peaks = peaks.clone();
            self.since_measured = 0;
        }
    }

    fn add(&mut self, peaks: &Peaks, explained: f32) {
        for (at, peak) in peaks.iter().enumerate() {
            self.hz[at] += peak.hz;
            self.powers[at] += peak.power;
        }
        self.explained += explained;
        self.measured += 1.0;
    }
}

/// Samples that a sound fills of the frames at its edge, from its side on: `full` are, then come
/// those that may be in part.
fn filled(full: usize, frames: impl Iterator<Item = (f32, f32)>) -> u64 {
    let mut samples = (full * FRAME) as f32;
    let (mut last, mut most) = (FRAME as f32, 0f32);
    let mut unread = 0.0;
    for (share, said) in frames {
        most = most.max(said);
        // Where two sines cancel each other nothing can be read: the frame beyond tells.
        if said < 0.1 * most {
            unread += FRAME as f32;
            continue;
        }
        let part = share.clamp(0.0, 1.0) * FRAME as f32;
        if share < 0.5 {
            let lacking = FRAME as f32 - last;
            return (samples + unread / 2.0 + part - lacking).max(0.0) as u64;
        }
        // What lacks of a frame before the last lacks by noise.
        samples += unread + FRAME as f32;
        (last, unread) = (part, 0.0);
    }
    samples as u64
}

fn alike(a: &[Peak], b: &[Peak]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| near(a.hz, b.hz))
}

fn near(a: f32, b: f32) -> bool {
    (a - b).abs() <= SAME_HZ.max(SAME_SHARE * b)
}
