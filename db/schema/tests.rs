use super::*;
use crate::{
    Options,
    keys::{SiteKey, SpeedCode},
    values::{Meta, SpeedDial},
};
use std::path::Path;

const SMALL: Options = Options {
    map_size: 1 << 20,
    durable: true,
};

fn set_version(dir: &Path, version: u32) {
    let database = Database::open(dir, &SMALL).expect("opens");
    let mut writer = database.write().expect("writes");
    write_version(database.tables(), &mut writer, version).expect("puts");
    writer.commit().expect("commits");
}

fn version(database: &Database) -> Option<u32> {
    let reader = database.read().expect("reads");
    read_version(database.tables(), &reader).expect("is readable")
}

#[test]
fn a_new_database_gets_the_current_version() {
    let dir = tempfile::tempdir().expect("a directory");
    let database = Database::open(dir.path(), &SMALL).expect("opens");
    assert_eq!(version(&database), Some(SCHEMA_VERSION));
}

#[test]
fn the_version_and_meta_stand_beside_each_other() {
    let dir = tempfile::tempdir().expect("a directory");
    let database = Database::open(dir.path(), &SMALL).expect("opens");
    let meta = Meta {
        site: 7,
        created_utc_ms: 0,
        key_check: [0; 16],
    };
    let mut writer = database.write().expect("writes");
    let table = &database.tables().meta;
    table.put(&mut writer, &SiteKey, &meta).expect("puts");
    writer.commit().expect("commits");
    let reader = database.read().expect("reads");
    assert_eq!(table.get(&reader, &SiteKey).expect("reads"), Some(meta));
    assert_eq!(version(&database), Some(SCHEMA_VERSION));
}

#[test]
fn a_newer_version_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().expect("a directory");
    set_version(dir.path(), 9);
    for _ in 0..2 {
        let error = Database::open(dir.path(), &SMALL).expect_err("is newer");
        assert!(matches!(error, Error::NewerSchema { found: 9, known: 1 }));
        assert!(error.to_string().contains("version 9"), "{error}");
    }
}

#[test]
fn an_older_version_without_a_step_is_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    set_version(dir.path(), 0);
    let error = Database::open(dir.path(), &SMALL).expect_err("is older");
    assert!(matches!(error, Error::OlderSchema { found: 0, known: 1 }));
}

/// A made-up version 0 kept speed dials under codes counted from 0.
fn shift_codes(tables: &Tables, writer: &mut Writer<'_>) -> Result<()> {
    for (code, value) in tables.speed_dials.all(writer)?.into_iter().rev() {
        tables.speed_dials.delete(writer, &code)?;
        let code = SpeedCode(code.0 + 1);
        tables.speed_dials.put(writer, &code, &value)?;
    }
    Ok(())
}

fn fill_version_0(dir: &Path) {
    let database = Database::open(dir, &SMALL).expect("opens");
    let mut writer = database.write().expect("writes");
    for code in 0..3 {
        let dialed = format!("1555010{code}");
        let table = &database.tables().speed_dials;
        let value = SpeedDial { dialed };
        table
            .put(&mut writer, &SpeedCode(code), &value)
            .expect("puts");
    }
    writer.commit().expect("commits");
    drop(database);
    set_version(dir, 0);
}

#[test]
fn an_older_version_is_brought_forward_step_by_step() {
    let dir = tempfile::tempdir().expect("a directory");
    fill_version_0(dir.path());
    let steps = [Migration {
        from: 0,
        run: shift_codes,
    }];
    let database = Database::open_with(dir.path(), &SMALL, &steps).expect("migrates");
    assert_eq!(version(&database), Some(1));
    let reader = database.read().expect("reads");
    let entries = database.tables().speed_dials.all(&reader).expect("reads");
    let codes: Vec<u8> = entries.iter().map(|(code, _)| code.0).collect();
    assert_eq!(codes, [1, 2, 3]);
    assert_eq!(entries[0].1.dialed, "15550100");
    drop(reader);
    drop(database);
    // The second open finds nothing to do.
    Database::open(dir.path(), &SMALL).expect("opens");
}

#[test]
fn a_step_that_fails_leaves_the_old_version_whole() {
    fn halfway(tables: &Tables, writer: &mut Writer<'_>) -> Result<()> {
        tables.speed_dials.delete(writer, &SpeedCode(0))?;
        Err(Error::DiskFull)
    }
    let dir = tempfile::tempdir().expect("a directory");
    fill_version_0(dir.path());
    let steps = [Migration {
        from: 0,
        run: halfway,
    }];
    let error = Database::open_with(dir.path(), &SMALL, &steps).expect_err("fails");
    assert!(matches!(error, Error::DiskFull));
    let steps = [Migration {
        from: 0,
        run: shift_codes,
    }];
    let database = Database::open_with(dir.path(), &SMALL, &steps).expect("migrates");
    let reader = database.read().expect("reads");
    assert_eq!(
        database.tables().speed_dials.len(&reader).expect("reads"),
        3
    );
}

#[test]
fn tables_without_a_version_are_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    {
        let env = crate::environment::open(dir.path(), &SMALL).expect("opens");
        let txn = env.write_txn().expect("writes");
        let made = env.create_databases_and_commit(txn, |opener, txn| {
            let table = opener.create_database::<Bytes, Bytes>(txn, Some("something"))?;
            Ok::<_, heed::Error>(CommitOrAbort::<_, ()>::Commit(table))
        });
        made.expect("creates");
    }
    let error = Database::open(dir.path(), &SMALL).expect_err("is foreign");
    assert!(matches!(error, Error::NotOurs), "{error}");
}
