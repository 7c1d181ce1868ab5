//! The look-up of numbers in tables whose keys are patterns, or end in one.

use crate::{
    Error, Key, Read, Result, Table, Value, Writer,
    keys::{ListKey, ListOf},
    pattern::{Kind, Pattern, marker},
    table::Raw,
};
use types::phone_number::PhoneNumber;

/// The most patterns with `?` in one table or list; they are walked at each look-up.
pub const MAX_WILDCARDS: usize = 1000;

/// A table keyed by pattern.
#[derive(Debug)]
pub struct PatternTable<V> {
    table: Table<Pattern, V>,
}

/// A table of lists, each keyed by pattern.
#[derive(Debug)]
pub struct ListTable<V> {
    table: Table<ListKey, V>,
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
        let table = Table::new(name, raw);
        PatternTable { table }
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
            start: Vec::new(),
            key: |pattern| pattern,
        }
    }
}

impl<V: Value> ListTable<V> {
    pub(crate) fn new(name: &'static str, raw: Raw) -> ListTable<V> {
        let table = Table::new(name, raw);
        ListTable { table }
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
        // Most lists are not there at all.
        if self.table.count_prefix(txn, &list.bytes(), 1)? == 0 {
            return Ok(None);
        }
        self.of(list).best(txn, number)
    }

    pub(crate) fn pages(&self, txn: &impl Read) -> Result<u64> {
        self.table.pages(txn)
    }

    fn of(&self, list: ListOf) -> Patterns<'_, ListKey, V, impl Fn(Pattern) -> ListKey> {
        Patterns {
            table: &self.table,
            start: list.bytes(),
            key: move |pattern| ListKey { list, pattern },
        }
    }
}

/// Patterns whose keys begin with the same bytes.
struct Patterns<'a, K, V, F> {
    table: &'a Table<K, V>,
    start: Vec<u8>,
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
        self.table.put(txn, &key, value)
    }

    fn best(&self, txn: &impl Read, number: &PhoneNumber) -> Result<Option<PatternMatch<V>>> {
        if let Some(exact) = self.entry(txn, Pattern::exact(number))? {
            return Ok(Some(exact));
        }
        let mut best = self.longest_prefix(txn, number)?;
        let length = u8::try_from(number.digits.len()).expect("at most MAX_DIGITS digits");
        for length in [length, 0] {
            let start = self.starting(&[b'W', marker(number.international), length]);
            for (key, value) in self.table.with_prefix(txn, &start, MAX_WILDCARDS)? {
                let pattern = key.pattern();
                let better = best
                    .as_ref()
                    .is_none_or(|best| pattern.rank() > best.pattern.rank());
                if better && pattern.fits(number) {
                    best = Some(PatternMatch { pattern, value });
                }
            }
        }
        Ok(best)
    }

    fn longest_prefix(
        &self,
        txn: &impl Read,
        number: &PhoneNumber,
    ) -> Result<Option<PatternMatch<V>>> {
        let plus = if number.international { "+" } else { "" };
        let digits = number.digits.as_str();
        for length in (0..=digits.len()).rev() {
            let text = format!("{plus}{}*", &digits[..length]);
            // A number can hold digits that no pattern can (`*`, `#`): such a prefix is in no table.
            let Ok(pattern) = Pattern::parse(&text) else {
                continue;
            };
            if let Some(found) = self.entry(txn, pattern)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn entry(&self, txn: &impl Read, pattern: Pattern) -> Result<Option<PatternMatch<V>>> {
        let key = (self.key)(pattern.clone());
        let value = self.table.get(txn, &key)?;
        Ok(value.map(|value| PatternMatch { pattern, value }))
    }

    fn starting(&self, with: &[u8]) -> Vec<u8> {
        let mut start = self.start.clone();
        start.extend(with);
        start
    }
}
