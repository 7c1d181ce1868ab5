use db::{Database, Options};
use tempfile::TempDir;

pub fn small() -> (TempDir, Database) {
    with_map(1 << 20)
}

pub fn with_map(map_size: u64) -> (TempDir, Database) {
    let dir = tempfile::tempdir().expect("a directory");
    let database = Database::open(
        dir.path(),
        &Options {
            map_size,
            durable: true,
        },
    )
    .expect("opens");
    (dir, database)
}

/// How often a property is tried: few, unless `PROPTEST_CASES` says otherwise.
pub fn cases(usual: u32) -> proptest::test_runner::Config {
    let asked = std::env::var("PROPTEST_CASES").ok();
    let cases = asked.and_then(|cases| cases.parse().ok());
    proptest::test_runner::Config::with_cases(cases.unwrap_or(usual))
}
