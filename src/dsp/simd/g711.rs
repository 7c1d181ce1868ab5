//! G.711 companding with AVX2, sixteen samples at a time.
//!
//! What: the same integers as the plain form in `g711.rs`, which also does what is left over.
//!
//! How: all in 16 bits. A segment's power of two comes from a table in a register (a byte
//! shuffle), shifts by it are multiplications.
#![allow(unsafe_code)]
#![cfg(target_arch = "x86_64")]

use super::Path;
use std::arch::x86_64::*;
use types::frame::Law;

/// Samples at a time.
const STEP: usize = 16;

/// Expands a beginning of `octets`; tells how many.
pub(crate) fn decode(law: Law, octets: &[u8], samples: &mut [i16]) -> usize {
    if !Path::Avx2.is_available() {
        return 0;
    }
    // SAFETY: the processor has AVX2, as was just asked.
    unsafe {
        match law {
            Law::Mu => decode_mu(octets, samples),
            Law::A => decode_a(octets, samples),
        }
    }
}

/// Compresses a beginning of `samples`; tells how many.
pub(crate) fn encode(law: Law, samples: &[i16], octets: &mut [u8]) -> usize {
    if !Path::Avx2.is_available() {
        return 0;
    }
    // SAFETY: the processor has AVX2, as was just asked.
    unsafe {
        match law {
            Law::Mu => encode_mu(samples, octets),
            Law::A => encode_a(samples, octets),
        }
    }
}

#[target_feature(enable = "avx2")]
fn decode_mu(octets: &[u8], samples: &mut [i16]) -> usize {
    let powers = table([1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0]);
    let bias = _mm256_set1_epi16(132);
    each_expanded(octets, samples, |octets| {
        let code = _mm256_xor_si256(octets, _mm256_set1_epi16(0xff));
        let steps = _mm256_slli_epi16::<3>(_mm256_and_si256(code, _mm256_set1_epi16(0x0f)));
        let power = _mm256_shuffle_epi8(powers, segment(code));
        let biased = _mm256_mullo_epi16(_mm256_add_epi16(steps, bias), power);
        signed(_mm256_sub_epi16(biased, bias), top_bit(code))
    })
}

#[target_feature(enable = "avx2")]
fn decode_a(octets: &[u8], samples: &mut [i16]) -> usize {
    let powers = table([1, 1, 2, 4, 8, 16, 32, 64, 0, 0, 0, 0, 0, 0, 0, 0]);
    let leading = table([0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    each_expanded(octets, samples, |octets| {
        let code = _mm256_xor_si256(octets, _mm256_set1_epi16(0x55));
        let steps = _mm256_slli_epi16::<4>(_mm256_and_si256(code, _mm256_set1_epi16(0x0f)));
        let middle = _mm256_add_epi16(steps, _mm256_set1_epi16(8));
        let segment = segment(code);
        let leading = _mm256_slli_epi16::<8>(_mm256_shuffle_epi8(leading, segment));
        let whole = _mm256_add_epi16(middle, leading);
        let magnitude = _mm256_mullo_epi16(whole, _mm256_shuffle_epi8(powers, segment));
        // In A-law a set sign bit means positive.
        let negative = _mm256_xor_si256(top_bit(code), _mm256_set1_epi16(-1));
        signed(magnitude, negative)
    })
}

#[target_feature(enable = "avx2")]
fn encode_mu(samples: &[i16], octets: &mut [u8]) -> usize {
    let shifts = table([0, 0, 0, 0, 0, 128, 64, 32, 16, 8, 4, 2, 1, 0, 0, 0]);
    each_compressed(samples, octets, |samples| {
        let sign = _mm256_srai_epi16::<15>(samples);
        let magnitude = _mm256_xor_si256(samples, sign);
        // The sum stops at the top of the last segment.
        let biased = _mm256_adds_epi16(magnitude, _mm256_set1_epi16(132));
        let code = compress(biased, shifts);
        let sign = _mm256_and_si256(sign, _mm256_set1_epi16(0x80));
        let code = _mm256_or_si256(code, sign);
        _mm256_xor_si256(code, _mm256_set1_epi16(0xff))
    })
}

#[target_feature(enable = "avx2")]
fn encode_a(samples: &[i16], octets: &mut [u8]) -> usize {
    // Segments 0 and 1 have the same step.
    let shifts = table([0, 0, 0, 0, 0, 128, 64, 32, 8, 8, 4, 2, 1, 0, 0, 0]);
    each_compressed(samples, octets, |samples| {
        let sign = _mm256_srai_epi16::<15>(samples);
        let code = compress(_mm256_xor_si256(samples, sign), shifts);
        let positive = _mm256_andnot_si256(sign, _mm256_set1_epi16(0x80));
        let code = _mm256_or_si256(code, positive);
        _mm256_xor_si256(code, _mm256_set1_epi16(0x55))
    })
}

/// Segment and step of magnitudes. `shifts` has the low bytes, then the high bytes, of
/// `2^(12 - n)` for each segment's `n`: half of what shifts its step to the bottom.
#[inline]
#[target_feature(enable = "avx2")]
fn compress(magnitude: __m256i, shifts: __m256i) -> __m256i {
    let low = table([0, 0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3]);
    let high = table([0, 4, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7]);
    let nibble = _mm256_set1_epi16(0x0f);
    let top = _mm256_srli_epi16::<7>(magnitude);
    let low = _mm256_shuffle_epi8(low, _mm256_and_si256(top, nibble));
    let high = _mm256_shuffle_epi8(high, _mm256_srli_epi16::<4>(top));
    let segment = _mm256_max_epi16(low, high);

    let both = _mm256_or_si256(segment, _mm256_slli_epi16::<8>(segment));
    let index = _mm256_or_si256(both, _mm256_set1_epi16(0x0800));
    let shift = _mm256_shuffle_epi8(shifts, index);
    let doubled = _mm256_add_epi16(magnitude, magnitude);
    let step = _mm256_and_si256(_mm256_mulhi_epu16(doubled, shift), nibble);
    _mm256_or_si256(_mm256_slli_epi16::<4>(segment), step)
}

#[inline]
#[target_feature(enable = "avx2")]
fn segment(code: __m256i) -> __m256i {
    let bits = _mm256_and_si256(_mm256_srli_epi16::<4>(code), _mm256_set1_epi16(7));
    // A set top bit of an index gives zero.
    _mm256_or_si256(bits, _mm256_set1_epi16(i16::MIN))
}

/// All ones where bit 7 is set.
#[inline]
#[target_feature(enable = "avx2")]
fn top_bit(code: __m256i) -> __m256i {
    _mm256_srai_epi16::<15>(_mm256_slli_epi16::<8>(code))
}

#[inline]
#[target_feature(enable = "avx2")]
fn signed(magnitude: __m256i, negative: __m256i) -> __m256i {
    _mm256_sub_epi16(_mm256_xor_si256(magnitude, negative), negative)
}

/// The same sixteen bytes for both halves of a register.
#[inline]
#[target_feature(enable = "avx2")]
fn table(bytes: [u8; 16]) -> __m256i {
    // SAFETY: sixteen bytes are read; any alignment will do.
    let half = unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) };
    _mm256_broadcastsi128_si256(half)
}

#[inline]
#[target_feature(enable = "avx2")]
fn each_expanded(octets: &[u8], samples: &mut [i16], expand: impl Fn(__m256i) -> __m256i) -> usize {
    let blocks = octets
        .chunks_exact(STEP)
        .zip(samples.chunks_exact_mut(STEP));
    let done = blocks.len() * STEP;
    for (octets, samples) in blocks {
        // SAFETY: sixteen octets are read, sixteen samples written; any alignment will do.
        unsafe {
            let wide = _mm256_cvtepu8_epi16(_mm_loadu_si128(octets.as_ptr().cast()));
            _mm256_storeu_si256(samples.as_mut_ptr().cast(), expand(wide));
        }
    }
    done
}

#[inline]
#[target_feature(enable = "avx2")]
fn each_compressed(
    samples: &[i16],
    octets: &mut [u8],
    compress: impl Fn(__m256i) -> __m256i,
) -> usize {
    let blocks = samples
        .chunks_exact(STEP)
        .zip(octets.chunks_exact_mut(STEP));
    let done = blocks.len() * STEP;
    for (samples, octets) in blocks {
        // SAFETY: sixteen samples are read, sixteen octets written; any alignment will do.
        unsafe {
            let wide = compress(_mm256_loadu_si256(samples.as_ptr().cast()));
            let (low, high) = (
                _mm256_castsi256_si128(wide),
                _mm256_extracti128_si256::<1>(wide),
            );
            _mm_storeu_si128(octets.as_mut_ptr().cast(), _mm_packus_epi16(low, high));
        }
    }
    done
}
