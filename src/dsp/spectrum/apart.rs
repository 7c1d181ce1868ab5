//! Each of several sines without the others.
//!
//! What: a sine's frequency and amplitude from a bin that also sees others, and what it leaves in the
//! bins of the others.
//!
//! How: what the others leave by the kernel of their windows is taken off first. A sine that lies
//! between two bins of one band is measured by both.
//!
//! Limits: those of [`super`].

use super::{Spectrum, place};
use crate::{
    bank::{Bins, Complex},
    shape::{Both, Peak},
    simd::Kernels,
    wave::{sin_cos, sinc, times},
};
use std::f32::consts::PI;

/// A sine this far from its bin (a fifth of a bin's width) is measured by two bins.
const BETWEEN: f32 = 0.2 * PI;

impl Spectrum {
    /// Measures each sine again without what the others leave in its bin.
    #[inline(always)]
    pub(super) fn refine(&mut self, sweeps: usize) {
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
    pub(super) fn without_others(&self, at: usize, lane: u8) -> Both {
        let (group, lane) = place(lane);
        let windows = &self.windows[group];
        let (mut now, mut before) =
            self.shapes[group].referred(windows, lane, &self.rings[group].turned);
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
            false => peak.lane.checked_sub(1)?,
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
    pub(super) fn kernel(&self, peak: &Peak, group: usize, lane: usize) -> f32 {
        let (home, at) = place(peak.lane);
        let shape = &self.shapes[group];
        if self.shapes[home].frames[at] != shape.frames[lane] {
            return 0.0;
        }
        sinc((peak.hz - shape.hz[lane]) * shape.half[lane])
    }

    /// The sine that a bin sees; `None` when it is too far off.
    #[inline(always)]
    pub(super) fn peak(&self, lane: u8) -> Option<Peak> {
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
    pub(super) fn take_off<K: Kernels>(&mut self, peak: &Peak) {
        let (home, at) = place(peak.lane);
        let shape = &self.shapes[home];
        let (frames, half) = (shape.frames[at], shape.half[at]);
        let (s, c) = sin_cos((peak.hz - shape.hz[at]) * half);
        let sin = s * shape.cos[at] + c * shape.sin[at];
        let cos = c * shape.cos[at] - s * shape.sin[at];
        let now = peak.amplitude;
        let before = times(now, (peak.turn.0, -peak.turn.1));
        for (windows, shape) in self.windows.iter_mut().zip(&*self.shapes) {
            if shape.has_frames[frames as usize] {
                let kernel = shape.kernel::<K>(peak.hz, half, (sin, cos), frames);
                for (left, amplitude) in windows.left.iter_mut().zip([now, before]) {
                    let seen = Complex::<K>::splat(amplitude).scaled(kernel);
                    *left = Complex::load(left).minus(seen).bins();
                }
            }
        }
    }
}
