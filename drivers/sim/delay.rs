//! One-way delay, measured on the audio itself: what one party emitted against what the
//! other heard, by normalised cross-correlation.

use crate::sim::transcript::Track;
use types::tick::{Tick, Ticks};

#[derive(Clone, Copy, PartialEq, Debug)]
pub struct OneWay {
    pub delay: Ticks,
    /// 1 is the very same signal, 0 nothing in common.
    pub correlation: f64,
}

impl OneWay {
    pub fn ms(&self) -> f64 {
        self.delay.0 as f64 / 8.0
    }
}

/// Looks for what was emitted in `length` ticks from `from` on, up to `longest` later.
/// `None` when one of the two is silent.
pub fn one_way(
    emitted: &Track,
    heard: &Track,
    from: Tick,
    length: Ticks,
    longest: Ticks,
) -> Option<OneWay> {
    let said = emitted.between(from, length);
    let heard = heard.between(from, length + longest);
    best_lag(&said, &heard).map(|(lag, correlation)| OneWay {
        delay: Ticks(lag as u64),
        correlation,
    })
}

/// The lag at which `said` is found in `heard`, and how well.
fn best_lag(said: &[i16], heard: &[i16]) -> Option<(usize, f64)> {
    let said: Vec<f32> = said.iter().map(|&s| f32::from(s)).collect();
    let heard: Vec<f32> = heard.iter().map(|&s| f32::from(s)).collect();
    let energy: f64 = said.iter().map(|&s| f64::from(s * s)).sum();
    let mut window: f64 = heard[..said.len()].iter().map(|&s| f64::from(s * s)).sum();
    let mut best: Option<(usize, f64)> = None;
    for lag in 0..=heard.len() - said.len() {
        if lag > 0 {
            let (out, new) = (heard[lag - 1], heard[lag + said.len() - 1]);
            window += f64::from(new * new) - f64::from(out * out);
        }
        if energy < 1.0 || window < 1.0 {
            continue;
        }
        let product = dot(&said, &heard[lag..lag + said.len()]);
        let correlation = product / (energy * window).sqrt();
        if best.is_none_or(|(_, most)| correlation > most) {
            best = Some((lag, correlation));
        }
    }
    best
}

/// In eight sums, so that the compiler can use wide registers.
fn dot(a: &[f32], b: &[f32]) -> f64 {
    let mut total = 0.0f64;
    for (a, b) in a.chunks(4096).zip(b.chunks(4096)) {
        let mut sums = [0.0f32; 8];
        for (a, b) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
            for lane in 0..8 {
                sums[lane] += a[lane] * b[lane];
            }
        }
        total += f64::from(sums.iter().sum::<f32>());
    }
    total
}
