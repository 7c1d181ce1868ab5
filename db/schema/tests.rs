use super::*;
use crate::{
    Options,
    keys::{SiteKey, SpeedCode},
    values::{Meta, PinNumber, SpeedDial, Value},
};
use std::path::Path;
use types::{id::InmateId, phone_number::PhoneNumber};

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
        assert!(matches!(
            error,
            Error::NewerSchema {
                found: 9,
                known: SCHEMA_VERSION
            }
        ));
        assert!(error.to_string().contains("version 9"), "{error}");
    }
}

#[test]
fn an_older_version_without_a_step_is_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    set_version(dir.path(), 0);
    let error = Database::open(dir.path(), &SMALL).expect_err("is older");
    assert!(matches!(
        error,
        Error::OlderSchema {
            found: 0,
            known: SCHEMA_VERSION
        }
    ));
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

/// This step, and those there are.
fn from_0(run: fn(&Tables, &mut Writer<'_>) -> Result<()>) -> [Migration; 2] {
    [
        Migration { from: 0, run },
        Migration {
            from: 1,
            run: find_listers,
        },
    ]
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
    let database = Database::open_with(dir.path(), &SMALL, &from_0(shift_codes)).expect("migrates");
    assert_eq!(version(&database), Some(SCHEMA_VERSION));
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
    let error = Database::open_with(dir.path(), &SMALL, &from_0(halfway)).expect_err("fails");
    assert!(matches!(error, Error::DiskFull));
    let database = Database::open_with(dir.path(), &SMALL, &from_0(shift_codes)).expect("migrates");
    let reader = database.read().expect("reads");
    assert_eq!(
        database.tables().speed_dials.len(&reader).expect("reads"),
        3
    );
}

#[test]
fn version_2_finds_by_a_number_who_lists_it() {
    let dir = tempfile::tempdir().expect("a directory");
    let number = |digits| PhoneNumber::national(digits).expect("a number");
    let (mother, attorney) = (number("2155550123"), number("2155550188"));
    let listed = [(1, mother), (1, attorney), (2, mother)];
    {
        let database = Database::open(dir.path(), &SMALL).expect("opens");
        let mut writer = database.write().expect("writes");
        let entry = PinNumber::decode(&[1, 0, 0, 0, 0]).expect("a number of a list");
        for (inmate, number) in listed {
            let inmate = InmateId(inmate);
            let key = PinNumberKey { inmate, number };
            let table = &database.tables().pin_numbers;
            table.put(&mut writer, &key, &entry).expect("puts");
        }
        writer.commit().expect("commits");
    }
    set_version(dir.path(), 1);
    let database = Database::open(dir.path(), &SMALL).expect("migrates");
    assert_eq!(version(&database), Some(2));
    let reader = database.read().expect("reads");
    let listers = database.tables().listers.all(&reader).expect("reads");
    let found: Vec<_> = listers
        .iter()
        .map(|(key, _)| (key.inmate.0, key.number))
        .collect();
    assert_eq!(found, [(1, mother), (2, mother), (1, attorney)]);
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
