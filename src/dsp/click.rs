//! Clicks: what is left of a switched contact behind a telephone network.
//!
//! What: finds sounds that set in at once, are over within a few milliseconds, and stand alone.
//!
//! How: the power of the differences between neighbouring samples (voices are weak there, clicks
//! are not) in blocks of 1.25 ms. A block is a click when nothing within 12 ms before and little
//! from 7 to 15 ms after it comes near its power, and when it is well above the noise.
//! What follows it within 5 ms belongs to it: a network rings on.
//!
//! Limits: clicks at least 15 ms apart (a 20 pps dial with 33 % make has 16.5 ms), 10 dB above what
//! surrounds them, told 17 to 26 ms late. A voice of less than 70 Hz is heard as clicks: whoever
//! counts them looks at their rhythm. No standard exists.

use crate::level::power_dbm0;
use arrayvec::ArrayVec;
use types::{
    frame::{FRAME, Samples},
    tick::{Tick, Ticks},
};

/// One click.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Click {
    /// To about 1 ms.
    pub at: Tick,
    /// Level of its strongest 1.25 ms, of the samples as they are.
    pub level_dbm0: f32,
    /// How far it stands out of what was 4 to 12 ms before it.
    pub rise_db: f32,
    /// Share of its power that lies low: near 0 for a sharp tick, near 1 for a thump.
    pub low: f32,
}

/// The most clicks that a frame can bring.
pub const MOST: usize = 4;

/// The detector. One a leg.
#[derive(Clone, Debug)]
pub struct Clicks {
    last: i16,
    /// Power of the differences and of the samples, per block, newest last.
    sharp: [f32; KEPT],
    plain: [f32; KEPT],
    /// Of the differences; falls at once, rises slowly.
    floor: f32,
    /// Blocks since samples were lost or the beginning, until the window holds only whole ones.
    refill: usize,
}

/// Samples of a block, and blocks of a frame.
const BLOCK: usize = 10;
const BLOCKS: usize = FRAME / BLOCK;

/// The window around the block that is looked at: what was before it, what comes after it.
const BEFORE: usize = 10;
const AFTER: usize = 12;
const KEPT: usize = BEFORE + AFTER + BLOCKS;

/// 7 dB above what was before and what follows; 11 above the noise; not weaker than -66 dBm0 of
/// differences.
const ABOVE_BEFORE: f32 = 5.0;
const ABOVE_AFTER: f32 = 5.0;
const ABOVE_FLOOR: f32 = 12.0;
const LEAST: f32 = 60.0;

const FLOOR_AT_FIRST: f32 = 10.0;
const FLOOR_UP: f32 = 1.01;
const FLOOR_DOWN: f32 = 0.2;

impl Default for Clicks {
    fn default() -> Clicks {
        Clicks::new()
    }
}

impl Clicks {
    pub fn new() -> Clicks {
        Clicks {
            last: 0,
            sharp: [0.0; KEPT],
            plain: [0.0; KEPT],
            floor: FLOOR_AT_FIRST,
            refill: KEPT,
        }
    }

    /// The clicks that became certain with this frame; each was up to 26 ms ago.
    pub fn process(&mut self, samples: &Samples, at: Tick) -> ArrayVec<Click, MOST> {
        self.take(samples);
        let mut found = ArrayVec::new();
        for block in BEFORE..BEFORE + BLOCKS {
            if self.sharp[block] > LEAST && self.is_click(block) && !found.is_full() {
                found.push(self.click(block, at));
            }
        }
        self.refill = self.refill.saturating_sub(BLOCKS);
        if self.refill > 0 {
            found.clear();
        }
        found
    }

    /// The window begins anew: the seam is no click.
    pub fn lost(&mut self, samples: u32) {
        if samples > 0 {
            self.refill = KEPT;
        }
    }

    pub fn reset(&mut self) {
        *self = Clicks::new();
    }

    fn take(&mut self, samples: &Samples) {
        self.sharp.copy_within(BLOCKS.., 0);
        self.plain.copy_within(BLOCKS.., 0);
        let mut differences = [0.0f32; FRAME];
        let mut plain = [0.0f32; FRAME];
        let mut before = f32::from(self.last);
        for (n, &sample) in samples.iter().enumerate() {
            plain[n] = f32::from(sample);
            differences[n] = plain[n] - before;
            before = plain[n];
        }
        self.last = samples[FRAME - 1];
        for block in 0..BLOCKS {
            let to = KEPT - BLOCKS + block;
            let range = block * BLOCK..(block + 1) * BLOCK;
            self.sharp[to] = mean_square(&differences[range.clone()]);
            self.plain[to] = mean_square(&plain[range]);
            let up = (self.floor * FLOOR_UP).min(self.sharp[to].max(1.0));
            self.floor = if self.sharp[to] < self.floor {
                self.floor + FLOOR_DOWN * (self.sharp[to] - self.floor)
            } else {
                up.max(self.floor)
            };
        }
    }

    fn is_click(&self, block: usize) -> bool {
        let power = self.sharp[block];
        let most = |range: std::ops::Range<usize>| self.sharp[range].iter().fold(0.0, most);
        power > ABOVE_FLOOR * self.floor
            && power > ABOVE_BEFORE * most(block - BEFORE..block - 2)
            && power >= most(block - 2..block)
            && power > most(block + 1..block + 6)
            && power > ABOVE_AFTER * most(block + 6..block + AFTER)
    }

    fn click(&self, block: usize, at: Tick) -> Click {
        let power = self.sharp[block];
        let before = self.sharp[block - BEFORE..block - 2].iter();
        let plain = self.plain[block].max(self.plain[block + 1]).max(1.0);
        let late = (KEPT - block) * BLOCK;
        Click {
            at: at + Ticks(FRAME as u64) - Ticks(late as u64),
            level_dbm0: power_dbm0(plain),
            rise_db: 10.0 * (power / before.fold(1.0, most)).log10(),
            low: 1.0 - (power / (4.0 * plain)).min(1.0),
        }
    }
}

fn most(so_far: f32, value: &f32) -> f32 {
    so_far.max(*value)
}

/// Of a block, as a tree of additions.
fn mean_square(samples: &[f32]) -> f32 {
    let squares: [f32; BLOCK] = std::array::from_fn(|n| samples[n] * samples[n]);
    let pairs: [f32; BLOCK / 2] = std::array::from_fn(|n| squares[n] + squares[n + BLOCK / 2]);
    let [a, b, c, d, e] = pairs;
    (((a + b) + (c + d)) + e) / BLOCK as f32
}
