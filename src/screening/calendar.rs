//! Local time as screening needs it: a day of the week, a quarter hour, and what kind of
//! day it is.

/// Quarter hours in a day.
pub const STEPS_A_DAY: u8 = 96;

/// The facility's local time when the call is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LocalTime {
    /// 0 is Monday, 6 is Sunday.
    pub weekday: u8,
    /// Quarter hours since midnight, 0-95.
    pub step: u8,
    pub holiday: bool,
}

/// Which durations hold.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum DayKind {
    Weekday,
    Weekend,
    /// Whatever day of the week it is.
    Holiday,
}

/// Which days of the week are weekend: one bit a day, Monday the lowest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Weekend(pub u8);

impl Weekend {
    pub const SATURDAY_SUNDAY: Weekend = Weekend(0b110_0000);

    pub fn holds(&self, weekday: u8) -> bool {
        self.0 >> weekday & 1 == 1
    }
}

impl LocalTime {
    pub fn day_kind(&self, weekend: Weekend) -> DayKind {
        if self.holiday {
            DayKind::Holiday
        } else if weekend.holds(self.weekday) {
            DayKind::Weekend
        } else {
            DayKind::Weekday
        }
    }
}

/// A week of quarter hours, each open or closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WeekSteps {
    /// Monday first; the first quarter hour is the lowest bit of the first byte.
    pub open: [[u8; 12]; 7],
}

impl WeekSteps {
    pub const CLOSED: WeekSteps = WeekSteps { open: [[0; 12]; 7] };
    pub const OPEN: WeekSteps = WeekSteps {
        open: [[0xff; 12]; 7],
    };

    /// Opens the quarter hours from `from` up to, not including, `to`.
    ///
    /// # Panics
    /// When `weekday` is past 6 or `to` past [`STEPS_A_DAY`].
    pub fn with_open(mut self, weekday: u8, from: u8, to: u8) -> WeekSteps {
        assert!(weekday < 7 && to <= STEPS_A_DAY, "no such quarter hour");
        for step in from..to {
            self.open[usize::from(weekday)][usize::from(step / 8)] |= 1 << (step % 8);
        }
        self
    }

    /// Whether calls may be placed; a time that does not exist is closed.
    pub fn is_open(&self, when: &LocalTime) -> bool {
        let byte = self
            .open
            .get(usize::from(when.weekday))
            .and_then(|day| day.get(usize::from(when.step / 8)));
        byte.is_some_and(|byte| byte >> (when.step % 8) & 1 == 1)
    }
}
