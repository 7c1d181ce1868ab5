//! Time inside the controller: 1/8000 s of one monotonic (or virtual) clock.

use std::ops::{Add, AddAssign, Sub};

/// An instant. All lines, the keeper and the back office share one origin.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Tick(pub u64);

/// A length of time in ticks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Ticks(pub u64);

impl Ticks {
    pub const PER_SECOND: u64 = 8000;
    pub const ZERO: Ticks = Ticks(0);

    pub const fn ms(ms: u64) -> Ticks {
        Ticks(ms * 8)
    }

    pub const fn secs(secs: u64) -> Ticks {
        Ticks(secs * Ticks::PER_SECOND)
    }

    pub const fn as_ms(self) -> u64 {
        self.0 / 8
    }

    /// Whole seconds, rounded down.
    pub const fn as_secs(self) -> u64 {
        self.0 / Ticks::PER_SECOND
    }
}

impl Tick {
    pub const ZERO: Tick = Tick(0);

    /// The time since `earlier`; zero when `earlier` lies ahead.
    pub const fn since(self, earlier: Tick) -> Ticks {
        Ticks(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Ticks> for Tick {
    type Output = Tick;
    fn add(self, length: Ticks) -> Tick {
        Tick(self.0 + length.0)
    }
}

impl AddAssign<Ticks> for Tick {
    fn add_assign(&mut self, length: Ticks) {
        self.0 += length.0;
    }
}

impl Sub<Ticks> for Tick {
    type Output = Tick;
    fn sub(self, length: Ticks) -> Tick {
        Tick(self.0.saturating_sub(length.0))
    }
}

impl Add for Ticks {
    type Output = Ticks;
    fn add(self, other: Ticks) -> Ticks {
        Ticks(self.0 + other.0)
    }
}

impl Sub for Ticks {
    type Output = Ticks;
    fn sub(self, other: Ticks) -> Ticks {
        Ticks(self.0.saturating_sub(other.0))
    }
}
