//! Names of values and instants, as the journal writes them.

use jiff::Timestamp;
use std::fmt::Debug;

/// UTC, as `2026-11-24T14:30:00Z`: a journal outlives the zone of its site.
pub(crate) fn instant(utc_ms: i64) -> String {
    let instant = Timestamp::from_millisecond(utc_ms);
    instant.map_or_else(|_| format!("{utc_ms} ms"), |instant| instant.to_string())
}

/// `NumberNotAllowed` as `number-not-allowed`.
pub(crate) fn kebab(value: impl Debug) -> String {
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
