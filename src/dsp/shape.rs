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
    bank::{Bins, Complex, KEPT, LANES, Lanes, Ring, Turned, UNIT},
    simd::{Kernels, lanes::Floats},
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
    /// Whether any window has so many frames.
    pub has_frames: [bool; LONGEST + 1],
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
            has_frames: std::array::from_fn(|n| lanes.iter().any(|lane| lane.frames == n)),
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

    /// The windows that end with the hop at this place.
    #[inline(always)]
    pub fn sum<K: Kernels>(&self, ring: &Ring, newest: usize) -> Bins {
        let hop = |ago: usize| Complex::<K>::load(&ring.hops[(newest + KEPT - ago) % KEPT]);
        let sum = hop(0)
            .plus(hop(1).scaled(K::Floats::load(&self.two)))
            .plus(hop(2).plus(hop(3)).scaled(K::Floats::load(&self.four)));
        if !self.has_frames[8] {
            return sum.bins();
        }
        let others = hop(4).plus(hop(5)).plus(hop(6).plus(hop(7)));
        sum.plus(others.scaled(K::Floats::load(&self.eight))).bins()
    }

    /// All bins of the window, now and one frame ago, each with the phase in its own middle.
    #[inline(always)]
    pub fn all_referred<K: Kernels>(&self, windows: &Windows, next: &Turned) -> [Bins; 2] {
        let middle = Complex::<K>::load(&self.back).back(Complex::load(next.phases()));
        let now = Complex::load(&windows.now).times(middle);
        let before = Complex::load(&windows.before).times(middle);
        [now.bins(), before.back(Complex::load(&self.step)).bins()]
    }

    /// What sines of this window's length and power, so far from their bins as they may be, have
    /// together; the greatest of each lane and those before.
    #[inline(always)]
    pub fn at_most<K: Kernels>(&self, now: &Bins, most: K::Floats) -> K::Floats {
        let squares = Complex::<K>::load(now).squares();
        most.greater(squares.mul(K::Floats::load(&self.at_most)))
    }

    /// What a sine leaves in each bin whose window has so many frames, as a share of its
    /// amplitude. `half` is that of these bins; the sine has turned half the window's angle when
    /// its sine and cosine are these.
    #[inline(always)]
    pub fn kernel<K: Kernels>(
        &self,
        hz: f32,
        half: f32,
        (sin, cos): (f32, f32),
        frames: f32,
    ) -> K::Floats {
        let (load, splat) = (K::Floats::load, K::Floats::splat);
        let x = splat(hz).sub(load(&self.hz)).mul(splat(half));
        let sine = splat(sin)
            .mul(load(&self.cos))
            .sub(splat(cos).mul(load(&self.sin)));
        let one = splat(1.0);
        let kernel = x.abs().if_less(splat(1e-3), one, sine.div(x));
        let other = load(&self.frames).sub(splat(frames)).abs();
        other.if_less(splat(0.5), kernel, splat(0.0))
    }

    /// The mean squares of sines with the magnitudes of these bins.
    #[inline(always)]
    pub fn powers<K: Kernels>(&self, bins: &Bins) -> K::Floats {
        let squares = Complex::<K>::load(bins).squares();
        squares.mul(K::Floats::load(&self.scale))
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
