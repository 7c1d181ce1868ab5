//! Lists that are attached to inmates, and the numbers that no list takes or that are watched.

use super::text;
use crate::{Error, session::Session};
use db::{
    keys::{ListKey, ListOf},
    values::{EntryRestricted, ListEntry},
};
use types::{inmate::Scope, phone_number::PhoneNumber};

impl Session<'_> {
    pub fn add_list_number(
        &mut self,
        actor: &str,
        scope: Scope,
        blocked: bool,
        pattern: &str,
        note: &str,
    ) -> Result<(), Error> {
        let key = self.list_key(scope, blocked, pattern)?;
        if self.tables.lists.entries().contains(&self.writer, &key)? {
            return Err(Error::DuplicatePattern {
                table: "lists",
                pattern: key.pattern.to_string(),
            });
        }
        self.set_list_number(actor, scope, blocked, pattern, note)
    }

    /// The same of one that may be there: it gets another note.
    pub fn set_list_number(
        &mut self,
        actor: &str,
        scope: Scope,
        blocked: bool,
        pattern: &str,
        note: &str,
    ) -> Result<(), Error> {
        text("note", note, false)?;
        let subject = self.scope_words(scope)?;
        has_side(scope, blocked)?;
        let key = self.list_key(scope, blocked, pattern)?;
        if !self.tables.lists.entries().contains(&self.writer, &key)? {
            self.must_be_dialable(&key.pattern.to_string())?;
        }
        let note = note.to_owned();
        self.tables
            .lists
            .put(&mut self.writer, &key, &ListEntry { note })?;
        let change = format!("{} {}", side(blocked), key.pattern);
        self.journal(actor, "list", subject, change)
    }

    fn list_key(&self, scope: Scope, blocked: bool, pattern: &str) -> Result<ListKey, Error> {
        Ok(ListKey {
            list: ListOf { scope, blocked },
            pattern: self.pattern(pattern)?,
        })
    }

    pub fn remove_list_number(
        &mut self,
        actor: &str,
        scope: Scope,
        blocked: bool,
        pattern: &str,
    ) -> Result<bool, Error> {
        let subject = self.scope_words(scope)?;
        let key = self.list_key(scope, blocked, pattern)?;
        let was = self.tables.lists.delete(&mut self.writer, &key)?;
        if was {
            let change = format!("{} {}: removed", side(blocked), key.pattern);
            self.journal(actor, "list", subject, change)?;
        }
        Ok(was)
    }

    pub fn add_entry_restricted(
        &mut self,
        actor: &str,
        pattern: &str,
        reason: &str,
    ) -> Result<(), Error> {
        self.new_pattern(&self.tables.entry_restricted, pattern)?;
        self.set_entry_restricted(actor, pattern, reason)
    }

    pub fn set_entry_restricted(
        &mut self,
        actor: &str,
        pattern: &str,
        reason: &str,
    ) -> Result<(), Error> {
        text("reason", reason, true)?;
        let value = EntryRestricted {
            reason: reason.to_owned(),
        };
        let table = &self.tables.entry_restricted;
        let (pattern, change) = self.dialable_or_in(table, pattern)?;
        table.put(&mut self.writer, &pattern, &value)?;
        self.journal(actor, "entry-restricted", pattern, change)
    }

    pub fn remove_entry_restricted(&mut self, actor: &str, pattern: &str) -> Result<(), Error> {
        let tables = self.tables;
        self.remove_pattern(actor, &tables.entry_restricted, pattern)
    }

    /// Refuses a number that no PIN's list takes.
    pub fn may_be_listed(&self, number: &PhoneNumber) -> Result<(), Error> {
        let table = &self.tables.entry_restricted;
        match table.best(&self.writer, number)? {
            None => Ok(()),
            Some(found) => Err(Error::EntryRestricted {
                number: number.to_string(),
                pattern: found.pattern.to_string(),
                reason: found.value.reason,
            }),
        }
    }

    /// A scope that is there, in the journal's words.
    pub fn scope_words(&self, scope: Scope) -> Result<String, Error> {
        Ok(match scope {
            Scope::Inmate(inmate) => {
                self.inmate(inmate)?;
                crate::answer::inmate_subject(inmate)
            }
            Scope::Relationship(relationship) => {
                format!("relationship {}", crate::words::kebab(relationship))
            }
            Scope::Class(class) => {
                let known = self.tables.inmate_classes.contains(&self.writer, &class)?;
                if !known {
                    return Err(Error::UnknownClass(class.number()));
                }
                format!("class {}", class.number())
            }
            Scope::Supervision(level) => format!("supervision {}", level.level()),
            Scope::Group(group) => format!("group {}", self.groups().full_name(group)?),
        })
    }

    /// What is attached to a scope and would be left without it.
    pub fn attached(&self, scope: Scope) -> Result<usize, Error> {
        let mut count = usize::from(self.tables.windows.contains(&self.writer, &scope)?);
        for blocked in [false, true] {
            let list = db::Key::bytes(&ListOf { scope, blocked });
            let entries = self.tables.lists.entries();
            count += entries.count_prefix(&self.writer, &list, usize::MAX)?;
        }
        Ok(count)
    }
}

/// Refuses the allowed side of an inmate's own list: there is another table for that.
pub(crate) fn has_side(scope: Scope, blocked: bool) -> Result<(), Error> {
    match scope {
        Scope::Inmate(_) if !blocked => {
            let why = "what an inmate may call is on the list of the PIN; numbers are blocked here";
            Err(Error::invalid("list", why))
        }
        _ => Ok(()),
    }
}

fn side(blocked: bool) -> &'static str {
    if blocked { "blocked" } else { "allowed" }
}
