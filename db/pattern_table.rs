//! The look-up of numbers in tables whose keys are patterns, or end in one.

use crate::{
    Error, Key, Read, Result, Table, Value, Writer,
    error::unreadable,
    keys::{ListKey, ListOf},
    pattern::{Kind, Pattern},
    sieve::{self, Mask},
    table::Raw,
};
use types::{digits::MAX_DIGITS, phone_number::PhoneNumber};

/// The most patterns with `?` in one table or list: what a look-up walks, at the worst.
pub const MAX_WILDCARDS: usize = 1000;

/// A table keyed by pattern.
#[derive(Debug)]
pub struct PatternTable<V> {
    table: Table<Pattern, V>,
    sieve: sieve::Patterns,
}

/// A table of lists, each keyed by pattern.
#[derive(Debug)]
pub struct ListTable<V> {
    table: Table<ListKey, V>,
    sieve: sieve::Patterns,
}

/// The most specific entry that fits a number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PatternMatch<V> {
    pub pattern: Pattern,
    pub value: V,
}

impl<V> PatternMatch<V> {
    pub fn specificity(&self) -> u8 {
        self.pattern.specificity()
    }
}

impl<V: Value> PatternTable<V> {
    pub(crate) fn new(name: &'static str, raw: Raw) -> PatternTable<V> {
        PatternTable {
            table: Table::new(name, raw),
            sieve: sieve::Patterns::new(0),
        }
    }

    pub(crate) fn learn(&mut self, txn: &impl Read) -> Result<()> {
        self.table.learn(txn)?;
        self.sieve = sieve::Patterns::new(self.table.len(txn)?);
        self.table.each_key(txn, |key| {
            // What is no key is never looked up; whoever walks the table is told of it.
            if let Some(pattern) = Pattern::from_bytes(key) {
                self.sieve.add(NO_LIST, &pattern);
            }
        })
    }

    /// The plain table underneath: entries by pattern, pages, counts.
    pub fn entries(&self) -> &Table<Pattern, V> {
        &self.table
    }

    pub fn put(&self, txn: &mut Writer<'_>, pattern: &Pattern, value: &V) -> Result<()> {
        self.all().put(txn, pattern, value)
    }

    pub fn delete(&self, txn: &mut Writer<'_>, pattern: &Pattern) -> Result<bool> {
        self.table.delete(txn, pattern)
    }

    /// The most specific entry that fits: by key for exact and prefix entries, by a
    /// bounded walk for those with `?`.
    pub fn best(&self, txn: &impl Read, number: &PhoneNumber) -> Result<Option<PatternMatch<V>>> {
        self.all().best(txn, number)
    }

    pub(crate) fn pages(&self, txn: &impl Read) -> Result<u64> {
        self.table.pages(txn)
    }

    fn all(&self) -> Patterns<'_, Pattern, V, impl Fn(Pattern) -> Pattern> {
        Patterns {
            table: &self.table,
            sieve: &self.sieve,
            start: Vec::new(),
            list: NO_LIST,
            key: |pattern| pattern,
        }
    }
}

impl<V: Value> ListTable<V> {
    pub(crate) fn new(name: &'static str, raw: Raw) -> ListTable<V> {
        ListTable {
            table: Table::new(name, raw),
            sieve: sieve::Patterns::new(0),
        }
    }

    pub(crate) fn learn(&mut self, txn: &impl Read) -> Result<()> {
        self.table.learn(txn)?;
        self.sieve = sieve::Patterns::new(self.table.len(txn)?);
        self.table.each_key(txn, |key| {
            // What is no key is never looked up; whoever walks the table is told of it.
            if let Some(ListKey { list, pattern }) = ListKey::from_bytes(key) {
                self.sieve.add(sieve::hash(&list.bytes()), &pattern);
            }
        })
    }

    /// The plain table underneath: entries by list and pattern, pages, counts.
    pub fn entries(&self) -> &Table<ListKey, V> {
        &self.table
    }

    pub fn put(&self, txn: &mut Writer<'_>, key: &ListKey, value: &V) -> Result<()> {
        self.of(key.list).put(txn, &key.pattern, value)
    }

    pub fn delete(&self, txn: &mut Writer<'_>, key: &ListKey) -> Result<bool> {
        self.table.delete(txn, key)
    }

    /// The most specific entry of a list that fits.
    pub fn best(
        &self,
        txn: &impl Read,
        list: ListOf,
        number: &PhoneNumber,
    ) -> Result<Option<PatternMatch<V>>> {
        let of = self.of(list);
        // Most lists are not there at all.
        match self.sieve.may_have(of.list) {
            true => of.best(txn, number),
            false => Ok(None),
        }
    }

    pub(crate) fn pages(&self, txn: &impl Read) -> Result<u64> {
        self.table.pages(txn)
    }

    fn of(&self, list: ListOf) -> Patterns<'_, ListKey, V, impl Fn(Pattern) -> ListKey> {
        let start = list.bytes();
        Patterns {
            table: &self.table,
            sieve: &self.sieve,
            list: sieve::hash(&start),
            start,
            key: move |pattern| ListKey { list, pattern },
        }
    }
}

/// Patterns whose keys begin with the same bytes.
struct Patterns<'a, K, V, F> {
    table: &'a Table<K, V>,
    sieve: &'a sieve::Patterns,
    start: Vec<u8>,
    /// The hash of it.
    list: u64,
    key: F,
}

/// A key that is a pattern or ends in one.
trait EndsInPattern: Key {
    fn pattern(self) -> Pattern;
}

impl EndsInPattern for Pattern {
    fn pattern(self) -> Pattern {
        self
    }
}

impl EndsInPattern for ListKey {
    fn pattern(self) -> Pattern {
        self.pattern
    }
}

impl<K: EndsInPattern, V: Value, F: Fn(Pattern) -> K> Patterns<'_, K, V, F> {
    fn put(&self, txn: &mut Writer<'_>, pattern: &Pattern, value: &V) -> Result<()> {
        let key = (self.key)(pattern.clone());
        let is_new = !self.table.contains(txn, &key)?;
        if pattern.kind() == Kind::Wildcard && is_new {
            let wildcards = self.starting(b"W");
            let there = self.table.count_prefix(txn, &wildcards, MAX_WILDCARDS)?;
            if there == MAX_WILDCARDS {
                return Err(Error::TooManyWildcards {
                    table: self.table.name(),
                    limit: MAX_WILDCARDS,
                });
            }
        }
        self.sieve.add(self.list, pattern);
        self.table.put(txn, &key, value)
    }

    fn best(&self, txn: &impl Read, number: &PhoneNumber) -> Result<Option<PatternMatch<V>>> {
        let digits = sieve::packed(number.digits.as_str());
        let entry = |mask: &Mask| match self.sieve.may_hold(self.list, mask, digits) {
            true => self.entry(txn, number, mask),
            false => Ok(None),
        };
        let mut best = entry(&Mask::exact(number))?;
        if best.is_none() {
            for mask in self.sieve.prefixes(number) {
                best = entry(&mask)?;
                if best.is_some() {
                    break;
                }
            }
            for mask in self.sieve.masks().iter().filter(|mask| mask.fits(number)) {
                if let Some(found) = entry(mask)? {
                    let better = |best: &Found<'_>| found.0.rank() > best.0.rank();
                    if best.as_ref().is_none_or(better) {
                        best = Some(found);
                    }
                }
            }
        }
        let decoded = |(pattern, value): Found<'_>| match V::decode(value) {
            Ok(value) => Ok(PatternMatch { pattern, value }),
            Err(why) => {
                let key = (self.key)(pattern).bytes();
                Err(unreadable(self.table.name(), &key, why))
            }
        };
        best.map(decoded).transpose()
    }

    /// The entry of this mask that fits.
    fn entry<'t>(
        &self,
        txn: &'t impl Read,
        number: &PhoneNumber,
        mask: &Mask,
    ) -> Result<Option<Found<'t>>> {
        let mut key = Vec::with_capacity(LONGEST_KEY);
        key.extend(&self.start);
        mask.push_key(number, &mut key);
        let Some(value) = self.table.raw_get(txn, &key)? else {
            return Ok(None);
        };
        Ok(Some((self.table.key(&key)?.pattern(), value)))
    }

    fn starting(&self, with: &[u8]) -> Vec<u8> {
        let mut start = self.start.clone();
        start.extend(with);
        start
    }
}

/// A pattern and its stored value.
type Found<'t> = (Pattern, &'t [u8]);

/// A list, a kind, a marker, a length, and digits.
const LONGEST_KEY: usize = 6 + 3 + MAX_DIGITS;

/// Of a table that has no lists.
const NO_LIST: u64 = 0;
