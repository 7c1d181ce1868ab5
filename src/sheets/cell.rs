//! One cell, as the file has it.

use types::text::sayable;

/// The longest text of a cell, in octets.
pub const LONGEST_CELL: usize = 1000;

#[derive(Clone, PartialEq, Debug)]
pub enum Cell {
    Empty,
    Text(String),
    /// A number of a spreadsheet: it has lost leading zeros and a plus sign.
    Number(f64),
    Bool(bool),
    /// What no cell may be, and what to do.
    Wrong(&'static str),
}

const NOT_WHOLE: &str = "is a number with a fraction or an exponent, which a spreadsheet may have \
     rounded: make the column text, and enter it again";

const TOO_LARGE: &str = "is a number of more digits than a spreadsheet keeps exactly: format the column as \
     text, and enter it again";

impl Cell {
    pub(crate) fn text(text: &str) -> Cell {
        if text.len() > LONGEST_CELL {
            return Cell::Wrong("is longer than a cell may be (1000 octets)");
        }
        match shown(text).trim() {
            "" => Cell::Empty,
            text => Cell::Text(text.to_owned()),
        }
    }

    pub fn is_empty(&self) -> bool {
        matches!(self, Cell::Empty)
    }

    /// Its text; a whole number as its digits. Nothing is a cell without any.
    ///
    /// # Errors
    /// Why it has none.
    pub fn as_text(&self) -> Result<Option<String>, &'static str> {
        match self {
            Cell::Empty => Ok(None),
            Cell::Text(text) => Ok(Some(text.clone())),
            // Up to here each whole number has a floating one of its own.
            Cell::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
                Ok(Some(format!("{number:.0}")))
            }
            Cell::Number(number) if number.fract() == 0.0 => Err(TOO_LARGE),
            Cell::Number(_) => Err(NOT_WHOLE),
            Cell::Bool(value) => Ok(Some(value.to_string())),
            Cell::Wrong(why) => Err(why),
        }
    }

    /// Digits of a telephone number or a PIN.
    ///
    /// # Errors
    /// Also what a spreadsheet has rounded, if it is text by now.
    pub fn as_digits(&self) -> Result<Option<String>, &'static str> {
        let text = self.as_text()?;
        let rounded = |text: &str| {
            let (mantissa, exponent) = text.split_once(['E', 'e'])?;
            let digits = |part: &str| {
                part.bytes()
                    .all(|c| matches!(c, b'0'..=b'9' | b'.' | b',' | b'+'))
            };
            (digits(mantissa) && digits(exponent)).then_some(())
        };
        match &text {
            Some(digits) if rounded(digits).is_some() => Err(NOT_WHOLE),
            _ => Ok(text),
        }
    }

    /// Yes or no.
    ///
    /// # Errors
    /// What is neither.
    pub fn as_flag(&self) -> Result<Option<bool>, &'static str> {
        const ALLOWED: &str = "is neither yes nor no";
        let Some(text) = self.as_text()? else {
            return Ok(None);
        };
        match text.to_lowercase().as_str() {
            "yes" | "y" | "true" | "1" => Ok(Some(true)),
            "no" | "n" | "false" | "0" => Ok(Some(false)),
            _ => Err(ALLOWED),
        }
    }
}

/// What stands in a cell, at the beginning of what is wrong with it; nothing where it could be a
/// secret that is in the wrong place.
pub(crate) fn named(text: &str) -> String {
    sayable(text).map_or_else(String::new, |text| format!("{text:?} "))
}

/// What a spreadsheet would take for a formula, or strip, at the beginning of a cell: also in the width
/// of East Asian letters.
fn is_active(first: char) -> bool {
    matches!(
        first,
        '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\'' | '＝' | '＋' | '－' | '＠'
    )
}

/// Whether a cell may begin after this character. A spreadsheet of a country that writes commas in its
/// fractions separates cells by semicolons; a quote in a file that it separates so is no guard.
fn begins_after(before: char, began: bool) -> bool {
    matches!(before, ';' | '\t' | '\r' | '\n') || (began && before == '"')
}

/// As it is written into a file of text, so that no spreadsheet calculates with it.
pub(crate) fn guarded(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 1);
    let mut begins = true;
    for next in text.chars() {
        if begins && is_active(next) {
            written.push('\'');
        }
        written.push(next);
        begins = begins_after(next, begins);
    }
    written
}

/// The same the other way.
pub(crate) fn shown(text: &str) -> String {
    let mut read = String::with_capacity(text.len());
    let mut begins = true;
    let mut rest = text.chars().peekable();
    while let Some(mut next) = rest.next() {
        if begins && next == '\'' {
            next = rest.next_if(|&after| is_active(after)).unwrap_or(next);
        }
        read.push(next);
        begins = begins_after(next, begins);
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_a_spreadsheet_would_calculate_is_text_and_comes_back() {
        for text in [
            "=1+1",
            "+442079460123",
            "-5",
            "@SUM(A1)",
            "'quoted",
            "'=x",
            "O'Neill",
            "＝1+1",
            "＠SUM(A1)",
        ] {
            let written = guarded(text);
            assert!(
                !written.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']),
                "{written}"
            );
            assert_eq!(Cell::text(&written), Cell::Text(text.to_owned()));
        }
        assert_eq!(
            Cell::text("'twas"),
            Cell::Text("'twas".to_owned()),
            "typed by hand"
        );
    }

    #[test]
    fn a_semicolon_in_a_text_begins_no_cell_that_calculates() {
        for (text, written) in [
            ("Smith;=HYPERLINK(A1)", "Smith;'=HYPERLINK(A1)"),
            ("Smith;\"=1+1\"", "Smith;\"'=1+1\""),
            ("Smith;'=1+1", "Smith;''=1+1"),
            ("two\n@lines", "two\n'@lines"),
            ("a;b-c;+1", "a;b-c;'+1"),
            ("Smith; Jones-Lee", "Smith; Jones-Lee"),
        ] {
            assert_eq!(guarded(text), written);
            assert_eq!(Cell::text(written), Cell::Text(text.to_owned()));
        }
    }

    #[test]
    fn a_number_is_its_digits_unless_it_was_rounded() {
        let digits = |cell: Cell| cell.as_digits();
        assert_eq!(
            digits(Cell::Number(2_155_550_123.0)),
            Ok(Some("2155550123".to_owned()))
        );
        assert_eq!(digits(Cell::Number(0.5)), Err(NOT_WHOLE));
        assert_eq!(digits(Cell::Number(1e15)), Err(TOO_LARGE));
        assert_eq!(digits(Cell::Number(-1e300)), Err(TOO_LARGE));
        assert_eq!(digits(Cell::Number(f64::NAN)), Err(NOT_WHOLE));
        assert_eq!(digits(Cell::text("2.15555E+09")), Err(NOT_WHOLE));
        assert_eq!(digits(Cell::text("2,15555E+09")), Err(NOT_WHOLE));
        assert_eq!(Cell::text("E2").as_text(), Ok(Some("E2".to_owned())));
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in "[!-~à-ÿ一-十]{1,20}|[;\"'=＝a-]{1,20}") {
            prop_assert_eq!(Cell::text(&guarded(&text)), Cell::Text(text));
        }
    }
}
