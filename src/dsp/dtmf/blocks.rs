//! Two tones in each 5 ms of the last frames, fitted together by least squares.

use super::{Recent, phasor::Phasor};
use std::{
    f64::consts::{PI, TAU},
    ops::Range,
    sync::LazyLock,
};
use types::frame::FRAME;

/// Samples of a block, half of them, and those in whole groups of eight.
pub(super) const BLOCK: usize = 40;
const HALF: usize = BLOCK / 2;
const PADDED: usize = 24;

/// Blocks of the frames that are kept.
pub(super) const BLOCKS: usize = super::RECENT * FRAME / BLOCK;

type Half = [f32; PADDED];

/// The last frames in blocks, with what was found in those that were looked at.
#[derive(Debug)]
pub(super) struct Blocks {
    plain: [[f32; BLOCK]; BLOCKS],
    /// Without a dial tone, where asked for.
    filtered: [[f32; BLOCK]; BLOCKS],
    fits: [Fit; BLOCKS],
    hum: bool,
}

/// Two frequencies over a block: cosines and sines from its middle on, and what is needed to
/// tell one from the other.
#[derive(Clone, Debug)]
pub(super) struct Basis {
    cos: [Half; 2],
    sin: [Half; 2],
    even: System,
    odd: System,
    /// The turn of each over a block.
    pub step: [Phasor; 2],
}

/// The inverse of a symmetric system of two.
#[derive(Clone, Copy, Debug)]
struct System([f32; 3]);

/// What was found in a block: row and column, the sum of squares and how much of it they are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fit {
    pub tones: [Phasor; 2],
    pub energy: f32,
    pub explained: f32,
}

impl Basis {
    /// From the turns over half a sample.
    #[inline(always)]
    pub fn new(half_steps: [Phasor; 2]) -> Basis {
        let mut basis = Basis {
            cos: [[0.0; PADDED]; 2],
            sin: [[0.0; PADDED]; 2],
            even: System([0.0; 3]),
            odd: System([0.0; 3]),
            step: [Phasor::ONE; 2],
        };
        for (tone, half) in half_steps.into_iter().enumerate() {
            let whole = half.times(half);
            let mut now = half;
            for at in 0..HALF {
                basis.cos[tone][at] = now.re;
                basis.sin[tone][at] = now.im;
                now = now.times(whole);
            }
            // The last angle is half a sample more than half a block.
            let last = now.times(half.conjugate());
            basis.step[tone] = last.times(last);
        }
        basis.even = System::of(&basis.cos);
        basis.odd = System::of(&basis.sin);
        basis
    }

    #[inline(always)]
    fn fit(&self, block: &[f32; BLOCK]) -> Fit {
        let mut even = [0.0; PADDED];
        let mut odd = [0.0; PADDED];
        for at in 0..HALF {
            let (before, after) = (block[HALF - 1 - at], block[HALF + at]);
            even[at] = after + before;
            odd[at] = after - before;
        }
        let cos = [dot(&even, &self.cos[0]), dot(&even, &self.cos[1])];
        let sin = [dot(&odd, &self.sin[0]), dot(&odd, &self.sin[1])];
        let re = self.even.solve(cos);
        let im = self.odd.solve(sin);
        let tone = |tone: usize| Phasor {
            re: re[tone],
            im: -im[tone],
        };
        Fit {
            tones: [tone(0), tone(1)],
            // The squares of sum and difference are twice those of both.
            energy: 0.5 * (dot(&even, &even) + dot(&odd, &odd)),
            explained: re[0] * cos[0] + re[1] * cos[1] + im[0] * sin[0] + im[1] * sin[1],
        }
    }

    /// The sum of both tones over a block whose middle has these phases.
    #[inline(always)]
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

impl System {
    /// Of two functions, each given over half of where it is.
    #[inline(always)]
    fn of(functions: &[Half; 2]) -> System {
        let [a, b] = functions;
        let (aa, ab, bb) = (2.0 * dot(a, a), 2.0 * dot(a, b), 2.0 * dot(b, b));
        let determinant = aa * bb - ab * ab;
        System([bb / determinant, -ab / determinant, aa / determinant])
    }

    #[inline(always)]
    fn solve(&self, [a, b]: [f32; 2]) -> [f32; 2] {
        let [x, y, z] = self.0;
        [x * a + y * b, y * a + z * b]
    }
}

impl Blocks {
    /// `hum`: what is below the rows is taken off.
    #[inline(always)]
    pub fn of(recent: &Recent, hum: bool) -> Blocks {
        let mut plain = [[0.0; BLOCK]; BLOCKS];
        let frames: [_; super::RECENT] = recent.last();
        for (frame, blocks) in frames.iter().zip(plain.as_chunks_mut::<2>().0) {
            for (from, to) in frame.as_chunks::<BLOCK>().0.iter().zip(blocks) {
                for (to, &from) in to.iter_mut().zip(from) {
                    *to = f32::from(from);
                }
            }
        }
        Blocks {
            plain,
            filtered: [[0.0; BLOCK]; BLOCKS],
            fits: [Fit::default(); BLOCKS],
            hum,
        }
    }

    pub fn hum(&self) -> bool {
        self.hum
    }

    /// Those that can be looked at: the filter needs samples on both sides.
    pub fn good(&self) -> Range<usize> {
        match self.hum {
            true => 1..BLOCKS - 1,
            false => 0..BLOCKS,
        }
    }

    #[inline(always)]
    pub fn block(&self, at: usize) -> &[f32; BLOCK] {
        match self.hum {
            true => &self.filtered[at],
            false => &self.plain[at],
        }
    }

    /// Looks at a block.
    #[inline(always)]
    pub fn look(&mut self, at: usize, basis: &Basis) -> Fit {
        if self.hum && self.filtered[at] == [0.0; BLOCK] {
            self.filtered[at] = high_passed(self.plain.as_flattened(), at * BLOCK);
        }
        self.fits[at] = basis.fit(self.block(at));
        self.fits[at]
    }

    /// What was found in blocks that were looked at.
    pub fn fits(&self, blocks: Range<usize>) -> &[Fit] {
        &self.fits[blocks]
    }

    /// How much of what lies below the rows isn't two steady sines, as a dial tone is and a voice
    /// hardly ever: the share that the best predictor of two sines leaves.
    #[inline(always)]
    pub fn hum_rest(&self) -> f32 {
        let all = self.plain.as_flattened();
        const EVERY: usize = 6;
        const COUNT: usize = (BLOCKS - 2) * BLOCK / EVERY;
        let mut low = [0.0; COUNT];
        for (n, low) in low.iter_mut().enumerate() {
            *low = low_passed(all, BLOCK + EVERY * n);
        }
        let [mut aa, mut ab, mut bb, mut ay, mut by, mut yy] = [0.0f32; 6];
        for part in low.windows(5) {
            let (y, a, b) = (part[0] + part[4], part[1] + part[3], part[2]);
            aa += a * a;
            ab += a * b;
            bb += b * b;
            ay += a * y;
            by += b * y;
            yy += y * y;
        }
        // A single sine leaves one of the two free.
        let least = 1e-3 * (aa + bb);
        let (ma, mb) = (aa + least, bb + least);
        let determinant = ma * mb - ab * ab;
        let a = (mb * ay - ab * by) / determinant;
        let b = (ma * by - ab * ay) / determinant;
        let rest = yy - 2.0 * (a * ay + b * by) + a * a * aa + 2.0 * a * b * ab + b * b * bb;
        rest / (yy + aa + bb)
    }
}

/// A low-pass filter of linear phase, from its middle on (which is halved, as each value is used
/// on both sides). What it leaves is within 0.3 dB from 685 Hz up and 30 dB lower below 480 Hz.
static LOW_PASS: LazyLock<[f32; TAPS]> = LazyLock::new(|| {
    const CUT: f64 = 575.0 / 8000.0;
    const BETA: f64 = 2.4;
    std::array::from_fn(|tap| {
        let at = tap as f64;
        let ideal = match tap {
            0 => CUT,
            _ => (TAU * CUT * at).sin() / (PI * at),
        };
        let window = bessel(BETA * (1.0 - (at / TAPS as f64).powi(2)).sqrt()) / bessel(BETA);
        (ideal * window) as f32
    })
});

/// A multiple of eight, for the vector registers; with the block's half it stays in a block.
const TAPS: usize = 32;

/// The modified Bessel function of order 0.
fn bessel(x: f64) -> f64 {
    let term = |(sum, term): (f64, f64), n: u32| {
        let term = term * (x / (2.0 * f64::from(n))).powi(2);
        (sum + term, term)
    };
    (1..20).fold((1.0, 1.0), term).0
}

/// A block of what the low-pass filter leaves.
#[inline(always)]
fn high_passed(samples: &[f32], from: usize) -> [f32; BLOCK] {
    let mut out = [0.0; BLOCK];
    for (at, out) in out.as_chunks_mut::<8>().0.iter_mut().enumerate() {
        let middle = from + 8 * at;
        let mut low = [0.0; 8];
        for (tap, gain) in LOW_PASS.iter().enumerate() {
            let early = &samples[middle - tap..][..8];
            let late = &samples[middle + tap..][..8];
            for lane in 0..8 {
                low[lane] += gain * (early[lane] + late[lane]);
            }
        }
        for lane in 0..8 {
            out[lane] = samples[middle + lane] - low[lane];
        }
    }
    out
}

#[inline(always)]
fn low_passed(samples: &[f32], at: usize) -> f32 {
    let mut sums = [0.0; 8];
    for (part, gains) in LOW_PASS.as_chunks::<8>().0.iter().enumerate() {
        let late = &samples[at + 8 * part..][..8];
        let early = &samples[at + 1 - 8 * (part + 1)..][..8];
        for lane in 0..8 {
            sums[lane] += gains[lane] * (late[lane] + early[7 - lane]);
        }
    }
    sum(sums)
}

#[inline(always)]
fn dot(a: &Half, b: &Half) -> f32 {
    let mut sums = [0.0; 8];
    for (a, b) in a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sum(sums)
}

/// In one fixed order.
#[inline(always)]
pub(super) fn sum([a, b, c, d, e, f, g, h]: [f32; 8]) -> f32 {
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}
