//! Two tones in each 5 ms of the last frames, fitted together by least squares.

use super::{
    Recent,
    rows::{ROW_ONE, System, Tone, systems, tone},
    screen::Tones,
};
use crate::{
    bank::SPARE_BITS,
    simd::{
        Kernels,
        blocks::{BEFORE, BLOCKS as LANES, Products, Stretch},
    },
    wave::Phasor,
};
use std::{
    f64::consts::{PI, TAU},
    ops::Range,
    sync::LazyLock,
};
use types::frame::FRAME;

pub(super) use crate::simd::blocks::{BLOCK, BLOCKS};

/// Blocks that are looked at, up to the last, and the first of them.
pub(super) const SEEN: usize = super::SEEN * FRAME / BLOCK;
pub(super) const FIRST: usize = BLOCKS - SEEN;

/// One value a block.
pub(super) type Each = [f32; LANES];

/// The last frames in blocks, with what was found in those that were looked at.
#[derive(Debug)]
pub(super) struct Blocks<'a> {
    stretch: &'a Stretch,
    hum: bool,
    /// What the tones are fitted with.
    pub tones: [&'static Tone; 2],
    systems: &'static [System; 2],
    /// Of the groups that were looked at.
    products: Products,
    pub fits: Fits,
}

/// What was found: row and column as real and imaginary parts, their squares, and how much of the
/// sum of squares they are.
#[derive(Clone, Debug)]
pub(super) struct Fits {
    pub re: [Each; 2],
    pub im: [Each; 2],
    pub squares: [Each; 2],
    pub explained: Each,
}

const UNIT: f32 = (1 << SPARE_BITS) as f32 / ROW_ONE as f32;
const SQUARE_UNIT: f32 = (1 << (2 * SPARE_BITS)) as f32;

impl Blocks<'_> {
    /// `hum`: what is below the rows is taken off.
    #[inline(always)]
    pub fn of(recent: &Recent, tones: Tones, off: [f32; 2], hum: bool) -> Blocks<'_> {
        let tones = nearest(tones, off);
        Blocks {
            stretch: recent.stretch(),
            hum,
            tones,
            systems: systems(tones),
            products: [[0; LANES]; 4],
            fits: Fits {
                re: [[0.0; LANES]; 2],
                im: [[0.0; LANES]; 2],
                squares: [[0.0; LANES]; 2],
                explained: [0.0; LANES],
            },
        }
    }

    /// From here on the tones are so many radians a sample off; no group has been looked at.
    #[inline(always)]
    pub fn tune(&mut self, tones: Tones, off: [f32; 2]) {
        self.products = [[0; LANES]; 4];
        self.tones = nearest(tones, off);
        self.systems = systems(self.tones);
    }

    pub fn hum(&self) -> bool {
        self.hum
    }

    /// Those that can be looked at: the filter needs samples on both sides.
    pub fn good(&self) -> Range<usize> {
        match self.hum {
            true => FIRST + 1..BLOCKS - 1,
            false => FIRST..BLOCKS,
        }
    }

    /// Looks at these groups of four blocks, too. Others hold nothing.
    #[inline(always)]
    pub fn look<K: Kernels>(&mut self, groups: Range<usize>) {
        let products = &mut self.products;
        let [a, b] = self.tones;
        if self.hum {
            let rows = [
                &a.filtered[0],
                &b.filtered[0],
                &a.filtered[1],
                &b.filtered[1],
            ];
            K::blocks(self.stretch, rows, groups, products);
        } else {
            let rows = [&a.plain[0], &b.plain[0], &a.plain[1], &b.plain[1]];
            K::blocks(self.stretch, rows, groups, products);
        }
        let [even, odd] = self.systems;
        let fits = &mut self.fits;
        let [rows_cos, columns_cos, rows_sin, columns_sin] = &*products;
        for lane in 0..LANES {
            let (a, b) = (
                rows_cos[lane] as f32 * UNIT,
                columns_cos[lane] as f32 * UNIT,
            );
            let (c, d) = (
                rows_sin[lane] as f32 * UNIT,
                columns_sin[lane] as f32 * UNIT,
            );
            let re = [even.aa * a + even.ab * b, even.ab * a + even.bb * b];
            let im = [odd.aa * c + odd.ab * d, odd.ab * c + odd.bb * d];
            for tone in 0..2 {
                fits.re[tone][lane] = re[tone];
                fits.im[tone][lane] = -im[tone];
                fits.squares[tone][lane] = re[tone] * re[tone] + im[tone] * im[tone];
            }
            fits.explained[lane] = (re[0] * a + re[1] * b) + (im[0] * c + im[1] * d);
        }
    }

    /// The sums of squares of these blocks.
    #[inline(always)]
    pub fn energy<K: Kernels>(&self, blocks: Range<usize>) -> f32 {
        if self.hum {
            let squares = |at: usize| self.block(at).map(|sample| sample * sample);
            let blocks = blocks.map(squares);
            return blocks.map(|squares| squares.iter().sum::<f32>()).sum();
        }
        let mut squares = [0; LANES];
        let groups = blocks.start / 4..blocks.end.div_ceil(4);
        K::block_squares(self.stretch, groups, &mut squares);
        let squares = blocks.map(|at| u64::from(squares[at]));
        SQUARE_UNIT * squares.sum::<u64>() as f32
    }

    /// The samples of a block, without a dial tone where asked for.
    #[inline(always)]
    pub fn block(&self, at: usize) -> [f32; BLOCK] {
        if self.hum {
            return high_passed(&self.samples(), at * BLOCK);
        }
        let samples = &self.stretch[BEFORE + at * BLOCK..][..BLOCK];
        let mut out = [0.0; BLOCK];
        for n in 0..BLOCK {
            out[n] = f32::from(samples[n] << SPARE_BITS);
        }
        out
    }

    /// The sum of both tones over a block whose middle has these phases.
    #[inline(always)]
    pub fn sound(&self, tones: [Phasor; 2]) -> [f32; BLOCK] {
        let [a, b] = self.tones;
        let (a_cos, a_sin) = (a.plain[0].block(), a.plain[1].block());
        let (b_cos, b_sin) = (b.plain[0].block(), b.plain[1].block());
        const ONE: f32 = (1.0 / ROW_ONE) as f32;
        let (p, q) = (tones[0].scaled(ONE), tones[1].scaled(ONE));
        let mut out = [0.0; BLOCK];
        for (at, out) in out.iter_mut().enumerate() {
            *out = (p.re * f32::from(a_cos[at]) - p.im * f32::from(a_sin[at]))
                + (q.re * f32::from(b_cos[at]) - q.im * f32::from(b_sin[at]));
        }
        out
    }

    #[inline(always)]
    fn samples(&self) -> [f32; BLOCKS * BLOCK] {
        let mut out = [0.0; BLOCKS * BLOCK];
        for (to, &from) in out.iter_mut().zip(&self.stretch[BEFORE..]) {
            *to = f32::from(from << SPARE_BITS);
        }
        out
    }

    /// How much of what lies below the rows isn't two steady sines, as a dial tone is and a voice
    /// hardly ever: the share that the best predictor of two sines leaves. `leaks`: the mean
    /// square of what comes through from above.
    #[inline(always)]
    pub fn hum_rest(&self, leaks: f32) -> f32 {
        let all = self.samples();
        const EVERY: usize = 6;
        const COUNT: usize = (SEEN - 2) * BLOCK / EVERY;
        let mut low = [0.0; COUNT];
        for (n, low) in low.iter_mut().enumerate() {
            *low = low_passed(&all, (FIRST + 1) * BLOCK + EVERY * n);
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
        (rest - leaks * COUNT as f32).max(0.0) / (yy + aa + bb)
    }
}

#[inline(always)]
fn nearest(tones: Tones, [row, column]: [f32; 2]) -> [&'static Tone; 2] {
    let lanes = tones.lanes();
    [tone(lanes[0], row), tone(lanes[1], column)]
}

/// A low-pass filter of linear phase, from its middle on (which is halved, as each value is used
/// on both sides). What it leaves is within 0.3 dB from 685 Hz up and 30 dB lower below 480 Hz.
static LOW_PASS: LazyLock<[f32; TAPS]> =
    LazyLock::new(|| std::array::from_fn(|tap| (low_pass(tap) * halved(tap)) as f32));

/// A multiple of eight, for the vector registers.
pub(super) const TAPS: usize = 32;

fn halved(tap: usize) -> f64 {
    if tap == 0 { 0.5 } else { 1.0 }
}

pub(super) fn low_pass(tap: usize) -> f64 {
    const CUT: f64 = 575.0 / 8000.0;
    const BETA: f64 = 2.4;
    let at = tap as f64;
    let ideal = match tap {
        0 => 2.0 * CUT,
        _ => (TAU * CUT * at).sin() / (PI * at),
    };
    ideal * bessel(BETA * (1.0 - (at / TAPS as f64).powi(2)).sqrt()) / bessel(BETA)
}

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

/// In one fixed order.
#[inline(always)]
pub(super) fn sum([a, b, c, d, e, f, g, h]: [f32; 8]) -> f32 {
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}
