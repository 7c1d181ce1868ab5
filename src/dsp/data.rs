//! The signals of machines: fax, modems and text telephones.
//!
//! What: the presence of what [`modem`](crate::modem) and [`tty`](crate::tty) know, from one
//! pass over the samples.
//!
//! How: one group of eight correlators serves both, each 5 ms.
//!
//! Limits: those of the two.

use crate::{
    bank::{Bins, Group, Turned, fold_half},
    modem::{Modem, ModemEvent},
    simd::{Kernels, Path, Work},
    tty::{Tty, TtyEvent},
};
use arrayvec::ArrayVec;
use std::sync::LazyLock;
use types::{
    frame::Samples,
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
    path: Path,
    turned: Turned,
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
            path: Path::best(),
            turned: Turned::START,
            modem: Modem::new(),
            tty: Tty::new(),
        }
    }

    pub fn process(&mut self, samples: &Samples, at: Tick) -> DataFrame {
        let mut frame = DataFrame::default();
        let turned = &mut self.turned;
        for (n, (bins, energy)) in self.path.run(Halves { samples, turned }).iter().enumerate() {
            let hop = Hop {
                bins: *bins,
                energy: *energy,
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

/// The correlators, shared by all lines.
static GROUP: LazyLock<Group> = LazyLock::new(|| Group::each(HOP, &FREQS));

/// Both halves of a frame: their bins and sums of squares.
struct Halves<'a> {
    samples: &'a Samples,
    turned: &'a mut Turned,
}

impl Work for Halves<'_> {
    type Output = [(Bins, f32); 2];

    #[inline(always)]
    fn run<K: Kernels>(self) -> [(Bins, f32); 2] {
        let (halves, _) = self.samples.as_chunks::<HOP>();
        [0, 1].map(|half: usize| {
            let hop = fold_half::<K>(&halves[half]);
            let [bins] = GROUP.hop::<K, 1>([&hop.folded], [&mut *self.turned]);
            (bins, hop.energy)
        })
    }
}
