//! Fits the curves of the three-way detector to labelled calls.
//!
//! Gradient descent on the logistic loss of "left and changed", with a penalty on large slopes. A
//! call is judged by its highest score: after a first fit on samples over time, the moments that
//! score highest (in calls with a third party within the time that counts, in each episode without
//! one) are what is fitted, some rounds.

use super::{call::Call, score::listen};
use dsp::{
    plan::TonePlan,
    three_way::{
        ThreeWay, ThreeWaySettings,
        weights::{CURVES, INPUTS, Inputs, PIECES},
    },
};
use std::collections::BTreeMap;

/// An episode's measurements over time: seconds, inputs.
type History = Vec<(f32, Inputs)>;

/// The episodes of a call.
#[derive(Debug)]
pub struct Measured {
    /// Those in which a third party was joined, from its leaving to the end of what counts.
    third: Vec<History>,
    /// Those in which nothing happened.
    nothing: Vec<History>,
}

impl Measured {
    pub fn new(call: &Call, plan: &TonePlan) -> Measured {
        let mut detector = ThreeWay::new(ThreeWaySettings::default());
        let mut all: BTreeMap<u64, (Option<f32>, History)> = BTreeMap::new();
        let mut frames = 0;
        listen(call, plan, |phone, trunk, at, facts| {
            detector.process(phone, trunk, at, facts);
            frames += 1;
            if frames % 50 == 0 {
                let now = at.0 as f32 / 8000.0;
                for (left, joined, inputs) in detector.inputs() {
                    let episode = all.entry(left.0).or_default();
                    episode.0 = joined.map(|joined| joined.0 as f32 / 8000.0);
                    episode.1.push((now, inputs));
                }
            }
        });
        Measured::labelled(call, all)
    }

    fn labelled(call: &Call, all: BTreeMap<u64, (Option<f32>, History)>) -> Measured {
        let mut measured = Measured {
            third: Vec::new(),
            nothing: Vec::new(),
        };
        for (left, (joined, mut history)) in all {
            let began = left as f32 / 8000.0;
            let Some((gone, third)) = call.third else {
                measured.nothing.push(history);
                continue;
            };
            let (gone, third) = (gone as f32 / 8000.0, third as f32 / 8000.0);
            if began < gone - 60.0 {
                measured.nothing.push(history);
            } else if began < third - 1.0 && joined.is_some_and(|j| j > gone + 2.0) {
                history.retain(|(at, _)| *at > gone && *at < third + 30.0);
                measured.third.push(history);
            }
        }
        measured
    }
}

/// Slopes by proposition, input and piece, and the two priors.
#[derive(Clone, Debug)]
pub struct Fitted {
    pub slopes: [[[f64; PIECES]; INPUTS]; 2],
    pub priors: [f64; 2],
}

/// What is known at one moment, whether a third party was joined, and how much it counts.
struct Sample {
    pieces: [[f32; PIECES]; INPUTS],
    third: bool,
    weight: f64,
}

impl Sample {
    fn new(inputs: &Inputs, third: bool, weight: f64) -> Sample {
        Sample {
            pieces: std::array::from_fn(|at| CURVES[at].pieces(inputs[at])),
            third,
            weight,
        }
    }
}

const ROUNDS: usize = 3;
const STEPS: [i32; 2] = [500, 250];
const STEP: f64 = 0.05;
const PENALTY: f64 = 1.0;
/// Moments of a call that are fitted after the first round.
const HIGHEST: usize = 6;

impl Fitted {
    pub fn new(calls: &[Measured]) -> Fitted {
        let mut fitted = Fitted {
            slopes: [[[0.0; PIECES]; INPUTS]; 2],
            priors: [0.0; 2],
        };
        fitted.descend(&over_time(calls), STEPS[0]);
        for _ in 0..ROUNDS {
            let samples = fitted.highest(calls);
            fitted.descend(&samples, STEPS[1]);
        }
        fitted
    }

    /// Logarithms of the odds of both propositions.
    fn sums(&self, pieces: &[[f32; PIECES]; INPUTS]) -> [f64; 2] {
        std::array::from_fn(|side| {
            let inputs = self.slopes[side].iter().zip(pieces);
            let worth = inputs.flat_map(|(slopes, pieces)| slopes.iter().zip(pieces));
            self.priors[side] + worth.map(|(s, p)| s * f64::from(*p)).sum::<f64>()
        })
    }

    fn score(&self, inputs: &Inputs) -> f64 {
        let [left, changed] = self.sums(&Sample::new(inputs, false, 0.0).pieces);
        -((-left).exp() + (-changed).exp() + (-left - changed).exp()).ln()
    }

    fn highest(&self, calls: &[Measured]) -> Vec<Sample> {
        let mut samples = over_time(calls);
        samples.retain(|sample| !sample.third);
        samples.iter_mut().for_each(|sample| sample.weight *= 0.3);
        for call in calls {
            let mut moments: Vec<&(f32, Inputs)> = call.third.iter().flatten().collect();
            moments.sort_by(|a, b| self.score(&b.1).total_cmp(&self.score(&a.1)));
            for (_, inputs) in moments.into_iter().take(HIGHEST) {
                samples.push(Sample::new(inputs, true, 1.0 / HIGHEST as f64));
            }
            for history in &call.nothing {
                let scores = history
                    .iter()
                    .map(|(_, inputs)| (self.score(inputs), inputs));
                let highest = scores.max_by(|a, b| a.0.total_cmp(&b.0));
                samples.extend(highest.map(|(_, inputs)| Sample::new(inputs, false, 1.0)));
            }
        }
        samples
    }

    /// Adam, on inputs scaled to like sizes.
    fn descend(&mut self, samples: &[Sample], steps: i32) {
        let scales = scales(samples);
        let mut moments = vec![[0.0f64; 2]; 2 * INPUTS * PIECES + 2];
        for step in 1..=steps {
            let (slopes, priors) = self.gradient(samples);
            let mut at = 0;
            let mut descend = |value: &mut f64, gradient: f64, scale: f64| {
                let [mean, square] = &mut moments[at];
                at += 1;
                *mean += 0.1 * (gradient - *mean);
                *square += 0.01 * (gradient * gradient - *square);
                let mean = *mean / (1.0 - 0.9f64.powi(step));
                let square = *square / (1.0 - 0.99f64.powi(step));
                *value -= STEP * scale * mean / (square.sqrt() + 1e-9);
            };
            for side in 0..2 {
                descend(&mut self.priors[side], priors[side], 1.0);
                for input in 0..INPUTS {
                    let curve = &CURVES[input];
                    if [curve.left, curve.changed][side].is_none() {
                        continue;
                    }
                    for piece in 0..PIECES {
                        let scale = scales[input][piece];
                        let value = &mut self.slopes[side][input][piece];
                        let gradient =
                            slopes[side][input][piece] * scale + PENALTY * *value / scale;
                        descend(value, gradient, scale);
                    }
                }
            }
        }
    }

    fn gradient(&self, samples: &[Sample]) -> ([[[f64; PIECES]; INPUTS]; 2], [f64; 2]) {
        let mut slopes = [[[0.0; PIECES]; INPUTS]; 2];
        let mut priors = [0.0; 2];
        for sample in samples {
            let sums = self.sums(&sample.pieces);
            let [left, changed] = sums.map(|sum| 1.0 / (1.0 + (-sum).exp()));
            let both = (left * changed).clamp(1e-9, 1.0 - 1e-9);
            let wrong = both - f64::from(u8::from(sample.third));
            let each = sample.weight * wrong / (1.0 - both);
            for (side, share) in [1.0 - left, 1.0 - changed].into_iter().enumerate() {
                priors[side] += each * share;
                for (sum, pieces) in slopes[side].iter_mut().zip(&sample.pieces) {
                    for (sum, piece) in sum.iter_mut().zip(pieces) {
                        *sum += each * share * f64::from(*piece);
                    }
                }
            }
        }
        (slopes, priors)
    }
}

/// One over the root mean square of each piece.
fn scales(samples: &[Sample]) -> [[f64; PIECES]; INPUTS] {
    let mut squares = [[0.0f64; PIECES]; INPUTS];
    for sample in samples {
        for (sum, pieces) in squares.iter_mut().zip(&sample.pieces) {
            for (sum, piece) in sum.iter_mut().zip(pieces) {
                *sum += f64::from(piece * piece);
            }
        }
    }
    squares
        .map(|pieces| pieces.map(|sum| 1.0 / (sum / samples.len().max(1) as f64).sqrt().max(0.02)))
}

/// Moments of every episode, each episode counting once.
fn over_time(calls: &[Measured]) -> Vec<Sample> {
    let mut samples = Vec::new();
    for call in calls {
        let kinds = [(&call.third, true), (&call.nothing, false)];
        for (history, third) in kinds
            .iter()
            .flat_map(|(all, third)| all.iter().map(|h| (h, *third)))
        {
            // The first seconds know nothing yet, the last ones of a third party most.
            let skipped = if third { history.len() * 2 / 3 } else { 6 };
            let moments: Vec<&(f32, Inputs)> = history.iter().skip(skipped).step_by(8).collect();
            for (_, inputs) in &moments {
                samples.push(Sample::new(inputs, third, 1.0 / moments.len() as f64));
            }
        }
    }
    samples
}
