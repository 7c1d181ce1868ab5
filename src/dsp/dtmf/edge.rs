//! Where exactly a digit begins and ends.
//!
//! Its two waves explain the samples up to an edge and none beyond: the edge is where taking them
//! off the samples gains most. It is looked for in the block that the tones fill in part, and also in
//! the next one when noise leaves open in which of both it is.

use super::{
    Recent,
    blocks::{BLOCK, BLOCKS, Blocks, SEEN},
    steady::{Steady, lag},
    verdict::{Sound, whole},
};
use crate::simd::{Kernels, Work, blocks::GROUPS};

/// Shares of the digit's power in a block that it fills, and in one that it doesn't reach.
const FULL: f32 = 0.9;
const EMPTY: f32 = 0.01;

/// Groups of blocks in which an end is looked for, and the blocks that tell how the digit sounds.
const LATE: usize = 3;
const KNOWN: usize = 6;

/// To be found: how many samples ago this ended.
#[derive(Debug)]
pub(super) struct Ended<'a> {
    pub sound: &'a Sound,
    pub recent: &'a Recent,
}

impl Work for Ended<'_> {
    type Output = usize;

    #[inline(always)]
    fn run<K: Kernels>(self) -> usize {
        let sound = self.sound;
        let mut blocks = Blocks::of(self.recent, sound.tones, sound.off, sound.hum);
        blocks.look::<K>(GROUPS - LATE..GROUPS);
        let squares = sound.powers.map(|power| 2.0 * power);
        let whole = whole::<K>(&blocks, &squares);
        if whole == 0 {
            return 4 * LATE * BLOCK;
        }
        let last = whole.ilog2() as usize;
        let known = (last + 1).saturating_sub(KNOWN).max(4 * (GROUPS - LATE))..last + 1;
        let steady = Steady::of::<K>(&blocks, &known, lag(&known));
        let next = Some(last + 1).filter(|&next| next < blocks.good().end);
        let reach = reach::<K>(&blocks, &steady, last, next, &squares);
        (BLOCKS - last) * BLOCK - reach
    }
}

/// Samples since a digit began that `from` is the first whole block of.
#[inline(always)]
pub(super) fn age<K: Kernels>(
    blocks: &Blocks,
    steady: &Steady,
    from: usize,
    squares: &[f32; 2],
) -> usize {
    if from == blocks.good().start {
        return SEEN * BLOCK;
    }
    let reach = reach::<K>(blocks, steady, from, Some(from - 1), squares);
    (BLOCKS - 1 - from) * BLOCK + reach
}

/// How much of the digit's power there is in a block.
#[inline(always)]
pub(super) fn share(blocks: &Blocks, at: usize, squares: &[f32; 2]) -> f32 {
    let [rows, columns] = &blocks.fits.squares;
    (rows[at] + columns[at]) / (squares[0] + squares[1])
}

/// How many samples of a digit's outmost whole block, and of the one beyond if that is seen, it
/// reaches from the inside.
#[inline(always)]
fn reach<K: Kernels>(
    blocks: &Blocks,
    steady: &Steady,
    whole: usize,
    beyond: Option<usize>,
    squares: &[f32; 2],
) -> usize {
    let back = beyond.is_some_and(|beyond| beyond < whole);
    let part = |at: usize| gains(blocks, steady, at, back);
    let full = share(blocks, whole, squares) >= FULL;
    match beyond {
        None if full => BLOCK,
        Some(beyond) if full => BLOCK + longest::<K>(&part(beyond)),
        Some(beyond) if share(blocks, beyond, squares) >= EMPTY => {
            let both = [part(whole), part(beyond)];
            longest::<K>(both.as_flattened())
        }
        _ => longest::<K>(&part(whole)),
    }
}

/// What each sample of a block loses in power when the digit is taken off; `back`: last to first.
#[inline(always)]
fn gains(blocks: &Blocks, steady: &Steady, at: usize, back: bool) -> [f32; BLOCK] {
    let sound = blocks.sound(steady.at(blocks, at));
    let samples = blocks.block(at);
    let mut gains = [0.0; BLOCK];
    for n in 0..BLOCK {
        gains[n] = sound[n] * (samples[n] - 0.5 * sound[n]);
    }
    if back {
        gains.reverse();
    }
    gains
}

/// How many samples from the first on gain most: the edge to the nearest eight, then exactly.
#[inline(always)]
fn longest<K: Kernels>(gains: &[f32]) -> usize {
    const STEP: usize = 8;
    let (mut best, mut all, mut edge) = (0.0, 0.0, 0);
    for (n, part) in gains.as_chunks::<STEP>().0.iter().enumerate() {
        all += K::sum(part);
        if all > best {
            (best, edge) = (all, (n + 1) * STEP);
        }
    }
    let from = edge.saturating_sub(STEP);
    let upto = (edge + STEP).min(gains.len());
    let (mut best, mut all, mut longest) = (0.0, 0.0, from);
    for (n, gain) in gains[from..upto].iter().enumerate() {
        all += gain;
        if all > best {
            (best, longest) = (all, from + n + 1);
        }
    }
    longest
}
