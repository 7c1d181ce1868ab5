//! Dates and times as officers write them.

use crate::records::moment;
use anyhow::bail;
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
    pub fn instant(&self, from_utc_ms: i64, zone: &TimeZone) -> Result<i64, NoInstant> {
        match self {
            Until::Time(text) => instant(text, zone),
            Until::Minutes(minutes) => Ok(from_utc_ms + i64::from(*minutes) * 60_000),
        }
    }
}

/// An instant that is still to come.
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

/// The instant that an officer means, UTC in milliseconds: date and time of the site, or with their
/// offset from UTC.
///
/// # Errors
/// What is no time, what daylight saving leaves out, and what comes twice as it ends.
pub fn instant(text: &str, zone: &TimeZone) -> Result<i64, NoInstant> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant.as_millisecond());
    }
    let no_time = || NoInstant::NoTime(text.to_owned());
    let local: DateTime = text.parse().map_err(|_| no_time())?;
    let times = zone.to_ambiguous_timestamp(local);
    match times.offset() {
        AmbiguousOffset::Unambiguous { .. } => {
            let instant = times.unambiguous().map_err(|_| no_time())?;
            Ok(instant.as_millisecond())
        }
        AmbiguousOffset::Gap { .. } => Err(NoInstant::Skipped(local)),
        AmbiguousOffset::Fold { before, after } => Err(NoInstant::Twice {
            local,
            before,
            after,
        }),
    }
}

/// Why a text is no instant.
#[derive(Debug, thiserror::Error)]
pub enum NoInstant {
    #[error(
        "{0:?} is no time: write date and time of the site, as in \"2026-11-24 09:30\", with an offset \
         from UTC only where an hour comes twice: 2026-11-01T01:30-05:00"
    )]
    NoTime(String),
    #[error(
        "{0}: the clock skips that time at the site, as daylight saving begins: write one before it, or \
         an hour later"
    )]
    Skipped(DateTime),
    #[error(
        "{local}: that time comes twice at the site, as daylight saving ends: write it with its offset, \
         {local}{before} for the first or {local}{after} for the second"
    )]
    Twice {
        local: DateTime,
        before: Offset,
        after: Offset,
    },
}

/// An instant as it is read back: time of the site, with its offset.
pub fn text(utc_ms: i64, zone: &TimeZone) -> String {
    let Ok(instant) = Timestamp::from_millisecond(utc_ms) else {
        return utc_ms.to_string();
    };
    let offset = zone.to_offset(instant);
    instant.display_with_offset(offset).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new_york(text: &str) -> Result<i64, String> {
        let zone = TimeZone::get("America/New_York").expect("a zone");
        instant(text, &zone).map_err(|error| error.to_string())
    }

    fn utc(text: &str) -> Result<i64, String> {
        Ok(text.parse::<Timestamp>().expect("a time").as_millisecond())
    }

    #[test]
    fn local_times_and_those_with_an_offset_are_instants() {
        let morning = utc("2026-11-24T14:30:00Z");
        for text in [
            "2026-11-24 09:30",
            "2026-11-24T09:30",
            "2026-11-24 09:30:00",
            "2026-11-24 09:30-05:00",
            "2026-11-24T09:30:00-05:00",
            "2026-11-24T14:30:00Z",
        ] {
            assert_eq!(new_york(text), morning, "{text}");
        }
        assert_eq!(
            new_york("2026-11-24"),
            utc("2026-11-24T05:00:00Z"),
            "midnight"
        );
    }

    #[test]
    fn an_instant_comes_back_from_its_text() {
        let zone = TimeZone::get("America/New_York").expect("a zone");
        for utc_ms in [0, 1_793_521_800_000, 1_793_525_400_000, 1_795_000_000_001] {
            let text = text(utc_ms, &zone);
            assert_eq!(instant(&text, &zone).ok(), Some(utc_ms), "{text}");
        }
    }

    #[test]
    fn a_time_that_comes_twice_is_refused_with_both_ways_to_write_it() {
        let told = new_york("2026-11-01 01:30").expect_err("is refused");
        let ways = ["2026-11-01T01:30:00-04", "2026-11-01T01:30:00-05"];
        let instants = ["2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"];
        for (way, instant) in ways.into_iter().zip(instants) {
            assert!(told.contains(way), "no {way} in {told}");
            assert_eq!(new_york(way), utc(instant));
        }
        let hours = (new_york("2026-11-01 00:59"), new_york("2026-11-01 02:00"));
        let clear = (utc("2026-11-01T04:59:00Z"), utc("2026-11-01T07:00:00Z"));
        assert_eq!(hours, clear, "before and after it");
    }

    #[test]
    fn what_is_skipped_or_no_time_at_all_is_refused() {
        let skipped = new_york("2026-03-08 02:30").expect_err("is refused");
        assert!(skipped.contains("skips that time"), "{skipped}");
        for text in ["noon", "2026-02-30 10:00", "09:30", ""] {
            let told = new_york(text).expect_err("is refused");
            assert!(told.contains("is no time: write date and time"), "{told}");
        }
    }
}
