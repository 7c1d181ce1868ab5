//! What the running program knows of its recorder: the object that writes, what its disk says, and
//! when that is told.
//!
//! Whether a call can be recorded is asked when the back office decides on it, and nobody waits for
//! the answer: it is the state below, which two threads keep up to date. It is wrong for no longer than
//!
//! | the disk | is known |
//! |---|---|
//! | refuses a write or a new file | at that write: a second after the audio |
//! | fails while nothing is recorded | at the next trial: [`TRIAL_EVERY`] |
//! | stands still | [`TRIAL_EVERY`] and [`STANDS_STILL`] later |
//! | works again | at the next write or trial; [`DISTRUST`] after a write that failed |
//!
//! A call that is admitted meanwhile is recorded from when the disk works on, and its record says what
//! is missing.

use crate::runtime::{gauges::Count, notice::Notice};
use std::{
    fmt, io,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use types::{
    call_record::Recorded,
    id::LineId,
    tap::TapEntry,
    tick::{Tick, Ticks},
};

/// The disk is tried this often, whether anything is recorded or not.
pub const TRIAL_EVERY: Ticks = Ticks::secs(2);
/// A disk that has not finished one thing in this time stands still. What waits for it is lost from the
/// fifth second on.
pub const STANDS_STILL: Ticks = Ticks::secs(4);
/// Trouble is over when there was none for so long: a disk that comes and goes is one trouble.
pub const CALM: Ticks = Ticks::secs(30);

/// So long after a failure of the recorder's own the disk is not trusted, whatever a trial says, unless a
/// later write went well.
pub const DISTRUST: Ticks = Ticks::secs(10);

/// A recorder: it takes the tap of all lines. An object without threads and clock.
pub trait Recording: Send {
    fn take(&mut self, entry: &TapEntry);

    /// Closes what is still open: the controller stops.
    fn finish(&mut self);

    /// The recordings closed since this was last asked.
    fn take_finished(&mut self) -> Vec<Finished>;

    /// What the disk said since this was last asked; `None` when it was not asked anything.
    fn take_outcome(&mut self) -> Option<Result<(), String>>;
}

/// A recording that was closed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finished {
    pub line: LineId,
    /// `None` when no file could be made.
    pub path: Option<PathBuf>,
    pub recorded: Recorded,
}

/// How recorders are made, at the start and after each of their deaths, and how their disk is tried.
#[derive(Clone)]
pub struct RecorderPlan {
    pub make: Arc<dyn Fn() -> Box<dyn Recording> + Send + Sync>,
    /// Returns when something was written so that it would survive a power failure.
    pub trial: Arc<dyn Fn() -> io::Result<()> + Send + Sync>,
}

impl fmt::Debug for RecorderPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecorderPlan").finish_non_exhaustive()
    }
}

/// One of the two that use the disk.
#[derive(Debug)]
pub struct DiskUse {
    /// Since when it has been at the present thing; `u64::MAX` while it is at none.
    since: AtomicU64,
    /// When it failed last; `u64::MAX` when it went well since.
    failed: AtomicU64,
    why: Mutex<String>,
}

impl Default for DiskUse {
    fn default() -> DiskUse {
        DiskUse {
            since: AtomicU64::new(u64::MAX),
            failed: AtomicU64::new(u64::MAX),
            why: Mutex::default(),
        }
    }
}

impl DiskUse {
    pub fn begins(&self, now: Tick) {
        self.since.store(now.0, Ordering::Release);
    }

    pub fn ends(&self) {
        self.since.store(u64::MAX, Ordering::Release);
    }

    /// What came of it, if anything did.
    pub fn outcome(&self, now: Tick, outcome: Option<Result<(), String>>) {
        match outcome {
            None => {}
            Some(Ok(())) => self.failed.store(u64::MAX, Ordering::Release),
            Some(Err(why)) => {
                *self.why.lock().unwrap_or_else(PoisonError::into_inner) = why;
                self.failed.store(now.0, Ordering::Release);
            }
        }
    }

    fn trouble(&self, now: Tick) -> Option<String> {
        let since = Tick(self.since.load(Ordering::Acquire));
        if now.since(since) >= STANDS_STILL {
            return Some("the disk stands still".to_owned());
        }
        let failed = self.failed.load(Ordering::Acquire);
        let distrusted = failed != u64::MAX && now.since(Tick(failed)) < DISTRUST;
        let why = || self.why.lock().unwrap_or_else(PoisonError::into_inner);
        distrusted.then(|| why().clone())
    }
}

/// The recorder as others see it. Lines never look at it.
#[derive(Debug, Default)]
pub struct RecorderHealth {
    pub writing: DiskUse,
    pub trial: DiskUse,
    /// Frames that the recorder was too far behind to be sent.
    pub lost: Arc<Count>,
}

impl RecorderHealth {
    /// Why a call that began now would not be recorded.
    pub fn trouble(&self, now: Tick) -> Option<String> {
        let writing = self.writing.trouble(now);
        writing.or_else(|| self.trial.trouble(now))
    }
}

/// Trouble with recording as it was last told: its begin at once, its end after some calm.
#[derive(Debug, Default)]
pub struct Spell {
    /// The first and the last sign of the trouble that was told.
    told: Option<(Tick, Tick)>,
    lost: u64,
}

impl Spell {
    /// What there is to tell: `trouble` is the present one, `lost` what was lost since the start.
    pub fn look(&mut self, now: Tick, trouble: Option<String>, lost: u64) -> Option<Notice> {
        let losing = std::mem::replace(&mut self.lost, lost) < lost;
        let behind = || losing.then(|| "the recorder is too far behind".to_owned());
        match (trouble.or_else(behind), &mut self.told) {
            (Some(why), None) => {
                self.told = Some((now, now));
                Some(Notice::NotRecording { why })
            }
            (Some(_), Some((_, last))) => {
                *last = now;
                None
            }
            (None, Some((first, last))) if now.since(*last) >= CALM => {
                let lasted = last.since(*first);
                self.told = None;
                Some(Notice::RecordingAgain { lasted })
            }
            (None, _) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Option<String> {
        Some("the disk is full".to_owned())
    }

    #[test]
    fn each_spell_of_trouble_is_told_when_it_begins_and_when_it_is_over() {
        let mut spell = Spell::default();
        assert_eq!(spell.look(Tick(0), None, 0), None);
        for begin in [Ticks::secs(10), Ticks::secs(1000)] {
            let begin = Tick::ZERO + begin;
            let begins = spell.look(begin, full(), 0);
            assert!(matches!(begins, Some(Notice::NotRecording { .. })));
            assert_eq!(spell.look(begin + Ticks::secs(5), full(), 0), None);
            assert_eq!(spell.look(begin + Ticks::secs(6), None, 0), None);
            let over = spell.look(begin + Ticks::secs(5) + CALM, None, 0);
            let lasted = Ticks::secs(5);
            assert_eq!(over, Some(Notice::RecordingAgain { lasted }));
        }
    }

    #[test]
    fn a_disk_that_comes_and_goes_is_one_trouble() {
        let mut spell = Spell::default();
        let told = (0..6000).filter_map(|second| {
            let trouble = (second % 7 == 0).then(full).flatten();
            spell.look(Tick::ZERO + Ticks::secs(second), trouble, 0)
        });
        assert_eq!(told.count(), 1);
    }

    #[test]
    fn what_is_lost_on_the_way_to_the_recorder_is_trouble() {
        let mut spell = Spell::default();
        assert!(spell.look(Tick(0), None, 3).is_some());
        assert_eq!(spell.look(Tick(800), None, 4), None, "told already");
        assert!(spell.look(Tick(800) + CALM, None, 4).is_some());
    }

    #[test]
    fn a_disk_that_fails_or_stands_still_is_trouble_until_it_works() {
        let health = RecorderHealth::default();
        let now = Tick(80_000);
        assert_eq!(health.trouble(now), None);
        health.trial.begins(now);
        assert_eq!(health.trouble(now + STANDS_STILL - Ticks(1)), None);
        assert!(health.trouble(now + STANDS_STILL).is_some());
        health.trial.ends();
        assert_eq!(health.trouble(now + STANDS_STILL), None);
        let full = || Some(Err("full".to_owned()));
        health.writing.outcome(now, full());
        assert_eq!(health.trouble(now), Some("full".to_owned()));
        health.writing.outcome(now, None);
        health.trial.outcome(now, Some(Ok(())));
        assert!(health.trouble(now).is_some(), "it wrote nothing since");
        assert_eq!(health.trouble(now + DISTRUST), None);
        health.writing.outcome(now, Some(Ok(())));
        assert_eq!(health.trouble(now), None);
    }
}
