//! The running part: stations, rings, both runners; and what one line's misfortune does to the
//! others. Ports, lines and the back office are scripted here, so that faults come on cue.

mod allocator;
mod deaths;
mod office;
mod parts;
mod readers;
mod real;
mod recorder;
mod rings;
mod scripted_line;
mod services;
mod station;
mod stop;
mod trunk_room;
mod watchful;
mod world;
