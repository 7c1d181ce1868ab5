//! Spanish (Latin America). "Uno" loses its last letter before a masculine noun and before
//! "mil" (veintiún mil minutos) and ends in -a before a feminine one; the hundreds agree
//! (doscientas libras). Twelve hours, with the part of the day.

use super::{Form, Grammar, Noun, Said, romance_feminine, units};
use crate::value::Currency;

pub(super) struct Spanish;

impl Grammar for Spanish {
    fn number(&self, n: u32, form: Form, said: &mut Said<'_>) {
        let (thousands, rest) = (n / 1000, n % 1000);
        if thousands > 1 {
            hundreds(thousands, form, said);
            tens(thousands, Form::Masculine, said);
        }
        if thousands > 0 {
            said.clip("thousand");
        }
        if rest > 0 || n == 0 {
            hundreds(rest, form, said);
            tens(rest, form, said);
        }
    }

    fn time(&self, hour: u32, minute: u32, said: &mut Said<'_>) {
        match (hour, minute) {
            (0, 0) => return said.clip("midnight"),
            (12, 0) => return said.clip("noon"),
            _ => said.numbered(format_args!("time_{}", (hour + 11) % 12 + 1)),
        }
        if minute > 0 {
            said.clip("and");
            said.number(minute);
        }
        said.clip(match hour {
            0..=5 => "small_hours",
            6..=11 => "morning",
            12..=18 => "afternoon",
            _ => "night",
        });
    }

    fn form(&self, noun: Noun) -> Form {
        match romance_feminine(noun) || noun == Noun::Paise {
            true => Form::Feminine,
            false => Form::Masculine,
        }
    }

    fn joint(&self) -> Option<&'static str> {
        Some("with")
    }

    /// The hundredth part of a dollar or a peso is a centavo, that of a euro a céntimo.
    fn units(&self, currency: Currency) -> (Noun, Noun) {
        match units(currency) {
            (Noun::Euros, _) => (Noun::Euros, Noun::Centimes),
            (unit, Noun::Centavos) => (unit, Noun::Cents),
            other => other,
        }
    }
}

fn hundreds(n: u32, form: Form, said: &mut Said<'_>) {
    match (n / 100, n % 100) {
        (0, _) => {}
        (1, 0) => said.clip("hundred"),
        (hundreds @ 2.., _) if form == Form::Feminine => {
            said.numbered(format_args!("feminine_hundreds_{hundreds}"));
        }
        (hundreds, _) => said.numbered(format_args!("hundreds_{hundreds}")),
    }
}

/// The last two digits of `n`; nothing of a round hundred.
fn tens(n: u32, form: Form, said: &mut Said<'_>) {
    let rest = n % 100;
    if rest == 0 && n > 0 {
        return;
    }
    match form {
        Form::Masculine if ends_in_one(rest) => said.numbered(format_args!("masculine_{rest}")),
        Form::Feminine if ends_in_one(rest) => said.numbered(format_args!("feminine_{rest}")),
        _ => said.number(rest),
    }
}

fn ends_in_one(n: u32) -> bool {
    n % 10 == 1 && n != 11
}
