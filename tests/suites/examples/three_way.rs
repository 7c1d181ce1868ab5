//! The operating curve of the three-way detector on the labelled set, and what its weights are
//! fitted from.
//!
//! `cargo run --release -p suites --example three_way -- curve test 1 400 1500`
//! (part, first seed, calls with a third party, calls without)

use dsp::three_way::{Facts, ThreeWay, ThreeWaySettings};
use suites::three_way::{Corpus, Listener, Part, Scored, point, run};
use types::{frame::Samples, tick::Tick};

struct Ours(ThreeWay);

impl Listener for Ours {
    fn frame(&mut self, phone: &Samples, trunk: &Samples, at: Tick, facts: Facts) -> f32 {
        self.0.process(phone, trunk, at, facts).score
    }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let part = if args[2] == "train" {
        Part::Train
    } else {
        Part::Test
    };
    let number = |at: usize| args[at].parse::<u64>().expect("a number");
    let (first, joined, alone) = (number(3), number(4), number(5));
    let corpus = Corpus::load(part);
    let plan = tonetables::load("us").expect("a plan");
    let start = || Ours(ThreeWay::new(ThreeWaySettings::default()));
    let mut scored = run(&corpus, &plan.tones, true, first..first + joined, start);
    scored.extend(run(
        &corpus,
        &plan.tones,
        false,
        first..first + alone,
        start,
    ));
    report(&scored);
}

fn report(scored: &[Scored]) {
    for at in -16..=16 {
        let p = point(scored, at as f32 * 0.5);
        println!(
            "{:6.1} found {:5.1} %  false {:6.3} an hour  latency {:5.1} s",
            p.threshold,
            100.0 * p.found,
            p.false_alarms_an_hour,
            p.latency
        );
    }
}
