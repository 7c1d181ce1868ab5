//! Rows of inmates, and of the numbers on their lists. An empty cell changes nothing.

use crate::{Cell, Column, Columns};
use types::{
    digits::{Digit, Digits},
    language::Language,
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
    /// Each cell that can't be taken.
    fn of(row: u64, cells: &[Cell], columns: &Columns) -> Result<Self, Vec<BadCell>>;
}

/// An inmate, new or known by the id.
#[derive(Clone, Debug)]
pub struct InmateRow {
    pub row: u64,
    /// The facility's own.
    pub id: String,
    pub name: Option<String>,
    pub pin: Option<Secret<Digits>>,
    pub language: Option<Language>,
    /// 1 to 5, or none: that of the phone.
    pub class: Option<Option<u8>>,
}

/// A number on the list of an inmate, new or known by inmate and number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NumberRow {
    pub row: u64,
    /// Whose.
    pub id: String,
    pub number: PhoneNumber,
    pub untimed: Option<bool>,
    pub privileged: Option<bool>,
    pub disabled: Option<bool>,
}

const fn column(name: &'static str, needed: bool) -> Column {
    Column { name, needed }
}

/// Reads cells by the names of their columns, and notes what can't be taken.
struct Taker<'a> {
    row: u64,
    cells: &'a [Cell],
    columns: &'a Columns,
    bad: Vec<BadCell>,
}

impl<'a> Taker<'a> {
    fn new(row: u64, cells: &'a [Cell], columns: &'a Columns) -> Taker<'a> {
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
    fn take<T, W: Into<String>>(
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
    fn must<T, W: Into<String>>(
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

    fn done<T>(self, row: Option<T>) -> Result<T, Vec<BadCell>> {
        match row {
            Some(row) if self.bad.is_empty() => Ok(row),
            _ => Err(self.bad),
        }
    }
}

impl RowOf for InmateRow {
    const COLUMNS: &'static [Column] = &[
        column("id", true),
        column("name", false),
        column("pin", false),
        column("language", false),
        column("class", false),
    ];

    fn of(row: u64, cells: &[Cell], columns: &Columns) -> Result<InmateRow, Vec<BadCell>> {
        let mut taker = Taker::new(row, cells, columns);
        let id = taker.must("id", Cell::as_text);
        let name = taker.take("name", Cell::as_text);
        let pin = taker.take("pin", pin);
        let language = taker.take("language", language);
        let class = taker.take("class", class);
        taker.done(id.map(|id| InmateRow {
            row,
            id,
            name,
            pin,
            language,
            class,
        }))
    }
}

impl RowOf for NumberRow {
    const COLUMNS: &'static [Column] = &[
        column("id", true),
        column("number", true),
        column("untimed", false),
        column("privileged", false),
        column("disabled", false),
    ];

    fn of(row: u64, cells: &[Cell], columns: &Columns) -> Result<NumberRow, Vec<BadCell>> {
        let mut taker = Taker::new(row, cells, columns);
        let id = taker.must("id", Cell::as_text);
        let number = taker.must("number", number);
        let [untimed, privileged, disabled] =
            ["untimed", "privileged", "disabled"].map(|name| taker.take(name, Cell::as_flag));
        taker.done(id.zip(number).map(|(id, number)| NumberRow {
            row,
            id,
            number,
            untimed,
            privileged,
            disabled,
        }))
    }
}

/// Errors name no digit of it.
fn pin(cell: &Cell) -> Result<Option<Secret<Digits>>, &'static str> {
    let Some(text) = cell.as_digits()? else {
        return Ok(None);
    };
    let text = Secret::new(text);
    let digits = Digits::parse(text.expose()).map(Secret::new);
    let decimal = |pin: &Secret<Digits>| pin.expose().iter().all(|d: Digit| d.value().is_some());
    match digits.filter(decimal) {
        Some(pin) => Ok(Some(pin)),
        None => Err("is no PIN: decimal digits alone"),
    }
}

fn language(cell: &Cell) -> Result<Option<Language>, String> {
    let Some(text) = cell.as_text()? else {
        return Ok(None);
    };
    match Language::parse(&text.to_lowercase()) {
        Some(language) => Ok(Some(language)),
        None => Err(format!("{text:?} is no language: two letters, as en")),
    }
}

fn class(cell: &Cell) -> Result<Option<Option<u8>>, String> {
    let Some(text) = cell.as_text()? else {
        return Ok(None);
    };
    match text.to_lowercase().as_str() {
        "phone" => Ok(Some(None)),
        "1" | "2" | "3" | "4" | "5" => Ok(Some(text.parse().ok())),
        _ => Err(format!("{text:?} is no class: 1 to 5, or phone")),
    }
}

/// As people write numbers: blanks, hyphens, dots and parentheses count for nothing.
fn number(cell: &Cell) -> Result<Option<PhoneNumber>, String> {
    let Some(text) = cell.as_digits()? else {
        return Ok(None);
    };
    let bare: String = text.chars().filter(|c| !" -.()/".contains(*c)).collect();
    match PhoneNumber::parse(&bare) {
        Some(number) => Ok(Some(number)),
        None => Err(format!(
            "{text:?} is no number: national digits, or + and country code"
        )),
    }
}
