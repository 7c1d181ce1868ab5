//! Both tones of a digit as one wave each.
//!
//! The fits of the blocks are turned back to one phase; what they still turn from block to block
//! is how far the frequency is off, and what they don't agree in is unsteady.

use super::{
    blocks::{Blocks, Each},
    phasor::Phasor,
    rows::ORIGIN,
};
use crate::simd::{Kernels, blocks::BLOCKS as LANES};
use std::ops::Range;

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
        let mut steady = Steady {
            amplitudes: [Phasor::default(); 2],
            off: [0.0; 2],
            unsteady: 0.0,
        };
        let count = span.len() as f32;
        let mut inside = [0.0; LANES];
        for (lane, inside) in inside.iter_mut().enumerate() {
            *inside = f32::from(u8::from(span.contains(&lane)));
        }
        for tone in 0..2 {
            // What lies after is nothing.
            let (mut re, mut im) = ([0.0; 2 * LANES], [0.0; 2 * LANES]);
            let [cos, sin] = &blocks.tones[tone].back;
            let (a, b) = (&blocks.fits.re[tone], &blocks.fits.im[tone]);
            for lane in 0..LANES {
                re[lane] = inside[lane] * (a[lane] * cos[lane] - b[lane] * sin[lane]);
                im[lane] = inside[lane] * (a[lane] * sin[lane] + b[lane] * cos[lane]);
            }
            let (now_re, now_im) = (&re[lag..][..LANES], &im[lag..][..LANES]);
            let (mut x, mut y, mut power) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
            for lane in 0..LANES {
                x[lane] = now_re[lane] * re[lane] + now_im[lane] * im[lane];
                y[lane] = now_im[lane] * re[lane] - now_re[lane] * im[lane];
                power[lane] = re[lane] * re[lane] + im[lane] * im[lane];
            }
            let turn = Phasor {
                re: sum::<K>(&x),
                im: sum::<K>(&y),
            };
            let off = turn.angle() / lag as f32;
            for lane in 0..LANES {
                let back = turn_far(off * (ORIGIN as f32 - lane as f32));
                x[lane] = re[lane] * back.re - im[lane] * back.im;
                y[lane] = re[lane] * back.im + im[lane] * back.re;
            }
            let sum_of = Phasor {
                re: sum::<K>(&x),
                im: sum::<K>(&y),
            };
            steady.amplitudes[tone] = sum_of.scaled(1.0 / count);
            steady.off[tone] = off;
            let unsteady = 1.0 - sum_of.square() / (count * sum::<K>(&power));
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
    (blocks.len() / 2).clamp(1, 4)
}

/// In one fixed order.
#[inline(always)]
fn sum<K: Kernels>(values: &Each) -> f32 {
    let mut halves = [0.0; 8];
    for (lane, half) in halves.iter_mut().enumerate() {
        *half = values[lane] + values[lane + 8];
    }
    K::sum(&halves)
}
