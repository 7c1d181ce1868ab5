//! A digit that goes on: bridges short interruptions and finds its end.

use super::{
    DtmfEvent, Recent,
    edge::Ended,
    screen::{Hit, Screen, Tones},
    verdict::{Found, Sound},
};
use crate::{
    SAMPLE_RATE,
    bank::{HOP, scallop},
    simd::Path,
};
use types::tick::{Tick, Ticks};

#[derive(Clone, Copy, Debug)]
pub(super) struct Active {
    start: Tick,
    sound: Sound,
    /// Mean square of both tones as a hop's bins show it.
    whole: f32,
    /// Hops' worth of sound missing in a row.
    missing: f32,
    /// Hops since the last hit, and when that was.
    unlike: u8,
    last_hit: Tick,
    /// Hits in a row of another digit.
    other: u8,
}

impl Active {
    /// Hops' worth of silence that end a digit: more than an interruption of 10 ms has.
    const OVER: f32 = 1.5;
    /// A hop with this much of the amplitude is no interruption.
    const SOUND: f32 = 0.8;
    /// Hops in which something else covers the digit.
    const UNLIKE: u8 = 10;
    const OTHER: u8 = 2;

    pub fn new(start: Tick, now: Tick, found: &Found) -> Active {
        let sound = found.sound;
        let seen = |tone: usize| {
            let off_hz = sound.off[tone] * SAMPLE_RATE as f32 / std::f32::consts::TAU;
            let share = scallop(off_hz, HOP);
            share * share * sound.powers[tone]
        };
        Active {
            start,
            sound,
            whole: seen(0) + seen(1),
            missing: 0.0,
            unlike: 0,
            last_hit: now,
            other: 0,
        }
    }

    pub fn is(&self, tones: Tones) -> bool {
        self.sound.tones == tones
    }

    /// Whether a hop with its tones is as strong as the digit: then there is nothing to be asked.
    #[inline(always)]
    pub fn goes_on(&mut self, screen: &Screen, end: Tick) -> bool {
        let [row, column] = screen.pair(self.sound.tones, 0).powers();
        let goes_on = row + column >= Active::SOUND * Active::SOUND * self.whole;
        if goes_on {
            self.heard(end);
            self.missing = 0.0;
        }
        goes_on
    }

    fn heard(&mut self, end: Tick) {
        self.unlike = 0;
        self.other = 0;
        self.last_hit = end;
    }

    /// Takes a hop into account; returns when the digit ended, if it did.
    pub fn follow(
        &mut self,
        hit: Option<&Hit>,
        screen: &Screen,
        recent: &Recent,
        path: Path,
        end: Tick,
    ) -> Option<Tick> {
        match hit {
            Some(hit) if hit.tones == self.sound.tones => self.heard(end),
            Some(_) => self.other += 1,
            None => self.unlike = self.unlike.saturating_add(1),
        }
        let [row, column] = screen.pair(self.sound.tones, 0).powers();
        let power = row + column;
        let part = (power / self.whole).sqrt();
        if part >= Active::SOUND {
            self.missing = 0.0;
        } else {
            self.missing += 1.0 - part;
        }
        if self.missing >= Active::OVER {
            let ago = path.run(Ended {
                sound: &self.sound,
                recent,
            });
            return Some((end - Ticks(ago as u64)).max(self.start));
        }
        let over = self.unlike >= Active::UNLIKE || self.other >= Active::OTHER;
        over.then_some(self.last_hit)
    }

    pub fn ended(&self, end: Tick) -> DtmfEvent {
        DtmfEvent::End {
            digit: self.sound.tones.digit(),
            start: self.start,
            end: end.max(self.start),
        }
    }
}
