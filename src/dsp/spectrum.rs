//! The sines of a short window of audio, found near known frequencies.
//!
//! What: frequency and power of up to four sines that sound together, and the share of all
//! power that they explain.
//!
//! How: the bank's bins of each frame are summed over a window of 10 to 40 ms. With the phase
//! referred to the window's middle, a sine shows in each bin as its amplitude times a real
//! kernel, sin x / x. The strongest bin is a sine; its frequency is read from the phase it
//! turned since the window one frame before; what it leaves in the other bins, now and then,
//! is taken off, and the next strongest is looked for. Of several, each is measured again
//! without the others.
//!
//! Limits: two sines are told apart from one bin's width on (25 Hz in 40 ms); a frequency may
//! be 2.4 % and 3 Hz off the known one. Whatever is computed here is sums and products in a
//! fixed order: the same on every machine.

mod apart;
mod chord;

use crate::{
    SAMPLE_RATE,
    bands::{Band, lanes_for},
    bank::{Bank, Bins, Hop, KEPT, LANES, Ring, UNIT},
    plan::MAX_FREQS,
    shape::{Peak, Shape},
    simd::{Kernels, Path, Work, lanes::Floats},
    wave::{FRAME_ANGLE, sin_cos, sinc, times},
};
use arrayvec::ArrayVec;
use std::sync::Arc;
use types::frame::{FRAME, Samples};

/// Ascending in frequency.
pub(crate) type Peaks = ArrayVec<Peak, MAX_FREQS>;

/// The detector's state for one leg.
#[derive(Clone, Debug)]
pub(crate) struct Spectrum {
    path: Path,
    bank: Arc<Bank>,
    shapes: Arc<[Shape]>,
    rings: Box<[Ring]>,
    /// Frames in the longest window.
    longest: usize,
    energies: [f32; FRAMES],
    /// The place of the newest frame in these and in the rings.
    newest: usize,
    windows: Box<[Windows]>,
    peaks: Peaks,
    explained: f32,
    /// Sines so many and so near each other that they are looked for together, each standing
    /// where its exchange may have put it.
    chords: Box<[Peaks]>,
}

/// A group's window, now and one frame ago, and what the sines found leave of both when the
/// phases are those in the middle.
#[derive(Clone, Debug)]
pub(crate) struct Windows {
    pub now: Bins,
    pub before: Bins,
    pub left: [Bins; 2],
    /// The most power in a bin now; known where the window is looked at.
    pub most: f32,
}

/// Frames kept.
pub(crate) const FRAMES: usize = KEPT;

/// A sine counts from this share of the strongest one's power (11 dB).
const TWIST: f32 = 0.07;

/// Times that each of several sines is measured without the others, by how many bins apart they
/// are.
const SWEEPS: [(f32, usize); 3] = [(1.3, 6), (2.6, 2), (f32::MAX, 1)];

/// More than all power, beyond what noise does, is explained by sines that are none.
const EXPLAINED_MOST: f32 = 1.4;

/// Sines nearer than this are one.
const APART_BINS: f32 = 0.76;

/// Least mean square of a window: -45 dBm0.
const FLOOR: f32 = 7_900.0;

impl Spectrum {
    pub fn new(bands: &[Band], path: Path) -> Spectrum {
        let lanes = lanes_for(bands);
        assert!(lanes.len() <= usize::from(u8::MAX), "too many frequencies");
        let hz: Vec<f32> = lanes.iter().map(|lane| lane.hz).collect();
        let longest = lanes.iter().map(|lane| lane.frames).max().unwrap_or(1);
        let bank = Arc::new(Bank::new(&hz));
        let windows = Windows {
            now: Bins::ZERO,
            before: Bins::ZERO,
            left: [Bins::ZERO; 2],
            most: 0.0,
        };
        Spectrum {
            path,
            shapes: lanes.chunks(LANES).map(Shape::new).collect(),
            rings: bank.start(),
            windows: vec![windows; bank.groups()].into(),
            bank,
            longest,
            energies: [0.0; FRAMES],
            newest: 0,
            peaks: Peaks::new(),
            explained: 0.0,
            chords: Box::new([]),
        }
    }

    /// Samples in the window of a lane.
    pub fn window_of(&self, lane: u8) -> usize {
        let (group, lane) = place(lane);
        self.shapes[group].frames[lane] as usize * FRAME
    }

    /// The sum of squares of the frame so long ago.
    pub fn energy(&self, frames_ago: usize) -> f32 {
        self.energies[(self.newest + FRAMES - frames_ago) % FRAMES]
    }

    /// The mean square that a sine of this bin's magnitude has in the newest window.
    pub fn power(&self, lane: u8) -> f32 {
        let (group, lane) = place(lane);
        let now = &self.windows[group].now;
        let (re, im) = (now.re[lane], now.im[lane]);
        (re * re + im * im) * self.shapes[group].scale[lane]
    }

    /// Frames in the longest window.
    pub fn longest(&self) -> usize {
        self.longest
    }

    pub fn peaks(&self) -> &Peaks {
        &self.peaks
    }

    /// The share of the last window's power that its peaks hold.
    pub fn explained(&self) -> f32 {
        self.explained
    }

    /// Takes the next frame, and finds the sines of the window that ends with it when a share of
    /// its power is given that they must explain; whether they do.
    pub fn take(&mut self, samples: &Samples, least: Option<f32>) -> bool {
        self.path.run(Take {
            spectrum: self,
            samples,
            least,
        })
    }

    /// Finds the sines of the window that ends with the last frame; whether they explain that
    /// share of its power.
    pub fn analyse(&mut self, least: f32) -> bool {
        self.path.run(Analysis {
            spectrum: self,
            least,
        })
    }

    /// Whether sines that were found so many frames ago still sound and explain that share of the
    /// power: they are measured again, none is looked for.
    pub fn still(&mut self, peaks: &[Peak], frames: usize, least: f32) -> bool {
        self.peaks.clear();
        for peak in peaks {
            let (sin, cos) = sin_cos(frames as f32 * FRAME_ANGLE * peak.hz);
            self.peaks.push(Peak {
                amplitude: times(peak.amplitude, (cos, sin)),
                ..*peak
            });
        }
        let total = self.total(self.window_of(peaks[0].lane) / FRAME);
        if peaks.len() == 1 {
            self.refine(1);
        }
        total >= FLOOR && self.refine_and_judge(total, least)
    }

    /// How much of one frame these sines fill, from 0 to 1, and how much they would say in it;
    /// they were measured in the window whose last frame came `later` frames after it.
    pub fn presence(&self, peaks: &[Peak], ago: usize, later: f32) -> (f32, f32) {
        let (mut agreed, mut expected) = (0.0, 0.0);
        for seen in peaks {
            let (group, lane) = place(seen.lane);
            let shape = &self.shapes[group];
            let mut model = (0.0, 0.0);
            for peak in peaks {
                let (home, at) = place(peak.lane);
                let frames = self.shapes[home].frames[at];
                // From the middle of the window back to the middle of the frame.
                let back = later - (frames - 1.0) / 2.0;
                let (sin, cos) = sin_cos(-back * FRAME_ANGLE * peak.hz);
                let size = sinc((peak.hz - shape.hz[lane]) * (FRAME_ANGLE / 2.0)) / frames;
                let (a, b) = peak.amplitude;
                model.0 += size * (a * cos - b * sin);
                model.1 += size * (a * sin + b * cos);
            }
            let (re, im) = self.hop(group, lane, ago);
            agreed += re * model.0 + im * model.1;
            expected += model.0 * model.0 + model.1 * model.1;
        }
        (agreed / expected.max(1e-6), expected)
    }

    /// A bin of a frame, its phase referred to the frame's middle.
    fn hop(&self, group: usize, lane: usize, ago: usize) -> (f32, f32) {
        let ring = &self.rings[group];
        let hop = &ring.hops[(self.newest + FRAMES - ago) % FRAMES];
        let back = (ago + 1) as f32 * FRAME_ANGLE * self.shapes[group].hz[lane];
        let (sin, cos) = sin_cos(back);
        let next = ring.turned.phases();
        let bin = (hop.re[lane] / UNIT, hop.im[lane] / UNIT);
        times(times(bin, (next.re[lane], -next.im[lane])), (cos, -sin))
    }

    /// By how much the power of the longest window is more than it was one frame ago.
    pub fn growth(&self) -> f32 {
        let power = |from: usize| -> f32 {
            let frames = from..from + self.longest;
            frames.map(|ago| self.energy(ago)).sum()
        };
        power(0) / power(1).max(1.0)
    }

    /// The mean square of the last frames.
    fn total(&self, frames: usize) -> f32 {
        let sum: f32 = (0..frames).map(|ago| self.energy(ago)).sum();
        sum / (frames * FRAME) as f32
    }
}

struct Take<'a> {
    spectrum: &'a mut Spectrum,
    samples: &'a Samples,
    least: Option<f32>,
}

impl Work for Take<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<K: Kernels>(self) -> bool {
        let mut hop = Hop::NOTHING;
        hop.take::<K>(self.samples);
        self.spectrum.hear::<K>(&hop, self.least)
    }
}

struct Analysis<'a> {
    spectrum: &'a mut Spectrum,
    least: f32,
}

impl Work for Analysis<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<K: Kernels>(self) -> bool {
        self.spectrum.find::<K>(self.least)
    }
}

impl Spectrum {
    /// As [`Spectrum::take`].
    #[inline(always)]
    pub fn hear<K: Kernels>(&mut self, hop: &Hop, least: Option<f32>) -> bool {
        self.complete::<K>(hop);
        least.is_some_and(|least| self.find::<K>(least))
    }

    /// Completes the windows that end with a frame.
    #[inline(always)]
    fn complete<K: Kernels>(&mut self, hop: &Hop) {
        self.newest = (self.newest + 1) % FRAMES;
        self.energies[self.newest] = hop.energy;
        self.bank
            .hop::<K>(&hop.folded, &mut self.rings, self.newest);
        let groups = self.windows.iter_mut().zip(&*self.shapes).zip(&*self.rings);
        for ((windows, shape), ring) in groups {
            windows.before = windows.now;
            windows.now = shape.sum::<K>(ring, self.newest);
        }
    }

    #[inline(always)]
    fn find<K: Kernels>(&mut self, least: f32) -> bool {
        self.peaks.clear();
        self.explained = 0.0;
        let at_most = self.at_most::<K>();
        let (least_total, sum) = self.totals();
        // Most frames of speech end here.
        if sum < FLOOR * FRAME as f32 || at_most < least * least_total {
            return false;
        }
        self.look::<K>(least, at_most)
    }

    #[inline(always)]
    fn look<K: Kernels>(&mut self, least: f32, at_most: f32) -> bool {
        let mut top = (0, 0.0);
        let groups = self.windows.iter_mut().zip(&*self.shapes);
        for (at, (windows, shape)) in groups.enumerate() {
            windows.most = strongest::<K>(at, &windows.now, shape, &mut top);
        }
        let (group, lane) = place(top.0);
        let total = self.total(self.shapes[group].frames[lane] as usize);
        if total < FLOOR || at_most < least * total {
            return false;
        }
        if self.is_chord(least, total) {
            return true;
        }
        self.refer_to_middle::<K>(0.1 * TWIST * top.1);
        self.find_peaks::<K>(least * total, total);
        self.peaks.sort_unstable_by(|a, b| a.hz.total_cmp(&b.hz));
        if self.peaks.is_empty() {
            return false;
        }
        self.refine_and_judge(total, least)
    }

    /// Measures several sines again, each without the others; whether they are apart and explain
    /// that share of all power.
    #[inline(always)]
    fn refine_and_judge(&mut self, total: f32, least: f32) -> bool {
        let bin = SAMPLE_RATE as f32 / self.window_of(self.peaks[0].lane) as f32;
        if self.peaks.len() > 1 {
            let apart = self.least_apart();
            let sweeps = SWEEPS.iter().find(|(bins, _)| apart <= bins * bin);
            self.refine(sweeps.map_or(1, |(_, sweeps)| *sweeps));
            // What was seen of one sine may have been another's.
            let most = self.peaks.iter().map(|peak| peak.power);
            let least = TWIST * most.fold(0.0, f32::max);
            let count = self.peaks.len();
            self.peaks.retain(|peak| peak.power >= least);
            if self.peaks.len() < count {
                self.refine(1);
            }
        }
        // Two so near would fit a window that one sine fills only partly.
        if self.least_apart() < APART_BINS * bin {
            return false;
        }
        self.explained = self.peaks.iter().map(|peak| peak.power).sum::<f32>() / total;
        (least..=EXPLAINED_MOST).contains(&self.explained)
    }

    #[inline(always)]
    fn least_apart(&self) -> f32 {
        let apart = self.peaks.windows(2).map(|pair| pair[1].hz - pair[0].hz);
        apart.fold(f32::MAX, f32::min)
    }

    /// The most power that sines that sound together can have.
    #[inline(always)]
    fn at_most<K: Kernels>(&self) -> f32 {
        let mut most = K::Floats::zero();
        for (windows, shape) in self.windows.iter().zip(&*self.shapes) {
            most = shape.at_most::<K>(&windows.now, most);
        }
        most.greatest()
    }

    /// The least mean square of windows of any length, and the sum of squares of the longest.
    #[inline(always)]
    fn totals(&self) -> (f32, f32) {
        let mut least = f32::MAX;
        let (mut sum, mut frames) = (0.0, 0);
        for length in [1, 2, 4, 8] {
            if length > self.longest {
                break;
            }
            while frames < length {
                sum += self.energy(frames);
                frames += 1;
            }
            let total = sum * (1.0 / (length * FRAME) as f32);
            least = if total < least { total } else { least };
        }
        // Less than rounding can make of it.
        (0.9999 * least, sum)
    }

    /// Only in groups where a sine may count.
    #[inline(always)]
    fn refer_to_middle<K: Kernels>(&mut self, least: f32) {
        let groups = self.windows.iter_mut().zip(&*self.shapes).zip(&*self.rings);
        for ((windows, shape), ring) in groups {
            windows.left = match windows.most < least {
                true => [Bins::ZERO; 2],
                false => shape.all_referred::<K>(windows, &ring.turned),
            };
        }
    }

    /// Peels one sine after the other off. `needed` is what all together must explain of the
    /// total.
    #[inline(always)]
    fn find_peaks<K: Kernels>(&mut self, needed: f32, total: f32) {
        let (mut least, mut explained) = (0.0, 0.0);
        for _ in 0..2 * MAX_FREQS {
            let mut top = (0, 0.0);
            for (at, (windows, shape)) in self.windows.iter().zip(&*self.shapes).enumerate() {
                strongest::<K>(at, &windows.left[0], shape, &mut top);
            }
            if top.1 < 0.1 * least {
                return;
            }
            let Some(peak) = self.peak(top.0) else {
                // Some other sound's: it explains nothing.
                let (group, lane) = place(top.0);
                let left = &mut self.windows[group].left[0];
                (left.re[lane], left.im[lane]) = (0.0, 0.0);
                continue;
            };
            if peak.power < least || self.peaks.is_full() {
                return;
            }
            least = least.max(TWIST * peak.power);
            explained += peak.power;
            self.peaks.push(peak);
            let more = (MAX_FREQS - self.peaks.len()) as f32;
            if explained + more * peak.power < needed {
                self.peaks.clear();
                return;
            }
            // No room for another that would count.
            if total - explained < 0.5 * least {
                return;
            }
            self.take_off::<K>(&peak);
        }
    }
}

/// Keeps the bin with the most power.
#[inline(always)]
fn strongest<K: Kernels>(group: usize, bins: &Bins, shape: &Shape, best: &mut (u8, f32)) -> f32 {
    let powers = shape.powers::<K>(bins);
    let most = powers.greatest();
    if most > best.1 {
        let mut lanes = [0.0; LANES];
        powers.store(&mut lanes);
        let lane = lanes.iter().position(|&power| power == most).unwrap_or(0);
        *best = ((group * LANES + lane) as u8, most);
    }
    most
}

#[inline(always)]
fn place(lane: u8) -> (usize, usize) {
    (usize::from(lane) / LANES, usize::from(lane) % LANES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bands::usual_reach;

    /// Below the first bin and above the last there is no second bin to measure by.
    #[test]
    fn a_sine_beyond_the_outermost_bins_is_measured_by_one() {
        let band = Band {
            hz: 1400.0,
            reach: usual_reach(1400.0),
            together: 1,
            frames: 2,
        };
        let bins = lanes_for(&[band]).len() as u8;
        assert!(bins > 1, "a band of several bins");
        let mut seen_by = [0; 2];
        for hz in 1364..=1436 {
            let mut spectrum = Spectrum::new(&[band], Path::best());
            let step = f64::from(hz) * std::f64::consts::TAU / f64::from(SAMPLE_RATE);
            let mut phase = 0.3;
            let mut found = false;
            for _ in 0..8 {
                let samples = std::array::from_fn(|_| {
                    phase += step;
                    (3000.0 * phase.sin()) as i16
                });
                found = spectrum.take(&samples, Some(0.6));
            }
            let peaks = spectrum.peaks();
            assert!(found && peaks.len() == 1, "{hz} Hz: {peaks:?}");
            let off = (peaks[0].hz - hz as f32).abs();
            assert!(off < 1.0, "{hz} Hz found as {}", peaks[0].hz);
            let explained = spectrum.explained();
            assert!((0.97..1.03).contains(&explained), "{hz} Hz: {explained}");
            seen_by[0] += u32::from(peaks[0].lane == 0);
            seen_by[1] += u32::from(peaks[0].lane == bins - 1);
        }
        assert!(seen_by.iter().all(|times| *times > 20), "{seen_by:?}");
    }
}
