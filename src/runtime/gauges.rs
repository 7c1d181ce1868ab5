//! What a line's thread shows to the others: counters, its pulse, and the call it has open.
//! All atomics: the line writes, everybody else reads, nobody waits.

use crate::runtime::port_gauge::{FarEndGauge, PortGauge};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, AtomicU64, Ordering};
use types::{
    id::{CallId, LineId, TrunkId},
    tick::{Tick, Ticks},
};

/// A frame handled later than this after its end is late.
pub const LATE: Ticks = Ticks::ms(10);

/// Upper bounds of the buckets of lateness, in ticks; one more bucket lies above.
const BOUNDS: [u64; 17] = [
    2, 4, 8, 12, 16, 24, 32, 40, 48, 64, 80, 96, 120, 160, 240, 400, 800,
];

/// How late frames were handled after their end.
#[derive(Debug, Default)]
pub struct Lateness {
    buckets: [AtomicU32; BOUNDS.len() + 1],
    late: AtomicU64,
    worst: AtomicU64,
}

impl Lateness {
    pub fn note(&self, lateness: Ticks) {
        let bucket = BOUNDS.partition_point(|&bound| bound <= lateness.0);
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        if lateness > LATE {
            self.late.fetch_add(1, Ordering::Relaxed);
        }
        self.worst.fetch_max(lateness.0, Ordering::Relaxed);
    }

    /// Frames later than [`LATE`].
    pub fn late(&self) -> u64 {
        self.late.load(Ordering::Relaxed)
    }

    pub fn worst(&self) -> Ticks {
        Ticks(self.worst.load(Ordering::Relaxed))
    }

    /// A lateness that all but one frame in a thousand kept below, rounded up to a bucket's
    /// bound; never more than the worst there was.
    pub fn p999(&self) -> Ticks {
        let counts = self.buckets.each_ref().map(|b| b.load(Ordering::Relaxed));
        let all: u64 = counts.iter().map(|&c| u64::from(c)).sum();
        let mut above = all / 1000;
        for (bucket, &count) in counts.iter().enumerate().rev() {
            if u64::from(count) > above {
                let bound = BOUNDS.get(bucket).map_or(u64::MAX, |&bound| bound);
                return Ticks(bound).min(self.worst());
            }
            above -= u64::from(count);
        }
        Ticks::ZERO
    }
}

/// How often a reader looks at a slot that changes. A change takes some ten instructions.
const READS: usize = 10_000;

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    pub fn add(&self, amount: u64) {
        self.0.fetch_add(amount, Ordering::Relaxed);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Everything that is counted of one line, since the start of the program.
#[derive(Debug, Default)]
pub struct Counts {
    pub turns: Count,
    pub frames: Count,
    /// Samples that never reached us, by side.
    pub phone_lost: Count,
    pub trunk_lost: Count,
    /// Frames of the trunk thrown away because it ran ahead of the phone.
    pub slips: Count,
    /// Frames that a port's full transmit queue refused.
    pub writes_refused: Count,
    /// Frames left out because lateness had made a transmit queue deeper than its slack.
    pub writes_left_out: Count,
    pub phone_faults: Count,
    pub trunk_faults: Count,
    /// Questions that were not sent: the back office was too far behind.
    pub asks_dropped: Count,
    /// Questions answered with `Unavailable` on the spot for the same reason.
    pub asks_refused: Count,
    /// Borrowings answered with `NoneFree` on the spot: the keeper was too far behind.
    pub borrows_refused: Count,
    pub facts_dropped: Count,
    pub tap_dropped: Count,
    /// Times the line's program died or was cut.
    pub deaths: Count,
}

/// One line, as seen from outside its thread.
#[derive(Debug)]
pub struct Gauges {
    pub line: LineId,
    pub counts: Counts,
    pub lateness: Lateness,
    pub pulse: Pulse,
    pub phone: PortGauge,
    /// The phone's own trunk; a shared one is the keeper's to tell of.
    pub own_trunk: PortGauge,
    pub own_far_end: FarEndGauge,
    open: OpenSlot,
}

impl Gauges {
    pub fn new(line: LineId) -> Gauges {
        Gauges {
            line,
            counts: Counts::default(),
            lateness: Lateness::default(),
            pulse: Pulse::default(),
            phone: PortGauge::default(),
            own_trunk: PortGauge::default(),
            own_far_end: FarEndGauge::default(),
            open: OpenSlot::default(),
        }
    }

    /// The call that is open at this moment.
    pub fn open_call(&self) -> Option<OpenCall> {
        self.open.read()
    }

    pub(crate) fn set_open_call(&self, open: Option<OpenCall>) {
        self.open.write(open);
    }
}

/// Whether a line's thread lives, for the watchdog.
#[derive(Debug)]
pub struct Pulse {
    /// By when the thread has something to do at the latest; `u64::MAX` while it sleeps
    /// without a deadline, or does not run.
    due: AtomicU64,
    /// The thread as the system knows it; 0 while none runs.
    thread: AtomicI32,
    /// The trunk that is lent; 0 for none, else the id plus one.
    lent: AtomicU32,
    /// The watchdog has cut this line off.
    cut: AtomicBool,
    /// The controller gives this line up at a stop.
    abandoned: AtomicBool,
    /// Told to stop, the line has nothing going on.
    quiet: AtomicBool,
    /// Somebody has taken it upon himself to end the open record.
    ending: AtomicBool,
}

impl Default for Pulse {
    fn default() -> Pulse {
        Pulse {
            due: AtomicU64::new(u64::MAX),
            thread: AtomicI32::new(0),
            lent: AtomicU32::new(0),
            cut: AtomicBool::new(false),
            abandoned: AtomicBool::new(false),
            quiet: AtomicBool::new(false),
            ending: AtomicBool::new(false),
        }
    }
}

impl Pulse {
    /// The thread starts.
    pub fn begin(&self, thread: i32) {
        self.thread.store(thread, Ordering::Relaxed);
        self.ending.store(false, Ordering::Relaxed);
        self.set_quiet(false);
        self.cut.store(false, Ordering::Release);
    }

    /// The thread is over.
    pub fn end(&self) {
        self.due.store(u64::MAX, Ordering::Release);
        self.thread.store(0, Ordering::Relaxed);
        self.set_quiet(true);
    }

    pub fn set_quiet(&self, quiet: bool) {
        self.quiet.store(quiet, Ordering::Release);
    }

    pub fn is_quiet(&self) -> bool {
        self.quiet.load(Ordering::Acquire)
    }

    /// The thread will do something by then (now, when it is at work).
    pub fn due(&self, at: Option<Tick>) {
        self.due
            .store(at.map_or(u64::MAX, |t| t.0), Ordering::Release);
    }

    /// How long the thread has been silent though it should have run.
    pub fn silent(&self, now: Tick) -> Ticks {
        now.since(Tick(self.due.load(Ordering::Acquire)))
    }

    pub fn thread(&self) -> i32 {
        self.thread.load(Ordering::Relaxed)
    }

    pub fn lend(&self, trunk: Option<TrunkId>) {
        let coded = trunk.map_or(0, |t| u32::from(t.0) + 1);
        self.lent.store(coded, Ordering::Release);
    }

    pub fn lent(&self) -> Option<TrunkId> {
        let coded = self.lent.load(Ordering::Acquire);
        coded
            .checked_sub(1)
            .and_then(|id| u16::try_from(id).ok())
            .map(TrunkId)
    }

    /// Whether the line had not been cut before.
    pub fn cut(&self) -> bool {
        !self.cut.swap(true, Ordering::AcqRel)
    }

    pub fn is_cut(&self) -> bool {
        self.cut.load(Ordering::Acquire)
    }

    pub fn abandon(&self) {
        self.abandoned.store(true, Ordering::Release);
    }

    pub fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Acquire)
    }

    /// Whether the caller is the one to end the open record of a line that died.
    pub fn take_ending(&self) -> bool {
        !self.ending.swap(true, Ordering::AcqRel)
    }
}

/// A call whose record is open at the back office.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OpenCall {
    pub call: CallId,
    pub off_hook_at: Tick,
}

/// The open call in atomics. It is read when the writer no longer writes; a version number
/// tells a reader that was wrong about that.
#[derive(Debug, Default)]
struct OpenSlot {
    /// Odd while the others change.
    version: AtomicU32,
    open: AtomicBool,
    site: AtomicU32,
    sequence: AtomicU64,
    off_hook_at: AtomicU64,
}

impl OpenSlot {
    fn write(&self, open: Option<OpenCall>) {
        self.version.fetch_add(1, Ordering::AcqRel);
        self.open.store(open.is_some(), Ordering::Release);
        if let Some(open) = open {
            self.site.store(open.call.site, Ordering::Release);
            self.sequence.store(open.call.sequence, Ordering::Release);
            self.off_hook_at
                .store(open.off_hook_at.0, Ordering::Release);
        }
        self.version.fetch_add(1, Ordering::AcqRel);
    }

    fn read(&self) -> Option<OpenCall> {
        for _ in 0..READS {
            let before = self.version.load(Ordering::Acquire);
            let open = self.open.load(Ordering::Acquire).then(|| OpenCall {
                call: CallId {
                    site: self.site.load(Ordering::Acquire),
                    sequence: self.sequence.load(Ordering::Acquire),
                },
                off_hook_at: Tick(self.off_hook_at.load(Ordering::Acquire)),
            });
            if before.is_multiple_of(2) && self.version.load(Ordering::Acquire) == before {
                return open;
            }
            std::hint::spin_loop();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lateness_is_counted_with_its_worst_and_its_thousandth() {
        let lateness = Lateness::default();
        assert_eq!(lateness.p999(), Ticks::ZERO);
        for _ in 0..1998 {
            lateness.note(Ticks::ms(1));
        }
        lateness.note(Ticks::ms(300));
        assert_eq!(
            lateness.p999(),
            Ticks(12),
            "one in 1999 is less than one in 1000"
        );
        lateness.note(Ticks::ms(10));
        lateness.note(Ticks::ms(11));
        assert_eq!(lateness.p999(), Ticks(96), "the third worst of 2001");
        assert_eq!(lateness.worst(), Ticks::ms(300));
        assert_eq!(lateness.late(), 2, "10 ms is not late, 11 and 300 are");
    }

    #[test]
    fn a_thread_is_silent_from_when_it_should_have_run() {
        let pulse = Pulse::default();
        assert_eq!(pulse.silent(Tick(u64::MAX)), Ticks::ZERO, "it does not run");
        pulse.due(Some(Tick(100)));
        assert_eq!(pulse.silent(Tick(90)), Ticks::ZERO);
        assert_eq!(pulse.silent(Tick(150)), Ticks(50));
        pulse.due(None);
        assert_eq!(pulse.silent(Tick(1 << 60)), Ticks::ZERO, "it sleeps");
        assert!(pulse.cut() && !pulse.cut() && pulse.is_cut());
        assert!(pulse.take_ending() && !pulse.take_ending());
    }

    #[test]
    fn the_lent_trunk_and_the_open_call_are_read_as_written() {
        let gauges = Gauges::new(LineId(3));
        assert_eq!(gauges.pulse.lent(), None);
        gauges.pulse.lend(Some(TrunkId(0)));
        assert_eq!(gauges.pulse.lent(), Some(TrunkId(0)));
        assert_eq!(gauges.open_call(), None);
        let call = CallId {
            site: 9,
            sequence: 1 << 40,
        };
        let open = OpenCall {
            call,
            off_hook_at: Tick(5),
        };
        gauges.set_open_call(Some(open));
        assert_eq!(gauges.open_call(), Some(open));
        gauges.set_open_call(None);
        assert_eq!(gauges.open_call(), None);
    }
}
