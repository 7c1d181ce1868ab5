//! Japanese. Numbers are grouped by ten thousands (万). Minutes and calls change with the
//! number before them (いっぷん, さんぷん, ろっかい), hours and yen do after a four (よじかん,
//! よえん), so ones with such a counter are whole clips. Twelve hours: ごごじゅうじごふん.

use super::{Form, Grammar, Noun, Said};

pub(super) struct Japanese;

impl Grammar for Japanese {
    fn number(&self, n: u32, _: Form, said: &mut Said<'_>) {
        let (ten_thousands, rest) = (n / 10_000, n % 10_000);
        if ten_thousands > 0 {
            said.number(ten_thousands);
            said.clip("ten_thousand");
        }
        let (thousands, hundreds, ones) = (rest / 1000, rest / 100 % 10, rest % 100);
        if thousands > 0 {
            said.numbered(format_args!("thousands_{thousands}"));
        }
        if hundreds > 0 {
            said.numbered(format_args!("hundreds_{hundreds}"));
        }
        if ones > 0 || n == 0 {
            said.number(ones);
        }
    }

    fn time(&self, hour: u32, minute: u32, said: &mut Said<'_>) {
        if (hour, minute) == (12, 0) {
            return said.clip("noon");
        }
        said.clip(if hour < 12 { "morning" } else { "afternoon" });
        said.numbered(format_args!("oclock_{}", hour % 12));
        if minute > 0 {
            self.count(minute, Noun::Minutes, said);
        }
    }

    fn joint(&self) -> Option<&'static str> {
        None
    }

    fn count(&self, n: u32, noun: Noun, said: &mut Said<'_>) {
        let (name, last) = (noun.name(), n % 10);
        if said.if_there(format_args!("{name}_{n}")) {
            return;
        }
        let bound = match noun {
            Noun::Hours | Noun::Minutes | Noun::Calls => last > 0,
            Noun::Yen => last == 4,
            _ => false,
        };
        if bound {
            self.number(n - last, Form::Alone, said);
            said.numbered(format_args!("{name}_{last}"));
        } else {
            self.number(n, Form::Alone, said);
            said.clip(name);
        }
    }
}
