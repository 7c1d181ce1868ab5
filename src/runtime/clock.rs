//! The real clock: ticks of CLOCK_MONOTONIC, and the wall clock for the back office alone.

use nix::time::{ClockId, clock_gettime};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use types::tick::{Tick, Ticks};

/// One origin for all threads of a process. A copy is the same clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Clock {
    origin: Duration,
}

impl Clock {
    /// Tick zero is now.
    pub fn start() -> Clock {
        let origin = monotonic();
        Clock { origin }
    }

    /// Tick zero comes this much later; until then it is tick zero already.
    pub fn starting_in(wait: Duration) -> Clock {
        let origin = monotonic() + wait;
        Clock { origin }
    }

    /// The reading of CLOCK_MONOTONIC at tick zero, for drivers that keep the same time.
    pub fn origin(&self) -> Duration {
        self.origin
    }

    pub fn now(&self) -> Tick {
        let nanos = monotonic().saturating_sub(self.origin).as_nanos();
        let ticks = nanos * u128::from(Ticks::PER_SECOND) / 1_000_000_000;
        Tick(u64::try_from(ticks).expect("the clock runs for less than 70 million years"))
    }

    /// A tick, and UTC in milliseconds since 1970 at that tick.
    pub fn anchor(&self) -> (Tick, i64) {
        same_moment(|| self.now(), utc_ms)
    }

    /// The time from now to `tick`; zero when it is past.
    pub fn until(&self, tick: Tick) -> Duration {
        duration(tick.since(self.now()))
    }
}

fn monotonic() -> Duration {
    let now = clock_gettime(ClockId::CLOCK_MONOTONIC);
    now.expect("every Linux has CLOCK_MONOTONIC").into()
}

/// How far apart two clocks may have been read to count as read together.
const TOGETHER: Ticks = Ticks::ms(1);
const READINGS: usize = 16;

/// Reads the wall clock between two readings of the ticks, and again where the thread was held up
/// in between: on a busy machine that is for as long as another thread's turn.
fn same_moment(mut tick: impl FnMut() -> Tick, mut wall: impl FnMut() -> i64) -> (Tick, i64) {
    let mut best = (Ticks(u64::MAX), Tick::ZERO, 0);
    for _ in 0..READINGS {
        let before = tick();
        let utc_ms = wall();
        let apart = tick().since(before);
        if apart < best.0 {
            best = (apart, before, utc_ms);
        }
        if apart <= TOGETHER {
            break;
        }
    }
    (best.1, best.2)
}

/// A length as the system counts it.
pub fn duration(length: Ticks) -> Duration {
    // In two parts, so that no length overflows.
    let part = length.0 % Ticks::PER_SECOND;
    Duration::from_secs(length.as_secs())
        + Duration::from_nanos(part * 1_000_000_000 / Ticks::PER_SECOND)
}

/// UTC in milliseconds since 1970, as the system's clock says at this moment.
pub fn utc_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    // A clock before 1970 is a broken clock; zero is as good as any.
    since.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn a_length_is_the_same_in_ticks_and_in_time() {
        assert_eq!(duration(Ticks(1)), Duration::from_nanos(125_000));
        assert_eq!(duration(Ticks::ms(1500)), Duration::from_millis(1500));
        assert_eq!(duration(Ticks::secs(1 << 40)).as_secs(), 1 << 40);
    }

    /// Both clocks, where reading takes so many milliseconds, one after the other.
    fn read_taking(ms: &[u64]) -> (Tick, i64) {
        let (next, time) = (Cell::new(0), Cell::new(0));
        let read = || {
            time.set(time.get() + ms[next.get() % ms.len()]);
            next.set(next.get() + 1);
            time.get()
        };
        same_moment(|| Tick::ZERO + Ticks::ms(read()), || read() as i64)
    }

    #[test]
    fn a_thread_that_was_held_up_between_two_clocks_reads_them_again() {
        let together = Tick::ZERO + Ticks::ms(410);
        assert_eq!(read_taking(&[0, 390, 10, 10, 0, 0]), (together, 410));
    }

    #[test]
    fn a_thread_that_is_always_held_up_takes_the_least_of_it() {
        let least = Tick::ZERO + Ticks::ms(55);
        assert_eq!(read_taking(&[5, 30, 15, 5, 3, 2, 5, 40, 5]), (least, 58));
    }

    #[test]
    fn a_clock_that_starts_later_stands_at_zero_until_then() {
        let clock = Clock::starting_in(Duration::from_secs(3600));
        assert_eq!(clock.now(), Tick::ZERO);
        let origin = clock.origin();
        assert!(origin > Clock::start().origin() + Duration::from_secs(3500));
    }

    #[test]
    fn the_clock_goes_on_and_a_copy_agrees() {
        let clock = Clock::start();
        let copy = clock;
        std::thread::sleep(Duration::from_millis(3));
        let first = clock.now();
        assert!(first >= Tick(20));
        assert!(copy.now() >= first);
        assert_eq!(clock.until(Tick::ZERO), Duration::ZERO);
    }
}
