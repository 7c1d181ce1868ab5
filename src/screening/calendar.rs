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

/// A day of quarter hours, each open or closed: the first is the lowest bit of the first byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DaySteps(pub [u8; 12]);

impl DaySteps {
    pub const CLOSED: DaySteps = DaySteps([0; 12]);
    pub const OPEN: DaySteps = DaySteps([0xff; 12]);

    /// Opens the quarter hours from `from` up to, not including, `to`.
    ///
    /// # Panics
    /// When `to` is past [`STEPS_A_DAY`].
    pub fn with_open(mut self, from: u8, to: u8) -> DaySteps {
        assert!(to <= STEPS_A_DAY, "no such quarter hour");
        for step in from..to {
            self.0[usize::from(step / 8)] |= 1 << (step % 8);
        }
        self
    }

    /// Opens from one quarter hour up to a later one, as people write that: `08:00-11:45`, where `24:00`
    /// is the end of the day. `None` of anything else.
    pub fn with_hours(self, text: &str) -> Option<DaySteps> {
        let (from, to) = text.split_once('-')?;
        let (from, to) = (quarter(from.trim())?, quarter(to.trim())?);
        (from < to).then(|| self.with_open(from, to))
    }

    /// The times at which it is open, as they are read by [`DaySteps::with_hours`].
    pub fn hours(&self) -> Vec<String> {
        let time = |step: u8| format!("{:02}:{:02}", step / 4, step % 4 * 15);
        let mut hours = Vec::new();
        let mut from = None;
        for step in 0..=STEPS_A_DAY {
            match (self.is_open(step), from) {
                (true, None) => from = Some(step),
                (false, Some(begun)) => {
                    hours.push(format!("{}-{}", time(begun), time(step)));
                    from = None;
                }
                _ => {}
            }
        }
        hours
    }

    /// Open whenever either is.
    pub fn or(self, other: DaySteps) -> DaySteps {
        DaySteps(std::array::from_fn(|byte| self.0[byte] | other.0[byte]))
    }

    /// A quarter hour that does not exist is closed.
    pub fn is_open(&self, step: u8) -> bool {
        let byte = self.0.get(usize::from(step / 8));
        byte.is_some_and(|byte| byte >> (step % 8) & 1 == 1)
    }
}

/// A quarter hour of the day, as `08:15`; `24:00` is its end.
fn quarter(text: &str) -> Option<u8> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = |text: &str| text.len() == 2 && text.bytes().all(|c| c.is_ascii_digit());
    if !digits(hours) || !digits(minutes) {
        return None;
    }
    let (hours, minutes): (u8, u8) = (hours.parse().ok()?, minutes.parse().ok()?);
    let quarter = hours.checked_mul(4)?.checked_add(minutes / 15)?;
    (minutes < 60 && minutes % 15 == 0 && quarter <= STEPS_A_DAY).then_some(quarter)
}

/// A week of days, Monday first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WeekSteps {
    pub open: [DaySteps; 7],
}

impl WeekSteps {
    pub const CLOSED: WeekSteps = WeekSteps {
        open: [DaySteps::CLOSED; 7],
    };
    pub const OPEN: WeekSteps = WeekSteps {
        open: [DaySteps::OPEN; 7],
    };

    /// Opens the quarter hours from `from` up to, not including, `to`.
    ///
    /// # Panics
    /// When `weekday` is past 6 or `to` past [`STEPS_A_DAY`].
    pub fn with_open(mut self, weekday: u8, from: u8, to: u8) -> WeekSteps {
        let day = &mut self.open[usize::from(weekday)];
        *day = day.with_open(from, to);
        self
    }

    /// Open whenever either is.
    pub fn or(self, other: WeekSteps) -> WeekSteps {
        WeekSteps {
            open: std::array::from_fn(|day| self.open[day].or(other.open[day])),
        }
    }

    /// Whether calls may be placed; a time that does not exist is closed.
    pub fn is_open(&self, when: &LocalTime) -> bool {
        let day = self.open.get(usize::from(when.weekday));
        day.is_some_and(|day| day.is_open(when.step))
    }
}

/// One of the five circuit schedules; a phone without one is always in service.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ScheduleNumber(u8);

impl ScheduleNumber {
    pub fn new(number: u8) -> Option<ScheduleNumber> {
        (1..=5).contains(&number).then_some(ScheduleNumber(number))
    }

    pub fn number(self) -> u8 {
        self.0
    }
}

/// When phones are in service, by what kind of day it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Schedule {
    pub weekday: DaySteps,
    pub weekend: DaySteps,
    pub holiday: DaySteps,
}

impl Schedule {
    pub fn is_in_service(&self, when: &LocalTime, weekend: Weekend) -> bool {
        let day = match when.day_kind(weekend) {
            DayKind::Weekday => &self.weekday,
            DayKind::Weekend => &self.weekend,
            DayKind::Holiday => &self.holiday,
        };
        day.is_open(when.step)
    }
}
