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

/// A back office: one batch of questions is one transaction. No threads, no clock.
pub trait Office: Any + Send {
    /// Answers the questions in their order; what the answers rest on is on disk when this
    /// returns. `Seen` and `EmptyOffHook` get no answer; a question that can't be served gets
    /// `Unavailable`, and nothing of it is left behind.
    fn serve(&mut self, now: Tick, batch: &[(LineId, Asked)]) -> Vec<(LineId, Answered)>;

    /// Why something could not be served since this was asked last.
    fn take_failure(&mut self) -> Option<String>;

    /// What the wall clock says at this tick; told at the start and each second.
    fn anchor(&mut self, now: Tick, utc_ms: i64);
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
        let mut served = self.office.serve(now, &batch).into_iter();
        self.failing = self.office.take_failure();
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
        answers
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
