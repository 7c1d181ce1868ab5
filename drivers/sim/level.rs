//! Levels in dBm0 of linear samples.

/// The peak of a 0 dBm0 sine: that of mu-law's digital milliwatt (ITU-T G.711, table 6). A-law's
/// own is 0.066 dB higher, which no telephone measurement sees.
pub const PEAK_0_DBM0: f64 = 22_651.1;

/// The power of a 0 dBm0 signal in squared sample units.
pub const POWER_0_DBM0: f64 = PEAK_0_DBM0 * PEAK_0_DBM0 / 2.0;

/// Nothing is reported below this.
pub const FLOOR_DBM0: f64 = -90.0;

/// A ratio of amplitudes from decibels.
pub fn gain(db: f64) -> f64 {
    10f64.powf(db / 20.0)
}

/// The peak of a sine of this level.
pub fn peak(dbm0: f64) -> f64 {
    PEAK_0_DBM0 * gain(dbm0)
}

/// The level of a mean power in squared sample units.
pub fn dbm0_of_power(power: f64) -> f64 {
    if power <= 0.0 {
        return FLOOR_DBM0;
    }
    (10.0 * (power / POWER_0_DBM0).log10()).max(FLOOR_DBM0)
}

/// The level of a stretch of samples, direct current included.
pub fn dbm0(samples: &[i16]) -> f64 {
    if samples.is_empty() {
        return FLOOR_DBM0;
    }
    let sum: f64 = samples.iter().map(|&s| f64::from(s) * f64::from(s)).sum();
    dbm0_of_power(sum / samples.len() as f64)
}

/// Rounds to a sample, limited as a codec limits.
pub fn clip(value: f64) -> i16 {
    value.round().clamp(-32_768.0, 32_767.0) as i16
}
