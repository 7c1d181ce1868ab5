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

use crate::{
    SAMPLE_RATE,
    bank::{Bank, Bins, LANES, Lanes, Turned, UNIT},
    plan::MAX_FREQS,
    simd::{Kernels, Path, Work},
};
use arrayvec::ArrayVec;
use std::{
    f32::consts::{FRAC_PI_2, PI, TAU},
    sync::Arc,
};
use types::frame::{FRAME, Samples};

/// A sine.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Peak {
    pub hz: f32,
    /// Mean square.
    pub power: f32,
    /// The bin that saw it.
    pub lane: u8,
    /// What its bin would hold if it were the bin's own frequency, the phase at the middle of
    /// the window; and the turn over one frame.
    amplitude: (f32, f32),
    turn: (f32, f32),
}

/// Ascending in frequency.
pub(crate) type Peaks = ArrayVec<Peak, MAX_FREQS>;

/// The detector's state for one leg.
#[derive(Clone, Debug)]
pub(crate) struct Spectrum {
    bank: Arc<Bank>,
    shapes: Arc<[Shape]>,
    turned: Box<[Turned]>,
    /// The last frames' bins, all groups of a frame together.
    hops: Box<[Bins]>,
    /// Frames in the longest window.
    longest: usize,
    energies: [f32; FRAMES],
    /// The place of the newest frame in both.
    newest: usize,
    windows: Box<[Windows]>,
    /// Whether the windows are those of the newest frame, and of the one before it.
    fresh: [bool; 2],
    peaks: Peaks,
    explained: f32,
}

/// What to listen for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Band {
    pub hz: f32,
    /// How far off it may be.
    pub reach: f32,
    /// How many sines sound together when this one does.
    pub together: usize,
    /// Frames in its window: 1, 2, 4 or 8.
    pub frames: usize,
}

impl Band {
    /// Whether bins stand for parts of what frequencies may stray over, not for one each.
    fn is_shared(&self) -> bool {
        self.hz >= LOW_BELOW_HZ || self.frames > 4
    }
}

/// A group's window, now and one frame ago, and what the sines found leave of both when the
/// phases are those in the middle.
#[derive(Clone, Debug)]
struct Windows {
    now: Bins,
    before: Bins,
    left: [Bins; 2],
    /// The most power in a bin now.
    most: f32,
}

/// What never changes about a group.
#[derive(Clone, Debug)]
struct Shape {
    hz: Lanes,
    reach: Lanes,
    /// Frames in the window; and 1 where the second frame, the third and fourth, the others
    /// count.
    frames: Lanes,
    two: Lanes,
    four: Lanes,
    eight: Lanes,
    shared: [bool; LANES],
    /// From the square of a bin to the most that all sines together can have, when this one is
    /// the strongest and as far off as it may be.
    at_most: Lanes,
    /// From the square of a bin to the mean square of a sine.
    scale: Lanes,
    /// Half the phase that 1 Hz turns in the window; half of what the lane turns, as sine and
    /// cosine.
    half: Lanes,
    sin: Lanes,
    cos: Lanes,
    /// What the lane turns over a frame; and from the next frame's middle back to the window's,
    /// in the unit of the bank's phases.
    step: Bins,
    back: Bins,
}

/// Frames kept.
pub(crate) const FRAMES: usize = 16;

/// The longest window.
const LONGEST: usize = 8;

/// Below this, each frequency has a bin of its own; above, bins stand for bands.
pub(crate) const LOW_BELOW_HZ: f32 = 700.0;
const HIGH_FROM_HZ: f32 = 2000.0;

/// How far a frequency may be off the known one.
const STRAYS: f32 = 0.024;
const STRAYS_HZ: f32 = 3.0;

/// The most that one lane serves: in bins of its window, and where the turn is unambiguous.
const SPAN_BINS: f32 = 1.4;
const SPAN_HZ: f32 = 90.0;

/// A sine counts from this share of the strongest one's power (11 dB).
const TWIST: f32 = 0.07;

/// Frequencies nearer than this need a window of eight frames.
const CLOSE_HZ: f32 = 30.0;

/// Times that each of several sines is measured without the others, by how many bins apart they
/// are.
const SWEEPS: [(f32, usize); 3] = [(1.3, 6), (2.6, 2), (f32::MAX, 1)];

/// A bin that sees less than a quarter of a sine's amplitude sees mostly something else.
const MOST_GAIN: f32 = 4.0;

/// More than all power, beyond what noise does, is explained by sines that are none.
const EXPLAINED_MOST: f32 = 1.4;

/// A sine this far from its bin (a fifth of a bin's width) is measured by two bins.
const BETWEEN: f32 = 0.2 * PI;

/// Sines nearer than this are one.
const APART_BINS: f32 = 0.76;

/// Least mean square of a window: -45 dBm0.
const FLOOR: f32 = 7_900.0;

/// The phase that 1 Hz turns over a frame.
const FRAME_ANGLE: f32 = TAU * FRAME as f32 / SAMPLE_RATE as f32;

impl Spectrum {
    pub fn new(bands: &[Band]) -> Spectrum {
        let lanes = lanes_for(bands);
        assert!(lanes.len() <= usize::from(u8::MAX), "too many frequencies");
        let hz: Vec<f32> = lanes.iter().map(|lane| lane.hz).collect();
        let longest = lanes.iter().map(|lane| lane.frames).max().unwrap_or(1);
        let bank = Bank::new(&hz, Path::best());
        let windows = Windows {
            now: Bins::ZERO,
            before: Bins::ZERO,
            left: [Bins::ZERO; 2],
            most: 0.0,
        };
        Spectrum {
            shapes: lanes.chunks(LANES).map(Shape::new).collect(),
            turned: bank.start(),
            hops: vec![Bins::ZERO; FRAMES * bank.groups()].into(),
            windows: vec![windows; bank.groups()].into(),
            bank,
            longest,
            energies: [0.0; FRAMES],
            newest: 0,
            fresh: [false; 2],
            peaks: Peaks::new(),
            explained: 0.0,
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
        let shape = &self.shapes[group];
        let groups = self.shapes.len();
        let (mut re, mut im) = (0.0, 0.0);
        for ago in 0..shape.frames[lane] as usize {
            let hop = &self.hops[(self.newest + FRAMES - ago) % FRAMES * groups + group];
            re += hop.re[lane];
            im += hop.im[lane];
        }
        (re * re + im * im) * shape.scale[lane]
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

    pub fn take(&mut self, samples: &Samples) {
        self.newest = (self.newest + 1) % FRAMES;
        let groups = self.shapes.len();
        let bins = &mut self.hops[self.newest * groups..][..groups];
        let [energy] = self.bank.hop([samples], [&mut self.turned], [bins]);
        self.energies[self.newest] = energy;
        self.fresh = [false, self.fresh[0]];
    }

    /// Finds the sines of the window that ends with the last frame; whether they explain that
    /// share of its power.
    pub fn analyse(&mut self, least: f32) -> bool {
        self.peaks.clear();
        self.explained = 0.0;
        let loudest = (0..self.longest)
            .map(|ago| self.energy(ago))
            .fold(0.0, f32::max);
        if loudest < FLOOR * FRAME as f32 {
            return false;
        }
        Path::best().run(Analysis {
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
            self.sum_lane(peak.lane);
            self.sum_lane(peak.lane.saturating_add(1));
            self.sum_lane(peak.lane.saturating_sub(1));
        }
        let total = self.total(self.window_of(peaks[0].lane) / FRAME);
        if peaks.len() == 1 {
            self.refine(1);
        }
        total >= FLOOR && self.refine_and_judge(total, least)
    }

    /// The window of one bin, now and one frame ago.
    fn sum_lane(&mut self, lane: u8) {
        let (group, lane) = place(lane);
        let groups = self.shapes.len();
        let Some(shape) = self.shapes.get(group) else {
            return;
        };
        let mut sums = [(0.0, 0.0); 2];
        for (late, sum) in sums.iter_mut().enumerate() {
            for ago in late..late + shape.frames[lane] as usize {
                let hop = &self.hops[(self.newest + FRAMES - ago) % FRAMES * groups + group];
                *sum = (sum.0 + hop.re[lane], sum.1 + hop.im[lane]);
            }
        }
        let windows = &mut self.windows[group];
        let [now, before] = sums;
        (windows.now.re[lane], windows.now.im[lane]) = now;
        (windows.before.re[lane], windows.before.im[lane]) = before;
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
        let groups = self.shapes.len();
        let hop = &self.hops[(self.newest + FRAMES - ago) % FRAMES * groups + group];
        let back = (ago + 1) as f32 * FRAME_ANGLE * self.shapes[group].hz[lane];
        let (sin, cos) = sin_cos(back);
        let next = self.turned[group].phases();
        let bin = (hop.re[lane] / UNIT, hop.im[lane] / UNIT);
        times(times(bin, (next.re[lane], -next.im[lane])), (cos, -sin))
    }

    /// The mean square of the last frames.
    fn total(&self, frames: usize) -> f32 {
        let sum: f32 = (0..frames).map(|ago| self.energy(ago)).sum();
        sum / (frames * FRAME) as f32
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
        let Analysis { spectrum, least } = self;
        spectrum.sum_windows();
        let mut top = (0, 0.0);
        let mut at_most = 0f32;
        for (at, (windows, shape)) in spectrum
            .windows
            .iter_mut()
            .zip(&*spectrum.shapes)
            .enumerate()
        {
            at_most = at_most.max(most_together(&windows.now, shape));
            windows.most = strongest(at, &windows.now, shape, &mut top);
        }
        let (group, lane) = place(top.0);
        let total = spectrum.total(spectrum.shapes[group].frames[lane] as usize);
        if total < FLOOR || at_most < least * total {
            return false;
        }
        spectrum.refer_to_middle(0.1 * TWIST * top.1);
        spectrum.find_peaks(least * total, total);
        spectrum
            .peaks
            .sort_unstable_by(|a, b| a.hz.total_cmp(&b.hz));
        if spectrum.peaks.is_empty() {
            return false;
        }
        spectrum.refine_and_judge(total, least)
    }
}

impl Spectrum {
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

    #[inline(always)]
    fn sum_windows(&mut self) {
        let groups = self.shapes.len();
        let ago = |frames: usize| (self.newest + FRAMES - frames) % FRAMES * groups;
        let places: [usize; LONGEST + 1] = std::array::from_fn(ago);
        let longest = self.longest;
        for (at, (windows, shape)) in self.windows.iter_mut().zip(&*self.shapes).enumerate() {
            let sum = |from: usize| {
                let frames = places[from..from + LONGEST].iter();
                let mut frames = frames.map(|place| &self.hops[place + at]);
                shape.sum(
                    longest,
                    std::array::from_fn(|_| frames.next().expect("eight")),
                )
            };
            windows.before = if self.fresh[1] { windows.now } else { sum(1) };
            windows.now = sum(0);
        }
        self.fresh[0] = true;
    }

    /// Only in groups where a sine may count.
    #[inline(always)]
    fn refer_to_middle(&mut self, least: f32) {
        let groups = self
            .windows
            .iter_mut()
            .zip(&*self.shapes)
            .zip(&*self.turned);
        for ((windows, shape), turned) in groups {
            let mut left = [Bins::ZERO; 2];
            for lane in 0..if windows.most < least { 0 } else { LANES } {
                let (now, before) = shape.referred(windows, lane, turned);
                (left[0].re[lane], left[0].im[lane]) = now;
                (left[1].re[lane], left[1].im[lane]) = before;
            }
            windows.left = left;
        }
    }

    /// Peels one sine after the other off. `needed` is what all together must explain of the
    /// total.
    #[inline(always)]
    fn find_peaks(&mut self, needed: f32, total: f32) {
        let (mut least, mut explained) = (0.0, 0.0);
        for _ in 0..2 * MAX_FREQS {
            let mut top = (0, 0.0);
            for (at, (windows, shape)) in self.windows.iter().zip(&*self.shapes).enumerate() {
                strongest(at, &windows.left[0], shape, &mut top);
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
            self.take_off(&peak);
        }
    }

    /// Measures each sine again without what the others leave in its bin.
    #[inline(always)]
    fn refine(&mut self, sweeps: usize) {
        for _ in 0..sweeps {
            for at in 0..self.peaks.len() {
                let lane = self.peaks[at].lane;
                let (group, _) = place(lane);
                let (now, before) = self.without_others(at, lane);
                let Some(peak) = self.shapes[group].measure_apart(lane, now, before) else {
                    self.peaks[at].power = 0.0;
                    self.peaks[at].amplitude = (0.0, 0.0);
                    continue;
                };
                self.peaks[at] = match self.other_bin(&peak) {
                    Some(other) => self.by_two(&peak, self.without_others(at, other).0, other),
                    None => peak,
                };
            }
        }
    }

    /// A bin of the window without what the other sines leave in it.
    #[inline(always)]
    fn without_others(&self, at: usize, lane: u8) -> Both {
        let (group, lane) = place(lane);
        let windows = &self.windows[group];
        let (mut now, mut before) = self.shapes[group].referred(windows, lane, &self.turned[group]);
        for (_, other) in self.peaks.iter().enumerate().filter(|(n, _)| *n != at) {
            let kernel = self.kernel(other, group, lane);
            let there = times(other.amplitude, (other.turn.0, -other.turn.1));
            now.0 -= kernel * other.amplitude.0;
            now.1 -= kernel * other.amplitude.1;
            before.0 -= kernel * there.0;
            before.1 -= kernel * there.1;
        }
        (now, before)
    }

    /// The bin on the other side of a sine that lies between two; only where bins stand for a
    /// band, not for a frequency each.
    #[inline(always)]
    fn other_bin(&self, peak: &Peak) -> Option<u8> {
        let (group, at) = place(peak.lane);
        let shape = &self.shapes[group];
        let off = peak.hz - shape.hz[at];
        if !shape.shared[at] || off.abs() * shape.half[at] < BETWEEN {
            return None;
        }
        let other = match off > 0.0 {
            true => peak.lane + 1,
            false => peak.lane - 1,
        };
        let (group, lane) = place(other);
        let next = self.shapes.get(group)?;
        let near = (next.hz[lane] - peak.hz).abs() * next.half[lane] <= PI;
        (near && next.frames[lane] == shape.frames[at]).then_some(other)
    }

    /// The amplitude that fits two bins best: one alone, far from its middle, would make much of
    /// noise and of a small error in frequency.
    #[inline(always)]
    fn by_two(&self, peak: &Peak, second: (f32, f32), other: u8) -> Peak {
        let (group, at) = place(peak.lane);
        let shape = &self.shapes[group];
        let own = sinc((peak.hz - shape.hz[at]) * shape.half[at]);
        let (group, lane) = place(other);
        let there = self.kernel(peak, group, lane);
        let sum = own * own + there * there;
        let first = (own * own * peak.amplitude.0, own * own * peak.amplitude.1);
        let amplitude = (
            (first.0 + there * second.0) / sum,
            (first.1 + there * second.1) / sum,
        );
        Peak {
            amplitude,
            power: (amplitude.0 * amplitude.0 + amplitude.1 * amplitude.1) * shape.scale[at],
            ..*peak
        }
    }

    /// What a sine leaves in a bin, as a share of its amplitude.
    #[inline(always)]
    fn kernel(&self, peak: &Peak, group: usize, lane: usize) -> f32 {
        let (home, at) = place(peak.lane);
        let shape = &self.shapes[group];
        if self.shapes[home].frames[at] != shape.frames[lane] {
            return 0.0;
        }
        sinc((peak.hz - shape.hz[lane]) * shape.half[lane])
    }

    /// The sine that a bin sees; `None` when it is too far off.
    #[inline(always)]
    fn peak(&self, lane: u8) -> Option<Peak> {
        let (group, at) = place(lane);
        let [now, before] = &self.windows[group].left;
        let bin = |bins: &Bins| (bins.re[at], bins.im[at]);
        let peak = self.shapes[group].measure_apart(lane, bin(now), bin(before))?;
        Some(match self.other_bin(&peak) {
            Some(other) => {
                let (group, lane) = place(other);
                let left = &self.windows[group].left[0];
                self.by_two(&peak, (left.re[lane], left.im[lane]), other)
            }
            None => peak,
        })
    }

    /// Takes off what a sine leaves in all bins of its window's length.
    #[inline(always)]
    fn take_off(&mut self, peak: &Peak) {
        let (home, at) = place(peak.lane);
        let shape = &self.shapes[home];
        let (frames, half) = (shape.frames[at], shape.half[at]);
        let (s, c) = sin_cos((peak.hz - shape.hz[at]) * half);
        let sin = s * shape.cos[at] + c * shape.sin[at];
        let cos = c * shape.cos[at] - s * shape.sin[at];
        let now = peak.amplitude;
        let before = times(now, (peak.turn.0, -peak.turn.1));
        for (windows, shape) in self.windows.iter_mut().zip(&*self.shapes) {
            if !shape.frames.contains(&frames) {
                continue;
            }
            let [left, left_before] = &mut windows.left;
            for lane in 0..LANES {
                let x = (peak.hz - shape.hz[lane]) * half;
                let kernel = (sin * shape.cos[lane] - cos * shape.sin[lane]) / x;
                let kernel = if x.abs() < 1e-3 { 1.0 } else { kernel };
                let kernel = if shape.frames[lane] == frames {
                    kernel
                } else {
                    0.0
                };
                left.re[lane] -= kernel * now.0;
                left.im[lane] -= kernel * now.1;
                left_before.re[lane] -= kernel * before.0;
                left_before.im[lane] -= kernel * before.1;
            }
        }
    }
}

/// Keeps the bin with the most power.
#[inline(always)]
fn strongest(group: usize, bins: &Bins, shape: &Shape, best: &mut (u8, f32)) -> f32 {
    let powers = bins.powers();
    let mut scaled = [0.0; LANES];
    let mut most = 0f32;
    for lane in 0..LANES {
        scaled[lane] = powers[lane] * shape.scale[lane];
        most = most.max(scaled[lane]);
    }
    if most > best.1 {
        let lane = scaled.iter().position(|&power| power == most).unwrap_or(0);
        *best = ((group * LANES + lane) as u8, most);
    }
    most
}

/// The most power that sines that sound together can have.
#[inline(always)]
fn most_together(bins: &Bins, shape: &Shape) -> f32 {
    let powers = bins.powers();
    let mut most = 0f32;
    for lane in 0..LANES {
        most = most.max(powers[lane] * shape.at_most[lane]);
    }
    most
}

impl Shape {
    fn new(lanes: &[Band]) -> Shape {
        let each = |value: &dyn Fn(&Band) -> f32| {
            std::array::from_fn(|lane| lanes.get(lane).map_or(0.0, value))
        };
        let angle = |lane: &Band, frames: f64| {
            let turns = f64::from(lane.hz) * frames * FRAME as f64 / f64::from(SAMPLE_RATE);
            std::f64::consts::TAU * turns
        };
        let middle = |lane: &Band| lane.frames as f64 / 2.0;
        let back = |lane: &Band| angle(lane, -0.5 - middle(lane));
        let half = |lane: &Band| PI * (lane.frames * FRAME) as f32 / SAMPLE_RATE as f32;
        let scale = |lane: &Band| 2.0 / ((lane.frames * FRAME) as f32).powi(2);
        let at_most = |lane: &Band| {
            let seen = sinc(lane.reach * half(lane));
            scale(lane) * lane.together as f32 / (seen * seen)
        };
        Shape {
            hz: each(&|lane| lane.hz),
            reach: each(&|lane| lane.reach),
            frames: each(&|lane| lane.frames as f32),
            two: each(&|lane| f32::from(lane.frames >= 2)),
            four: each(&|lane| f32::from(lane.frames >= 4)),
            eight: each(&|lane| f32::from(lane.frames >= 8)),
            shared: std::array::from_fn(|at| lanes.get(at).is_some_and(Band::is_shared)),
            at_most: each(&at_most),
            scale: each(&scale),
            half: each(&half),
            sin: each(&|lane| angle(lane, middle(lane)).sin() as f32),
            cos: each(&|lane| angle(lane, middle(lane)).cos() as f32),
            step: Bins {
                re: each(&|lane| angle(lane, 1.0).cos() as f32),
                im: each(&|lane| angle(lane, 1.0).sin() as f32),
            },
            back: Bins {
                re: each(&|lane| back(lane).cos() as f32 / UNIT),
                im: each(&|lane| back(lane).sin() as f32 / UNIT),
            },
        }
    }

    #[inline(always)]
    fn sum(&self, longest: usize, frames: [&Bins; LONGEST]) -> Bins {
        let [a, b, c, d, e, f, g, h] = frames;
        let mut sum = Bins::ZERO;
        for lane in 0..LANES {
            let (two, four) = (self.two[lane], self.four[lane]);
            sum.re[lane] = a.re[lane] + two * b.re[lane] + four * (c.re[lane] + d.re[lane]);
            sum.im[lane] = a.im[lane] + two * b.im[lane] + four * (c.im[lane] + d.im[lane]);
        }
        if longest <= 4 {
            return sum;
        }
        for lane in 0..LANES {
            let eight = self.eight[lane];
            sum.re[lane] += eight * ((e.re[lane] + f.re[lane]) + (g.re[lane] + h.re[lane]));
            sum.im[lane] += eight * ((e.im[lane] + f.im[lane]) + (g.im[lane] + h.im[lane]));
        }
        sum
    }

    /// A bin of the window, now and one frame ago, each with the phase in its own middle.
    #[inline(always)]
    fn referred(&self, windows: &Windows, lane: usize, next: &Turned) -> Both {
        let next = (next.phases().re[lane], -next.phases().im[lane]);
        let middle = times(next, (self.back.re[lane], self.back.im[lane]));
        let now = (windows.now.re[lane], windows.now.im[lane]);
        let before = (windows.before.re[lane], windows.before.im[lane]);
        let step = (self.step.re[lane], -self.step.im[lane]);
        (times(now, middle), times(times(before, middle), step))
    }

    /// The same for a bin that stands alone, each window's phase in its own middle.
    #[inline(always)]
    fn measure_apart(&self, lane: u8, now: (f32, f32), before: (f32, f32)) -> Option<Peak> {
        let at = usize::from(lane) % LANES;
        let own = (self.step.re[at], self.step.im[at]);
        let mut peak = self.measure_bin(lane, now, times(before, own))?;
        peak.turn = times(peak.turn, own);
        Some(peak)
    }

    /// The sine that a bin of this group sees, when bins one frame apart have the same
    /// reference; the turn is that beyond the lane's own.
    #[inline(always)]
    fn measure(&self, lane: u8, now: &Bins, before: &Bins) -> Option<Peak> {
        let at = usize::from(lane) % LANES;
        let bin = |bins: &Bins| (bins.re[at], bins.im[at]);
        self.measure_bin(lane, bin(now), bin(before))
    }

    #[inline(always)]
    fn measure_bin(&self, lane: u8, now: (f32, f32), before: (f32, f32)) -> Option<Peak> {
        let at = usize::from(lane) % LANES;
        let turn = times(now, (before.0, -before.1));
        let offset = angle(turn) / FRAME_ANGLE;
        if offset.abs() > self.reach[at] {
            return None;
        }
        let gain = (1.0 / sinc(offset * self.half[at])).min(MOST_GAIN);
        let amplitude = (now.0 * gain, now.1 * gain);
        let length = (turn.0 * turn.0 + turn.1 * turn.1).sqrt().max(1e-9);
        let square = amplitude.0 * amplitude.0 + amplitude.1 * amplitude.1;
        Some(Peak {
            hz: self.hz[at] + offset,
            power: square * self.scale[at],
            lane,
            amplitude,
            turn: (turn.0 / length, turn.1 / length),
        })
    }
}

/// How far off a frequency is usually looked for.
pub(crate) fn usual_reach(hz: f32) -> f32 {
    STRAYS * hz + STRAYS_HZ
}

/// The window in which frequencies so near each other are told apart, in frames. High ones stray
/// by so many Hz that their windows must be short.
pub(crate) fn usual_frames(hz: f32, nearest_hz: f32) -> usize {
    match hz {
        HIGH_FROM_HZ.. => 1,
        LOW_BELOW_HZ.. => 2,
        _ if nearest_hz < CLOSE_HZ => 8,
        _ => 4,
    }
}

/// What each bin stands for: below 700 Hz one of the frequencies; above, and where windows are
/// long, a part of what they may stray over.
fn lanes_for(bands: &[Band]) -> Vec<Band> {
    let mut bands = bands.to_vec();
    bands.sort_by(|a, b| (a.hz - a.reach).total_cmp(&(b.hz - b.reach)));
    let (mut low, mut high): (Vec<Band>, Vec<Band>) =
        bands.into_iter().partition(|band| !band.is_shared());
    low.sort_by(|a, b| a.hz.total_cmp(&b.hz));
    low.dedup_by(|next, band| {
        let same = next.hz - band.hz < 1.0;
        if same {
            band.together = band.together.max(next.together);
        }
        same
    });
    high.dedup_by(|next, band| {
        let (from, to) = (band.hz - band.reach, band.hz + band.reach);
        let joined = next.hz - next.reach <= to && next.frames == band.frames;
        if joined {
            let to = to.max(next.hz + next.reach);
            (band.hz, band.reach) = ((from + to) / 2.0, (to - from) / 2.0);
            band.together = band.together.max(next.together);
        }
        joined
    });
    low.extend(high.iter().flat_map(parts));
    low
}

/// As many bins as see all of a band.
fn parts(band: &Band) -> impl Iterator<Item = Band> {
    let band = *band;
    let bin = SAMPLE_RATE as f32 / (band.frames * FRAME) as f32;
    let count = (2.0 * band.reach / (SPAN_BINS * bin).min(SPAN_HZ)).ceil();
    let width = 2.0 * band.reach / count;
    (0..count as usize).map(move |n| Band {
        hz: band.hz - band.reach + (n as f32 + 0.5) * width,
        reach: width / 2.0 + STRAYS_HZ,
        ..band
    })
}

#[inline(always)]
fn place(lane: u8) -> (usize, usize) {
    (usize::from(lane) / LANES, usize::from(lane) % LANES)
}

/// A complex number now and one frame ago.
type Both = ((f32, f32), (f32, f32));

#[inline(always)]
fn times(a: (f32, f32), b: (f32, f32)) -> (f32, f32) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

/// The angle of a complex number, within 0.00002 (Abramowitz and Stegun 4.4.49).
#[inline(always)]
fn angle((re, im): (f32, f32)) -> f32 {
    let (x, y) = (re.abs(), im.abs());
    let (small, large) = if x < y { (x, y) } else { (y, x) };
    let a = small / large.max(f32::MIN_POSITIVE);
    let s = a * a;
    let odd = 0.999_866 + s * (-0.330_299_5 + s * (0.180_141 + s * (-0.085_133 + s * 0.020_835_1)));
    let octant = a * odd;
    let quadrant = if x < y { FRAC_PI_2 - octant } else { octant };
    let half = if re < 0.0 { PI - quadrant } else { quadrant };
    if im < 0.0 { -half } else { half }
}

/// Sine and cosine, within 0.00001.
#[inline(always)]
fn sin_cos(angle: f32) -> (f32, f32) {
    let x = angle - TAU * (angle / TAU).round_ties_even();
    // Half the angle, whose series are short.
    let h = x / 2.0;
    let s = h * h;
    let sin =
        h * (1.0 + s * (-1.0 / 6.0 + s * (1.0 / 120.0 + s * (-1.0 / 5040.0 + s / 362_880.0))));
    let cos = 1.0
        + s * (-0.5
            + s * (1.0 / 24.0 + s * (-1.0 / 720.0 + s * (1.0 / 40_320.0 - s / 3_628_800.0))));
    (2.0 * sin * cos, 1.0 - 2.0 * sin * sin)
}

#[inline(always)]
fn sinc(x: f32) -> f32 {
    if x.abs() < 1e-3 {
        1.0
    } else {
        sin_cos(x).0 / x
    }
}
