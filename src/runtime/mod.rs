//! What makes the objects run: the body of a line ([`station`]), its rings ([`links`]), and two
//! runners around the same objects: [`virtual_time`], one scheduler on one thread, and
//! [`threads`], one real-time thread a phone.
//!
//! Both are built from one [`plant::Plant`], so that whatever runs on the one runs on the other.
//! Nothing here decides anything about a call.

pub mod attempt;
pub mod clock;
pub mod deaths;
pub mod gauges;
pub mod links;
pub mod memory;
pub mod notice;
pub mod numbering;
pub mod office;
pub mod plant;
pub mod port_gauge;
pub mod readers;
pub mod realtime;
pub mod recording;
pub mod sched;
pub mod seed;
pub mod side;
pub mod station;
mod talk_path;
pub mod threads;
pub mod trunk_room;
pub mod virtual_time;
