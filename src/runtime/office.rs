//! The back office as the runners see it, and the group commit that both of them use: answers
//! go out only when what they rest on is on disk.

use crate::runtime::{deaths::message, links::is_answered};
use std::{
    any::Any,
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
};
use types::{
    call_record::Recorded,
    id::{LineId, OfficerId},
    query::{Answered, Asked, Query, Reply},
    settings::CallSettings,
    tick::{Tick, Ticks},
};

/// Requests that one commit may carry.
pub const BATCH: usize = 64;
/// How long the first request of a batch may wait for others.
pub const BATCH_WAIT: Ticks = Ticks::ms(5);
/// Ends of calls that could not be written are tried again this often.
pub const RETRY: Ticks = Ticks::secs(1);
/// So many of them are kept. More are dropped and counted: their records end at the last
/// second that was seen, as after a crash.
pub const UNWRITTEN: usize = 4096;

/// A back office: one batch of questions is one transaction. No threads, no clock. A panic within one
/// call leaves it as if that had not been called.
pub trait Office: Any + Send {
    /// Answers the questions in their order; what the answers rest on is on disk when this
    /// returns. `Seen` and `EmptyOffHook` get no answer; a question that can't be served gets
    /// `Unavailable`, and nothing of it is left behind.
    fn serve(&mut self, now: Tick, batch: &[(LineId, Asked)]) -> Vec<(LineId, Answered)>;

    /// Why something could not be served since this was asked last.
    fn take_failure(&mut self) -> Option<String>;

    /// Whether calls that must be recorded can be; told before each batch, if there is a recorder.
    fn recorder(&mut self, works: bool);

    /// Notes what closed recordings hold; `false` when it is not on disk.
    fn recorded(&mut self, now: Tick, recordings: &[Recorded]) -> bool;

    /// What the wall clock says at this tick; told at the start and each second.
    fn anchor(&mut self, now: Tick, utc_ms: i64);

    /// The settings of phones that changed since this was asked last; asked each second. What they
    /// were when the plant was made is no change.
    fn settings_changes(&mut self, now: Tick) -> Vec<(LineId, CallSettings)>;

    /// Lines whose call an officer cuts, since this was asked last; asked after the changes.
    fn cuts(&mut self) -> Vec<LineId>;

    /// Lines whose call an officer confirms at a console, since this was asked last. Each is told at once
    /// or never: a later call is another one.
    fn words(&mut self, now: Tick) -> Vec<(LineId, OfficerId)>;
}

/// A back office with the batch it is at.
pub struct OfficeRoom {
    office: Box<dyn Office>,
    batch: Vec<(LineId, Asked)>,
    unwritten: VecDeque<(LineId, Asked)>,
    retry_at: Option<Tick>,
    dropped: u64,
    /// Why the last commit failed, until one succeeds.
    failing: Option<String>,
    /// What recordings hold, to be noted.
    recorded: Vec<Recorded>,
    /// What the back office said as it panicked, each time.
    panics: VecDeque<String>,
}

impl std::fmt::Debug for OfficeRoom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OfficeRoom")
            .field("batch", &self.batch.len())
            .field("unwritten", &self.unwritten.len())
            .field("failing", &self.failing)
            .finish_non_exhaustive()
    }
}

impl OfficeRoom {
    pub fn new(office: Box<dyn Office>) -> OfficeRoom {
        OfficeRoom {
            office,
            batch: Vec::with_capacity(BATCH),
            unwritten: VecDeque::new(),
            retry_at: None,
            dropped: 0,
            failing: None,
            recorded: Vec::new(),
            panics: VecDeque::new(),
        }
    }

    pub fn office(&mut self) -> &mut dyn Office {
        &mut *self.office
    }

    pub fn into_office(self) -> Box<dyn Office> {
        self.office
    }

    pub fn has_work(&self) -> bool {
        !self.batch.is_empty() || (!self.recorded.is_empty() && self.retry_at.is_none())
    }

    pub fn is_full(&self) -> bool {
        self.batch.len() >= BATCH
    }

    /// When ends that could not be written are to be tried again.
    pub fn retry_at(&self) -> Option<Tick> {
        self.retry_at
    }

    /// Ends of calls, and what recordings hold, that are not on disk yet.
    pub fn unwritten(&self) -> usize {
        self.unwritten.len() + self.recorded.len()
    }

    /// Ends of calls that were given up.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Why nothing can be written, if so.
    pub fn failing(&self) -> Option<&str> {
        self.failing.as_deref()
    }

    /// What it said as it panicked, one panic after the other. The batch was answered as one that could
    /// not be written; a transaction leaves nothing behind that is half done.
    pub fn take_panic(&mut self) -> Option<String> {
        self.panics.pop_front()
    }

    /// A closed recording's figures, for the next commit. With too many waiting they are not noted, and
    /// their records don't say.
    pub fn take_recorded(&mut self, recorded: Recorded) {
        if self.recorded.len() < UNWRITTEN {
            self.recorded.push(recorded);
        }
    }

    /// Does something with the back office itself; `None` when it panicked.
    pub fn with<T>(&mut self, work: impl FnOnce(&mut dyn Office) -> T) -> Option<T> {
        let office = &mut *self.office;
        let done = catch_unwind(AssertUnwindSafe(|| work(office)));
        done.map_err(|panic| self.panics.push_back(message(&*panic)))
            .ok()
    }

    pub fn take(&mut self, line: LineId, asked: Asked) {
        self.batch.push((line, asked));
    }

    /// Takes up again what could not be written.
    pub fn retry(&mut self) {
        self.retry_at = None;
        self.batch.extend(std::mem::take(&mut self.unwritten));
    }

    /// Ends the batch: what it decided is on disk, and these are the answers, in order. The end
    /// of a call that could not be written is kept and has no answer yet; told again meanwhile,
    /// it is `Unavailable`, so that no line waits for two answers to one end.
    pub fn commit(&mut self, now: Tick) -> Vec<(LineId, Answered)> {
        let batch = std::mem::take(&mut self.batch);
        let served = self.with(|office| (office.serve(now, &batch), office.take_failure()));
        let why = || (Vec::new(), Some("the back office failed".to_owned()));
        let (served, failing) = served.unwrap_or_else(why);
        self.failing = failing;
        let mut served = served.into_iter();
        let mut answers = Vec::with_capacity(batch.len());
        for (line, asked) in batch {
            if !is_answered(&asked.query) {
                continue;
            }
            let reply = served.next().map_or(Reply::Unavailable, |(_, a)| a.reply);
            let unwritten = matches!(reply, Reply::Unavailable);
            let number = asked.number;
            let answer = if unwritten && matches!(asked.query, Query::End(_)) {
                self.keep(now, line, asked)
            } else {
                Some((line, Answered { number, reply }))
            };
            answers.extend(answer);
        }
        self.note_recorded(now);
        answers
    }

    fn note_recorded(&mut self, now: Tick) {
        let recorded = std::mem::take(&mut self.recorded);
        if recorded.is_empty() || self.with(|office| office.recorded(now, &recorded)) == Some(true)
        {
            return;
        }
        self.recorded = recorded;
        self.retry_at.get_or_insert(now + RETRY);
    }

    /// Keeps an end; gives the answer to the one that has none coming any more: this one, if it
    /// is kept already, or the oldest, if there is no room.
    fn keep(&mut self, now: Tick, line: LineId, asked: Asked) -> Option<(LineId, Answered)> {
        self.retry_at = Some(now + RETRY);
        if self
            .unwritten
            .iter()
            .any(|kept| is_same_end(kept, line, &asked))
        {
            return Some((line, unavailable(&asked)));
        }
        let oldest = if self.unwritten.len() >= UNWRITTEN {
            self.dropped += 1;
            self.unwritten.pop_front()
        } else {
            None
        };
        self.unwritten.push_back((line, asked));
        oldest.map(|(line, asked)| (line, unavailable(&asked)))
    }
}

fn is_same_end(kept: &(LineId, Asked), line: LineId, asked: &Asked) -> bool {
    let (Query::End(kept_end), Query::End(end)) = (&kept.1.query, &asked.query) else {
        return false;
    };
    kept.0 == line && kept.1.number == asked.number && kept_end == end
}

fn unavailable(asked: &Asked) -> Answered {
    Answered {
        number: asked.number,
        reply: Reply::Unavailable,
    }
}
