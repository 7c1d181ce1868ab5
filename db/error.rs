use std::{io, path::PathBuf};

/// Why the database could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("database {path}: {source}")]
    Directory { path: PathBuf, source: io::Error },
    #[error("database {path} may be changed by others (mode {mode:03o}); do: chmod go-w {path}")]
    OpenToOthers { path: PathBuf, mode: u32 },
    #[error(
        "database {path} belongs to user {owner}, and not to the user that runs this, nor to root; \
         do: chown -R {us} {path}"
    )]
    OwnedByOthers { path: PathBuf, owner: u32, us: u32 },
    #[error("database {path} is in use by process {pid}")]
    InUse { path: PathBuf, pid: String },
    #[error("database {path} cannot be opened: {source}")]
    Open { path: PathBuf, source: heed::Error },
    #[error(
        "database has schema version {found}, this program knows {known}: \
         use the program that wrote it, or a newer one"
    )]
    NewerSchema { found: u32, known: u32 },
    #[error(
        "database has schema version {found}, and this program cannot bring it forward to {known}"
    )]
    OlderSchema { found: u32, known: u32 },
    #[error("the file holds tables but no schema version: it is not sallyport's")]
    NotOurs,
    #[error("table {table}, key {key}: {why}")]
    Unreadable {
        table: &'static str,
        /// The key's bytes in hexadecimal.
        key: String,
        why: Unreadable,
    },
    #[error("table {table} holds {limit} patterns with ? already, no more are taken")]
    TooManyWildcards { table: &'static str, limit: usize },
    #[error("the database has reached its map size: raise it, or archive")]
    Full,
    #[error("no room left on the disk of the database")]
    DiskFull,
    #[error("database: {0}")]
    Storage(heed::Error),
}

/// What is wrong with stored bytes.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("the value is empty")]
    Empty,
    #[error("value version {0} is not known")]
    Version(u8),
    #[error("value does not decode: {0}")]
    Malformed(String),
    #[error("{0} bytes follow the value")]
    Trailing(usize),
    #[error("the key does not decode")]
    Key,
}

impl From<heed::Error> for Error {
    fn from(error: heed::Error) -> Error {
        match error {
            heed::Error::Mdb(heed::MdbError::MapFull) => Error::Full,
            heed::Error::Io(e) if e.kind() == io::ErrorKind::StorageFull => Error::DiskFull,
            other => Error::Storage(other),
        }
    }
}

pub(crate) fn unreadable(table: &'static str, key: &[u8], why: Unreadable) -> Error {
    let key = key.iter().map(|b| format!("{b:02x}")).collect();
    Error::Unreadable { table, key, why }
}
