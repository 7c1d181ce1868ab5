//! German. "Eins" is "ein" or "eine" before what it counts, and "ein" before "tausend"; the
//! ones come before the tens within their clip. Twenty-four hours: "zweiundzwanzig Uhr fünf".

use super::{Form, Grammar, Noun, Said};

pub(super) struct German;

impl Grammar for German {
    fn number(&self, n: u32, form: Form, said: &mut Said<'_>) {
        let (thousands, rest) = (n / 1000, n % 1000);
        if thousands > 0 {
            below_thousand(thousands, Form::Masculine, said);
            said.clip("thousand");
        }
        if rest > 0 || n == 0 {
            below_thousand(rest, form, said);
        }
    }

    fn time(&self, hour: u32, minute: u32, said: &mut Said<'_>) {
        self.number(hour, Form::Masculine, said);
        said.clip("oclock");
        if minute > 0 {
            said.number(minute);
        }
    }

    fn form(&self, noun: Noun) -> Form {
        match noun {
            Noun::Hours | Noun::Minutes | Noun::Seconds | Noun::Rupees | Noun::Paise => {
                Form::Feminine
            }
            _ => Form::Masculine,
        }
    }
}

fn below_thousand(n: u32, form: Form, said: &mut Said<'_>) {
    let (hundreds, rest) = (n / 100, n % 100);
    if hundreds > 0 {
        said.numbered(format_args!("hundreds_{hundreds}"));
    }
    match (rest, form) {
        (0, _) if n > 0 => {}
        (1, Form::Masculine) => said.clip("masculine_1"),
        (1, Form::Feminine) => said.clip("feminine_1"),
        _ => said.number(rest),
    }
}
