//! Italian. Numbers in -uno lose the last letter before a masculine noun (ventun minuti),
//! not before the sound of a y (ventuno yen) and not before a feminine one (ventuno ore).
//! Twenty-four hours: "le ore ventidue e cinque".

use super::{Form, Grammar, Noun, Said, romance_feminine};

pub(super) struct Italian;

impl Grammar for Italian {
    fn number(&self, n: u32, form: Form, said: &mut Said<'_>) {
        let (thousands, rest) = (n / 1000, n % 1000);
        match thousands {
            0 => {}
            1 => said.clip("thousand_1"),
            _ => {
                below_thousand(thousands, Form::Alone, said);
                said.clip("thousand");
            }
        }
        if rest > 0 || n == 0 {
            below_thousand(rest, form, said);
        }
    }

    fn time(&self, hour: u32, minute: u32, said: &mut Said<'_>) {
        match (hour, minute) {
            (0, _) => said.clip("midnight"),
            (12, 0) => said.clip("noon"),
            (1, _) => said.clip("one_oclock"),
            _ => {
                said.clip("oclock");
                said.number(hour);
            }
        }
        if minute > 0 {
            said.clip("and");
            said.number(minute);
        }
    }

    fn form(&self, noun: Noun) -> Form {
        match noun {
            Noun::Yuan | Noun::Yen => Form::Alone,
            Noun::Paise => Form::Feminine,
            _ if romance_feminine(noun) => Form::Feminine,
            _ => Form::Masculine,
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
        _ if form == Form::Masculine && rest % 10 == 1 && rest != 11 => {
            said.numbered(format_args!("masculine_{rest}"));
        }
        _ => said.number(rest),
    }
}
