//! The back office as the runners see it, and the group commit that both of them use: answers
//! go out only when what they rest on is on disk.

use crate::runtime::links::is_answered;
use std::{any::Any, collections::VecDeque};
use types::{
    id::LineId,
    query::{Answered, Asked, Query, Reply},
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

/// The back office could not store what it had decided.
#[derive(Debug, thiserror::Error)]
#[error("the back office can't write: {0}")]
pub struct NotWritten(pub String);

/// A back office: it answers in memory and stores on `commit`. No threads, no clock.
pub trait Office: Any + Send {
    /// The answer; it goes out after the next `commit`. For a question that has none
    /// (`Seen`, `EmptyOffHook`) what comes back is dropped.
    fn answer(&mut self, now: Tick, line: LineId, query: &Query) -> Reply;

    /// Stores everything since the last commit, durably.
    ///
    /// # Errors
    /// When nothing of it was stored: all its answers become `Unavailable`.
    fn commit(&mut self, now: Tick) -> Result<(), NotWritten>;

    /// What the wall clock says at this tick; told at the start and each second.
    fn anchor(&mut self, now: Tick, utc_ms: i64);
}

/// One request of a batch.
#[derive(Debug)]
struct Pending {
    line: LineId,
    number: u32,
    reply: Reply,
    /// The end of a call, kept until it is on disk.
    end: Option<Query>,
}

/// A back office with the batch it is at.
pub struct OfficeRoom {
    office: Box<dyn Office>,
    batch: Vec<Pending>,
    unwritten: VecDeque<(LineId, Asked)>,
    retry_at: Option<Tick>,
    dropped: u64,
    /// Why the last commit failed, until one succeeds.
    failing: Option<String>,
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
        }
    }

    pub fn office(&mut self) -> &mut dyn Office {
        &mut *self.office
    }

    pub fn into_office(self) -> Box<dyn Office> {
        self.office
    }

    pub fn has_work(&self) -> bool {
        !self.batch.is_empty()
    }

    pub fn is_full(&self) -> bool {
        self.batch.len() >= BATCH
    }

    /// When ends that could not be written are to be tried again.
    pub fn retry_at(&self) -> Option<Tick> {
        self.retry_at
    }

    /// Ends of calls that are not on disk yet.
    pub fn unwritten(&self) -> usize {
        self.unwritten.len()
    }

    /// Ends of calls that were given up.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Why nothing can be written, if so.
    pub fn failing(&self) -> Option<&str> {
        self.failing.as_deref()
    }

    pub fn take(&mut self, now: Tick, line: LineId, asked: Asked) {
        let reply = self.office.answer(now, line, &asked.query);
        let answered = is_answered(&asked.query);
        let end = matches!(asked.query, Query::End(_)).then_some(asked.query);
        if answered {
            let number = asked.number;
            self.batch.push(Pending {
                line,
                number,
                reply,
                end,
            });
        } else if !self.has_work() {
            // It has no answer, but it is to be committed.
            self.batch.push(Pending::silent(line));
        }
    }

    /// Takes up again what could not be written.
    pub fn retry(&mut self, now: Tick) {
        self.retry_at = None;
        for (line, asked) in std::mem::take(&mut self.unwritten) {
            self.take(now, line, asked);
        }
    }

    /// Ends the batch: what it decided is on disk, and these are the answers, in order.
    pub fn commit(&mut self, now: Tick) -> Vec<(LineId, Answered)> {
        let stored = self.office.commit(now);
        self.failing = stored.as_ref().err().map(|e| e.0.clone());
        let mut answers = Vec::with_capacity(self.batch.len());
        for pending in std::mem::take(&mut self.batch) {
            let Pending {
                line,
                number,
                reply,
                end,
            } = pending;
            let served = stored.is_ok() && !matches!(reply, Reply::Unavailable);
            match end {
                Some(query) if !served => self.keep(now, line, Asked { number, query }),
                None if number == SILENT => {}
                _ if stored.is_ok() => answers.push((line, Answered { number, reply })),
                _ => {
                    let reply = Reply::Unavailable;
                    answers.push((line, Answered { number, reply }));
                }
            }
        }
        answers
    }

    fn keep(&mut self, now: Tick, line: LineId, asked: Asked) {
        if self.unwritten.len() >= UNWRITTEN {
            self.unwritten.pop_front();
            self.dropped += 1;
        }
        self.unwritten.push_back((line, asked));
        self.retry_at = Some(now + RETRY);
    }
}

/// The number of what has no answer. Lines and stations count from zero.
const SILENT: u32 = u32::MAX;

impl Pending {
    fn silent(line: LineId) -> Pending {
        Pending {
            line,
            number: SILENT,
            reply: Reply::Unavailable,
            end: None,
        }
    }
}
