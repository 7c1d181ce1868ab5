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
