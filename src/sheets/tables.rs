//! Rows of the tables of numbers: restricted, allowed, records, and the lists of inmates' classes, units
//! and the like. An empty cell changes nothing.

use crate::{
    Cell, Column, Columns,
    cell::named,
    taker::{BadRow, RowOf, Taker, column, name_of, or_none},
};
use types::{
    inmate::{InmateClass, Relationship, Supervision},
    treatment::ThreeWayResponse,
};

/// Numbers that are blocked for every caller.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RestrictedRow {
    pub row: u64,
    pub pattern: String,
    pub note: Option<String>,
    /// `false` takes the entry out.
    pub kept: Option<bool>,
}

/// Numbers that every caller may call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AllowedRow {
    pub row: u64,
    pub pattern: String,
    pub untimed: Option<bool>,
    pub privileged: Option<bool>,
    pub note: Option<String>,
    pub kept: Option<bool>,
}

/// What holds for numbers, whoever calls them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordRow {
    pub row: u64,
    pub pattern: String,
    /// In the order of [`RecordRow::FLAGS`].
    pub flags: [Option<bool>; 6],
    pub three_way: Option<Option<ThreeWayResponse>>,
    pub limit_seconds: Option<Option<u32>>,
    /// The number of a call treatment.
    pub treatment: Option<Option<u16>>,
    pub party: Option<String>,
    pub note: Option<String>,
    pub kept: Option<bool>,
}

impl RecordRow {
    pub const FLAGS: [&str; 6] = [
        "blocked",
        "free",
        "privileged",
        "no-recording",
        "customer-service",
        "watched",
    ];
}

/// A number on the list of some inmates.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListRow {
    pub row: u64,
    pub of: ListOf,
    /// It is on the blocked side; else on the allowed one.
    pub blocked: bool,
    pub pattern: String,
    pub note: Option<String>,
    pub kept: Option<bool>,
}

/// Whose list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ListOf {
    Relationship(Relationship),
    Class(InmateClass),
    Supervision(Supervision),
    /// By its name, its own or with those above it.
    Group(String),
    /// By the facility's own id; one has a blocked side alone.
    Inmate(String),
}

impl RowOf for RestrictedRow {
    const COLUMNS: &'static [Column] = &[
        column("pattern", true),
        column("note", false),
        column("kept", false),
    ];

    fn of(
        row: u64,
        cells: &[Cell],
        columns: &Columns,
    ) -> Result<RestrictedRow, BadRow<RestrictedRow>> {
        let mut taker = Taker::new(row, cells, columns);
        let pattern = taker.must("pattern", pattern);
        let note = taker.take("note", Cell::as_text);
        let kept = taker.take("kept", Cell::as_flag);
        taker.done(pattern.map(|pattern| RestrictedRow {
            row,
            pattern,
            note,
            kept,
        }))
    }
}

impl RowOf for AllowedRow {
    const COLUMNS: &'static [Column] = &[
        column("pattern", true),
        column("untimed", false),
        column("privileged", false),
        column("note", false),
        column("kept", false),
    ];

    fn of(row: u64, cells: &[Cell], columns: &Columns) -> Result<AllowedRow, BadRow<AllowedRow>> {
        let mut taker = Taker::new(row, cells, columns);
        let pattern = taker.must("pattern", pattern);
        let [untimed, privileged, kept] =
            ["untimed", "privileged", "kept"].map(|name| taker.take(name, Cell::as_flag));
        let note = taker.take("note", Cell::as_text);
        taker.done(pattern.map(|pattern| AllowedRow {
            row,
            pattern,
            untimed,
            privileged,
            note,
            kept,
        }))
    }
}

impl RowOf for RecordRow {
    const COLUMNS: &'static [Column] = &[
        column("pattern", true),
        column(RecordRow::FLAGS[0], false),
        column(RecordRow::FLAGS[1], false),
        column(RecordRow::FLAGS[2], false),
        column(RecordRow::FLAGS[3], false),
        column(RecordRow::FLAGS[4], false),
        column(RecordRow::FLAGS[5], false),
        column("three-way", false),
        column("limit-seconds", false),
        column("treatment", false),
        column("party", false),
        column("note", false),
        column("kept", false),
    ];

    fn of(row: u64, cells: &[Cell], columns: &Columns) -> Result<RecordRow, BadRow<RecordRow>> {
        let mut taker = Taker::new(row, cells, columns);
        let pattern = taker.must("pattern", pattern);
        let flags = RecordRow::FLAGS.map(|name| taker.take(name, Cell::as_flag));
        let three_way = taker.take("three-way", |cell| {
            let names = ThreeWayResponse::NAMED.map(|(name, _)| name);
            let named = |text: &str| ThreeWayResponse::named(&text.to_lowercase());
            or_none(cell, &format!("one of {}", names.join(", ")), named)
        });
        let limit_seconds = taker.take("limit-seconds", |cell| {
            or_none(cell, "whole seconds", |text| {
                text.parse().ok().filter(|seconds| *seconds > 0)
            })
        });
        let treatment = taker.take("treatment", |cell| {
            or_none(cell, "the number of a call treatment", |text| {
                text.parse().ok().filter(|number| *number > 0)
            })
        });
        let [party, note] = ["party", "note"].map(|name| taker.take(name, Cell::as_text));
        let kept = taker.take("kept", Cell::as_flag);
        taker.done(pattern.map(|pattern| RecordRow {
            row,
            pattern,
            flags,
            three_way,
            limit_seconds,
            treatment,
            party,
            note,
            kept,
        }))
    }
}

impl RowOf for ListRow {
    const COLUMNS: &'static [Column] = &[
        column("of", true),
        column("side", true),
        column("pattern", true),
        column("note", false),
        column("kept", false),
    ];

    fn of(row: u64, cells: &[Cell], columns: &Columns) -> Result<ListRow, BadRow<ListRow>> {
        let mut taker = Taker::new(row, cells, columns);
        let of = taker.must("of", list_of);
        let blocked = taker.must("side", |cell| {
            name_of(cell, &["blocked", "allowed"], |side| match side {
                "blocked" => Some(true),
                "allowed" => Some(false),
                _ => None,
            })
        });
        let pattern = taker.must("pattern", pattern);
        let note = taker.take("note", Cell::as_text);
        let kept = taker.take("kept", Cell::as_flag);
        let all = of.zip(blocked).zip(pattern);
        taker.done(all.map(|((of, blocked), pattern)| ListRow {
            row,
            of,
            blocked,
            pattern,
            note,
            kept,
        }))
    }
}

/// Digits, `?` and `*`, with `+` before a country code; what people set digits apart with counts for
/// nothing.
fn pattern(cell: &Cell) -> Result<Option<String>, String> {
    let Some(text) = cell.as_digits()? else {
        return Ok(None);
    };
    let bare: String = text.chars().filter(|c| !" -.()/".contains(*c)).collect();
    let digits = bare.strip_prefix('+').unwrap_or(&bare);
    let fits = |c: char| c.is_ascii_digit() || c == '?' || c == '*';
    match !digits.is_empty() && digits.chars().all(fits) {
        true => Ok(Some(bare)),
        false => Err(format!(
            "{}is no pattern: digits, ? for any digit, a last * for any more, + before a country code",
            named(&text)
        )),
    }
}

fn list_of(cell: &Cell) -> Result<Option<ListOf>, String> {
    let Some(text) = cell.as_text()? else {
        return Ok(None);
    };
    let of = text.split_once(' ').and_then(|(kind, which)| {
        let which = which.trim();
        Some(match kind.to_lowercase().as_str() {
            "relationship" => ListOf::Relationship(Relationship::named(&which.to_lowercase())?),
            "class" => ListOf::Class(InmateClass::new(which.parse().ok()?)?),
            "supervision" => ListOf::Supervision(Supervision::new(which.parse().ok()?)?),
            "group" => ListOf::Group(which.to_owned()),
            "inmate" => ListOf::Inmate(which.to_owned()),
            _ => return None,
        })
    });
    match of {
        Some(of) => Ok(Some(of)),
        None => Err(format!(
            "{}is nobody's list: relationship friend, class 3, supervision 2, group East/Tier 1 or \
             inmate A-17",
            named(&text)
        )),
    }
}
