//! Pulse digits on the labelled set, a short part of it. `examples/pulse.rs` runs any part.

use dsp::pulse::{CERTAIN, PulseDigits};
use std::sync::LazyLock;
use suites::{
    pulse::{Beside, Listener, Marks, run, run_on_talk},
    three_way::{Corpus, Part},
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

/// Read once for all tests.
static TEST: LazyLock<Corpus> = LazyLock::new(|| Corpus::load(Part::Test));

fn ours() -> Ours {
    Ours(PulseDigits::new())
}

fn marks(beside: Beside) -> Marks {
    let marks = run(&TEST, beside, 1000..1060, ours);
    println!("{beside:?}: {marks:?}");
    assert!(marks.dialed > 300);
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
fn digits_are_told_while_our_announcement_comes_back_behind_a_canceller() {
    let marks = marks(Beside::Cancelled);
    assert!(marks.right * 100 >= marks.dialed * 95);
    assert!(marks.wrong * 100 <= marks.dialed * 3);
}

#[test]
fn speech_and_music_are_no_digits() {
    let (hours, told) = run_on_talk(&TEST, -18.0, ours);
    println!("{told} digits in {hours:.2} h");
    assert!(hours > 1.0);
    assert_eq!(told, 0);
}
