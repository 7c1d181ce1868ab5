//! The interface through its door: requests over a real socket, to a server with a real back office.

mod bench;
mod described;
mod door;
mod durations;
mod holidays;
mod numbers;
mod roles;
mod schedules;
mod speed_dials;
