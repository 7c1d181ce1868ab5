//! The operating curve of the three-way detector on the labelled set, and the fitting of its weights.
//!
//! `cargo run --release -p suites --example three_way -- curve PART FIRST JOINED ALONE`
//! `cargo run --release -p suites --example three_way -- fit`
//!
//! PART is `train` or `test`, FIRST the first seed, JOINED and ALONE the number of calls with a third
//! party and without. A call without lasts four minutes in the mean. Fitting is done on [`SETS`].

use dsp::three_way::{
    Facts, ThreeWay, ThreeWaySettings,
    weights::{THRESHOLD, Tree},
};
use std::{collections::BTreeMap, ops::Range};
use suites::three_way::{
    ALONE, Call, Corpus, Fitted, JOINED, Kind, Listener, Measured, Part, Scored, drawn_kind, point,
    run,
};
use types::{frame::Samples, tick::Tick};

struct Ours(ThreeWay);

impl Listener for Ours {
    fn frame(&mut self, phone: &Samples, trunk: &Samples, at: Tick, facts: Facts) -> f32 {
        self.0.process(phone, trunk, at, facts).score
    }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let number = |at: usize| args.get(at).and_then(|a| a.parse::<u64>().ok());
    let what = args.get(1).map(String::as_str);
    match (what, number(3), number(4), number(5)) {
        (Some("fit"), ..) => fit(),
        (Some("curve"), Some(first), Some(joined), Some(alone)) => {
            let part = if args[2] == "train" {
                Part::Train
            } else {
                Part::Test
            };
            curve(part, first, joined, alone);
        }
        _ => eprintln!("curve train|test FIRST JOINED ALONE, or fit"),
    }
}

fn curve(part: Part, first: u64, joined: u64, alone: u64) {
    let corpus = Corpus::load(part);
    let plan = tonetables::load("us").expect("the plan is there").tones;
    let start = || Ours(ThreeWay::new(ThreeWaySettings::default()));
    let some = |with: bool, seeds: Range<u64>| run(&corpus, &plan, with, seeds, start);
    let mut scored = halves(first..first + joined, |seeds| some(true, seeds));
    scored.extend(halves(first..first + alone, |seeds| some(false, seeds)));
    for at in -8..=16 {
        let p = point(&scored, at as f32 * 0.5);
        println!(
            "{:5.1} found {:5.1} %  false {:6.3} an hour  {:5.1} s after the joining",
            p.threshold,
            100.0 * p.found,
            p.false_alarms_an_hour,
            p.latency
        );
    }
    by_kind(&scored);
}

fn by_kind(scored: &[Scored]) {
    let mut kinds: BTreeMap<Kind, Vec<&Scored>> = BTreeMap::new();
    for call in scored {
        kinds.entry(call.kind).or_default().push(call);
    }
    println!("at {THRESHOLD}:");
    for (kind, calls) in kinds {
        let hours: f32 = calls.iter().map(|call| call.hours).sum();
        let false_alarms: usize = calls.iter().map(|call| call.false_alarms(THRESHOLD)).sum();
        let found = calls
            .iter()
            .filter(|call| call.found(THRESHOLD).is_some())
            .count();
        if kind.has_third() {
            println!(
                "{kind:?}: {found} of {} found, {false_alarms} false before",
                calls.len()
            );
        } else {
            println!(
                "{kind:?}: {false_alarms} false alarms in {hours:.1} h, {} calls",
                calls.len()
            );
        }
    }
}

/// Kinds, by their shares.
type Shares = &'static [(Kind, f32)];

/// Each kind as often: the rare ones are the hard ones.
const EVENLY: [(Kind, f32); ALONE.len()] = {
    let mut kinds = ALONE;
    let mut at = 0;
    while at < kinds.len() {
        kinds[at].1 = 1.0;
        at += 1;
    }
    kinds
};

/// The far end leaves and comes back as it was, or something else looks like it.
const HARD: [(Kind, f32); 5] = [
    (Kind::CallWaitingTaken, 0.35),
    (Kind::Muted, 0.35),
    (Kind::HoldMusic, 0.15),
    (Kind::Noise, 0.08),
    (Kind::HandedOver, 0.07),
];

/// Calls of the training part that are fitted to.
const SETS: [(Shares, Range<u64>); 4] = [
    (&JOINED, 1..3001),
    (&ALONE, 1..1501),
    (&EVENLY, 4001..5001),
    (&HARD, 10_001..11_401),
];

fn fit() {
    let corpus = Corpus::load(Part::Train);
    let plan = tonetables::load("us").expect("the plan is there").tones;
    let measure = |of: &[(Kind, f32)], seeds: Range<u64>| -> Vec<Measured> {
        let call = |seed| Call::new(&corpus, drawn_kind(Part::Train, of, seed), seed);
        seeds
            .map(|seed| Measured::new(&call(seed), &plan))
            .collect()
    };
    let mut calls = Vec::new();
    for (of, seeds) in SETS {
        calls.extend(halves(seeds, |seeds| measure(of, seeds)));
    }
    let fitted = Fitted::new(&calls);
    println!("//! The trees of [`super::weights`], made by");
    println!("//! `cargo run --release -p suites --example three_way -- fit`");
    println!("//! on the training part of the labelled set, never on its test part.\n");
    println!("use super::{{");
    println!("    inputs::{{Input::*, Side}},");
    println!("    weights::{{Question, Tree}},\n}};\n");
    println!("#[rustfmt::skip]");
    println!("pub(super) const TREES: [Tree; {}] = [", fitted.trees.len());
    for tree in &fitted.trees {
        let Tree {
            side,
            root,
            next,
            leaves,
        } = tree;
        let side = format!("{side:?}").to_lowercase();
        println!("    {side}({root:?}, {next:?},\n        {leaves:?}),");
    }
    println!("];");
    for side in ["Left", "Changed"] {
        let name = side.to_lowercase();
        println!(
            "\nconst fn {name}(root: Question, next: [Question; 2], leaves: [f32; 4]) -> Tree {{"
        );
        println!("    Tree {{ side: Side::{side}, root, next, leaves }}\n}}");
    }
}

/// On two threads, in order.
fn halves<T: Send>(seeds: Range<u64>, of: impl Fn(Range<u64>) -> Vec<T> + Sync) -> Vec<T> {
    let middle = seeds.start + (seeds.end - seeds.start) / 2;
    std::thread::scope(|scope| {
        let second = scope.spawn(|| of(middle..seeds.end));
        let mut all = of(seeds.start..middle);
        all.extend(second.join().expect("no panic"));
        all
    })
}
