//! A table: typed keys and values over the bytes that LMDB sorts.

use crate::{
    Key, Read, Result, Value, Writer,
    error::{Unreadable, unreadable},
};
use heed::types::{Bytes, DecodeIgnore};
use std::{fmt, marker::PhantomData, ops::Bound};

pub(crate) type Raw = heed::Database<'static, Bytes, Bytes>;

/// A table of `V` by `K`.
pub struct Table<K, V> {
    name: &'static str,
    raw: Raw,
    kind: PhantomData<fn(K) -> V>,
}

impl<K: Key, V: Value> Table<K, V> {
    pub(crate) fn new(name: &'static str, raw: Raw) -> Table<K, V> {
        Table {
            name,
            raw,
            kind: PhantomData,
        }
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    pub fn get(&self, txn: &impl Read, key: &K) -> Result<Option<V>> {
        let key = key.bytes();
        match self.raw.get(txn.txn(), &key)? {
            Some(bytes) => Ok(Some(self.value(&key, bytes)?)),
            None => Ok(None),
        }
    }

    /// The stored bytes of a value, version byte included.
    pub fn bytes(&self, txn: &impl Read, key: &K) -> Result<Option<Vec<u8>>> {
        let found = self.raw.get(txn.txn(), &key.bytes())?;
        Ok(found.map(<[u8]>::to_vec))
    }

    pub fn contains(&self, txn: &impl Read, key: &K) -> Result<bool> {
        Ok(self.raw.get(txn.txn(), &key.bytes())?.is_some())
    }

    pub fn put(&self, txn: &mut Writer<'_>, key: &K, value: &V) -> Result<()> {
        Ok(self
            .raw
            .put(txn.txn_mut(), &key.bytes(), &value.encoded())?)
    }

    /// Takes an entry out; `false` when there was none.
    pub fn delete(&self, txn: &mut Writer<'_>, key: &K) -> Result<bool> {
        Ok(self.raw.delete(txn.txn_mut(), &key.bytes())?)
    }

    pub fn len(&self, txn: &impl Read) -> Result<u64> {
        Ok(self.raw.len(txn.txn())?)
    }

    pub fn is_empty(&self, txn: &impl Read) -> Result<bool> {
        Ok(self.raw.is_empty(txn.txn())?)
    }

    /// The entry with the greatest key.
    pub fn last(&self, txn: &impl Read) -> Result<Option<(K, V)>> {
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
        Ok(self.raw.get(txn.txn(), key)?)
    }

    /// Does something with the bytes of each key.
    pub(crate) fn each_key(&self, txn: &impl Read, mut with: impl FnMut(&[u8])) -> Result<()> {
        for entry in self.raw.remap_data_type::<DecodeIgnore>().iter(txn.txn())? {
            with(entry?.0);
        }
        Ok(())
    }

    /// Nothing of a plain table is held in memory.
    pub(crate) fn learn(&mut self, _: &impl Read) -> Result<()> {
        Ok(())
    }

    pub(crate) fn raw_bytes(&self, txn: &impl Read, key: &[u8]) -> Result<Option<Vec<u8>>> {
        Ok(self.raw.get(txn.txn(), key)?.map(<[u8]>::to_vec))
    }

    /// Stored bytes as they are: for tests and repair tools.
    #[doc(hidden)]
    pub fn put_bytes(&self, txn: &mut Writer<'_>, key: &[u8], value: &[u8]) -> Result<()> {
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
