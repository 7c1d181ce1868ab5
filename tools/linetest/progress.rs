//! `linetest progress`: the network's tones on a recording.

use dsp::progress::{Progress, ProgressEvent};
use types::{frame::Samples, tick::Tick, tone::Tone};

use crate::{
    analysis::{Ear, Found, Label, Leg, Place, after_end},
    row::{self, Row},
    words::{event, label, name},
};

/// Hears the tones of one channel.
#[derive(Debug)]
pub(crate) struct Tones {
    leg: Leg,
    detector: Progress,
    /// The tone that goes on.
    open: Option<Open>,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    tone: Tone,
    start: Tick,
    cycles: u16,
    level_dbm0: f32,
    confidence: f32,
}

impl Tones {
    pub fn new(leg: Leg, detector: Progress) -> Tones {
        Tones {
            leg,
            detector,
            open: None,
        }
    }

    fn hear_tone(&mut self, told: Open, at: &Place, found: &mut Found) {
        if let Some(open) = &mut self.open
            && open.tone == told.tone
        {
            open.cycles = open.cycles.max(told.cycles);
            open.level_dbm0 = told.level_dbm0;
            open.confidence = open.confidence.max(told.confidence);
            return;
        }
        self.close(told.start, found);
        if let Some(label) = label(told.tone) {
            found.hit(at, Label::Word(label));
        }
        self.open = Some(told);
    }

    fn close(&mut self, end: Tick, found: &mut Found) {
        if let Some(open) = self.open.take() {
            let row = row::Tone::new(
                (event(open.tone), name(open.tone)),
                (open.start, end.max(open.start)),
                open.confidence,
                open.level_dbm0,
                open.cycles,
            );
            found.rows.push((self.leg, Row::Tone(row)));
        }
    }
}

impl Ear for Tones {
    fn hear(&mut self, samples: &Samples, at: &Place, found: &mut Found) {
        let last = Tick(at.consumed);
        for event in self.detector.process(samples, at.start).events {
            match event {
                ProgressEvent::Tone {
                    tone,
                    cycles,
                    start,
                    level_dbm0,
                    confidence,
                } => {
                    let told = Open {
                        tone,
                        start: start.min(last),
                        cycles,
                        level_dbm0,
                        confidence,
                    };
                    self.hear_tone(told, at, found);
                }
                ProgressEvent::ToneEnd { at, .. } => self.close(at.min(last), found),
            }
        }
    }

    fn end(&mut self, length: u64, found: &mut Found) {
        after_end(length, |silence, at| self.hear(silence, at, found));
        self.close(Tick(length), found);
    }
}
