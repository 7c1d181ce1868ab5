//! The kernel of fits to blocks of 5 ms.
//!
//! What: the scalar products of each of sixteen successive blocks with four rows of a table, and
//! the blocks' sums of squares.
//!
//! How: a row is as long as it needs, may begin before its block and is padded with zeros. Four
//! blocks' sums end side by side. Sums are 32-bit integers; their order doesn't matter, so all
//! forms give the same bits.
//!
//! Limits: no sum of products overflows. A sample is at most 2^13 in magnitude, and the
//! magnitudes of a row sum up to less than 2^18 (`dtmf/rows.rs` checks). Sums of squares are below
//! 2^32.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;
use std::ops::Range;

/// Samples of a block.
pub(crate) const BLOCK: usize = 40;

/// Blocks side by side, in groups of four.
pub(crate) const BLOCKS: usize = 16;
pub(crate) const GROUPS: usize = BLOCKS / 4;

/// Samples that are there before the first block.
pub(crate) const BEFORE: usize = 32;

/// Sixteens of a row that is as long as a block, and of one that reaches [`BEFORE`] further both
/// ways.
pub(crate) const SHORT: usize = 3;
pub(crate) const LONG: usize = 7;

/// The samples of all blocks, and what rows reach beyond.
pub(crate) const LENGTH: usize = 720;

/// What follows the last block there is only padded: any samples will do.
pub(crate) type Stretch = [i16; LENGTH];

const _: () = assert!(LENGTH >= (BLOCKS - 1) * BLOCK + 16 * LONG);
const _: () = assert!(LENGTH >= BEFORE + (BLOCKS - 1) * BLOCK + 16 * SHORT);

/// `N` is [`SHORT`] or [`LONG`].
#[derive(Clone, Debug)]
#[repr(C, align(32))]
pub(crate) struct Row<const N: usize>(pub [[i16; 16]; N]);

impl Row<SHORT> {
    /// What isn't padding.
    #[inline(always)]
    pub fn block(&self) -> &[i16; BLOCK] {
        self.0.as_flattened().first_chunk().expect("a block")
    }
}

/// A value a block for each of four rows.
pub(crate) type Products = [[i32; BLOCKS]; 4];

/// The sum of all, in one order.
#[inline(always)]
pub(super) fn sum_portable([a, b, c, d, e, f, g, h]: &[f32; 8]) -> f32 {
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "sse2")]
pub(super) fn sum_sse2(values: &[f32; 8]) -> f32 {
    // SAFETY: these read 16 octets each, the 32 of the array.
    let (low, high) = unsafe {
        (
            _mm_loadu_ps(values.as_ptr()),
            _mm_loadu_ps(values.as_ptr().add(4)),
        )
    };
    let four = _mm_add_ps(low, high);
    let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps::<0b01>(two, two)))
}

/// A bit for each block in which both values are at least these.
#[inline(always)]
pub(super) fn both_portable(values: &[[f32; BLOCKS]; 2], least: [f32; 2]) -> u32 {
    let both = |at: usize| values[0][at] >= least[0] && values[1][at] >= least[1];
    (0..BLOCKS).fold(0, |bits, at| bits | u32::from(both(at)) << at)
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "sse2")]
pub(super) fn both_sse2(values: &[[f32; BLOCKS]; 2], least: [f32; 2]) -> u32 {
    let (row, column) = (_mm_set1_ps(least[0]), _mm_set1_ps(least[1]));
    let fours = values[0]
        .as_chunks::<4>()
        .0
        .iter()
        .zip(values[1].as_chunks::<4>().0);
    let mut bits = 0;
    for (at, (rows, columns)) in fours.enumerate() {
        // SAFETY: both read the 16 octets of four values.
        let (rows, columns) =
            unsafe { (_mm_loadu_ps(rows.as_ptr()), _mm_loadu_ps(columns.as_ptr())) };
        let both = _mm_and_ps(_mm_cmpge_ps(rows, row), _mm_cmpge_ps(columns, column));
        bits |= (_mm_movemask_ps(both) as u32) << (4 * at);
    }
    bits
}

/// Where a row of this length begins for a block.
#[inline(always)]
const fn first<const N: usize>(block: usize) -> usize {
    block * BLOCK + if N == LONG { 0 } else { BEFORE }
}

#[inline(always)]
pub(super) fn portable<const N: usize>(
    stretch: &Stretch,
    rows: [&Row<N>; 4],
    groups: Range<usize>,
    out: &mut Products,
) {
    for block in 4 * groups.start..4 * groups.end {
        let samples = &stretch[first::<N>(block)..][..16 * N];
        for (row, out) in rows.iter().zip(&mut *out) {
            let pairs = row.0.as_flattened().iter().zip(samples);
            out[block] = pairs.map(|(&a, &b)| i32::from(a) * i32::from(b)).sum();
        }
    }
}

#[inline(always)]
pub(super) fn squares_portable(stretch: &Stretch, groups: Range<usize>, out: &mut [u32; BLOCKS]) {
    let blocks = 4 * groups.start..4 * groups.end;
    for (block, out) in blocks.clone().zip(&mut out[blocks]) {
        let samples = &stretch[first::<SHORT>(block)..][..BLOCK];
        let square = |&sample: &i16| i32::from(sample).pow(2) as u32;
        *out = samples.iter().map(square).sum();
    }
}

/// The sums of four registers side by side.
#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "sse2")]
fn sums_sse2([a, b, c, d]: [__m128i; 4]) -> __m128i {
    let ab = _mm_add_epi32(_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b));
    let cd = _mm_add_epi32(_mm_unpacklo_epi32(c, d), _mm_unpackhi_epi32(c, d));
    _mm_add_epi32(_mm_unpacklo_epi64(ab, cd), _mm_unpackhi_epi64(ab, cd))
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "sse2")]
pub(super) fn sse2<const N: usize>(
    stretch: &Stretch,
    rows: [&Row<N>; 4],
    groups: Range<usize>,
    out: &mut Products,
) {
    for (row, out) in rows.iter().zip(out) {
        let row = row.0.as_flattened().as_chunks::<8>().0;
        for group in groups.clone() {
            let mut sums = [_mm_setzero_si128(); 4];
            for (n, sum) in sums.iter_mut().enumerate() {
                let samples = &stretch[first::<N>(4 * group + n)..][..16 * N];
                for (eight, row) in samples.as_chunks::<8>().0.iter().zip(row) {
                    // SAFETY: both read the 16 octets of eight values.
                    let (samples, row) = unsafe {
                        (
                            _mm_loadu_si128(eight.as_ptr().cast()),
                            _mm_loadu_si128(row.as_ptr().cast()),
                        )
                    };
                    *sum = _mm_add_epi32(*sum, _mm_madd_epi16(samples, row));
                }
            }
            let to = &mut out[4 * group..][..4];
            // SAFETY: writes the 16 octets of four values.
            unsafe { _mm_storeu_si128(to.as_mut_ptr().cast(), sums_sse2(sums)) };
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "sse2")]
pub(super) fn squares_sse2(stretch: &Stretch, groups: Range<usize>, out: &mut [u32; BLOCKS]) {
    for group in groups {
        let mut sums = [_mm_setzero_si128(); 4];
        for (n, sum) in sums.iter_mut().enumerate() {
            let samples = &stretch[first::<SHORT>(4 * group + n)..][..BLOCK];
            for eight in samples.as_chunks::<8>().0 {
                // SAFETY: reads the 16 octets of eight values.
                let samples = unsafe { _mm_loadu_si128(eight.as_ptr().cast()) };
                *sum = _mm_add_epi32(*sum, _mm_madd_epi16(samples, samples));
            }
        }
        let to = &mut out[4 * group..][..4];
        // SAFETY: writes the 16 octets of four values.
        unsafe { _mm_storeu_si128(to.as_mut_ptr().cast(), sums_sse2(sums)) };
    }
}

/// The sums of four registers side by side.
#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx2")]
fn sums_avx2([a, b, c, d]: [__m256i; 4]) -> __m128i {
    let four = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));
    _mm_add_epi32(
        _mm256_castsi256_si128(four),
        _mm256_extracti128_si256::<1>(four),
    )
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn avx2<const N: usize>(
    stretch: &Stretch,
    rows: [&Row<N>; 4],
    groups: Range<usize>,
    out: &mut Products,
) {
    for (row, out) in rows.iter().zip(out) {
        // SAFETY: each reads the 32 octets of sixteen values.
        let row: [__m256i; N] =
            std::array::from_fn(|at| unsafe { _mm256_loadu_si256(row.0[at].as_ptr().cast()) });
        for group in groups.clone() {
            let samples = &stretch[first::<N>(4 * group)..][..3 * BLOCK + 16 * N];
            let mut sums = [_mm256_setzero_si256(); 4];
            for (n, sum) in sums.iter_mut().enumerate() {
                for (at, row) in row.iter().enumerate() {
                    // SAFETY: reads 32 octets, the last of them within `samples`.
                    let samples = unsafe {
                        _mm256_loadu_si256(samples.as_ptr().add(n * BLOCK + 16 * at).cast())
                    };
                    let product = _mm256_madd_epi16(samples, *row);
                    *sum = if at == 0 {
                        product
                    } else {
                        _mm256_add_epi32(*sum, product)
                    };
                }
            }
            let to = &mut out[4 * group..][..4];
            // SAFETY: writes the 16 octets of four values.
            unsafe { _mm_storeu_si128(to.as_mut_ptr().cast(), sums_avx2(sums)) };
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn squares_avx2(stretch: &Stretch, groups: Range<usize>, out: &mut [u32; BLOCKS]) {
    for group in groups {
        let samples = &stretch[first::<SHORT>(4 * group)..][..4 * BLOCK];
        let mut sums = [_mm256_setzero_si256(); 4];
        for (n, sum) in sums.iter_mut().enumerate() {
            // SAFETY: these read 32, 32 and 16 octets, the 80 of a block.
            let [a, b, c] = unsafe {
                let block = samples.as_ptr().add(n * BLOCK);
                [
                    _mm256_loadu_si256(block.cast()),
                    _mm256_loadu_si256(block.add(16).cast()),
                    _mm256_zextsi128_si256(_mm_loadu_si128(block.add(32).cast())),
                ]
            };
            let [a, b, c] = [a, b, c].map(|part| _mm256_madd_epi16(part, part));
            *sum = _mm256_add_epi32(_mm256_add_epi32(a, b), c);
        }
        let to = &mut out[4 * group..][..4];
        // SAFETY: writes the 16 octets of four values.
        unsafe { _mm_storeu_si128(to.as_mut_ptr().cast(), sums_avx2(sums)) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Kernels, Path, Work};

    struct All<'a>(&'a Stretch, &'a [Row<LONG>; 4], &'a [Row<SHORT>; 4]);

    impl Work for All<'_> {
        type Output = ([Products; 2], [u32; BLOCKS]);

        #[inline(always)]
        fn run<K: Kernels>(self) -> Self::Output {
            let (mut long, mut short) = ([[0; BLOCKS]; 4], [[0; BLOCKS]; 4]);
            let mut squares = [0; BLOCKS];
            K::blocks(self.0, self.1.each_ref(), 0..GROUPS, &mut long);
            K::blocks(self.0, self.2.each_ref(), 1..GROUPS, &mut short);
            K::block_squares(self.0, 0..GROUPS, &mut squares);
            ([long, short], squares)
        }
    }

    /// Also at the bounds of samples and rows.
    #[test]
    fn all_paths_give_the_same() {
        let mut state = 1u32;
        let mut next = |bits: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state as i32 >> (32 - bits)) as i16
        };
        for round in 0..200 {
            let samples = match round {
                0 => [-8192; LENGTH],
                1 => [8191; LENGTH],
                _ => std::array::from_fn(|_| next(14)),
            };
            let stretch: Stretch = samples;
            let long =
                std::array::from_fn(|_| Row([[0; 16]; LONG].map(|row| row.map(|_| next(12)))));
            let short =
                std::array::from_fn(|_| Row([[0; 16]; SHORT].map(|row| row.map(|_| next(13)))));
            let plain = Path::Portable.run(All(&stretch, &long, &short));
            let [_, products] = &plain.0;
            let exact: i64 = (0..16 * SHORT)
                .map(|n| {
                    let sample = stretch[BEFORE + 5 * BLOCK + n];
                    i64::from(sample) * i64::from(short[2].0.as_flattened()[n])
                })
                .sum();
            assert_eq!(i64::from(products[2][5]), exact);
            for path in Path::ALL.into_iter().filter(|path| path.is_available()) {
                assert!(path.run(All(&stretch, &long, &short)) == plain, "{path:?}");
            }
        }
    }

    #[test]
    fn sums_and_bits_are_the_same_on_all_paths() {
        let mut values = [[0.0; BLOCKS]; 2];
        for (n, value) in values.as_flattened_mut().iter_mut().enumerate() {
            *value = ((n * 7919) % 101) as f32 * 0.37;
        }
        let eight = values[0].first_chunk().expect("eight");
        let (sum, bits) = (sum_portable(eight), both_portable(&values, [9.0, 17.0]));
        assert!(bits != 0 && bits != 0xffff);
        #[cfg(target_arch = "x86_64")]
        {
            // SAFETY: every x86-64 has SSE2.
            let other = unsafe { (sum_sse2(eight), both_sse2(&values, [9.0, 17.0])) };
            assert_eq!((sum.to_bits(), bits), (other.0.to_bits(), other.1));
        }
    }
}
