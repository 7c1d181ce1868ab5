//! A short linear predictor: what it does not predict of a signal is white.
//!
//! How: the autocorrelation of the last frames, older ones fading, and the Levinson-Durbin
//! recursion. As each lag looks back before the frame and the sum of squares does not, a sound that
//! ends there may seem to foretell more than there is: every reflection is held
//! below 1.

use crate::simd::{Path, fir};

/// Taps of the prediction error filter, the one for the sample itself among them.
pub(super) const TAPS: usize = 12;

/// The greatest reflection.
const MOST_REFLECTED: f32 = 0.999;

/// Samples before a frame that [`Whitener::follow`] looks back at.
pub(super) const LAGS: usize = 16;

#[derive(Clone, Debug)]
pub(super) struct Whitener {
    fades: f32,
    noise: f32,
    correlation: [f32; TAPS],
    /// The prediction error filter, last tap first.
    pub taps: [f32; TAPS],
}

impl Whitener {
    /// `fades` is what a frame later is left of a frame's weight. `noise`, in parts of the
    /// signal's power, limits how much weak parts of the band are lifted.
    pub fn new(fades: f32, noise: f32) -> Whitener {
        let mut taps = [0.0; TAPS];
        taps[TAPS - 1] = 1.0;
        Whitener {
            fades,
            noise,
            correlation: [0.0; TAPS],
            taps,
        }
    }

    pub fn reset(&mut self) {
        *self = Whitener::new(self.fades, self.noise);
    }

    /// Follows a frame; `samples` has [`LAGS`] more before it.
    pub fn follow(&mut self, path: Path, samples: &[f32]) {
        let mut lags = [0.0; LAGS];
        fir::filter(path, &samples[LAGS..], samples, &mut lags);
        for (correlation, lag) in self.correlation.iter_mut().zip(lags.iter().rev()) {
            *correlation = self.fades * *correlation + lag;
        }
        self.solve();
    }

    fn solve(&mut self) {
        let r = &self.correlation;
        // One unit more than nothing: silence is white.
        let mut error = r[0] * (1.0 + self.noise) + 1.0;
        let mut a = [0.0; TAPS];
        a[0] = 1.0;
        for order in 1..TAPS {
            let mut sum = r[order];
            for n in 1..order {
                sum += a[n] * r[order - n];
            }
            let reflection = (-sum / error).clamp(-MOST_REFLECTED, MOST_REFLECTED);
            let before = a;
            for n in 1..=order {
                a[n] = before[n] + reflection * before[order - n];
            }
            error *= 1.0 - reflection * reflection;
        }
        for (tap, a) in self.taps.iter_mut().rev().zip(a) {
            *tap = a;
        }
    }
}
