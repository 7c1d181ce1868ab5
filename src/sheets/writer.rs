//! Rows to a file. Every cell is text: no spreadsheet rounds a number or calculates with a name.

use crate::{
    Format,
    cell::{guarded, shown},
};
use rust_xlsxwriter::{Workbook, XlsxError};
use std::{
    io::{self, Write},
    panic::{self, AssertUnwindSafe},
};

/// Rows that a sheet of Excel has.
const SHEET_ROWS: u32 = 1_048_576;

#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("a sheet of Excel has {SHEET_ROWS} rows: write a .csv")]
    TooManyRows,
    #[error("can't be written: {0}")]
    Io(#[from] io::Error),
    #[error(
        "can't be written: the rows of a workbook are kept in {} until it is whole, and there is no room, \
         or this user may not write there; TMPDIR names another directory",
        std::env::temp_dir().display()
    )]
    NoRoom,
    #[error("can't be written: {0}")]
    Excel(XlsxError),
}

impl From<csv::Error> for WriteError {
    fn from(error: csv::Error) -> WriteError {
        WriteError::Io(match error.into_kind() {
            csv::ErrorKind::Io(error) => error,
            kind => io::Error::other(format!("{kind:?}")),
        })
    }
}

impl From<XlsxError> for WriteError {
    fn from(error: XlsxError) -> WriteError {
        match error {
            XlsxError::IoError(error) => WriteError::Io(error),
            error => WriteError::Excel(error),
        }
    }
}

/// A file that is being written.
pub struct Sheet<W: Write + Send> {
    form: Form<W>,
}

enum Form<W: Write + Send> {
    Csv(Box<csv::Writer<W>>),
    Xlsx {
        book: Box<Workbook>,
        rows: u32,
        into: W,
    },
}

impl<W: Write + Send> Sheet<W> {
    /// Begins a file with the names of its columns.
    ///
    /// # Errors
    /// What the disk says.
    pub fn new(format: Format, columns: &[&str], into: W) -> Result<Sheet<W>, WriteError> {
        let form = match format {
            Format::Csv => Form::Csv(Box::new(csv::Writer::from_writer(into))),
            Format::Xlsx => {
                let mut book = Box::new(Workbook::new());
                book.add_worksheet_with_constant_memory()?;
                Form::Xlsx {
                    book,
                    rows: 0,
                    into,
                }
            }
        };
        let mut sheet = Sheet { form };
        sheet.row(columns)?;
        Ok(sheet)
    }

    /// # Errors
    /// What the disk says, and that a sheet is full.
    pub fn row(&mut self, cells: &[&str]) -> Result<(), WriteError> {
        match &mut self.form {
            Form::Csv(writer) => {
                writer.write_record(cells.iter().map(|cell| guarded(cell)))?;
            }
            Form::Xlsx { book, rows, .. } => {
                if *rows == SHEET_ROWS {
                    return Err(WriteError::TooManyRows);
                }
                let row = *rows;
                unless_full(|| {
                    let sheet = book.worksheet_from_index(0)?;
                    for (column, cell) in (0..).zip(cells) {
                        // Text is no formula there; but a quote is read as one that guards.
                        let cell = match shown(cell) == *cell {
                            true => (*cell).to_owned(),
                            false => guarded(cell),
                        };
                        sheet.write_string(row, column, cell)?;
                    }
                    Ok(())
                })?;
                *rows += 1;
            }
        }
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// What the disk says.
    pub fn finish(self) -> Result<(), WriteError> {
        match self.form {
            Form::Csv(mut writer) => writer.flush()?,
            Form::Xlsx {
                mut book, mut into, ..
            } => {
                unless_full(|| Ok(book.save_to_writer(&mut into)?))?;
                into.flush()?;
            }
        }
        Ok(())
    }
}

/// What writes workbooks panics where it can't write the temporary file that has their rows.
fn unless_full<T>(write: impl FnOnce() -> Result<T, WriteError>) -> Result<T, WriteError> {
    panic::catch_unwind(AssertUnwindSafe(write)).unwrap_or(Err(WriteError::NoRoom))
}

impl<W: Write + Send> std::fmt::Debug for Sheet<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sheet")
    }
}
