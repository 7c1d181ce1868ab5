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
pub(super) const PRIORS: [f32; 2] = [-8.61, -6.24];

/// What each input is about, and what it is worth; in the order of `Episode::inputs`.
pub const CURVES: [Curve; INPUTS] = [
    left(Silence, [-10.0, 1.5, 5.0], [0.01, 0.69, 0.23]),
    left(Silence, UNLIKE, [3.89, -1.29, 0.02]),
    left(Silence, [0.0, 0.9, 9.0], [-1.04, -6.81, 0.0]),
    left(Silence, [0.0, 1.0, 2.0], [-0.11, 0.82, 2.70]),
    of_both(Silence, UNLIKE, [[3.05, -2.03, 0.07], [-0.70, 0.29, 0.92]]),
    left(Click, [0.0, 0.4, 0.9], [1.14, 0.09, -0.64]),
    left(Click, [0.0, 0.4, 0.9], [1.01, 0.12, 4.93]),
    left(Click, [0.0, 0.4, 0.9], [0.33, 2.94, 0.72]),
    changed(NoiseFloor, [0.0, 1.0, 3.0], [0.04, -0.45, -0.43]),
    changed(NoiseFloor, UNLIKE, [3.39, 1.31, 1.58]),
    left(EchoPath, UNLIKE, [-1.14, 1.42, -0.09]),
    changed(EchoPath, UNLIKE, [0.58, 0.26, -1.32]),
    changed(Level, UNLIKE, [0.32, 0.72, 2.28]),
    changed(NewTalker, UNLIKE, [-0.17, 4.04, -3.00]),
    changed(NewTalker, UNLIKE, [4.53, 0.56, 1.19]),
    of_both(Ringback, FLAG, [[8.30, 0.0, 0.0], [6.60, 0.0, 0.0]]),
    left(DialTone, FLAG, [11.01, 0.0, 0.0]),
    left(Dtmf, FLAG, [-2.25, 0.0, 0.0]),
    changed(NewTalker, FLAG, [-0.39, 0.0, 0.0]),
    changed(NewTalker, SURE, [-0.45, 1.94, 4.65]),
    left(Silence, FLAG, [-1.19, 0.0, 0.0]),
    changed(NewTalker, [-2.0, 9.0, 9.0], [-0.63, 0.0, 0.0]),
    changed(NewTalker, [-2.0, 9.0, 9.0], [-0.27, 0.0, 0.0]),
    left(Silence, UNLIKE, [1.37, 2.37, -0.68]),
    changed(NoiseFloor, SURE, [-1.60, 3.31, 2.56]),
    changed(EchoPath, SURE, [-0.92, -0.22, -8.83]),
    changed(NewTalker, [0.0, 0.6, 0.8], [-0.02, -2.65, 22.60]),
    changed(NewTalker, [0.0, 0.6, 0.8], [-0.48, 0.63, 0.63]),
    changed(Level, [0.0, 2.5, 4.0], [0.09, -0.31, 0.47]),
    left(Silence, SURE, [-3.70, 1.70, 48.58]),
];
