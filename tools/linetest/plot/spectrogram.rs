//! The spectrum over time, in a bounded number of columns.
//!
//! How: each 5 ms a Hann window of 50 ms is transformed; a sine reads as its level in dBm0. Levels
//! are kept in half decibels, an octet each.

use std::{f32::consts::TAU, fmt, sync::Arc};

use dsp::level::{SILENCE_DBM0, dbm0, power_dbm0};
use rustfft::{Fft, FftPlanner, num_complex::Complex};
use types::frame::Samples;

/// Points of the transform: frequencies 15.6 Hz apart.
const POINTS: usize = 512;
/// Frequencies from 0 to 4 kHz.
pub(super) const BINS: usize = POINTS / 2 + 1;
const WINDOW: usize = 400;
const HOP: usize = 40;
/// The level is that of the last 20 ms: it does not follow the beat of two tones.
const LEVEL: usize = 160;
/// Columns are merged when there would be more: 40 s at full resolution.
const MOST: usize = 8000;

pub(super) struct Spectrogram {
    fft: Arc<dyn Fft<f32>>,
    window: Vec<f32>,
    buffer: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    /// The last samples, oldest first.
    past: Vec<i16>,
    columns: Vec<Column>,
    /// Hops a column stands for, and those that the last one has.
    hops: usize,
    filled: usize,
}

#[derive(Clone)]
struct Column {
    /// Half decibels above the least level.
    bins: [u8; BINS],
    level: u8,
}

impl fmt::Debug for Spectrogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spectrogram")
            .field("columns", &self.columns.len())
            .field("hops", &self.hops)
            .finish_non_exhaustive()
    }
}

impl Spectrogram {
    pub fn new() -> Spectrogram {
        let fft = FftPlanner::new().plan_fft_forward(POINTS);
        let window = (0..WINDOW).map(|at| {
            let turn = (at as f32 + 0.5) / WINDOW as f32;
            0.5 - 0.5 * (TAU * turn).cos()
        });
        Spectrogram {
            window: window.collect(),
            buffer: vec![Complex::default(); POINTS],
            scratch: vec![Complex::default(); fft.get_inplace_scratch_len()],
            fft,
            past: vec![0; WINDOW],
            columns: Vec::new(),
            hops: 1,
            filled: 1,
        }
    }

    pub fn hear(&mut self, samples: &Samples) {
        for hop in samples.as_chunks::<HOP>().0 {
            self.past.copy_within(HOP.., 0);
            self.past[WINDOW - HOP..].copy_from_slice(hop);
            let column = Column {
                bins: self.transform(),
                level: octet(dbm0(&self.past[WINDOW - LEVEL..])),
            };
            self.take(column);
        }
    }

    /// Columns, one at least when anything was heard.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Samples that a column stands for.
    pub fn column_samples(&self) -> usize {
        self.hops * HOP
    }

    /// The window reaches back: what it shows lies this many samples before the column's end.
    pub fn lag(&self) -> usize {
        WINDOW / 2
    }

    /// The same of the level.
    pub fn level_lag(&self) -> usize {
        LEVEL / 2
    }

    /// The level of a frequency in dBm0.
    pub fn at(&self, column: usize, bin: usize) -> f32 {
        level(self.columns[column].bins[bin])
    }

    /// The highest level in a column, in dBm0.
    pub fn level(&self, column: usize) -> f32 {
        level(self.columns[column].level)
    }

    fn take(&mut self, column: Column) {
        match self.columns.last_mut() {
            Some(last) if self.filled < self.hops => {
                last.merge(&column);
                self.filled += 1;
                return;
            }
            _ => {}
        }
        if self.columns.len() == MOST {
            for at in 0..MOST / 2 {
                let (even, odd) = (self.columns[2 * at].clone(), &self.columns[2 * at + 1]);
                let mut both = even;
                both.merge(odd);
                self.columns[at] = both;
            }
            self.columns.truncate(MOST / 2);
            self.hops *= 2;
        }
        self.columns.push(column);
        self.filled = 1;
    }

    fn transform(&mut self) -> [u8; BINS] {
        self.buffer.fill(Complex::default());
        let windowed = self.past.iter().zip(&self.window);
        for (to, (&sample, weight)) in self.buffer.iter_mut().zip(windowed) {
            to.re = f32::from(sample) * weight;
        }
        self.fft
            .process_with_scratch(&mut self.buffer, &mut self.scratch);
        // A sine of peak 1 sums to half of the window's sum, and its mean square is a half.
        let sum = WINDOW as f32 / 2.0;
        let scale = 2.0 / (sum * sum);
        let mut bins = [0; BINS];
        for (bin, value) in bins.iter_mut().zip(&self.buffer) {
            *bin = octet(power_dbm0(value.norm_sqr() * scale));
        }
        bins
    }
}

impl Column {
    fn merge(&mut self, other: &Column) {
        for (bin, other) in self.bins.iter_mut().zip(&other.bins) {
            *bin = (*bin).max(*other);
        }
        self.level = self.level.max(other.level);
    }
}

fn octet(dbm0: f32) -> u8 {
    ((dbm0 - SILENCE_DBM0) * 2.0) as u8
}

fn level(octet: u8) -> f32 {
    SILENCE_DBM0 + f32::from(octet) / 2.0
}
