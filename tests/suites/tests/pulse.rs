//! Pulse digits on the labelled set, a short part of it. `examples/pulse.rs` runs any part.

use dsp::{
    echo::{Canceller, EchoSettings},
    pulse::{CERTAIN, PulseDigits},
};
use std::sync::LazyLock;
use suites::{
    pulse::{Beside, Listener, Marks, run, run_on_talk},
    three_way::{Corpus, Part},
};
use types::{
    frame::{FRAME, Samples},
    tick::Tick,
};

/// The detector as a line has it: behind the filter of a canceller.
struct Ours {
    canceller: Canceller,
    digits: PulseDigits,
}

impl Listener for Ours {
    fn frame(&mut self, sent: &Samples, samples: &Samples, at: u64) -> Option<(usize, u64, bool)> {
        self.canceller.process(sent, samples, &mut [0; FRAME]);
        let left = self.canceller.filtered();
        let event = self.digits.process(&left, Tick(at)).pop()?;
        let pulses = match event.digit.value()? {
            0 => 10,
            digit => usize::from(digit),
        };
        Some((pulses, event.start.0, event.confidence >= CERTAIN))
    }
}

/// Read once for all tests.
static TEST: LazyLock<Corpus> = LazyLock::new(|| Corpus::load(Part::Test));

fn ours() -> Ours {
    Ours {
        canceller: Canceller::new(EchoSettings {
            taps: 256,
            delay: 0,
            suppression: true,
        }),
        digits: PulseDigits::new(),
    }
}

fn marks(beside: Beside) -> Marks {
    let marks = run(&TEST, beside, 1000..1100, ours);
    println!("{beside:?}: {marks:?}");
    assert!(marks.dialed > 500);
    marks
}

#[test]
fn digits_are_told_as_they_were_dialed() {
    let marks = marks(Beside::Quiet);
    assert!(marks.right * 100 >= marks.dialed * 95);
    assert!(marks.ones_right * 100 >= marks.ones * 80);
    assert!(marks.wrong * 100 <= marks.dialed * 3);
}

#[test]
fn digits_are_told_while_our_announcement_is_said() {
    let marks = marks(Beside::Announcement);
    assert!(marks.right * 100 >= marks.dialed * 95);
    assert!(marks.wrong * 100 <= marks.dialed * 3);
}

/// At many levels: what a hair's breadth of level keeps from being a digit, another shows.
#[test]
fn speech_and_music_are_no_digits_at_any_level() {
    for (beside, levels) in [
        (Beside::Quiet, &[-12.0][..]),
        (Beside::Announcement, &[-29.0, -26.0, -24.0, -20.0]),
    ] {
        for &level in levels {
            let (hours, told) = run_on_talk(&TEST, beside, level, ours);
            println!("{beside:?} at {level} dBm0: {told} digits in {hours:.2} h");
            assert!(hours > 1.0);
            assert_eq!(told, 0);
        }
    }
}
