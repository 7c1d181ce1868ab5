//! Screening against an oracle over all combinations, and one scenario a behaviour.

mod calendar;
mod every_combination;
mod fraud;
mod guessing;
mod officer;
mod oracle;
mod people;
mod registers;
mod scenarios;
mod world;
