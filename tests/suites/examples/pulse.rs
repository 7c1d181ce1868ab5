//! The marks of the detector of pulse digits on the labelled set, and its false digits in speech and
//! music.
//!
//! `cargo run --release -p suites --example pulse -- 1 200` (first seed, dialings of 6 digits each)

use dsp::pulse::{CERTAIN, PulseDigits};
use suites::{
    pulse::{Beside, Listener, PARTS, run, run_on_talk},
    three_way::Corpus,
};
use types::{frame::Samples, tick::Tick};

struct Ours(PulseDigits);

impl Listener for Ours {
    fn frame(&mut self, samples: &Samples, at: u64) -> Option<(usize, u64, bool)> {
        let event = self.0.process(samples, Tick(at)).pop()?;
        let pulses = match event.digit.value()? {
            0 => 10,
            digit => usize::from(digit),
        };
        Some((pulses, event.start.0, event.confidence >= CERTAIN))
    }
}

fn main() {
    let number = |at: usize| std::env::args().nth(at).and_then(|a| a.parse::<u64>().ok());
    let (first, count) = (number(1).unwrap_or(1), number(2).unwrap_or(200));
    for part in PARTS {
        let corpus = Corpus::load(part);
        let start = || Ours(PulseDigits::new());
        for beside in [Beside::Quiet, Beside::Announcement, Beside::Cancelled] {
            let marks = run(&corpus, beside, first..first + count, start);
            println!("{part:?} {beside:?}: {marks:?}");
        }
        for level in [-12.0, -20.0, -30.0] {
            let (hours, told) = run_on_talk(&corpus, level, start);
            println!("{part:?} {level} dBm0: {told} digits in {hours:.2} h of speech and music");
        }
    }
}
