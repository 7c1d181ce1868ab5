//! What each measurement of an episode is worth.
//!
//! Two things must be true of a three-way call: the far end *left* for a while, and the connection
//! was *changed* when it came back. Each measurement adds to the logarithm of the odds of one of
//! them, or of both, by a curve of three straight pieces; the score is the logarithm of the odds
//! that both are true. So a hold without a change is none, and neither is another voice without a
//! hold.
//!
//! The curves were fitted on the training part of the labelled set, never on its test part:
//! `cargo run --release -p suites --example three_way -- fit`.

use super::EvidenceKind::{self, *};

/// What the detector calls three-way if nothing else is set.
pub const THRESHOLD: f32 = 2.0;

/// Measurements of an episode.
pub const INPUTS: usize = 30;

/// The measurements of an episode, each in a range of a few units; 0 where nothing is known.
pub type Inputs = [f32; INPUTS];

/// Pieces of a curve.
pub const PIECES: usize = 3;

/// What one measurement is worth.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Curve {
    pub kind: EvidenceKind,
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

const fn left(kind: EvidenceKind, knots: [f32; 3], slopes: [f32; 3]) -> Curve {
    Curve {
        kind,
        knots,
        left: Some(slopes),
        changed: None,
    }
}

const fn changed(kind: EvidenceKind, knots: [f32; 3], slopes: [f32; 3]) -> Curve {
    Curve {
        kind,
        knots,
        left: None,
        changed: Some(slopes),
    }
}

const fn of_both(kind: EvidenceKind, knots: [f32; 3], slopes: [[f32; 3]; 2]) -> Curve {
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
pub(super) const PRIORS: [f32; 2] = [-7.72, -5.09];

/// What each input is about, and what it is worth; in the order of `Episode::inputs`.
pub const CURVES: [Curve; INPUTS] = [
    left(Silence, [-10.0, 1.5, 5.0], [0.0, 1.56, -0.25]),
    left(Silence, UNLIKE, [3.01, -1.38, 0.34]),
    left(Silence, [0.0, 0.9, 9.0], [-1.19, -4.91, 0.0]),
    left(Silence, [0.0, 1.0, 2.0], [-0.27, 1.13, 2.57]),
    of_both(Silence, UNLIKE, [[2.30, -1.16, -0.16], [0.38, 0.05, 1.79]]),
    left(Click, [0.0, 0.4, 0.9], [1.25, -0.32, 0.38]),
    left(Click, [0.0, 0.4, 0.9], [2.26, 0.63, 3.29]),
    left(Click, [0.0, 0.4, 0.9], [-3.62, 5.39, 0.21]),
    changed(NoiseFloor, [0.0, 1.0, 3.0], [-0.29, -1.35, -0.69]),
    changed(NoiseFloor, UNLIKE, [3.52, 1.72, 3.00]),
    left(EchoPath, UNLIKE, [-0.80, 1.44, -0.05]),
    changed(EchoPath, UNLIKE, [-0.31, 0.93, -1.21]),
    changed(Level, UNLIKE, [0.52, 1.00, 2.45]),
    changed(NewTalker, UNLIKE, [0.33, 3.02, -0.92]),
    changed(NewTalker, UNLIKE, [3.23, -1.53, 3.38]),
    of_both(Ringback, FLAG, [[12.42, 0.0, 0.0], [8.55, 0.0, 0.0]]),
    left(DialTone, FLAG, [9.50, 0.0, 0.0]),
    left(Dtmf, FLAG, [-3.08, 0.0, 0.0]),
    changed(NewTalker, FLAG, [-0.63, 0.0, 0.0]),
    changed(NewTalker, SURE, [-1.03, 3.16, 6.70]),
    left(Silence, FLAG, [-5.56, 0.0, 0.0]),
    changed(NewTalker, [-2.0, 9.0, 9.0], [-0.70, 0.0, 0.0]),
    changed(NewTalker, [-2.0, 9.0, 9.0], [-0.30, 0.0, 0.0]),
    left(Silence, UNLIKE, [0.80, 0.74, 0.30]),
    changed(NoiseFloor, SURE, [-1.19, 4.19, 0.38]),
    changed(EchoPath, SURE, [-1.03, -0.88, -10.19]),
    changed(NewTalker, [0.0, 0.6, 0.8], [0.16, -0.41, -17.98]),
    changed(NewTalker, [0.0, 0.6, 0.8], [-1.60, -0.86, -0.86]),
    changed(Level, [0.0, 2.5, 4.0], [-0.08, -0.72, 0.42]),
    left(Silence, SURE, [-3.01, 2.12, 45.47]),
];
