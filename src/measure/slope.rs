//! Three-tone slope: how much more a line loses at 404 and at 2804 Hz than at 1004 Hz.
//!
//! How: the level of each tone by [`crate::sine`]; the least loss is at 1004 Hz on most lines, so
//! that positive figures are usual (IEEE 743 describes the test).
//!
//! Limits: those of `sine`: 0.02 dB without noise.

/// The three frequencies.
pub const SLOPE_HZ: [f64; 3] = [404.0, 1004.0, 2804.0];

/// Losses against what was sent, in the order of [`SLOPE_HZ`].
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Slope {
    pub loss_db: [f64; 3],
}

impl Slope {
    pub fn new(sent_dbm0: f64, received_dbm0: [f64; 3]) -> Slope {
        Slope {
            loss_db: received_dbm0.map(|level| sent_dbm0 - level),
        }
    }

    /// Loss at 404 Hz beyond that at 1004 Hz.
    pub fn low_db(&self) -> f64 {
        self.loss_db[0] - self.loss_db[1]
    }

    /// Loss at 2804 Hz beyond that at 1004 Hz.
    pub fn high_db(&self) -> f64 {
        self.loss_db[2] - self.loss_db[1]
    }
}
