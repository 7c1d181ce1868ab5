//! What each measurement of an episode is worth.
//!
//! Two things must be true of a three-way call: the far end *left* for a while, and the connection
//! was *changed* when it came back. The logarithm of the odds of each is a sum of small trees
//! (`trees.rs`) that ask for two measurements of [`super::inputs`] at most: what one of them is worth
//! may depend on another one, and no more. The score is the logarithm of the odds that both are true.
//! So a hold without a change is none, and neither is another voice without a hold. Any measurement may
//! speak for either: who comes back changed was away. Where more of it makes a third party likelier
//! (or less likely), no first question says otherwise.
//!
//! What a piece of evidence is worth is told against an ordinary silence, in which nothing was
//! measured ([`ORDINARY`]): the pieces add up to all that was added to the two odds.

use super::{
    MOST_EVIDENCE,
    inputs::{
        Input::{self, *},
        Inputs, Side,
    },
    trees::TREES,
};
use types::three_way::ThreeWayEvidence;

/// What the detector calls three-way if nothing else is set: about one false alarm in 20 hours of
/// calls of the training part that the trees were not fitted to.
pub const THRESHOLD: f32 = 1.0;

/// A silence of two seconds in which nothing was measured.
pub const ORDINARY: Inputs = Inputs::NONE.with(SilentFor, 2.0);

/// Logarithms of the odds of the two sides before anything is known.
pub const PRIORS: [f32; 2] = [-2.0, -2.0];

/// What is too rare in the labelled set to be learnt from it: a second dial tone, and digits, are
/// worth this, towards "the far end left".
pub const RARE: [(Input, f32); 2] = [(Dialing, 3.0), (Digits, 1.0)];

/// A measurement, and the value above which the answer is yes.
pub type Question = (Input, f32);

/// A question, one of two further questions, and what the four answers add.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Tree {
    /// To which of the two.
    pub side: Side,
    pub root: Question,
    /// After no and after yes.
    pub next: [Question; 2],
    pub leaves: [f32; 4],
}

impl Tree {
    /// The value of the measurements, if the first question is asked of `first`.
    fn value(&self, first: &Inputs, inputs: &Inputs) -> f32 {
        let yes = usize::from(first[self.root.0] > self.root.1);
        let (input, cut) = self.next[yes];
        self.leaves[2 * yes + usize::from(inputs[input] > cut)]
    }

    pub fn worth(&self, inputs: &Inputs) -> f32 {
        self.value(inputs, inputs)
    }

    fn next_of(&self, inputs: &Inputs) -> Input {
        self.next[usize::from(inputs[self.root.0] > self.root.1)].0
    }
}

/// What the trees are added to, by side.
pub fn start(inputs: &Inputs) -> [f32; 2] {
    let rare: f32 = RARE
        .iter()
        .map(|&(input, worth)| worth * inputs[input])
        .sum();
    [PRIORS[0] + rare, PRIORS[1]]
}

/// The score: the logarithm of the odds that both are true.
pub fn score(inputs: &Inputs) -> f32 {
    let mut odds = start(inputs);
    for tree in &TREES {
        odds[tree.side as usize] += tree.worth(inputs);
    }
    both(odds)
}

/// The logarithm of the odds that both are true, of theirs.
pub fn both([left, changed]: [f32; 2]) -> f32 {
    -((-left).exp() + (-changed).exp() + (-left - changed).exp()).ln()
}

/// What each kind of evidence adds to the two odds, against an ordinary silence.
pub(super) fn pieces(inputs: &Inputs) -> [(ThreeWayEvidence, f32); MOST_EVIDENCE] {
    let mut pieces = ThreeWayEvidence::ALL.map(|kind| (kind, 0.0));
    let mut add = |input: Input, worth: f32| {
        let kind = input.about().kind;
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
