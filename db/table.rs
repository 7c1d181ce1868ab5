//! A table: typed keys and values over the bytes that LMDB sorts.

use crate::{
    Key, Read, Result, Value, Writer,
    error::{Unreadable, unreadable},
    sieve::{Sieve, hash},
};
use heed::types::{Bytes, DecodeIgnore};
use std::{
    fmt,
    marker::PhantomData,
    ops::{Bound, Deref, DerefMut},
    sync::atomic::{AtomicBool, Ordering},
};

pub(crate) type Raw = heed::Database<'static, Bytes, Bytes>;

/// A table of `V` by `K`.
pub struct Table<K, V> {
    name: &'static str,
    raw: Raw,
    /// Nothing is in it that any transaction could see: LMDB is not asked, for which even an empty
    /// table is two look-ups.
    blank: AtomicBool,
    /// What may be in it, where most look-ups find nothing.
    sieve: Option<Sieve>,
    kind: PhantomData<fn(K) -> V>,
}

/// A table in which most look-ups find nothing.
pub struct SparseTable<K, V>(Table<K, V>);

impl<K: Key, V: Value> SparseTable<K, V> {
    pub(crate) fn new(name: &'static str, raw: Raw) -> SparseTable<K, V> {
        let sieve = Some(Sieve::new(0));
        SparseTable(Table {
            sieve,
            ..Table::new(name, raw)
        })
    }
}

impl<K, V> Deref for SparseTable<K, V> {
    type Target = Table<K, V>;

    fn deref(&self) -> &Table<K, V> {
        &self.0
    }
}

impl<K, V> DerefMut for SparseTable<K, V> {
    fn deref_mut(&mut self) -> &mut Table<K, V> {
        &mut self.0
    }
}

impl<K: Key, V: Value> Table<K, V> {
    pub(crate) fn new(name: &'static str, raw: Raw) -> Table<K, V> {
        Table {
            name,
            raw,
            blank: AtomicBool::new(false),
            sieve: None,
            kind: PhantomData,
        }
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    pub fn get(&self, txn: &impl Read, key: &K) -> Result<Option<V>> {
        let key = key.bytes();
        match self.raw_get(txn, &key)? {
            Some(bytes) => Ok(Some(self.value(&key, bytes)?)),
            None => Ok(None),
        }
    }

    /// The stored bytes of a value, version byte included.
    pub fn bytes(&self, txn: &impl Read, key: &K) -> Result<Option<Vec<u8>>> {
        self.raw_bytes(txn, &key.bytes())
    }

    pub fn contains(&self, txn: &impl Read, key: &K) -> Result<bool> {
        Ok(self.raw_get(txn, &key.bytes())?.is_some())
    }

    pub fn put(&self, txn: &mut Writer<'_>, key: &K, value: &V) -> Result<()> {
        self.put_bytes(txn, &key.bytes(), &value.encoded())
    }

    /// Takes an entry out; `false` when there was none.
    pub fn delete(&self, txn: &mut Writer<'_>, key: &K) -> Result<bool> {
        let key = key.bytes();
        Ok(self.may_hold(&key) && self.raw.delete(txn.txn_mut(), &key)?)
    }

    pub fn len(&self, txn: &impl Read) -> Result<u64> {
        Ok(self.raw.len(txn.txn())?)
    }

    pub fn is_empty(&self, txn: &impl Read) -> Result<bool> {
        Ok(self.is_blank() || self.raw.is_empty(txn.txn())?)
    }

    /// The entry with the greatest key.
    pub fn last(&self, txn: &impl Read) -> Result<Option<(K, V)>> {
        if self.is_blank() {
            return Ok(None);
        }
        match self.raw.last(txn.txn())? {
            Some(entry) => Ok(Some(self.entry(entry)?)),
            None => Ok(None),
        }
    }

    /// Up to `limit` entries between two keys, in key order.
    pub fn page(
        &self,
        txn: &impl Read,
        from: Bound<&K>,
        to: Bound<&K>,
        limit: usize,
    ) -> Result<Vec<(K, V)>> {
        if self.is_blank() {
            return Ok(Vec::new());
        }
        let (from, to) = (bytes_of(from), bytes_of(to));
        let range = (as_slices(&from), as_slices(&to));
        self.entries(self.raw.range(txn.txn(), &range)?.take(limit))
    }

    /// Up to `limit` entries between two keys, greatest key first.
    pub fn page_back(
        &self,
        txn: &impl Read,
        from: Bound<&K>,
        to: Bound<&K>,
        limit: usize,
    ) -> Result<Vec<(K, V)>> {
        if self.is_blank() {
            return Ok(Vec::new());
        }
        let (from, to) = (bytes_of(from), bytes_of(to));
        let range = (as_slices(&from), as_slices(&to));
        self.entries(self.raw.rev_range(txn.txn(), &range)?.take(limit))
    }

    /// Everything; for tables that are known to be small.
    pub fn all(&self, txn: &impl Read) -> Result<Vec<(K, V)>> {
        self.page(txn, Bound::Unbounded, Bound::Unbounded, usize::MAX)
    }

    /// Up to `limit` entries whose key begins with these bytes.
    pub fn with_prefix(&self, txn: &impl Read, prefix: &[u8], limit: usize) -> Result<Vec<(K, V)>> {
        let known = K::PREFIXES.is_some_and(|least| prefix.len() >= least);
        if self.is_blank() || known && !self.may_hold(prefix) {
            return Ok(Vec::new());
        }
        self.entries(self.raw.prefix_iter(txn.txn(), prefix)?.take(limit))
    }

    /// How many entries have a key that begins with these bytes, counted up to `limit`.
    pub fn count_prefix(&self, txn: &impl Read, prefix: &[u8], limit: usize) -> Result<usize> {
        let mut count = 0;
        for entry in self.raw.prefix_iter(txn.txn(), prefix)?.take(limit) {
            entry?;
            count += 1;
        }
        Ok(count)
    }

    pub(crate) fn pages(&self, txn: &impl Read) -> Result<u64> {
        let stat = self.raw.stat(txn.txn())?;
        Ok((stat.branch_pages + stat.leaf_pages + stat.overflow_pages) as u64)
    }

    /// The stored bytes of a value under the bytes of its key.
    pub(crate) fn raw_get<'t>(&self, txn: &'t impl Read, key: &[u8]) -> Result<Option<&'t [u8]>> {
        match self.may_hold(key) {
            true => Ok(self.raw.get(txn.txn(), key)?),
            false => Ok(None),
        }
    }

    pub(crate) fn raw_bytes(&self, txn: &impl Read, key: &[u8]) -> Result<Option<Vec<u8>>> {
        Ok(self.raw_get(txn, key)?.map(<[u8]>::to_vec))
    }

    /// Does something with the bytes of each key.
    pub(crate) fn each_key(&self, txn: &impl Read, mut with: impl FnMut(&[u8])) -> Result<()> {
        for entry in self.raw.remap_data_type::<DecodeIgnore>().iter(txn.txn())? {
            with(entry?.0);
        }
        Ok(())
    }

    /// Takes in what may be here; before anybody else reads or writes.
    pub(crate) fn learn(&mut self, txn: &impl Read) -> Result<()> {
        self.blank = AtomicBool::new(self.raw.is_empty(txn.txn())?);
        if self.sieve.is_some() {
            let mut keys = 0;
            self.each_key(txn, |key| keys += beginnings::<K>(key).count() as u64)?;
            self.sieve = Some(Sieve::new(keys));
            self.each_key(txn, |key| self.hold(key))?;
        }
        Ok(())
    }

    fn is_blank(&self) -> bool {
        self.blank.load(Ordering::Acquire)
    }

    /// Whether there may be an entry of this key, or one that begins with it.
    fn may_hold(&self, key: &[u8]) -> bool {
        let sieve = self.sieve.as_ref();
        !self.is_blank() && sieve.is_none_or(|sieve| sieve.may_hold(hash(key)))
    }

    /// From now on this may be held; before it is written, so that nobody who sees it is told otherwise.
    fn will_hold(&self, key: &[u8]) {
        self.blank.store(false, Ordering::Release);
        self.hold(key);
    }

    fn hold(&self, key: &[u8]) {
        if let Some(sieve) = &self.sieve {
            beginnings::<K>(key).for_each(|beginning| sieve.add(hash(beginning)));
        }
    }

    /// Stored bytes as they are: for tests and repair tools.
    #[doc(hidden)]
    pub fn put_bytes(&self, txn: &mut Writer<'_>, key: &[u8], value: &[u8]) -> Result<()> {
        self.will_hold(key);
        Ok(self.raw.put(txn.txn_mut(), key, value)?)
    }

    fn entries<'a>(
        &self,
        raw: impl Iterator<Item = heed::Result<(&'a [u8], &'a [u8])>>,
    ) -> Result<Vec<(K, V)>> {
        raw.map(|entry| self.entry(entry?)).collect()
    }

    fn entry(&self, (key, value): (&[u8], &[u8])) -> Result<(K, V)> {
        Ok((self.key(key)?, self.value(key, value)?))
    }

    pub(crate) fn key(&self, key: &[u8]) -> Result<K> {
        K::from_bytes(key).ok_or_else(|| unreadable(self.name, key, Unreadable::Key))
    }

    pub(crate) fn value(&self, key: &[u8], bytes: &[u8]) -> Result<V> {
        V::decode(bytes).map_err(|why| unreadable(self.name, key, why))
    }
}

/// By what a key is asked for: itself, and what it begins with.
fn beginnings<K: Key>(key: &[u8]) -> impl Iterator<Item = &[u8]> {
    let least = K::PREFIXES.unwrap_or(key.len()).min(key.len());
    (least..=key.len()).map(|length| &key[..length])
}

fn bytes_of<K: Key>(bound: Bound<&K>) -> Bound<Vec<u8>> {
    bound.map(Key::bytes)
}

fn as_slices(bound: &Bound<Vec<u8>>) -> Bound<&[u8]> {
    bound.as_ref().map(Vec::as_slice)
}

impl<K, V> fmt::Debug for Table<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table({})", self.name)
    }
}

impl<K, V> fmt::Debug for SparseTable<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SparseTable({})", self.0.name)
    }
}
