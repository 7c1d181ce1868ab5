//! Times as officers write them.

use crate::records::moment;
use anyhow::{Context as _, bail};
use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, Offset, TimeZone},
};
use serde::{Deserialize, Serialize};

/// When something is over.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Until {
    Time(String),
    /// So many after it began.
    Minutes(u32),
}

impl Until {
    pub fn instant(&self, from_utc_ms: i64, zone: &TimeZone) -> anyhow::Result<i64> {
        match self {
            Until::Time(text) => instant(text, zone),
            Until::Minutes(minutes) => Ok(from_utc_ms + i64::from(*minutes) * 60_000),
        }
    }
}

/// The instant that an officer means: local time of the site, or one with its offset from UTC.
///
/// # Errors
/// What is no time, what daylight saving leaves out, and what it repeats: which of the two is meant?
pub fn instant(text: &str, zone: &TimeZone) -> anyhow::Result<i64> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant.as_millisecond());
    }
    let local: DateTime = text.parse().ok().with_context(|| {
        format!("{text:?} is no time: write date and time of the site, as in \"2026-11-24 09:30\"")
    })?;
    let times = zone.to_ambiguous_timestamp(local);
    match times.offset() {
        AmbiguousOffset::Unambiguous { .. } => Ok(times.unambiguous()?.as_millisecond()),
        AmbiguousOffset::Gap { .. } => {
            bail!("{text}: the clock skips that time there, as daylight saving begins")
        }
        AmbiguousOffset::Fold { before, after } => bail!(
            "{text}: the clock shows that time twice there, as daylight saving ends: write {} or {}",
            with_offset(local, before),
            with_offset(local, after)
        ),
    }
}

/// One that is still to come.
pub fn to_come(text: &str, now_utc_ms: i64, zone: &TimeZone) -> anyhow::Result<i64> {
    let instant = instant(text, zone)?;
    must_come(instant, now_utc_ms, zone)?;
    Ok(instant)
}

pub fn must_come(utc_ms: i64, now_utc_ms: i64, zone: &TimeZone) -> anyhow::Result<()> {
    if utc_ms <= now_utc_ms {
        let (then, now) = (moment(utc_ms, zone), moment(now_utc_ms, zone));
        bail!("{then} is over: it is {now}");
    }
    Ok(())
}

fn with_offset(local: DateTime, offset: Offset) -> String {
    let sign = if offset.is_negative() { '-' } else { '+' };
    let minutes = offset.seconds().unsigned_abs() / 60;
    format!("{local}{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}
