//! One port as seen from outside its thread: whether it works, and what it has counted.

use crate::runtime::side::Side;
use drivers::port::{PortCounters, PortError};
use line::keeper::TrunkState;
use std::sync::atomic::{AtomicU64, Ordering};
use types::tick::{Tick, Ticks};

const COUNT_EVERY: Ticks = Ticks::secs(1);

/// Whether a port works, or why not.
pub type PortState = Result<(), PortError>;

/// What an idle trunk's far end does with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FarEnd {
    Free,
    /// It holds or blocks it.
    Blocks {
        since: Tick,
    },
    InAlarm,
}

impl From<TrunkState> for FarEnd {
    fn from(state: TrunkState) -> FarEnd {
        match state {
            TrunkState::Blocked { since } => FarEnd::Blocks { since },
            TrunkState::Alarm => FarEnd::InAlarm,
            _ => FarEnd::Free,
        }
    }
}

/// The far end of a phone's own trunk as its line's thread sees it.
#[derive(Debug, Default)]
pub struct FarEndGauge(AtomicU64);

impl FarEndGauge {
    /// Numbers that are no tick of any run.
    const IN_ALARM: u64 = u64::MAX;
    /// What it begins with, so that its first tick is one later.
    const FREE: u64 = 0;

    pub fn set(&self, far_end: FarEnd) {
        let number = match far_end {
            FarEnd::Free => FarEndGauge::FREE,
            FarEnd::InAlarm => FarEndGauge::IN_ALARM,
            FarEnd::Blocks { since } => since.0 + 1,
        };
        self.0.store(number, Ordering::Relaxed);
    }

    pub fn get(&self) -> FarEnd {
        match self.0.load(Ordering::Relaxed) {
            FarEndGauge::FREE => FarEnd::Free,
            FarEndGauge::IN_ALARM => FarEnd::InAlarm,
            number => FarEnd::Blocks {
                since: Tick(number - 1),
            },
        }
    }
}

/// Written by the thread that owns the port, read by everybody.
#[derive(Debug, Default)]
pub struct PortGauge {
    state: AtomicU64,
    count_at: AtomicU64,
    openings: AtomicU64,
    frames_read: AtomicU64,
    frames_written: AtomicU64,
    overruns: AtomicU64,
    underruns: AtomicU64,
    late: AtomicU64,
    edges_dropped: AtomicU64,
    edges_recovered: AtomicU64,
}

impl PortGauge {
    pub fn set(&self, state: PortState) {
        self.state.store(number(state), Ordering::Relaxed);
    }

    pub fn state(&self) -> PortState {
        of(self.state.load(Ordering::Relaxed))
    }

    /// Shows a port as it is at this moment. Its counters are looked at now and then only.
    pub fn show(&self, side: &Side, now: Tick) {
        self.set(side.state());
        let due = self.count_at.load(Ordering::Relaxed);
        if now.0 >= due {
            self.count_at
                .store(now.0 + COUNT_EVERY.0, Ordering::Relaxed);
            self.count(&side.port.counters());
        }
    }

    /// The counters as they are now.
    pub fn count(&self, counters: &PortCounters) {
        for (of, to) in self.counts().into_iter().zip(values(counters)) {
            of.store(to, Ordering::Relaxed);
        }
    }

    /// The counters as they were a second ago at most.
    pub fn counters(&self) -> PortCounters {
        let counts = self.counts().map(|count| count.load(Ordering::Relaxed));
        let [
            openings,
            frames_read,
            frames_written,
            overruns,
            underruns,
            late,
            edges_dropped,
            edges_recovered,
        ] = counts;
        PortCounters {
            openings,
            frames_read,
            frames_written,
            overruns,
            underruns,
            late,
            edges_dropped,
            edges_recovered,
        }
    }

    fn counts(&self) -> [&AtomicU64; 8] {
        [
            &self.openings,
            &self.frames_read,
            &self.frames_written,
            &self.overruns,
            &self.underruns,
            &self.late,
            &self.edges_dropped,
            &self.edges_recovered,
        ]
    }
}

fn values(counters: &PortCounters) -> [u64; 8] {
    [
        counters.openings,
        counters.frames_read,
        counters.frames_written,
        counters.overruns,
        counters.underruns,
        counters.late,
        counters.edges_dropped,
        counters.edges_recovered,
    ]
}

/// A kind, and above it the system's error number.
fn number(state: PortState) -> u64 {
    match state {
        Ok(()) => 0,
        Err(PortError::Busy) => 1,
        Err(PortError::Gone) => 2,
        Err(PortError::Unconfigured) => 3,
        Err(PortError::Signalling) => 4,
        Err(PortError::Denied) => 5,
        Err(PortError::Alarm) => 6,
        Err(PortError::PutOnHook) => 7,
        Err(PortError::Unsupported(_)) => 8,
        Err(PortError::Driver(error)) => 9 | u64::from(error.cast_unsigned()) << 32,
    }
}

fn of(number: u64) -> PortState {
    Err(match number as u32 {
        0 => return Ok(()),
        1 => PortError::Busy,
        2 => PortError::Gone,
        3 => PortError::Unconfigured,
        4 => PortError::Signalling,
        5 => PortError::Denied,
        6 => PortError::Alarm,
        7 => PortError::PutOnHook,
        8 => PortError::Unsupported("what it was told"),
        _ => PortError::Driver(((number >> 32) as u32).cast_signed()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_far_end_does_is_read_as_it_was_set() {
        let gauge = FarEndGauge::default();
        assert_eq!(gauge.get(), FarEnd::Free);
        for far_end in [
            FarEnd::Blocks { since: Tick::ZERO },
            FarEnd::InAlarm,
            FarEnd::Blocks { since: Tick(777) },
            FarEnd::Free,
        ] {
            gauge.set(far_end);
            assert_eq!(gauge.get(), far_end);
        }
    }

    #[test]
    fn what_is_set_is_read() {
        let gauge = PortGauge::default();
        assert_eq!(gauge.state(), Ok(()));
        for error in [
            PortError::Busy,
            PortError::Gone,
            PortError::Unconfigured,
            PortError::Signalling,
            PortError::Denied,
            PortError::Alarm,
            PortError::PutOnHook,
            PortError::Driver(-3),
            PortError::Driver(500),
        ] {
            gauge.set(Err(error));
            assert_eq!(gauge.state(), Err(error));
        }
        let counters = PortCounters {
            openings: 1,
            frames_read: 2,
            frames_written: 3,
            overruns: 4,
            underruns: 5,
            late: 6,
            edges_dropped: 7,
            edges_recovered: 8,
        };
        gauge.count(&counters);
        assert_eq!(gauge.counters(), counters);
    }
}
