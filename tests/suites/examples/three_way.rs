//! The operating curve of the three-way detector on the labelled set, and the fitting of its weights.
//!
//! `cargo run --release -p suites --example three_way -- curve PART FIRST JOINED ALONE`
//! `cargo run --release -p suites --example three_way -- fit JOINED ALONE EVENLY`
//!
//! PART is `train` or `test`, FIRST the first seed, JOINED and ALONE the number of calls with a third
//! party and without; EVENLY of calls without in which each kind is as frequent. A call without
//! lasts four minutes in the mean.

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
    match (what, number(2), number(3), number(4), number(5)) {
        (Some("fit"), Some(joined), Some(alone), Some(evenly), _) => fit(joined, alone, evenly),
        (Some("curve"), None, Some(first), Some(joined), Some(alone)) => {
            let part = if args[2] == "train" {
                Part::Train
            } else {
                Part::Test
            };
            curve(part, first, joined, alone);
        }
        _ => eprintln!("curve train|test FIRST JOINED ALONE, or fit JOINED ALONE EVENLY"),
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

fn fit(joined: u64, alone: u64, evenly: u64) {
    let corpus = Corpus::load(Part::Train);
    let plan = tonetables::load("us").expect("the plan is there").tones;
    let measure = |of: &[(Kind, f32)], seeds: Range<u64>| -> Vec<Measured> {
        let call = |seed| Call::new(&corpus, drawn_kind(Part::Train, of, seed), seed);
        seeds
            .map(|seed| Measured::new(&call(seed), &plan))
            .collect()
    };
    // As many of each kind as by their shares: the rare ones are the hard ones.
    let kinds = ALONE.map(|(kind, _)| (kind, 1.0));
    let mut calls = halves(1..1 + joined, |seeds| measure(&JOINED, seeds));
    calls.extend(halves(1..1 + alone, |seeds| measure(&ALONE, seeds)));
    calls.extend(halves(1 + alone..1 + alone + evenly, |seeds| {
        measure(&kinds, seeds)
    }));
    let fitted = Fitted::new(&calls);
    println!("//! The trees of [`super::weights`], made by");
    println!(
        "//! `cargo run --release -p suites --example three_way -- fit {joined} {alone} {evenly}`"
    );
    println!("//! on the training part of the labelled set, never on its test part.\n");
    println!("use super::weights::Tree;\n");
    println!("#[rustfmt::skip]");
    println!("pub(super) const TREES: [Tree; {}] = [", fitted.trees.len());
    for tree in &fitted.trees {
        let Tree {
            side,
            root,
            next,
            leaves,
        } = tree;
        println!("    tree({side}, {root:?}, {next:?}, {leaves:?}),");
    }
    println!("];\n");
    println!(
        "const fn tree(side: usize, root: Question, next: [Question; 2], leaves: [f32; 4]) -> Tree {{"
    );
    println!("    Tree {{ side, root, next, leaves }}\n}}\n");
    println!("type Question = (usize, f32);");
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
