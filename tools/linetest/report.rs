//! What comes out on standard output: a table to read, JSON lines, or one line a detection.

use std::{
    ffi::OsStr,
    io::{self, Write},
    os::unix::ffi::OsStrExt as _,
};

use serde::Serialize;

use crate::{
    analysis::{Found, Hit, Label, Leg},
    row::Row,
    table::Table,
};

/// The form of the report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    Table,
    Json,
    Hits,
}

/// The report on one file.
pub(crate) struct Report<'a, W> {
    out: W,
    file: &'a OsStr,
    shape: Shape,
}

enum Shape {
    Table(Table),
    Json,
    Hits,
}

/// A JSON line: which file, which channel, and the row's own keys.
#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    channel: Leg,
    #[serde(flatten)]
    row: &'a Row,
}

impl<'a, W: Write> Report<'a, W> {
    pub fn new(out: W, file: &'a OsStr, form: Form, table: Table) -> Report<'a, W> {
        let shape = match form {
            Form::Table => Shape::Table(table),
            Form::Json => Shape::Json,
            Form::Hits => Shape::Hits,
        };
        Report { out, file, shape }
    }

    /// Writes what was found since; whether that was anything.
    pub fn write(&mut self, found: &Found) -> io::Result<bool> {
        match &mut self.shape {
            Shape::Table(table) => {
                for (leg, row) in &found.rows {
                    table.row(&mut self.out, *leg, row)?;
                }
                Ok(!found.rows.is_empty())
            }
            Shape::Json => {
                let file = self.file.to_string_lossy();
                for (channel, row) in &found.rows {
                    let line = Line {
                        file: &file,
                        channel: *channel,
                        row,
                    };
                    serde_json::to_writer(&mut self.out, &line)?;
                    self.out.write_all(b"\n")?;
                }
                Ok(!found.rows.is_empty())
            }
            Shape::Hits => {
                for hit in &found.hits {
                    write_hit(&mut self.out, self.file, hit)?;
                }
                Ok(!found.hits.is_empty())
            }
        }
    }

    pub fn end(&mut self) -> io::Result<()> {
        match &mut self.shape {
            Shape::Table(table) => table.end(&mut self.out),
            Shape::Json | Shape::Hits => Ok(()),
        }
    }

    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn write_hit(out: &mut impl Write, file: &OsStr, hit: &Hit) -> io::Result<()> {
    out.write_all(file.as_bytes())?;
    match hit.label {
        Label::Digit(digit) => writeln!(out, " {} {}", hit.sample, char::from(digit)),
        Label::Word(word) => writeln!(out, " {} {word}", hit.sample),
    }
}
