//! French. "Un" has a feminine, also within a number (vingt et une minutes); "mille" never
//! takes it. Twenty-four hours: "vingt-deux heures cinq". A number and its noun are bound by
//! their sounds (six minutes, deux heures), so the common counts and every hour are one clip.

use super::{Form, Grammar, Noun, Said, groups, romance_feminine, units};
use crate::value::Currency;

pub(super) struct French;

impl Grammar for French {
    fn number(&self, n: u32, form: Form, said: &mut Said<'_>) {
        let (thousands, rest) = (n / 1000, n % 1000);
        if thousands > 1 {
            below_thousand(thousands, Form::Masculine, said);
        }
        if thousands > 0 {
            said.clip("thousand");
        }
        if rest > 0 || n == 0 {
            below_thousand(rest, form, said);
        }
    }

    fn time(&self, hour: u32, minute: u32, said: &mut Said<'_>) {
        match (hour, minute) {
            (0, 0) => return said.clip("midnight"),
            (12, 0) => return said.clip("noon"),
            _ => said.numbered(format_args!("hours_{hour}")),
        }
        if minute > 0 {
            self.number(minute, Form::Feminine, said);
        }
    }

    fn form(&self, noun: Noun) -> Form {
        match noun {
            Noun::Calls => Form::Masculine,
            Noun::Minutes | Noun::Seconds => Form::Feminine,
            _ if romance_feminine(noun) => Form::Feminine,
            _ => Form::Masculine,
        }
    }

    fn units(&self, currency: Currency) -> (Noun, Noun) {
        match units(currency) {
            (Noun::Euros, _) => (Noun::Euros, Noun::Centimes),
            other => other,
        }
    }

    /// A French number is told by twos.
    fn groups(&self, length: usize, first: u8) -> &'static [usize] {
        match (length, first) {
            (10, 0) => &[2, 2, 2, 2, 2],
            _ => groups(length, first),
        }
    }
}

fn below_thousand(n: u32, form: Form, said: &mut Said<'_>) {
    let (hundreds, rest) = (n / 100, n % 100);
    if hundreds > 0 {
        said.numbered(format_args!("hundreds_{hundreds}"));
    }
    match rest {
        0 if n > 0 => {}
        // Not 11, 71 and 91, which end in "onze".
        1 | 21 | 31 | 41 | 51 | 61 | 81 if form == Form::Feminine => {
            said.numbered(format_args!("feminine_{rest}"));
        }
        _ => said.number(rest),
    }
}
