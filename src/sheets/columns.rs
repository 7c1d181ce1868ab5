//! Columns by their names.

use crate::{Cell, FileError, cell::named};

/// A column that a file may have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Column {
    pub name: &'static str,
    /// A file without it is refused.
    pub needed: bool,
    /// What is in it is for nobody to see: a PIN, a card, a code.
    pub secret: bool,
}

/// Where each known column is in a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Columns {
    /// By the file's column, which of the known ones it is.
    known: Vec<usize>,
    names: Vec<&'static str>,
    secret: bool,
}

impl Columns {
    /// Finds known columns by the names in the first row.
    ///
    /// # Errors
    /// A column that is not known, is there twice, or is missing.
    pub fn find(first: &[Cell], all: &[Column]) -> Result<Columns, FileError> {
        let mut known = Vec::with_capacity(first.len());
        let mut cells = first;
        // Spreadsheets like to add empty columns at the end.
        while let [rest @ .., Cell::Empty] = cells {
            cells = rest;
        }
        for (at, cell) in cells.iter().enumerate() {
            let wrong = |why: String| FileError::Header {
                column: at + 1,
                why,
            };
            let text = cell.as_text().map_err(|why| wrong(why.to_owned()))?;
            let text = text.unwrap_or_default();
            let name = text.to_lowercase().replace([' ', '_'], "-");
            let place = all.iter().position(|column| column.name == name);
            let place = place.ok_or_else(|| {
                let names: Vec<&str> = all.iter().map(|column| column.name).collect();
                // A file without names has a person's cells there.
                wrong(format!(
                    "{}is not known; known: {}",
                    named(&text),
                    names.join(", ")
                ))
            })?;
            if known.contains(&place) {
                return Err(wrong(format!("{name:?} is there twice")));
            }
            known.push(place);
        }
        let missing = |(at, column): (usize, &Column)| {
            (column.needed && !known.contains(&at)).then_some(column.name)
        };
        if let Some(name) = all.iter().enumerate().find_map(missing) {
            return Err(FileError::MissingColumn(name));
        }
        let names = all.iter().map(|column| column.name).collect();
        let secret = known.iter().any(|&place| all[place].secret);
        Ok(Columns {
            known,
            names,
            secret,
        })
    }

    /// Whether one of the columns that the file has makes it secret.
    pub fn are_secret(&self) -> bool {
        self.secret
    }

    /// The cell of a column in a row; one that the file has not is empty.
    pub fn cell<'a>(&self, cells: &'a [Cell], name: &str) -> &'a Cell {
        let place = self.place(name);
        place.and_then(|at| cells.get(at)).unwrap_or(&Cell::Empty)
    }

    /// Where the file has a column.
    pub fn place(&self, name: &str) -> Option<usize> {
        let mut known = self.known.iter();
        known.position(|&known| self.names[known] == name)
    }

    /// Whether there is something beyond the last column.
    pub fn has_more(&self, cells: &[Cell]) -> bool {
        cells
            .iter()
            .skip(self.known.len())
            .any(|cell| !cell.is_empty())
    }
}
