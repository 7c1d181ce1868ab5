//! Rows of the tables of numbers, on their way in and out.

use super::{
    Desk,
    export::{PAGE, Rows, yes},
    people::Limit,
};
use anyhow::{Context as _, anyhow};
use backoffice::{
    AllowedFlags, AllowedImport, ListExport, ListImport, ListPlace, NumberDetails, RecordImport,
    RestrictedImport, SeedScope,
};
use serde::{Deserialize, Serialize};
use types::{
    inmate::{InmateClass, Relationship, Scope, Supervision},
    treatment::ThreeWayResponse,
};

/// A row of such a table; without `kept` it stays.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry<T> {
    pub pattern: String,
    pub note: Option<String>,
    pub kept: Option<bool>,
    pub says: T,
}

/// What is said of an allowed number.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Allowed {
    pub untimed: Option<bool>,
    pub privileged: Option<bool>,
}

/// What is said of numbers in their record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    /// Blocked, free, privileged, not recorded, customer service, watched.
    pub flags: [Option<bool>; 6],
    /// By its name.
    pub three_way: Option<Limit<String>>,
    pub limit_seconds: Option<Limit<u32>>,
    pub treatment: Option<Limit<u16>>,
    pub party: Option<String>,
}

/// On which list a number is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OnList {
    pub of: ListName,
    pub blocked: bool,
}

/// Whose list.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListName {
    Relationship(String),
    Class(u8),
    Supervision(u8),
    Group(String),
    /// By the facility's own id.
    Inmate(String),
}

impl Entry<()> {
    pub fn taken(self) -> RestrictedImport {
        RestrictedImport {
            pattern: self.pattern,
            note: self.note,
            kept: self.kept,
        }
    }
}

impl Entry<Allowed> {
    pub fn taken(self) -> AllowedImport {
        AllowedImport {
            pattern: self.pattern,
            untimed: self.says.untimed,
            privileged: self.says.privileged,
            note: self.note,
            kept: self.kept,
        }
    }
}

impl Entry<Record> {
    pub fn taken(self) -> anyhow::Result<RecordImport> {
        let Record {
            flags,
            three_way,
            limit_seconds,
            treatment,
            party,
        } = self.says;
        let [
            blocked,
            free,
            privileged,
            no_recording,
            customer_service,
            watched,
        ] = flags;
        let response = |name: String| {
            let found = ThreeWayResponse::named(&name);
            found.ok_or_else(|| anyhow!("{name:?} is no response to a third party"))
        };
        let three_way = three_way.map(|it| it.taken().map(response).transpose());
        Ok(RecordImport {
            pattern: self.pattern,
            blocked,
            free,
            privileged,
            no_recording,
            customer_service,
            watched,
            three_way: three_way.transpose()?,
            limit_seconds: limit_seconds.map(Limit::taken),
            treatment: treatment.map(Limit::taken),
            party,
            note: self.note,
            kept: self.kept,
        })
    }
}

impl Entry<OnList> {
    pub fn taken(self) -> anyhow::Result<ListImport> {
        let known = match self.says.of {
            ListName::Group(name) => Some(SeedScope::Group(name)),
            ListName::Inmate(id) => Some(SeedScope::Inmate(id)),
            ListName::Relationship(name) => {
                Relationship::named(&name).map(|it| SeedScope::Known(Scope::Relationship(it)))
            }
            ListName::Class(class) => {
                InmateClass::new(class).map(|it| SeedScope::Known(Scope::Class(it)))
            }
            ListName::Supervision(level) => {
                Supervision::new(level).map(|it| SeedScope::Known(Scope::Supervision(it)))
            }
        };
        Ok(ListImport {
            of: known.ok_or_else(|| anyhow!("nobody's list"))?,
            blocked: self.says.blocked,
            pattern: self.pattern,
            note: self.note,
            kept: self.kept,
        })
    }
}

pub fn restricted(desk: &Desk, after: Option<String>) -> anyhow::Result<Rows> {
    let page = desk.with(move |office, _| office.restricted_after(after.as_deref(), PAGE))?;
    let row = |(pattern, note): (String, String)| {
        let row = vec![pattern.clone(), note, yes(true)];
        (pattern, row)
    };
    Ok(page.into_iter().map(row).collect())
}

pub fn allowed(desk: &Desk, after: Option<String>) -> anyhow::Result<Rows> {
    let page = desk.with(move |office, _| office.allowed_after(after.as_deref(), PAGE))?;
    let row = |(pattern, flags): (String, AllowedFlags)| {
        let row = vec![
            pattern.clone(),
            yes(flags.untimed),
            yes(flags.privileged),
            flags.note,
            yes(true),
        ];
        (pattern, row)
    };
    Ok(page.into_iter().map(row).collect())
}

pub fn records(desk: &Desk, after: Option<String>) -> anyhow::Result<Rows> {
    let page = desk.with(move |office, _| office.number_records_after(after.as_deref(), PAGE))?;
    let none = || "none".to_owned();
    let row = |(pattern, of): (String, NumberDetails)| {
        let three_way = of.three_way.map(|response| response.name().to_owned());
        let row = vec![
            pattern.clone(),
            yes(of.blocked),
            yes(of.free),
            yes(of.privileged),
            yes(of.no_recording),
            yes(of.customer_service),
            yes(of.watched),
            three_way.unwrap_or_else(none),
            of.limit_seconds
                .map_or_else(none, |limit| limit.to_string()),
            of.treatment.map_or_else(none, |number| number.to_string()),
            of.party,
            of.note,
            yes(true),
        ];
        (pattern, row)
    };
    Ok(page.into_iter().map(row).collect())
}

pub fn lists(desk: &Desk, after: Option<String>) -> anyhow::Result<Rows> {
    let after = after.map(|place| octets(&place)).transpose()?;
    let after = after.map(ListPlace);
    let page = desk.with(move |office, _| office.lists_after(after.as_ref(), PAGE))?;
    let row = |(place, of): (ListPlace, ListExport)| {
        let side = if of.blocked { "blocked" } else { "allowed" };
        let row = vec![of.of, side.to_owned(), of.pattern, of.note, yes(true)];
        let octets = place.0.iter().map(|octet| format!("{octet:02x}"));
        (octets.collect(), row)
    };
    Ok(page.into_iter().map(row).collect())
}

fn octets(place: &str) -> anyhow::Result<Vec<u8>> {
    let pairs = place.as_bytes().chunks(2);
    let octet = |pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
    let octets = pairs.map(octet).collect::<Option<Vec<u8>>>();
    octets.with_context(|| format!("{place:?} is no place in a file"))
}
