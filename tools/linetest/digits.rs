//! `linetest digits`: the DTMF digits on a recording.

use dsp::dtmf::{Dtmf, DtmfEvent};
use types::{digits::Digit, frame::Samples, tick::Tick};

use crate::{
    analysis::{AFTER_END, Ear, Found, Label, Leg, NOTHING, Place, after_end},
    row::{self, Row},
};

/// Hears the digits of one channel.
#[derive(Debug)]
pub(crate) struct Digits {
    leg: Leg,
    detector: Dtmf,
    /// The digit that is being keyed.
    open: Option<Open>,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    digit: Digit,
    start: Tick,
    level_dbm0: f32,
    twist_db: f32,
}

impl Digits {
    pub fn new(leg: Leg, detector: Dtmf) -> Digits {
        Digits {
            leg,
            detector,
            open: None,
        }
    }

    fn close(&mut self, end: Tick, found: &mut Found) {
        if let Some(open) = self.open.take() {
            let row = row::Digit::new(
                open.digit,
                open.start,
                end.max(open.start),
                open.level_dbm0,
                open.twist_db,
            );
            found.rows.push((self.leg, Row::Digit(row)));
        }
    }
}

impl Ear for Digits {
    fn hear(&mut self, samples: &Samples, at: &Place, found: &mut Found) {
        let last = Tick(at.consumed);
        for event in self.detector.process(samples, at.start).events {
            match event {
                DtmfEvent::Start {
                    digit,
                    start,
                    level_dbm0,
                    twist_db,
                } => {
                    self.close(start, found);
                    found.hit(at, Label::Digit(digit.ascii()));
                    self.open = Some(Open {
                        digit,
                        start: start.min(last),
                        level_dbm0,
                        twist_db,
                    });
                }
                DtmfEvent::End { end, .. } => self.close(end.min(last), found),
            }
        }
    }

    fn end(&mut self, length: u64, found: &mut Found) {
        for at in after_end(length).take(AFTER_END) {
            self.hear(&NOTHING, &at, found);
        }
        self.close(Tick(length), found);
    }
}
