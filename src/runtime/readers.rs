//! Card readers: one thread looks at all of them and tells each card to the line of its phone.

use super::threads::LineDoor;
use gateways::serial::{Event, Reader, Wire};
use slog::{Logger, info, warn};
use std::{
    fmt, io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};
use types::{
    id::LineId,
    query::LineCommand,
    tick::{Tick, Ticks},
};

use super::clock::Clock;

/// How often the ports are looked at: nobody notices so little.
const LOOK_EACH: Duration = Duration::from_millis(20);
/// Cards of one reader are told to its line no faster: a reader gone mad leaves room for an officer's
/// commands.
const CARDS_APART: Ticks = Ticks::ms(250);
/// Bad readings of one reader are told no more often.
const BAD_APART: Ticks = Ticks::secs(10);

/// The thread, until it is dropped.
pub struct Readers {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

struct Seat {
    line: LineId,
    reader: Reader,
    card_at: Option<Tick>,
    bad_at: Option<Tick>,
}

impl Readers {
    /// Looks at the readers of these lines from now on.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        wires: &[(LineId, Wire)],
        door: LineDoor,
        clock: Clock,
        log: Logger,
    ) -> io::Result<Readers> {
        let stop = Arc::new(AtomicBool::new(false));
        let seat = |(line, wire): &(LineId, Wire)| Seat {
            line: *line,
            reader: Reader::new(wire.clone()),
            card_at: None,
            bad_at: None,
        };
        let mut seats: Vec<Seat> = wires.iter().map(seat).collect();
        let thread = match seats.is_empty() {
            true => None,
            false => {
                let stop = Arc::clone(&stop);
                let look = move || {
                    while !stop.load(Ordering::Relaxed) {
                        for seat in &mut seats {
                            seat.turn(clock.now(), &door, &log);
                        }
                        thread::sleep(LOOK_EACH);
                    }
                };
                let builder = thread::Builder::new().name("readers".to_owned());
                Some(builder.spawn(look)?)
            }
        };
        Ok(Readers { stop, thread })
    }
}

impl Seat {
    fn turn(&mut self, now: Tick, door: &LineDoor, log: &Logger) {
        let Seat {
            line,
            reader,
            card_at,
            bad_at,
        } = self;
        let soon = |last: &mut Option<Tick>, apart: Ticks| {
            let soon = last.is_some_and(|last| now.since(last) < apart);
            if !soon {
                *last = Some(now);
            }
            soon
        };
        reader.turn(now, |event| match event {
            Event::Card(card) if !soon(card_at, CARDS_APART) => {
                if let Err(why) = door.command(*line, LineCommand::Card(card)) {
                    warn!(log, "a card was not taken"; "line" => line.0, "why" => %why);
                }
            }
            Event::Bad(fault) if !soon(bad_at, BAD_APART) => {
                warn!(log, "a card was read badly"; "line" => line.0, "why" => %fault);
            }
            Event::Card(_) | Event::Bad(_) => {}
            Event::Lost(why) => {
                warn!(
                    log,
                    "alarm: the card reader of line {} does not work: {}", line, why
                );
            }
            Event::Works => info!(log, "the card reader of line {} works again", line),
        });
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A panic there has been told by its own message.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readers").finish_non_exhaustive()
    }
}
