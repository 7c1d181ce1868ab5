//! Returns told apart: a loop's beside the echo of a hybrid, though they overlap in a spectrum.
//!
//! What: from a [`Sounding`], each return with its delay, and the response of one of them as if nothing
//! else had come back.
//!
//! How: the impulse response is taken for a sum of single samples, found one after the other, the
//! strongest first, and all fitted anew by least squares each time (orthogonal matching pursuit): what
//! the band leaves out blurs each sample in a known way. Samples around a peak are one return; two
//! peaks are two where next to nothing lies between them. One is then measured with the others taken
//! off.
//!
//! Limits: returns from four samples apart, each short (a hybrid or a codec, not a reverberation), down
//! to 30 dB below the strongest; beside one that is 6 dB weaker, loss within 0.1 dB and slope within
//! 0.2 dB. Peaks that run into each other are told as such ([`Returns::overlap`]).

use crate::echo::{PERIOD, Sounding};

/// What is fitted at most.
const MOST_TAPS: usize = 48;
/// Against the strongest: samples that are fitted, and peaks that are returns.
const LEAST_TAP: f64 = 0.003;
const LEAST_PEAK: f64 = 0.03;
/// A peak is above all within so many samples.
const PEAK_RADIUS: usize = 2;
/// Two are apart where something between them is this much below the weaker, or the stronger.
const VALLEY: f64 = 0.1;
const VALLEY_OF_STRONGER: f64 = 0.06;

/// One return.
#[derive(Clone, PartialEq, Debug)]
pub struct Return {
    /// Samples from sending to its peak.
    pub delay: usize,
    /// Of all its samples, in dB.
    pub loss_db: f64,
    taps: Vec<(usize, f64)>,
}

/// What came back, the strongest first.
#[derive(Clone, PartialEq, Debug)]
pub struct Returns {
    pub list: Vec<Return>,
    /// Some of them can't be told apart.
    pub overlap: bool,
}

impl Returns {
    /// Those of a sounding in which something was heard.
    pub fn of(sounding: &Sounding) -> Returns {
        let mut taps = fit(sounding);
        taps.sort_by_key(|(at, _)| *at);
        let (groups, overlap) = grouped(&taps);
        let mut list: Vec<Return> = groups.into_iter().map(Return::new).collect();
        list.sort_by(|a, b| a.loss_db.total_cmp(&b.loss_db));
        Returns { list, overlap }
    }

    /// The sounding with only this one of them in it.
    pub fn alone(&self, sounding: &Sounding, which: usize) -> Sounding {
        let others = self.list.iter().enumerate();
        let others = others.filter(|(at, _)| *at != which);
        let taps: Vec<(usize, f64)> = others.flat_map(|(_, one)| one.taps.clone()).collect();
        sounding.without(&taps)
    }
}

impl Return {
    fn new(taps: Vec<(usize, f64)>) -> Return {
        let peak = taps.iter().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
        let power: f64 = taps.iter().map(|(_, gain)| gain * gain).sum();
        Return {
            delay: peak.map_or(0, |(at, _)| *at),
            loss_db: -10.0 * power.max(1e-10).log10(),
            taps,
        }
    }
}

/// Single samples whose blurred sum is what came back.
fn fit(sounding: &Sounding) -> Vec<(usize, f64)> {
    let (wanted, blur) = (sounding.blurred(), sounding.blur());
    let between = |a: usize, b: usize| blur[(a + PERIOD - b) % PERIOD];
    let mut taps: Vec<(usize, f64)> = Vec::new();
    let mut strongest = 0.0f64;
    while taps.len() < MOST_TAPS {
        let left = |at: usize| {
            let known: f64 = taps
                .iter()
                .map(|(tap, gain)| gain * between(at, *tap))
                .sum();
            wanted[at] - known
        };
        let free = (0..PERIOD).filter(|at| taps.iter().all(|(tap, _)| tap != at));
        let left = free.map(|at| (at, left(at).abs()));
        let Some((next, size)) = left.max_by(|a, b| a.1.total_cmp(&b.1)) else {
            break;
        };
        strongest = strongest.max(size);
        if size < strongest * LEAST_TAP || size == 0.0 {
            break;
        }
        taps.push((next, 0.0));
        solve(&mut taps, &wanted, between);
    }
    taps
}

/// The gains that fit best: conjugate gradients, from those before.
fn solve(taps: &mut [(usize, f64)], wanted: &[f64], between: impl Fn(usize, usize) -> f64) {
    let times = |taps: &[(usize, f64)], of: &[f64]| -> Vec<f64> {
        let row = |(at, _): &(usize, f64)| {
            let pairs = taps.iter().zip(of);
            pairs
                .map(|((tap, _), gain)| gain * between(*at, *tap))
                .sum()
        };
        taps.iter().map(row).collect()
    };
    let square = |values: &[f64]| values.iter().map(|v| v * v).sum::<f64>();
    let gains: Vec<f64> = taps.iter().map(|(_, gain)| *gain).collect();
    let known = times(taps, &gains);
    let mut rest: Vec<f64> = taps
        .iter()
        .zip(&known)
        .map(|((at, _), k)| wanted[*at] - k)
        .collect();
    let mut step = rest.clone();
    let enough = square(&rest) * 1e-16;
    for _ in 0..2 * taps.len() {
        let before = square(&rest);
        if before <= enough {
            break;
        }
        let moved = times(taps, &step);
        let along: f64 = step.iter().zip(&moved).map(|(a, b)| a * b).sum();
        let share = before / along;
        for (((_, gain), rest), (step, moved)) in
            taps.iter_mut().zip(&mut rest).zip(step.iter().zip(&moved))
        {
            *gain += share * step;
            *rest -= share * moved;
        }
        let next = square(&rest) / before;
        for (step, rest) in step.iter_mut().zip(&rest) {
            *step = rest + next * *step;
        }
    }
}

/// Samples by the peak that they belong to, and whether peaks run into each other.
fn grouped(taps: &[(usize, f64)]) -> (Vec<Vec<(usize, f64)>>, bool) {
    let size_at = |at: usize| {
        let found = taps.iter().find(|(tap, _)| *tap == at);
        found.map_or(0.0, |(_, gain)| gain.abs())
    };
    let strongest = taps.iter().map(|(_, gain)| gain.abs()).fold(0.0, f64::max);
    let is_peak = |at: usize, size: f64| {
        let around = at.saturating_sub(PEAK_RADIUS)..=at + PEAK_RADIUS;
        let above = |other: usize| {
            let there = size_at(other);
            size > there || (size == there && at <= other)
        };
        size >= strongest * LEAST_PEAK && around.into_iter().all(above)
    };
    let peaks = taps.iter().map(|(at, gain)| (*at, gain.abs()));
    let peaks: Vec<(usize, f64)> = peaks.filter(|(at, size)| is_peak(*at, *size)).collect();
    let mut groups: Vec<Vec<(usize, f64)>> = vec![Vec::new()];
    let (mut from, mut overlap) = (0, false);
    for pair in peaks.windows(2) {
        let [(one, size), (other, next)] = pair else {
            continue;
        };
        let between = (one + 1..*other).map(|at| (at, size_at(at)));
        // The least, and of several the middle one.
        let least = between
            .clone()
            .map(|(_, size)| size)
            .fold(f64::MAX, f64::min);
        let low = VALLEY * size.min(*next);
        if least > low.max(VALLEY_OF_STRONGER * size.max(*next)) {
            overlap = true;
            continue;
        }
        let lows: Vec<usize> = between
            .filter(|(_, size)| *size == least)
            .map(|(at, _)| at)
            .collect();
        let cut = lows[lows.len() / 2];
        let ends = taps.partition_point(|(at, _)| *at <= cut);
        if let Some(group) = groups.last_mut() {
            group.extend_from_slice(&taps[from..ends]);
        }
        from = ends;
        groups.push(Vec::new());
    }
    if let Some(group) = groups.last_mut() {
        group.extend_from_slice(&taps[from..]);
    }
    groups.retain(|group| !group.is_empty());
    (groups, overlap)
}
