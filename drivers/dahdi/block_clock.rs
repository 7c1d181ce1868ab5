//! When blocks ended, what was lost before them, and what was sent in their place.
//!
//! DAHDI stamps nothing and tells no amounts: a block is known by when it was read, which is never
//! before it was complete. So its end is taken from the earliest reading, in samples, of the last
//! seconds. What is lost is known by what should have been there:
//!
//! * A full queue was read: what came since it was full was dropped for want of room.
//! * All was read, and it is more than a block behind: the card skipped those samples. Where that was
//!   less, the earliest reading of the next seconds tells, when it moves by more than clocks drift.
//! * What was given for sending is used up by the time: silence was sent since.
//!
//! A card's clock is a millisecond behind ours at most. Spans that DAHDI's own timer drives stand still
//! for up to 8 ms between bursts: of them each loss may be counted by so much too long, and a late
//! thread as one though nothing was lost yet.

use super::channel::QUEUE;
use crate::port::PortCounters;
use types::{
    frame::{FRAME, FRAME_TICKS},
    tick::Tick,
};

/// How far readings may lag behind the card beyond a block, before samples count as skipped: the
/// bursts of DAHDI's own timer, and a thread that is late without losing anything.
const JITTER: i64 = 80;
/// Blocks over which the earliest reading counts: the card's clock may be slower than ours.
const WINDOW: u32 = 512;
/// By how many samples clocks may drift apart in a window: 500 ppm that ours is slewed by, 100 of
/// the card's own.
const DRIFT: i64 = 32;
/// Samples of a full queue.
const FULL: i64 = (QUEUE * FRAME) as i64;

#[derive(Debug)]
pub struct BlockClock {
    /// Where sample zero lies: at the flush, or by the earliest reading of this window and of the
    /// last.
    base: i64,
    window: i64,
    readings: u32,
    /// Samples since the flush: read, and lost.
    samples: i64,
    /// Samples that were given for sending since the flush, silence for want of them included.
    supplied: i64,
    /// When the first block since all was read was taken, and the samples before it.
    first: Option<(i64, i64)>,
    untold: u32,
}

impl Default for BlockClock {
    fn default() -> BlockClock {
        BlockClock::new()
    }
}

impl BlockClock {
    pub fn new() -> BlockClock {
        BlockClock {
            base: 0,
            window: i64::MAX,
            readings: 0,
            samples: 0,
            supplied: 0,
            first: None,
            untold: 0,
        }
    }

    /// Both queues are empty and `primed` samples are about to be sent.
    pub fn flush(&mut self, now: Tick, primed: usize) {
        *self = BlockClock {
            base: now.0 as i64,
            supplied: primed as i64,
            ..BlockClock::new()
        };
    }

    /// A block was read: when it ended, and how many samples were lost before it.
    pub fn read(&mut self, now: Tick, counters: &mut PortCounters) -> (Tick, u32) {
        self.first.get_or_insert((now.0 as i64, self.samples));
        self.samples += FRAME as i64;
        counters.frames_read += 1;
        self.reading(now.0 as i64 - self.samples, counters);
        self.underruns(now, counters);
        let end = Tick((self.base + self.samples).max(0) as u64).min(now);
        counters.late += u64::from(now.since(end) > FRAME_TICKS);
        (end, std::mem::take(&mut self.untold))
    }

    fn reading(&mut self, base: i64, counters: &mut PortCounters) {
        self.window = self.window.min(base);
        self.base = self.base.min(base);
        self.readings += 1;
        if self.readings == WINDOW {
            let behind = self.window - self.base;
            if behind > DRIFT {
                self.lose(behind, counters);
            } else {
                self.base = self.window;
            }
            (self.window, self.readings) = (i64::MAX, 0);
        }
    }

    fn lose(&mut self, samples: i64, counters: &mut PortCounters) {
        // The kernel moves eight at a time.
        let lost = samples / 8 * 8;
        self.samples += lost;
        self.untold = self.untold.saturating_add(lost as u32);
        counters.overruns += lost as u64;
    }

    /// Nothing more is there.
    pub fn empty(&mut self, now: Tick, counters: &mut PortCounters) {
        let now_empty = (now.0 as i64, self.samples);
        let (at, before) = self.first.take().unwrap_or(now_empty);
        let waited = at - self.base - before;
        let behind = now.0 as i64 - self.base - self.samples;
        if self.samples - before >= FULL && waited > FULL {
            // A new block began when the first was taken.
            self.lose(waited - FULL, counters);
        } else if behind > FRAME as i64 + JITTER {
            self.lose(behind, counters);
        }
        self.underruns(now, counters);
    }

    pub fn written(&mut self, now: Tick, counters: &mut PortCounters) {
        self.underruns(now, counters);
        self.supplied += FRAME as i64;
        counters.frames_written += 1;
    }

    /// Sending keeps step with receiving; what was not there in time went out as silence.
    fn underruns(&mut self, now: Tick, counters: &mut PortCounters) {
        let short = now.0 as i64 - self.base - self.supplied;
        if short > 0 {
            counters.underruns += short as u64;
            self.supplied += short;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use types::tick::Ticks;

    fn at(ticks: u64) -> Tick {
        Tick(1000 + ticks)
    }

    fn flushed() -> (BlockClock, PortCounters) {
        let mut clock = BlockClock::new();
        clock.flush(at(0), 2 * FRAME);
        (clock, PortCounters::default())
    }

    #[test]
    fn late_readings_move_no_block() {
        let (mut clock, mut counters) = flushed();
        for (n, late) in (1..).zip([0, 64, 8, 40, 0, 79]) {
            let now = at(80 * n + late);
            assert_eq!(clock.read(now, &mut counters), (at(80 * n), 0));
            clock.written(now, &mut counters);
            clock.empty(now, &mut counters);
        }
        assert_eq!((counters.overruns, counters.underruns), (0, 0));
    }

    #[test]
    fn what_was_dropped_is_told_with_the_next_block() {
        let (mut clock, mut counters) = flushed();
        clock.read(at(80), &mut counters);
        clock.empty(at(80), &mut counters);
        // Four blocks waited, all else was dropped until there was room.
        for n in 2..6 {
            assert_eq!(clock.read(at(1600), &mut counters), (at(80 * n), 0));
        }
        clock.empty(at(1600), &mut counters);
        assert_eq!(counters.overruns, 1200);
        assert_eq!(clock.read(at(1680), &mut counters), (at(1680), 1200));
        assert!(counters.underruns >= 1300, "{counters:?}");
    }

    #[test]
    fn a_gap_just_longer_than_the_queue_is_counted() {
        let (mut clock, mut counters) = flushed();
        clock.read(at(80), &mut counters);
        clock.empty(at(80), &mut counters);
        for _ in 0..4 {
            clock.read(at(80 + 328), &mut counters);
            clock.written(at(80 + 328), &mut counters);
        }
        clock.empty(at(80 + 328), &mut counters);
        // Of the 160 that were primed 80 were left at the first reading.
        assert_eq!((counters.overruns, counters.underruns), (8, 248));
        assert_eq!(clock.read(at(488), &mut counters), (at(488), 8));
    }

    #[test]
    fn a_few_ticks_that_a_card_skips_are_counted_within_ten_seconds() {
        let (mut clock, mut counters) = flushed();
        for n in 1..1200 {
            let now = at(80 * n + if n > 100 { 56 } else { 0 });
            clock.read(now, &mut counters);
            clock.written(now, &mut counters);
            clock.empty(now, &mut counters);
        }
        assert_eq!((counters.overruns, counters.underruns), (56, 0));
    }

    #[test]
    fn a_card_that_is_slower_than_our_clock_is_followed() {
        let (mut clock, mut counters) = flushed();
        for n in 1..20_000 {
            let now = at(80 * n + n / 100);
            let (end, lost) = clock.read(now, &mut counters);
            assert!(now.since(end) < Ticks(12) && lost == 0, "{n}");
            clock.empty(now, &mut counters);
            clock.written(now, &mut counters);
        }
    }
}
