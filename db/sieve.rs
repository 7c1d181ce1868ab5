//! What may be in a table, held in memory: most look-ups ask for keys that are not there, and end here.
//!
//! What: for any key, "no" or "perhaps"; and of tables of patterns how long prefixes are, and which masks
//! patterns with `?` have, so that a number is asked for by its digits under each mask, and a key is made
//! only of what may be there.
//!
//! How: a Bloom filter of 16 bits an entry, of which each sets 3 in one word, so that a question costs
//! one access to memory; for an absent key it says "perhaps" about once in 100 times. It is filled when
//! the database is opened, before anybody reads, and by each entry that is put; what is deleted, or put
//! by a transaction that is given up, stays. So it holds all that any transaction of this process can
//! see, which is enough: what it says too much costs a look-up.
//!
//! A filter that is full takes nothing more: what is put from then on goes into another, with room for
//! four times as many, and both are asked. So the table is never read again for it, and who reads
//! meanwhile waits for nothing. What a filter holds already, or says to hold, takes no room again: the
//! memory grows with the keys there ever were, not with how often they are put. There are four at
//! most; the last takes all that comes, and says "perhaps" more often, until the next opening.

use crate::pattern::{Kind, Pattern, marker};
use std::sync::{
    OnceLock, PoisonError, RwLock, RwLockReadGuard,
    atomic::{AtomicU64, Ordering},
};
use types::phone_number::PhoneNumber;

/// So many entries have room in any.
const LEAST: u64 = 8192;
const BITS_AN_ENTRY: u64 = 16;
/// How many there are of one table, after the first.
const FURTHER: usize = 3;
/// No filter is made larger than the one before beyond this, in bits: 32 MiB.
const LARGEST_AFTER: u64 = 1 << 28;

/// What may be in one table, by its hash.
#[derive(Debug)]
pub(crate) struct Sieve {
    first: Filter,
    /// Each is there once the one before is full.
    further: [OnceLock<Filter>; FURTHER],
}

#[derive(Debug)]
struct Filter {
    bits: Box<[AtomicU64]>,
    entries: AtomicU64,
}

impl Sieve {
    /// With room for so many entries at first.
    pub fn new(entries: u64) -> Sieve {
        let bits = (entries.max(LEAST) * BITS_AN_ENTRY).next_power_of_two();
        Sieve {
            first: Filter::new(bits),
            further: [const { OnceLock::new() }; FURTHER],
        }
    }

    /// What is there, or will be.
    pub fn add(&self, hash: u64) {
        if self.may_hold(hash) {
            return;
        }
        let mut filter = &self.first;
        for next in &self.further {
            if !filter.is_full() {
                break;
            }
            filter = next.get_or_init(|| Filter::new(size_after(filter.size())));
        }
        filter.add(hash);
    }

    pub fn may_hold(&self, hash: u64) -> bool {
        self.first.may_hold(hash) || self.further().any(|filter| filter.may_hold(hash))
    }

    fn further(&self) -> impl Iterator<Item = &Filter> {
        self.further.iter().map_while(OnceLock::get)
    }
}

/// The bits of the filter that is made when one of so many is full.
fn size_after(bits: u64) -> u64 {
    (bits * 4).min(bits.max(LARGEST_AFTER))
}

impl Filter {
    /// `bits` is a power of two.
    fn new(bits: u64) -> Filter {
        Filter {
            bits: (0..bits / 64).map(|_| AtomicU64::new(0)).collect(),
            entries: AtomicU64::new(0),
        }
    }

    fn size(&self) -> u64 {
        self.bits.len() as u64 * 64
    }

    fn is_full(&self) -> bool {
        self.entries.load(Ordering::Relaxed) >= self.size() / BITS_AN_ENTRY
    }

    fn add(&self, hash: u64) {
        let (word, bits) = self.place(hash);
        word.fetch_or(bits, Ordering::Release);
        self.entries.fetch_add(1, Ordering::Relaxed);
    }

    fn may_hold(&self, hash: u64) -> bool {
        let (word, bits) = self.place(hash);
        word.load(Ordering::Acquire) & bits == bits
    }

    /// The word of a hash, and its three bits there.
    fn place(&self, hash: u64) -> (&AtomicU64, u64) {
        // There is a power of two of words.
        let word = usize::try_from(hash >> 32).unwrap_or(usize::MAX) & (self.bits.len() - 1);
        let bit = |from: u32| 1 << (hash >> from & 63);
        (&self.bits[word], bit(0) | bit(6) | bit(12))
    }
}

/// The patterns that may be in one table, or in the lists of one.
#[derive(Debug)]
pub(crate) struct Patterns {
    sieve: Sieve,
    /// How long prefixes are, a bit each: national ones, and international ones.
    prefixes: [AtomicU64; 2],
    masks: RwLock<Vec<Mask>>,
}

/// Where the digits of a pattern stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Mask {
    international: bool,
    open: bool,
    /// Of the pattern without its `*`.
    length: u8,
    /// A bit each for the places that hold a `?`, the first place in the lowest.
    any: u32,
    /// All bits of the places that hold a digit, as they are packed.
    fixed: u128,
}

impl Mask {
    fn of(pattern: &Pattern) -> Mask {
        let places = pattern.body().bytes().enumerate();
        let places = places.filter(|(_, place)| *place == b'?');
        places.fold(
            Mask::without_any(
                pattern.is_international(),
                pattern.is_open(),
                pattern.body().len(),
            ),
            |mask, (at, _)| Mask {
                any: mask.any | 1 << at,
                fixed: mask.fixed & !(0xf << (4 * at)),
                ..mask
            },
        )
    }

    fn without_any(international: bool, open: bool, length: usize) -> Mask {
        let beyond = 128 - 4 * u32::try_from(length).expect("at most MAX_DIGITS digits");
        Mask {
            international,
            open,
            length: u8::try_from(length).expect("at most MAX_DIGITS digits"),
            any: 0,
            fixed: u128::MAX.checked_shr(beyond).unwrap_or(0),
        }
    }

    /// Of the pattern that fits this number alone.
    pub fn exact(number: &PhoneNumber) -> Mask {
        Mask::without_any(number.international, false, number.digits.len())
    }

    pub fn fits(&self, number: &PhoneNumber) -> bool {
        let (length, digits) = (usize::from(self.length), number.digits.len());
        let length_fits = match self.open {
            true => digits >= length,
            false => digits == length,
        };
        length_fits && self.international == number.international
    }

    /// The key of the pattern that has this mask and fits the number, after what keys begin with.
    pub fn push_key(&self, number: &PhoneNumber, key: &mut Vec<u8>) {
        let marker = marker(self.international);
        match (self.any, self.open) {
            (0, false) => key.extend([b'E', marker]),
            (0, true) => key.extend([b'P', marker]),
            (_, open) => key.extend([b'W', marker, if open { 0 } else { self.length }]),
        }
        let digits = number.digits.as_str().bytes().take(self.length.into());
        key.extend(
            digits
                .enumerate()
                .map(|(at, digit)| match self.any >> at & 1 {
                    1 => b'?',
                    _ => digit,
                }),
        );
    }

    /// Of the pattern with these packed digits, where it has any.
    fn hash(&self, list: u64, digits: u128) -> u64 {
        let kind = u64::from(self.international) << 1 | u64::from(self.open);
        let shape = u64::from(self.any) << 32 | u64::from(self.length) << 8 | kind;
        let digits = digits & self.fixed;
        let hash = fold(list ^ ODD, shape);
        fold(fold(hash, digits as u64), (digits >> 64) as u64)
    }
}

impl Patterns {
    pub fn new(entries: u64) -> Patterns {
        Patterns {
            sieve: Sieve::new(entries),
            prefixes: [AtomicU64::new(0), AtomicU64::new(0)],
            masks: RwLock::new(Vec::new()),
        }
    }

    /// A pattern that is there, or will be, on this list.
    pub fn add(&self, list: u64, pattern: &Pattern) {
        let mask = Mask::of(pattern);
        self.sieve.add(list);
        self.sieve.add(mask.hash(list, packed(pattern.body())));
        match pattern.kind() {
            Kind::Exact => {}
            Kind::Prefix => {
                let lengths = &self.prefixes[usize::from(pattern.is_international())];
                lengths.fetch_or(1 << pattern.body().len(), Ordering::Release);
            }
            Kind::Wildcard => {
                let mut masks = self.masks.write().unwrap_or_else(PoisonError::into_inner);
                if !masks.contains(&mask) {
                    masks.push(mask);
                }
            }
        }
    }

    /// Whether there may be anything on a list.
    pub fn may_have(&self, list: u64) -> bool {
        self.sieve.may_hold(list)
    }

    /// Whether a list may have the pattern of this mask that fits the number of these packed digits.
    pub fn may_hold(&self, list: u64, mask: &Mask, digits: u128) -> bool {
        self.sieve.may_hold(mask.hash(list, digits))
    }

    /// Of the prefixes that a number may have, the longest first.
    pub fn prefixes(&self, number: &PhoneNumber) -> impl Iterator<Item = Mask> + use<> {
        let (international, longest) = (number.international, number.digits.len());
        let lengths = self.prefixes[usize::from(international)].load(Ordering::Acquire);
        let all = (0..=longest).rev();
        let there = all.filter(move |length| lengths >> length & 1 == 1);
        there.map(move |length| Mask::without_any(international, true, length))
    }

    /// Of the patterns with `?`.
    pub fn masks(&self) -> RwLockReadGuard<'_, Vec<Mask>> {
        self.masks.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Digits, four bits each, the first in the lowest.
pub(crate) fn packed(digits: &str) -> u128 {
    let digits = digits.bytes().rev();
    digits.fold(0, |packed, digit| packed << 4 | u128::from(digit & 0xf))
}

const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

fn fold(hash: u64, part: u64) -> u64 {
    let product = u128::from(hash ^ part) * u128::from(ODD);
    (product >> 64) as u64 ^ product as u64
}

/// Eight bytes at a time, multiplied and folded.
pub(crate) fn hash(key: &[u8]) -> u64 {
    let (parts, rest) = key.as_chunks::<8>();
    let hash = parts.iter().fold(key.len() as u64 ^ ODD, |hash, part| {
        fold(hash, u64::from_le_bytes(*part))
    });
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    fold(hash, u64::from_le_bytes(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the keys that are numbered so.
    fn hashes(from: u64, to: u64) -> impl Iterator<Item = u64> {
        (from..to).map(|key| hash(&key.to_be_bytes()))
    }

    fn sizes(sieve: &Sieve) -> Vec<u64> {
        let filters = [&sieve.first].into_iter().chain(sieve.further());
        filters.map(Filter::size).collect()
    }

    #[test]
    fn a_table_that_grows_far_beyond_its_size_at_the_opening_is_still_known_in_memory() {
        let sieve = Sieve::new(0);
        let entries = 40 * LEAST;
        hashes(0, entries).for_each(|hash| sieve.add(hash));
        assert!(hashes(0, entries).all(|hash| sieve.may_hold(hash)));
        let absent = hashes(entries, entries + 100_000);
        let perhaps = absent.filter(|hash| sieve.may_hold(*hash)).count();
        assert!(perhaps < 4_000, "{perhaps} of 100000");
        let first = LEAST * BITS_AN_ENTRY;
        assert_eq!(sizes(&sieve), [first, 4 * first, 16 * first, 64 * first]);
    }

    #[test]
    fn what_comes_when_all_filters_are_full_is_held_in_the_last() {
        let sieve = Sieve {
            first: Filter::new(64),
            further: [const { OnceLock::new() }; FURTHER],
        };
        hashes(0, 2_000).for_each(|hash| sieve.add(hash));
        assert!(hashes(0, 2_000).all(|hash| sieve.may_hold(hash)));
        assert_eq!(sizes(&sieve), [64, 256, 1024, 4096]);
    }

    #[test]
    fn what_is_put_again_and_again_takes_no_more_memory() {
        let sieve = Sieve::new(0);
        for _ in 0..20 {
            hashes(0, LEAST / 2).for_each(|hash| sieve.add(hash));
        }
        assert_eq!(sizes(&sieve).len(), 1);
    }

    #[test]
    fn a_filter_is_made_no_larger_than_the_largest_because_one_is_full() {
        assert_eq!(size_after(1 << 17), 1 << 19);
        assert_eq!(size_after(LARGEST_AFTER / 2), LARGEST_AFTER);
        assert_eq!(size_after(2 * LARGEST_AFTER), 2 * LARGEST_AFTER);
    }
}
