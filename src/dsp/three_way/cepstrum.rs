//! The colour of 30 ms of speech: cepstra of its linear prediction, of order ten.
//!
//! Their mean over some seconds is told by the talker's throat and telephone more than by what was
//! said.

/// Samples.
pub(super) const SPAN: usize = 240;

pub(super) const CEPSTRA: usize = 10;

/// Room for the lags behind the samples: with zeros there the sums are those of a true
/// autocorrelation, and the prediction is stable whatever was said.
const PADDED: usize = SPAN + 16;

/// What a sample loses of the one before it: voices fall with frequency.
const EMPHASIS: f32 = 0.7;

/// Noise that is added before prediction: 40 dB below.
const WHITE: f32 = 1.0001;

/// A reflection is less than 1; rounding must not make it more.
const MOST_REFLECTED: f32 = 0.999;

pub(super) fn of(samples: &[f32; SPAN]) -> [f32; CEPSTRA] {
    let mut shaped = [0.0f32; PADDED];
    for n in 1..SPAN {
        // A parabola: nearly nothing at both ends.
        let from_middle = (n as f32 - 120.0) / 120.0;
        shaped[n] = (1.0 - from_middle * from_middle) * (samples[n] - EMPHASIS * samples[n - 1]);
    }
    let mut alike = [0.0f32; CEPSTRA + 1];
    for (lag, alike) in alike.iter_mut().enumerate() {
        *alike = dot(&shaped[..SPAN], &shaped[lag..lag + SPAN]);
    }
    alike[0] = alike[0] * WHITE + 1.0;
    cepstra(&prediction(&alike))
}

/// Levinson and Durbin: the weights by which past samples foretell the next one.
fn prediction(alike: &[f32; CEPSTRA + 1]) -> [f32; CEPSTRA] {
    let mut weights = [0.0f32; CEPSTRA];
    let mut error = alike[0];
    for order in 0..CEPSTRA {
        let known = (0..order).map(|k| weights[k] * alike[order - k]);
        let reflected = (alike[order + 1] - known.sum::<f32>()) / error;
        let reflected = reflected.clamp(-MOST_REFLECTED, MOST_REFLECTED);
        let old = weights;
        weights[order] = reflected;
        for k in 0..order {
            weights[k] = old[k] - reflected * old[order - 1 - k];
        }
        error *= 1.0 - reflected * reflected;
    }
    weights
}

fn cepstra(weights: &[f32; CEPSTRA]) -> [f32; CEPSTRA] {
    let mut cepstra = [0.0f32; CEPSTRA];
    for n in 0..CEPSTRA {
        let earlier = (0..n).map(|k| (k + 1) as f32 * cepstra[k] * weights[n - 1 - k]);
        let sum = weights[n] + earlier.sum::<f32>() / (n + 1) as f32;
        cepstra[n] = sum.clamp(-4.0, 4.0);
    }
    cepstra
}

/// In eight sums, in one order everywhere.
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    for (a, b) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum()
}
