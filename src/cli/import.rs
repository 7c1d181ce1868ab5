//! `sallyport import`: inmates, what belongs to them, officers, or tables of numbers, from a file of CSV
//! or Excel.
//!
//! The file is read and checked here, then row by row against the database; nothing is changed
//! without `--apply`. With the database to itself a file is one transaction. Beside a running
//! controller calls must not wait for it: all rows are checked first, then written in portions, and
//! the journal says where that began and ended.
//!
//! Whoever checks a file with PINs learns which are given out. So the journal says of each such check
//! what was in the file and how many were somebody else's, before anything of it is told.

mod contested;
mod report;
mod rows;

use std::{
    cell::OnceCell,
    collections::{HashSet, hash_map::RandomState},
    fmt,
    io::BufReader,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Error, anyhow, bail};
use clap::{ArgGroup, Args};
use jiff::tz::TimeZone;
use sheets::{
    AllowedRow, BadCell, CardRow, Cell, Column, Columns, ContactRow, FileError, Format, InmateRow,
    ListRow, NumberRow, OfficerRow, ProfileRow, RecordRow, RestrictedRow,
};
use types::text::{counted, is_unseen};

use self::{
    contested::Rows,
    report::{Counts, Progress, Report},
    rows::{FileRow, Numbered},
};
use super::SiteArgs;
use crate::{
    control::{
        Office, Request,
        people::{Became, Mode, Row, Wrong},
    },
    files, log,
    site::{Site, rights},
};

/// Octets of a portion beside a running controller; a request has room for more.
const PORTION: usize = 48 << 10;
/// Rows of a portion: so long at most lines wait for it.
const PORTION_ROWS: usize = 64;

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("what").required(true).args([
    "inmates", "numbers", "profiles", "contacts", "cards", "officers", "restricted", "allowed",
    "number_records", "lists",
])))]
pub struct ImportArgs {
    #[command(flatten)]
    site: SiteArgs,
    /// Inmates: columns id, name, pin, language, class, disabled, valid-from, valid-to.
    #[arg(long, value_name = "FILE")]
    inmates: Option<PathBuf>,
    /// Numbers of their lists: columns id, number, untimed, privileged, disabled, kept.
    #[arg(long, value_name = "FILE")]
    numbers: Option<PathBuf>,
    /// Profiles of inmates: columns id, unit, inmate-class, supervision, watched, booked-only,
    /// longest-seconds, enrolled, suspended, hours, own-allowance, calls-per-day, calls-per-week,
    /// calls-per-month, minutes-per-day, minutes-per-week, minutes-per-month,
    /// seconds-between-calls.
    #[arg(long, value_name = "FILE")]
    profiles: Option<PathBuf>,
    /// Contacts of inmates: columns id, number, name, relationship, identification, review, kept.
    #[arg(long, value_name = "FILE")]
    contacts: Option<PathBuf>,
    /// Cards: columns id, holder, card, taken, note.
    #[arg(long, value_name = "FILE")]
    cards: Option<PathBuf>,
    /// Officers: columns id, name, code, active.
    #[arg(long, value_name = "FILE")]
    officers: Option<PathBuf>,
    /// Numbers that are blocked for everybody: columns pattern, note, kept.
    #[arg(long, value_name = "FILE")]
    restricted: Option<PathBuf>,
    /// Numbers that everybody may call: columns pattern, untimed, privileged, note, kept.
    #[arg(long, value_name = "FILE")]
    allowed: Option<PathBuf>,
    /// What holds for numbers, whoever calls them: columns pattern, blocked, free, privileged,
    /// no-recording, customer-service, watched, three-way, limit-seconds, treatment, party, note,
    /// kept.
    #[arg(long, value_name = "FILE")]
    number_records: Option<PathBuf>,
    /// Lists of relationships, classes, supervision levels, groups and inmates: columns of, side,
    /// pattern, note, kept.
    #[arg(long, value_name = "FILE")]
    lists: Option<PathBuf>,
    /// Change the database; without it the file is only checked.
    #[arg(long)]
    apply: bool,
    /// Take the good rows though others are bad; without it all or none.
    #[arg(long)]
    skip_bad: bool,
    /// Where all bad rows are written; the first hundred are printed.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

pub fn import(args: &ImportArgs) -> anyhow::Result<ExitCode> {
    let site = Site::load(&args.site.site)?;
    let (log, _guard) = log::start(log::Options::WARNINGS);
    let mut report = Report::to(args.report.as_deref())?;
    let (file, read) = args.file();
    let rows = read(file, &site.time_zone, args.skip_bad, &mut report)?;
    let office = Office::reach(&site, &log)?;
    let mut import = Import {
        office: &office,
        live: office.is_live(),
        file: named(file),
        met: Met::default(),
        report,
        counts: Counts::default(),
    };
    let applied = import.run(rows, args.apply, args.skip_bad);
    // What was bad is told also where something went wrong later, but for what the journal may not have.
    if applied.is_err() {
        import.report.forget_collisions();
    }
    let bad = import.report.finish()?;
    let applied = applied?;
    import
        .counts
        .print(bad, applied, args.apply && args.skip_bad);
    Ok(match bad > 0 && !applied {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    })
}

/// Reads the rows of one kind of file; with `true` those wait that a bad row stands in the way of.
type Reading = fn(&Path, &TimeZone, bool, &mut Report) -> anyhow::Result<Rows>;

impl ImportArgs {
    fn file(&self) -> (&Path, Reading) {
        let kinds: [(&Option<PathBuf>, Reading); 10] = [
            (&self.inmates, read::<InmateRow>),
            (&self.numbers, read::<NumberRow>),
            (&self.profiles, read::<ProfileRow>),
            (&self.contacts, read::<ContactRow>),
            (&self.cards, read::<CardRow>),
            (&self.officers, read::<OfficerRow>),
            (&self.restricted, read::<RestrictedRow>),
            (&self.allowed, read::<AllowedRow>),
            (&self.number_records, read::<RecordRow>),
            (&self.lists, read::<ListRow>),
        ];
        let mut given = kinds
            .into_iter()
            .filter_map(|(file, read)| Some((file.as_deref()?, read)));
        given.next().expect("the command line asks for one")
    }
}

/// The good rows of a file; the others are reported.
fn read<T: FileRow>(
    path: &Path,
    zone: &TimeZone,
    may_wait: bool,
    report: &mut Report,
) -> anyhow::Result<Rows> {
    let of_file = || path.display().to_string();
    let format = Format::of(path).with_context(of_file)?;
    let (file, about) = files::open(path)
        .map_err(Error::msg)
        .with_context(of_file)?;
    if about.len() > sheets::LARGEST_FILE {
        return Err(FileError::TooLarge).with_context(of_file);
    }
    let columns = OnceCell::new();
    let mut rows = Rows::default();
    let secret = RandomState::new();
    let mut progress = Progress::of("read", None);
    let first = |cells: &[Cell]| -> anyhow::Result<()> {
        let found = Columns::find(cells, T::COLUMNS)?;
        if found.are_secret() {
            for_its_owner_alone(path, &about)?;
        }
        columns.set(found).expect("there is one first row");
        Ok(())
    };
    let each = |number: u64, cells: &mut [Cell]| {
        progress.more(1);
        let columns = columns.get().expect("the first row came first");
        let (row, mut bad) = match T::of(number, cells, columns) {
            Ok(row) => (Some(row), Vec::new()),
            Err(row) => (row.rest, row.cells),
        };
        if let Some(row) = row {
            let keys = row.once(&secret);
            let (row, of_site) = row.row(zone);
            bad.extend(of_site);
            bad.extend(rows.take(row, keys, may_wait, &bad));
        }
        bad.into_iter().try_for_each(|cell| report.bad(cell))
    };
    let read = sheets::read(BufReader::new(file), format, first, each);
    read.map_err(in_words).with_context(of_file)?;
    if let Some(columns) = columns.get() {
        let place = |column: &Column| (column.name, columns.place(column.name));
        report.in_order(T::COLUMNS.iter().map(place).collect());
    }
    Ok(rows)
}

/// The system's own words about a file are put into ours.
fn in_words(error: Error) -> Error {
    match error.downcast::<FileError>() {
        Ok(FileError::Io(error)) => anyhow!("can't be read: {}", files::why(&error)),
        Ok(error) => error.into(),
        Err(error) => error,
    }
}

/// A file as the journal names it: whatever is in the name, it is one short line.
fn named(file: &Path) -> String {
    const MOST: usize = 60;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let mut named: String = name.chars().take(MOST).filter(|c| !is_unseen(*c)).collect();
    while named.len() > MOST {
        named.pop();
    }
    named
}

fn for_its_owner_alone(path: &Path, about: &std::fs::Metadata) -> anyhow::Result<()> {
    let mode = about.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        bail!(
            "holds PINs, cards or codes and may be read or changed by others (mode {mode:03o}); \
             do: chmod 600 {}",
            path.display()
        );
    }
    match rights::changeable(path, about) {
        Some(why) => Err(anyhow!(why)),
        None => Ok(()),
    }
}

/// What an import asked the database about.
#[derive(Clone, Copy, Default, Debug)]
struct Met {
    rows: usize,
    /// With a PIN, a card or a code.
    secret: usize,
    /// Of which somebody else has it.
    anothers: usize,
}

impl fmt::Display for Met {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Met {
            rows,
            secret,
            anothers,
        } = self;
        write!(
            f,
            "{}, {secret} of them with a PIN, card or code, {anothers} with somebody else's",
            counted(*rows, "row")
        )
    }
}

/// Rows on their way into the database.
struct Import<'a> {
    office: &'a Office<'a>,
    live: bool,
    /// As the journal names it.
    file: String,
    met: Met,
    report: Report,
    counts: Counts,
}

impl Import<'_> {
    /// Whether something was written.
    fn run(&mut self, mut rows: Rows, apply: bool, skip_bad: bool) -> anyhow::Result<bool> {
        let whole = !skip_bad;
        if !apply || (whole && self.report.count() > 0) {
            let checked = self.all("checked", &mut rows, Mode::Check);
            self.note_check()?;
            return checked.map(|()| false);
        }
        if whole && self.live {
            let checked = self.all("checked", &mut rows.clone(), Mode::Check);
            if checked.is_err() || self.report.count() > 0 {
                self.note_check()?;
                return checked.map(|()| false);
            }
            (self.counts, self.met) = (Counts::default(), Met::default());
        }
        if rows.good.is_empty() {
            return Ok(false);
        }
        let mode = if whole { Mode::Whole } else { Mode::SkipBad };
        let all = rows.good.len() + rows.contested();
        self.note(format!("begins: {}, {}", self.file, counted(all, "row")))?;
        let passed = self.all("written", &mut rows, mode);
        let (counts, met) = (self.counts, self.met);
        let refused = whole && self.report.count() > 0 && !self.live;
        let ends = |what: String| match met.secret {
            0 => what,
            _ => format!("{what}; {met}"),
        };
        match passed {
            Ok(()) if refused || counts == Counts::default() => {
                self.note(ends("ends: nothing was written".to_owned()))?;
                Ok(false)
            }
            Ok(()) => {
                self.note(ends(format!("ends: {counts}")))?;
                Ok(true)
            }
            Err(error) => {
                // What it stopped of may keep it from being noted too.
                let _ = self.note(ends(format!("stopped: {counts}")));
                Err(error.context(format!(
                    "stopped after {counts}; mend it and import the file again: what is written \
                     already stays as it is"
                )))
            }
        }
    }

    fn note(&self, note: String) -> anyhow::Result<()> {
        self.office.ask(Request::ImportNote { note })?;
        Ok(())
    }

    /// Of a check that wrote nothing, where something could be learned by it.
    fn note_check(&self) -> anyhow::Result<()> {
        match self.met.secret {
            0 => Ok(()),
            _ => self.note(format!(
                "checked {}: {}; nothing was written",
                self.file, self.met
            )),
        }
    }

    /// All rows; then those that waited for others, in as many rounds as that takes.
    fn all(&mut self, what: &'static str, rows: &mut Rows, mode: Mode) -> anyhow::Result<()> {
        let mut next = rows.first();
        while !next.is_empty() {
            let bad = self.pass(what, next, mode)?;
            let (freed, refused) = rows.after(bad);
            for cell in refused {
                self.report.bad(cell)?;
            }
            next = freed;
        }
        Ok(())
    }

    /// All at once, or beside a controller so few that no call waits for them. The numbers of one
    /// inmate stay together: else what is checked would not be what is written.
    fn portions(&self, mut rows: Vec<Numbered>) -> Vec<Vec<Numbered>> {
        if !self.live {
            return vec![rows];
        }
        rows.sort_by(|(_, a), (_, b)| a.id().cmp(b.id()));
        let mut portions: Vec<Vec<Numbered>> = Vec::new();
        let mut weight = 0;
        for (number, row) in rows {
            let heavy = weight + row.weight() > PORTION;
            let same = |portion: &Vec<Numbered>| {
                portion
                    .last()
                    .is_some_and(|(_, last)| last.id() == row.id())
            };
            let open = portions
                .last()
                .filter(|portion| !heavy && (portion.len() < PORTION_ROWS || same(portion)));
            if open.is_none() {
                portions.push(Vec::new());
                weight = 0;
            }
            weight += row.weight();
            let last = portions.last_mut().expect("there is one");
            last.push((number, row));
        }
        portions
    }

    /// What is wrong with a row, but for what only follows from what was said of it already.
    fn wrong(&mut self, row: u64, all: Vec<Wrong>) -> anyhow::Result<()> {
        let follows = |wrong: &Wrong| self.report.explains(row, &wrong.column);
        let all: Vec<Wrong> = all.into_iter().filter(|wrong| !follows(wrong)).collect();
        self.met.anothers += usize::from(all.iter().any(|wrong| wrong.anothers));
        for Wrong {
            column,
            why,
            anothers,
        } in all
        {
            let cell = BadCell { row, column, why };
            match anothers {
                true => self.report.collides(cell)?,
                false => self.report.bad(cell)?,
            }
        }
        Ok(())
    }

    /// Which rows were bad.
    fn pass(
        &mut self,
        what: &'static str,
        rows: Vec<Numbered>,
        mode: Mode,
    ) -> anyhow::Result<HashSet<u64>> {
        let mut bad = HashSet::new();
        let mut progress = Progress::of(what, Some(rows.len()));
        for portion in self.portions(rows) {
            let (numbers, rows): (Vec<u64>, Vec<Row>) = portion.into_iter().unzip();
            self.met.rows += rows.len();
            self.met.secret += rows.iter().filter(|row| row.has_secret()).count();
            let done = self.office.ask(Request::Import { rows, mode })?;
            if done.lines.len() != numbers.len() {
                bail!("the controller answered for other rows than it was asked");
            }
            let before = bad.len();
            for (&row, line) in numbers.iter().zip(&done.lines) {
                match serde_json::from_str(line).context("what became of a row")? {
                    Became::Bad(all) => {
                        bad.insert(row);
                        self.wrong(row, all)?;
                    }
                    _ if self.report.has(row) => {}
                    became => self.counts.add(&became),
                }
            }
            progress.more(numbers.len());
            if mode == Mode::Whole && self.live && bad.len() > before {
                bail!("what was good when it was checked is so no more: others made changes");
            }
        }
        Ok(bad)
    }
}
