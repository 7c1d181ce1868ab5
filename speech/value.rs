//! What is said with numbers: a count, a sum of money, a length or point of time, a string
//! of digits. A language's grammar turns each into clips.

use types::digits::Digits;

/// A value to be said. What is beyond a range is said as its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Value {
    /// 0 to 999,999, as it stands alone.
    Number(u32),
    /// A telephone number or another string of decimal digits, in groups; at most
    /// [`Value::DIGITS`] are said.
    Digits(Digits),
    /// A sum in the smallest unit of its currency (cents; yen), to 999,999 of the largest.
    Money { minor: u32, currency: Currency },
    /// A length of time. Above 99 minutes hours and minutes are told, rounded down; above
    /// 24 hours, 24 hours.
    Duration { seconds: u32 },
    /// The time of day, 0:00 to 23:59, by the clock of the language's country.
    Time { hour: u8, minute: u8 },
    /// How many calls are left, 0 to 99.
    Calls(u32),
}

impl Value {
    /// The longest string of digits that is said: E.164 has 15.
    pub const DIGITS: usize = 20;

    /// Reads `number 21`, `digits 911`, `duration 90` (seconds), `time 22:05`, `calls 3`, or
    /// a currency's code and a sum as it is written: `USD 24.65`, `JPY 24`.
    pub fn parse(text: &str) -> Option<Value> {
        let (kind, value) = text.split_once(' ')?;
        Some(match kind {
            "number" => Value::Number(value.parse().ok()?),
            "digits" => Value::Digits(Digits::parse(value)?),
            "duration" => Value::Duration {
                seconds: value.parse().ok()?,
            },
            "time" => {
                let (hour, minute) = value.split_once(':')?;
                let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
                Value::Time { hour, minute }
            }
            "calls" => Value::Calls(value.parse().ok()?),
            code => {
                let currency = Currency::parse(code)?;
                Value::Money {
                    minor: currency.minor(value)?,
                    currency,
                }
            }
        })
    }
}

/// The currencies that can be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Currency {
    Usd,
    Eur,
    Gbp,
    Mxn,
    Brl,
    Cny,
    Inr,
    Jpy,
    Cad,
}

impl Currency {
    pub const ALL: [Currency; 9] = [
        Currency::Usd,
        Currency::Eur,
        Currency::Gbp,
        Currency::Mxn,
        Currency::Brl,
        Currency::Cny,
        Currency::Inr,
        Currency::Jpy,
        Currency::Cad,
    ];

    /// By its code of ISO 4217: `USD`.
    pub fn parse(code: &str) -> Option<Currency> {
        Currency::ALL.into_iter().find(|found| found.code() == code)
    }

    pub fn code(self) -> &'static str {
        match self {
            Currency::Usd => "USD",
            Currency::Eur => "EUR",
            Currency::Gbp => "GBP",
            Currency::Mxn => "MXN",
            Currency::Brl => "BRL",
            Currency::Cny => "CNY",
            Currency::Inr => "INR",
            Currency::Jpy => "JPY",
            Currency::Cad => "CAD",
        }
    }

    /// A sum as it is written, in the smallest unit.
    fn minor(self, sum: &str) -> Option<u32> {
        match (self.parts(), sum.split_once('.')) {
            (1, None) => sum.parse().ok(),
            (parts, Some((largest, rest))) if parts == 100 && rest.len() == 2 => {
                let largest: u32 = largest.parse().ok()?;
                largest.checked_mul(parts)?.checked_add(rest.parse().ok()?)
            }
            _ => None,
        }
    }

    /// How many of the smallest unit make one of the largest.
    pub fn parts(self) -> u32 {
        match self {
            Currency::Jpy => 1,
            _ => 100,
        }
    }
}
