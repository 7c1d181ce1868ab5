//! G.711 companding.
//!
//! What: octets to 16-bit linear samples and back, mu-law and A-law (ITU-T G.711,
//! tables 1a to 2b).
//!
//! How: the segment and the step within it are the exponent and the top four bits of
//! the mantissa of a binary floating-point number, so the encoder lets the processor's
//! integer-to-float conversion find the segment; decoding is the same with a shift. No
//! table, no branch: the loops vectorise. With AVX2 the same is done in 16-bit integers
//! (`simd/g711.rs`).
//!
//! Limits: exact for all 256 octets and all 65,536 samples. Linear values are the
//! standard's 14-bit (mu) and 13-bit (A) values, left-justified in 16 bits. G.711 leaves
//! open which side a sample exactly on a decision value falls; as in the ITU-T's own
//! software (G.191) the magnitude of a negative sample is its one's complement.

use crate::simd::{self, Path};
use types::frame::Law;

/// Expands octets to samples.
///
/// # Panics
/// When the slices differ in length.
pub fn decode(law: Law, octets: &[u8], samples: &mut [i16]) {
    decode_on(Path::best(), law, octets, samples);
}

/// The same with vector instructions of choice.
///
/// # Panics
/// When the slices differ in length.
pub fn decode_on(path: Path, law: Law, octets: &[u8], samples: &mut [i16]) {
    assert_eq!(octets.len(), samples.len(), "one sample an octet");
    #[cfg(target_arch = "x86_64")]
    let done = match path {
        Path::Avx2 => simd::g711::decode(law, octets, samples),
        _ => 0,
    };
    #[cfg(not(target_arch = "x86_64"))]
    let done = 0;
    let rest = octets[done..].iter().zip(&mut samples[done..]);
    match law {
        Law::Mu => rest.for_each(|(octet, sample)| *sample = mu_to_linear(*octet)),
        Law::A => rest.for_each(|(octet, sample)| *sample = a_to_linear(*octet)),
    }
}

/// Compresses samples to octets. Samples beyond the law's range clip.
///
/// # Panics
/// When the slices differ in length.
pub fn encode(law: Law, samples: &[i16], octets: &mut [u8]) {
    encode_on(Path::best(), law, samples, octets);
}

/// The same with vector instructions of choice.
///
/// # Panics
/// When the slices differ in length.
pub fn encode_on(path: Path, law: Law, samples: &[i16], octets: &mut [u8]) {
    assert_eq!(octets.len(), samples.len(), "one octet a sample");
    #[cfg(target_arch = "x86_64")]
    let done = match path {
        Path::Avx2 => simd::g711::encode(law, samples, octets),
        _ => 0,
    };
    #[cfg(not(target_arch = "x86_64"))]
    let done = 0;
    let rest = samples[done..].iter().zip(&mut octets[done..]);
    match law {
        Law::Mu => rest.for_each(|(sample, octet)| *octet = linear_to_mu(*sample)),
        Law::A => rest.for_each(|(sample, octet)| *octet = linear_to_a(*sample)),
    }
}

/// The mu-law bias, 33 in 14-bit units: it makes every segment a power of two.
const MU_BIAS: i32 = 33 << 2;

/// Largest biased magnitude of the last mu-law segment.
const MU_TOP: i32 = 0x7fff;

#[inline(always)]
fn mu_to_linear(octet: u8) -> i16 {
    let code = i32::from(!octet);
    let magnitude = ((((code & 0x0f) << 3) + MU_BIAS) << ((code >> 4) & 7)) - MU_BIAS;
    let sign = -(code >> 7);
    ((magnitude ^ sign) - sign) as i16
}

#[inline(always)]
fn linear_to_mu(sample: i16) -> u8 {
    let sample = i32::from(sample);
    let sign = sample >> 31;
    let biased = ((sample ^ sign) + MU_BIAS).min(MU_TOP);
    // Biased magnitudes run from 2^7 (segment 0) to 2^15 - 1 (segment 7).
    let code = exponent_and_top_bits(biased) - (7 << 4);
    !((code | (sign & 0x80)) as u8)
}

#[inline(always)]
fn a_to_linear(octet: u8) -> i16 {
    let code = i32::from(octet ^ 0x55);
    let segment = (code >> 4) & 7;
    let step = ((code & 0x0f) << 4) + 8;
    // Segments 0 and 1 have the same step size; only the others carry the leading one.
    let leading = i32::from(segment > 0) << 8;
    let magnitude = (step + leading) << (segment - i32::from(segment > 0));
    // In A-law a set sign bit means positive.
    let sign = (code >> 7) - 1;
    ((magnitude ^ sign) - sign) as i16
}

#[inline(always)]
fn linear_to_a(sample: i16) -> u8 {
    let sample = i32::from(sample);
    let sign = sample >> 31;
    let magnitude = sample ^ sign;
    // Below 2^8 (segment 0) the code is linear in steps of 16, above logarithmic.
    let linear = magnitude >> 4;
    let logarithmic = exponent_and_top_bits(magnitude | 1) - (7 << 4);
    let code = if magnitude < 256 { linear } else { logarithmic };
    ((code | (!sign & 0x80)) as u8) ^ 0x55
}

/// `16 e + m` for `value = 2^e (1 + m/16 + ...)`. Exact for `1 <= value < 2^24`.
#[inline(always)]
fn exponent_and_top_bits(value: i32) -> i32 {
    ((value as f32).to_bits() >> 19) as i32 - (127 << 4)
}
