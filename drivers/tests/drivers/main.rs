//! What the drivers room promises, by name.

mod bench;
mod called_office;
mod clocked;
mod contract;
mod copper;
mod exchange;
mod handset;
mod law;
mod ports;
mod register;
mod wrap;
