//! Dialed digits: `0-9`, `*`, `#` and `A-D`, in a fixed space, so that a line
//! thread never allocates for them.

use arrayvec::ArrayVec;
use std::fmt;
use zeroize::Zeroize;

/// The longest string of digits that is kept. E.164 numbers have 15, an
/// international prefix and an access code come before; more are counted and dropped.
pub const MAX_DIGITS: usize = 32;

/// One key of a telephone: one of `0123456789*#ABCD`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digit(u8);

impl Digit {
    pub const STAR: Digit = Digit(b'*');
    pub const POUND: Digit = Digit(b'#');
    pub const ALL: &'static [u8; 16] = b"0123456789*#ABCD";

    pub const fn parse(c: u8) -> Option<Digit> {
        match c {
            b'0'..=b'9' | b'*' | b'#' | b'A'..=b'D' => Some(Digit(c)),
            _ => None,
        }
    }

    /// A decimal digit from its value 0-9.
    pub const fn decimal(value: u8) -> Option<Digit> {
        if value < 10 {
            Some(Digit(b'0' + value))
        } else {
            None
        }
    }

    pub const fn ascii(self) -> u8 {
        self.0
    }

    /// The value of a decimal digit; `None` for `*#ABCD`.
    pub const fn value(self) -> Option<u8> {
        if self.0.is_ascii_digit() {
            Some(self.0 - b'0')
        } else {
            None
        }
    }
}

impl fmt::Display for Digit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0 as char)
    }
}

impl fmt::Debug for Digit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0 as char)
    }
}

/// A string of digits in dialing order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digits {
    text: [u8; MAX_DIGITS],
    len: u8,
}

impl Digits {
    pub const EMPTY: Digits = Digits {
        text: [0; MAX_DIGITS],
        len: 0,
    };

    /// Parses text of `0-9*#A-D` no longer than [`MAX_DIGITS`].
    pub fn parse(text: &str) -> Option<Digits> {
        let mut digits = Digits::EMPTY;
        for c in text.bytes() {
            if !digits.push(Digit::parse(c)?) {
                return None;
            }
        }
        Some(digits)
    }

    /// Appends a digit; `false` when there is no room, and then nothing changed.
    pub fn push(&mut self, digit: Digit) -> bool {
        let at = usize::from(self.len);
        if at == MAX_DIGITS {
            return false;
        }
        self.text[at] = digit.ascii();
        self.len += 1;
        true
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text[..usize::from(self.len)]).expect("ASCII digits")
    }

    pub fn len(&self) -> usize {
        usize::from(self.len)
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn iter(&self) -> impl Iterator<Item = Digit> + '_ {
        self.text[..usize::from(self.len)].iter().map(|&c| Digit(c))
    }

    /// Takes the first digit off.
    pub fn pop_front(&mut self) -> Option<Digit> {
        let first = self.iter().next()?;
        self.text.copy_within(1.., 0);
        self.len -= 1;
        self.text[usize::from(self.len)] = 0;
        Some(first)
    }

    /// These digits followed by `more`; `None` when they don't fit.
    pub fn followed_by(&self, more: &str) -> Option<Digits> {
        let mut all = *self;
        for c in more.bytes() {
            if !all.push(Digit::parse(c)?) {
                return None;
            }
        }
        Some(all)
    }

    /// The first digits; all of them when there are fewer.
    pub fn head(&self, length: usize) -> Digits {
        let mut first = Digits::EMPTY;
        for digit in self.iter().take(length) {
            first.push(digit);
        }
        first
    }

    /// The digits from position `from` on; empty past the end.
    pub fn tail(&self, from: usize) -> Digits {
        let mut rest = Digits::EMPTY;
        for digit in self.iter().skip(from) {
            rest.push(digit);
        }
        rest
    }
}

impl Default for Digits {
    fn default() -> Digits {
        Digits::EMPTY
    }
}

impl Zeroize for Digits {
    fn zeroize(&mut self) {
        self.text.zeroize();
        self.len.zeroize();
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

/// Text in a fixed space, for names that a line thread carries.
pub type Text<const N: usize> = arrayvec::ArrayString<N>;

/// A short list in a fixed space.
pub type List<T, const N: usize> = ArrayVec<T, N>;
