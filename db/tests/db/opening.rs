use crate::bench::small;
use db::{
    Database, Error, Options, Writer,
    keys::{CounterKey, CounterKind},
    values::Counter,
};
use std::{fs, os::unix::fs::PermissionsExt};
use types::id::LineId;

const KEY: CounterKey = CounterKey {
    kind: CounterKind::EmptyOffHook,
    index: 1,
};

#[test]
fn the_directory_is_for_its_owner_alone() {
    let parent = tempfile::tempdir().expect("a directory");
    let dir = parent.path().join("deep/data");
    let _database = Database::open(
        &dir,
        &Options {
            map_size: 1 << 20,
            durable: true,
        },
    )
    .expect("opens");
    let mode = |path| fs::metadata(path).expect("is there").permissions().mode() & 0o777;
    assert_eq!(mode(dir.clone()), 0o700);
    assert_eq!(mode(dir.join("data.mdb")), 0o600);
    assert_eq!(mode(dir.join("sallyport.lock")), 0o600);
}

#[test]
fn a_second_open_is_refused_with_the_process_that_has_it() {
    let (dir, _database) = small();
    let error = Database::open(dir.path(), &Options::default()).expect_err("is in use");
    let text = error.to_string();
    assert!(matches!(error, Error::InUse { .. }), "{text}");
    let pid = std::process::id().to_string();
    assert!(text.contains(&pid), "{text}");
}

#[test]
fn who_has_a_database_open_is_told_without_touching_its_lock() {
    let (dir, database) = small();
    assert_eq!(db::holder_of(dir.path()), Some(std::process::id()));
    drop(database);
    // Its number stays in the file.
    assert!(dir.path().join("sallyport.lock").exists());
    assert_eq!(db::holder_of(dir.path()), None);
    let empty = tempfile::tempdir().expect("a directory");
    assert_eq!(db::holder_of(empty.path()), None);
}

#[test]
fn a_closed_database_opens_again_with_what_was_committed() {
    let (dir, database) = small();
    let mut writer = database.write().expect("writes");
    let counters = &database.tables().counters;
    counters
        .put(&mut writer, &KEY, &Counter { count: 3 })
        .expect("puts");
    writer.commit().expect("commits");
    drop(database);
    let database = Database::open(
        dir.path(),
        &Options {
            map_size: 1 << 20,
            durable: true,
        },
    )
    .expect("opens");
    let reader = database.read().expect("reads");
    let found = database.tables().counters.get(&reader, &KEY);
    assert_eq!(found.expect("reads"), Some(Counter { count: 3 }));
}

#[test]
fn a_transaction_that_is_dropped_leaves_nothing() {
    let (_dir, database) = small();
    let counters = &database.tables().counters;
    let mut writer = database.write().expect("writes");
    counters
        .put(&mut writer, &KEY, &Counter { count: 3 })
        .expect("puts");
    drop(writer);
    let reader = database.read().expect("reads");
    assert!(counters.is_empty(&reader).expect("reads"));
}

#[test]
fn a_reader_sees_the_last_commit_before_it_began() {
    let (_dir, database) = small();
    let counters = &database.tables().counters;
    let reader = database.read().expect("reads");
    let mut writer = database.write().expect("writes");
    counters
        .put(&mut writer, &KEY, &Counter { count: 3 })
        .expect("puts");
    writer.commit().expect("commits");
    assert_eq!(counters.get(&reader, &KEY).expect("reads"), None);
    let later = database.read().expect("reads");
    assert!(counters.contains(&later, &KEY).expect("reads"));
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    fs::write(dir.path().join("data.mdb"), vec![7; 1 << 16]).expect("writes");
    let error = Database::open(dir.path(), &Options::default()).expect_err("is no database");
    assert!(matches!(error, Error::Open { .. }), "{error}");
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("file");
    fs::write(&file, "").expect("writes");
    let error = Database::open(&file.join("data"), &Options::default()).expect_err("is a file");
    assert!(error.to_string().contains("file/data"), "{error}");
}

/// The transaction of a look that is over serves the next one, but never beyond a commit.
#[test]
fn a_look_sees_what_was_committed_before_it_whatever_looks_went_before() {
    let (_dir, database) = small();
    let count = |database: &Database| {
        let reader = database.read().expect("reads");
        database.tables().counters.len(&reader).expect("reads")
    };
    let key = |line| CounterKey::of_line(CounterKind::EmptyOffHook, LineId(line));
    let put = |writer: &mut Writer<'_>, line| {
        let counters = &database.tables().counters;
        let one = Counter { count: 1 };
        counters.put(writer, &key(line), &one).expect("puts");
    };
    let before = count(&database);
    let begun_before = database.read().expect("reads");
    let mut writer = database.write().expect("writes");
    let begun_meanwhile = database.read().expect("reads");
    put(&mut writer, 1);
    assert_eq!(count(&database), before);
    writer.commit().expect("commits");
    assert_eq!(count(&database), before + 1);
    for begun in [begun_before, begun_meanwhile] {
        let counters = &database.tables().counters;
        assert_eq!(counters.len(&begun).expect("reads"), before);
        drop(begun);
        assert_eq!(count(&database), before + 1);
    }
    let mut given_up = database.write().expect("writes");
    put(&mut given_up, 2);
    drop(given_up);
    assert_eq!(count(&database), before + 1);
}
