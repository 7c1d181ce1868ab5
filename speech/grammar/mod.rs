//! How each language says a [`Value`]: which clips, in which order. A file a language; what
//! most of them share stands here.
//!
//! A grammar is a pure function from a value to the names of clips. It says `minutes_5`,
//! one clip with a voice that falls at its end, where the catalogue has such a clip, and
//! `number_5 minutes` otherwise, so a catalogue decides by its clips alone which counts
//! sound best. [`check`] finds at start every clip that a grammar could ask for.

mod de;
mod en;
mod es;
mod fr;
mod hi;
mod it;
mod ja;
mod pt;
mod zh;

use std::fmt::{self, Write};

use arrayvec::ArrayString;
use types::digits::Digits;
use types::language::Language;

use crate::value::{Currency, Value};
use crate::{ClipId, Phrase, Piece};

/// The largest number that is said.
pub(crate) const LARGEST: u32 = 999_999;
/// Up to here a duration is told in minutes and seconds, above it in hours and minutes.
pub(crate) const MINUTES_MAX: u32 = 99;
/// No call is longer. What is longer is told as this many hours.
pub(crate) const HOURS_MAX: u32 = 24;
pub(crate) const CALLS_MAX: u32 = 99;
/// Between the groups of a telephone number.
const GROUP_PAUSE_MS: u16 = 250;

/// The grammar of a language, if it has one.
pub(crate) fn of(language: Language) -> Option<&'static dyn Grammar> {
    let grammar: &'static dyn Grammar = match language.code() {
        "de" => &de::German,
        "en" => &en::English,
        "es" => &es::Spanish,
        "fr" => &fr::French,
        "hi" => &hi::Hindi,
        "it" => &it::Italian,
        "ja" => &ja::Japanese,
        "pt" => &pt::Portuguese,
        "zh" => &zh::Chinese,
        _ => return None,
    };
    Some(grammar)
}

/// What a number agrees with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// It stands alone, or before a noun that does not change it.
    Alone,
    /// Before a masculine or neuter noun.
    Masculine,
    Feminine,
}

/// Writes the enum and its names from one list.
macro_rules! nouns {
    ($($noun:ident $name:ident;)+) => {
        /// What can be counted. The clip of its name is the plural, `name_1` is one of it.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum Noun { $($noun),+ }

        impl Noun {
            pub(crate) fn name(self) -> &'static str {
                match self { $(Noun::$noun => stringify!($name)),+ }
            }
        }
    };
}

nouns! {
    Hours hours;
    Minutes minutes;
    Seconds seconds;
    Calls calls;
    Dollars dollars;
    Cents cents;
    CanadianDollars canadian_dollars;
    CanadianCents canadian_cents;
    Euros euros;
    Centimes centimes;
    Pounds pounds;
    Pence pence;
    Pesos pesos;
    Centavos centavos;
    Reais reais;
    Yuan yuan;
    Fen fen;
    Rupees rupees;
    Paise paise;
    Yen yen;
}

/// What a grammar says, piece by piece.
pub(crate) struct Said<'a> {
    find: &'a dyn Fn(&str) -> Option<ClipId>,
    phrase: &'a mut Phrase,
    missing: Option<ClipName>,
}

type ClipName = ArrayString<40>;

impl<'a> Said<'a> {
    pub(crate) fn new(
        find: &'a dyn Fn(&str) -> Option<ClipId>,
        phrase: &'a mut Phrase,
    ) -> Said<'a> {
        Said {
            find,
            phrase,
            missing: None,
        }
    }

    /// The first clip that was asked for and is not in the catalogue.
    pub(crate) fn missing(&self) -> Option<&str> {
        self.missing.as_deref()
    }

    fn clip(&mut self, name: &str) {
        self.numbered(format_args!("{name}"));
    }

    fn numbered(&mut self, name: fmt::Arguments<'_>) {
        if !self.if_there(name) && self.missing.is_none() {
            self.missing = Some(clip_name(name));
        }
    }

    /// `false`, and nothing said, when the catalogue has no such clip.
    fn if_there(&mut self, name: fmt::Arguments<'_>) -> bool {
        let clip = (self.find)(&clip_name(name));
        if let Some(clip) = clip {
            self.phrase.push(Piece::Clip(clip));
        }
        clip.is_some()
    }

    fn number(&mut self, n: u32) {
        self.numbered(format_args!("number_{n}"));
    }

    fn pause(&mut self, ms: u16) {
        self.phrase.push(Piece::Pause { ms });
    }
}

fn clip_name(name: fmt::Arguments<'_>) -> ClipName {
    let mut text = ClipName::new();
    text.write_fmt(name).expect("clip names are short");
    text
}

pub(crate) trait Grammar: Sync {
    /// 0 to [`LARGEST`].
    fn number(&self, n: u32, form: Form, said: &mut Said<'_>);

    fn time(&self, hour: u32, minute: u32, said: &mut Said<'_>);

    /// How a number stands before `noun`.
    fn form(&self, _noun: Noun) -> Form {
        Form::Masculine
    }

    /// What joins minutes to seconds, and dollars to cents.
    fn joint(&self) -> Option<&'static str> {
        Some("and")
    }

    fn units(&self, currency: Currency) -> (Noun, Noun) {
        units(currency)
    }

    fn count(&self, n: u32, noun: Noun, said: &mut Said<'_>) {
        let name = noun.name();
        if !said.if_there(format_args!("{name}_{n}")) {
            self.number(n, self.form(noun), said);
            said.clip(name);
        }
    }

    /// A part of zero is left out.
    fn money(&self, largest: u32, rest: u32, currency: Currency, said: &mut Said<'_>) {
        let (unit, part) = self.units(currency);
        if rest == 0 {
            return self.count(largest, unit, said);
        }
        if largest > 0 {
            self.count(largest, unit, said);
            self.join(said);
        }
        self.count(rest, part, said);
    }

    /// The groups of a telephone number of `length` digits, beginning with `first`.
    fn groups(&self, length: usize, first: u8) -> &'static [usize] {
        groups(length, first)
    }

    fn join(&self, said: &mut Said<'_>) {
        if let Some(joint) = self.joint() {
            said.clip(joint);
        }
    }
}

/// Says `value` as `grammar` wants it.
pub(crate) fn say(grammar: &dyn Grammar, value: &Value, said: &mut Said<'_>) {
    match *value {
        Value::Number(n) => grammar.number(n.min(LARGEST), Form::Alone, said),
        Value::Digits(digits) => say_digits(grammar, &digits, said),
        Value::Money { minor, currency } => {
            let (largest, rest) = (minor / currency.parts(), minor % currency.parts());
            grammar.money(largest.min(LARGEST), rest, currency, said);
        }
        Value::Duration { seconds } => say_duration(grammar, seconds, said),
        Value::Time { hour, minute } => {
            grammar.time(u32::from(hour.min(23)), u32::from(minute.min(59)), said);
        }
        Value::Calls(n) => grammar.count(n.min(CALLS_MAX), Noun::Calls, said),
    }
}

fn say_duration(grammar: &dyn Grammar, seconds: u32, said: &mut Said<'_>) {
    match parts(seconds) {
        (Some((n, noun)), Some((m, smaller))) => {
            grammar.count(n, noun, said);
            grammar.join(said);
            grammar.count(m, smaller, said);
        }
        (Some((n, noun)), None) | (None, Some((n, noun))) => grammar.count(n, noun, said),
        (None, None) => grammar.count(0, Noun::Seconds, said),
    }
}

type Part = (u32, Noun);

/// What is said of a duration; a part that is zero is left out. Rounds down, so that
/// nobody is promised time that they do not have.
fn parts(seconds: u32) -> (Option<Part>, Option<Part>) {
    let some = |n, noun| (n > 0).then_some((n, noun));
    let minutes = seconds / 60;
    if minutes <= MINUTES_MAX {
        return (
            some(minutes, Noun::Minutes),
            some(seconds % 60, Noun::Seconds),
        );
    }
    let hours = minutes / 60;
    if hours >= HOURS_MAX {
        return (Some((HOURS_MAX, Noun::Hours)), None);
    }
    (some(hours, Noun::Hours), some(minutes % 60, Noun::Minutes))
}

/// Digit by digit. The last one falls; some languages have other words for the digits of a
/// telephone number than for the numbers.
fn say_digits(grammar: &dyn Grammar, digits: &Digits, said: &mut Said<'_>) {
    let decimal = || digits.iter().filter_map(|d| d.value()).take(Value::DIGITS);
    let length = decimal().count();
    let first = decimal().next().unwrap_or(0);
    let mut groups = grammar.groups(length, first).iter();
    let mut left = *groups.next().unwrap_or(&length);
    for (at, digit) in decimal().enumerate() {
        if left == 0 {
            said.pause(GROUP_PAUSE_MS);
            left = *groups.next().unwrap_or(&(length - at));
        }
        left -= 1;
        if at + 1 == length {
            said.numbered(format_args!("last_{digit}"));
        } else if !said.if_there(format_args!("digit_{digit}")) {
            said.number(u32::from(digit));
        }
    }
}

/// As North America writes its numbers; others by threes, the last four together.
fn groups(length: usize, first: u8) -> &'static [usize] {
    match (length, first) {
        (0..=4, _) => &[],
        (7, _) => &[3, 4],
        (8, _) => &[4, 4],
        (10, _) => &[3, 3, 4],
        (11, 1) => &[1, 3, 3, 4],
        (11, _) => &[3, 4, 4],
        _ => &[3, 3, 3, 3, 3, 3],
    }
}

fn units(currency: Currency) -> (Noun, Noun) {
    match currency {
        Currency::Usd | Currency::Cad => (Noun::Dollars, Noun::Cents),
        Currency::Eur => (Noun::Euros, Noun::Cents),
        Currency::Gbp => (Noun::Pounds, Noun::Pence),
        Currency::Mxn => (Noun::Pesos, Noun::Centavos),
        Currency::Brl => (Noun::Reais, Noun::Centavos),
        Currency::Cny => (Noun::Yuan, Noun::Fen),
        Currency::Inr => (Noun::Rupees, Noun::Paise),
        Currency::Jpy => (Noun::Yen, Noun::Yen),
    }
}

/// Whether a noun is of the feminine gender in the Romance languages, which agree on all
/// that are feminine here but the paisa; the languages that differ have their own.
fn romance_feminine(noun: Noun) -> bool {
    matches!(
        noun,
        Noun::Hours | Noun::Calls | Noun::Pounds | Noun::Rupees
    )
}

/// One value of each kind for every clip that `grammar` could ask for: larger numbers are
/// made of these. The first clip that is missing is the error.
pub(crate) fn check(
    grammar: &dyn Grammar,
    find: &dyn Fn(&str) -> Option<ClipId>,
) -> Result<(), String> {
    let mut phrase = Phrase::new();
    let mut try_it = |value: Value| {
        phrase.clear();
        let mut said = Said::new(find, &mut phrase);
        say(grammar, &value, &mut said);
        match said.missing() {
            Some(name) => Err(format!("{value:?} needs a clip `{name}`")),
            None => Ok(()),
        }
    };
    for n in numbers() {
        try_it(Value::Number(n))?;
        for currency in Currency::ALL {
            let minor = n * currency.parts();
            try_it(Value::Money { minor, currency })?;
            try_it(Value::Money {
                minor: n % 100 + 100,
                currency,
            })?;
        }
    }
    for seconds in (0..60).chain((0..=MINUTES_MAX).map(|minutes| 60 * minutes)) {
        try_it(Value::Duration { seconds })?;
    }
    for hours in 2..=HOURS_MAX {
        try_it(Value::Duration {
            seconds: 3600 * hours,
        })?;
    }
    for hour in 0..24 {
        for minute in 0..60 {
            try_it(Value::Time { hour, minute })?;
        }
    }
    for n in 0..=CALLS_MAX {
        try_it(Value::Calls(n))?;
    }
    for digit in *b"0123456789" {
        let mut digits = Digits::EMPTY;
        for _ in 0..2 {
            digits.push(types::digits::Digit::parse(digit).expect("a digit"));
        }
        try_it(Value::Digits(digits))?;
    }
    Ok(())
}

/// Every word that a number is made of occurs in one of these.
fn numbers() -> impl Iterator<Item = u32> {
    let small = 0..=119;
    let hundreds = (200..1000).step_by(100);
    let thousands = (1000..10_000).step_by(1000);
    let large = [
        1001, 1010, 10_000, 10_001, 21_000, 100_000, 200_000, LARGEST,
    ];
    small.chain(hundreds).chain(thousands).chain(large)
}

/// No duration takes more pieces than this.
pub(crate) fn longest_duration(
    grammar: &dyn Grammar,
    find: &dyn Fn(&str) -> Option<ClipId>,
) -> usize {
    let mut phrase = Phrase::new();
    let mut length = |n, noun| {
        phrase.clear();
        grammar.count(n, noun, &mut Said::new(find, &mut phrase));
        phrase.len()
    };
    let minutes = (0..=MINUTES_MAX).map(|n| length(n, Noun::Minutes)).max();
    let others = (0..60).map(|n| length(n, Noun::Seconds)).max();
    let hours = (0..=HOURS_MAX).map(|n| length(n, Noun::Hours)).max();
    2 * minutes.max(others).max(hours).unwrap_or(0) + 1
}
