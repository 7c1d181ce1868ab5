//! The journal: who changed what, each entry holding the hash of the one before.

use crate::{Error, View, session::Session};
use db::{
    Database, Key,
    keys::{CounterKey, CounterKind},
    values::{Counter, Entry},
};
use std::ops::Bound;
use types::id::{CallId, InmateId, OfficerId};

/// Entries read at a time when the journal is verified or shown.
const PAGE: usize = 1000;

/// An entry as it is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JournalEntry {
    pub site: u32,
    pub sequence: u64,
    pub utc_ms: i64,
    pub actor: String,
    pub noun: String,
    pub subject: String,
    /// The facility's own id of the inmate or officer whom the subject names by number.
    pub id: Option<String>,
    pub change: String,
}

/// A journal that was found whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct JournalSummary {
    pub entries: u64,
    /// Of the last entry. Noted elsewhere, it proves later that nothing before was changed.
    pub last_hash: [u8; 32],
}

/// What an actor is called of whom nobody knows who that is.
const SOMEBODY: &str = "somebody";
/// Between a person and the account that was used.
const AS: &str = ", as ";

/// Who acts, as the journal tells it: a person, if it is known who, by an account.
pub fn acting(person: Option<&str>, account: &str) -> String {
    match person {
        Some(person) if person == account => person.to_owned(),
        person => format!("{}{AS}{account}", person.unwrap_or(SOMEBODY)),
    }
}

/// Who acts, as [`acting`] told it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Person<'a> {
    /// As the journal has it; `None` where nobody knows who it is.
    pub named: Option<&'a str>,
    /// The user of the machine: the same whether its name is found or not. `None` where nobody knows who
    /// logged in.
    pub user: Option<u32>,
}

/// The person who acts: none where several may use the account and nobody knows which of them did.
pub fn person(actor: &str) -> Person<'_> {
    let named = actor.split(AS).next().unwrap_or(actor);
    let named = (named != SOMEBODY).then_some(named);
    let number = named.and_then(|named| named.strip_prefix("user ")?.split(' ').next());
    Person {
        named,
        user: number.and_then(|number| number.parse().ok()),
    }
}

fn hash(key: &CallId, bytes: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&key.bytes());
    hasher.update(bytes);
    *hasher.finalize().as_bytes()
}

impl Session<'_> {
    /// Writes an entry in this transaction.
    pub fn journal(
        &mut self,
        actor: &str,
        noun: &str,
        subject: impl ToString,
        change: impl ToString,
    ) -> Result<(), Error> {
        let (last, previous) = self.journal_tail()?;
        let key = CallId {
            site: self.fixed.site,
            sequence: last + 1,
        };
        let entry = Entry {
            utc_ms: self.now_utc_ms(),
            actor: actor.to_owned(),
            noun: noun.to_owned(),
            subject: subject.to_string(),
            change: change.to_string(),
            previous,
        };
        self.tables.journal.put(&mut self.writer, &key, &entry)?;
        let counter = Counter {
            count: key.sequence,
        };
        let counted = CounterKey::of_site(CounterKind::JournalSequence);
        self.tables
            .counters
            .put(&mut self.writer, &counted, &counter)?;
        let bytes = db::Value::encoded(&entry);
        self.journal_tail = Some((key.sequence, hash(&key, &bytes)));
        Ok(())
    }

    /// Tells of what was taken out, if it `was` there.
    pub fn removed(
        &mut self,
        actor: &str,
        noun: &str,
        subject: impl ToString,
        was: bool,
    ) -> Result<bool, Error> {
        if was {
            self.journal(actor, noun, subject, "removed")?;
        }
        Ok(was)
    }

    fn journal_tail(&self) -> Result<(u64, [u8; 32]), Error> {
        if let Some(tail) = self.journal_tail {
            return Ok(tail);
        }
        let counted = CounterKey::of_site(CounterKind::JournalSequence);
        let counter = self.tables.counters.get(&self.writer, &counted)?;
        let Some(Counter { count: sequence }) = counter else {
            return Ok((0, [0; 32]));
        };
        let key = CallId {
            site: self.fixed.site,
            sequence,
        };
        let bytes = self.tables.journal.bytes(&self.writer, &key)?;
        let bytes = bytes.ok_or(Error::Journal {
            sequence,
            why: "the last entry is missing",
        })?;
        Ok((sequence, hash(&key, &bytes)))
    }
}

impl View {
    /// Reads the journal through and checks that no entry is missing or changed.
    pub fn verify_journal(&self) -> Result<JournalSummary, Error> {
        let mut summary = JournalSummary {
            entries: 0,
            last_hash: [0; 32],
        };
        loop {
            let page = page(&self.database, self.fixed.site, summary.entries, PAGE)?;
            if page.is_empty() {
                break;
            }
            for (key, bytes, entry) in page {
                let sequence = summary.entries + 1;
                let broken = |why| Err(Error::Journal { sequence, why });
                if key.sequence != sequence {
                    return broken("missing");
                }
                if entry.previous != summary.last_hash {
                    return broken("does not follow from the entry before");
                }
                summary.entries = sequence;
                summary.last_hash = hash(&key, &bytes);
            }
        }
        if self.journal_entries()? != summary.entries {
            return Err(Error::Journal {
                sequence: summary.entries + 1,
                why: "missing at the end",
            });
        }
        Ok(summary)
    }

    /// How many there are.
    pub fn journal_entries(&self) -> Result<u64, Error> {
        let reader = self.database.read()?;
        let counted = CounterKey::of_site(CounterKind::JournalSequence);
        let counter = self.database.tables().counters.get(&reader, &counted)?;
        Ok(counter.map_or(0, |counter| counter.count))
    }

    /// Up to `limit` entries after a sequence, oldest first.
    pub fn journal(&self, after: u64, limit: usize) -> Result<Vec<JournalEntry>, Error> {
        let entries = page(&self.database, self.fixed.site, after, limit)?;
        let shown = entries.into_iter().map(|(key, _, entry)| {
            Ok(JournalEntry {
                site: key.site,
                sequence: key.sequence,
                utc_ms: entry.utc_ms,
                actor: entry.actor,
                noun: entry.noun,
                id: self.id_in(&entry.subject)?,
                subject: entry.subject,
                change: entry.change,
            })
        });
        shown.collect()
    }

    /// `inmate 3`, `officer 3`, or something for one of these.
    fn id_in(&self, subject: &str) -> Result<Option<String>, Error> {
        let Some((kind, number)) = subject.rsplit_once(' ') else {
            return Ok(None);
        };
        let Ok(number) = number.parse() else {
            return Ok(None);
        };
        let reader = self.database.read()?;
        let tables = self.database.tables();
        Ok(match kind.rsplit(' ').next() {
            Some("inmate") => {
                let inmate = tables.inmates.get(&reader, &InmateId(number))?;
                inmate.map(|inmate| inmate.facility_id)
            }
            Some("officer") => {
                let officer = tables.officers.get(&reader, &OfficerId(number))?;
                officer.map(|officer| officer.id)
            }
            _ => None,
        })
    }
}

/// Entries after a sequence, with their stored bytes; each page is its own short read.
fn page(
    database: &Database,
    site: u32,
    after: u64,
    limit: usize,
) -> Result<Vec<(CallId, Vec<u8>, Entry)>, Error> {
    let reader = database.read()?;
    let journal = &database.tables().journal;
    let id = |sequence| CallId { site, sequence };
    let (from, to) = (id(after), id(u64::MAX));
    let entries = journal.page(&reader, Bound::Excluded(&from), Bound::Included(&to), limit)?;
    let mut page = Vec::with_capacity(entries.len());
    for (key, entry) in entries {
        let bytes = journal.bytes(&reader, &key)?.unwrap_or_default();
        page.push((key, bytes, entry));
    }
    Ok(page)
}
