//! Names of values, as the journal writes them.

use std::fmt::Debug;

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
