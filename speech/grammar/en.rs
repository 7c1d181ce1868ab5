//! English (United States): no "and" within a number, twelve hours.

use super::{Form, Grammar, Said};

pub(super) struct English;

impl Grammar for English {
    fn number(&self, n: u32, _: Form, said: &mut Said<'_>) {
        let (thousands, rest) = (n / 1000, n % 1000);
        if thousands > 0 {
            below_thousand(thousands, said);
            said.clip("thousand");
        }
        if rest > 0 || n == 0 {
            below_thousand(rest, said);
        }
    }

    /// "10:05 PM" is "ten oh five PM".
    fn time(&self, hour: u32, minute: u32, said: &mut Said<'_>) {
        match (hour, minute) {
            (0, 0) => return said.clip("midnight"),
            (12, 0) => return said.clip("noon"),
            _ => said.number((hour + 11) % 12 + 1),
        }
        match minute {
            0 => {}
            1..=9 => said.numbered(format_args!("oh_{minute}")),
            _ => said.number(minute),
        }
        said.clip(if hour < 12 { "am" } else { "pm" });
    }
}

fn below_thousand(n: u32, said: &mut Said<'_>) {
    let (hundreds, rest) = (n / 100, n % 100);
    if hundreds > 0 {
        said.numbered(format_args!("hundreds_{hundreds}"));
    }
    if rest > 0 || n == 0 {
        said.number(rest);
    }
}
