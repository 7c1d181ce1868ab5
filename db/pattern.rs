//! Patterns over numbers: exact, prefix, and with `?`. What fits, how specific it is, and
//! the key under which it is found without walking the table.

use std::{fmt, str::FromStr};
use types::{digits::MAX_DIGITS, phone_number::PhoneNumber};

/// A number in which `?` stands for any digit and a last `*` for any digits or none.
/// A leading `+` makes it one of international numbers.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Pattern {
    international: bool,
    /// Digits and `?`.
    body: String,
    /// A last `*` follows the body.
    open: bool,
}

/// Why a text is no pattern.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadPattern {
    #[error("a pattern needs at least one digit, ? or *")]
    Empty,
    #[error(
        "{0:?} cannot stand in a pattern: only digits, ? for one digit, and a last * are taken"
    )]
    Character(char),
    #[error("* can only be the last character of a pattern")]
    StarInside,
    #[error("a pattern has at most {MAX_DIGITS} digits")]
    TooLong,
}

/// How a pattern is stored, most exact first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Kind {
    Exact,
    Wildcard,
    Prefix,
}

impl Pattern {
    /// Parses `2155550123`, `900???????`, `44*`, `+4420*`. Hyphens, blanks, dots and
    /// parentheses, as people write numbers, are left out.
    pub fn parse(text: &str) -> Result<Pattern, BadPattern> {
        let text: String = text
            .chars()
            .filter(|c| !matches!(c, '-' | ' ' | '.' | '(' | ')'))
            .collect();
        let (international, rest) = match text.strip_prefix('+') {
            Some(rest) => (true, rest),
            None => (false, text.as_str()),
        };
        let (body, open) = match rest.strip_suffix('*') {
            Some(body) => (body, true),
            None => (rest, false),
        };
        if body.is_empty() && !open {
            return Err(BadPattern::Empty);
        }
        for c in body.chars() {
            match c {
                '0'..='9' | '?' => {}
                '*' => return Err(BadPattern::StarInside),
                other => return Err(BadPattern::Character(other)),
            }
        }
        if body.len() > MAX_DIGITS {
            return Err(BadPattern::TooLong);
        }
        Ok(Pattern {
            international,
            body: body.to_owned(),
            open,
        })
    }

    /// The pattern that fits this number alone.
    pub fn exact(number: &PhoneNumber) -> Pattern {
        Pattern {
            international: number.international,
            body: number.digits.as_str().to_owned(),
            open: false,
        }
    }

    pub fn fits(&self, number: &PhoneNumber) -> bool {
        let digits = number.digits.as_str().as_bytes();
        let body = self.body.as_bytes();
        let length_fits = if self.open {
            digits.len() >= body.len()
        } else {
            digits.len() == body.len()
        };
        let same = |(p, d): (&u8, &u8)| *p == b'?' || p == d;
        self.international == number.international
            && length_fits
            && body.iter().zip(digits).all(same)
    }

    /// How many digits are fixed: of two patterns that fit, the greater one wins.
    pub fn specificity(&self) -> u8 {
        let fixed = self.body.bytes().filter(u8::is_ascii_digit).count();
        u8::try_from(fixed).expect("at most MAX_DIGITS digits")
    }

    pub fn is_international(&self) -> bool {
        self.international
    }

    /// Digits and `?`, without a last `*`.
    pub(crate) fn body(&self) -> &str {
        &self.body
    }

    /// Whether it ends in `*`.
    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    pub(crate) fn kind(&self) -> Kind {
        match (self.body.contains('?'), self.open) {
            (true, _) => Kind::Wildcard,
            (false, true) => Kind::Prefix,
            (false, false) => Kind::Exact,
        }
    }

    /// Greatest wins: more fixed digits, then the more exact kind, then the smaller text.
    pub(crate) fn rank(&self) -> (u8, bool, std::cmp::Reverse<(Kind, &str)>) {
        let text = std::cmp::Reverse((self.kind(), self.body.as_str()));
        (self.specificity(), !self.open, text)
    }

    pub(crate) fn key(&self) -> Vec<u8> {
        let mut key = match self.kind() {
            Kind::Exact => vec![b'E', self.marker()],
            Kind::Prefix => vec![b'P', self.marker()],
            Kind::Wildcard => {
                let length = if self.open { 0 } else { self.body.len() };
                let length = u8::try_from(length).expect("at most MAX_DIGITS digits");
                vec![b'W', self.marker(), length]
            }
        };
        key.extend(self.body.bytes());
        key
    }

    pub(crate) fn from_key(key: &[u8]) -> Option<Pattern> {
        let (open, marker, body) = match key {
            [b'E', marker, body @ ..] => (false, marker, body),
            [b'P', marker, body @ ..] => (true, marker, body),
            [b'W', marker, length, body @ ..] => (*length == 0, marker, body),
            _ => return None,
        };
        let pattern = Pattern {
            international: marker_is_international(*marker)?,
            body: std::str::from_utf8(body).ok()?.to_owned(),
            open,
        };
        (pattern.key() == key).then_some(pattern)
    }

    fn marker(&self) -> u8 {
        marker(self.international)
    }
}

pub(crate) fn marker(international: bool) -> u8 {
    if international { b'+' } else { b'N' }
}

fn marker_is_international(marker: u8) -> Option<bool> {
    match marker {
        b'+' => Some(true),
        b'N' => Some(false),
        _ => None,
    }
}

impl FromStr for Pattern {
    type Err = BadPattern;
    fn from_str(text: &str) -> Result<Pattern, BadPattern> {
        Pattern::parse(text)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plus = if self.international { "+" } else { "" };
        let star = if self.open { "*" } else { "" };
        write!(f, "{plus}{}{star}", self.body)
    }
}
