//! Rows of cards and of officers. What is wrong with a cell is said without the cell: a card number or
//! a code may stand in the wrong column.

use crate::{
    Cell, Column, Columns,
    taker::{BadRow, RowOf, Taker, column, secret, secret_digits},
};
use types::{credential::CardNumber, digits::Digits, secret::Secret};

/// The card that somebody holds.
#[derive(Clone, Debug)]
pub struct CardRow {
    pub row: u64,
    /// Whose.
    pub id: String,
    /// An officer's; else an inmate's.
    pub officer: bool,
    /// One that is given out, in place of the one there was.
    pub card: Option<Secret<CardNumber>>,
    pub taken: Option<bool>,
    /// Why it is taken no more, or again.
    pub note: Option<String>,
}

/// An officer, new or known by the id.
#[derive(Clone, Debug)]
pub struct OfficerRow {
    pub row: u64,
    /// The facility's own.
    pub id: String,
    pub name: Option<String>,
    pub code: Option<Secret<Digits>>,
    pub active: Option<bool>,
}

impl RowOf for CardRow {
    const COLUMNS: &'static [Column] = &[
        column("id", true),
        column("holder", false),
        secret("card"),
        column("taken", false),
        column("note", false),
    ];

    fn of(row: u64, cells: &[Cell], columns: &Columns) -> Result<CardRow, BadRow<CardRow>> {
        let mut taker = Taker::new(row, cells, columns);
        let id = taker.must("id", Cell::as_text);
        let officer = taker.take("holder", officer);
        let card = taker.take("card", card);
        let taken = taker.take("taken", Cell::as_flag);
        let note = taker.take("note", Cell::as_text);
        taker.done(id.map(|id| CardRow {
            row,
            id,
            officer: officer.unwrap_or(false),
            card,
            taken,
            note,
        }))
    }
}

impl RowOf for OfficerRow {
    const COLUMNS: &'static [Column] = &[
        column("id", true),
        column("name", false),
        secret("code"),
        column("active", false),
    ];

    fn of(row: u64, cells: &[Cell], columns: &Columns) -> Result<OfficerRow, BadRow<OfficerRow>> {
        let mut taker = Taker::new(row, cells, columns);
        let id = taker.must("id", Cell::as_text);
        let name = taker.take("name", Cell::as_text);
        let code = taker.take("code", |cell| {
            secret_digits(cell, "is no code: decimal digits alone")
        });
        let active = taker.take("active", Cell::as_flag);
        taker.done(id.map(|id| OfficerRow {
            row,
            id,
            name,
            code,
            active,
        }))
    }
}

fn officer(cell: &Cell) -> Result<Option<bool>, &'static str> {
    let Some(text) = cell.as_text()? else {
        return Ok(None);
    };
    match text.to_lowercase().as_str() {
        "inmate" => Ok(Some(false)),
        "officer" => Ok(Some(true)),
        _ => Err("is neither inmate nor officer"),
    }
}

fn card(cell: &Cell) -> Result<Option<Secret<CardNumber>>, &'static str> {
    let Some(text) = cell.as_digits()? else {
        return Ok(None);
    };
    let text = Secret::new(text);
    match CardNumber::parse(text.expose().as_bytes()) {
        Some(card) => Ok(Some(Secret::new(card))),
        None => Err("is no card number: 4 to 40 letters and digits"),
    }
}
