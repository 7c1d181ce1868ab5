//! `linetest answer`: who, or what, answered a call.

use dsp::{
    answer::{AnswerEvent, Class, Classifier, Decision},
    modem::Signal,
};
use types::{
    frame::Samples,
    tick::{Tick, Ticks},
    tone::Tone,
};

use crate::{
    analysis::{Ear, Found, Label, Leg, Place},
    row::{self, Row},
    words,
};

/// Hears who answers on one channel.
#[derive(Debug)]
pub(crate) struct Answer {
    leg: Leg,
    classifier: Classifier,
    /// When the call is answered in the recording, until then.
    answered: Option<Tick>,
    /// In the order they fell; each replaces the one before.
    decisions: Vec<Decision>,
    beep: Option<Beep>,
}

#[derive(Clone, Copy, Debug)]
struct Beep {
    start: Tick,
    end: Tick,
    hz: f32,
}

impl Answer {
    pub fn new(leg: Leg, classifier: Classifier, answered: Ticks) -> Answer {
        Answer {
            leg,
            classifier,
            answered: Some(Tick::ZERO + answered),
            decisions: Vec::new(),
            beep: None,
        }
    }
}

impl Ear for Answer {
    fn hear(&mut self, samples: &Samples, at: &Place, found: &mut Found) {
        if let Some(answered) = self.answered.take_if(|answered| *answered <= at.start) {
            self.classifier.answered(answered);
        }
        for event in self.classifier.process(samples, at.start) {
            // What is heard before the answer tells only how loud the line's noise is.
            if self.answered.is_some() {
                continue;
            }
            match event {
                AnswerEvent::Decided(decision) => {
                    found.hit(at, Label::Word(class(decision.class)));
                    self.decisions.push(decision);
                }
                AnswerEvent::Beep { start, end, hz } => {
                    found.hit(at, Label::Word("beep"));
                    self.beep = Some(Beep { start, end, hz });
                }
            }
        }
    }

    fn end(&mut self, length: u64, found: &mut Found) {
        let ms = |at: Tick| row::ms(at.0.min(length));
        let told = |decision: &Decision| row::Earlier {
            class: class(decision.class),
            decided_ms: ms(decision.decided),
            confidence: row::hundredths(decision.confidence),
        };
        let last = self.decisions.last();
        let earlier = self.decisions.len().saturating_sub(1);
        let row = row::Answer {
            class: last.map_or("undecided", |last| class(last.class)),
            kind: last.and_then(|last| kind(last.class)),
            start_ms: last.map(|last| ms(last.start)),
            decided_ms: last.map(|last| ms(last.decided)),
            confidence: last.map(|last| row::hundredths(last.confidence)),
            beep_ms: self.beep.map(|beep| ms(beep.start)),
            beep_end_ms: self.beep.map(|beep| ms(beep.end)),
            beep_hz: self.beep.map(|beep| row::tenths(beep.hz)),
            earlier: self.decisions[..earlier].iter().map(told).collect(),
        };
        found.rows.push((self.leg, Row::Answer(row)));
    }
}

fn class(class: Class) -> &'static str {
    match class {
        Class::Person => "person",
        Class::Machine => "machine",
        Class::FaxModem(_) => "fax-modem",
        Class::Tty => "tty",
        Class::Sit(_) => "sit",
        Class::Music => "music",
        Class::Silence => "silence",
    }
}

fn kind(class: Class) -> Option<&'static str> {
    match class {
        Class::FaxModem(signal) => Some(match signal {
            Signal::FaxCalling => "fax-calling",
            Signal::DataCalling => "data-calling",
            Signal::Answer {
                reversals: false,
                modulated: false,
            } => "answer",
            Signal::Answer {
                reversals: true,
                modulated: false,
            } => "answer-reversals",
            Signal::Answer {
                reversals: false,
                modulated: true,
            } => "answer-modulated",
            Signal::Answer {
                reversals: true,
                modulated: true,
            } => "answer-reversals-modulated",
            Signal::BellAnswer => "bell-answer",
            Signal::FaxPreamble => "fax-preamble",
        }),
        Class::Sit(kind) => Some(words::name(Tone::Sit(kind))),
        _ => None,
    }
}
