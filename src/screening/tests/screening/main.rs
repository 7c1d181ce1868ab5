//! Screening against its rules told once more, over random sites, and one scenario a behaviour.

mod calendar;
mod fraud;
mod guessing;
mod naive;
mod officer;
mod people;
mod registers;
mod scenarios;
mod world;
