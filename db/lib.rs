//! The only LMDB of sallyport: its tables, the bytes of their keys and values, and the
//! versions of both. `DESIGN.md` beside this file is the contract.
//!
//! There are no business rules here and no clock: what a restricted number means, and when
//! a call ended, is for the back office to say.

pub mod codes;
mod database;
mod environment;
mod error;
pub mod keys;
mod lock;
mod look;
pub mod pattern;
mod pattern_table;
mod schema;
mod sieve;
mod table;
mod tables;
pub mod values;

pub use database::{Database, Options, Read, Reader, Usage, Writer};
pub use error::Error;
pub use keys::Key;
pub use lock::holder_of;
pub use look::{Look, look};
pub use pattern_table::{ListTable, MAX_WILDCARDS, PatternMatch, PatternTable};
pub use schema::SCHEMA_VERSION;
pub use table::{SparseTable, Table};
pub use tables::Tables;
pub use values::Value;

pub type Result<T> = std::result::Result<T, Error>;
