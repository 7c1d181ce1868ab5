//! One write transaction, with what every change needs: who, when, the next sequence, the
//! journal.

use crate::memory::{Attempt, Memory, Outcome};
use crate::{
    Alert, Error, SiteSettings, clock::Anchor, console::WaitingCall, groups::Groups,
    lookups::Lookups, office::BackOffice, reading::Reading, view::Fixed,
};
use db::{
    Tables, Writer,
    keys::{CounterKey, CounterKind},
    values::Counter,
};
use screening::{Schedule, ScheduleNumber};
use std::{collections::BTreeSet, sync::atomic::Ordering};
use types::{
    id::{CallId, LineId},
    tick::Tick,
};

pub(crate) struct Session<'a> {
    pub writer: Writer<'a>,
    pub tables: &'a Tables,
    pub fixed: &'a Fixed,
    pub now: Tick,
    pub anchor: Anchor,
    /// Whether what must be recorded can be.
    pub recorder_works: bool,
    /// Per cent of the map in use when the session began.
    pub fullness: u64,
    /// The attempts finished before this session, and those finished in it.
    memory: &'a Memory,
    newly: Vec<Attempt>,
    alerts: Vec<Alert>,
    /// Lines whose call is to be cut.
    cuts: BTreeSet<LineId>,
    /// Calls that begin to wait for an officer, and attempts of which none does any more.
    pub waiting: Vec<WaitingCall>,
    pub settled: Vec<(LineId, Tick)>,
    /// Sequence and hash of the last journal entry, once it was looked up.
    pub journal_tail: Option<(u64, [u8; 32])>,
}

/// What a transaction that is on disk leaves to be told.
pub(crate) struct Done {
    pub attempts: Vec<Attempt>,
    pub alerts: Vec<Alert>,
    pub cuts: BTreeSet<LineId>,
    pub waiting: Vec<WaitingCall>,
    pub settled: Vec<(LineId, Tick)>,
}

impl<'a> Session<'a> {
    pub fn begin(office: &'a BackOffice, now: Tick) -> Result<Session<'a>, Error> {
        let database = &office.database;
        let fullness = database.usage()?.percent();
        Ok(Session {
            writer: database.write()?,
            tables: database.tables(),
            fixed: &office.fixed,
            now,
            anchor: office.anchored(),
            recorder_works: office.shown.recorder_works.load(Ordering::Acquire),
            fullness,
            memory: &office.memory,
            newly: Vec::new(),
            alerts: Vec::new(),
            cuts: BTreeSet::new(),
            waiting: Vec::new(),
            settled: Vec::new(),
            journal_tail: None,
        })
    }

    /// Returns when all is on disk; gives what is to be remembered from now on, and told.
    pub fn commit(self) -> Result<Done, Error> {
        self.writer.commit()?;
        Ok(Done {
            attempts: self.newly,
            alerts: self.alerts,
            cuts: self.cuts,
            waiting: self.waiting,
            settled: self.settled,
        })
    }

    /// The calls of these lines are cut when this transaction is on disk.
    pub fn cut(&mut self, lines: BTreeSet<LineId>) {
        self.cuts.extend(lines);
    }

    /// Journals an alert; it is told when this transaction is on disk.
    pub fn alert(
        &mut self,
        actor: &str,
        subject: impl ToString,
        alert: Alert,
    ) -> Result<(), Error> {
        self.journal(actor, "alert", subject, alert)?;
        self.alerts.push(alert);
        Ok(())
    }

    pub fn now_utc_ms(&self) -> i64 {
        self.anchor.utc_ms(self.now)
    }

    /// What is answered without writing; what this session wrote is seen.
    pub fn reading(&self) -> Reading<'_, Writer<'a>> {
        Reading {
            tables: self.tables,
            txn: &self.writer,
            fixed: self.fixed,
            now: self.now,
            now_utc_ms: self.now_utc_ms(),
            recorder_works: self.recorder_works,
        }
    }

    pub fn lookups(&self) -> Lookups<'_, Writer<'a>> {
        self.reading().lookups()
    }

    pub fn groups(&self) -> Groups<'_, Writer<'a>> {
        self.reading().groups()
    }

    /// A schedule that was entered.
    pub fn schedule(&self, number: ScheduleNumber) -> Result<Schedule, Error> {
        self.reading().calendar().schedule(number)
    }

    pub fn settings(&self) -> Result<SiteSettings, Error> {
        self.reading().settings()
    }

    /// Adds one to a counter and gives the new count.
    pub fn count(&mut self, key: CounterKey) -> Result<u64, Error> {
        self.count_more(key, 1)
    }

    /// Counts the empty off-hooks that could not be written when they were told.
    pub fn count_owed(&mut self) -> Result<(), Error> {
        for (line, more) in self.memory.uncounted() {
            self.count_more(CounterKey::of_line(CounterKind::EmptyOffHook, line), more)?;
        }
        Ok(())
    }

    fn count_more(&mut self, key: CounterKey, more: u64) -> Result<u64, Error> {
        let before = self.tables.counters.get(&self.writer, &key)?;
        let count = before.map_or(0, |c| c.count) + more;
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

    /// What became of an attempt that was told before, by when its phone went off-hook.
    pub fn outcome(&self, line: LineId, off_hook: Tick) -> Option<Outcome> {
        let same = |a: &&Attempt| a.line == line && a.off_hook == off_hook;
        let newly = self.newly.iter().rev().find(same).map(|a| a.outcome);
        newly.or_else(|| self.memory.outcome(line, off_hook))
    }

    pub fn remember(&mut self, line: LineId, off_hook: Tick, outcome: Outcome) {
        self.newly.push(Attempt {
            line,
            off_hook,
            outcome,
        });
    }
}
