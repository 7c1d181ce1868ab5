//! Names of values and instants, as the journal and whoever shows them write them.

use jiff::{Timestamp, tz::TimeZone};
use screening::Disabled;
use std::fmt::Debug;

/// Date and time in the site's zone, and which of its times that is: an hour comes twice a year.
pub fn moment(utc_ms: i64, zone: &TimeZone) -> String {
    match Timestamp::from_millisecond(utc_ms) {
        Ok(time) => {
            let time = time.to_zoned(zone.clone());
            time.strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
        }
        Err(_) => format!("{utc_ms} ms since 1970"),
    }
}

/// Whether and how long something is off.
pub fn off(disabled: Disabled, zone: &TimeZone) -> String {
    match disabled {
        Disabled::No => "no".to_owned(),
        Disabled::Until(end) => format!("until {}", moment(end, zone)),
        Disabled::ForGood => "until it is taken back".to_owned(),
    }
}

/// `NumberNotAllowed` as `number-not-allowed`.
pub fn kebab(value: impl Debug) -> String {
    let name = format!("{value:?}");
    let mut words = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() && !words.is_empty() {
            words.push('-');
        }
        words.push(c.to_ascii_lowercase());
    }
    words
}
