//! The marks of the detector of pulse digits on the labelled set, and its false digits in speech and
//! music.
//!
//! `cargo run --release -p suites --example pulse -- 1 200` (first seed, dialings of 6 digits each)

use dsp::{
    echo::{Canceller, EchoSettings},
    pulse::{CERTAIN, PulseDigits},
};
use suites::{
    pulse::{Beside, Listener, PARTS, run, run_on_talk},
    three_way::Corpus,
};
use types::{
    frame::{FRAME, Samples},
    tick::Tick,
};

/// Where the detector listens.
#[derive(Clone, Copy, Debug)]
enum Behind {
    /// What was received.
    Nothing,
    /// What the canceller's filter leaves, and what its suppressor makes of that.
    Filter,
    Suppressor,
}

struct Ours {
    digits: PulseDigits,
    canceller: Option<Canceller>,
}

impl Ours {
    fn new(behind: Behind) -> Ours {
        let suppression = match behind {
            Behind::Nothing => None,
            Behind::Filter => Some(false),
            Behind::Suppressor => Some(true),
        };
        let canceller = suppression.map(|suppression| {
            Canceller::new(EchoSettings {
                taps: 256,
                delay: 0,
                suppression,
            })
        });
        Ours {
            digits: PulseDigits::new(),
            canceller,
        }
    }
}

impl Listener for Ours {
    fn frame(&mut self, sent: &Samples, samples: &Samples, at: u64) -> Option<(usize, u64, bool)> {
        let mut clean = [0; FRAME];
        match &mut self.canceller {
            Some(canceller) => canceller.process(sent, samples, &mut clean),
            None => clean = *samples,
        }
        let event = self.digits.process(&clean, Tick(at)).pop()?;
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
    let seeds = || first..first + count;
    for part in PARTS {
        let corpus = Corpus::load(part);
        for (beside, behind) in [
            (Beside::Quiet, Behind::Nothing),
            (Beside::Announcement, Behind::Nothing),
            (Beside::Announcement, Behind::Suppressor),
            (Beside::Announcement, Behind::Filter),
        ] {
            let marks = run(&corpus, beside, seeds(), || Ours::new(behind));
            let right = 100.0 * marks.right as f32 / marks.dialed.max(1) as f32;
            println!("{part:?} {beside:?} behind {behind:?}: {right:.1} % {marks:?}");
        }
        for level in [-12.0, -20.0, -30.0, -80.0] {
            for (beside, behind) in [
                (Beside::Quiet, Behind::Nothing),
                (Beside::Announcement, Behind::Filter),
            ] {
                let start = || Ours::new(behind);
                let (hours, told) = run_on_talk(&corpus, beside, level, start);
                println!(
                    "{part:?} {level} dBm0, {beside:?} behind {behind:?}: {told} digits in {hours:.2} h of \
                     speech and music"
                );
            }
        }
    }
}
