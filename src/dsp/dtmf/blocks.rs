//! Two tones in each 5 ms of the last frames, fitted together.

use super::Recent;
use std::{
    f64::consts::{PI, TAU},
    sync::LazyLock,
};
use types::frame::FRAME;

/// Samples of a block, half of them, and as many in whole groups of lanes.
pub(super) const BLOCK: usize = 40;
const HALF: usize = BLOCK / 2;
const PADDED: usize = 24;

/// Blocks of the frames that are kept.
pub(super) const BLOCKS: usize = super::RECENT * FRAME / BLOCK;

type Half = [f32; PADDED];

/// The last frames in blocks, each folded about its middle.
#[derive(Debug)]
pub(super) struct Blocks {
    samples: [[f32; BLOCK]; BLOCKS],
    /// Those that are good.
    pub first: usize,
    pub end: usize,
}

/// Two frequencies over a block: cosines and sines from its middle on, and what is needed to
/// tell one from the other.
#[derive(Debug)]
pub(super) struct Basis {
    cos: [Half; 2],
    sin: [Half; 2],
    /// Scalar products with themselves (row, both, column), for the cosines and the sines.
    even: [f32; 3],
    odd: [f32; 3],
    /// The turn of each over a block.
    pub step: [Phasor; 2],
}

/// An amplitude with its phase.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Phasor {
    pub re: f32,
    pub im: f32,
}

/// A high-pass filter of linear phase, from its middle on (the middle halved, as it is used
/// twice): from 480 Hz down at least 30 dB lower, from 685 Hz up within 0.3 dB.
static HIGH_PASS: LazyLock<[f32; TAPS]> = LazyLock::new(|| {
    const CUT: f64 = 575.0 / 8000.0;
    const BETA: f64 = 2.4;
    std::array::from_fn(|tap| {
        let at = tap as f64;
        let low = match tap {
            0 => 2.0 * CUT,
            _ => (TAU * CUT * at).sin() / (PI * at),
        };
        let window = bessel(BETA * (1.0 - (at / TAPS as f64).powi(2)).sqrt()) / bessel(BETA);
        let whole = f64::from(u8::from(tap == 0));
        let gain = (whole - low * window) * if tap == 0 { 0.5 } else { 1.0 };
        gain as f32
    })
});

const TAPS: usize = 33;

/// The modified Bessel function of order 0.
fn bessel(x: f64) -> f64 {
    let term = |sum: (f64, f64), n: u32| {
        let term = sum.1 * (x / (2.0 * f64::from(n))).powi(2);
        (sum.0 + term, term)
    };
    (1..20).fold((1.0, 1.0), term).0
}

/// What was found in a block: row and column, power in all and how much of it they are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fit {
    pub tones: [Phasor; 2],
    pub energy: f32,
    pub explained: f32,
}

impl Phasor {
    pub fn square(self) -> f32 {
        self.re * self.re + self.im * self.im
    }

    pub fn times(self, by: Phasor) -> Phasor {
        Phasor {
            re: self.re * by.re - self.im * by.im,
            im: self.re * by.im + self.im * by.re,
        }
    }

    pub fn conjugate(self) -> Phasor {
        Phasor {
            re: self.re,
            im: -self.im,
        }
    }

    pub fn plus(self, other: Phasor) -> Phasor {
        Phasor {
            re: self.re + other.re,
            im: self.im + other.im,
        }
    }

    pub fn scaled(self, by: f32) -> Phasor {
        Phasor {
            re: self.re * by,
            im: self.im * by,
        }
    }

    pub fn angle(self) -> f32 {
        self.im.atan2(self.re)
    }

    pub fn turn(angle: f32) -> Phasor {
        Phasor {
            re: angle.cos(),
            im: angle.sin(),
        }
    }
}

impl Basis {
    /// Frequencies in radians a sample.
    pub fn new(omega: [f32; 2]) -> Basis {
        let mut cos = [[0.0; PADDED]; 2];
        let mut sin = [[0.0; PADDED]; 2];
        let mut step = [Phasor::default(); 2];
        for tone in 0..2 {
            let half = Phasor::turn(0.5 * omega[tone]);
            let whole = half.times(half);
            let mut now = half;
            for at in 0..HALF {
                cos[tone][at] = now.re;
                sin[tone][at] = now.im;
                now = now.times(whole);
            }
            // The last angle is half a sample more than half a block.
            let last = now.times(half.conjugate());
            step[tone] = last.times(last);
        }
        let products = |of: &[Half; 2]| {
            [
                2.0 * dot(&of[0], &of[0]),
                2.0 * dot(&of[0], &of[1]),
                2.0 * dot(&of[1], &of[1]),
            ]
        };
        Basis {
            even: products(&cos),
            odd: products(&sin),
            cos,
            sin,
            step,
        }
    }

    pub fn fit(&self, block: &[f32; BLOCK]) -> Fit {
        let mut even = [0.0; PADDED];
        let mut odd = [0.0; PADDED];
        for at in 0..HALF {
            let (before, after) = (block[HALF - 1 - at], block[HALF + at]);
            even[at] = after + before;
            odd[at] = after - before;
        }
        let cos = [dot(&even, &self.cos[0]), dot(&even, &self.cos[1])];
        let sin = [dot(&odd, &self.sin[0]), dot(&odd, &self.sin[1])];
        let re = solve(&self.even, cos);
        let im = solve(&self.odd, sin);
        // even^2 + odd^2 is twice the sum of both squares.
        let energy = 0.5 * (dot(&even, &even) + dot(&odd, &odd));
        Fit {
            tones: [0, 1].map(|tone| Phasor {
                re: re[tone],
                im: -im[tone],
            }),
            energy,
            explained: re[0] * cos[0] + re[1] * cos[1] + im[0] * sin[0] + im[1] * sin[1],
        }
    }

    /// The sum of both tones over a block whose middle has these phases.
    pub fn sound(&self, tones: [Phasor; 2]) -> [f32; BLOCK] {
        let mut out = [0.0; BLOCK];
        for at in 0..HALF {
            let even = tones[0].re * self.cos[0][at] + tones[1].re * self.cos[1][at];
            let odd = tones[0].im * self.sin[0][at] + tones[1].im * self.sin[1][at];
            out[HALF + at] = even - odd;
            out[HALF - 1 - at] = even + odd;
        }
        out
    }
}

impl Blocks {
    pub fn of(recent: &Recent) -> Blocks {
        let mut samples = [[0.0; BLOCK]; BLOCKS];
        let frames: [_; super::RECENT] = recent.last();
        for (frame, blocks) in frames.iter().zip(samples.as_chunks_mut::<2>().0) {
            for (from, to) in frame.as_chunks::<BLOCK>().0.iter().zip(blocks) {
                *to = from.map(f32::from);
            }
        }
        Blocks {
            samples,
            first: 0,
            end: BLOCKS,
        }
    }

    /// The same without what is below the rows, a dial tone for example. The filter needs samples
    /// on both sides, so the first block and the last are lost.
    pub fn without_hum(&self) -> Blocks {
        let taps: &[f32; TAPS] = &HIGH_PASS;
        let mut out = Blocks {
            samples: [[0.0; BLOCK]; BLOCKS],
            first: 1,
            end: BLOCKS - 1,
        };
        let from = self.samples.as_flattened();
        let to = &mut out.samples.as_flattened_mut()[BLOCK..][..(BLOCKS - 2) * BLOCK];
        for (at, to) in to.as_chunks_mut::<8>().0.iter_mut().enumerate() {
            let middle = BLOCK + 8 * at;
            for (tap, &gain) in taps.iter().enumerate() {
                let early = &from[middle - tap..][..8];
                let late = &from[middle + tap..][..8];
                for lane in 0..8 {
                    to[lane] += gain * (early[lane] + late[lane]);
                }
            }
        }
        out
    }

    /// Whether this is, after the filter was taken off, one or two steady sines from 320 to 480 Hz
    /// and nothing else: what a dial tone is and a voice hardly ever.
    pub fn hum_is_a_tone(&self, filtered: &Blocks) -> f32 {
        let all = self.samples.as_flattened();
        let high = filtered.samples.as_flattened();
        const EVERY: usize = 6;
        const COUNT: usize = (BLOCKS - 2) * BLOCK / EVERY;
        let low: [f32; COUNT] =
            std::array::from_fn(|n| all[BLOCK + EVERY * n] - high[BLOCK + EVERY * n]);
        let (mut aa, mut ab, mut bb, mut ay, mut by, mut yy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        for w in low.windows(5) {
            let (y, a, b) = (w[0] + w[4], w[1] + w[3], w[2]);
            aa += a * a;
            ab += a * b;
            bb += b * b;
            ay += a * y;
            by += b * y;
            yy += y * y;
        }
        let small = 1e-3 * (aa + bb);
        let [a, b] = solve(&[aa + small, ab, bb + small], [ay, by]);
        let rest = yy - 2.0 * (a * ay + b * by) + a * a * aa + 2.0 * a * b * ab + b * b * bb;
        rest / (yy + aa + bb)
    }

    pub fn block(&self, at: usize) -> &[f32; BLOCK] {
        &self.samples[at]
    }

    pub fn fit(&self, basis: &Basis) -> [Fit; BLOCKS] {
        let mut fits = [Fit::default(); BLOCKS];
        for at in self.first..self.end {
            fits[at] = basis.fit(&self.samples[at]);
        }
        fits
    }
}

/// The solution of a symmetric system of two.
fn solve(matrix: &[f32; 3], [a, b]: [f32; 2]) -> [f32; 2] {
    let [aa, ab, bb] = matrix;
    let det = aa * bb - ab * ab;
    [(bb * a - ab * b) / det, (aa * b - ab * a) / det]
}

fn dot(a: &Half, b: &Half) -> f32 {
    let mut sums = [0.0; 8];
    for (a, b) in a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}
