//! Card readers: one thread looks at all of them and tells each card to the line of its phone.

use super::threads::LineDoor;
use gateways::serial::{Event, Reader, Wire};
use mio::{Events, Interest, Poll, Registry, Token, Waker, unix::SourceFd};
use slog::{Logger, info, warn};
use std::{
    fmt, io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};
use types::{
    id::LineId,
    query::LineCommand,
    tick::{Tick, Ticks},
};

use super::clock::Clock;

/// Cards of one reader are told to its line no faster: a reader gone mad leaves room for an officer's
/// commands.
const CARDS_APART: Ticks = Ticks::ms(250);
/// Bad readings of one reader are told no more often.
const BAD_APART: Ticks = Ticks::secs(10);

/// The token of the waker; a reader's is its place.
const STOP: Token = Token(usize::MAX);

/// The thread, until it is dropped.
pub struct Readers {
    running: Option<Running>,
}

struct Running {
    stop: Arc<AtomicBool>,
    waker: Waker,
    thread: JoinHandle<()>,
}

struct Seat {
    line: LineId,
    reader: Reader,
    /// The open port is waited on.
    waited_on: bool,
    card_at: Option<Tick>,
    bad_at: Option<Tick>,
}

/// What the thread works with. While nothing comes of any reader it sleeps.
struct Room {
    seats: Vec<Seat>,
    poll: Poll,
    stop: Arc<AtomicBool>,
    door: LineDoor,
    clock: Clock,
    log: Logger,
}

impl Readers {
    /// Looks at the readers of these lines from now on.
    ///
    /// # Errors
    /// When the system gives no thread, or nothing to wait with.
    pub fn start(
        wires: &[(LineId, Wire)],
        door: LineDoor,
        clock: Clock,
        log: Logger,
    ) -> io::Result<Readers> {
        if wires.is_empty() {
            return Ok(Readers { running: None });
        }
        let seat = |(line, wire): &(LineId, Wire)| Seat {
            line: *line,
            reader: Reader::new(wire.clone()),
            waited_on: false,
            card_at: None,
            bad_at: None,
        };
        let poll = Poll::new()?;
        let waker = Waker::new(poll.registry(), STOP)?;
        let stop = Arc::new(AtomicBool::new(false));
        let room = Room {
            seats: wires.iter().map(seat).collect(),
            poll,
            stop: Arc::clone(&stop),
            door,
            clock,
            log,
        };
        let builder = thread::Builder::new().name("readers".to_owned());
        let thread = builder.spawn(move || room.run())?;
        let running = Running {
            stop,
            waker,
            thread,
        };
        Ok(Readers {
            running: Some(running),
        })
    }
}

impl Room {
    fn run(mut self) {
        let mut events = Events::with_capacity(64);
        while !self.stop.load(Ordering::Acquire) {
            let registry = self.poll.registry();
            for (at, seat) in self.seats.iter_mut().enumerate() {
                let now = self.clock.now();
                seat.turn(now, &self.door, &self.log);
                seat.wait(now, registry, Token(at), &self.log);
            }
            let now = self.clock.now();
            let due = self.seats.iter().filter_map(|s| s.reader.deadline(now));
            let timeout = due.min().map(|at| self.clock.until(at));
            // An interrupted wait is a short one.
            let _ = self.poll.poll(&mut events, timeout);
        }
    }
}

impl Seat {
    /// Has the thread wake for a port that has been opened.
    fn wait(&mut self, now: Tick, registry: &Registry, token: Token, log: &Logger) {
        // A port that is closed is waited on no more.
        let Some(descriptor) = self.reader.descriptor() else {
            self.waited_on = false;
            return;
        };
        if self.waited_on {
            return;
        }
        let interest = Interest::READABLE;
        match registry.register(&mut SourceFd(&descriptor), token, interest) {
            Ok(()) => self.waited_on = true,
            Err(why) => {
                let line = self.line;
                self.reader.lost(now, why.to_string(), |event| {
                    if let Event::Lost(why) = event {
                        tell_lost(log, line, &why);
                    }
                });
            }
        }
    }

    fn turn(&mut self, now: Tick, door: &LineDoor, log: &Logger) {
        let Seat {
            line,
            reader,
            card_at,
            bad_at,
            ..
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
            Event::Lost(why) => tell_lost(log, *line, &why),
            Event::Works => info!(log, "the card reader of line {} works again", line),
        });
    }
}

fn tell_lost(log: &Logger, line: LineId, why: &str) {
    let what = "alarm: the card reader of line";
    warn!(log, "{} {} does not work: {}", what, line, why);
}

impl Drop for Readers {
    fn drop(&mut self) {
        let Some(running) = self.running.take() else {
            return;
        };
        running.stop.store(true, Ordering::Release);
        // Without a wake the thread would be waited for in vain.
        if running.waker.wake().is_ok() {
            // A panic there has been told by its own message.
            let _ = running.thread.join();
        }
    }
}

impl fmt::Debug for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readers").finish_non_exhaustive()
    }
}
