//! The sines of a short window of audio, found near known frequencies.
//!
//! What: frequency and power of up to four sines that sound together, and the share of all
//! power that they explain.
//!
//! How: the bank's correlations with each 10 ms are joined into a window of 10 to 80 ms, its
//! phases referred to its middle: a sine then shows in each bin as its amplitude times a real
//! kernel, sin x / x. The strongest bin is a sine; its frequency is read from the phase it
//! turned since the window one frame before; what it leaves in the other bins, now and then,
//! is taken off, and the next strongest is looked for. With several, each is measured once
//! more without the others.
//!
//! Limits: two sines are told apart from one bin's width on (25 Hz in 40 ms); offsets from the
//! bin beyond 50 Hz are ambiguous.

use crate::{
    SAMPLE_RATE,
    plan::MAX_FREQS,
};
use arrayvec::ArrayVec;
use std::f32::consts::{PI, TAU};
use types::frame::{FRAME, Samples};

/// A sine.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Peak {
    pub hz: f32,
    /// Mean square.
    pub power: f32,
    /// The place in the set of the frequency that it is near.
    pub lane: u8,
    /// Amplitude at the middle of its window, and the turn over one frame.
    amplitude: (f32, f32),
    turn: (f32, f32),
}

/// Ascending in frequency.
pub(crate) type Peaks = ArrayVec<Peak, MAX_FREQS>;

#[derive(Clone, Debug)]
pub(crate) struct Spectrum {
    groups: Vec<Group>,
    /// Frames in the longest window.
    longest: usize,
    energies: [f32; FRAMES],
    /// The place of the newest frame in all rings.
    newest: usize,
    peaks: Peaks,
    explained: f32,
}

/// Eight frequencies.
#[derive(Clone, Debug)]
struct Group {
    table: Box<[[Lanes; 2]; FRAME]>,
    hops: [Bins; FRAMES],
    now: Bins,
    before: Bins,
    left: [Bins; 2],
    /// Turns each hop of a window to the window's middle; zero for hops outside of it.
    weights: [Bins; MOST],
    hz: Lanes,
    frames: [u8; LANES],
    /// From the square of a bin to the mean square of a sine.
    scale: Lanes,
    /// Half the phase that the lane turns in its window: over a frequency, and its sine and
    /// cosine.
    half: Lanes,
    sin: Lanes,
    cos: Lanes,
    limit: Lanes,
}

pub(crate) const LANES: usize = 8;
type Lanes = [f32; LANES];
#[derive(Clone, Copy, Debug)]
struct Bins { re: Lanes, im: Lanes }
impl Bins { const ZERO: Bins = Bins { re: [0.0; LANES], im: [0.0; LANES] }; }

/// The phase that 1 Hz turns over a frame.
const FRAME_ANGLE: f32 = TAU * FRAME as f32 / SAMPLE_RATE as f32;

/// Frames kept, and in the longest window.
pub(crate) const FRAMES: usize = 12;
const MOST: usize = 8;

/// A frequency counts from this share of the strongest one's power (11 dB).
const TWIST: f32 = 0.07;

/// Times that each of several sines is measured without the others.
const SWEEPS: usize = 2;

/// Least mean square of a window: -45 dBm0.
const FLOOR: f32 = 7_900.0;

impl Spectrum {
    /// The frequencies to know, in Hz.
    pub fn new(freqs: &[f32]) -> Spectrum {
        let lanes = lanes_for(freqs);
        assert!(lanes.len() <= usize::from(u8::MAX), "too many frequencies");
        let groups: Vec<Group> = lanes.chunks(LANES).map(Group::new).collect();
        let longest = groups.iter().flat_map(|group| group.frames).max().unwrap_or(1);
        Spectrum {
            groups,
            longest: usize::from(longest),
            energies: [0.0; FRAMES],
            newest: 0,
            peaks: Peaks::new(),
            explained: 0.0,
        }
    }

    /// Frames in the longest window.
    pub fn frames(&self) -> usize {
        self.longest
    }

    /// Samples in the window of a lane.
    pub fn window_of(&self, lane: u8) -> usize {
        let (group, lane) = place(lane);
        usize::from(self.groups[group].frames[lane]) * FRAME
    }

    /// How much of one frame these sines fill, from 0 to 1, and how much they would say in it;
    /// they were measured in the window that ended `later` frames after it.
    pub fn presence(&self, peaks: &[Peak], ago: usize, later: f32) -> (f32, f32) {
        let (mut agreed, mut expected) = (0.0, 0.0);
        for seen in peaks {
            let (group, lane) = place(seen.lane);
            let group = &self.groups[group];
            let mut model = (0.0, 0.0);
            for peak in peaks {
                let frames = self.window_of(peak.lane) / FRAME;
                // From the middle of the window back to the middle of the frame.
                let back = later - (frames as f32 - 1.0) / 2.0;
                let (sin, cos) = (-back * FRAME_ANGLE * peak.hz).sin_cos();
                let kernel = sinc((peak.hz - group.hz[lane]) * (FRAME_ANGLE / 2.0));
                let size = kernel / frames as f32;
                let (a, b) = peak.amplitude;
                model.0 += size * (a * cos - b * sin);
                model.1 += size * (a * sin + b * cos);
            }
            let hop = &group.hops[(self.newest + FRAMES - ago) % FRAMES];
            agreed += hop.re[lane] * model.0 + hop.im[lane] * model.1;
            expected += model.0 * model.0 + model.1 * model.1;
        }
        (agreed / expected.max(1e-6), expected)
    }

    /// The sum of squares of the frame so long ago.
    pub fn energy(&self, frames_ago: usize) -> f32 {
        self.energies[(self.newest + FRAMES - frames_ago) % FRAMES]
    }

    /// The mean square that a sine of this bin's magnitude has.
    pub fn power(&self, lane: u8) -> f32 {
        let (group, lane) = place(lane);
        let group = &self.groups[group];
        let (re, im) = (group.now.re[lane], group.now.im[lane]);
        (re * re + im * im) * group.scale[lane]
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
        let samples: [f32; FRAME] = std::array::from_fn(|n| f32::from(samples[n]));
        self.energies[self.newest] = samples.iter().map(|s| s * s).sum();
        for group in &mut self.groups {
            group.take(&samples, self.newest);
        }
    }

    /// Finds the sines of the window that ends with the last frame; whether they explain that
    /// share of its power.
    pub fn analyse(&mut self, least: f32) -> bool {
        self.peaks.clear();
        self.explained = 0.0;
        let (top, top_power) = self.strongest(|group| &group.now);
        let total = self.total(self.window_of(top) / FRAME);
        // No sine in the set can be seen by so little.
        if total < FLOOR || top_power < 0.04 * total {
            return false;
        }
        for group in &mut self.groups {
            group.left = [group.now, group.before];
        }
        let mut least_power = 0.0;
        for _ in 0..2 * MAX_FREQS {
            let (lane, seen) = self.strongest(|group| &group.left[0]);
            if seen < 0.1 * least_power {
                break;
            }
            let Some(peak) = self.measure(lane) else {
                let (group, lane) = place(lane);
                self.groups[group].left[0].re[lane] = 0.0;
                self.groups[group].left[0].im[lane] = 0.0;
                continue;
            };
            if peak.power < least_power || self.peaks.is_full() {
                break;
            }
            least_power = least_power.max(TWIST * peak.power);
            self.take_off(&peak, 1.0);
            self.peaks.push(peak);
        }
        if self.peaks.len() > 1 {
            self.refine();
        }
        self.peaks.sort_unstable_by(|a, b| a.hz.total_cmp(&b.hz));
        self.explained = self.peaks.iter().map(|peak| peak.power).sum::<f32>() / total;
        !self.peaks.is_empty() && self.explained >= least
    }

    /// Measures each sine once more without the others.
    fn refine(&mut self) {
        for at in (0..self.peaks.len()).cycle().take(SWEEPS * self.peaks.len()) {
            let peak = self.peaks[at];
            self.take_off(&peak, -1.0);
            let peak = self.measure(peak.lane).unwrap_or(peak);
            self.take_off(&peak, 1.0);
            self.peaks[at] = peak;
        }
    }

    fn strongest(&self, bins: impl Fn(&Group) -> &Bins) -> (u8, f32) {
        let mut best = (0, 0.0);
        for (at, group) in self.groups.iter().enumerate() {
            let bins = bins(group);
            for lane in 0..LANES {
                let power = (bins.re[lane] * bins.re[lane] + bins.im[lane] * bins.im[lane])
                    * group.scale[lane];
                if power > best.1 {
                    best = ((at * LANES + lane) as u8, power);
                }
            }
        }
        best
    }

    /// The sine that a bin sees; `None` when it is too far off.
    fn measure(&self, lane: u8) -> Option<Peak> {
        let (group, at) = place(lane);
        let group = &self.groups[group];
        let [now, before] = &group.left;
        let (a, b) = (now.re[at], now.im[at]);
        let (c, d) = (before.re[at], before.im[at]);
        // The turn since, less the lane's own.
        let turn = (a * c + b * d, b * c - a * d);
        let offset = angle(turn) * (SAMPLE_RATE as f32 / FRAME as f32 / TAU);
        if offset.abs() > group.limit[at] {
            return None;
        }
        let kernel = sinc(offset * group.half[at]);
        let gain = 1.0 / kernel;
        let amplitude = (a * gain, b * gain);
        let length = (turn.0 * turn.0 + turn.1 * turn.1).sqrt().max(1e-9);
        Some(Peak {
            hz: group.hz[at] + offset,
            power: (amplitude.0 * amplitude.0 + amplitude.1 * amplitude.1) * group.scale[at],
            lane,
            amplitude,
            turn: (turn.0 / length, turn.1 / length),
        })
    }

    /// Takes off (or puts back) what a sine leaves in all bins of its window's length.
    fn take_off(&mut self, peak: &Peak, sign: f32) {
        let (home, at) = place(peak.lane);
        let frames = self.groups[home].frames[at];
        let own_hz = self.groups[home].hz[at];
        let half = self.groups[home].half[at];
        let (sin, cos) = (peak.hz * half).sin_cos();
        let now = (sign * peak.amplitude.0, sign * peak.amplitude.1);
        for group in &mut self.groups {
            for lane in 0..LANES {
                let x = (peak.hz - group.hz[lane]) * half;
                let kernel = if x.abs() < 1e-3 { 1.0 } else { (sin * group.cos[lane] - cos * group.sin[lane]) / x };
                let kernel = if group.frames[lane] == frames { kernel } else { 0.0 };
                // The lane's own turn over a frame differs from the peak's lane's.
                let spin = (group.hz[lane] - own_hz) * FRAME_ANGLE;
                let (s, c) = spin.sin_cos();
                let turn = (peak.turn.0 * c + peak.turn.1 * s, peak.turn.1 * c - peak.turn.0 * s);
                let before = (now.0 * turn.0 + now.1 * turn.1, now.1 * turn.0 - now.0 * turn.1);
                group.left[0].re[lane] -= kernel * now.0;
                group.left[0].im[lane] -= kernel * now.1;
                group.left[1].re[lane] -= kernel * before.0;
                group.left[1].im[lane] -= kernel * before.1;
            }
        }
    }

    /// The mean square of the last frames.
    fn total(&self, frames: usize) -> f32 {
        let sum: f32 = (0..frames).map(|ago| self.energy(ago)).sum();
        sum / (frames * FRAME) as f32
    }
}

impl Group {
    fn new(lanes: &[Lane]) -> Group {
        let mut table = Box::new([[[0.0; LANES]; 2]; FRAME]);
        let mut group_hz = [0.0; LANES];
        let mut frames = [0; LANES];
        let mut weights = [Bins::ZERO; MOST];
        let (mut scale, mut half) = ([0.0; LANES], [0.0; LANES]);
        let (mut sin, mut cos, mut limit) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        for (lane, &Lane { hz, reach }) in lanes.iter().enumerate() {
            group_hz[lane] = hz;
            let angle = std::f64::consts::TAU * f64::from(hz) / f64::from(SAMPLE_RATE);
            let middle = (FRAME as f64 - 1.0) / 2.0;
            for (at, row) in table.iter_mut().enumerate() {
                row[0][lane] = (angle * (at as f64 - middle)).cos() as f32;
                row[1][lane] = -(angle * (at as f64 - middle)).sin() as f32;
            }
            let long = frames_for(hz);
            frames[lane] = long as u8;
            for (ago, weight) in weights.iter_mut().take(long).enumerate() {
                // From the hop's middle to the window's.
                let ahead = ((long - 1) as f64 / 2.0 - ago as f64) * FRAME as f64;
                weight.re[lane] = (angle * ahead).cos() as f32;
                weight.im[lane] = -(angle * ahead).sin() as f32;
            }
            let n = (long * FRAME) as f32;
            scale[lane] = 2.0 / (n * n);
            half[lane] = PI * n / SAMPLE_RATE as f32;
            (sin[lane], cos[lane]) = (hz * half[lane]).sin_cos();
            limit[lane] = reach;
        }
        Group { table, hops: [Bins::ZERO; FRAMES], now: Bins::ZERO, before: Bins::ZERO, left: [Bins::ZERO; 2], weights, hz: group_hz, frames, scale, half, sin, cos, limit }
    }

    fn take(&mut self, samples: &[f32; FRAME], newest: usize) {
        let mut re = [0.0; LANES];
        let mut im = [0.0; LANES];
        for (sample, [cos, sin]) in samples.iter().zip(self.table.iter()) {
            for lane in 0..LANES {
                re[lane] += sample * cos[lane];
                im[lane] += sample * sin[lane];
            }
        }
        self.hops[newest] = Bins { re, im };
        self.now = self.window(newest);
        self.before = self.window((newest + FRAMES - 1) % FRAMES);
        // The lane's own turn over a frame is taken off.
        for lane in 0..LANES {
            let angle = FRAME_ANGLE * self.hz[lane];
            let (s, c) = angle.sin_cos();
            let (re, im) = (self.before.re[lane], self.before.im[lane]);
            self.before.re[lane] = re * c - im * s;
            self.before.im[lane] = re * s + im * c;
        }
    }

    fn window(&self, newest: usize) -> Bins {
        let mut sum = Bins::ZERO;
        for (ago, weight) in self.weights.iter().enumerate() {
            let hop = &self.hops[(newest + FRAMES - ago) % FRAMES];
            for lane in 0..LANES {
                sum.re[lane] += hop.re[lane] * weight.re[lane] - hop.im[lane] * weight.im[lane];
                sum.im[lane] += hop.re[lane] * weight.im[lane] + hop.im[lane] * weight.re[lane];
            }
        }
        sum
    }
}

/// A bin's frequency, and how far from it a sine may be.
#[derive(Clone, Copy, Debug)]
struct Lane {
    hz: f32,
    reach: f32,
}

/// How far off a known frequency may be.
const STRAYS: f32 = 0.024;
const STRAYS_HZ: f32 = 3.0;

/// A lane each below 700 Hz, where frequencies sound together that lie near each other. Above,
/// as many as it takes to see all that may stray.
fn lanes_for(freqs: &[f32]) -> Vec<Lane> {
    let mut freqs = freqs.to_vec();
    freqs.sort_by(f32::total_cmp);
    freqs.dedup_by(|a, b| (*a - *b).abs() < 1.0);
    let reach = |hz: f32| STRAYS * hz + STRAYS_HZ;
    let low = freqs.iter().filter(|hz| **hz < LONG_BELOW_HZ);
    let mut lanes: Vec<Lane> = low.map(|&hz| Lane { hz, reach: reach(hz) }).collect();
    let mut bands: Vec<(f32, f32)> = Vec::new();
    for &hz in freqs.iter().filter(|hz| **hz >= LONG_BELOW_HZ) {
        let (from, to) = (hz - reach(hz), hz + reach(hz));
        match bands.last_mut() {
            Some(band) if from <= band.1 => band.1 = to,
            _ => bands.push((from, to)),
        }
    }
    for (from, to) in bands {
        let most = SPAN_BINS * SAMPLE_RATE as f32 / (frames_for(to) * FRAME) as f32;
        let count = ((to - from) / most.min(SPAN_HZ)).ceil();
        let width = (to - from) / count;
        for n in 0..count as usize {
            let hz = from + (n as f32 + 0.5) * width;
            lanes.push(Lane { hz, reach: width / 2.0 + STRAYS_HZ });
        }
    }
    lanes
}

const LONG_BELOW_HZ: f32 = 700.0;
const SHORT_BELOW_HZ: f32 = 2000.0;

/// The most that one lane serves: in bins of its window, and where the turn is unambiguous.
const SPAN_BINS: f32 = 1.4;
const SPAN_HZ: f32 = 90.0;

/// Frames in the window for a frequency.
fn frames_for(hz: f32) -> usize {
    match hz {
        ..LONG_BELOW_HZ => 4,
        ..SHORT_BELOW_HZ => 2,
        _ => 1,
    }
}

fn place(lane: u8) -> (usize, usize) {
    (usize::from(lane) / LANES, usize::from(lane) % LANES)
}

fn angle((re, im): (f32, f32)) -> f32 {
    im.atan2(re)
}

fn sinc(x: f32) -> f32 {
    if x.abs() < 1e-3 { 1.0 } else { x.sin() / x }
}
