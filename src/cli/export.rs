//! `sallyport export`: inmates and what belongs to them, officers, tables of numbers, or call records, to
//! a file of CSV or Excel. No secret is in any: there are none to be had.

use std::{
    io::BufWriter,
    panic,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Error};
use clap::{ArgGroup, Args};
use serde_json::Value;
use sheets::{Format, Sheet, WriteError};
use types::text::counted;

use super::SiteArgs;
use crate::{
    control::{Answer, Office, Request, export::Kind},
    files::{self, NewFile},
    log,
    records::KEYS,
    site::Site,
};

/// In the paths of the sources of what writes workbooks.
const WORKBOOKS: &str = "rust_xlsxwriter";

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("what").required(true).args([
    "inmates", "numbers", "profiles", "contacts", "cards", "officers", "restricted", "allowed",
    "number_records", "lists", "records",
])))]
pub struct ExportArgs {
    #[command(flatten)]
    site: SiteArgs,
    /// Inmates, without PINs; the file can be imported again.
    #[arg(long, value_name = "FILE")]
    inmates: Option<PathBuf>,
    /// The numbers of their lists; the same.
    #[arg(long, value_name = "FILE")]
    numbers: Option<PathBuf>,
    /// Their living units, classes and what else is known of them; the same.
    #[arg(long, value_name = "FILE")]
    profiles: Option<PathBuf>,
    /// Whom they call, with what came of the review; the same.
    #[arg(long, value_name = "FILE")]
    contacts: Option<PathBuf>,
    /// Who holds a card, without its number, and whether it is taken; the same.
    #[arg(long, value_name = "FILE")]
    cards: Option<PathBuf>,
    /// Officers, without codes; the same.
    #[arg(long, value_name = "FILE")]
    officers: Option<PathBuf>,
    /// Numbers that are blocked for everybody; the same.
    #[arg(long, value_name = "FILE")]
    restricted: Option<PathBuf>,
    /// Numbers that everybody may call; the same.
    #[arg(long, value_name = "FILE")]
    allowed: Option<PathBuf>,
    /// What holds for numbers, whoever calls them; the same.
    #[arg(long, value_name = "FILE")]
    number_records: Option<PathBuf>,
    /// The lists of relationships, classes, supervision levels and groups; the same.
    #[arg(long, value_name = "FILE")]
    lists: Option<PathBuf>,
    /// Call records, with the columns that `records --json` has keys.
    #[arg(long, value_name = "FILE")]
    records: Option<PathBuf>,
}

impl ExportArgs {
    /// What is asked for, and into which file; `None` is records.
    fn what(&self) -> (Option<Kind>, &Path) {
        let kinds = [
            (Some(Kind::Inmates), &self.inmates),
            (Some(Kind::Numbers), &self.numbers),
            (Some(Kind::Profiles), &self.profiles),
            (Some(Kind::Contacts), &self.contacts),
            (Some(Kind::Cards), &self.cards),
            (Some(Kind::Officers), &self.officers),
            (Some(Kind::Restricted), &self.restricted),
            (Some(Kind::Allowed), &self.allowed),
            (Some(Kind::NumberRecords), &self.number_records),
            (Some(Kind::Lists), &self.lists),
            (None, &self.records),
        ];
        let given = kinds.into_iter();
        let mut given = given.filter_map(|(kind, file)| Some((kind, file.as_deref()?)));
        given.next().expect("the command line asks for one")
    }
}

pub fn export(args: &ExportArgs) -> anyhow::Result<ExitCode> {
    let site = Site::load(&args.site.site)?;
    let (log, _guard) = log::start(log::Options::WARNINGS);
    let office = Office::reach(&site, &log)?;
    // A disk without room for a workbook is told as an error, and not as a panic of what writes it too.
    let hook = panic::take_hook();
    panic::set_hook(Box::new(move |about| {
        if !about
            .location()
            .is_some_and(|at| at.file().contains(WORKBOOKS))
        {
            hook(about);
        }
    }));
    let rows = match args.what() {
        (Some(kind), file) => write(file, kind.columns(), of_people(&office, kind))?,
        (None, file) => write(file, KEYS, of_records(&office))?,
    };
    super::print(&[format!("{} written", counted(rows, "row"))])?;
    Ok(ExitCode::SUCCESS)
}

/// The next rows; none at the end.
type Rows<'a> = Box<dyn FnMut() -> anyhow::Result<Option<Vec<Vec<String>>>> + 'a>;

/// Writes a new file, for its owner alone; one that is there stays. It has its name when it is whole.
fn write(path: &Path, columns: &[&str], mut rows: Rows<'_>) -> anyhow::Result<usize> {
    let of_file = || path.display().to_string();
    let in_words = |why: String| Error::msg(why).context(of_file());
    let format = Format::of(path).with_context(of_file)?;
    let file = NewFile::begin(path).map_err(in_words)?;
    let into = BufWriter::new(file.writer().map_err(in_words)?);
    let failed = |error: WriteError| match error {
        WriteError::Io(error) => in_words(files::not_written(&error)),
        error => Error::new(error).context(of_file()),
    };
    let mut sheet = Sheet::new(format, columns, into).map_err(failed)?;
    let mut count = 0;
    while let Some(page) = rows()? {
        for row in &page {
            let row: Vec<&str> = row.iter().map(String::as_str).collect();
            sheet.row(&row).map_err(failed)?;
        }
        count += page.len();
    }
    sheet.finish().map_err(failed)?;
    file.finish().map_err(in_words)?;
    Ok(count)
}

fn of_people<'a>(office: &'a Office<'_>, of: Kind) -> Rows<'a> {
    let mut after = Some(None);
    Box::new(move || {
        let Some(from) = after.take() else {
            return Ok(None);
        };
        let Answer { lines, more } = office.ask(Request::Export { of, after: from })?;
        after = more.map(Some);
        let row = |line: &String| Ok(serde_json::from_str(line)?);
        lines
            .iter()
            .map(row)
            .collect::<anyhow::Result<_>>()
            .map(Some)
    })
}

fn of_records<'a>(office: &'a Office<'_>) -> Rows<'a> {
    let mut after = Some(None);
    Box::new(move || {
        let Some(from) = after.take() else {
            return Ok(None);
        };
        let request = Request::Records {
            last: None,
            json: true,
            after: from,
        };
        let Answer { lines, more } = office.ask(request)?;
        after = more.map(Some);
        let row = |line: &String| {
            let record: Value = serde_json::from_str(line)?;
            Ok(KEYS.iter().map(|key| text(&record[*key])).collect())
        };
        lines
            .iter()
            .map(row)
            .collect::<anyhow::Result<_>>()
            .map(Some)
    })
}

/// A value in one cell: the parts of a list beside each other.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().map(text).collect::<Vec<_>>().join("; "),
        Value::Object(parts) => parts.values().map(text).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}
