//! Wall time out of ticks. Root knows the clock; here is only arithmetic.

use crate::Error;
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use screening::{Periods, Span};
use types::tick::Tick;

/// Which instant a tick is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Anchor {
    pub tick: Tick,
    /// Milliseconds since 1970, UTC.
    pub utc_ms: i64,
}

const TICKS_PER_MS: u64 = 8;

impl Anchor {
    pub(crate) fn utc_ms(&self, tick: Tick) -> i64 {
        let ahead = tick.since(self.tick).0 / TICKS_PER_MS;
        let behind = self.tick.since(tick).0.div_ceil(TICKS_PER_MS);
        self.utc_ms
            .saturating_add(i64::try_from(ahead).unwrap_or(i64::MAX))
            .saturating_sub(i64::try_from(behind).unwrap_or(i64::MAX))
    }
}

pub(crate) fn time_zone(name: &str) -> Result<TimeZone, Error> {
    TimeZone::get(name).map_err(|_| Error::TimeZone(name.to_owned()))
}

/// A quarter of an hour. All zones in use are ahead of UTC by a whole number of them, in summer
/// and in winter, so that the quarters of local time begin with those of UTC.
pub(crate) const QUARTER_MS: i64 = 15 * 60_000;

/// The facility's calendar at an instant.
pub(crate) struct Local {
    pub date: Date,
    /// 0 is Monday.
    pub weekday: u8,
    /// Quarter hours since midnight on the wall clock.
    pub step: u8,
}

pub(crate) fn local(zone: &TimeZone, utc_ms: i64) -> Result<Local, Error> {
    let instant = Timestamp::from_millisecond(utc_ms)
        .map_err(|e| Error::invalid("time", format!("{utc_ms} ms: {e}")))?;
    let local = instant.to_zoned(zone.clone());
    let weekday = local.weekday().to_monday_zero_offset().unsigned_abs();
    let minutes =
        u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs());
    Ok(Local {
        date: local.date(),
        weekday,
        step: u8::try_from(minutes / 15).expect("96 quarter hours a day"),
    })
}

/// The day, week and month at an instant, from midnight to midnight on the facility's clock: a day
/// on which the clock is changed has an hour less or more. `week_start` is 0 for Monday.
pub(crate) fn spans(zone: &TimeZone, utc_ms: i64, week_start: u8) -> Result<Periods<Span>, Error> {
    let Local { date, weekday, .. } = local(zone, utc_ms)?;
    let into_week = (i64::from(weekday) - i64::from(week_start)).rem_euclid(7);
    let span = |from: Date, to: Date| -> Result<Span, jiff::Error> {
        // Where midnight is left out, the day begins after the gap.
        let begins = |date: Date| date.to_zoned(zone.clone());
        Ok(Span {
            from: begins(from)?.timestamp().as_millisecond(),
            to: begins(to)?.timestamp().as_millisecond(),
        })
    };
    let spans = || -> Result<Periods<Span>, jiff::Error> {
        let week = date.checked_sub(into_week.days())?;
        Ok(Periods {
            day: span(date, date.tomorrow()?)?,
            week: span(week, week.checked_add(7.days())?)?,
            month: span(date.first_of_month(), date.last_of_month().tomorrow()?)?,
        })
    };
    spans().map_err(|why| Error::invalid("time", format!("{utc_ms} ms: {why}")))
}
