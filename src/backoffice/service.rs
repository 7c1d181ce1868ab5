//! Whether a phone is in service, and for how long: circuit schedules on the facility's calendar.
//!
//! A quarter hour that daylight saving leaves out never comes; one that it repeats is both times
//! as the schedule says. A call's length is counted in ticks: no change of the clock touches it.

use crate::{
    Error,
    clock::{self, QUARTER_MS},
    stored,
};
use db::{
    Read, Tables,
    keys::{DateKey, ScheduleKey},
};
use jiff::tz::TimeZone;
use screening::{LocalTime, Open, Schedule, ScheduleNumber, Weekend};
use types::tick::Ticks;

/// The facility's calendar with its holidays, as one transaction sees them.
pub(crate) struct Calendar<'a, R> {
    pub tables: &'a Tables,
    pub txn: &'a R,
    pub zone: &'a TimeZone,
}

impl<R: Read> Calendar<'_, R> {
    pub fn local(&self, utc_ms: i64) -> Result<LocalTime, Error> {
        let local = clock::local(self.zone, utc_ms)?;
        let day = DateKey {
            year: local.date.year(),
            month: local.date.month().unsigned_abs(),
            day: local.date.day().unsigned_abs(),
        };
        Ok(LocalTime {
            weekday: local.weekday,
            step: local.step,
            holiday: self.tables.holidays.contains(self.txn, &day)?,
        })
    }

    pub fn schedule(&self, number: ScheduleNumber) -> Result<Schedule, Error> {
        let key = ScheduleKey(number.number());
        let stored = self.tables.schedules.get(self.txn, &key)?;
        let stored = stored.ok_or(Error::UnknownSchedule(number.number()))?;
        Ok(stored::schedule(&stored))
    }

    /// How long something that opens and closes at quarter hours is open from now on; throughout
    /// when it is so for `ahead` at least.
    pub fn open_for(
        &self,
        now_utc_ms: i64,
        ahead: Ticks,
        is_open: impl Fn(&LocalTime) -> bool,
    ) -> Result<Open, Error> {
        let last = now_utc_ms.saturating_add(i64::try_from(ahead.as_ms()).unwrap_or(i64::MAX));
        let mut at = now_utc_ms;
        while at < last {
            if !is_open(&self.local(at)?) {
                let left = u64::try_from(at - now_utc_ms).expect("not before now");
                return Ok(match left {
                    0 => Open::No,
                    left => Open::For(Ticks::ms(left)),
                });
            }
            at = (at.div_euclid(QUARTER_MS) + 1) * QUARTER_MS;
        }
        Ok(Open::Throughout)
    }

    /// How long a schedule keeps its phones in service from now on: nothing when they are out of
    /// it, `None` when they stay so for `ahead` at least.
    pub fn in_service_for(
        &self,
        schedule: Option<ScheduleNumber>,
        weekend: Weekend,
        now_utc_ms: i64,
        ahead: Ticks,
    ) -> Result<Option<Ticks>, Error> {
        let Some(number) = schedule else {
            return Ok(None);
        };
        let schedule = self.schedule(number)?;
        let in_service = |when: &LocalTime| schedule.is_in_service(when, weekend);
        Ok(match self.open_for(now_utc_ms, ahead, in_service)? {
            Open::No => Some(Ticks::ZERO),
            Open::For(left) => Some(left),
            Open::Throughout => None,
        })
    }
}
