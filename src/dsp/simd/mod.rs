//! Which vector instructions the hot loops use.
//!
//! What: the choice, made once at run time. Every kernel has a portable form, one for SSE2 and
//! one for AVX2; all three give the same bits, so detections never depend on the set of
//! instructions and a replay of one is a replay of all.
//!
//! How: kernels work on integers, or add floats in one fixed order without fused
//! multiply-add. A whole piece of `Work` is compiled once for each path, so that the plain
//! Rust around a kernel has the wide registers as well.
#![allow(unsafe_code)]

pub(crate) mod bank;
pub(crate) mod blocks;

use bank::{Folded, LANES, Peaks, Products, Rows};
use blocks::{BLOCKS, Row, Stretch};
use lanes::Floats;
use std::ops::Range;

pub(crate) mod fir;
pub(crate) mod g711;
pub(crate) mod lanes;

/// A set of instructions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Path {
    /// Plain Rust, for every processor.
    Portable,
    /// 128 bits: every x86-64 has it.
    Sse2,
    /// 256 bits.
    Avx2,
}

/// Something to be done with one of the sets.
pub(crate) trait Work {
    type Output;

    /// To be marked `#[inline(always)]`, with all that it calls in the hot path: only then is
    /// it compiled for the set.
    fn run<K: Kernels>(self) -> Self::Output;
}

/// The kernels of one set.
pub(crate) trait Kernels {
    /// For plain Rust: loops over eight lanes become pairs in the compiler's hands.
    type Floats: Floats;

    /// Each hop with each group's rows.
    fn correlate<const N: usize, const GROUPS: usize, const HOPS: usize>(
        groups: [&Rows<N>; GROUPS],
        hops: [&Folded<N>; HOPS],
    ) -> [[Products; HOPS]; GROUPS];
    /// Returns the sum of the squares of the folded samples.
    fn fold<const N: usize>(samples: &[i16], to: &mut Folded<N>) -> i64;
    fn peaks(powers: &[f32; LANES], share: f32) -> Peaks;
    /// Each block of these groups with each row.
    fn blocks<const N: usize>(
        stretch: &Stretch,
        rows: [&Row<N>; 4],
        groups: Range<usize>,
        out: &mut blocks::Products,
    );
    fn block_squares(stretch: &Stretch, groups: Range<usize>, out: &mut [u32; BLOCKS]);
    fn sum(values: &[f32; 8]) -> f32;
    /// A bit for each block in which both values are at least these.
    fn both(values: &[[f32; BLOCKS]; 2], least: [f32; 2]) -> u32;
}

impl Path {
    pub const ALL: [Path; 3] = [Path::Portable, Path::Sse2, Path::Avx2];

    /// The fastest that this machine has.
    pub fn best() -> Path {
        let has = |path: &&Path| path.is_available();
        *Path::ALL.iter().rev().find(has).unwrap_or(&Path::Portable)
    }

    #[inline]
    pub fn is_available(self) -> bool {
        match self {
            Path::Portable => true,
            Path::Sse2 => cfg!(target_arch = "x86_64"),
            #[cfg(target_arch = "x86_64")]
            Path::Avx2 => is_x86_feature_detected!("avx2"),
            #[cfg(not(target_arch = "x86_64"))]
            Path::Avx2 => false,
        }
    }

    /// Does the work with these instructions, or with plain ones where they are missing.
    #[inline]
    pub(crate) fn run<W: Work>(self, work: W) -> W::Output {
        match self {
            #[cfg(target_arch = "x86_64")]
            Path::Sse2 => with_sse2(work),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the processor was just found to have AVX2.
            Path::Avx2 if self.is_available() => unsafe { with_avx2(work) },
            _ => plainly(work),
        }
    }
}

/// Out of the way of the others.
#[inline(never)]
fn plainly<W: Work>(work: W) -> W::Output {
    work.run::<Portable>()
}

#[cfg(target_arch = "x86_64")]
#[inline(never)]
fn with_sse2<W: Work>(work: W) -> W::Output {
    work.run::<Sse2>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2<W: Work>(work: W) -> W::Output {
    work.run::<Avx2>()
}

pub(crate) struct Portable;
#[cfg(target_arch = "x86_64")]
pub(crate) struct Sse2;
/// Named only by [`with_avx2`].
#[cfg(target_arch = "x86_64")]
struct Avx2;

/// Gives a set its kernels.
macro_rules! set {
    ($set:ident: $floats:ty, $correlate:path, $fold:path, $peaks:path,
     $blocks:path, $block_squares:path, $sum:path, $both:path) => {
        #[allow(unused_unsafe)] // Plain Rust asks for none.
        impl Kernels for $set {
            type Floats = $floats;

            #[inline(always)]
            fn correlate<const N: usize, const GROUPS: usize, const HOPS: usize>(
                groups: [&Rows<N>; GROUPS],
                hops: [&Folded<N>; HOPS],
            ) -> [[Products; HOPS]; GROUPS] {
                // SAFETY: a set is named only where the processor has it.
                unsafe { $correlate(groups, hops) }
            }

            #[inline(always)]
            fn fold<const N: usize>(samples: &[i16], to: &mut Folded<N>) -> i64 {
                // SAFETY: a set is named only where the processor has it.
                unsafe { $fold(samples, to) }
            }

            #[inline(always)]
            fn peaks(powers: &[f32; LANES], share: f32) -> Peaks {
                // SAFETY: a set is named only where the processor has it.
                unsafe { $peaks(powers, share) }
            }

            #[inline(always)]
            fn blocks<const N: usize>(
                stretch: &Stretch,
                rows: [&Row<N>; 4],
                groups: Range<usize>,
                out: &mut blocks::Products,
            ) {
                // SAFETY: a set is named only where the processor has it.
                unsafe { $blocks(stretch, rows, groups, out) }
            }

            #[inline(always)]
            fn block_squares(stretch: &Stretch, groups: Range<usize>, out: &mut [u32; BLOCKS]) {
                // SAFETY: a set is named only where the processor has it.
                unsafe { $block_squares(stretch, groups, out) }
            }

            #[inline(always)]
            fn sum(values: &[f32; 8]) -> f32 {
                // SAFETY: a set is named only where the processor has it.
                unsafe { $sum(values) }
            }

            #[inline(always)]
            fn both(values: &[[f32; BLOCKS]; 2], least: [f32; 2]) -> u32 {
                // SAFETY: a set is named only where the processor has it.
                unsafe { $both(values, least) }
            }
        }
    };
}

set!(Portable: [f32; lanes::LANES],
    bank::portable, bank::fold_portable, bank::peaks_portable,
    blocks::portable, blocks::squares_portable, blocks::sum_portable, blocks::both_portable);
// Every x86-64 has it.
#[cfg(target_arch = "x86_64")]
set!(Sse2: lanes::Sse2,
    bank::sse2, bank::fold_sse2, bank::peaks_sse2,
    blocks::sse2, blocks::squares_sse2, blocks::sum_sse2, blocks::both_sse2);
// Only `with_avx2` names it, and needs AVX2 itself.
#[cfg(target_arch = "x86_64")]
set!(Avx2: lanes::Avx,
    bank::avx2, bank::fold_avx2, bank::peaks_sse2,
    blocks::avx2, blocks::squares_avx2, blocks::sum_sse2, blocks::both_sse2);
