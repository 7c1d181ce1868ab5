//! What the officer sees of an import: bad rows, how far it is, and the sum.

use std::{
    collections::HashMap,
    fmt,
    io::{BufWriter, IsTerminal as _, Write as _, stderr, stdout},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Error, anyhow, bail};
use sheets::BadCell;
use types::text::counted;

use crate::{
    control::people::Became,
    files::{self, NewFile},
};

/// Bad rows that are printed; a report has them all.
const PRINTED: usize = 100;
/// Bad rows that are kept in memory until they are told in their order.
const MOST: usize = 1_000_000;
/// Of how many rows it is told which they are, where a PIN, card or code is somebody else's. That enough
/// of them are told to find a mistake, and too few to find out which PINs there are.
const FEW: usize = 5;
/// How often a terminal is told how far it is.
const TOLD_EVERY: Duration = Duration::from_millis(200);

/// Bad cells, told in the order of the file when all are known: the first are printed, all go into a
/// file, if one is wanted.
pub struct Report {
    file: Option<(PathBuf, NewFile)>,
    bad: Vec<BadCell>,
    /// What somebody else has.
    collisions: Vec<BadCell>,
    /// By the row, which columns are bad.
    rows: HashMap<u64, Vec<String>>,
    /// Where the file has each column.
    places: Vec<(&'static str, Option<usize>)>,
}

/// What is wrong with other columns where one is: a bad PIN is none of which something could be said.
const FOLLOWS: [(&str, &[&str]); 2] = [
    (
        "pin",
        &["language", "class", "disabled", "valid-from", "valid-to"],
    ),
    ("taken", &["note"]),
];

impl Report {
    /// A file that is there is never written over.
    pub fn to(path: Option<&Path>) -> anyhow::Result<Report> {
        let file = match path {
            None => None,
            Some(path) => {
                let file = NewFile::begin(path).map_err(|why| of_report(path, &why))?;
                Some((path.to_owned(), file))
            }
        };
        Ok(Report {
            file,
            bad: Vec::new(),
            collisions: Vec::new(),
            rows: HashMap::new(),
            places: Vec::new(),
        })
    }

    /// How many rows are bad.
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// Whether this row is bad.
    pub fn has(&self, row: u64) -> bool {
        self.rows.contains_key(&row)
    }

    /// Whether what is known of a row to be bad explains that this column of it is.
    pub fn explains(&self, row: u64, column: &str) -> bool {
        let known = self.rows.get(&row).map_or(&[][..], Vec::as_slice);
        let follows = |(first, then): &(&str, &[&str])| {
            then.contains(&column) && known.iter().any(|known| known == first)
        };
        known.iter().any(|known| known == column) || FOLLOWS.iter().any(follows)
    }

    /// Where the file has its columns: those of one row are told in that order.
    pub fn in_order(&mut self, places: Vec<(&'static str, Option<usize>)>) {
        self.places = places;
    }

    fn note(&mut self, cell: &BadCell) {
        let columns = self.rows.entry(cell.row).or_default();
        columns.push(cell.column.clone());
    }

    pub fn bad(&mut self, cell: BadCell) -> anyhow::Result<()> {
        self.note(&cell);
        self.bad.push(cell);
        self.is_enough()
    }

    /// One that has what somebody else has.
    pub fn collides(&mut self, cell: BadCell) -> anyhow::Result<()> {
        self.note(&cell);
        self.collisions.push(cell);
        self.is_enough()
    }

    /// Nothing of them is told.
    pub fn forget_collisions(&mut self) {
        self.collisions.clear();
    }

    fn is_enough(&self) -> anyhow::Result<()> {
        match self.bad.len() + self.collisions.len() > MOST {
            true => bail!("more than {MOST} cells are bad: is it a file of another kind?"),
            false => Ok(()),
        }
    }

    /// Tells all of it; how many there were.
    pub fn finish(mut self) -> anyhow::Result<usize> {
        let count = self.count();
        self.collisions.sort_by_key(|cell| cell.row);
        let untold = self.collisions.len().saturating_sub(FEW);
        self.collisions.truncate(FEW);
        self.bad.append(&mut self.collisions);
        let place = |cell: &BadCell| {
            let mut places = self.places.iter();
            places.find_map(|(name, place)| place.filter(|_| *name == cell.column))
        };
        self.bad.sort_by_key(|cell| (cell.row, place(cell)));
        let untold = (untold > 0).then(|| {
            format!(
                "and {} with a PIN, card or code that somebody else has: which is not told",
                counted(untold, "more row")
            )
        });
        let more = self.bad.len().saturating_sub(PRINTED);
        let more = (more > 0).then(|| match self.file {
            Some(_) => format!("and {more} more: in the report"),
            None => format!("and {more} more: --report FILE writes them all"),
        });
        let printed = self.bad.iter().take(PRINTED).map(line);
        for line in printed.chain(more).chain(untold.clone()) {
            // Who does not read it can have a report.
            let _ = writeln!(stdout(), "{line}");
        }
        if let Some((path, file)) = self.file {
            let all = self.bad.iter().map(line).chain(untold);
            write_all(file, all).map_err(|why| of_report(&path, &why))?;
        }
        Ok(count)
    }
}

fn of_report(path: &Path, why: &str) -> Error {
    anyhow!("the report {}: {why}", path.display())
}

fn line(cell: &BadCell) -> String {
    let BadCell { row, column, why } = cell;
    match column.as_str() {
        "" => format!("row {row}: {why}"),
        column => format!("row {row}, {column}: {why}"),
    }
}

fn write_all(file: NewFile, mut lines: impl Iterator<Item = String>) -> Result<(), String> {
    let mut writer = BufWriter::new(file.writer()?);
    let written = lines.try_for_each(|line| writeln!(writer, "{line}"));
    let written = written.and_then(|()| writer.flush());
    written.map_err(|error| files::not_written(&error))?;
    file.finish()
}

/// What became of rows.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Counts {
    new: usize,
    changed: usize,
    same: usize,
    given: usize,
}

impl Counts {
    pub fn add(&mut self, became: &Became) {
        match became {
            Became::New => self.new += 1,
            Became::Changed => self.changed += 1,
            Became::Same => self.same += 1,
            Became::Given => self.given += 1,
            Became::Bad(_) => {}
        }
    }

    /// The last line.
    pub fn print(&self, bad: usize, applied: bool, skipped: bool) {
        let end = match (applied, bad) {
            (true, _) => "written",
            (false, 0) if *self == Counts::default() => "nothing was written: there is no row",
            (false, 0) => "nothing was written: --apply writes",
            (false, _) if skipped => "nothing was written: no row is good",
            (false, _) => "nothing was written: mend the bad rows, or --apply --skip-bad",
        };
        let _ = writeln!(stdout(), "{self}, {bad} bad; {end}");
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts {
            new,
            changed,
            same,
            given,
        } = self;
        write!(f, "{new} new, {changed} changed, {same} as they were")?;
        match given {
            0 => Ok(()),
            given => write!(f, ", {given} with a PIN, card or code kept or changed"),
        }
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
                None => write!(stderr(), "\r{} {what} ", counted(done, "row")),
                Some(all) => {
                    let bar = "#".repeat(30 * done / all.max(1));
                    let all = counted(all, "row");
                    write!(stderr(), "\r[{bar:<30}] {done} of {all} {what} ")
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
