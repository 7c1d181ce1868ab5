//! `sallyport import`: inmates, what belongs to them, officers, or tables of numbers, from a file of CSV
//! or Excel.
//!
//! The file is read and checked here, then row by row against the database; nothing is changed
//! without `--apply`. With the database to itself a file is one transaction. Beside a running
//! controller calls must not wait for it: all rows are checked first, then written in portions, and
//! the journal says where that began and ended.

mod report;
mod rows;

use std::{
    cell::OnceCell,
    collections::{HashMap, hash_map::RandomState},
    fs::File,
    io::BufReader,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, anyhow, bail};
use clap::{ArgGroup, Args};
use jiff::tz::TimeZone;
use sheets::{
    AllowedRow, BadCell, CardRow, Cell, Columns, ContactRow, FileError, Format, InmateRow, ListRow,
    NumberRow, OfficerRow, ProfileRow, RecordRow, RestrictedRow,
};

use self::{
    report::{Counts, Progress, Report},
    rows::{FileRow, Numbered},
};
use super::SiteArgs;
use crate::{
    control::{
        Office, Request,
        people::{Became, Mode, Row},
    },
    log,
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
    let rows = args.read(&site.time_zone, &mut report)?;
    let office = Office::reach(&site, &log)?;
    let mut import = Import {
        office: &office,
        live: office.is_live(),
        report,
        counts: Counts::default(),
    };
    let applied = import.run(rows, args.apply, args.skip_bad)?;
    let bad = import.report.finish()?;
    import.counts.print(bad, applied);
    Ok(match bad > 0 && !applied {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    })
}

/// Reads the rows of one kind of file.
type Reading = fn(&Path, &TimeZone, &mut Report) -> anyhow::Result<Vec<Numbered>>;

impl ImportArgs {
    fn read(&self, zone: &TimeZone, report: &mut Report) -> anyhow::Result<Vec<Numbered>> {
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
            .iter()
            .filter_map(|(file, read)| Some((file.as_ref()?, read)));
        let (file, read) = given.next().expect("the command line asks for one");
        read(file, zone, report)
    }
}

/// The good rows of a file; the others are reported.
fn read<T: FileRow>(
    path: &Path,
    zone: &TimeZone,
    report: &mut Report,
) -> anyhow::Result<Vec<Numbered>> {
    let of_file = || path.display().to_string();
    let format = Format::of(path).with_context(of_file)?;
    let file = File::open(path).with_context(of_file)?;
    let about = file.metadata().with_context(of_file)?;
    if !about.is_file() {
        bail!("{} is no file", path.display());
    }
    if about.len() > sheets::LARGEST_FILE {
        return Err(FileError::TooLarge).with_context(of_file);
    }
    let columns = OnceCell::new();
    let mut rows = Vec::new();
    let mut seen = Seen::default();
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
        let row = T::of(number, cells, columns).and_then(|row| seen.once(number, row));
        match row.and_then(|row| row.row(zone)) {
            Ok(row) => rows.push(row),
            Err(cells) => cells.iter().try_for_each(|cell| report.bad(cell))?,
        }
        Ok(())
    };
    sheets::read(BufReader::new(file), format, first, each).with_context(of_file)?;
    Ok(rows)
}

/// What there may be of once in a file, and in which row it was.
#[derive(Default)]
struct Seen {
    rows: HashMap<(&'static str, String), u64>,
    secret: RandomState,
}

impl Seen {
    fn once<T: FileRow>(&mut self, number: u64, row: T) -> Result<T, Vec<BadCell>> {
        let mut bad = Vec::new();
        for (column, key) in row.once(&self.secret) {
            let before = *self.rows.entry((column, key)).or_insert(number);
            if before != number {
                bad.push(BadCell {
                    row: number,
                    column: column.to_owned(),
                    why: format!("is in row {before} already"),
                });
            }
        }
        match bad.is_empty() {
            true => Ok(row),
            false => Err(bad),
        }
    }
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

/// Rows on their way into the database.
struct Import<'a> {
    office: &'a Office<'a>,
    live: bool,
    report: Report,
    counts: Counts,
}

impl Import<'_> {
    /// Whether something was written.
    fn run(&mut self, rows: Vec<Numbered>, apply: bool, skip_bad: bool) -> anyhow::Result<bool> {
        let all = rows.len();
        let portions = self.portions(rows);
        let whole = !skip_bad;
        if !apply || (whole && self.report.count() > 0) {
            self.pass("checked", portions, all, Mode::Check)?;
            return Ok(false);
        }
        if whole && self.live {
            self.pass("checked", portions.clone(), all, Mode::Check)?;
            if self.report.count() > 0 {
                return Ok(false);
            }
            self.counts = Counts::default();
        }
        if portions.is_empty() {
            return Ok(false);
        }
        let mode = if whole { Mode::Whole } else { Mode::SkipBad };
        self.note(format!("begins: {all} rows"))?;
        let passed = self.pass("written", portions, all, mode);
        let counts = self.counts;
        match passed {
            Ok(()) if whole && self.report.count() > 0 && !self.live => {
                self.note("ends: nothing was written".to_owned())?;
                Ok(false)
            }
            Ok(()) => {
                self.note(format!("ends: {counts}"))?;
                Ok(true)
            }
            Err(error) => {
                let stopped = format!("stopped: {counts}");
                // What it stopped of may keep it from being noted too.
                let _ = self.note(stopped);
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

    /// All at once, or beside a controller so few that no call waits for them. The numbers of one
    /// inmate stay together: else what is checked would not be what is written.
    fn portions(&self, mut rows: Vec<Numbered>) -> Vec<Vec<Numbered>> {
        if !self.live {
            return if rows.is_empty() {
                Vec::new()
            } else {
                vec![rows]
            };
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

    fn pass(
        &mut self,
        what: &'static str,
        portions: Vec<Vec<Numbered>>,
        all: usize,
        mode: Mode,
    ) -> anyhow::Result<()> {
        let mut progress = Progress::of(what, Some(all));
        for portion in portions {
            let (numbers, rows): (Vec<u64>, Vec<Row>) = portion.into_iter().unzip();
            let done = self.office.ask(Request::Import { rows, mode })?;
            if done.lines.len() != numbers.len() {
                bail!("the controller answered for other rows than it was asked");
            }
            let before = self.report.count();
            for (row, line) in numbers.iter().zip(&done.lines) {
                match serde_json::from_str(line).context("what became of a row")? {
                    Became::Bad(column, why) => {
                        let row = *row;
                        self.report.bad(&BadCell { row, column, why })?;
                    }
                    became => self.counts.add(&became),
                }
            }
            progress.more(numbers.len());
            if mode == Mode::Whole && self.live && self.report.count() > before {
                bail!("what was good when it was checked is so no more: others made changes");
            }
        }
        Ok(())
    }
}
