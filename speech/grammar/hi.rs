//! Hindi. No two numbers below a hundred are made alike, so each is a clip; above, numbers
//! are grouped as India does: thousands (हज़ार) and hundred thousands (लाख). Twelve hours after the
//! part of the day: रात दस बजकर पाँच मिनट.

use super::{Form, Grammar, Noun, Said};

pub(super) struct Hindi;

impl Grammar for Hindi {
    fn number(&self, n: u32, _: Form, said: &mut Said<'_>) {
        let (lakhs, thousands, rest) = (n / 100_000, n / 1000 % 100, n % 1000);
        for (count, name) in [(lakhs, "lakh"), (thousands, "thousand")] {
            if count > 0 {
                said.number(count);
                said.clip(name);
            }
        }
        if rest >= 100 {
            said.numbered(format_args!("hundreds_{}", rest / 100));
        }
        if rest % 100 > 0 || n == 0 {
            said.number(rest % 100);
        }
    }

    fn time(&self, hour: u32, minute: u32, said: &mut Said<'_>) {
        said.clip(match hour {
            4..=11 => "morning",
            12..=15 => "afternoon",
            16..=19 => "evening",
            _ => "night",
        });
        said.number((hour + 11) % 12 + 1);
        if minute == 0 {
            return said.clip("oclock");
        }
        said.clip("past");
        self.count(minute, Noun::Minutes, said);
    }
}
