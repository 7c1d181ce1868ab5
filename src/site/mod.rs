//! The site file: what is wired, and the defaults that seed an empty database once. Read at
//! start, checked whole, never written by the program.

mod card;
mod compare;
mod defaults;
mod discover;
mod fraud;
mod identity;
mod idle_bits;
mod limits;
mod nearest;
mod office;
mod people;
mod phones;
mod places;
mod plant;
mod reader;
mod readers;
mod registers;
pub mod rights;
mod routes;
mod schedules;
mod seed;
mod settings;
mod signalling;
mod sim;
mod treatments;
mod values;
mod wiring;
mod zone;

use std::{
    fmt,
    fs::Metadata,
    io::Read,
    ops::Range,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use backoffice::Routing;
use toml::de::DeTable;
use types::{
    digits::{Digits, List},
    language::Language,
    settings::MAX_LANGUAGES,
};

pub use card::{Card, trunk_role, trunk_signalling};
pub use compare::{Comparison, Listener, compare, listeners, without_survey};
pub(crate) use defaults::DAYS;
pub use defaults::{
    AllowedNumbers, Class, Defaults, HolidayDefault, InmateDefault, ListedNumber, SpeedDial,
};
pub use discover::first_site;
pub use identity::{Credentials, OfficerDefault};
pub use limits::limits;
pub use office::{SiteOffice, records_since};
pub use phones::PhoneDefault;
pub use plant::{Parties, SimPlant};
pub use reader::Problem;
pub use readers::ReaderWire;
pub use rights::open_to_everybody;
pub use schedules::ScheduleDefault;
pub use sim::{Ending, Route, Sim};
pub use wiring::{LineWire, TrunkWire};

use crate::files;
use reader::{Notes, Placed, Section};
use wiring::Wired;

/// Tables of which there can be many, by the last word of their names.
const MANY: &[&str] = &[
    "line",
    "trunk",
    "class",
    "inmate",
    "phone",
    "hours",
    "route",
    "group",
    "inmate_class",
    "list",
    "window",
    "call_treatment",
    "line_treatment",
    "rule",
    "number",
    "call_type",
    "officer",
    "reader",
];

/// The largest site file that is read.
const LARGEST: u64 = 16 << 20;

/// 32 ms: what a frame waits in the transmit queue, there and back through the card, and the
/// longest 2-wire line to an exchange.
const ECHO_TAIL: usize = 256;

/// A site as its file describes it.
#[derive(Clone, Debug)]
pub struct Site {
    /// Where the file is.
    pub file: PathBuf,
    /// The first part of every id that can leave the site.
    pub id: u32,
    pub name: String,
    pub country: String,
    pub area_code: Digits,
    pub time_zone: jiff::tz::TimeZone,
    pub time_zone_name: String,
    /// Directory of the database.
    pub data: PathBuf,
    /// Directory of the recordings; nothing is recorded without one.
    pub recordings: Option<PathBuf>,
    /// The prompt sets that are loaded, the site's own language first.
    pub languages: List<Language, MAX_LANGUAGES>,
    /// The facility's own recordings of prompts.
    pub prompts: Option<PathBuf>,
    pub driver: Driver,
    /// The longest echo of a trunk that is taken out, in samples.
    pub echo_tail: usize,
    /// The most the database may grow to, in octets.
    pub map_size: u64,
    /// What is stored survives a power failure; not for a database that is thrown away.
    pub durable: bool,
    pub routing: Routing,
    pub lines: Vec<LineWire>,
    pub trunks: Vec<TrunkWire>,
    /// Card readers beside the phones.
    pub readers: Vec<ReaderWire>,
    pub defaults: Defaults,
    pub sim: Sim,
    /// What the defaults name and is not there, though the site can run so.
    pub unmet: Vec<Problem>,
}

/// What the lines and trunks are connected to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Driver {
    /// Simulated handsets and a simulated exchange.
    Sim,
    /// Telephone cards.
    Dahdi,
}

/// Why a site file can't be used: every mistake in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SiteErrors {
    pub file: PathBuf,
    pub problems: Vec<Problem>,
}

impl fmt::Display for SiteErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.problems.iter().enumerate() {
            let end = if at == 0 { "" } else { "\n" };
            write!(f, "{end}{}: {problem}", self.file.display())?;
        }
        Ok(())
    }
}

impl std::error::Error for SiteErrors {}

impl Site {
    /// Reads and checks a site file.
    pub fn load(path: &Path) -> Result<Site, SiteErrors> {
        let fail = |what: String| SiteErrors {
            file: path.to_owned(),
            problems: vec![Problem {
                line: 0,
                key: String::new(),
                what,
            }],
        };
        let (text, about) = read(path).map_err(fail)?;
        let site = Site::parse(&text, path)?;
        let mode = about.permissions().mode();
        let others = mode & 0o077;
        if others != 0 && site.defaults.has_pins() {
            return Err(fail(format!(
                "holds PINs and may be read or changed by others (mode {:03o}); \
                 do: chmod 600 {}",
                mode & 0o777,
                path.display()
            )));
        }
        if let Some(why) = rights::changeable(path, &about).or_else(|| rights::replaceable(path)) {
            return Err(fail(why));
        }
        for place in [&site.recordings, &site.prompts].into_iter().flatten() {
            if let Some(why) = rights::changeable_directory(place) {
                return Err(fail(why));
            }
        }
        Ok(site)
    }

    /// Reads a site from text; `file` is what errors name, and what relative paths start from.
    pub fn parse(text: &str, file: &Path) -> Result<Site, SiteErrors> {
        let notes = Notes::new(text);
        let fail = |notes: Notes| SiteErrors {
            file: file.to_owned(),
            problems: notes.into_problems(),
        };
        let table = match DeTable::parse(text) {
            Ok(table) => table,
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                let what = not_toml(text, &span, error.message());
                notes.add(notes.line_of(span.start), "", what);
                return Err(fail(notes));
            }
        };
        let site = assemble(Section::root(&notes, table.get_ref()), file);
        match site {
            Some(site) if notes.is_clean() => Ok(Site {
                unmet: notes.into_unmet(),
                ..site
            }),
            _ => Err(fail(notes)),
        }
    }
}

/// What is no TOML, and of the text not more than a key: what stands there may be a PIN.
fn not_toml(text: &str, span: &Range<usize>, why: &str) -> String {
    let what = format!("is not TOML: {why}");
    let Some(key) = text.get(span.clone()).filter(|_| why == "duplicate key") else {
        return what;
    };
    let line = text[..span.start].rsplit('\n').next().unwrap_or_default();
    let opens_table = line.trim_start().starts_with('[');
    let key = key.trim();
    if opens_table && !line.contains("[[") && MANY.contains(&key) {
        let table = format!("{}{key}", line.trim_start().trim_start_matches('['));
        return format!("{what} `{key}`; write it with two brackets each time: [[{table}]]");
    }
    format!("{what} `{key}`")
}

fn read(path: &Path) -> Result<(String, Metadata), String> {
    let (mut file, about) = files::open(path)?;
    if about.len() > LARGEST {
        return Err(format!(
            "is larger than a site file may be ({LARGEST} octets)"
        ));
    }
    let mut octets = Vec::new();
    file.read_to_end(&mut octets)
        .map_err(|error| format!("can't be read: {}", files::why(&error)))?;
    let text = String::from_utf8(octets).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + good.iter().filter(|&&octet| octet == b'\n').count();
        format!("line {line}: has a character that is not UTF-8; allowed: text in UTF-8")
    })?;
    Ok((text, about))
}

/// What no site can be without.
fn note_missing(root: &Section<'_>) {
    for needed in ["site", "line", "trunk"] {
        if !root.has(needed) {
            let form = match needed {
                "site" => "[site]",
                _ => "[[line]] and [[trunk]]",
            };
            let what = format!("`{needed}` is missing; a site needs {form}");
            root.notes().add(0, "", what);
        }
    }
}

/// Tells of an area code that no number of the country has.
fn note_foreign(head: &Section<'_>, country: &Placed<String>, area: &Placed<Digits>) {
    if let Some(what) = values::foreign_area(&country.value, &area.value) {
        head.notes().add(area.line, head.path("area_code"), what);
    }
}

/// Reads all parts, so that all mistakes are found, then puts the site together.
fn assemble(mut root: Section<'_>, file: &Path) -> Option<Site> {
    let base = file.parent().unwrap_or(Path::new(""));
    note_missing(&root);
    let mut head = root.table("site");
    let id = head.key("id").must().int(1..=u64::from(u32::MAX));
    let name = head.key("name").must().text(80);
    let country = head
        .key("country")
        .must()
        .parsed(&values::countries(), values::country);
    let area_code = head
        .key("area_code")
        .parsed("1 to 6 digits in quotes", values::area_code);
    if let (Some(country), Some(area)) = (&country, &area_code) {
        note_foreign(&head, country, area);
    }
    let zone = head.key("time_zone").must().parsed(
        "a name of the time zone database, such as \"America/New_York\"",
        values::zone,
    );
    let data = head.key("data").must().text(4096);
    let recordings = head.key("recordings").text(4096);
    let prompts = head.key("prompts").text(4096);
    let map_gib = head.key("database_gib").int(1..=4096);
    let echo_tail = head.key("echo_tail_ms").int(8..=128);
    let driver = head
        .key("driver")
        .must()
        .one_of(&[("sim", Driver::Sim), ("dahdi", Driver::Dahdi)]);
    let languages = values::languages(&mut head);
    head.finish();

    let routing = wiring::routing(root.table("routing"));
    let cards = Card::of_all(root.table("dahdi"));
    let lines = wiring::lines(&mut root, cards);
    let trunks = wiring::trunks(&mut root, &lines, cards);
    let readers = readers::readers(&mut root, &lines);
    let wired = Wired::new(&lines, &trunks, &readers);
    let defaults = Defaults::read(root.table("defaults"), languages.as_ref(), &wired);
    let sim = Sim::read(root.table("sim"));
    root.finish();

    let under = |path: Placed<String>| base.join(path.value);
    let (time_zone_name, time_zone) = zone?.value;
    Some(Site {
        file: file.to_owned(),
        id: u32::try_from(id?).ok()?,
        name: name?.value,
        country: country?.value,
        area_code: area_code.map_or(Digits::EMPTY, |code| code.value),
        time_zone,
        time_zone_name,
        data: under(data?),
        recordings: recordings.map(under),
        prompts: prompts.map(under),
        languages: languages?,
        driver: driver?,
        echo_tail: echo_tail.map_or(ECHO_TAIL, |ms| 8 * ms as usize),
        map_size: map_gib.unwrap_or(64) << 30,
        durable: true,
        routing,
        lines,
        trunks,
        readers,
        defaults,
        sim,
        unmet: Vec::new(),
    })
}
