//! `linetest progress`: the network's tones on a recording.

use dsp::progress::{Progress, ProgressEvent};
use types::{frame::Samples, tick::Tick, tone::Tone};

use crate::{
    analysis::{AFTER_END, Ear, Found, Label, Leg, NOTHING, Place, after_end},
    row::{self, Row},
    words::{event, label, name},
};

/// Frames that outlast every pause of a cadence, 15 s and what exchanges stray: 20 s.
const PAUSE: usize = 2000;

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
        let mut after = after_end(length);
        for at in after.by_ref().take(AFTER_END) {
            self.hear(&NOTHING, &at, found);
        }
        // In a pause of the cadence the tone may have ended before the recording did: which it was,
        // is known when the pause is longer than any of it.
        for at in after.take(PAUSE) {
            if self.open.is_none() {
                return;
            }
            self.hear(&NOTHING, &at, found);
        }
        self.close(Tick(length), found);
    }
}
