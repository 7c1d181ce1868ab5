//! What each measurement of an episode is worth.
//!
//! Two things must be true of a three-way call: the far end *left* for a while, and the connection
//! was *changed* when it came back. The logarithm of the odds of each is a sum of small trees
//! (`trees.rs`) that ask for two measurements at most: what one of them is worth may
//! depend on another one, and no more. The score is the logarithm of the odds that both are true. So a
//! hold without a change is none, and neither is another voice without a hold. Where a measurement
//! has a sign, more of it never makes its proposition less likely.
//!
//! What a piece of evidence is worth is told against an ordinary silence, in which nothing was
//! measured ([`ORDINARY`]): the pieces add up to all that was added to the two odds.

use super::trees::TREES;
use crate::three_way::MOST_EVIDENCE;
use types::three_way::ThreeWayEvidence::{self, *};

/// What the detector calls three-way if nothing else is set: about one false alarm in 20 hours of
/// training calls that trees fitted to the other three quarters of them had not seen.
pub const THRESHOLD: f32 = 0.5;

/// Measurements of an episode.
pub const INPUTS: usize = 63;

/// The measurements of an episode, in the order of [`USES`]; 0 where nothing is known.
pub type Inputs = [f32; INPUTS];

/// What a measurement is used for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Use {
    pub kind: ThreeWayEvidence,
    /// Whether it can say anything of "the far end left" and of "the connection was changed".
    pub says: [bool; 2],
    /// 1 where more of it makes that more likely, -1 where less, 0 where that may depend.
    pub sign: i8,
}

const L: [bool; 2] = [true, false];
const C: [bool; 2] = [false, true];
const BOTH: [bool; 2] = [true, true];

const fn of(kind: ThreeWayEvidence, says: [bool; 2], sign: i8) -> Use {
    Use { kind, says, sign }
}

/// In the order of the measurements.
pub const USES: [Use; INPUTS] = [
    // The silence against what was before it, and what came after it against the silence.
    of(Silence, L, 0),
    of(Silence, L, 1),
    of(Silence, L, 1),
    of(Silence, L, 0),
    of(Silence, L, 1),
    of(Silence, L, 1),
    // After against before: the noise, the same in short pauses, and how much of it is known.
    of(NoiseFloor, C, 0),
    of(NoiseFloor, C, 1),
    of(NoiseFloor, C, 1),
    of(NoiseFloor, C, 0),
    of(NoiseFloor, C, 1),
    of(NoiseFloor, C, 1),
    of(NoiseFloor, C, 0),
    of(Silence, L, 0),
    of(NoiseFloor, C, 0),
    // How even and how long the silence was.
    of(Silence, L, 0),
    of(Silence, L, 1),
    of(Silence, L, 1),
    of(Silence, BOTH, 1),
    of(Click, L, 1),
    of(Click, L, 1),
    of(Click, L, 1),
    of(Click, L, -1),
    of(EchoPath, L, 1),
    of(EchoPath, C, 1),
    of(EchoPath, BOTH, 1),
    of(EchoPath, C, 0),
    of(EchoPath, L, 0),
    of(Level, C, 1),
    of(Level, C, 0),
    of(Level, C, 0),
    of(Level, C, 0),
    of(NewTalker, C, 1),
    of(NewTalker, C, 1),
    of(NewTalker, C, 0),
    of(NewTalker, C, 1),
    of(NewTalker, C, 1),
    of(Silence, L, 1),
    of(NoiseFloor, C, 1),
    of(NewTalker, C, 1),
    of(Silence, L, 1),
    of(NewTalker, C, 1),
    of(NewTalker, C, 1),
    of(NewTalker, C, 1),
    of(Click, L, 1),
    of(Ringback, BOTH, 1),
    of(DialTone, L, 1),
    of(Digit, L, 1),
    of(Silence, BOTH, -1),
    of(Silence, L, 0),
    of(NoiseFloor, BOTH, 1),
    of(NewTalker, C, 0),
    of(NewTalker, C, 0),
    of(NewTalker, C, 0),
    // How much each favors a change.
    of(NoiseFloor, C, 1),
    of(NoiseFloor, C, 1),
    of(Silence, L, 1),
    of(Silence, L, 1),
    of(NoiseFloor, C, -1),
    of(EchoPath, C, 1),
    of(EchoPath, L, 1),
    of(Level, C, 1),
    of(NewTalker, C, 1),
];

/// A silence of two seconds in which nothing was measured.
pub const ORDINARY: Inputs = {
    let mut inputs = [0.0; INPUTS];
    inputs[SILENT_FOR] = 2.0;
    inputs
};
const SILENT_FOR: usize = 16;

/// Logarithms of the odds of the two that the trees are added to.
pub const PRIORS: [f32; 2] = [-2.0, -2.0];

/// What is too rare in the labelled set to be learnt from it: a second dial tone, and digits, are
/// worth this, towards "the far end left".
pub const RARE: [(usize, f32); 2] = [(46, 3.0), (47, 1.0)];

/// A question, one of two further questions, and what the four answers add.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Tree {
    /// To which of the two.
    pub side: usize,
    /// A measurement, and the value above which the answer is yes.
    pub root: (usize, f32),
    pub next: [(usize, f32); 2],
    pub leaves: [f32; 4],
}

impl Tree {
    /// The value of the measurements, if the first question is asked of `first`.
    fn value(&self, first: &Inputs, inputs: &Inputs) -> f32 {
        let side = usize::from(first[self.root.0] > self.root.1);
        let (input, cut) = self.next[side];
        self.leaves[2 * side + usize::from(inputs[input] > cut)]
    }

    pub fn worth(&self, inputs: &Inputs) -> f32 {
        self.value(inputs, inputs)
    }

    fn next_of(&self, inputs: &Inputs) -> usize {
        self.next[usize::from(inputs[self.root.0] > self.root.1)].0
    }
}

/// The score: the logarithm of the odds that both are true.
pub fn score(inputs: &Inputs) -> f32 {
    let mut odds = PRIORS;
    for &(input, worth) in &RARE {
        odds[0] += worth * inputs[input];
    }
    for tree in &TREES {
        odds[tree.side] += tree.worth(inputs);
    }
    both(odds)
}

/// The logarithm of the odds that both are true, of theirs.
pub fn both([left, changed]: [f32; 2]) -> f32 {
    -((-left).exp() + (-changed).exp() + (-left - changed).exp()).ln()
}

/// What each kind of evidence adds to the two odds, against an ordinary silence.
pub(super) fn pieces(inputs: &Inputs) -> [(ThreeWayEvidence, f32); MOST_EVIDENCE] {
    let mut pieces = KINDS.map(|kind| (kind, 0.0));
    let mut add = |input: usize, worth: f32| {
        let kind = USES[input].kind;
        if let Some(piece) = pieces.iter_mut().find(|piece| piece.0 == kind) {
            piece.1 += worth;
        }
    };
    for (input, worth) in RARE {
        add(input, worth * inputs[input]);
    }
    for tree in &TREES {
        let first = tree.value(inputs, &ORDINARY);
        add(tree.root.0, first - tree.worth(&ORDINARY));
        add(tree.next_of(inputs), tree.worth(inputs) - first);
    }
    pieces
}

const KINDS: [ThreeWayEvidence; MOST_EVIDENCE] = [
    Click, Silence, Level, NoiseFloor, EchoPath, DialTone, Digit, Ringback, NewTalker,
];
