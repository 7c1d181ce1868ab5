//! Screening against an oracle over all combinations, and one scenario a behaviour.

mod calendar;
mod every_combination;
mod oracle;
mod scenarios;
mod world;
