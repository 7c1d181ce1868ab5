//! The central office's DTMF receiver: windows of 15 ms every 5 ms through plain goertzel
//! filters; a digit's length is the number of windows it fills at least half.
//!
//! Limits (ITU-T Q.24, AT&T's column, with a little room): level -36 to +3 dBm0 a tone, the
//! column at most 6 dB above and 10 dB below the row, frequency within 2.5 %, a digit from
//! 30 ms on (must: 40 accepted, 23 refused), a pause from 20 ms on.

use crate::sim::{
    keypad::{COLUMNS_HZ, KEYS, ROWS_HZ},
    level,
};
use arrayvec::ArrayVec;
use goertzel_nostd::Parameters;
use std::{f32::consts::TAU, fmt};
use types::{
    digits::Digit,
    frame::{FRAME, Samples},
};

const WINDOW: usize = 120;
const HOP: usize = FRAME / 2;
const MIN_DBM0: f64 = -36.0;
const MAX_DBM0: f64 = 3.0;
const TWIST_DB: std::ops::RangeInclusive<f64> = -10.0..=6.0;
const FREQUENCY_LIMIT: f32 = 0.025;
/// The share of the power that the two tones hold in a window full of digit.
const SHARE: f64 = 0.7;
/// How far below its group's best any other tone is, as a ratio of power (8 dB).
const OTHERS: f32 = 0.16;
/// Windows at least half full: 30 ms.
const LENGTH: usize = 6;
/// Of these, windows that meet every limit.
const CLEAN: usize = 3;

/// What one window showed.
#[derive(Clone, Copy, Debug)]
struct Seen {
    row: usize,
    column: usize,
    /// Magnitudes and phases of the row's and the column's tone.
    magnitude: [f32; 2],
    phase: [f32; 2],
    clean: bool,
}

#[derive(Clone)]
pub struct DtmfRegister {
    filters: [Parameters; 8],
    window: [f32; WINDOW],
    run: ArrayVec<Seen, 16>,
    /// This run's digit was already told.
    told: bool,
}

impl fmt::Debug for DtmfRegister {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DtmfRegister")
            .field("run", &self.run)
            .field("told", &self.told)
            .finish_non_exhaustive()
    }
}

impl Default for DtmfRegister {
    fn default() -> DtmfRegister {
        DtmfRegister::new()
    }
}

impl DtmfRegister {
    pub fn new() -> DtmfRegister {
        let filter = |at: usize| Parameters::new(hz(at) as f32, 8000, WINDOW);
        DtmfRegister {
            filters: std::array::from_fn(filter),
            window: [0.0; WINDOW],
            run: ArrayVec::new(),
            told: false,
        }
    }

    /// Hears the next frame; a digit is told once, when it is long enough.
    pub fn hear(&mut self, frame: &Samples) -> Option<Digit> {
        let first = self.hop(&frame[..HOP]);
        let second = self.hop(&frame[HOP..]);
        first.or(second)
    }

    fn hop(&mut self, samples: &[i16]) -> Option<Digit> {
        self.window.copy_within(HOP.., 0);
        for (to, &from) in self.window[WINDOW - HOP..].iter_mut().zip(samples) {
            *to = f32::from(from);
        }
        let Some(seen) = self.look() else {
            self.end_run();
            return None;
        };
        if !self.continues(&seen) {
            self.end_run();
        }
        if self.run.is_full() {
            self.run.remove(0);
        }
        self.run.push(seen);
        if self.told || !self.is_digit() {
            return None;
        }
        self.told = true;
        Digit::parse(KEYS[seen.row][seen.column])
    }

    fn end_run(&mut self) {
        self.run.clear();
        self.told = false;
    }

    /// The same key, and not much weaker than it was.
    fn continues(&self, seen: &Seen) -> bool {
        let Some(last) = self.run.last() else {
            return true;
        };
        let peak = self.peak();
        last.row == seen.row
            && last.column == seen.column
            && (0..2).all(|tone| seen.magnitude[tone] >= 0.25 * peak[tone])
    }

    fn peak(&self) -> [f32; 2] {
        let mut peak = [0.0f32; 2];
        for seen in &self.run {
            for (most, magnitude) in peak.iter_mut().zip(seen.magnitude) {
                *most = most.max(magnitude);
            }
        }
        peak
    }

    fn is_digit(&self) -> bool {
        let peak = self.peak();
        let filled = |seen: &&Seen| (0..2).all(|t| seen.magnitude[t] >= 0.5 * peak[t]);
        self.run.iter().filter(filled).count() >= LENGTH
            && self.run.iter().filter(|seen| seen.clean).count() >= CLEAN
            && self.frequencies_are_right()
    }

    /// The tones' phases must turn from window to window as their frequencies say.
    fn frequencies_are_right(&self) -> bool {
        let mut error = [0.0f32; 2];
        let mut pairs = 0;
        for pair in self.run.windows(2).filter(|p| p[0].clean && p[1].clean) {
            let keys = [pair[1].row, 4 + pair[1].column];
            for tone in 0..2 {
                let turn = TAU * hz(keys[tone]) as f32 / 8000.0 * HOP as f32;
                let off = pair[1].phase[tone] - pair[0].phase[tone] - turn;
                let off = off - TAU * (off / TAU).round();
                error[tone] += off / TAU * 8000.0 / HOP as f32 / hz(keys[tone]) as f32;
            }
            pairs += 1;
        }
        pairs > 0
            && error
                .iter()
                .all(|e| (e / pairs as f32).abs() < FREQUENCY_LIMIT)
    }

    /// The strongest row and column of the window; `None` when it is too quiet.
    fn look(&self) -> Option<Seen> {
        let power: f64 = self.window.iter().map(|&x| f64::from(x * x)).sum();
        if level::dbm0_of_power(power / WINDOW as f64) < MIN_DBM0 - 6.0 {
            return None;
        }
        let parts = self
            .filters
            .map(|f| f.start().add_samples(self.window.iter()).finish());
        let powers = parts.map(|(re, im)| re * re + im * im);
        let row = strongest(&powers[..4]);
        let column = strongest(&powers[4..]);
        let both = [row, 4 + column];
        let levels = both
            .map(|k| level::dbm0_of_power(f64::from(powers[k]) * 2.0 / (WINDOW * WINDOW) as f64));
        let share =
            both.iter().map(|&k| f64::from(powers[k])).sum::<f64>() * 2.0 / (WINDOW as f64 * power);
        let clean = levels.iter().all(|&l| (MIN_DBM0..=MAX_DBM0).contains(&l))
            && TWIST_DB.contains(&(levels[1] - levels[0]))
            && share > SHARE
            && alone(&powers[..4], row)
            && alone(&powers[4..], column);
        Some(Seen {
            row,
            column,
            magnitude: both.map(|k| powers[k].sqrt()),
            phase: both.map(|k| parts[k].1.atan2(parts[k].0)),
            clean,
        })
    }
}

fn hz(at: usize) -> f64 {
    if at < 4 {
        ROWS_HZ[at]
    } else {
        COLUMNS_HZ[at - 4]
    }
}

fn strongest(powers: &[f32]) -> usize {
    let mut best = 0;
    for (at, power) in powers.iter().enumerate() {
        if *power > powers[best] {
            best = at;
        }
    }
    best
}

fn alone(powers: &[f32], best: usize) -> bool {
    let others = powers.iter().enumerate().filter(|(at, _)| *at != best);
    others
        .map(|(_, power)| power)
        .all(|p| *p < OTHERS * powers[best])
}
