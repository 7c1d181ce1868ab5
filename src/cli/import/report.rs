//! What the officer sees of an import: bad rows, how far it is, and the sum.

use std::{
    fmt,
    fs::{File, OpenOptions},
    io::{BufWriter, IsTerminal as _, Write as _, stderr, stdout},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use sheets::BadCell;

use crate::control::people::Became;

/// Bad rows that are printed; a report has them all.
const PRINTED: usize = 100;
/// How often a terminal is told how far it is.
const TOLD_EVERY: Duration = Duration::from_millis(200);

/// Bad cells: the first are printed, all go into a file, if one is wanted.
pub struct Report {
    file: Option<BufWriter<File>>,
    count: usize,
}

impl Report {
    /// A file that is there is never written over.
    pub fn to(path: Option<&Path>) -> anyhow::Result<Report> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let file = path.map(|path| {
            let file = options.open(path);
            file.with_context(|| format!("the report {}", path.display()))
        });
        let file = file.transpose()?.map(BufWriter::new);
        Ok(Report { file, count: 0 })
    }

    pub fn count(&self) -> usize {
        self.count
    }

    pub fn bad(&mut self, cell: &BadCell) -> anyhow::Result<()> {
        let BadCell { row, column, why } = cell;
        let line = match column.as_str() {
            "" => format!("row {row}: {why}"),
            column => format!("row {row}, {column}: {why}"),
        };
        self.count += 1;
        if let Some(file) = &mut self.file {
            writeln!(file, "{line}").context("the report")?;
        }
        if self.count <= PRINTED {
            clear_line();
            // Who does not read it can have a report.
            let _ = writeln!(stdout(), "{line}");
        }
        Ok(())
    }

    /// How many there were.
    pub fn finish(mut self) -> anyhow::Result<usize> {
        if let Some(file) = &mut self.file {
            file.flush().context("the report")?;
        }
        if self.count > PRINTED {
            let more = self.count - PRINTED;
            let place = match self.file {
                Some(_) => "in the report",
                None => "--report FILE writes them all",
            };
            let _ = writeln!(stdout(), "and {more} more: {place}");
        }
        Ok(self.count)
    }
}

/// What became of rows.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Counts {
    new: usize,
    changed: usize,
    same: usize,
}

impl Counts {
    pub fn add(&mut self, became: &Became) {
        match became {
            Became::New => self.new += 1,
            Became::Changed => self.changed += 1,
            Became::Same => self.same += 1,
            Became::Bad(..) => {}
        }
    }

    /// The last line.
    pub fn print(&self, bad: usize, applied: bool) {
        let end = match (applied, bad) {
            (true, _) => "written",
            (false, 0) => "nothing was written: --apply writes",
            (false, _) => "nothing was written: mend the bad rows, or --apply --skip-bad",
        };
        let _ = writeln!(stdout(), "{self}, {bad} bad; {end}");
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { new, changed, same } = self;
        write!(f, "{new} new, {changed} changed, {same} as they were")
    }
}

/// How far it is, on a terminal.
pub struct Progress {
    what: &'static str,
    all: Option<usize>,
    done: usize,
    told: Instant,
    shown: bool,
}

impl Progress {
    pub fn of(what: &'static str, all: Option<usize>) -> Progress {
        Progress {
            what,
            all,
            done: 0,
            told: Instant::now(),
            shown: stderr().is_terminal(),
        }
    }

    pub fn more(&mut self, rows: usize) {
        self.done += rows;
        if self.shown && self.told.elapsed() >= TOLD_EVERY {
            self.told = Instant::now();
            let (what, done) = (self.what, self.done);
            let _ = match self.all {
                None => write!(stderr(), "\r{done} rows {what} "),
                Some(all) => {
                    let bar = "#".repeat(30 * done / all.max(1));
                    write!(stderr(), "\r[{bar:<30}] {done} of {all} rows {what} ")
                }
            };
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            clear_line();
        }
    }
}

fn clear_line() {
    if stderr().is_terminal() {
        let _ = write!(stderr(), "\r\x1b[K");
    }
}
