//! The program's log: lines for people, or JSON. Written by a thread of its own, so that nobody
//! who logs waits for a disk; line threads never log, their facts come here by way of the hub.

mod facts;

use std::io;

use slog::{Drain, Level, LevelFilter, Logger, o};
use slog_async::{Async, AsyncGuard, OverflowStrategy};

pub use facts::log_fact;

/// Messages that may wait for the writing thread; past that they are counted and dropped, and
/// the count is logged.
const QUEUE: usize = 8192;

/// How the log is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// For a person at a terminal.
    Words,
    /// One JSON object a line.
    Json,
    /// Nothing but warnings, in words: for a program whose output is something else.
    Warnings,
}

/// A logger on standard error. Keep the guard to the end of the program: when it is dropped,
/// what is queued is written.
pub fn start(format: Format) -> (Logger, AsyncGuard) {
    let level = match format {
        Format::Words | Format::Json => Level::Info,
        Format::Warnings => Level::Warning,
    };
    let (drain, guard) = match format {
        Format::Words | Format::Warnings => {
            let decorator = slog_term::TermDecorator::new().stderr().build();
            let drain = slog_term::FullFormat::new(decorator)
                .use_utc_timestamp()
                .build()
                .ignore_res();
            queue(drain)
        }
        Format::Json => queue(slog_json::Json::default(io::stderr()).ignore_res()),
    };
    let drain = LevelFilter::new(drain, level).ignore_res();
    (Logger::root(drain, o!()), guard)
}

fn queue<D>(drain: D) -> (Async, AsyncGuard)
where
    D: Drain<Ok = (), Err = slog::Never> + Send + 'static,
{
    Async::new(drain)
        .chan_size(QUEUE)
        .overflow_strategy(OverflowStrategy::DropAndReport)
        .build_with_guard()
}
