//! What a simulated channel received last, as the channels that are joined with it send it on:
//! octet by octet, whatever their law.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use types::{
    frame::{FRAME, Frame},
    tick::{Tick, Ticks},
};

/// Octets kept: more than the delay and a block.
const KEPT: usize = 512;

/// From the one line to the other: a block, which is how a far end lives, and 1 ms, as in DAHDI.
pub const DELAY: Ticks = Ticks(FRAME as u64 + 8);
/// A join begins with so much silence.
pub const SILENCE: Ticks = Ticks(8);

/// Written by the channel that receives, read by those that hear it: atomics only.
#[derive(Debug)]
pub struct Received {
    octets: [AtomicU8; KEPT],
    /// The end of the last block.
    until: AtomicU64,
}

impl Received {
    pub fn new() -> Received {
        Received {
            octets: std::array::from_fn(|_| AtomicU8::new(0)),
            until: AtomicU64::new(0),
        }
    }

    /// Keeps the block that ends then.
    pub fn put(&self, end: Tick, frame: &Frame) {
        let start = end.0 - FRAME as u64;
        for (at, &octet) in (start..).zip(frame) {
            self.octets[at as usize % KEPT].store(octet, Ordering::Relaxed);
        }
        self.until.store(end.0, Ordering::Release);
    }

    /// What was on the line then, if that is known.
    pub fn at(&self, tick: Tick) -> Option<u8> {
        let until = self.until.load(Ordering::Acquire);
        let kept = tick.0 < until && tick.0 + KEPT as u64 >= until;
        kept.then(|| self.octets[tick.0 as usize % KEPT].load(Ordering::Relaxed))
    }
}

impl Default for Received {
    fn default() -> Received {
        Received::new()
    }
}
