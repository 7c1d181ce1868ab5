use db::{Database, Options};
use tempfile::TempDir;

pub fn small() -> (TempDir, Database) {
    with_map(1 << 20)
}

pub fn with_map(map_size: u64) -> (TempDir, Database) {
    let dir = tempfile::tempdir().expect("a directory");
    let database = Database::open(dir.path(), &Options { map_size }).expect("opens");
    (dir, database)
}
