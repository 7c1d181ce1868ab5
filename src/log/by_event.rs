//! The time of a line of the log: of what it tells, where that is known, and not of when somebody came
//! to write it.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use slog::{Drain, KV, Key, Never, OwnedKVList, Record, Serializer};

use super::{Options, facts::MS};
use crate::{records::rfc3339, runtime::clock::utc_ms};

/// No event: the line's time is now.
const NOW: i64 = i64::MIN;

/// When what is being written happened. One thread writes.
#[derive(Debug)]
pub struct Moment(AtomicI64);

impl Default for Moment {
    fn default() -> Moment {
        Moment(AtomicI64::new(NOW))
    }
}

impl Moment {
    /// In UTC, with milliseconds.
    pub fn text(&self) -> String {
        rfc3339(match self.0.load(Ordering::Relaxed) {
            NOW => utc_ms(),
            event => event,
        })
    }
}

/// Reads the event's time from a line before it is formatted.
pub struct ByEvent<D> {
    to: D,
    moment: Arc<Moment>,
    tick_zero_utc_ms: i64,
}

impl<D> ByEvent<D> {
    pub fn new(to: D, moment: Arc<Moment>, options: Options) -> ByEvent<D> {
        ByEvent {
            to,
            moment,
            tick_zero_utc_ms: options.tick_zero_utc_ms,
        }
    }
}

impl<D: Drain<Ok = (), Err = Never>> Drain for ByEvent<D> {
    type Ok = ();
    type Err = Never;

    fn log(&self, record: &Record<'_>, values: &OwnedKVList) -> Result<(), Never> {
        let mut found = EventMs(None);
        // Nothing of it can fail: it only looks.
        let _ = values.serialize(record, &mut found);
        let event = found.0.and_then(|ms| i64::try_from(ms).ok());
        let event = event.map_or(NOW, |ms| self.tick_zero_utc_ms.saturating_add(ms));
        self.moment.0.store(event, Ordering::Relaxed);
        self.to.log(record, values)
    }
}

/// Looks for a fact's time among the values of a line.
struct EventMs(Option<u64>);

impl Serializer for EventMs {
    fn emit_arguments(&mut self, _: Key, _: &fmt::Arguments<'_>) -> slog::Result {
        Ok(())
    }

    fn emit_u64(&mut self, key: Key, value: u64) -> slog::Result {
        if key == MS {
            self.0 = Some(value);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use slog::{Level, Logger, info, o};
    use std::sync::Mutex;

    /// Keeps the times of the lines that reach it.
    struct Times(Arc<Moment>, Arc<Mutex<Vec<String>>>);

    impl Drain for Times {
        type Ok = ();
        type Err = Never;

        fn log(&self, _: &Record<'_>, _: &OwnedKVList) -> Result<(), Never> {
            self.1.lock().expect("no panic").push(self.0.text());
            Ok(())
        }
    }

    #[test]
    fn a_line_has_the_time_of_what_it_tells_and_any_other_that_of_its_writing() {
        let (moment, times) = (Arc::new(Moment::default()), Arc::default());
        let options = Options {
            json: false,
            level: Level::Info,
            tick_zero_utc_ms: 1_795_301_638_000,
        };
        let keep = Times(Arc::clone(&moment), Arc::clone(&times));
        let log = Logger::root(ByEvent::new(keep, moment, options), o!());
        let before = utc_ms();
        info!(log.new(o!("line" => 1, MS => 250_u64)), "off-hook");
        info!(log, "stopping");
        let times = times.lock().expect("no panic");
        assert_eq!(times[0], "2026-11-21T22:53:58.250Z");
        assert!(times[1] >= rfc3339(before), "{}", times[1]);
    }
}
