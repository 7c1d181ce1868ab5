//! One write transaction, with what every change needs: who, when, the next sequence, the
//! journal.

use crate::{Error, SiteSettings, clock::Anchor, lookups::Lookups, office::Fixed, stored};
use db::{
    Database, Tables, Writer,
    keys::{CounterKey, CounterKind, SiteKey},
    values::Counter,
};
use std::collections::BTreeMap;
use types::{
    id::{CallId, LineId},
    tick::Tick,
};

/// What was answered to whom, for questions that are asked again because the answer came late.
/// Only the last attempt of each line is kept.
pub(crate) type Finished = BTreeMap<LineId, (Tick, CallId)>;

pub(crate) struct Session<'a> {
    pub writer: Writer<'a>,
    pub tables: &'a Tables,
    pub fixed: &'a Fixed,
    pub now: Tick,
    pub anchor: Anchor,
    /// Per cent of the map in use when the session began.
    pub fullness: u64,
    /// The last attempts finished before this session, and those finished in it.
    pub finished: &'a Finished,
    pub newly_finished: Finished,
    /// Sequence and hash of the last journal entry, once it was looked up.
    pub journal_tail: Option<(u64, [u8; 32])>,
}

impl<'a> Session<'a> {
    pub fn begin(
        database: &'a Database,
        fixed: &'a Fixed,
        finished: &'a Finished,
        now: Tick,
        anchor: Anchor,
    ) -> Result<Session<'a>, Error> {
        let fullness = database.usage()?.percent();
        Ok(Session {
            writer: database.write()?,
            tables: database.tables(),
            fixed,
            now,
            anchor,
            fullness,
            finished,
            newly_finished: Finished::new(),
            journal_tail: None,
        })
    }

    /// Returns when all is on disk; gives what is to be remembered from now on.
    pub fn commit(self) -> Result<Finished, Error> {
        self.writer.commit()?;
        Ok(self.newly_finished)
    }

    pub fn now_utc_ms(&self) -> i64 {
        self.anchor.utc_ms(self.now)
    }

    pub fn lookups(&self) -> Lookups<'_, Writer<'a>> {
        Lookups {
            tables: self.tables,
            txn: &self.writer,
            dial_plan: &self.fixed.dial_plan,
        }
    }

    pub fn settings(&self) -> Result<SiteSettings, Error> {
        let settings = self.tables.settings.get(&self.writer, &SiteKey)?;
        let settings = settings.ok_or_else(|| Error::Stored {
            what: "settings",
            why: "there are none".to_owned(),
        })?;
        stored::settings(settings)
    }

    /// Adds one to a counter and gives the new count.
    pub fn count(&mut self, key: CounterKey) -> Result<u64, Error> {
        let before = self.tables.counters.get(&self.writer, &key)?;
        let count = before.map_or(0, |c| c.count) + 1;
        self.tables
            .counters
            .put(&mut self.writer, &key, &Counter { count })?;
        Ok(count)
    }

    pub fn next_call(&mut self) -> Result<CallId, Error> {
        let sequence = self.count(CounterKey::of_site(CounterKind::CallSequence))?;
        Ok(CallId {
            site: self.fixed.site,
            sequence,
        })
    }

    /// The record of an attempt that was finished before, by when its phone went off-hook.
    pub fn finished_before(&self, line: LineId, off_hook: Tick) -> Option<CallId> {
        let known = self.newly_finished.get(&line).or(self.finished.get(&line));
        known
            .filter(|(at, _)| *at == off_hook)
            .map(|(_, call)| *call)
    }
}
