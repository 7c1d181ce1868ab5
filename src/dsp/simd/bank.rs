//! The filter bank's kernel.
//!
//! What: the scalar products of folded hops with eight cosines and eight sines: for one hop or
//! two at once, and for one group of eight or two at once.
//!
//! How: a row of the table holds two successive values of each of the eight frequencies, so
//! that one multiply-add of a pair of samples, repeated in all lanes, with a row serves all
//! eight. Sums are 32-bit integers; their order doesn't matter, so all forms give the same
//! bits.
//!
//! Limits: no sum overflows. A folded sample is never above [`FOLDED_MOST`] in magnitude, a table
//! value at most [`TABLE_ONE`], and there are 40 of each: 40 * 26,214 * 2,048 < 2^31.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

/// Frequencies side by side.
pub(crate) const LANES: usize = 8;

/// Pairs of folded samples in a frame: a quarter of its samples.
pub(crate) const PAIRS: usize = 20;

/// Bits that samples lose before they are folded: G.711 mu-law has none there, A-law neither.
pub(crate) const SPARE_BITS: i32 = 2;

/// What 1.0 is in the table.
pub(crate) const TABLE_ONE: i32 = 1 << 11;

/// The greatest magnitude that a folded sample may have; samples without their spare bits make
/// 16,384 at most.
pub(crate) const FOLDED_MOST: i16 = 26_214;

const _: () = assert!(2 * PAIRS as i64 * FOLDED_MOST as i64 * TABLE_ONE as i64 <= i32::MAX as i64);

/// Sums and differences of the samples that lie alike on both sides of a hop's middle,
/// from the middle outwards.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(32))]
pub(crate) struct Folded<const N: usize = PAIRS> {
    pub even: [[i16; 2]; N],
    pub odd: [[i16; 2]; N],
}

/// Cosines and sines of eight frequencies: a row is a pair of folded samples, in it a pair of
/// values for each lane.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub(crate) struct Rows<const N: usize = PAIRS> {
    pub cos: [[i16; 2 * LANES]; N],
    pub sin: [[i16; 2 * LANES]; N],
}

/// The scalar products with the cosines and with the sines.
pub(crate) type Products = [[i32; LANES]; 2];

impl<const N: usize> Rows<N> {
    /// Of functions of the distance from the hop's middle in samples and the lane.
    pub fn new(cos: impl Fn(f64, usize) -> f64, sin: impl Fn(f64, usize) -> f64) -> Rows<N> {
        let fixed = |value: f64| (value * f64::from(TABLE_ONE)).round() as i16;
        let mut rows = Rows {
            cos: [[0; 2 * LANES]; N],
            sin: [[0; 2 * LANES]; N],
        };
        for at in 0..2 * N {
            for lane in 0..LANES {
                let distance = at as f64 + 0.5;
                rows.cos[at / 2][2 * lane + at % 2] = fixed(cos(distance, lane));
                rows.sin[at / 2][2 * lane + at % 2] = fixed(sin(distance, lane));
            }
        }
        rows
    }
}

impl<const N: usize> Folded<N> {
    pub const ZERO: Folded<N> = Folded {
        even: [[0; 2]; N],
        odd: [[0; 2]; N],
    };
}

/// Folds a hop of 4 `N` samples, which lose [`SPARE_BITS`] before; returns the sum of their
/// squares.
#[inline(always)]
pub(super) fn fold_portable<const N: usize>(samples: &[i16], to: &mut Folded<N>) -> i64 {
    let (before, after) = samples[..4 * N].split_at(2 * N);
    let folded = to
        .even
        .as_flattened_mut()
        .iter_mut()
        .zip(to.odd.as_flattened_mut());
    let mut squares = 0;
    for ((&before, &after), (even, odd)) in before.iter().rev().zip(after).zip(folded) {
        let (before, after) = (before >> SPARE_BITS, after >> SPARE_BITS);
        (*even, *odd) = (after + before, after - before);
        squares += i64::from(i32::from(before).pow(2) + i32::from(after).pow(2));
    }
    squares
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "sse2")]
pub(super) fn fold_sse2<const N: usize>(samples: &[i16], to: &mut Folded<N>) -> i64 {
    fold_rest(samples, to, 0, _mm_setzero_si128())
}

/// Folds from the folded sample `at` on, eights and then four. No lane's sum passes 2^31, nor
/// do those of [`fold_avx2`]: samples are at most 2^13 in magnitude here, and there are 80.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn fold_rest<const N: usize>(
    samples: &[i16],
    to: &mut Folded<N>,
    mut at: usize,
    mut squares: __m128i,
) -> i64 {
    const { assert!(N.is_multiple_of(2), "folded samples come in fours") };
    let (before, after) = samples[..4 * N].split_at(2 * N);
    let (even, odd) = (to.even.as_flattened_mut(), to.odd.as_flattened_mut());
    // SAFETY: every x86-64 has SSE2. Eights and the four are read and written within the slices,
    // which have 2 `N` values each.
    unsafe {
        let shift = |samples| _mm_srai_epi16::<SPARE_BITS>(samples);
        let turn_four = |samples| _mm_shufflelo_epi16::<0b00_01_10_11>(samples);
        while at < 2 * N {
            let whole = at + 8 <= 2 * N;
            let (before, after) = if whole {
                let before = _mm_loadu_si128(before.as_ptr().add(2 * N - 8 - at).cast());
                let fours = _mm_shufflehi_epi16::<0b00_01_10_11>(turn_four(before));
                let after = _mm_loadu_si128(after.as_ptr().add(at).cast());
                (_mm_shuffle_epi32::<0b01_00_11_10>(fours), after)
            } else {
                let before = _mm_loadl_epi64(before.as_ptr().add(2 * N - 4 - at).cast());
                let after = _mm_loadl_epi64(after.as_ptr().add(at).cast());
                (turn_four(before), after)
            };
            let (before, after) = (shift(before), shift(after));
            squares = _mm_add_epi32(squares, _mm_madd_epi16(before, before));
            squares = _mm_add_epi32(squares, _mm_madd_epi16(after, after));
            let (sum, difference) = (_mm_add_epi16(after, before), _mm_sub_epi16(after, before));
            let (even, odd) = (even.as_mut_ptr().add(at), odd.as_mut_ptr().add(at));
            if whole {
                _mm_storeu_si128(even.cast(), sum);
                _mm_storeu_si128(odd.cast(), difference);
            } else {
                _mm_storel_epi64(even.cast(), sum);
                _mm_storel_epi64(odd.cast(), difference);
            }
            at += 8;
        }
        let zero = _mm_setzero_si128();
        let two = _mm_add_epi64(
            _mm_unpacklo_epi32(squares, zero),
            _mm_unpackhi_epi32(squares, zero),
        );
        _mm_cvtsi128_si64(_mm_add_epi64(two, _mm_unpackhi_epi64(two, two)))
    }
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn fold_avx2<const N: usize>(samples: &[i16], to: &mut Folded<N>) -> i64 {
    let (before, after) = samples[..4 * N].split_at(2 * N);
    let backward = _mm256_set_epi8(
        1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10,
        13, 12, 15, 14,
    );
    let mut squares = _mm256_setzero_si256();
    for at in (0..2 * N - 15).step_by(16) {
        // SAFETY: both read the 32 octets of sixteen samples within the slices.
        let (before, after) = unsafe {
            (
                _mm256_loadu_si256(before.as_ptr().add(2 * N - 16 - at).cast()),
                _mm256_loadu_si256(after.as_ptr().add(at).cast()),
            )
        };
        let before = _mm256_srai_epi16::<SPARE_BITS>(_mm256_shuffle_epi8(
            _mm256_permute4x64_epi64::<0b01_00_11_10>(before),
            backward,
        ));
        let after = _mm256_srai_epi16::<SPARE_BITS>(after);
        squares = _mm256_add_epi32(squares, _mm256_madd_epi16(before, before));
        squares = _mm256_add_epi32(squares, _mm256_madd_epi16(after, after));
        // SAFETY: both write the 32 octets of sixteen values.
        unsafe {
            let (even, odd) = (to.even.as_mut_ptr(), to.odd.as_mut_ptr());
            _mm256_storeu_si256(even.add(at / 2).cast(), _mm256_add_epi16(after, before));
            _mm256_storeu_si256(odd.add(at / 2).cast(), _mm256_sub_epi16(after, before));
        }
    }
    let squares = _mm_add_epi32(
        _mm256_castsi256_si128(squares),
        _mm256_extracti128_si256::<1>(squares),
    );
    fold_rest(samples, to, 2 * N / 16 * 16, squares)
}

#[inline(always)]
pub(super) fn portable<const N: usize, const GROUPS: usize, const HOPS: usize>(
    groups: [&Rows<N>; GROUPS],
    hops: [&Folded<N>; HOPS],
) -> [[Products; HOPS]; GROUPS] {
    let product = |table: &[[i16; 2 * LANES]; N], folded: &[[i16; 2]; N]| {
        let mut sums = [0; LANES];
        for (row, pair) in table.iter().zip(folded) {
            for (lane, sum) in sums.iter_mut().enumerate() {
                *sum += i32::from(row[2 * lane]) * i32::from(pair[0])
                    + i32::from(row[2 * lane + 1]) * i32::from(pair[1]);
            }
        }
        sums
    };
    groups.map(|rows| hops.map(|hop| [product(&rows.cos, &hop.even), product(&rows.sin, &hop.odd)]))
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "sse2")]
pub(super) fn sse2<const N: usize, const GROUPS: usize, const HOPS: usize>(
    groups: [&Rows<N>; GROUPS],
    hops: [&Folded<N>; HOPS],
) -> [[Products; HOPS]; GROUPS] {
    let mut products = [[[[0; LANES]; 2]; HOPS]; GROUPS];
    for (rows, products) in groups.iter().zip(&mut products) {
        for part in 0..2 {
            let rows = [&rows.cos, &rows.sin][part].as_chunks::<2>().0;
            let mut sums = [[_mm_setzero_si128(); 2]; HOPS];
            for (two, rows) in rows.iter().enumerate() {
                let repeated = hops.map(|hop| {
                    let folded = [&hop.even, &hop.odd][part].as_chunks::<2>().0;
                    // SAFETY: reads the 8 octets of four samples.
                    let pairs = unsafe { _mm_loadl_epi64(folded[two].as_ptr().cast()) };
                    [
                        _mm_shuffle_epi32::<0x00>(pairs),
                        _mm_shuffle_epi32::<0x55>(pairs),
                    ]
                });
                for (at, row) in rows.iter().enumerate() {
                    // SAFETY: each reads 16 octets, the two halves of a row of 32.
                    let row = unsafe {
                        [
                            _mm_loadu_si128(row.as_ptr().cast()),
                            _mm_loadu_si128(row.as_ptr().add(LANES).cast()),
                        ]
                    };
                    for (sums, repeated) in sums.iter_mut().zip(&repeated) {
                        for (sum, row) in sums.iter_mut().zip(row) {
                            *sum = _mm_add_epi32(*sum, _mm_madd_epi16(repeated[at], row));
                        }
                    }
                }
            }
            for (products, sums) in products.iter_mut().zip(sums) {
                let to = products[part].as_mut_ptr();
                // SAFETY: writes 16 octets twice, to the halves of an array of 32.
                unsafe {
                    _mm_storeu_si128(to.cast(), sums[0]);
                    _mm_storeu_si128(to.add(4).cast(), sums[1]);
                }
            }
        }
    }
    products
}

#[cfg(target_arch = "x86_64")]
#[inline(never)] // Else the pairs are taken out of registers, which costs twice as much.
#[target_feature(enable = "avx2")]
pub(super) fn avx2<const N: usize, const GROUPS: usize, const HOPS: usize>(
    groups: [&Rows<N>; GROUPS],
    hops: [&Folded<N>; HOPS],
) -> [[Products; HOPS]; GROUPS] {
    let mut sums = [[[_mm256_setzero_si256(); 2]; HOPS]; GROUPS];
    for pair in 0..N / 2 {
        // By twos: with several groups the compiler doesn't unroll the loop.
        for (pair, part) in [
            (2 * pair, 0),
            (2 * pair, 1),
            (2 * pair + 1, 0),
            (2 * pair + 1, 1),
        ] {
            let repeated = hops.map(|hop| {
                let folded = [&hop.even, &hop.odd][part];
                // SAFETY: reads the 4 octets of a pair of samples; the place need not be aligned.
                let both = unsafe { folded.as_ptr().add(pair).cast::<i32>().read_unaligned() };
                _mm256_set1_epi32(both)
            });
            for (rows, sums) in groups.iter().zip(&mut sums) {
                let row = [&rows.cos, &rows.sin][part][pair].as_ptr();
                // SAFETY: reads the 32 octets of a row.
                let row = unsafe { _mm256_loadu_si256(row.cast()) };
                for (repeated, sums) in repeated.iter().zip(sums) {
                    let product = _mm256_madd_epi16(*repeated, row);
                    sums[part] = _mm256_add_epi32(sums[part], product);
                }
            }
        }
    }
    let mut products = [[[[0; LANES]; 2]; HOPS]; GROUPS];
    let to = products.as_flattened_mut().as_flattened_mut();
    for (product, sum) in to.iter_mut().zip(sums.as_flattened().as_flattened()) {
        // SAFETY: writes the 32 octets of the array.
        unsafe { _mm256_storeu_si256(product.as_mut_ptr().cast(), *sum) };
    }
    products
}

/// The greatest of the first four and of the last four powers, and a bit for each that has more
/// than this share of its four's greatest.
pub(crate) type Peaks = ([f32; 2], u32);

#[inline(always)]
pub(super) fn peaks_portable(powers: &[f32; LANES], share: f32) -> Peaks {
    let mut peaks = [0.0; 2];
    let mut bits = 0;
    for (half, four) in powers.as_chunks::<4>().0.iter().enumerate() {
        let peak = four.iter().fold(0.0f32, |most, &power| most.max(power));
        for (lane, &power) in four.iter().enumerate() {
            bits |= u32::from(power > share * peak) << (4 * half + lane);
        }
        peaks[half] = peak;
    }
    (peaks, bits)
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "sse2")]
pub(super) fn peaks_sse2(powers: &[f32; LANES], share: f32) -> Peaks {
    let mut peaks = [0.0; 2];
    let mut bits = 0;
    for (half, four) in powers.as_chunks::<4>().0.iter().enumerate() {
        // SAFETY: reads the 16 octets of four values.
        let four = unsafe { _mm_loadu_ps(four.as_ptr()) };
        let two = _mm_max_ps(four, _mm_shuffle_ps::<0b01_00_11_10>(four, four));
        let peak = _mm_max_ps(two, _mm_shuffle_ps::<0b10_11_00_01>(two, two));
        let strong = _mm_cmpgt_ps(four, _mm_mul_ps(_mm_set1_ps(share), peak));
        bits |= (_mm_movemask_ps(strong) as u32) << (4 * half);
        peaks[half] = _mm_cvtss_f32(peak);
    }
    (peaks, bits)
}
