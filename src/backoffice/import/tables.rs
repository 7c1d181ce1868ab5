//! The tables of numbers, in and out: restricted, allowed, number records, and the lists of classes,
//! living units and the like.

use super::{
    Imported,
    export::after_key,
    faults::{Fault, Faults},
    taken_out,
};
use crate::{
    AllowedFlags, Error, NumberDetails, SeedScope, View,
    admin::{lists::has_side, numbers, text, treatments::limit_fits},
    error::InmateNumber,
    groups::Groups,
    seed::scope_of,
    session::Session,
    stored_treatments::number_details,
};
use db::{
    Key, PatternTable, Tables, Value,
    keys::{ListKey, ListOf},
    pattern::Pattern,
};
use std::ops::Bound;
use types::{
    inmate::{InmateClass, Relationship, Scope, Supervision},
    treatment::ThreeWayResponse,
};

/// Numbers that are blocked for every caller. What is `None` stays as it is.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct RestrictedImport {
    pub pattern: String,
    pub note: Option<String>,
    /// `Some(false)` takes the entry out.
    pub kept: Option<bool>,
}

/// Numbers that every caller may call.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct AllowedImport {
    pub pattern: String,
    pub untimed: Option<bool>,
    pub privileged: Option<bool>,
    pub note: Option<String>,
    pub kept: Option<bool>,
}

/// What holds for numbers, whoever calls them.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct RecordImport {
    pub pattern: String,
    pub blocked: Option<bool>,
    pub free: Option<bool>,
    pub privileged: Option<bool>,
    pub no_recording: Option<bool>,
    pub customer_service: Option<bool>,
    pub watched: Option<bool>,
    pub three_way: Option<Option<ThreeWayResponse>>,
    pub limit_seconds: Option<Option<u32>>,
    pub treatment: Option<Option<u16>>,
    pub party: Option<String>,
    pub note: Option<String>,
    pub kept: Option<bool>,
}

/// A number on the list of some inmates.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListImport {
    pub of: SeedScope,
    pub blocked: bool,
    pub pattern: String,
    pub note: Option<String>,
    pub kept: Option<bool>,
}

impl Session<'_> {
    pub(super) fn import_restricted(
        &mut self,
        actor: &str,
        row: &RestrictedImport,
    ) -> Result<Imported, Faults> {
        let pattern = self.pattern(&row.pattern).map_err(of_pattern)?;
        let entries = self.tables.restricted.entries();
        let before = entries.get(&self.writer, &pattern);
        let before = before.map_err(|error| of_pattern(error.into()))?;
        if row.kept == Some(false) {
            return taken_out(before.is_some(), || {
                self.remove_restricted(actor, &row.pattern)
            });
        }
        let was = before.as_ref().map(|before| before.note.as_str());
        let note = row.note.as_deref().or(was).unwrap_or_default();
        if was == Some(note) {
            return Ok(Imported::Same);
        }
        let mut faults = Faults::default();
        let dialable = self.dialable_or_in(&self.tables.restricted, &row.pattern);
        faults.of("pattern", dialable);
        faults.of("note", text("note", note, false));
        faults.none()?;
        let set = self.set_restricted(actor, &row.pattern, note);
        set.map_err(of_pattern)?;
        Ok(new_or_changed(before.is_none()))
    }

    pub(super) fn import_allowed(
        &mut self,
        actor: &str,
        row: &AllowedImport,
    ) -> Result<Imported, Faults> {
        let pattern = self.pattern(&row.pattern).map_err(of_pattern)?;
        let entries = self.tables.allowed.entries();
        let before = entries.get(&self.writer, &pattern);
        let before = before.map_err(|error| of_pattern(error.into()))?;
        if row.kept == Some(false) {
            return taken_out(before.is_some(), || {
                self.remove_allowed(actor, &row.pattern)
            });
        }
        let before = before.map(|before| AllowedFlags {
            untimed: before.untimed,
            privileged: before.privileged,
            note: before.note,
        });
        let is = before.clone().unwrap_or_default();
        let flags = AllowedFlags {
            untimed: row.untimed.unwrap_or(is.untimed),
            privileged: row.privileged.unwrap_or(is.privileged),
            note: row.note.clone().unwrap_or(is.note),
        };
        if before.as_ref() == Some(&flags) {
            return Ok(Imported::Same);
        }
        let mut faults = Faults::default();
        let dialable = self.dialable_or_in(&self.tables.allowed, &row.pattern);
        faults.of("pattern", dialable);
        faults.of("note", text("note", &flags.note, false));
        faults.none()?;
        let set = self.set_allowed(actor, &row.pattern, &flags);
        set.map_err(of_pattern)?;
        Ok(new_or_changed(before.is_none()))
    }

    pub(super) fn import_record(
        &mut self,
        actor: &str,
        row: &RecordImport,
    ) -> Result<Imported, Faults> {
        let pattern = self.pattern(&row.pattern).map_err(of_pattern)?;
        let entries = self.tables.number_records.entries();
        let before = entries.get(&self.writer, &pattern);
        let before = before.map_err(|error| of_pattern(error.into()))?;
        if row.kept == Some(false) {
            return taken_out(before.is_some(), || {
                self.remove_number_record(actor, &row.pattern)
            });
        }
        let before = before.map(number_details);
        let is = before.clone().unwrap_or_default();
        let details = NumberDetails {
            blocked: row.blocked.unwrap_or(is.blocked),
            free: row.free.unwrap_or(is.free),
            privileged: row.privileged.unwrap_or(is.privileged),
            no_recording: row.no_recording.unwrap_or(is.no_recording),
            customer_service: row.customer_service.unwrap_or(is.customer_service),
            watched: row.watched.unwrap_or(is.watched),
            three_way: row.three_way.unwrap_or(is.three_way),
            limit_seconds: row.limit_seconds.unwrap_or(is.limit_seconds),
            treatment: row.treatment.unwrap_or(is.treatment),
            party: row.party.clone().unwrap_or(is.party),
            note: row.note.clone().unwrap_or(is.note),
        };
        if before.as_ref() == Some(&details) {
            return Ok(Imported::Same);
        }
        let mut faults = Faults::default();
        let dialable = self.dialable_or_in(&self.tables.number_records, &row.pattern);
        faults.of("pattern", dialable);
        faults.of("limit-seconds", limit_fits(details.limit_seconds));
        let treatment = details.treatment;
        let there = treatment.map(|treatment| self.treatment_there(treatment));
        faults.of("treatment", there.transpose());
        faults.of("party", text("registered party", &details.party, false));
        faults.of("note", text("note", &details.note, false));
        faults.none()?;
        let set = self.set_number_record(actor, &row.pattern, &details);
        set.map_err(of_pattern)?;
        Ok(new_or_changed(before.is_none()))
    }

    pub(super) fn import_list_number(
        &mut self,
        actor: &str,
        row: &ListImport,
    ) -> Result<Imported, Faults> {
        let mut faults = Faults::default();
        let scope = faults.of("of", self.scope_of_row(&row.of));
        if let Some(scope) = scope {
            faults.of("side", has_side(scope, row.blocked));
        }
        let pattern = faults.of("pattern", self.pattern(&row.pattern));
        let Some((scope, pattern)) = scope.zip(pattern) else {
            let note = row.note.as_deref().unwrap_or_default();
            faults.of("note", text("note", note, false));
            return Err(faults);
        };
        let list = ListOf {
            scope,
            blocked: row.blocked,
        };
        let key = ListKey { list, pattern };
        let before = self.tables.lists.entries().get(&self.writer, &key);
        let before = before.map_err(|error| of_pattern(error.into()))?;
        if row.kept == Some(false) {
            faults.none()?;
            return taken_out(before.is_some(), || {
                let removed = self.remove_list_number(actor, scope, row.blocked, &row.pattern);
                removed.map(drop)
            });
        }
        let was = before.as_ref().map(|before| before.note.as_str());
        let note = row.note.as_deref().or(was).unwrap_or_default();
        if was == Some(note) {
            return Ok(Imported::Same);
        }
        if before.is_none() {
            faults.of("pattern", self.must_be_dialable(&key.pattern.to_string()));
        }
        faults.of("note", text("note", note, false));
        faults.none()?;
        let set = self.set_list_number(actor, scope, row.blocked, &row.pattern, note);
        set.map_err(of_pattern)?;
        Ok(new_or_changed(before.is_none()))
    }
}

impl Session<'_> {
    /// Whose list a row names, if there can be such a one.
    fn scope_of_row(&self, of: &SeedScope) -> Result<Scope, Error> {
        let scope = match of {
            SeedScope::Inmate(id) => {
                let known = self.must_be_known(id);
                Scope::Inmate(known.map_err(|(_, error)| error)?)
            }
            of => scope_of(self, of)?,
        };
        self.scope_words(scope)?;
        Ok(scope)
    }
}

fn of_pattern(error: Error) -> Fault {
    ("pattern", error)
}

fn new_or_changed(new: bool) -> Imported {
    match new {
        true => Imported::New,
        false => Imported::Changed,
    }
}

/// A number on a list as a file has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListExport {
    /// Whose list, in the words of a file.
    pub of: String,
    pub blocked: bool,
    pub pattern: String,
    pub note: String,
}

/// Where a page of lists ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListPlace(pub Vec<u8>);

impl View {
    /// A pattern as it is stored and shown: one is one text, however people write it.
    pub fn pattern(&self, text: &str) -> Result<String, Error> {
        let pattern = numbers::pattern(&self.fixed.dial_plan, text)?;
        Ok(pattern.to_string())
    }

    /// The note of a pattern, if it is restricted itself.
    pub fn restricted(&self, pattern: &str) -> Result<Option<String>, Error> {
        self.of_pattern(|tables| &tables.restricted, pattern, |entry| entry.note)
    }

    /// Up to so many restricted patterns after one, each with its note.
    pub fn restricted_after(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, String)>, Error> {
        self.patterns_after(
            |tables| &tables.restricted,
            after,
            limit,
            |entry| entry.note,
        )
    }

    /// Why no PIN's list takes the numbers of a pattern, if it is entered itself.
    pub fn entry_restricted(&self, pattern: &str) -> Result<Option<String>, Error> {
        self.of_pattern(
            |tables| &tables.entry_restricted,
            pattern,
            |entry| entry.reason,
        )
    }

    /// Up to so many such patterns after one, each with its reason.
    pub fn entry_restricted_after(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, String)>, Error> {
        self.patterns_after(
            |tables| &tables.entry_restricted,
            after,
            limit,
            |entry| entry.reason,
        )
    }

    /// What holds for a pattern, if it is allowed itself.
    pub fn allowed(&self, pattern: &str) -> Result<Option<AllowedFlags>, Error> {
        self.of_pattern(|tables| &tables.allowed, pattern, allowed_flags)
    }

    /// Up to so many allowed patterns after one.
    pub fn allowed_after(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, AllowedFlags)>, Error> {
        self.patterns_after(|tables| &tables.allowed, after, limit, allowed_flags)
    }

    /// Up to so many number records after that of a pattern.
    pub fn number_records_after(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, NumberDetails)>, Error> {
        self.patterns_after(
            |tables| &tables.number_records,
            after,
            limit,
            number_details,
        )
    }

    fn of_pattern<V: Value, T>(
        &self,
        table: fn(&Tables) -> &PatternTable<V>,
        pattern: &str,
        shown: fn(V) -> T,
    ) -> Result<Option<T>, Error> {
        let reader = self.database.read()?;
        let entries = table(self.database.tables()).entries();
        Ok(entries.get(&reader, &place(pattern)?)?.map(shown))
    }

    fn patterns_after<V: Value, T>(
        &self,
        table: fn(&Tables) -> &PatternTable<V>,
        after: Option<&str>,
        limit: usize,
        shown: fn(V) -> T,
    ) -> Result<Vec<(String, T)>, Error> {
        let reader = self.database.read()?;
        let after = after.map(place).transpose()?;
        let entries = table(self.database.tables()).entries();
        let page = entries.page(&reader, after_key(&after), Bound::Unbounded, limit)?;
        let entry = |(pattern, value): (Pattern, V)| (pattern.to_string(), shown(value));
        Ok(page.into_iter().map(entry).collect())
    }

    /// Up to so many numbers of lists after one.
    pub fn lists_after(
        &self,
        after: Option<&ListPlace>,
        limit: usize,
    ) -> Result<Vec<(ListPlace, ListExport)>, Error> {
        let reader = self.database.read()?;
        let tables = self.database.tables();
        let groups = Groups {
            tables,
            txn: &reader,
        };
        let wrong = || Error::invalid("place in a file", "is none");
        let key = |place: &ListPlace| ListKey::from_bytes(&place.0).ok_or_else(wrong);
        let after = after.map(key).transpose()?;
        let entries = tables.lists.entries();
        let mut all = Vec::new();
        for (key, entry) in entries.page(&reader, after_key(&after), Bound::Unbounded, limit)? {
            let of = match key.list.scope {
                Scope::Inmate(inmate) => {
                    let known = tables.inmates.get(&reader, &inmate)?;
                    let known = known.ok_or(Error::UnknownInmate(InmateNumber(inmate)))?;
                    format!("inmate {}", known.facility_id)
                }
                Scope::Relationship(relationship) => {
                    format!("relationship {}", Relationship::name(relationship))
                }
                Scope::Class(class) => format!("class {}", InmateClass::number(class)),
                Scope::Supervision(level) => format!("supervision {}", Supervision::level(level)),
                Scope::Group(group) => format!("group {}", groups.full_name(group)?),
            };
            let exported = ListExport {
                of,
                blocked: key.list.blocked,
                pattern: key.pattern.to_string(),
                note: entry.note,
            };
            all.push((ListPlace(key.bytes()), exported));
        }
        Ok(all)
    }
}

fn allowed_flags(entry: db::values::Allowed) -> AllowedFlags {
    AllowedFlags {
        untimed: entry.untimed,
        privileged: entry.privileged,
        note: entry.note,
    }
}

fn place(text: &str) -> Result<Pattern, Error> {
    Pattern::parse(text).map_err(|why| Error::Pattern {
        text: text.to_owned(),
        why,
    })
}
