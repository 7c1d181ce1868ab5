//! The same site in SQLite, as somebody makes it who knows SQLite: tables keyed by what is asked
//! (`WITHOUT ROWID`), an index for the one other way round, a WAL, the file mapped, and the lock held
//! for good, since one process has the database as one has ours.
//!
//! Patterns are found by the keys that can fit a number: itself, its beginnings, and what it is under
//! each mask (where the `?` stand). Which lengths and masks a table has is held in memory.

use super::site::{BLOCKS, UNITS};
use anyhow::Context;
use db::{
    Database, Key, Options, PatternTable, Table, Value, codes::Coded, keys::RegisterKey,
    pattern::Pattern, values::Inmate,
};
use rusqlite::{Connection, Statement, config::DbConfig, params};
use std::{ops::Bound, path::Path};
use types::{id::GroupId, inmate::Scope, phone_number::PhoneNumber};

pub const FILE: &str = "site.sqlite";

/// Rows that are read from ours at a time.
const PAGE: usize = 10_000;

const SCHEMA: &str = include_str!("schema.sql");

pub fn open(dir: &Path) -> anyhow::Result<Connection> {
    let connection = Connection::open(dir.join(FILE)).context("SQLite's file")?;
    connection.execute_batch(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         PRAGMA cache_size = -1000000; PRAGMA mmap_size = 8000000000; PRAGMA temp_store = MEMORY;",
    )?;
    // A plan is made once: else a statement is planned anew where what it is given lies elsewhere.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

/// Makes SQLite's tables, and fills them with what is in ours: one transaction, in the order of keys.
pub fn fill(connection: &mut Connection, ours: &Path) -> anyhow::Result<()> {
    let options = Options::default();
    let database = Database::open(ours, &options)?;
    connection.execute_batch(SCHEMA)?;
    let transaction = connection.transaction()?;
    let filling = Filling {
        ours: &database,
        to: &transaction,
    };
    filling.tables()?;
    filling.small()?;
    filling.people()?;
    filling.inmates()?;
    filling.numbers()?;
    transaction.commit()?;
    connection.execute_batch("ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);")?;
    Ok(())
}

struct Filling<'a> {
    ours: &'a Database,
    to: &'a Connection,
}

impl Filling<'_> {
    fn each<K: Key, V: Value>(
        &self,
        table: &Table<K, V>,
        mut row: impl FnMut(K, V) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut last: Option<K> = None;
        loop {
            let reader = self.ours.read()?;
            let from = last.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
            let page = table.page(&reader, from, Bound::Unbounded, PAGE)?;
            let Some((key, _)) = page.last() else {
                return Ok(());
            };
            last = K::from_bytes(&key.bytes());
            for (key, value) in page {
                row(key, value)?;
            }
        }
    }

    /// Each row of a table of patterns, with its text, its rank and its specificity.
    fn patterns<V: Value>(
        &self,
        table: &PatternTable<V>,
        mut row: impl FnMut((String, u32, u8), V) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        self.each(table.entries(), |pattern, value| {
            row(ranked(&pattern), value)
        })
    }

    fn insert(&self, sql: &str) -> rusqlite::Result<Statement<'_>> {
        self.to.prepare(sql)
    }

    fn tables(&self) -> anyhow::Result<()> {
        let tables = self.ours.tables();
        let mut to = self.insert("INSERT INTO restricted VALUES (?1, ?2, ?3, ?4)")?;
        self.patterns(&tables.restricted, |(text, rank, exact), value| {
            to.execute(params![text, rank, exact, value.note])?;
            Ok(())
        })?;
        let mut to = self.insert("INSERT INTO allowed VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
        self.patterns(&tables.allowed, |(text, rank, exact), value| {
            let (untimed, privileged) = (value.untimed, value.privileged);
            to.execute(params![text, rank, exact, untimed, privileged, value.note])?;
            Ok(())
        })?;
        let mut to = self.insert("INSERT INTO time_restricted VALUES (?1, ?2, ?3)")?;
        self.patterns(&tables.time_restricted, |(text, rank, _), value| {
            to.execute(params![text, rank, value.open.concat()])?;
            Ok(())
        })?;
        let mut to = self.insert("INSERT INTO call_types VALUES (?1, ?2, ?3)")?;
        self.patterns(&tables.call_types, |(text, rank, _), value| {
            to.execute(params![text, rank, value.call_type.0.code()])?;
            Ok(())
        })?;
        let sql = "INSERT INTO number_allowances VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let mut to = self.insert(sql)?;
        self.patterns(&tables.number_allowances, |(text, rank, _), value| {
            let ([d, w, m], [dm, wm, mm]) = (value.calls, value.minutes);
            let between = value.between_seconds;
            to.execute(params![text, rank, d, w, m, dm, wm, mm, between])?;
            Ok(())
        })?;
        let sql = "INSERT INTO number_records VALUES
            (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
        let mut to = self.insert(sql)?;
        self.patterns(&tables.number_records, |(text, rank, exact), value| {
            to.execute(params![
                text,
                rank,
                exact,
                value.blocked,
                value.free,
                value.privileged,
                value.no_recording,
                value.customer_service,
                value.watched,
                value.three_way.map(|code| code.0.code()),
                value.limit,
                value.treatment,
                value.party,
                value.note,
            ])?;
            Ok(())
        })
    }

    fn small(&self) -> anyhow::Result<()> {
        let tables = self.ours.tables();
        let sql = "INSERT INTO phones VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let mut to = self.insert(sql)?;
        self.each(&tables.phones, |line, phone| {
            let types = phone.call_types.map(|types| codes(&types));
            let patterns = phone.patterns.map(|patterns| codes(&patterns));
            to.execute(params![
                line.0,
                phone.name,
                phone.in_service,
                phone.pin_required,
                phone.duration_class,
                phone.privileged,
                types,
                patterns,
                phone.schedule,
                phone.line_treatment,
            ])?;
            Ok(())
        })?;
        let mut to = self.insert("INSERT INTO speed_dials VALUES (?1, ?2)")?;
        self.each(&tables.speed_dials, |code, value| {
            to.execute(params![code.0, value.dialed])?;
            Ok(())
        })?;
        let mut to = self.insert("INSERT INTO duration_classes VALUES (?1, ?2, ?3, ?4, ?5)")?;
        self.each(&tables.duration_classes, |key, value| {
            let (weekday, weekend, holiday) = (value.weekday, value.weekend, value.holiday);
            let call_type = key.call_type.code();
            to.execute(params![key.class, call_type, weekday, weekend, holiday])?;
            Ok(())
        })?;
        let mut to = self.insert("INSERT INTO call_type_rules VALUES (?1, ?2, ?3, ?4)")?;
        self.each(&tables.call_type_rules, |key, value| {
            let handling = value.handling.map(|code| code.0.code());
            let brand = value.brand.map(|code| code.0.code());
            to.execute(params![key.code(), value.treatment, handling, brand])?;
            Ok(())
        })?;
        self.treatments()
    }

    fn treatments(&self) -> anyhow::Result<()> {
        let tables = self.ours.tables();
        let sql = "INSERT INTO call_treatments VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, \
            ?13, ?14, ?15, ?16)";
        let mut to = self.insert(sql)?;
        self.each(&tables.call_treatments, |number, value| {
            to.execute(params![
                number.0,
                value.name,
                value.handling.map(|code| code.0.code()),
                value.three_way.map(|code| code.0.code()),
                value.extra_digits.map(|extra| extra.response.0.code()),
                value.extra_digits.map(|extra| extra.digits),
                value.origin_every,
                value.remaining_every,
                value.brand.map(|code| code.0.code()),
                value.record,
                value.limit,
                value.announce_limit,
                value.acceptance,
                value.say_carrier,
                value.three_way_notice,
                value.word_before_cut,
            ])?;
            Ok(())
        })?;
        let sql = "INSERT INTO routes VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        let mut to = self.insert(sql)?;
        self.each(&tables.routes, |number, route| {
            to.execute(params![
                number.0,
                route.name,
                route.call_types.map(|types| codes(&types)),
                route.handlings.map(|handlings| codes(&handlings)),
                route.brands.map(|brands| codes(&brands)),
                route.prefixes.map(|prefixes| prefixes.join(" ")),
                route.group,
                route.remove,
                route.add,
                route.carrier,
            ])?;
            Ok(())
        })?;
        let mut to = self.insert("INSERT INTO line_treatments VALUES (?1, ?2, ?3)")?;
        let mut rules =
            self.insert("INSERT INTO line_rules VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
        self.each(&tables.line_treatments, |number, value| {
            to.execute(params![number.0, value.name, value.others])?;
            for (position, rule) in value.rules.into_iter().enumerate() {
                rules.execute(params![
                    number.0,
                    position,
                    rule.call_types.map(|types| codes(&types)),
                    rule.numbers.map(|numbers| numbers.join(" ")),
                    rule.days,
                    rule.privileged_only,
                    rule.allowed,
                    rule.treatment,
                ])?;
            }
            Ok(())
        })
    }

    fn people(&self) -> anyhow::Result<()> {
        let tables = self.ours.tables();
        let reader = self.ours.read()?;
        let mut to = self.insert("INSERT INTO group_paths VALUES (?1, ?2, ?3)")?;
        for group in 1..=1 + BLOCKS + UNITS {
            let mut above = Some(group);
            let mut position = 0;
            while let Some(ancestor) = above {
                to.execute(params![group, position, ancestor])?;
                let stored = tables.groups.get(&reader, &GroupId(ancestor))?;
                above = stored.context("a group")?.parent;
                position += 1;
            }
        }
        let mut to = self.insert("INSERT INTO inmate_classes VALUES (?1, ?2, ?3, ?4)")?;
        self.each(&tables.inmate_classes, |class, value| {
            let (longest, booked) = (value.longest_seconds, value.booked_only);
            to.execute(params![class.number(), value.name, longest, booked])?;
            Ok(())
        })?;
        let mut to = self.insert("INSERT INTO lists VALUES (?1, ?2, ?3, ?4, ?5)")?;
        self.each(tables.lists.entries(), |key, value| {
            let (kind, number) = scope(key.list.scope);
            let text = key.pattern.to_string();
            to.execute(params![kind, number, text, key.list.blocked, value.note])?;
            Ok(())
        })
    }

    fn inmates(&self) -> anyhow::Result<()> {
        let tables = self.ours.tables();
        let sql = "INSERT INTO pins VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let mut to = self.insert(sql)?;
        self.each(&tables.pins, |hash, pin| {
            to.execute(params![
                hash.0,
                pin.inmate,
                pin.disabled.disabled,
                pin.disabled.until_utc_ms,
                pin.duration_class,
                pin.language,
                pin.valid_from_utc_ms,
                pin.valid_to_utc_ms,
            ])?;
            Ok(())
        })?;
        let sql = "INSERT INTO inmates VALUES
            (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
        let mut to = self.insert(sql)?;
        self.each(&tables.inmates, |inmate, value| {
            to.execute(params![
                inmate.0,
                value.facility_id,
                value.name,
                value.pin,
                value.living_unit,
                value.class,
                value.supervision,
                value.watched,
                value.suspended.disabled,
                value.suspended.until_utc_ms,
                value.booked_only,
                value.longest_seconds,
                enrolled(&value),
                value.note_for_next_call,
            ])?;
            Ok(())
        })?;
        self.registers()
    }

    fn registers(&self) -> anyhow::Result<()> {
        let tables = self.ours.tables();
        let sql = "INSERT INTO allowances VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let mut to = self.insert(sql)?;
        self.each(&tables.allowances, |key, value| {
            // A class is less than nobody.
            let inmate = match key {
                db::keys::AllowanceKey::Everybody => 0,
                db::keys::AllowanceKey::Inmate(inmate) => i64::from(inmate.0),
                db::keys::AllowanceKey::Class(class) => -i64::from(class.number()),
            };
            let ([d, w, m], [dm, wm, mm]) = (value.calls, value.minutes);
            to.execute(params![inmate, d, w, m, dm, wm, mm, value.between_seconds])?;
            Ok(())
        })?;
        let sql = "INSERT INTO counted VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let mut to = self.insert(sql)?;
        self.each(&tables.counted, |key, value| {
            to.execute(params![
                register(key.register),
                key.at_utc_ms,
                key.call.site,
                key.call.sequence,
                value.counting.0.code(),
                value.calls,
                value.ticks,
                value.ended_utc_ms,
                value.inmate,
            ])?;
            Ok(())
        })
    }

    fn numbers(&self) -> anyhow::Result<()> {
        let tables = self.ours.tables();
        let mut to = self.insert("INSERT INTO pin_numbers VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
        self.each(&tables.pin_numbers, |key, value| {
            to.execute(params![
                key.inmate.0,
                key.number.to_string(),
                value.untimed,
                value.privileged,
                value.disabled.disabled,
                value.disabled.until_utc_ms,
            ])?;
            Ok(())
        })?;
        // All at once and sorted, after the rows that it is of.
        self.to
            .execute_batch("CREATE INDEX listers ON pin_numbers (number, inmate)")?;
        let sql = "INSERT INTO contacts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let mut to = self.insert(sql)?;
        self.each(&tables.contacts, |key, value| {
            let by: Vec<&str> = value.approved_by.iter().map(|by| &*by.named).collect();
            to.execute(params![
                key.inmate.0,
                key.number.to_string(),
                value.name,
                value.relationship.0.code(),
                value.identification,
                value.review.0.code(),
                by.join("\n"),
            ])?;
            Ok(())
        })?;
        let sql = "INSERT INTO called_party_blocks VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let mut to = self.insert(sql)?;
        self.each(&tables.called_party_blocks, |key, value| {
            let inmate = key.inmate.map_or(0, |inmate| inmate.0);
            let (number, call) = (key.number.to_string(), value.call);
            let least = value.least_digits;
            to.execute(params![
                inmate,
                number,
                value.utc_ms,
                call.site,
                call.sequence,
                least
            ])?;
            Ok(())
        })?;
        let mut to = self.insert("INSERT INTO fraud_counts VALUES (?1, ?2, NULL, NULL, NULL)")?;
        self.each(&tables.fraud_counts, |number, value| {
            to.execute(params![number.to_string(), value.three_way.len()])?;
            Ok(())
        })
    }
}

/// The steps that are done, a bit each.
fn enrolled(inmate: &Inmate) -> u8 {
    let steps = inmate.enrolled.0.steps();
    steps.fold(0, |bits, step| bits | 1 << step.code())
}

fn codes<T: Coded>(codes: &[db::codes::Code<T>]) -> Vec<u8> {
    codes.iter().map(|code| code.0.code()).collect()
}

/// The text of a pattern, its rank among those that fit a number, and its specificity.
fn ranked(pattern: &Pattern) -> (String, u32, u8) {
    let text = pattern.to_string();
    let specificity = pattern.specificity();
    let (open, masked) = (text.ends_with('*'), text.contains('?'));
    let kind = match (masked, open) {
        (false, false) => 2,
        (true, _) => 1,
        (false, true) => 0,
    };
    let rank = u32::from(specificity) * 6 + u32::from(!open) * 3 + kind;
    (text, rank, specificity)
}

/// A scope as two numbers.
pub fn scope(scope: Scope) -> (u8, u32) {
    let bytes = scope.bytes();
    let (kind, number) = bytes.split_first().expect("a kind");
    (
        *kind,
        u32::from_be_bytes(number.try_into().expect("four bytes")),
    )
}

/// Whose register: an inmate's number, or a text that is no number.
pub fn register(register: RegisterKey) -> rusqlite::types::Value {
    match register {
        RegisterKey::Inmate(inmate) => i64::from(inmate.0).into(),
        RegisterKey::Number(number) => number.to_string().into(),
    }
}

/// Where the fixed digits of the patterns of a table stand.
#[derive(Clone, Default, Debug)]
pub struct Shapes {
    shapes: Vec<Shape>,
}

/// As text: `d` is a digit, `?` any, and a last `*` any more.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Shape {
    international: bool,
    open: bool,
    /// Whether the place holds a fixed digit.
    fixed: Vec<bool>,
}

impl Shapes {
    /// Those of a table that has patterns.
    pub fn of(connection: &Connection, table: &str) -> anyhow::Result<Shapes> {
        let mut all = connection.prepare(&format!("SELECT pattern FROM {table}"))?;
        let mut rows = all.query([])?;
        let mut shapes = Vec::new();
        while let Some(row) = rows.next()? {
            let shape = Shape::of(row.get_ref(0)?.as_str()?);
            if !shapes.contains(&shape) {
                shapes.push(shape);
            }
        }
        Ok(Shapes { shapes })
    }

    pub fn len(&self) -> usize {
        self.shapes.len()
    }

    /// The patterns that fit a number, each into one of the texts.
    pub fn fill(&self, number: &PhoneNumber, texts: &mut [String]) {
        let digits = number.digits.as_str();
        for (shape, text) in self.shapes.iter().zip(texts) {
            text.clear();
            let fits = match shape.open {
                true => digits.len() >= shape.fixed.len(),
                false => digits.len() == shape.fixed.len(),
            };
            if !fits || shape.international != number.international {
                continue;
            }
            text.push_str(if shape.international { "+" } else { "" });
            let place = |(fixed, digit): (&bool, char)| if *fixed { digit } else { '?' };
            text.extend(shape.fixed.iter().zip(digits.chars()).map(place));
            text.push_str(if shape.open { "*" } else { "" });
        }
    }
}

impl Shape {
    fn of(pattern: &str) -> Shape {
        let (international, rest) = match pattern.strip_prefix('+') {
            Some(rest) => (true, rest),
            None => (false, pattern),
        };
        let body = rest.strip_suffix('*');
        Shape {
            international,
            open: body.is_some(),
            fixed: body.unwrap_or(rest).chars().map(|c| c != '?').collect(),
        }
    }
}
