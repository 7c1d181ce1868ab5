//! Both tones of a digit as one wave each.
//!
//! The fits of the blocks are turned back to one phase; what they still turn from block to block
//! is how far the frequency is off, and what they don't agree in is unsteady.

use super::{
    blocks::{Blocks, Each},
    rows::ORIGIN,
};
use crate::{
    simd::{
        Kernels,
        blocks::BLOCKS as LANES,
        lanes::{Floats, LANES as EIGHT},
    },
    wave::Phasor,
};
use std::ops::Range;

/// A digit that is judged as soon as it may be has no more blocks.
const FEW: usize = EIGHT;

const MOST_LAG: usize = 4;

/// Both tones as one wave each over several blocks.
#[derive(Debug)]
pub(super) struct Steady {
    /// Amplitudes with the phases of the origin.
    pub amplitudes: [Phasor; 2],
    /// Radians a block that the frequencies are off the tables'.
    pub off: [f32; 2],
    /// Greater share of a tone's power that isn't in the one wave.
    pub unsteady: f32,
}

impl Steady {
    /// `lag`: blocks over which turns are measured. The more, the finer; more than 100 Hz / lag
    /// from the tables' frequencies cannot be told from less.
    #[inline(always)]
    pub fn of<K: Kernels>(blocks: &Blocks, span: &Range<usize>, lag: usize) -> Steady {
        match span.len() <= FEW {
            true => Steady::within::<K, FEW>(blocks, span, lag, span.start.min(LANES - FEW)),
            false => Steady::within::<K, LANES>(blocks, span, lag, 0),
        }
    }

    /// The span is within `N` blocks from this one.
    #[inline(always)]
    fn within<K: Kernels, const N: usize>(
        blocks: &Blocks,
        span: &Range<usize>,
        lag: usize,
        from: usize,
    ) -> Steady {
        let mut steady = Steady {
            amplitudes: [Phasor::default(); 2],
            off: [0.0; 2],
            unsteady: 0.0,
        };
        let count = span.len() as f32;
        let eights = || (0..N).step_by(EIGHT);
        let load = |values: &[f32], at: usize| K::Floats::load(&values[at..]);
        let zero = K::Floats::zero();
        for tone in 0..2 {
            // What lies after is nothing.
            let (mut re, mut im) = ([0.0; LANES + EIGHT], [0.0; LANES + EIGHT]);
            let [cos, sin] = &blocks.tones[tone].back;
            for at in eights() {
                let (cos, sin) = (load(cos, from + at), load(sin, from + at));
                let a = load(&blocks.fits.re[tone], from + at);
                let b = load(&blocks.fits.im[tone], from + at);
                let inside = inside::<K>(span, from + at);
                let (x, y) = times::<K>((a, b), (cos, sin));
                inside.mul(x).store(&mut re[at..]);
                inside.mul(y).store(&mut im[at..]);
            }
            let (mut x, mut y, mut power) = (zero, zero, zero);
            for at in eights() {
                let (a, b) = (load(&re, at), load(&im, at));
                let (now_re, now_im) = (load(&re, at + lag), load(&im, at + lag));
                x = x.add(now_re.mul(a).add(now_im.mul(b)));
                y = y.add(now_im.mul(a).sub(now_re.mul(b)));
                power = power.add(a.mul(a).add(b.mul(b)));
            }
            let turn = Phasor {
                re: sum::<K>(x),
                im: sum::<K>(y),
            };
            let off = turn.angle() / lag as f32;
            let (mut x, mut y) = (zero, zero);
            for at in eights() {
                let angles = K::Floats::splat(off).mul(load(&TO_ORIGIN, from + at));
                let (a, b) = times::<K>((load(&re, at), load(&im, at)), turns_far::<K>(angles));
                (x, y) = (x.add(a), y.add(b));
            }
            let sum_of = Phasor {
                re: sum::<K>(x),
                im: sum::<K>(y),
            };
            steady.amplitudes[tone] = sum_of.scaled(1.0 / count);
            steady.off[tone] = off;
            let unsteady = 1.0 - sum_of.square() / (count * sum::<K>(power));
            steady.unsteady = steady.unsteady.max(unsteady);
        }
        steady
    }

    /// The amplitudes in the middle of a block.
    #[inline(always)]
    pub fn at(&self, blocks: &Blocks, block: usize) -> [Phasor; 2] {
        let later = block as f32 - ORIGIN as f32;
        let mut tones = self.amplitudes;
        for (tone, amplitude) in tones.iter_mut().enumerate() {
            let turn = turn_far(self.off[tone] * later);
            *amplitude = amplitude.times(turn.times(blocks.tones[tone].to_block(block)));
        }
        tones
    }

    /// The mean square of both.
    #[inline(always)]
    pub fn power(&self) -> f32 {
        0.5 * (self.amplitudes[0].square() + self.amplitudes[1].square())
    }

    /// The share that the fits miss, as they are at the tables' frequencies.
    #[inline(always)]
    pub fn untold(&self) -> f32 {
        let [a, b] = self.amplitudes.map(|tone| tone.square());
        let [x, y] = self.off.map(|off| off * off);
        (a * x + b * y) / (12.0 * (a + b))
    }
}

/// By at most a whole circle either way.
#[inline(always)]
fn turn_far(angle: f32) -> Phasor {
    let quarter = Phasor::turn(0.25 * angle);
    let half = quarter.times(quarter);
    half.times(half)
}

/// Half of the blocks, but no more than tells frequencies 25 Hz off.
#[inline(always)]
pub(super) fn lag(blocks: &Range<usize>) -> usize {
    (blocks.len() / 2).clamp(1, MOST_LAG)
}

/// One for each of eight blocks from this one that is in the span, zero for others.
#[inline(always)]
fn inside<K: Kernels>(span: &Range<usize>, from: usize) -> K::Floats {
    let reached = |at: usize| K::Floats::load(&REACHED[LANES + from - at..]);
    reached(span.start).sub(reached(span.end))
}

/// Ones from the number of all blocks on.
const REACHED: [f32; 2 * LANES + EIGHT] = {
    let mut ones = [0.0; 2 * LANES + EIGHT];
    let mut at = LANES;
    while at < ones.len() {
        ones[at] = 1.0;
        at += 1;
    }
    ones
};

/// Blocks from each one to the origin.
const TO_ORIGIN: Each = {
    let mut blocks = [0.0; LANES];
    let mut at = 0;
    while at < LANES {
        blocks[at] = ORIGIN as f32 - at as f32;
        at += 1;
    }
    blocks
};

/// Complex numbers.
#[inline(always)]
fn times<K: Kernels>(
    (a, b): (K::Floats, K::Floats),
    (c, d): (K::Floats, K::Floats),
) -> (K::Floats, K::Floats) {
    (a.mul(c).sub(b.mul(d)), a.mul(d).add(b.mul(c)))
}

/// As [`turn_far`].
#[inline(always)]
fn turns_far<K: Kernels>(angles: K::Floats) -> (K::Floats, K::Floats) {
    let splat = K::Floats::splat;
    let angle = splat(0.25).mul(angles);
    let x = angle.mul(angle);
    let cos = splat(1.0 / 720.0).sub(x.mul(splat(1.0 / 40_320.0)));
    let cos = splat(0.5).sub(x.mul(splat(1.0 / 24.0).sub(x.mul(cos))));
    let sin = splat(1.0 / 120.0).sub(x.mul(splat(1.0 / 5040.0)));
    let sin = splat(1.0).sub(x.mul(splat(1.0 / 6.0).sub(x.mul(sin))));
    let quarter = (splat(1.0).sub(x.mul(cos)), angle.mul(sin));
    let half = times::<K>(quarter, quarter);
    times::<K>(half, half)
}

/// In one fixed order.
#[inline(always)]
fn sum<K: Kernels>(values: K::Floats) -> f32 {
    let mut lanes = [0.0; EIGHT];
    values.store(&mut lanes);
    K::sum(&lanes)
}
