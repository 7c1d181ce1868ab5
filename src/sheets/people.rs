//! Rows of inmates, and of the numbers on their lists. An empty cell changes nothing.

use crate::{
    Cell, Column, Columns,
    cell::named,
    taker::{BadRow, Off, RowOf, Taker, column, number, off, secret, secret_digits, text_or_none},
};
use types::{digits::Digits, language::Language, phone_number::PhoneNumber, secret::Secret};

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
    /// The PIN.
    pub disabled: Option<Off>,
    /// From when and up to when the PIN is valid: times, as they are written.
    pub valid_from: Option<Option<String>>,
    pub valid_to: Option<Option<String>>,
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
    pub disabled: Option<Off>,
    /// `false` takes it off the list.
    pub kept: Option<bool>,
}

impl RowOf for InmateRow {
    const COLUMNS: &'static [Column] = &[
        column("id", true),
        column("name", false),
        secret("pin"),
        column("language", false),
        column("class", false),
        column("disabled", false),
        column("valid-from", false),
        column("valid-to", false),
    ];

    fn of(row: u64, cells: &[Cell], columns: &Columns) -> Result<InmateRow, BadRow<InmateRow>> {
        let mut taker = Taker::new(row, cells, columns);
        let id = taker.must("id", Cell::as_text);
        let name = taker.take("name", Cell::as_text);
        let pin = taker.take("pin", |cell| {
            secret_digits(cell, "is no PIN: decimal digits alone")
        });
        let language = taker.take("language", language);
        let class = taker.take("class", class);
        let disabled = taker.take("disabled", off);
        let [valid_from, valid_to] =
            ["valid-from", "valid-to"].map(|name| taker.take(name, text_or_none));
        taker.done(id.map(|id| InmateRow {
            row,
            id,
            name,
            pin,
            language,
            class,
            disabled,
            valid_from,
            valid_to,
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
        column("kept", false),
    ];

    fn of(row: u64, cells: &[Cell], columns: &Columns) -> Result<NumberRow, BadRow<NumberRow>> {
        let mut taker = Taker::new(row, cells, columns);
        let id = taker.must("id", Cell::as_text);
        let number = taker.must("number", number);
        let [untimed, privileged, kept] =
            ["untimed", "privileged", "kept"].map(|name| taker.take(name, Cell::as_flag));
        let disabled = taker.take("disabled", off);
        taker.done(id.zip(number).map(|(id, number)| NumberRow {
            row,
            id,
            number,
            untimed,
            privileged,
            disabled,
            kept,
        }))
    }
}

fn language(cell: &Cell) -> Result<Option<Language>, String> {
    let Some(text) = cell.as_text()? else {
        return Ok(None);
    };
    match Language::parse(&text.to_lowercase()) {
        Some(language) => Ok(Some(language)),
        None => Err(format!(
            "{}is no language: two letters, as en",
            named(&text)
        )),
    }
}

fn class(cell: &Cell) -> Result<Option<Option<u8>>, String> {
    let Some(text) = cell.as_text()? else {
        return Ok(None);
    };
    match text.to_lowercase().as_str() {
        "phone" => Ok(Some(None)),
        "1" | "2" | "3" | "4" | "5" => Ok(Some(text.parse().ok())),
        _ => Err(format!("{}is no class: 1 to 5, or phone", named(&text))),
    }
}
