//! The fifteen multifrequency signals: two of six tones, numbered as registers number them.
//!
//! R1 (ITU-T Q.320) and R2 (Q.441) pair their six frequencies in the same order, so that one
//! number serves both: 1 to 9 and 10 for the digit 0, then five that each system uses in its own
//! way.

use crate::digits::{Digit, List};
use std::fmt;

/// One of the signals 1 to 15.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MfSignal(u8);

/// A string of signals to send, long enough for a number between its KP and ST.
pub type MfSignals = List<MfSignal, 34>;

/// Places of the two tones among a system's six frequencies, from the lowest in R1 and in R2
/// forward, from the highest in R2 backward.
const PAIRS: [(usize, usize); 15] = [
    (0, 1),
    (0, 2),
    (1, 2),
    (0, 3),
    (1, 3),
    (2, 3),
    (0, 4),
    (1, 4),
    (2, 4),
    (3, 4),
    (0, 5),
    (1, 5),
    (2, 5),
    (3, 5),
    (4, 5),
];

impl MfSignal {
    /// R1: opens a string of signals.
    pub const KP: MfSignal = MfSignal(13);
    /// R1: ends it.
    pub const ST: MfSignal = MfSignal(15);

    pub const fn new(number: u8) -> Option<MfSignal> {
        match number {
            1..=15 => Some(MfSignal(number)),
            _ => None,
        }
    }

    /// The signal that stands for a decimal digit.
    pub const fn of_digit(digit: Digit) -> Option<MfSignal> {
        match digit.value() {
            Some(0) => Some(MfSignal(10)),
            Some(value) => Some(MfSignal(value)),
            None => None,
        }
    }

    pub const fn number(self) -> u8 {
        self.0
    }

    pub fn digit(self) -> Option<Digit> {
        Digit::decimal(if self.0 == 10 { 0 } else { self.0 }).filter(|_| self.0 <= 10)
    }

    /// Which two of the six tones sound.
    pub const fn pair(self) -> (usize, usize) {
        PAIRS[self.0 as usize - 1]
    }

    /// The signal of two tones, the lower place first.
    pub fn of_pair(pair: (usize, usize)) -> Option<MfSignal> {
        let at = PAIRS.iter().position(|&p| p == pair)?;
        Some(MfSignal(at as u8 + 1))
    }
}

impl fmt::Debug for MfSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MF {}", self.0)
    }
}
