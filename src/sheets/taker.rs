//! How a row is made of cells, and what several kinds of rows read alike.

use crate::{Cell, Column, Columns, cell::named};
use types::{
    digits::{Digit, Digits},
    phone_number::PhoneNumber,
    secret::Secret,
};

/// A cell that can't be taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadCell {
    pub row: u64,
    pub column: String,
    pub why: String,
}

/// What a row of a file can be.
pub trait RowOf: Sized {
    const COLUMNS: &'static [Column];

    /// # Errors
    /// Each cell that can't be taken, and the row without them.
    fn of(row: u64, cells: &[Cell], columns: &Columns) -> Result<Self, BadRow<Self>>;
}

/// A row with cells that can't be taken.
#[derive(Debug)]
pub struct BadRow<T> {
    pub cells: Vec<BadCell>,
    /// What it says without them, where it says enough: more may be wrong with it.
    pub rest: Option<T>,
}

pub const fn column(name: &'static str, needed: bool) -> Column {
    Column {
        name,
        needed,
        secret: false,
    }
}

/// One that makes the whole file secret.
pub const fn secret(name: &'static str) -> Column {
    Column {
        name,
        needed: false,
        secret: true,
    }
}

/// Reads cells by the names of their columns, and notes what can't be taken.
pub struct Taker<'a> {
    row: u64,
    cells: &'a [Cell],
    columns: &'a Columns,
    bad: Vec<BadCell>,
}

impl<'a> Taker<'a> {
    pub fn new(row: u64, cells: &'a [Cell], columns: &'a Columns) -> Taker<'a> {
        let mut taker = Taker {
            row,
            cells,
            columns,
            bad: Vec::new(),
        };
        if columns.has_more(cells) {
            taker.note("", "has more cells than the first row has names");
        }
        taker
    }

    fn note(&mut self, column: &str, why: impl Into<String>) {
        let (row, column, why) = (self.row, column.to_owned(), why.into());
        self.bad.push(BadCell { row, column, why });
    }

    /// What is in a cell; nothing also where it can't be taken.
    pub fn take<T, W: Into<String>>(
        &mut self,
        column: &str,
        read: impl FnOnce(&Cell) -> Result<Option<T>, W>,
    ) -> Option<T> {
        match read(self.columns.cell(self.cells, column)) {
            Ok(value) => value,
            Err(why) => {
                self.note(column, why);
                None
            }
        }
    }

    /// The same where there must be something.
    pub fn must<T, W: Into<String>>(
        &mut self,
        column: &str,
        read: impl FnOnce(&Cell) -> Result<Option<T>, W>,
    ) -> Option<T> {
        let before = self.bad.len();
        let value = self.take(column, read);
        if value.is_none() && self.bad.len() == before {
            self.note(column, "is empty");
        }
        value
    }

    pub fn done<T>(self, row: Option<T>) -> Result<T, BadRow<T>> {
        match row {
            Some(row) if self.bad.is_empty() => Ok(row),
            rest => Err(BadRow {
                cells: self.bad,
                rest,
            }),
        }
    }
}

/// Digits that nobody may see: errors name none of them.
pub fn secret_digits(
    cell: &Cell,
    why: &'static str,
) -> Result<Option<Secret<Digits>>, &'static str> {
    let Some(text) = cell.as_digits()? else {
        return Ok(None);
    };
    let text = Secret::new(text);
    let digits = Digits::parse(text.expose()).map(Secret::new);
    let decimal = |it: &Secret<Digits>| it.expose().iter().all(|d: Digit| d.value().is_some());
    match digits.filter(decimal) {
        Some(digits) => Ok(Some(digits)),
        None => Err(why),
    }
}

/// A value, or the word `none`, which takes the one there is away.
pub fn or_none<T>(
    cell: &Cell,
    allowed: &str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<Option<T>>, String> {
    let Some(text) = cell.as_text()? else {
        return Ok(None);
    };
    if text.eq_ignore_ascii_case("none") {
        return Ok(Some(None));
    }
    match read(&text) {
        Some(value) => Ok(Some(Some(value))),
        None => Err(format!("{}is not {allowed}, nor none", named(&text))),
    }
}

/// One of several names.
pub fn name_of<T>(
    cell: &Cell,
    names: &[&str],
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, String> {
    let Some(text) = cell.as_text()? else {
        return Ok(None);
    };
    match read(&text.to_lowercase()) {
        Some(value) => Ok(Some(value)),
        None => Err(format!("{}is none of {}", named(&text), names.join(", "))),
    }
}

/// Whether something is switched off, and until when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Off {
    No,
    Yes,
    /// A time, as it is written.
    Until(String),
}

/// Yes, no, or until when.
pub fn off(cell: &Cell) -> Result<Option<Off>, &'static str> {
    match (cell.as_flag(), cell.as_text()?) {
        (Ok(flag), _) => Ok(flag.map(|off| if off { Off::Yes } else { Off::No })),
        (Err(_), text) => Ok(text.map(Off::Until)),
    }
}

/// A text, or `none`.
pub fn text_or_none(cell: &Cell) -> Result<Option<Option<String>>, String> {
    or_none(cell, "a text", |text| Some(text.to_owned()))
}

/// As people write numbers: blanks, hyphens, dots and parentheses count for nothing.
pub fn number(cell: &Cell) -> Result<Option<PhoneNumber>, String> {
    let Some(text) = cell.as_digits()? else {
        return Ok(None);
    };
    let bare: String = text.chars().filter(|c| !" -.()/".contains(*c)).collect();
    match PhoneNumber::parse(&bare) {
        Some(number) => Ok(Some(number)),
        None => Err(format!(
            "{}is no number: national digits, or + and country code",
            named(&text)
        )),
    }
}
