//! Line measurements over frames and edges: what a technician's program and a console's page of
//! a line both use.
//!
//! Nothing here has a clock, a thread, a file or a port. A source fills the frames that go out
//! ([`stimulus::Stimulus`], [`echo::Probe`], [`bert::Source`]); a measurement takes the frames that
//! came in, one by one, and gives its figures. Each file says how accurate it is, and its tests show
//! that with known signals. [`limits`] holds, as data with their sources, which values are good.
//!
//! Levels are dBm0, noise is dBrnC0 or dBm0p, frequencies Hz, the sampling rate is 8000 Hz.

pub mod balance;
pub mod bert;
pub mod distortion;
pub mod echo;
mod fourier;
pub mod hits;
pub mod keys;
pub mod limits;
pub mod noise;
pub mod pattern;
pub mod release;
pub mod returns;
pub mod sine;
pub mod slope;
pub mod stimulus;
pub mod timeline;

/// Samples a second.
pub const RATE: f64 = 8000.0;

/// The power of a sine of 0 dBm0, in squared sample units.
pub(crate) fn zero_power() -> f64 {
    let peak = f64::from(dsp::level::ZERO_DBM0_PEAK);
    peak * peak / 2.0
}

/// A mean square as a level; nothing reads as the floor.
pub(crate) fn dbm0(mean_square: f64) -> f64 {
    let floor = f64::from(dsp::level::SILENCE_DBM0);
    (10.0 * (mean_square / zero_power()).max(1e-12).log10()).max(floor)
}
