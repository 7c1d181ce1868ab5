//! Portuguese (Brazil). "E" joins hundreds, tens and ones, and the thousands to a rest that
//! is below a hundred or a round hundred (mil e cem, mil duzentos e um). One, two and the
//! hundreds have a feminine (duas mil libras). Twenty-four hours, with both units named.

use super::{Form, Grammar, Noun, Said, romance_feminine, units};
use crate::value::Currency;

pub(super) struct Portuguese;

impl Grammar for Portuguese {
    fn number(&self, n: u32, form: Form, said: &mut Said<'_>) {
        let (thousands, rest) = (n / 1000, n % 1000);
        if thousands > 1 {
            below_thousand(thousands, form, said);
        }
        if thousands > 0 {
            said.clip("thousand");
        }
        if thousands > 0 && rest > 0 && (rest < 100 || rest % 100 == 0) {
            said.clip("and");
        }
        if rest > 0 || n == 0 {
            below_thousand(rest, form, said);
        }
    }

    fn time(&self, hour: u32, minute: u32, said: &mut Said<'_>) {
        match (hour, minute) {
            (0, _) => said.clip("midnight"),
            (12, 0) => said.clip("noon"),
            _ => self.count(hour, Noun::Hours, said),
        }
        if minute > 0 {
            said.clip("and");
            self.count(minute, Noun::Minutes, said);
        }
    }

    fn form(&self, noun: Noun) -> Form {
        match romance_feminine(noun) || noun == Noun::Paise {
            true => Form::Feminine,
            false => Form::Masculine,
        }
    }

    /// Every hundredth part but the penny, the fen and the paisa is a centavo.
    fn units(&self, currency: Currency) -> (Noun, Noun) {
        match units(currency) {
            (unit, Noun::Centavos) => (unit, Noun::Cents),
            other => other,
        }
    }
}

fn below_thousand(n: u32, form: Form, said: &mut Said<'_>) {
    let feminine = form == Form::Feminine;
    let (hundreds, rest) = (n / 100, n % 100);
    match (hundreds, rest) {
        (0, _) => {}
        (1, 0) => said.clip("hundred"),
        (2.., _) if feminine => said.numbered(format_args!("feminine_hundreds_{hundreds}")),
        _ => said.numbered(format_args!("hundreds_{hundreds}")),
    }
    if rest == 0 && n > 0 {
        return;
    }
    if hundreds > 0 {
        said.clip("and");
    }
    match (rest, rest % 10) {
        (11 | 12, _) => said.number(rest),
        (_, 1 | 2) if feminine => said.numbered(format_args!("feminine_{rest}")),
        _ => said.number(rest),
    }
}
