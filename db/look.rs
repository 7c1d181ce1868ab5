//! A look at a database that is not to be opened: whose it is, and whether it could be opened. Nothing of
//! it is changed, and nothing is locked that a controller that starts would want.

use crate::{
    Error, Result, Tables, Value, database, environment, error::unreadable, holder_of, schema,
    values::Meta,
};
use heed::{CommitOrAbort, types::Bytes};
use std::path::Path;

/// What is in the directory of a database.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Look {
    /// Nothing yet, or nothing but empty tables.
    Empty,
    /// A process has it open, and has seen to all this.
    Held(u32),
    /// It can be opened.
    Good(Meta),
}

/// What [`Database::open`](crate::Database::open) would find.
///
/// # Errors
/// Those that opening would have.
pub fn look(dir: &Path) -> Result<Look> {
    if !dir.exists() {
        return Ok(Look::Empty);
    }
    database::trusted(dir)?;
    if !dir.join(environment::DATA).exists() {
        return Ok(Look::Empty);
    }
    if let Some(process) = holder_of(dir) {
        return Ok(Look::Held(process));
    }
    let env = environment::look(dir).map_err(|source| Error::Open {
        path: dir.to_owned(),
        source,
    })?;
    schema::refuse_foreign(&env)?;
    let txn = env.read_txn()?;
    let found = env.open_databases_and_commit(txn, |opener, txn| -> Result<_> {
        let Some(meta) = opener.open_database::<Bytes, Bytes>(txn, Some("meta"))? else {
            return Ok(CommitOrAbort::<(), _>::Abort(None));
        };
        let version = meta.get(txn, Tables::schema_key())?.map(schema::version);
        let site = meta.get(txn, b"site")?.map(<[u8]>::to_vec);
        Ok(CommitOrAbort::Abort(Some((version.transpose()?, site))))
    })?;
    match found.abort().flatten() {
        Some((Some(version), site)) => {
            schema::refuse_unknown(version, schema::MIGRATIONS)?;
            site.map_or(Ok(Look::Empty), |bytes| {
                let meta = Meta::decode(&bytes).map_err(|why| unreadable("meta", b"site", why))?;
                Ok(Look::Good(meta))
            })
        }
        _ => Ok(Look::Empty),
    }
}
