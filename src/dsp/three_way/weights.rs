//! What each measurement of an episode is worth.
//!
//! Two things must be true of a three-way call: the far end *left* for a while, and the connection
//! was *changed* when it came back. Each measurement adds to the logarithm of the odds of one of
//! them, or of both, by a curve of three straight pieces; the score is the logarithm of the odds
//! that both are true. So a hold without a change is none, and neither is another voice without a
//! hold.
//!
//! The curves were fitted on the training part of the labelled set, never on its test part, with
//! `cargo run --release -p suites --example three_way -- fit 600 300`. Of several fits this one erred
//! least on other calls of the training part; a new fit is not necessarily better.

use types::three_way::ThreeWayEvidence::{self, *};

/// What the detector calls three-way if nothing else is set: one false alarm in 24 hours of the
/// labelled set.
pub const THRESHOLD: f32 = 3.0;

/// Measurements of an episode.
pub const INPUTS: usize = 30;

/// The measurements of an episode, each in a range of a few units; 0 where nothing is known.
pub type Inputs = [f32; INPUTS];

/// Pieces of a curve.
pub const PIECES: usize = 3;

/// What one measurement is worth.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Curve {
    pub kind: ThreeWayEvidence,
    /// Where each piece begins; the last has no end.
    pub knots: [f32; PIECES],
    /// Slopes towards "the far end left" and "the connection was changed"; `None` where a
    /// measurement says nothing of it.
    pub left: Option<[f32; PIECES]>,
    pub changed: Option<[f32; PIECES]>,
}

impl Curve {
    /// How much of each piece lies below this value.
    pub fn pieces(&self, value: f32) -> [f32; PIECES] {
        std::array::from_fn(|at| {
            let end = self.knots.get(at + 1).copied().unwrap_or(f32::MAX);
            (value.min(end) - self.knots[at]).max(0.0)
        })
    }

    /// What this value adds to the two.
    pub fn worth(&self, value: f32) -> [f32; 2] {
        let pieces = self.pieces(value);
        let sum = |slopes: &Option<[f32; PIECES]>| {
            let slopes = slopes.unwrap_or_default();
            slopes.iter().zip(pieces).map(|(s, p)| s * p).sum()
        };
        [sum(&self.left), sum(&self.changed)]
    }
}

/// The logarithm of the odds that both are true, of theirs.
pub fn both(left: f32, changed: f32) -> f32 {
    -((-left).exp() + (-changed).exp() + (-left - changed).exp()).ln()
}

const fn left(kind: ThreeWayEvidence, knots: [f32; 3], slopes: [f32; 3]) -> Curve {
    Curve {
        kind,
        knots,
        left: Some(slopes),
        changed: None,
    }
}

const fn changed(kind: ThreeWayEvidence, knots: [f32; 3], slopes: [f32; 3]) -> Curve {
    Curve {
        kind,
        knots,
        left: None,
        changed: Some(slopes),
    }
}

const fn of_both(kind: ThreeWayEvidence, knots: [f32; 3], slopes: [[f32; 3]; 2]) -> Curve {
    Curve {
        kind,
        knots,
        left: Some(slopes[0]),
        changed: Some(slopes[1]),
    }
}

/// Knots of what is only there or not.
const FLAG: [f32; 3] = [0.0, 9.0, 9.0];
/// Knots of how unlike two measurements are, and of how sure one is.
const UNLIKE: [f32; 3] = [0.0, 1.5, 3.5];
const SURE: [f32; 3] = [0.0, 0.5, 0.7];

/// Logarithms of the odds of the two before anything is measured.
pub(super) const PRIORS: [f32; 2] = [-8.93, -3.73];

/// What each input is about, and what it is worth; in the order of `Episode::inputs`.
pub const CURVES: [Curve; INPUTS] = [
    left(Silence, [-10.0, 1.5, 5.0], [0.02, 0.63, 0.58]),
    left(Silence, UNLIKE, [3.06, -0.68, -0.64]),
    left(Silence, [0.0, 0.9, 9.0], [-0.97, -8.66, 0.0]),
    left(Silence, [0.0, 1.0, 2.0], [-0.39, 0.39, 2.44]),
    of_both(Silence, UNLIKE, [[1.17, -1.42, 0.12], [1.14, 0.37, 0.33]]),
    left(Click, [0.0, 0.4, 0.9], [1.53, -0.85, 1.07]),
    left(Click, [0.0, 0.4, 0.9], [1.94, 1.75, 3.49]),
    left(Click, [0.0, 0.4, 0.9], [0.17, 4.81, -1.90]),
    changed(NoiseFloor, [0.0, 1.0, 3.0], [0.82, -1.25, -0.71]),
    changed(NoiseFloor, UNLIKE, [1.53, 1.40, 3.02]),
    left(EchoPath, UNLIKE, [-0.95, 1.12, 0.70]),
    changed(EchoPath, UNLIKE, [0.93, 0.39, -1.56]),
    changed(Level, UNLIKE, [0.26, 1.12, 1.49]),
    changed(NewTalker, UNLIKE, [0.96, 2.55, 4.67]),
    changed(NewTalker, UNLIKE, [3.52, -0.78, 6.80]),
    of_both(Ringback, FLAG, [[11.84, 0.0, 0.0], [9.87, 0.0, 0.0]]),
    left(DialTone, FLAG, [10.70, 0.0, 0.0]),
    left(Digit, FLAG, [4.43, 0.0, 0.0]),
    changed(NewTalker, FLAG, [-1.29, 0.0, 0.0]),
    changed(NewTalker, SURE, [-0.30, -0.86, 11.58]),
    left(Silence, FLAG, [-5.60, 0.0, 0.0]),
    changed(NewTalker, [-2.0, 9.0, 9.0], [-0.75, 0.0, 0.0]),
    changed(NewTalker, [-2.0, 9.0, 9.0], [-0.60, 0.0, 0.0]),
    left(Silence, UNLIKE, [2.25, 0.78, 1.72]),
    changed(NoiseFloor, SURE, [-1.54, 0.43, -2.85]),
    changed(EchoPath, SURE, [-2.51, 0.26, 0.58]),
    changed(NewTalker, [0.0, 0.6, 0.8], [-1.08, 1.66, 14.40]),
    changed(NewTalker, [0.0, 0.6, 0.8], [-1.70, -1.71, -1.71]),
    changed(Level, [0.0, 2.5, 4.0], [0.29, -0.21, -0.33]),
    left(Silence, SURE, [0.65, 3.37, 58.17]),
];
