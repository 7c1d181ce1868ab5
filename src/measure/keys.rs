//! All keys sent, all keys verified.
//!
//! What: which of the sixteen DTMF digits that were sent came back, how loud, with what twist.
//!
//! How: what is heard by [`dsp::dtmf`] is laid beside what was sent, in order, with the fewest
//! digits missing or too many.
//!
//! Limits: those of the detector: levels within 1 dB, twist within 1 dB.

use dsp::dtmf::{Dtmf, DtmfEvent, Profile};
use types::{
    digits::Digit,
    frame::{FRAME_TICKS, Samples},
    tick::Tick,
};

/// Every digit once.
pub const ALL: &str = "1234567890*#ABCD";

/// A digit that was heard.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct HeardKey {
    pub digit: Digit,
    pub start: Tick,
    pub level_dbm0: f32,
    pub twist_db: f32,
}

/// What became of a digit that was sent.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Key {
    Good(HeardKey),
    Missing(Digit),
    /// Heard and never sent.
    Extra(HeardKey),
}

/// Hears digits.
#[derive(Clone, Debug)]
pub struct KeyEar {
    dtmf: Dtmf,
    at: Tick,
    heard: Vec<HeardKey>,
}

impl KeyEar {
    pub fn new() -> KeyEar {
        KeyEar {
            dtmf: Dtmf::new(Profile::PinEntry),
            at: Tick::ZERO,
            heard: Vec::new(),
        }
    }

    pub fn process(&mut self, samples: &Samples) {
        for event in self.dtmf.process(samples, self.at).events {
            if let DtmfEvent::Start {
                digit,
                start,
                level_dbm0,
                twist_db,
            } = event
            {
                self.heard.push(HeardKey {
                    digit,
                    start,
                    level_dbm0,
                    twist_db,
                });
            }
        }
        self.at += FRAME_TICKS;
    }

    pub fn lost(&mut self, samples: u32) {
        self.dtmf.lost(samples);
    }

    pub fn heard(&self) -> &[HeardKey] {
        &self.heard
    }
}

impl Default for KeyEar {
    fn default() -> KeyEar {
        KeyEar::new()
    }
}

/// Lays what was heard beside what was sent.
pub fn verify(sent: &[Digit], heard: &[HeardKey]) -> Vec<Key> {
    // The fewest changes that make the one of the other.
    let (rows, columns) = (sent.len() + 1, heard.len() + 1);
    let mut cost = vec![vec![0usize; columns]; rows];
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            cost[row][column] = match (row + 1 < rows, column + 1 < columns) {
                (false, _) => columns - 1 - column,
                (_, false) => rows - 1 - row,
                _ if sent[row] == heard[column].digit => cost[row + 1][column + 1],
                _ => 1 + cost[row + 1][column].min(cost[row][column + 1]),
            };
        }
    }
    let (mut row, mut column) = (0, 0);
    let mut keys = Vec::new();
    while row < sent.len() || column < heard.len() {
        let both = row < sent.len() && column < heard.len();
        if both && sent[row] == heard[column].digit {
            keys.push(Key::Good(heard[column]));
            row += 1;
            column += 1;
        } else if row < sent.len()
            && (column == heard.len() || cost[row + 1][column] <= cost[row][column + 1])
        {
            keys.push(Key::Missing(sent[row]));
            row += 1;
        } else {
            keys.push(Key::Extra(heard[column]));
            column += 1;
        }
    }
    keys
}
