//! The filter bank's kernel.
//!
//! What: the scalar products of one folded hop with eight cosines and eight sines, for one leg
//! or for two at once.
//!
//! How: a row of the table holds two successive values of each of the eight frequencies, so
//! that one multiply-add of a pair of samples, repeated in all lanes, with a row serves all
//! eight. Sums are 32-bit integers; their order doesn't matter, so all forms give the same
//! bits.
//!
//! Limits: no sum overflows. A folded sample is at most [`FOLDED_MOST`] in magnitude, a table
//! value at most [`TABLE_ONE`], and there are 40 of each: 40 * 26,214 * 2,048 < 2^31.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;

/// Frequencies side by side.
pub(crate) const LANES: usize = 8;

/// Folded samples of a hop: half as many as the hop has.
pub(crate) const FOLDED: usize = 40;

/// Bits that samples lose before they are folded: G.711 mu-law has none there, A-law neither.
pub(crate) const SPARE_BITS: i32 = 2;

/// What 1.0 is in the table.
pub(crate) const TABLE_ONE: i32 = 1 << 11;

/// The greatest magnitude of a folded sample.
pub(crate) const FOLDED_MOST: i16 = 26_214;

const _: () = assert!(FOLDED as i64 * FOLDED_MOST as i64 * TABLE_ONE as i64 <= i32::MAX as i64);

/// Pairs of folded samples.
const PAIRS: usize = FOLDED / 2;

/// Sums and differences of the samples that lie alike on both sides of a hop's middle,
/// from the middle outwards.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(32))]
pub(crate) struct Folded {
    pub even: [i16; FOLDED],
    pub odd: [i16; FOLDED],
}

/// Cosines and sines of eight frequencies: a row is a pair of folded samples, in it a pair of
/// values for each lane.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub(crate) struct Rows {
    pub cos: [[i16; 2 * LANES]; PAIRS],
    pub sin: [[i16; 2 * LANES]; PAIRS],
}

/// The scalar products with the cosines and with the sines.
pub(crate) type Products = [[i32; LANES]; 2];

impl Rows {
    /// Of functions of the distance from the hop's middle in samples and the lane.
    pub fn new(cos: impl Fn(f64, usize) -> f64, sin: impl Fn(f64, usize) -> f64) -> Rows {
        let fixed = |value: f64| (value * f64::from(TABLE_ONE)).round() as i16;
        let mut rows = Rows {
            cos: [[0; 2 * LANES]; PAIRS],
            sin: [[0; 2 * LANES]; PAIRS],
        };
        for at in 0..FOLDED {
            for lane in 0..LANES {
                let distance = at as f64 + 0.5;
                rows.cos[at / 2][2 * lane + at % 2] = fixed(cos(distance, lane));
                rows.sin[at / 2][2 * lane + at % 2] = fixed(sin(distance, lane));
            }
        }
        rows
    }
}

impl Folded {
    pub const ZERO: Folded = Folded {
        even: [0; FOLDED],
        odd: [0; FOLDED],
    };

    /// Folds samples of at most half of [`FOLDED_MOST`].
    #[inline(always)]
    pub fn of(samples: impl Fn(usize) -> i16) -> Folded {
        let mut folded = Folded::ZERO;
        for at in 0..FOLDED {
            let before = samples(FOLDED - 1 - at);
            let after = samples(FOLDED + at);
            folded.even[at] = after + before;
            folded.odd[at] = after - before;
        }
        folded
    }
}

/// Folds a hop; samples lose [`SPARE_BITS`] before.
#[inline(always)]
pub(super) fn fold_portable(samples: &[i16; 2 * FOLDED]) -> Folded {
    Folded::of(|at| samples[at] >> SPARE_BITS)
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn fold_avx2(samples: &[i16; 2 * FOLDED]) -> Folded {
    let mut folded = Folded::ZERO;
    let backward = _mm256_set_epi8(
        1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10,
        13, 12, 15, 14,
    );
    // Sixteens of the folded; the last lies over the one before.
    for at in [0, 16, FOLDED - 16] {
        // SAFETY: both read the 32 octets of sixteen samples, 24 - `at` and 40 + `at` on.
        let (before, after) = unsafe {
            let samples = samples.as_ptr();
            (
                _mm256_loadu_si256(samples.add(FOLDED - 16 - at).cast()),
                _mm256_loadu_si256(samples.add(FOLDED + at).cast()),
            )
        };
        let before = _mm256_srai_epi16::<SPARE_BITS>(_mm256_shuffle_epi8(
            _mm256_permute4x64_epi64::<0b01_00_11_10>(before),
            backward,
        ));
        let after = _mm256_srai_epi16::<SPARE_BITS>(after);
        // SAFETY: both write the 32 octets of sixteen values.
        unsafe {
            let (even, odd) = (folded.even.as_mut_ptr(), folded.odd.as_mut_ptr());
            _mm256_storeu_si256(even.add(at).cast(), _mm256_add_epi16(after, before));
            _mm256_storeu_si256(odd.add(at).cast(), _mm256_sub_epi16(after, before));
        }
    }
    folded
}

#[inline(always)]
pub(super) fn portable<const LEGS: usize>(rows: &Rows, legs: [&Folded; LEGS]) -> [Products; LEGS] {
    legs.map(|leg| {
        let product = |table: &[[i16; 2 * LANES]; PAIRS], folded: &[i16; FOLDED]| {
            let mut sums = [0; LANES];
            for (row, pair) in table.iter().zip(folded.as_chunks::<2>().0) {
                for (lane, sum) in sums.iter_mut().enumerate() {
                    *sum += i32::from(row[2 * lane]) * i32::from(pair[0])
                        + i32::from(row[2 * lane + 1]) * i32::from(pair[1]);
                }
            }
            sums
        };
        [product(&rows.cos, &leg.even), product(&rows.sin, &leg.odd)]
    })
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "sse2")]
pub(super) fn sse2<const LEGS: usize>(rows: &Rows, legs: [&Folded; LEGS]) -> [Products; LEGS] {
    let mut products = [[[0; LANES]; 2]; LEGS];
    for part in 0..2 {
        let table = [&rows.cos, &rows.sin][part];
        let mut sums = [[_mm_setzero_si128(); 2]; LEGS];
        for (four, rows) in table.as_chunks::<4>().0.iter().enumerate() {
            let pairs = legs.map(|leg| {
                let folded = [&leg.even, &leg.odd][part].as_chunks::<8>().0;
                // SAFETY: reads the 16 octets of eight samples.
                unsafe { _mm_loadu_si128(folded[four].as_ptr().cast()) }
            });
            let repeated: [[__m128i; 4]; LEGS] = pairs.map(|pairs| {
                [
                    _mm_shuffle_epi32::<0x00>(pairs),
                    _mm_shuffle_epi32::<0x55>(pairs),
                    _mm_shuffle_epi32::<0xaa>(pairs),
                    _mm_shuffle_epi32::<0xff>(pairs),
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
        for leg in 0..LEGS {
            let to = products[leg][part].as_mut_ptr();
            // SAFETY: writes 16 octets twice, to the halves of an array of 32.
            unsafe {
                _mm_storeu_si128(to.cast(), sums[leg][0]);
                _mm_storeu_si128(to.add(4).cast(), sums[leg][1]);
            }
        }
    }
    products
}

#[cfg(target_arch = "x86_64")]
#[inline(never)] // Else the pairs are taken out of registers, which costs twice as much.
#[target_feature(enable = "avx2")]
pub(super) fn avx2<const LEGS: usize>(rows: &Rows, legs: [&Folded; LEGS]) -> [Products; LEGS] {
    let mut sums = [[_mm256_setzero_si256(); 2]; LEGS];
    for pair in 0..PAIRS {
        for part in 0..2 {
            let row = [&rows.cos, &rows.sin][part][pair].as_ptr();
            // SAFETY: reads the 32 octets of a row.
            let row = unsafe { _mm256_loadu_si256(row.cast()) };
            for leg in 0..LEGS {
                let folded = [&legs[leg].even, &legs[leg].odd][part];
                // SAFETY: reads the 4 octets of a pair of samples; the place need not be aligned.
                let both = unsafe { folded.as_ptr().add(2 * pair).cast::<i32>().read_unaligned() };
                let product = _mm256_madd_epi16(_mm256_set1_epi32(both), row);
                sums[leg][part] = _mm256_add_epi32(sums[leg][part], product);
            }
        }
    }
    let mut products = [[[0; LANES]; 2]; LEGS];
    for (products, sums) in products.iter_mut().zip(sums) {
        for (product, sum) in products.iter_mut().zip(sums) {
            // SAFETY: writes the 32 octets of the array.
            unsafe { _mm256_storeu_si256(product.as_mut_ptr().cast(), sum) };
        }
    }
    products
}

/// The sum of the squares of the samples that were folded. No lane's sum passes 2^31: samples are
/// at most 2^13 in magnitude here.
#[inline(always)]
pub(super) fn squares_portable(folded: &Folded) -> i64 {
    let both = folded.even.iter().chain(&folded.odd);
    // Squares of sum and difference are twice those of both.
    both.map(|&value| i64::from(i32::from(value) * i32::from(value)))
        .sum::<i64>()
        / 2
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "sse2")]
pub(super) fn squares_sse2(folded: &Folded) -> i64 {
    let mut sums = [_mm_setzero_si128(); 2];
    for part in [&folded.even, &folded.odd] {
        for (at, eight) in part.as_chunks::<8>().0.iter().enumerate() {
            // SAFETY: reads the 16 octets of eight values.
            let values = unsafe { _mm_loadu_si128(eight.as_ptr().cast()) };
            sums[at % 2] = _mm_add_epi32(sums[at % 2], _mm_madd_epi16(values, values));
        }
    }
    let mut lanes = [0u32; 8];
    // SAFETY: writes 16 octets twice, to the halves of an array of 32.
    unsafe {
        _mm_storeu_si128(lanes.as_mut_ptr().cast(), sums[0]);
        _mm_storeu_si128(lanes.as_mut_ptr().add(4).cast(), sums[1]);
    }
    lanes.iter().map(|&lane| i64::from(lane)).sum::<i64>() / 2
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn squares_avx2(folded: &Folded) -> i64 {
    let mut sum = _mm256_setzero_si256();
    for part in 0..2 * FOLDED / 16 {
        // SAFETY: both arrays are one piece of 160 octets; this reads the 32 of sixteen values.
        let values = unsafe {
            let first = (folded as *const Folded).cast::<i16>();
            _mm256_loadu_si256(first.add(16 * part).cast())
        };
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(values, values));
    }
    let zero = _mm256_setzero_si256();
    let low = _mm256_unpacklo_epi32(sum, zero);
    let high = _mm256_unpackhi_epi32(sum, zero);
    let four = _mm256_add_epi64(low, high);
    let two = _mm_add_epi64(
        _mm256_castsi256_si128(four),
        _mm256_extracti128_si256::<1>(four),
    );
    (_mm_cvtsi128_si64(two) + _mm_extract_epi64::<1>(two)) / 2
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
