//! The pitch of 40 ms of speech at 2 kHz: the lag at which it is most like itself.

use super::cepstrum::dot;

/// Samples.
pub(super) const SPAN: usize = 80;

/// 74 to 400 Hz.
const LEAST_LAG: usize = 5;
const MOST_LAG: usize = 27;
const LAGS: usize = MOST_LAG + 2 - (LEAST_LAG - 1);

/// Samples that are compared.
const WIDTH: usize = SPAN - MOST_LAG - 1;

/// How like itself a voice is.
const VOICED: f32 = 0.6;

/// Logarithm to base 2 of the pitch in Hz; `None` when this is no voice.
pub(super) fn of(slow: &[f32; SPAN]) -> Option<f32> {
    let newest: &[f32] = &slow[SPAN - WIDTH..];
    let mut alike = [0.0f32; LAGS];
    for (at, alike) in alike.iter_mut().enumerate() {
        let lag = at + LEAST_LAG - 1;
        let older = &slow[SPAN - WIDTH - lag..SPAN - lag];
        let power = dot(newest, newest) + dot(older, older);
        *alike = 2.0 * dot(newest, older) / power.max(1.0);
    }
    let highest = alike.iter().fold(0.0f32, |a, &b| a.max(b));
    if highest < VOICED {
        return None;
    }
    // The shortest lag that is nearly as good: twice the lag is as like.
    let peak = (1..LAGS - 1).find(|&at| {
        let here = alike[at];
        here >= 0.88 * highest && here >= alike[at - 1] && here > alike[at + 1]
    })?;
    let (a, b, c) = (alike[peak - 1], alike[peak], alike[peak + 1]);
    let shift = 0.5 * (a - c) / (a - 2.0 * b + c).min(-1e-6);
    let lag = (peak + LEAST_LAG - 1) as f32 + shift.clamp(-0.5, 0.5);
    Some((2000.0 / lag).log2())
}
