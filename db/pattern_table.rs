//! The look-up of numbers in tables whose keys are patterns, or end in one.

use crate::{
    Error, Key, Read, Result, Table, Value, Writer,
    keys::{ListKey, ListOf},
    pattern::{Kind, Pattern, marker},
    table::Raw,
};
use types::phone_number::PhoneNumber;

/// The most patterns with `?` in one table or list: what a look-up walks, at the worst.
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
        let start = list.bytes();
        let next = self.table.at_or_after(txn, &start)?;
        if next.is_none_or(|(key, _)| !key.starts_with(&start)) {
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
        let (digits, marker) = (
            number.digits.as_str().as_bytes(),
            marker(number.international),
        );
        let mut key = self.starting(&[b'E', marker]);
        key.extend(digits);
        if let Some(value) = self.table.raw_get(txn, &key)? {
            return self.found(&key, value).map(Some);
        }
        key.truncate(self.start.len());
        key.extend([b'P', marker]);
        let mut best = self.longest_prefix(txn, &mut key, digits)?;
        let length = u8::try_from(digits.len()).expect("at most MAX_DIGITS digits");
        for length in [length, 0] {
            key.truncate(self.start.len());
            key.extend([b'W', marker, length]);
            let steps = Leaps::new(key.len(), digits, length == 0);
            key.extend(digits);
            while let Some((found, value)) = self.table.at_or_after(txn, &key)? {
                if !found.starts_with(&key[..steps.head]) {
                    break;
                }
                let Leap { fits, more } = steps.leap(found, &mut key);
                if fits {
                    let pattern = self.table.key(found)?.pattern();
                    let better = |(best, _, _): &Found<'_>| pattern.rank() > best.rank();
                    if best.as_ref().is_none_or(better) {
                        best = Some((pattern, found, value));
                    }
                }
                if !more {
                    break;
                }
            }
        }
        let decoded = |(pattern, key, value): Found<'_>| {
            let value = self.table.value(key, value)?;
            Ok(PatternMatch { pattern, value })
        };
        best.map(decoded).transpose()
    }

    /// `key` is what the keys of prefixes begin with; it is left as anything.
    ///
    /// The greatest key that is not beyond the number's is its prefix, or else shares the beginning with
    /// it that the longest prefix there can be has.
    fn longest_prefix<'t>(
        &self,
        txn: &'t impl Read,
        key: &mut Vec<u8>,
        digits: &[u8],
    ) -> Result<Option<Found<'t>>> {
        let head = key.len();
        key.extend(digits);
        while let Some((found, value)) = self.table.at_or_before(txn, key)? {
            let pairs = found.iter().zip(key.iter());
            let common = pairs.take_while(|(found, own)| found == own).count();
            if common < head {
                break;
            }
            if common == found.len() {
                return Ok(Some((self.table.key(found)?.pattern(), found, value)));
            }
            key.truncate(common);
        }
        Ok(None)
    }

    fn found(&self, key: &[u8], value: &[u8]) -> Result<PatternMatch<V>> {
        Ok(PatternMatch {
            pattern: self.table.key(key)?.pattern(),
            value: self.table.value(key, value)?,
        })
    }

    fn starting(&self, with: &[u8]) -> Vec<u8> {
        let mut start = self.start.clone();
        start.extend(with);
        start
    }
}

/// A pattern with the key and the value that it is stored as.
type Found<'t> = (Pattern, &'t [u8], &'t [u8]);

/// The way through the patterns with `?` of one length: from each that is met to the next that can fit
/// the number, over all that cannot. A place holds the number's digit or `?`, which sorts after it.
struct Leaps<'n> {
    /// Bytes of a key before its pattern.
    head: usize,
    digits: &'n [u8],
    /// The patterns end in `*`.
    open: bool,
}

struct Leap {
    fits: bool,
    /// Whether the key was set to where the next one can be.
    more: bool,
}

impl<'n> Leaps<'n> {
    fn new(head: usize, digits: &'n [u8], open: bool) -> Leaps<'n> {
        Leaps { head, digits, open }
    }

    /// Whether a key that was met fits; sets `key` to the least that is greater than it and can fit.
    fn leap(&self, met: &[u8], key: &mut Vec<u8>) -> Leap {
        let body = &met[self.head..];
        let own = |(place, digit): (&u8, &u8)| place == digit || *place == b'?';
        let fitting = body.iter().zip(self.digits).take_while(|p| own(*p)).count();
        key.clear();
        key.extend(&met[..self.head + fitting]);
        let whole = fitting == body.len();
        let fits = whole && (self.open || fitting == self.digits.len());
        let more = match (self.digits.get(fitting), body.get(fitting)) {
            // All that goes on from here is greater.
            (Some(digit), None) => {
                key.push((*digit).min(b'?'));
                true
            }
            (Some(digit), Some(place)) if place < digit => {
                key.push((*digit).min(b'?'));
                true
            }
            (Some(_), Some(place)) if *place < b'?' => {
                key.push(b'?');
                true
            }
            _ => self.back(key),
        };
        Leap { fits, more }
    }

    /// The last fixed digit becomes `?`.
    fn back(&self, key: &mut Vec<u8>) -> bool {
        while key.len() > self.head {
            if key.pop().is_some_and(|place| place < b'?') {
                key.push(b'?');
                return true;
            }
        }
        false
    }
}
