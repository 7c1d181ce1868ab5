//! Texts that people write: what of them may be said back, and what in them deceives the eye.

use std::fmt::Display;

/// The longest text that is said back, in characters.
const MOST_SAID: usize = 40;
/// Every PIN, passcode, code and card number has as many digits and letters, or more.
const LEAST_SECRET: usize = 4;

/// What an error may name of a text that stands where it does not belong: nothing that could be a
/// PIN, a passcode, a code or a card number, or hold one. Those are digits, in any script and however
/// they are set apart, or words with a digit in them. A card of letters alone can't be told from a
/// word.
pub fn sayable(text: &str) -> Option<&str> {
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    let of_card = |word: &str| {
        let mut digits = word.chars().filter(|c| c.is_numeric());
        digits.next().is_some() && word.chars().count() >= LEAST_SECRET
    };
    let secret = digits >= LEAST_SECRET || text.split(|c: char| !c.is_alphanumeric()).any(of_card);
    let long = text.chars().nth(MOST_SAID).is_some();
    (!secret && !long).then_some(text)
}

/// `1 call`, `2 calls`.
pub fn counted(count: impl TryInto<u64> + Display + Copy, one: &str) -> String {
    match count.try_into() {
        Ok(1) => format!("1 {one}"),
        _ => format!("{count} {one}s"),
    }
}

/// Whether a text can be what somebody is known by: letters A to Z, digits and signs of ASCII, with
/// single blanks between them. Many letters of other alphabets look like one of these, and accents
/// can be written in several ways: two ids must not look the same.
pub fn is_id(text: &str) -> bool {
    let plain = text.bytes().all(|c| c.is_ascii_graphic() || c == b' ');
    plain && !text.is_empty() && !text.contains("  ") && text.trim() == text
}

/// The first character that nobody sees, that turns the order of others round, or that looks like
/// a plain blank and is none: two texts of which one has it look the same and are not.
pub fn unseen(text: &str) -> Option<char> {
    text.chars().find(|&c| is_unseen(c))
}

pub fn is_unseen(c: char) -> bool {
    let blank = c.is_whitespace() && c != ' ';
    c.is_control()
        || blank
        || FORMATS
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&c))
}

/// Characters without a shape of their own (Unicode 16: general categories Cf and Co, variation
/// selectors, fillers), first and last of each run.
const FORMATS: &[(char, char)] = &[
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{e000}', '\u{f8ff}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
    ('\u{f0000}', '\u{10ffff}'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_a_secret_is_not_said_back() {
        for secret in [
            "482915",
            "4829",
            "4 8 2 9 1 5",
            "4829-1537",
            "98x7654",
            "4B7F2210",
            "abc1",
            "pin 4829",
            "٤٨٢٩١٥",
            "４８２９",
            "A-1042",
        ] {
            assert_eq!(sayable(secret), None, "{secret}");
        }
        for harmless in ["aunt", "maybe", "100", "Z-1", "Tier 1", "Müller, Jörg", ""] {
            assert_eq!(sayable(harmless), Some(harmless));
        }
        assert_eq!(sayable(&"x".repeat(MOST_SAID + 1)), None, "too long");
    }

    #[test]
    fn what_nobody_sees_is_found_and_writing_of_all_kinds_is_left() {
        for unseen_one in [
            '\u{200b}',
            '\u{200d}',
            '\u{202e}',
            '\u{2066}',
            '\u{a0}',
            '\u{2003}',
            '\u{3000}',
            '\u{ad}',
            '\u{feff}',
            '\u{2028}',
            '\u{e0041}',
            '\u{fe0f}',
            '\u{3164}',
            '\u{2800}',
            '\t',
            '\u{7f}',
        ] {
            assert_eq!(unseen(&format!("A{unseen_one}1")), Some(unseen_one));
        }
        for text in [
            "A-1 B",
            "Müller, Jörg",
            "王小明",
            "अनीता शर्मा",
            "さとう",
            "O'Neill",
        ] {
            assert_eq!(unseen(text), None, "{text}");
        }
    }
}
