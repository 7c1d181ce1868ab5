//! What a trunk's signalling wants done.

use crate::SupervisionEvent;
use types::{
    digits::{Digits, List},
    edge::PortCommand,
    evidence::{AnswerEvidence, ReleaseEvidence},
    mf::{MfSignal, MfSignals},
    tick::Tick,
};

/// One thing to be done.
#[derive(Clone, PartialEq, Debug)]
pub enum Step {
    Command(PortCommand),
    /// Send these, then call `sent`.
    Send(Sending),
    /// Send this R2 forward signal until the next of these; `None`: silence.
    Hold(Option<MfSignal>),
    /// Tell the call.
    Event(SupervisionEvent),
}

/// A string to send.
#[derive(Clone, PartialEq, Debug)]
pub enum Sending {
    Dtmf(Digits),
    /// Loop pulses, sent by the port.
    Pulse(Digits),
    Mf(MfSignals),
}

/// What the far end of a supervised trunk tells of its call, and since when it has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LineSignal {
    Answer(AnswerEvidence, Tick),
    /// This may become a release.
    Doubt(ReleaseEvidence, Tick),
    /// It did not.
    DoubtOver(ReleaseEvidence),
    Release(ReleaseEvidence, Tick),
}

/// What one input can bring.
pub type Steps = List<Step, 4>;

pub(crate) fn one(step: Step) -> Steps {
    let mut steps = Steps::new();
    steps.push(step);
    steps
}

pub(crate) fn told(event: Option<SupervisionEvent>) -> Steps {
    event.into_iter().map(Step::Event).collect()
}

pub(crate) fn command(command: PortCommand) -> Steps {
    one(Step::Command(command))
}

/// A number between KP and ST.
pub(crate) fn framed(parts: &[&Digits]) -> MfSignals {
    let digits = parts.iter().flat_map(|digits| digits.iter());
    let mut signals = MfSignals::new();
    signals.push(MfSignal::KP);
    for signal in digits.filter_map(MfSignal::of_digit) {
        // Two strings that fill their space would not fit; no numbering plan has such.
        if signals.len() + 1 < signals.capacity() {
            signals.push(signal);
        }
    }
    signals.push(MfSignal::ST);
    signals
}
