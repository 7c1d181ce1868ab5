//! Kernels of an adaptive transversal filter.
//!
//! What: a filter over a stretch of samples, and the normalised least mean squares (NLMS)
//! adaptation over one, in blocks of [`LANES`] samples.
//!
//! How: eight successive outputs stand side by side in a vector, each summed over the taps in
//! the same four partial sums whatever the width of the registers; adaptation adds eight
//! errors' worth of gradient to eight taps at a time. The body is written once and compiled
//! for each set of instructions; Rust neither reorders nor fuses float operations.
//!
//! Taps are kept last first, so that taps and samples both run forward in memory.
#![allow(unsafe_code)]

use super::Path;

/// Samples that are filtered, and adapted upon, at once.
pub(crate) const LANES: usize = 8;

/// The order in which a filter adds.
const SUMS: usize = 4;

/// How much of a block's errors goes into their mean.
const FOLLOWS: f32 = 0.1;

/// `out[n]` is the sum of `taps[j] * samples[n + 1 + j]`: the last tap is for a sample of the
/// same moment, and `samples` has one sample a tap before the first.
///
/// `taps` is a multiple of 4 long, `out` of [`LANES`], and `samples` both together.
pub(crate) fn filter(path: Path, taps: &[f32], samples: &[f32], out: &mut [f32]) {
    check(taps, samples, out.len());
    match path {
        #[cfg(target_arch = "x86_64")]
        Path::Avx2 if path.is_available() => {
            // SAFETY: the processor has AVX2, as was just asked.
            unsafe { filter_avx2(taps, samples, out) }
        }
        _ => filter_any(taps, samples, out),
    }
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
    match path {
        #[cfg(target_arch = "x86_64")]
        Path::Avx2 if path.is_available() => {
            // SAFETY: the processor has AVX2, as was just asked.
            unsafe { adapt_avx2(taps, variances, samples, wanted, step) }
        }
        _ => adapt_any(taps, variances, samples, wanted, step),
    }
}

/// The sum of squares.
pub(crate) fn energy(samples: &[f32]) -> f32 {
    let mut sums = [0.0; LANES];
    let chunks = samples.chunks_exact(LANES);
    let rest: f32 = chunks.remainder().iter().map(|s| s * s).sum();
    for chunk in chunks {
        for lane in 0..LANES {
            sums[lane] += chunk[lane] * chunk[lane];
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + b) + (c + d)) + ((e + f) + (g + h)) + rest
}

fn check(taps: &[f32], samples: &[f32], out: usize) {
    assert!(taps.len().is_multiple_of(SUMS) && out.is_multiple_of(LANES));
    assert_eq!(samples.len(), taps.len() + out);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn filter_avx2(taps: &[f32], samples: &[f32], out: &mut [f32]) {
    filter_any(taps, samples, out);
}

#[inline(always)]
fn filter_any(taps: &[f32], samples: &[f32], out: &mut [f32]) {
    for (n, out) in out.chunks_exact_mut(LANES).enumerate() {
        let from = n * LANES;
        out.copy_from_slice(&filter_block(
            taps,
            &samples[from..from + taps.len() + LANES],
        ));
    }
}

#[inline(always)]
fn filter_block(taps: &[f32], samples: &[f32]) -> [f32; LANES] {
    let mut sums = [[0.0; LANES]; SUMS];
    let windows = samples.windows(LANES + SUMS).step_by(SUMS);
    for (taps, samples) in taps.chunks_exact(SUMS).zip(windows) {
        for (n, sum) in sums.iter_mut().enumerate() {
            for lane in 0..LANES {
                sum[lane] += taps[n] * samples[n + 1 + lane];
            }
        }
    }
    let [a, b, c, d] = sums;
    std::array::from_fn(|lane| (a[lane] + b[lane]) + (c[lane] + d[lane]))
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
    adapt_any(taps, variances, samples, wanted, step);
}

#[inline(always)]
fn adapt_any(
    taps: &mut [f32],
    variances: &[f32],
    samples: &[f32],
    wanted: &mut [f32],
    step: &mut Step,
) {
    for (n, wanted) in wanted.chunks_exact_mut(LANES).enumerate() {
        let from = n * LANES;
        let samples = &samples[from..from + taps.len() + LANES];
        let heard = filter_block(taps, samples);
        let expected = expected(variances, &samples[LANES / 2..]);
        for lane in 0..LANES {
            wanted[lane] -= heard[lane];
        }
        let errors = sum_of_squares(wanted) / LANES as f32;
        step.errors += FOLLOWS * (errors - step.errors);
        let inverse = 1.0 / (expected + step.floor + step.errors.max(errors));
        let gain = step.size * inverse;
        step.learned += expected * inverse;
        let gains: [f32; LANES] = std::array::from_fn(|lane| gain * wanted[lane]);
        turn(taps, variances, samples, &gains);
    }
}

#[inline(always)]
fn sum_of_squares(block: &[f32]) -> f32 {
    let square = |lane: usize| block[lane] * block[lane];
    ((square(0) + square(1)) + (square(2) + square(3)))
        + ((square(4) + square(5)) + (square(6) + square(7)))
}

/// The power of the errors that the variances of the taps make.
#[inline(always)]
fn expected(variances: &[f32], samples: &[f32]) -> f32 {
    let mut sums = [0.0; LANES];
    let pairs = variances
        .chunks_exact(LANES)
        .zip(samples.chunks_exact(LANES));
    for (variances, samples) in pairs {
        for lane in 0..LANES {
            sums[lane] += variances[lane] * (samples[lane] * samples[lane]);
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}

/// Adds the gradient of a block to the taps.
#[inline(always)]
fn turn(taps: &mut [f32], variances: &[f32], samples: &[f32], gains: &[f32; LANES]) {
    let windows = samples.windows(2 * LANES).step_by(LANES);
    let taps = taps.chunks_exact_mut(LANES);
    for ((taps, variances), samples) in taps.zip(variances.chunks_exact(LANES)).zip(windows) {
        let mut early = [0.0; LANES];
        let mut late = [0.0; LANES];
        for n in 0..LANES / 2 {
            let after = n + LANES / 2;
            for lane in 0..LANES {
                early[lane] += gains[n] * samples[n + 1 + lane];
                late[lane] += gains[after] * samples[after + 1 + lane];
            }
        }
        for lane in 0..LANES {
            taps[lane] += variances[lane] * (early[lane] + late[lane]);
        }
    }
}
