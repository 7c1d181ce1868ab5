//! The version of tables and keys, and the way from an older one to this one.

use crate::{
    Database, Error, Read, Result, Tables, Writer,
    keys::{ListerKey, PinNumberKey},
    values::Unit,
};
use heed::{
    CommitOrAbort, Env, WithoutTls,
    types::{Bytes, DecodeIgnore},
};
use std::ops::Bound;

/// The version this program writes.
pub const SCHEMA_VERSION: u32 = 2;

/// One step forward, from a version to the next.
pub(crate) struct Migration {
    pub from: u32,
    pub run: fn(&Tables, &mut Writer<'_>) -> Result<()>,
}

/// Version 1 is the first.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    from: 1,
    run: find_listers,
}];

/// Version 2 finds by a number who lists it.
fn find_listers(tables: &Tables, writer: &mut Writer<'_>) -> Result<()> {
    let mut after = Bound::Unbounded;
    loop {
        let page = tables
            .pin_numbers
            .page(writer, after.as_ref(), Bound::Unbounded, PAGE)?;
        let Some((last, _)) = page.last() else {
            return Ok(());
        };
        after = Bound::Excluded(*last);
        for (PinNumberKey { inmate, number }, _) in page {
            let key = ListerKey { number, inmate };
            tables.listers.put(writer, &key, &Unit)?;
        }
    }
}

/// Entries that a step reads at a time.
const PAGE: usize = 10_000;

/// Refuses a file that holds tables but no `meta`, before anything is written to it.
pub(crate) fn refuse_foreign(env: &Env<WithoutTls>) -> Result<()> {
    let txn = env.read_txn()?;
    let names = env.open_databases_and_commit(txn, |opener, txn| -> Result<_> {
        let names = opener
            .open_database::<Bytes, DecodeIgnore>(txn, None)?
            .expect("the unnamed table is always there");
        let empty = names.is_empty(txn)?;
        let ours = names.get(txn, b"meta")?.is_some();
        Ok(CommitOrAbort::<(), _>::Abort((empty, ours)))
    })?;
    match names.abort() {
        Some((false, false)) => Err(Error::NotOurs),
        _ => Ok(()),
    }
}

/// Writes the version into a new database, or migrates an old one.
pub(crate) fn bring_forward(database: &Database, migrations: &[Migration]) -> Result<()> {
    let tables = database.tables();
    let mut writer = database.write()?;
    let Some(found) = read_version(tables, &writer)? else {
        if !tables.meta.is_empty(&writer)? || !tables.calls.is_empty(&writer)? {
            return Err(Error::NotOurs);
        }
        write_version(tables, &mut writer, SCHEMA_VERSION)?;
        return writer.commit();
    };
    if found == SCHEMA_VERSION {
        return Ok(());
    }
    refuse_unknown(found, migrations)?;
    for version in found..SCHEMA_VERSION {
        let step = migrations.iter().find(|m| m.from == version);
        let step = step.expect("each step was looked for");
        (step.run)(tables, &mut writer)?;
    }
    write_version(tables, &mut writer, SCHEMA_VERSION)?;
    writer.commit()
}

/// Refuses a version from which no way leads to this program's.
pub(crate) fn refuse_unknown(found: u32, migrations: &[Migration]) -> Result<()> {
    let known = SCHEMA_VERSION;
    if found > known {
        return Err(Error::NewerSchema { found, known });
    }
    let step = |version| migrations.iter().any(|m| m.from == version);
    match (found..known).all(step) {
        true => Ok(()),
        false => Err(Error::OlderSchema { found, known }),
    }
}

/// The version in the bytes that are kept of it.
pub(crate) fn version(bytes: &[u8]) -> Result<u32> {
    let version = <[u8; 4]>::try_from(bytes).map_err(|_| Error::NotOurs)?;
    Ok(u32::from_be_bytes(version))
}

fn read_version(tables: &Tables, txn: &impl Read) -> Result<Option<u32>> {
    let Some(bytes) = tables.meta.raw_bytes(txn, Tables::schema_key())? else {
        return Ok(None);
    };
    version(&bytes).map(Some)
}

fn write_version(tables: &Tables, writer: &mut Writer<'_>, version: u32) -> Result<()> {
    let key = Tables::schema_key();
    tables.meta.put_bytes(writer, key, &version.to_be_bytes())
}

#[cfg(test)]
mod tests;
