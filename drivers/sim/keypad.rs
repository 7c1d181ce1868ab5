//! DTMF keys (ITU-T Q.23): the simulation's own generator.

use crate::sim::oscillator::Oscillator;
use types::digits::Digit;

pub const ROWS_HZ: [f64; 4] = [697.0, 770.0, 852.0, 941.0];
pub const COLUMNS_HZ: [f64; 4] = [1209.0, 1336.0, 1477.0, 1633.0];

/// The keypad row by row.
pub const KEYS: [[u8; 4]; 4] = [*b"123A", *b"456B", *b"789C", *b"*0#D"];

/// The row and column of a key.
pub fn place(digit: Digit) -> (usize, usize) {
    for (row, keys) in KEYS.iter().enumerate() {
        if let Some(column) = keys.iter().position(|&key| key == digit.ascii()) {
            return (row, column);
        }
    }
    unreachable!("a digit is one of the sixteen keys")
}

/// The sound of one held key.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyTone {
    row: Oscillator,
    column: Oscillator,
}

impl KeyTone {
    /// The row's tone at `level_dbm0`, the column's `twist_db` above it.
    pub fn new(digit: Digit, level_dbm0: f64, twist_db: f64) -> KeyTone {
        let (row, column) = place(digit);
        KeyTone {
            row: Oscillator::new(ROWS_HZ[row], level_dbm0),
            column: Oscillator::new(COLUMNS_HZ[column], level_dbm0 + twist_db),
        }
    }

    pub fn sample(&mut self) -> f64 {
        self.row.sample() + self.column.sample()
    }
}
