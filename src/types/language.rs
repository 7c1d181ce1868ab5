//! A prompt language, by its ISO 639-1 code.

use std::fmt;

/// Two lower-case letters of ISO 639-1, such as `en` or `es`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language([u8; 2]);

impl Language {
    pub const ENGLISH: Language = Language(*b"en");
    pub const SPANISH: Language = Language(*b"es");

    /// Parses a two-letter code; `None` for anything else.
    pub const fn parse(code: &str) -> Option<Language> {
        match *code.as_bytes() {
            [a @ b'a'..=b'z', b @ b'a'..=b'z'] => Some(Language([a, b])),
            _ => None,
        }
    }

    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("two ASCII letters")
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
