//! What may be in a table of patterns, held in memory: most look-ups ask for keys that are not there,
//! and end here.
//!
//! What: for any key, "no" or "perhaps"; and how long prefixes are, and which masks patterns with `?`
//! have.
//!
//! How: a Bloom filter of 16 bits an entry, of which each sets 3 in one word, so that a question costs
//! one access to memory; for an absent key it says "perhaps" about once in 100 times. It is filled when
//! the database is opened, before anybody reads, and by each entry that is put; what is deleted, or put
//! by a transaction that is given up, stays. So it holds all that any transaction of this process can
//! see, which is enough: what it says too much costs a look-up. Entries beyond those it was made for make
//! it say "perhaps" more often, until the next opening.

use crate::pattern::{Kind, Pattern, marker};
use std::sync::{
    PoisonError, RwLock, RwLockReadGuard,
    atomic::{AtomicU64, Ordering},
};
use types::phone_number::PhoneNumber;

/// So many entries have room in any.
const LEAST: u64 = 8192;
const BITS_AN_ENTRY: u64 = 16;

/// The filter and the masks of one table.
#[derive(Debug)]
pub(crate) struct Sieve {
    bits: Box<[AtomicU64]>,
    /// How long prefixes are, a bit each: national ones, and international ones.
    prefixes: [AtomicU64; 2],
    masks: RwLock<Vec<Mask>>,
}

/// Where the `?` of patterns stand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Mask {
    international: bool,
    open: bool,
    /// Of the pattern without its `*`.
    length: u8,
    /// A bit each for the places that hold a `?`, the first place in the lowest.
    any: u32,
}

impl Mask {
    fn of(pattern: &Pattern) -> Mask {
        let places = pattern.body().bytes().enumerate();
        let any = places.filter(|(_, place)| *place == b'?');
        Mask {
            international: pattern.is_international(),
            open: pattern.is_open(),
            length: u8::try_from(pattern.body().len()).expect("at most MAX_DIGITS digits"),
            any: any.fold(0, |any, (at, _)| any | 1 << at),
        }
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
        let length = if self.open { 0 } else { self.length };
        key.extend([b'W', marker(self.international), length]);
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
}

impl Sieve {
    /// With room for so many entries.
    pub fn new(entries: u64) -> Sieve {
        let bits = (entries.max(LEAST) * BITS_AN_ENTRY).next_power_of_two();
        Sieve {
            bits: (0..bits / 64).map(|_| AtomicU64::new(0)).collect(),
            prefixes: [AtomicU64::new(0), AtomicU64::new(0)],
            masks: RwLock::new(Vec::new()),
        }
    }

    /// A key that is there, or will be.
    pub fn add(&self, key: &[u8]) {
        let (word, bits) = self.place(key);
        word.fetch_or(bits, Ordering::Release);
    }

    /// A pattern whose key was added.
    pub fn add_pattern(&self, pattern: &Pattern) {
        match pattern.kind() {
            Kind::Exact => {}
            Kind::Prefix => {
                let lengths = &self.prefixes[usize::from(pattern.is_international())];
                lengths.fetch_or(1 << pattern.body().len(), Ordering::Release);
            }
            Kind::Wildcard => {
                let mask = Mask::of(pattern);
                let mut masks = self.masks.write().unwrap_or_else(PoisonError::into_inner);
                if !masks.contains(&mask) {
                    masks.push(mask);
                }
            }
        }
    }

    /// How many digits prefixes of a number may have, the longest first.
    pub fn prefixes(&self, number: &PhoneNumber) -> impl Iterator<Item = usize> + use<> {
        let lengths = &self.prefixes[usize::from(number.international)];
        let lengths = lengths.load(Ordering::Acquire);
        let all = (0..=number.digits.len()).rev();
        all.filter(move |length| lengths >> length & 1 == 1)
    }

    /// Whether there may be an entry of this key.
    pub fn may_hold(&self, key: &[u8]) -> bool {
        let (word, bits) = self.place(key);
        word.load(Ordering::Acquire) & bits == bits
    }

    /// The word of a key, and its three bits there.
    fn place(&self, key: &[u8]) -> (&AtomicU64, u64) {
        let hash = hash(key);
        // There is a power of two of words.
        let word = usize::try_from(hash >> 32).unwrap_or(usize::MAX) & (self.bits.len() - 1);
        let bit = |from: u32| 1 << (hash >> from & 63);
        (&self.bits[word], bit(0) | bit(6) | bit(12))
    }

    pub fn masks(&self) -> RwLockReadGuard<'_, Vec<Mask>> {
        self.masks.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Eight bytes at a time, multiplied and folded.
fn hash(key: &[u8]) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let fold = |hash: u64, part: u64| {
        let product = u128::from(hash ^ part) * u128::from(ODD);
        (product >> 64) as u64 ^ product as u64
    };
    let (parts, rest) = key.as_chunks::<8>();
    let hash = parts.iter().fold(key.len() as u64 ^ ODD, |hash, part| {
        fold(hash, u64::from_le_bytes(*part))
    });
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    fold(hash, u64::from_le_bytes(last))
}
