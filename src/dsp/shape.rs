//! One group of a bank's bins, and what they say of a sine.
//!
//! What: how the frames of a window are summed in each bin, and the frequency and power of the
//! sine that a bin sees.
//!
//! How: of the last eight frames each bin takes as many as its window has. A sine d Hz from a
//! bin gives it sin x / x of its amplitude, x being half of what d turns in the window, and d is
//! read from the phase it turned since the window one frame before.
//!
//! Limits: a sine's offset from its bin is less than 50 Hz, half of what a frame can tell apart.

use crate::{
    SAMPLE_RATE,
    bands::Band,
    bank::{Bins, LANES, Lanes, Turned, UNIT},
    spectrum::Windows,
    wave::{FRAME_ANGLE, angle, sinc, times},
};
use std::f32::consts::PI;
use types::frame::FRAME;

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
    pub amplitude: (f32, f32),
    pub turn: (f32, f32),
}

/// What never changes about a group.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub hz: Lanes,
    pub reach: Lanes,
    /// Frames in the window; and 1 where the second frame, the third and fourth, the others
    /// count.
    pub frames: Lanes,
    pub two: Lanes,
    pub four: Lanes,
    pub eight: Lanes,
    pub shared: [bool; LANES],
    /// From the square of a bin to the most that all sines together can have, when this one is
    /// the strongest and as far off as it may be.
    pub at_most: Lanes,
    /// From the square of a bin to the mean square of a sine.
    pub scale: Lanes,
    /// Half the phase that 1 Hz turns in the window; half of what the lane turns, as sine and
    /// cosine.
    pub half: Lanes,
    pub sin: Lanes,
    pub cos: Lanes,
    /// What the lane turns over a frame; and from the next frame's middle back to the window's,
    /// in the unit of the bank's phases.
    pub step: Bins,
    pub back: Bins,
}

/// A complex number now and one frame ago.
pub(crate) type Both = ((f32, f32), (f32, f32));

/// The longest window, in frames.
pub(crate) const LONGEST: usize = 8;

/// A bin that sees less than a quarter of a sine's amplitude sees mostly something else.
const MOST_GAIN: f32 = 4.0;

impl Shape {
    pub fn new(lanes: &[Band]) -> Shape {
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
            hz: each(lanes, |lane| lane.hz),
            reach: each(lanes, |lane| lane.reach),
            frames: each(lanes, |lane| lane.frames as f32),
            two: each(lanes, |lane| f32::from(lane.frames >= 2)),
            four: each(lanes, |lane| f32::from(lane.frames >= 4)),
            eight: each(lanes, |lane| f32::from(lane.frames >= 8)),
            shared: std::array::from_fn(|at| lanes.get(at).is_some_and(Band::is_shared)),
            at_most: each(lanes, at_most),
            scale: each(lanes, scale),
            half: each(lanes, half),
            sin: each(lanes, |lane| angle(lane, middle(lane)).sin() as f32),
            cos: each(lanes, |lane| angle(lane, middle(lane)).cos() as f32),
            step: Bins {
                re: each(lanes, |lane| angle(lane, 1.0).cos() as f32),
                im: each(lanes, |lane| angle(lane, 1.0).sin() as f32),
            },
            back: Bins {
                re: each(lanes, |lane| back(lane).cos() as f32 / UNIT),
                im: each(lanes, |lane| back(lane).sin() as f32 / UNIT),
            },
        }
    }

    /// The windows of group `at`, from the last frames' bins.
    #[inline(always)]
    pub fn sum(&self, longest: usize, frames: &[&[Bins]; LONGEST], at: usize) -> Bins {
        let [a, b, c, d, e, f, g, h] = frames;
        let (a, b, c, d) = (&a[at], &b[at], &c[at], &d[at]);
        let mut sum = Bins::ZERO;
        for lane in 0..LANES {
            let (two, four) = (self.two[lane], self.four[lane]);
            sum.re[lane] = a.re[lane] + two * b.re[lane] + four * (c.re[lane] + d.re[lane]);
            sum.im[lane] = a.im[lane] + two * b.im[lane] + four * (c.im[lane] + d.im[lane]);
        }
        if longest <= 4 {
            return sum;
        }
        let (e, f, g, h) = (&e[at], &f[at], &g[at], &h[at]);
        for lane in 0..LANES {
            let eight = self.eight[lane];
            sum.re[lane] += eight * ((e.re[lane] + f.re[lane]) + (g.re[lane] + h.re[lane]));
            sum.im[lane] += eight * ((e.im[lane] + f.im[lane]) + (g.im[lane] + h.im[lane]));
        }
        sum
    }

    /// A bin of the window, now and one frame ago, each with the phase in its own middle.
    #[inline(always)]
    pub fn referred(&self, windows: &Windows, lane: usize, next: &Turned) -> Both {
        let next = (next.phases().re[lane], -next.phases().im[lane]);
        let middle = times(next, (self.back.re[lane], self.back.im[lane]));
        let now = (windows.now.re[lane], windows.now.im[lane]);
        let before = (windows.before.re[lane], windows.before.im[lane]);
        let step = (self.step.re[lane], -self.step.im[lane]);
        (times(now, middle), times(times(before, middle), step))
    }

    /// The sine that a bin sees, each window's phase in its own middle; `None` when it is too far
    /// off.
    #[inline(always)]
    pub fn measure_apart(&self, lane: u8, now: (f32, f32), before: (f32, f32)) -> Option<Peak> {
        let at = usize::from(lane) % LANES;
        let own = (self.step.re[at], self.step.im[at]);
        let mut peak = self.measure_bin(lane, now, times(before, own))?;
        peak.turn = times(peak.turn, own);
        Some(peak)
    }

    /// The sine that a bin of this group sees, when its values one frame apart have the same
    /// reference; the turn is that beyond the lane's own.
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

/// A value of each lane; 0 where there is none.
fn each(lanes: &[Band], value: impl Fn(&Band) -> f32) -> Lanes {
    std::array::from_fn(|lane| lanes.get(lane).map_or(0.0, &value))
}
