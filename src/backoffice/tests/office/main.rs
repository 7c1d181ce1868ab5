//! The back office through its public door.

mod admin;
mod admission;
mod batches;
mod bench;
mod called_party;
mod crash;
mod ending;
mod ending_is_idempotent;
mod explain;
mod fraud;
mod full;
mod groups;
mod guessing;
mod identity;
mod journal;
mod opening;
mod pins;
mod reading;
mod recording;
mod registers;
mod registers_model;
mod routes;
mod schedules;
mod screening;
mod treatments;
