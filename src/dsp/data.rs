//! The signals of machines: fax, modems and text telephones.
//!
//! What: the presence of what [`modem`](crate::modem) and [`tty`](crate::tty) know, from one
//! pass over the samples.
//!
//! How: one group of eight correlators serves both, each 5 ms.
//!
//! Limits: those of the two.

use crate::{
    bank_before::{Bank, Bins, to_float},
    modem::{Modem, ModemEvent},
    tty::{Tty, TtyEvent},
};
use arrayvec::ArrayVec;
use types::{
    frame::{FRAME, Samples},
    tick::{Tick, Ticks},
};

/// What a frame held.
#[derive(Clone, Debug, Default)]
pub struct DataFrame {
    pub modem: ArrayVec<ModemEvent, 2>,
    pub tty: Option<TtyEvent>,
    /// The frame looks like one of these signals, though nothing may be told yet.
    pub tonal: bool,
}

/// Both detectors. One a leg.
#[derive(Clone, Debug)]
pub struct DataSignals {
    bank: Bank<HOP>,
    modem: Modem,
    tty: Tty,
}

/// What 5 ms gave.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hop {
    pub bins: Bins,
    /// Sum of squares.
    pub energy: f32,
    pub end: Tick,
}

pub(crate) const HOP: usize = 40;
pub(crate) const HOP_TICKS: Ticks = Ticks(HOP as u64);

/// The correlators' frequencies in Hz, and which is which.
pub(crate) const FREQS: [f32; 8] = [
    1100.0, 1300.0, 2100.0, 2225.0, 1650.0, 1850.0, 1400.0, 1800.0,
];
pub(crate) const FAX_CALLING: usize = 0;
pub(crate) const DATA_CALLING: usize = 1;
pub(crate) const ANSWER: usize = 2;
pub(crate) const BELL_ANSWER: usize = 3;
pub(crate) const V21_MARK: usize = 4;
pub(crate) const V21_SPACE: usize = 5;
pub(crate) const TTY_MARK: usize = 6;
pub(crate) const TTY_SPACE: usize = 7;

impl DataSignals {
    pub fn new() -> DataSignals {
        DataSignals {
            bank: Bank::new(&FREQS),
            modem: Modem::new(),
            tty: Tty::new(),
        }
    }

    pub fn process(&mut self, samples: &Samples, at: Tick) -> DataFrame {
        let mut frame = DataFrame::default();
        let samples: [f32; FRAME] = to_float(samples);
        for (n, hop) in samples.as_chunks::<HOP>().0.iter().enumerate() {
            let hop = Hop {
                bins: self.bank.hop(hop),
                energy: energy(hop),
                end: at + Ticks(((n + 1) * HOP) as u64),
            };
            if let Some(event) = self.modem.hop(&hop) {
                // No more than one a hop, and two hops in a frame.
                let _ = frame.modem.try_push(event);
            }
            frame.tty = self.tty.hop(&hop).or(frame.tty);
        }
        frame.tonal = self.modem.hears() || self.tty.hears();
        frame
    }

    /// Samples are missing before the next frame. A signal that goes on is not told again.
    pub fn lost(&mut self, samples: u32) {
        if samples > 0 {
            self.modem.lost();
            self.tty.lost();
        }
    }

    /// Forgets all that was heard, in place.
    pub fn reset(&mut self) {
        self.modem.reset();
        self.tty.reset();
    }
}

impl Default for DataSignals {
    fn default() -> DataSignals {
        DataSignals::new()
    }
}

fn energy(hop: &[f32; HOP]) -> f32 {
    let mut squares = [0.0f32; 8];
    for chunk in hop.as_chunks::<8>().0 {
        for (square, sample) in squares.iter_mut().zip(chunk) {
            *square += sample * sample;
        }
    }
    squares.iter().sum()
}
