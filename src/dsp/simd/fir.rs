//! Kernels of an adaptive transversal filter.
//!
//! What: a filter over a stretch of samples, its adaptation over one in blocks of [`LANES`]
//! samples, and sums of products.
//!
//! How: eight successive outputs stand side by side, each summed over the taps in the same four
//! partial sums whatever the registers; adaptation adds eight errors' worth of gradient to eight
//! taps at a time. Taps are kept last first, so that taps and samples both run forward in
//! memory. No closures: those would be compiled for the plain processor.
#![allow(unsafe_code)]

pub(crate) use super::lanes::LANES;
use super::{Path, lanes::*};

/// Partial sums of an output.
const SUMS: usize = 4;

/// How much of a block's errors goes into their mean.
const FOLLOWS: f32 = 0.1;

/// Calls a kernel in the form for a path.
macro_rules! on {
    ($path:expr, $avx:ident, $any:ident($($argument:expr),*)) => {
        match $path {
            #[cfg(target_arch = "x86_64")]
            Path::Avx2 if Path::Avx2.is_available() => {
                // SAFETY: the processor has AVX2, as was just asked.
                unsafe { $avx($($argument),*) }
            }
            #[cfg(target_arch = "x86_64")]
            Path::Sse2 => $any::<Sse2>($($argument),*),
            _ => $any::<[f32; LANES]>($($argument),*),
        }
    };
}

/// `out[n]` is the sum of `taps[j] * samples[n + 1 + j]`: the last tap is for a sample of the
/// same moment, and `samples` has one sample a tap before the first.
///
/// `taps` is a multiple of 4 long, `out` of [`LANES`], and `samples` both together.
pub(crate) fn filter(path: Path, taps: &[f32], samples: &[f32], out: &mut [f32]) {
    check(taps, samples, out.len());
    on!(path, filter_avx2, filter_by(taps, samples, out))
}

/// How [`adapt`] steps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    /// In parts of the step that would be best.
    pub size: f32,
    /// The least mean square that errors count as.
    pub floor: f32,
    /// The mean square of the errors over the last blocks.
    pub errors: f32,
    /// Adds up the best step of each block.
    pub learned: f32,
}

/// Filters `samples` by `taps`, and after each block of [`LANES`] turns the taps against the
/// errors, each in proportion to its variance. `wanted` becomes the errors as they were before
/// the taps learned of them.
pub(crate) fn adapt(
    path: Path,
    taps: &mut [f32],
    variances: &[f32],
    samples: &[f32],
    wanted: &mut [f32],
    step: &mut Step,
) {
    check(taps, samples, wanted.len());
    assert!(taps.len().is_multiple_of(LANES) && taps.len() == variances.len());
    on!(
        path,
        adapt_avx2,
        adapt_by(taps, variances, samples, wanted, step)
    )
}

/// The sum of products, over a multiple of [`LANES`].
pub(crate) fn product(a: &[f32], b: &[f32]) -> f32 {
    assert!(a.len() == b.len() && a.len().is_multiple_of(LANES));
    #[cfg(target_arch = "x86_64")]
    return product_by::<Sse2>(a, b);
    #[cfg(not(target_arch = "x86_64"))]
    product_by::<[f32; LANES]>(a, b)
}

/// The sum of squares, over a multiple of [`LANES`].
pub(crate) fn energy(samples: &[f32]) -> f32 {
    product(samples, samples)
}

fn check(taps: &[f32], samples: &[f32], out: usize) {
    assert!(taps.len().is_multiple_of(SUMS) && out.is_multiple_of(LANES));
    assert_eq!(samples.len(), taps.len() + out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn filter_avx2(taps: &[f32], samples: &[f32], out: &mut [f32]) {
    filter_by::<Avx>(taps, samples, out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn adapt_avx2(
    taps: &mut [f32],
    variances: &[f32],
    samples: &[f32],
    wanted: &mut [f32],
    step: &mut Step,
) {
    adapt_by::<Avx>(taps, variances, samples, wanted, step);
}

#[inline(always)]
fn filter_by<V: Floats>(taps: &[f32], samples: &[f32], out: &mut [f32]) {
    let mut pairs = out.chunks_exact_mut(2 * LANES);
    let mut from = 0;
    for pair in &mut pairs {
        let [a, b] = filter_block::<V, 2>(taps, &samples[from..]);
        a.store(pair);
        b.store(&mut pair[LANES..]);
        from += 2 * LANES;
    }
    for single in pairs.into_remainder().chunks_exact_mut(LANES) {
        let [a] = filter_block::<V, 1>(taps, &samples[from..]);
        a.store(single);
    }
}

/// `N` times [`LANES`] outputs, each tap loaded once for all of them.
#[inline(always)]
fn filter_block<V: Floats, const N: usize>(taps: &[f32], samples: &[f32]) -> [V; N] {
    let mut sums = [[V::zero(); N]; SUMS];
    for (at, taps) in taps.chunks_exact(SUMS).enumerate() {
        let samples = &samples[SUMS * at..][..N * LANES + SUMS];
        for (n, sums) in sums.iter_mut().enumerate() {
            let tap = V::splat(taps[n]);
            for (block, sum) in sums.iter_mut().enumerate() {
                *sum = sum.add(tap.mul(V::load(&samples[1 + n + block * LANES..])));
            }
        }
    }
    let [mut out, b, c, d] = sums;
    for (n, out) in out.iter_mut().enumerate() {
        *out = out.add(b[n]).add(c[n].add(d[n]));
    }
    out
}

#[inline(always)]
fn adapt_by<V: Floats>(
    taps: &mut [f32],
    variances: &[f32],
    samples: &[f32],
    wanted: &mut [f32],
    step: &mut Step,
) {
    for (n, wanted) in wanted.chunks_exact_mut(LANES).enumerate() {
        let samples = &samples[n * LANES..][..taps.len() + LANES];
        let [heard] = filter_block::<V, 1>(taps, samples);
        let minus = V::splat(-1.0);
        let error = V::load(wanted).add(heard.mul(minus));
        error.store(wanted);
        let errors = error.mul(error).sum() / LANES as f32;
        step.errors += FOLLOWS * (errors - step.errors);

        let expected = expected::<V>(variances, &samples[LANES / 2..]);
        let inverse = 1.0 / (expected + step.floor + step.errors.max(errors));
        step.learned += expected * inverse;
        let gain = V::splat(step.size * inverse);
        let mut gains = [0.0; LANES];
        error.mul(gain).store(&mut gains);
        turn::<V>(taps, variances, samples, &gains);
    }
}

/// The power of the errors that the variances of the taps make.
#[inline(always)]
fn expected<V: Floats>(variances: &[f32], samples: &[f32]) -> f32 {
    let mut sums = V::zero();
    let pairs = variances
        .chunks_exact(LANES)
        .zip(samples.chunks_exact(LANES));
    for (variances, samples) in pairs {
        let samples = V::load(samples);
        sums = sums.add(V::load(variances).mul(samples.mul(samples)));
    }
    sums.sum()
}

/// Adds the gradient of a block to the taps.
#[inline(always)]
fn turn<V: Floats>(taps: &mut [f32], variances: &[f32], samples: &[f32], gains: &[f32; LANES]) {
    let mut spread = [V::zero(); LANES];
    for (spread, gain) in spread.iter_mut().zip(gains) {
        *spread = V::splat(*gain);
    }
    let blocks = taps
        .chunks_exact_mut(LANES)
        .zip(variances.chunks_exact(LANES));
    for (at, (taps, variances)) in blocks.enumerate() {
        let samples = &samples[LANES * at..][..2 * LANES];
        let mut early = V::zero();
        let mut late = V::zero();
        for n in 0..LANES / 2 {
            let after = n + LANES / 2;
            early = early.add(spread[n].mul(V::load(&samples[n + 1..])));
            late = late.add(spread[after].mul(V::load(&samples[after + 1..])));
        }
        let more = V::load(variances).mul(early.add(late));
        V::load(taps).add(more).store(taps);
    }
}

#[inline(always)]
fn product_by<V: Floats>(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = V::zero();
    for (a, b) in a.chunks_exact(LANES).zip(b.chunks_exact(LANES)) {
        sums = sums.add(V::load(a).mul(V::load(b)));
    }
    sums.sum()
}
