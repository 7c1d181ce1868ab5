//! The program's log: lines for people, or JSON. Written by a thread of its own, so that nobody
//! who logs waits for a disk; line threads never log, their facts come here by way of the hub.

mod by_event;
mod facts;

use std::{io, sync::Arc};

use slog::{Drain, FnValue, Level, LevelFilter, Logger, PushFnValue, Record, o};
use slog_async::{Async, AsyncGuard, OverflowStrategy};
use slog_json::Json;

pub use facts::log_fact;

use by_event::{ByEvent, Moment};

/// Messages that may wait for the writing thread; past that they are counted and dropped, and
/// the count is logged.
const QUEUE: usize = 8192;

/// What is logged, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// One JSON object a line; else words for a person at a terminal.
    pub json: bool,
    /// Nothing less serious.
    pub level: Level,
    /// UTC in milliseconds since 1970 at tick zero of the controller's clock.
    pub tick_zero_utc_ms: i64,
}

impl Options {
    /// Nothing but warnings, in words: for a program whose output is something else.
    pub const WARNINGS: Options = Options {
        json: false,
        level: Level::Warning,
        tick_zero_utc_ms: 0,
    };
}

/// A logger on standard error. Keep the guard to the end of the program: when it is dropped,
/// what is queued is written.
pub fn start(options: Options) -> (Logger, AsyncGuard) {
    let moment = Arc::new(Moment::default());
    let (drain, guard) = match options.json {
        false => {
            let decorator = slog_term::TermDecorator::new().stderr().build();
            let time = Arc::clone(&moment);
            let words = slog_term::FullFormat::new(decorator)
                .use_custom_timestamp(move |to| write!(to, "{}", time.text()))
                .build();
            queue(ByEvent::new(words.ignore_res(), moment, options))
        }
        true => queue(ByEvent::new(json(&moment).ignore_res(), moment, options)),
    };
    let drain = LevelFilter::new(drain, options.level).ignore_res();
    (Logger::root(drain, o!()), guard)
}

fn json(moment: &Arc<Moment>) -> Json<io::Stderr> {
    let time = Arc::clone(moment);
    Json::new(io::stderr())
        .add_key_value(o!(
            "ts" => FnValue(move |_: &Record<'_>| time.text()),
            "level" => FnValue(|record: &Record<'_>| record.level().as_short_str()),
            "msg" => PushFnValue(|record: &Record<'_>, to| to.emit(record.msg())),
        ))
        .build()
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
