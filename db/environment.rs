//! Opening LMDB: the one place of this room that is not safe Rust.
#![allow(unsafe_code)]

use crate::Options;
use heed::{Env, EnvFlags, EnvOpenOptions, WithoutTls};
use std::path::Path;

/// Reader slots; each concurrent reader needs one.
const MAX_READERS: u32 = 512;
/// Named tables LMDB makes room for; more than there are.
const MAX_TABLES: u32 = 128;
/// Where LMDB keeps the tables, and who reads them.
pub(crate) const DATA: &str = "data.mdb";
const READERS: &str = "lock.mdb";
/// LMDB wants whole pages; 64 KiB is a multiple of every page size in use.
const GRAIN: u64 = 64 * 1024;

pub(crate) fn open(dir: &Path, options: &Options) -> heed::Result<Env<WithoutTls>> {
    let whole = options
        .map_size
        .div_ceil(GRAIN)
        .max(1)
        .saturating_mul(GRAIN);
    let map_size = usize::try_from(whole).unwrap_or(usize::MAX / 2);
    let mut env = EnvOpenOptions::new().read_txn_without_tls();
    env.map_size(map_size)
        .max_readers(MAX_READERS)
        .max_dbs(MAX_TABLES);
    // SAFETY: the map is undefined behaviour if the file is changed by anything but LMDB
    // while it is mapped. The caller holds the flock of this directory, which every program of
    // ours takes first; the files are created with mode 0600; no flag that weakens LMDB's
    // own locking is set, and NO_SYNC only where the caller says that the database is thrown
    // away: it risks the file, not memory.
    let env = unsafe {
        if !options.durable {
            env.flags(EnvFlags::NO_SYNC);
        }
        env.open(dir)?
    };
    env.clear_stale_readers()?;
    Ok(env)
}

/// Opens what is there for reading alone. No file is made: one that belongs to who only looked could
/// keep the controller out.
pub(crate) fn look(dir: &Path) -> heed::Result<Env<WithoutTls>> {
    let mut env = EnvOpenOptions::new().read_txn_without_tls();
    env.max_readers(MAX_READERS).max_dbs(MAX_TABLES);
    let mut flags = EnvFlags::READ_ONLY;
    if !dir.join(READERS).exists() {
        // Nobody has it open: whoever opens it to write makes this file first.
        flags |= EnvFlags::NO_LOCK;
    }
    // SAFETY: nothing but LMDB changes the file, and by LMDB's own lock a controller that starts at
    // this moment leaves the pages alone that are read here.
    unsafe {
        env.flags(flags);
        env.open(dir)
    }
}
