//! Ways to other systems and devices. So far: card readers on serial ports.
//!
//! * [`card_reader`]: what a reader sends becomes the number of a card; pure, the time is told.
//! * [`serial`]: the port it is on, which may be unplugged and come back.

#![forbid(unsafe_code)]

pub mod card_reader;
pub mod serial;
