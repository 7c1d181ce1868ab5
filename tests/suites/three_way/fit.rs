//! Fits the trees of the three-way detector to labelled calls.
//!
//! Gradient boosting on the logistic loss of "left and changed", a tree to each in turn; a
//! measurement of which more is told to be likelier is never used against it. A call is judged by
//! its highest score: after a first fit on moments over time, the moments that score highest (in
//! calls with a third party within the time that counts, in each episode without one) count most
//! in a second fit.

use super::{
    call::{ALONE, Call, Kind},
    score::listen,
};
use dsp::{
    plan::TonePlan,
    three_way::{
        ThreeWay, ThreeWaySettings,
        inputs::{About, Input, Inputs, More, Side, TABLE},
        weights::{Tree, both, start},
    },
};
use std::collections::BTreeMap;

/// An episode's measurements over time: seconds, inputs.
type History = Vec<(f32, Inputs)>;

/// The episodes of a call.
#[derive(Debug)]
pub struct Measured {
    kind: Kind,
    /// Those in which a third party was joined, from then to the end of what counts.
    third: Vec<History>,
    /// Those in which nothing happened.
    nothing: Vec<History>,
}

/// Seconds after a joining that count.
const COUNTS: f32 = 30.0;

impl Measured {
    pub fn new(call: &Call, plan: &TonePlan) -> Measured {
        let mut detector = ThreeWay::new(ThreeWaySettings::default());
        let mut all: BTreeMap<u64, History> = BTreeMap::new();
        let mut frames = 0;
        listen(call, plan, |phone, trunk, at, facts| {
            detector.process(phone, trunk, at, facts);
            frames += 1;
            if frames % 50 == 0 {
                let now = at.0 as f32 / 8000.0;
                for (left, _, inputs) in detector.inputs() {
                    all.entry(left.0).or_default().push((now, inputs));
                }
            }
        });
        Measured::labelled(call, all)
    }

    fn labelled(call: &Call, all: BTreeMap<u64, History>) -> Measured {
        let mut measured = Measured {
            kind: call.kind,
            third: Vec::new(),
            nothing: Vec::new(),
        };
        for (left, mut history) in all {
            let began = left as f32 / 8000.0;
            let Some((gone, third)) = call.third else {
                measured.nothing.push(history);
                continue;
            };
            let (gone, third) = (gone as f32 / 8000.0, third as f32 / 8000.0);
            if began < gone - 60.0 {
                history.retain(|(at, _)| *at < gone);
                measured.nothing.push(history);
            } else {
                history.retain(|(at, _)| *at > third && *at < third + COUNTS);
                measured.third.push(history);
            }
        }
        measured
    }
}

/// The trees found.
#[derive(Clone, Debug, Default)]
pub struct Fitted {
    pub trees: Vec<Tree>,
}

/// What is known at one moment, whether a third party was joined, and how much it counts.
struct Sample {
    inputs: Inputs,
    third: bool,
    weight: f32,
}

/// Trees of the first fit and of the second, and how much of each tree's answer is taken.
const TREES: [usize; 2] = [100, 200];
const RATES: [f32; 2] = [0.22, 0.15];
/// Steps into which a measurement's values are cut.
const BINS: usize = 32;
/// What every answer is drawn to nothing by, and what must stand behind each.
const PENALTY: f32 = 2.0;
const LEAST: f32 = 3.0;

impl Fitted {
    pub fn new(calls: &[Measured]) -> Fitted {
        let counts = counts(calls);
        let first = Fitted::boosted(&over_time(calls, &counts), TREES[0], RATES[0]);
        Fitted::boosted(&first.highest(calls, &counts), TREES[1], RATES[1])
    }

    pub fn score(&self, inputs: &Inputs) -> f32 {
        let mut odds = start(inputs);
        for tree in &self.trees {
            odds[tree.side as usize] += tree.worth(inputs);
        }
        both(odds)
    }

    fn boosted(samples: &[Sample], trees: usize, rate: f32) -> Fitted {
        let mut boost = Boost::new(samples);
        let trees = (0..trees).filter_map(|n| boost.grow([Side::Left, Side::Changed][n % 2], rate));
        Fitted {
            trees: trees.collect(),
        }
    }

    /// Moments over time of what was nothing, and the highest of all.
    fn highest(&self, calls: &[Measured], counts: &[f32]) -> Vec<Sample> {
        let mut samples = Vec::new();
        let sorted = |moments: &mut Vec<(f32, Inputs)>, most: usize| {
            moments.sort_by(|a, b| b.0.total_cmp(&a.0));
            moments.truncate(most);
        };
        let scored = |history: &History| -> Vec<(f32, Inputs)> {
            let scores = history.iter().map(|(_, i)| (self.score(i), *i));
            scores.collect()
        };
        for (call, &count) in calls.iter().zip(counts) {
            let mut third: Vec<_> = call.third.iter().flat_map(scored).collect();
            sorted(&mut third, 10);
            let weight = 1.0 / third.len() as f32;
            samples.extend(third.iter().map(|m| Sample::new(m.1, true, weight)));
            for history in &call.nothing {
                spread(history, 0.3 * count, &mut samples);
                let mut highest = scored(history);
                sorted(&mut highest, 4);
                samples.extend(highest.iter().map(|m| Sample::new(m.1, false, 0.4 * count)));
            }
        }
        samples
    }
}

impl Sample {
    fn new(inputs: Inputs, third: bool, weight: f32) -> Sample {
        Sample {
            inputs,
            third,
            weight,
        }
    }
}

/// How much each call counts. Kinds that are rare among calls were taken more often, to be learnt;
/// what they count is drawn half of the way (as logarithms) back to their share.
fn counts(calls: &[Measured]) -> Vec<f32> {
    let alone = || calls.iter().filter(|call| !call.kind.has_third());
    let all = alone().count() as f32;
    let shares: f32 = ALONE.iter().map(|(_, share)| share).sum();
    let mut counts = vec![1.0; calls.len()];
    for (kind, share) in ALONE {
        let taken = alone().filter(|call| call.kind == kind).count() as f32 / all;
        let of_kind = calls
            .iter()
            .zip(&mut counts)
            .filter(|(call, _)| call.kind == kind);
        of_kind.for_each(|(_, count)| *count = (share / shares / taken).powf(0.5));
    }
    let pairs = || {
        calls
            .iter()
            .zip(&counts)
            .filter(|(call, _)| !call.kind.has_third())
    };
    let mean = pairs().map(|(_, count)| count).sum::<f32>() / all;
    let drawn = calls.iter().zip(&counts);
    drawn
        .map(|(call, count)| {
            if call.kind.has_third() {
                *count
            } else {
                count / mean
            }
        })
        .collect()
}

/// Six moments of an episode without a third party.
fn spread(history: &History, weight: f32, samples: &mut Vec<Sample>) {
    let step = (history.len() / 6).max(1);
    let moments = history.iter().skip(step / 2).step_by(step);
    let weight = weight / moments.len().max(1) as f32;
    samples.extend(moments.map(|m| Sample::new(m.1, false, weight)));
}

/// Moments of every episode, each call and each episode without a third party counting alike.
fn over_time(calls: &[Measured], counts: &[f32]) -> Vec<Sample> {
    let mut samples = Vec::new();
    for (call, &count) in calls.iter().zip(counts) {
        let mut third: Vec<&(f32, Inputs)> = call.third.iter().flatten().collect();
        // The last ones know most.
        third.sort_by(|a, b| b.0.total_cmp(&a.0));
        third.truncate(20);
        let weight = 1.0 / third.len().max(1) as f32;
        samples.extend(third.iter().map(|m| Sample::new(m.1, true, weight)));
        for history in &call.nothing {
            spread(history, 0.3 * count, &mut samples);
        }
    }
    samples
}

/// Where a question divides: its gain, the measurement and the step.
type Cut = (f32, Input, usize);

struct Boost<'a> {
    samples: &'a [Sample],
    /// Values between the steps of each measurement, and the step of each sample.
    cuts: Vec<Vec<f32>>,
    steps: Vec<Vec<u8>>,
    odds: [Vec<f32>; 2],
    /// First and second derivative of the loss by sample.
    slopes: Vec<(f32, f32)>,
    node: Vec<u8>,
    state: u64,
}

impl<'a> Boost<'a> {
    fn new(samples: &'a [Sample]) -> Boost<'a> {
        let cuts: Vec<Vec<f32>> = TABLE.iter().map(|row| cuts(samples, row.input)).collect();
        let step = |input: Input, sample: &Sample| {
            let cuts = &cuts[input as usize];
            cuts.partition_point(|cut| *cut < sample.inputs[input]) as u8
        };
        let steps = TABLE
            .iter()
            .map(|row| samples.iter().map(|s| step(row.input, s)).collect());
        Boost {
            samples,
            steps: steps.collect(),
            odds: [0, 1].map(|side| samples.iter().map(|s| start(&s.inputs)[side]).collect()),
            slopes: vec![(0.0, 0.0); samples.len()],
            node: vec![0; samples.len()],
            state: 88_172_645_463_325_252,
            cuts,
        }
    }

    /// Half of the measurements are asked for a tree, by chance.
    fn chance(&mut self) -> bool {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state >> 63 == 1
    }

    /// Adds a tree to one of the propositions.
    fn grow(&mut self, side: Side, rate: f32) -> Option<Tree> {
        self.slope(side);
        let asked: Vec<&About> = TABLE.iter().filter(|_| self.chance()).collect();
        self.node.fill(0);
        let root = self.best(&asked, 0)?;
        for (node, step) in self.node.iter_mut().zip(&self.steps[root.1 as usize]) {
            *node = u8::from(usize::from(*step) > root.2);
        }
        let [low, high] = self.answers::<2>();
        let middle = 0.5 * (low + high);
        let next = [self.best(&asked, 0), self.best(&asked, 1)];
        for (at, node) in self.node.iter_mut().enumerate() {
            let yes = next[usize::from(*node)]
                .is_some_and(|(_, input, step)| usize::from(self.steps[input as usize][at]) > step);
            *node = 2 * *node + u8::from(yes);
        }
        let mut leaves = self.answers::<4>();
        let more = root.1.about().more;
        for (at, leaf) in leaves.iter_mut().enumerate() {
            *leaf = match (more, at >= 2) {
                (More::Up, true) | (More::Down, false) => leaf.max(middle),
                (More::Up, false) | (More::Down, true) => leaf.min(middle),
                (More::Any, _) => *leaf,
            };
            // As it is written down.
            *leaf = (1000.0 * rate * leaf.clamp(-3.0, 3.0)).round() / 1000.0;
        }
        for (odds, node) in self.odds[side as usize].iter_mut().zip(&self.node) {
            *odds += leaves[usize::from(*node)];
        }
        let question = |cut: Cut| (cut.1, self.cuts[cut.1 as usize][cut.2]);
        Some(Tree {
            side,
            root: question(root),
            next: next.map(|next| next.map_or((root.1, f32::MAX), question)),
            leaves,
        })
    }

    fn slope(&mut self, side: Side) {
        let side = side as usize;
        let likely = |odds: f32| 1.0 / (1.0 + (-odds).exp());
        for (at, sample) in self.samples.iter().enumerate() {
            let (this, other) = (likely(self.odds[side][at]), likely(self.odds[1 - side][at]));
            let both = (this * other).min(1.0 - 1e-6);
            let truth = f32::from(u8::from(sample.third));
            let first = (truth - both) / (1.0 - both) * (1.0 - this);
            let second = this * (1.0 - this) * if sample.third { 1.0 } else { other };
            self.slopes[at] = (sample.weight * first, sample.weight * second.max(1e-4));
        }
    }

    fn answers<const N: usize>(&self) -> [f32; N] {
        let mut sums = [(0.0f32, 0.0f32); N];
        for (node, slope) in self.node.iter().zip(&self.slopes) {
            let sum = &mut sums[usize::from(*node)];
            *sum = (sum.0 + slope.0, sum.1 + slope.1);
        }
        sums.map(|(first, second)| first / (second + PENALTY))
    }

    /// The question that divides the samples of a node best.
    fn best(&self, asked: &[&About], node: u8) -> Option<Cut> {
        let mut best: Option<Cut> = None;
        for row in asked {
            let input = row.input;
            let mut sums = [(0.0f32, 0.0f32); BINS];
            let of_node = self
                .node
                .iter()
                .zip(&self.steps[input as usize])
                .zip(&self.slopes);
            for ((_, step), slope) in of_node.filter(|((n, _), _)| **n == node) {
                let sum = &mut sums[usize::from(*step)];
                *sum = (sum.0 + slope.0, sum.1 + slope.1);
            }
            let add = |a: (f32, f32), b: &(f32, f32)| (a.0 + b.0, a.1 + b.1);
            let all = sums.iter().fold((0.0, 0.0), add);
            let mut low = (0.0, 0.0);
            for (step, sum) in sums
                .iter()
                .enumerate()
                .take(self.cuts[input as usize].len())
            {
                low = add(low, sum);
                let high = (all.0 - low.0, all.1 - low.1);
                if low.1 < LEAST || high.1 < LEAST {
                    continue;
                }
                let answers = [low.0 / (low.1 + PENALTY), high.0 / (high.1 + PENALTY)];
                let rises = answers[1] >= answers[0];
                if row.more == More::Up && !rises || row.more == More::Down && rises {
                    continue;
                }
                let gain = low.0 * answers[0] + high.0 * answers[1];
                if best.is_none_or(|best| gain > best.0) {
                    best = Some((gain, input, step));
                }
            }
        }
        best
    }
}

/// Values that part the samples into like many, as they are written down.
fn cuts(samples: &[Sample], input: Input) -> Vec<f32> {
    let mut values: Vec<f32> = samples.iter().map(|s| s.inputs[input]).collect();
    values.sort_by(f32::total_cmp);
    let cut = |bin: usize| (1000.0 * values[bin * values.len() / BINS]).round() / 1000.0;
    let mut cuts: Vec<f32> = (1..BINS).map(cut).collect();
    cuts.dedup();
    cuts
}
