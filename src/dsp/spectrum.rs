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
    energies: [f32; FRAMES],
    /// The place of the newest frame in both.
    newest: usize,
    windows: Box<[Windows]>,
    /// Whether the windows are those of the newest frame.
    fresh: bool,
    peaks: Peaks,
    explained: f32,
}

/// A group's window, now and one frame ago, and what the sines found leave of both when the
/// phases are those in the middle.
#[derive(Clone, Debug)]
struct Windows {
    now: Bins,
    before: Bins,
    left: [Bins; 2],
}

/// What never changes about a group.
#[derive(Clone, Debug)]
struct Shape {
    hz: Lanes,
    reach: Lanes,
    /// Frames in the window, and 1 where the second frame, the third and fourth count.
    frames: Lanes,
    two: Lanes,
    four: Lanes,
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
pub(crate) const FRAMES: usize = 12;

/// The longest window.
pub(crate) const LONGEST: usize = 4;

/// Frequencies below these have windows of four frames and of two; others of one.
const LONG_BELOW_HZ: f32 = 700.0;
const SHORT_BELOW_HZ: f32 = 2000.0;

/// How far a frequency may be off the known one.
const STRAYS: f32 = 0.024;
const STRAYS_HZ: f32 = 3.0;

/// The most that one lane serves: in bins of its window, and where the turn is unambiguous.
const SPAN_BINS: f32 = 1.4;
const SPAN_HZ: f32 = 90.0;

/// A sine counts from this share of the strongest one's power (11 dB).
const TWIST: f32 = 0.07;

/// Times that each of several sines is measured without the others; more when they are near.
const SWEEPS: usize = 2;
const SWEEPS_NEAR: usize = 6;
const NEAR_HZ: f32 = 38.0;

/// Least mean square of a window: -45 dBm0.
const FLOOR: f32 = 7_900.0;

/// The phase that 1 Hz turns over a frame.
const FRAME_ANGLE: f32 = TAU * FRAME as f32 / SAMPLE_RATE as f32;

impl Spectrum {
    /// The frequencies to know, in Hz.
    pub fn new(freqs: &[f32]) -> Spectrum {
        let lanes = lanes_for(freqs);
        assert!(lanes.len() <= usize::from(u8::MAX), "too many frequencies");
        let hz: Vec<f32> = lanes.iter().map(|lane| lane.hz).collect();
        let bank = Bank::new(&hz, Path::best());
        let windows = Windows {
            now: Bins::ZERO,
            before: Bins::ZERO,
            left: [Bins::ZERO; 2],
        };
        Spectrum {
            shapes: lanes.chunks(LANES).map(Shape::new).collect(),
            turned: bank.start(),
            hops: vec![Bins::ZERO; FRAMES * bank.groups()].into(),
            windows: vec![windows; bank.groups()].into(),
            bank,
            energies: [0.0; FRAMES],
            newest: 0,
            fresh: false,
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

    /// The mean square that a sine of this bin's magnitude has.
    pub fn power(&self, lane: u8) -> f32 {
        let (group, lane) = place(lane);
        let now = &self.windows[group].now;
        let (re, im) = (now.re[lane], now.im[lane]);
        (re * re + im * im) * self.shapes[group].scale[lane]
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
    }

    /// Finds the sines of the window that ends with the last frame; whether they explain that
    /// share of its power.
    pub fn analyse(&mut self, least: f32) -> bool {
        self.peaks.clear();
        self.explained = 0.0;
        let loudest = (0..LONGEST).map(|ago| self.energy(ago)).fold(0.0, f32::max);
        if loudest < FLOOR * FRAME as f32 {
            self.fresh = false;
            self.windows
                .iter_mut()
                .for_each(|windows| windows.now = Bins::ZERO);
            return false;
        }
        Path::best().run(Analysis {
            spectrum: self,
            least,
        })
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
        for (at, (windows, shape)) in spectrum.windows.iter().zip(&*spectrum.shapes).enumerate() {
            strongest(at, &windows.now, shape, &mut top);
        }
        let (group, lane) = place(top.0);
        let total = spectrum.total(spectrum.shapes[group].frames[lane] as usize);
        // Not even several as strong could explain it.
        if total < FLOOR || top.1 < 0.02 * total {
            return false;
        }
        let windows = &spectrum.windows[group];
        let found = spectrum.shapes[group].measure(top.0, &windows.now, &windows.before);
        if found.is_some_and(|peak| peak.power * (MAX_FREQS as f32) < least * total) {
            return false;
        }
        spectrum.refer_to_middle();
        spectrum.find_peaks(least * total);
        let near = |pair: &[Peak]| pair[1].hz - pair[0].hz < NEAR_HZ;
        spectrum
            .peaks
            .sort_unstable_by(|a, b| a.hz.total_cmp(&b.hz));
        match spectrum.peaks.len() {
            0 => return false,
            1 => {}
            _ if spectrum.peaks.windows(2).any(near) => spectrum.refine(SWEEPS_NEAR),
            _ => spectrum.refine(SWEEPS),
        }
        spectrum.explained = spectrum.peaks.iter().map(|peak| peak.power).sum::<f32>() / total;
        spectrum.explained >= least
    }
}

impl Spectrum {
    #[inline(always)]
    fn sum_windows(&mut self) {
        let groups = self.shapes.len();
        let ago = |frames: usize| (self.newest + FRAMES - frames) % FRAMES * groups;
        let places: [usize; LONGEST + 1] = std::array::from_fn(ago);
        for (at, (windows, shape)) in self.windows.iter_mut().zip(&*self.shapes).enumerate() {
            let sum = |from: usize| {
                let frames = places[from..from + LONGEST].iter();
                let mut frames = frames.map(|place| &self.hops[place + at]);
                shape.sum(std::array::from_fn(|_| frames.next().expect("four")))
            };
            windows.before = if self.fresh { windows.now } else { sum(1) };
            windows.now = sum(0);
        }
        self.fresh = true;
    }

    #[inline(always)]
    fn refer_to_middle(&mut self) {
        let groups = self
            .windows
            .iter_mut()
            .zip(&*self.shapes)
            .zip(&*self.turned);
        for ((windows, shape), turned) in groups {
            let next = turned.phases();
            for lane in 0..LANES {
                let next = (next.re[lane], -next.im[lane]);
                let middle = times(next, (shape.back.re[lane], shape.back.im[lane]));
                let now = times((windows.now.re[lane], windows.now.im[lane]), middle);
                // One frame before, its own middle.
                let step = (shape.step.re[lane], -shape.step.im[lane]);
                let before = (windows.before.re[lane], windows.before.im[lane]);
                let before = times(times(before, middle), step);
                (windows.left[0].re[lane], windows.left[0].im[lane]) = now;
                (windows.left[1].re[lane], windows.left[1].im[lane]) = before;
            }
        }
    }

    /// Peels one sine after the other off. `needed` is what all together must explain.
    #[inline(always)]
    fn find_peaks(&mut self, needed: f32) {
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
            self.take_off(&peak, 1.0);
        }
    }

    /// Measures each sine again without the others.
    #[inline(always)]
    fn refine(&mut self, sweeps: usize) {
        for _ in 0..sweeps {
            for at in 0..self.peaks.len() {
                let peak = self.peaks[at];
                self.take_off(&peak, -1.0);
                let peak = self.peak(peak.lane).unwrap_or(peak);
                self.take_off(&peak, 1.0);
                self.peaks[at] = peak;
            }
        }
    }

    /// The sine that a bin sees; `None` when it is too far off.
    #[inline(always)]
    fn peak(&self, lane: u8) -> Option<Peak> {
        let (group, at) = place(lane);
        let shape = &self.shapes[group];
        let [now, before] = &self.windows[group].left;
        let mut before = *before;
        let own = (shape.step.re[at], shape.step.im[at]);
        (before.re[at], before.im[at]) = times((before.re[at], before.im[at]), own);
        let mut peak = shape.measure(lane, now, &before)?;
        peak.turn = times(peak.turn, own);
        Some(peak)
    }

    /// Takes off (or puts back) what a sine leaves in all bins of its window's length.
    #[inline(always)]
    fn take_off(&mut self, peak: &Peak, sign: f32) {
        let (home, at) = place(peak.lane);
        let shape = &self.shapes[home];
        let (frames, half) = (shape.frames[at], shape.half[at]);
        let (s, c) = sin_cos((peak.hz - shape.hz[at]) * half);
        let sin = s * shape.cos[at] + c * shape.sin[at];
        let cos = c * shape.cos[at] - s * shape.sin[at];
        let now = (sign * peak.amplitude.0, sign * peak.amplitude.1);
        let before = times(now, (peak.turn.0, -peak.turn.1));
        for (windows, shape) in self.windows.iter_mut().zip(&*self.shapes) {
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
fn strongest(group: usize, bins: &Bins, shape: &Shape, best: &mut (u8, f32)) {
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
}

impl Shape {
    fn new(lanes: &[Lane]) -> Shape {
        let each = |value: &dyn Fn(f32) -> f32| {
            std::array::from_fn(|lane| lanes.get(lane).map_or(0.0, |lane| value(lane.hz)))
        };
        let half = |hz: f32| PI * (frames_for(hz) * FRAME) as f32 / SAMPLE_RATE as f32;
        let angle = |hz: f32, frames: f64| {
            let turns = f64::from(hz) * frames * FRAME as f64 / f64::from(SAMPLE_RATE);
            std::f64::consts::TAU * turns
        };
        let back = |hz: f32| angle(hz, -0.5 - frames_for(hz) as f64 / 2.0);
        let own_half = |hz: f32| angle(hz, frames_for(hz) as f64 / 2.0);
        Shape {
            hz: each(&|hz| hz),
            reach: std::array::from_fn(|lane| lanes.get(lane).map_or(0.0, |lane| lane.reach)),
            frames: each(&|hz| frames_for(hz) as f32),
            two: each(&|hz| f32::from(frames_for(hz) >= 2)),
            four: each(&|hz| f32::from(frames_for(hz) >= 4)),
            scale: each(&|hz| 2.0 / ((frames_for(hz) * FRAME) as f32).powi(2)),
            half: each(&half),
            sin: each(&|hz| own_half(hz).sin() as f32),
            cos: each(&|hz| own_half(hz).cos() as f32),
            step: Bins {
                re: each(&|hz| angle(hz, 1.0).cos() as f32),
                im: each(&|hz| angle(hz, 1.0).sin() as f32),
            },
            back: Bins {
                re: each(&|hz| back(hz).cos() as f32 / UNIT),
                im: each(&|hz| back(hz).sin() as f32 / UNIT),
            },
        }
    }

    #[inline(always)]
    fn sum(&self, frames: [&Bins; LONGEST]) -> Bins {
        let [a, b, c, d] = frames;
        let mut sum = Bins::ZERO;
        for lane in 0..LANES {
            let (two, four) = (self.two[lane], self.four[lane]);
            sum.re[lane] = a.re[lane] + two * b.re[lane] + four * (c.re[lane] + d.re[lane]);
            sum.im[lane] = a.im[lane] + two * b.im[lane] + four * (c.im[lane] + d.im[lane]);
        }
        sum
    }

    /// The sine that a bin of this group sees, when bins one frame apart have the same
    /// reference; the turn is that beyond the lane's own.
    #[inline(always)]
    fn measure(&self, lane: u8, now: &Bins, before: &Bins) -> Option<Peak> {
        let at = usize::from(lane) % LANES;
        let turn = now.turn_since(before, at);
        let offset = angle(turn) / FRAME_ANGLE;
        if offset.abs() > self.reach[at] {
            return None;
        }
        let gain = 1.0 / sinc(offset * self.half[at]);
        let amplitude = (now.re[at] * gain, now.im[at] * gain);
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

/// A bin's frequency, and how far from it a sine may be.
#[derive(Clone, Copy, Debug)]
struct Lane {
    hz: f32,
    reach: f32,
}

/// A lane each below 700 Hz, where frequencies sound together that lie near each other. Above,
/// as many as it takes to see all that may stray.
fn lanes_for(freqs: &[f32]) -> Vec<Lane> {
    let mut freqs = freqs.to_vec();
    freqs.sort_by(f32::total_cmp);
    freqs.dedup_by(|a, b| (*a - *b).abs() < 1.0);
    let reach = |hz: f32| STRAYS * hz + STRAYS_HZ;
    let low = freqs.iter().filter(|hz| **hz < LONG_BELOW_HZ);
    let low = low.map(|&hz| Lane {
        hz,
        reach: reach(hz),
    });
    let mut lanes: Vec<Lane> = low.collect();
    let mut bands: Vec<(f32, f32)> = Vec::new();
    for &hz in freqs.iter().filter(|hz| **hz >= LONG_BELOW_HZ) {
        let (from, to) = (hz - reach(hz), hz + reach(hz));
        match bands.last_mut() {
            Some(band) if from <= band.1 => band.1 = to,
            _ => bands.push((from, to)),
        }
    }
    for (from, to) in bands {
        let bins = SPAN_BINS * SAMPLE_RATE as f32 / (frames_for(to) * FRAME) as f32;
        let count = ((to - from) / bins.min(SPAN_HZ)).ceil();
        let width = (to - from) / count;
        let middle = |n: usize| from + (n as f32 + 0.5) * width;
        lanes.extend((0..count as usize).map(|n| Lane {
            hz: middle(n),
            reach: width / 2.0 + STRAYS_HZ,
        }));
    }
    lanes
}

/// Frames in the window for a frequency.
fn frames_for(hz: f32) -> usize {
    match hz {
        ..LONG_BELOW_HZ => 4,
        ..SHORT_BELOW_HZ => 2,
        _ => 1,
    }
}

#[inline(always)]
fn place(lane: u8) -> (usize, usize) {
    (usize::from(lane) / LANES, usize::from(lane) % LANES)
}

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
