use crate::bench::with_map;
use db::{Database, Error, Options, keys::DateKey, values::Holiday};

fn fill(database: &Database, year: i16, count: u16) -> db::Result<()> {
    let holidays = &database.tables().holidays;
    let mut writer = database.write()?;
    for n in 0..count {
        let [month, day] = n.to_be_bytes();
        let value = Holiday {
            name: "x".repeat(150),
        };
        holidays.put(&mut writer, &DateKey { year, month, day }, &value)?;
    }
    writer.commit()
}

#[test]
fn a_full_map_is_an_error_of_its_own_and_stays_readable() {
    let (_dir, database) = with_map(1 << 20);
    let mut year = 0;
    let error = loop {
        match fill(&database, year, 100) {
            Ok(()) => year += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::Full), "{error}");
    assert!(database.usage().expect("counts").percent() >= 90);
    let reader = database.read().expect("reads");
    let there = database.tables().holidays.len(&reader).expect("reads");
    assert_eq!(
        there,
        100 * u64::from(year.unsigned_abs()),
        "the last transaction is gone whole"
    );
}

#[test]
fn usage_counts_what_is_used_again_only_once() {
    let (_dir, database) = with_map(8 << 20);
    fill(&database, 1, 1000).expect("fits");
    let before = database.usage().expect("counts");
    for _ in 0..20 {
        fill(&database, 1, 1000).expect("fits");
    }
    let after = database.usage().expect("counts");
    assert!(
        after.used <= before.used + before.used / 10,
        "{before:?} {after:?}"
    );
    assert!(after.used <= after.high_water && after.high_water <= after.map);
}

#[test]
fn a_map_can_be_raised_at_the_next_open() {
    let (dir, database) = with_map(1 << 20);
    let mut year = 0;
    while fill(&database, year, 100).is_ok() {
        year += 1;
    }
    drop(database);
    let options = Options {
        map_size: 4 << 20,
        durable: true,
    };
    let database = Database::open(dir.path(), &options).expect("opens");
    fill(&database, year, 100).expect("fits now");
    assert!(database.usage().expect("counts").percent() < 50);
}

#[test]
fn a_map_of_odd_size_is_rounded_up() {
    let (_dir, database) = with_map((1 << 20) + 1);
    assert_eq!(
        database.usage().expect("counts").map,
        (1 << 20) + (64 << 10)
    );
}

#[test]
fn the_default_map_is_sparse() {
    let dir = tempfile::tempdir().expect("a directory");
    let database = Database::open(dir.path(), &Options::default()).expect("opens");
    assert_eq!(database.usage().expect("counts").map, 64 << 30);
    let file = std::fs::metadata(dir.path().join("data.mdb")).expect("is there");
    assert!(file.len() < 1 << 20);
}
