//! The wiring of sallyport: real clock and virtual time, threads, the site file, logs, records
//! as text, the command line and the demonstration. No decision about a call is made here.

pub mod cli;
pub mod control;
pub mod demo;
mod files;
pub mod log;
pub mod records;
pub mod runtime;
pub mod site;
