//! Files of CSV and Excel as rows of cells, checked, and written back.
//!
//! Nothing of a file is trusted: not its size, not its form, not what a spreadsheet made of a
//! number. What is wrong with the file as a whole is a [`FileError`]; what is wrong with a row is a
//! [`BadCell`] that names row, column and reason, and the rows after it are read all the same.
//!
//! * Columns are found by the names in the first row, in any order. A column that nobody knows is
//!   an error: it may be a misspelt one.
//! * A cell that a spreadsheet would take for a formula is written as text, and read back as it was.
//!
//! Files are opened by whoever calls; here is no file system.

#![forbid(unsafe_code)]

mod cell;
mod columns;
mod comma;
mod credentials;
mod people;
mod profiles;
mod tables;
mod taker;
mod workbook;
mod writer;

pub use cell::{Cell, LONGEST_CELL};
pub use columns::{Column, Columns};
pub use credentials::{CardRow, OfficerRow};
pub use people::{InmateRow, NumberRow};
pub use profiles::{ContactRow, LIMITS, ProfileRow};
pub use tables::{AllowedRow, ListOf, ListRow, RecordRow, RestrictedRow};
pub use taker::{BadCell, BadRow, Off, RowOf};
pub use writer::{Sheet, WriteError};

use std::{
    io::{self, Read, Seek},
    path::Path,
};
use types::text::is_unseen;

/// The most rows of a file.
pub const MOST_ROWS: u64 = 2_000_000;
/// The largest file that is read, in octets.
pub const LARGEST_FILE: u64 = 1 << 30;

/// What a file is, by the end of its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    Csv,
    Xlsx,
}

impl Format {
    pub fn of(path: &Path) -> Result<Format, FileError> {
        let end = path.extension().and_then(|end| end.to_str());
        match end.map(str::to_ascii_lowercase).as_deref() {
            Some("csv") => Ok(Format::Csv),
            Some("xlsx") => Ok(Format::Xlsx),
            Some("xlsm") => Err(FileError::Macros),
            Some("xls") => Err(FileError::OldExcel),
            _ => Err(FileError::Name),
        }
    }
}

/// What is wrong with a file as a whole.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("its name must end in .csv or .xlsx")]
    Name,
    #[error("is larger than a file may be ({} MiB)", LARGEST_FILE >> 20)]
    TooLarge,
    #[error("has more rows than a file may have ({MOST_ROWS})")]
    TooManyRows,
    #[error("row {row} is longer than a row may be: is a quote never closed?")]
    LongRow { row: u64 },
    #[error("row {row}: a quote that begins in it is never closed, up to the end of the file")]
    OpenQuote { row: u64 },
    #[error("is text in UTF-16: save it as \"CSV UTF-8\"")]
    Utf16,
    #[error("is an Excel file, though its name ends in .csv")]
    NotCsv,
    #[error("holds macros: save it as a workbook without macros (.xlsx)")]
    Macros,
    #[error("is a file of old Excel (.xls), or has a password: save it as .xlsx without one")]
    OldExcel,
    #[error("unpacks to more than a file may ({part}): it is damaged, or made to do harm")]
    Bomb { part: String },
    #[error("is no Excel file, or cut short: what stands at the end of each is missing")]
    NotExcel,
    #[error("is no Excel file, or damaged: {0}")]
    Damaged(String),
    #[error("has no rows")]
    Empty,
    #[error("column {column} of the first row: {why}")]
    Header { column: usize, why: String },
    #[error("there is no column {0:?}, and it is needed")]
    MissingColumn(&'static str),
    #[error("can't be read: {0}")]
    Io(#[from] io::Error),
}

/// As much of what a file says, or of what is said of it, as can be shown; nothing that a terminal obeys,
/// or that nobody sees.
fn shown(text: &str) -> String {
    const MOST: usize = 120;
    let mut shown = String::new();
    for character in text.chars().take(MOST) {
        match is_unseen(character) {
            true => shown.extend(character.escape_unicode()),
            false => shown.push(character),
        }
    }
    shown
}

/// Reads all rows: first gives the names of the columns, then each row that is not empty.
///
/// # Errors
/// What is wrong with the file, and what either function says.
pub fn read<R, E>(
    source: R,
    format: Format,
    columns: impl FnOnce(&[Cell]) -> Result<(), E>,
    mut row: impl FnMut(u64, &mut [Cell]) -> Result<(), E>,
) -> Result<(), E>
where
    R: Read + Seek,
    E: From<FileError>,
{
    let mut columns = Some(columns);
    let mut rows = 0;
    let mut take = |number: u64, cells: &mut [Cell]| {
        if cells.iter().all(Cell::is_empty) {
            return Ok(());
        }
        if let Some(columns) = columns.take() {
            return columns(cells);
        }
        rows += 1;
        if rows > MOST_ROWS {
            return Err(FileError::TooManyRows.into());
        }
        row(number, cells)
    };
    match format {
        Format::Csv => comma::read(source, &mut take)?,
        Format::Xlsx => workbook::read(source, &mut take)?,
    }
    match columns {
        Some(_) => Err(FileError::Empty.into()),
        None => Ok(()),
    }
}
