//! Level meter.
//!
//! What: the RMS level of samples in dBm0.
//!
//! How: mean of squares in 64-bit integers, one logarithm.
//!
//! Limits: the two laws put 0 dBm0 0.066 dB apart (ITU-T G.711, section 4: the overload point is
//! +3.17 dBm0 in mu-law, +3.14 in A-law); mu-law's value serves for both.

/// Peak of a sine of 0 dBm0: that of the digital milliwatt of mu-law (ITU-T G.711, table 6).
pub const ZERO_DBM0_PEAK: f32 = 22_651.1;

/// What digital silence reads as, and the least level that is told.
pub const SILENCE_DBM0: f32 = -99.0;

/// The RMS level of `samples` in dBm0; [`SILENCE_DBM0`] for none or all zero.
pub fn dbm0(samples: &[i16]) -> f32 {
    if samples.is_empty() {
        return SILENCE_DBM0;
    }
    power_dbm0(energy(samples) as f32 / samples.len() as f32)
}

/// The level in dBm0 of a mean square in sample units.
pub fn power_dbm0(mean_square: f32) -> f32 {
    const REFERENCE: f32 = ZERO_DBM0_PEAK * ZERO_DBM0_PEAK / 2.0;
    (10.0 * (mean_square / REFERENCE).max(1e-12).log10()).max(SILENCE_DBM0)
}

/// The peak in sample units of a sine of this level.
pub fn sine_peak(level_dbm0: f32) -> f32 {
    ZERO_DBM0_PEAK * 10f32.powf(level_dbm0 / 20.0)
}

/// The sum of squares. Exact.
fn energy(samples: &[i16]) -> u64 {
    samples
        .iter()
        .map(|&s| u64::from((i32::from(s) * i32::from(s)) as u32))
        .sum()
}
