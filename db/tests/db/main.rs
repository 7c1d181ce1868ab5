//! The database through its public door.

mod bench;
mod golden;
mod keys;
mod opening;
mod patterns;
mod sieve;
mod space;
