//! Chinese (Mandarin). Numbers are grouped by ten thousands (万); a gap of digits is one 零;
//! ten to nineteen begin with 一 inside a larger number; two is 两 before what is counted, 千
//! and 万. Twelve hours after the part of the day: 晚上十点零五分.

use super::{Form, Grammar, Noun, Said, units};
use crate::value::Currency;

pub(super) struct Chinese;

impl Grammar for Chinese {
    fn number(&self, n: u32, form: Form, said: &mut Said<'_>) {
        if n == 2 && form != Form::Alone {
            return said.clip("measured_2");
        }
        let (ten_thousands, rest) = (n / 10_000, n % 10_000);
        if ten_thousands > 0 {
            match ten_thousands {
                2 => said.clip("measured_2"),
                _ => said.number(ten_thousands),
            }
            said.clip("ten_thousand");
        }
        if ten_thousands > 0 && (1..1000).contains(&rest) {
            said.number(0);
        }
        if rest > 0 || n == 0 {
            below_ten_thousand(rest, n > 99, said);
        }
    }

    fn time(&self, hour: u32, minute: u32, said: &mut Said<'_>) {
        said.clip(match hour {
            0..=5 => "small_hours",
            6..=11 => "morning",
            12 => "midday",
            13..=17 => "afternoon",
            _ => "night",
        });
        let hour = if hour > 12 { hour - 12 } else { hour };
        self.number(hour, Form::Masculine, said);
        said.clip("oclock");
        if minute == 0 {
            return;
        }
        if minute < 10 {
            said.number(0);
        }
        said.number(minute);
        said.clip("fen");
    }

    fn joint(&self) -> Option<&'static str> {
        None
    }

    /// A dollar is named by its country; a centavo is a 分 like that of the yuan.
    fn units(&self, currency: Currency) -> (Noun, Noun) {
        match (currency, units(currency)) {
            (Currency::Cad, _) => (Noun::CanadianDollars, Noun::CanadianCents),
            (Currency::Eur, _) => (Noun::Euros, Noun::Centimes),
            (_, (unit, Noun::Centavos)) => (unit, Noun::Fen),
            (_, units) => units,
        }
    }

    /// The yuan has ten 角 of ten 分.
    fn money(&self, largest: u32, rest: u32, currency: Currency, said: &mut Said<'_>) {
        let (unit, part) = self.units(currency);
        if largest > 0 || rest == 0 {
            self.count(largest, unit, said);
        }
        if currency != Currency::Cny {
            if rest > 0 {
                self.count(rest, part, said);
            }
            return;
        }
        let (tenths, hundredths) = (rest / 10, rest % 10);
        if tenths > 0 {
            self.number(tenths, Form::Masculine, said);
            said.clip("jiao");
        }
        if hundredths > 0 {
            if largest > 0 && tenths == 0 {
                said.number(0);
            }
            self.number(hundredths, Form::Masculine, said);
            said.clip(part.name());
        }
    }
}

fn below_ten_thousand(n: u32, inside: bool, said: &mut Said<'_>) {
    let (thousands, hundreds, rest) = (n / 1000, n / 100 % 10, n % 100);
    if thousands > 0 {
        said.numbered(format_args!("thousands_{thousands}"));
    }
    if hundreds > 0 {
        said.numbered(format_args!("hundreds_{hundreds}"));
    }
    if rest == 0 && n > 0 {
        return;
    }
    let gap = match (thousands, hundreds) {
        (1.., 0) => true,
        (_, 1..) => rest < 10,
        _ => false,
    };
    if gap {
        said.number(0);
    }
    match rest {
        10..=19 if inside => said.numbered(format_args!("inner_{rest}")),
        _ => said.number(rest),
    }
}
