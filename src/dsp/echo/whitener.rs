//! A short linear predictor: what it does not predict of a signal is white.
//!
//! How: the autocorrelation of the frames followed so far, and the Levinson-Durbin recursion. Each
//! frame back counts less; as that is a window over the signal, with the root of a frame's weight on
//! its samples, it is the autocorrelation of a real signal: none of the reflections reaches 1,
//! whatever begins or ends between two frames.

use crate::simd::{Path, fir};
use types::frame::FRAME;

/// Taps of the prediction error filter, the one for the sample itself among them.
pub(super) const TAPS: usize = 12;

/// Samples before a frame that its correlation reaches back to, as many as the kernel wants.
const LAGS: usize = 16;

#[derive(Clone, Debug)]
pub(super) struct Whitener {
    fades: f32,
    noise: f32,
    correlation: [f32; TAPS],
    /// The end of the frame before, as it weighs now, and the newest frame.
    samples: [f32; LAGS + FRAME],
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
            samples: [0.0; LAGS + FRAME],
            taps,
        }
    }

    pub fn reset(&mut self) {
        *self = Whitener::new(self.fades, self.noise);
    }

    /// Follows a frame.
    pub fn follow(&mut self, path: Path, frame: &[f32; FRAME]) {
        let weight = self.fades.sqrt();
        for at in 0..LAGS {
            self.samples[at] = weight * self.samples[FRAME + at];
        }
        self.samples[LAGS..].copy_from_slice(frame);
        let mut lags = [0.0; LAGS];
        fir::filter(path, frame, &self.samples, &mut lags);
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
            let reflection = -sum / error;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The worst there is: a click of which half is in each of two frames.
    #[test]
    fn no_more_is_foretold_than_there_is() {
        for (fades, noise) in [(0.7, 0.1), (0.95, 1e-3), (0.3, 1e-3)] {
            let mut whitener = Whitener::new(fades, noise);
            // Both halves count alike once the older frame has faded.
            let half = 1000.0 * f32::sqrt(fades);
            let (mut before, mut after) = ([0.0; FRAME], [0.0; FRAME]);
            (before[FRAME - 1], after[0]) = (1000.0, half);
            whitener.follow(Path::best(), &before);
            whitener.follow(Path::best(), &after);
            let response: Vec<f32> = whitener.taps.iter().rev().copied().collect();
            let tap = |n: usize| response.get(n).copied().unwrap_or(0.0);
            let out = (0..=TAPS).map(|n| half * (tap(n) + n.checked_sub(1).map_or(0.0, tap)));
            let left: f32 = out.map(|sample| sample * sample).sum();
            let energy = 2.0 * half * half;
            assert!(left <= energy, "{fades}: {left} is left of {energy}");
        }
    }
}
