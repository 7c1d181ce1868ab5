//! The back office as the runners want it.

use std::any::Any;

use backoffice::{BackOffice, RecordRange};
use slog::{Logger, error};
use types::{
    call_record::CallRecord,
    id::LineId,
    query::{Asked, Query, Reply},
    tick::Tick,
};

use crate::runtime::office::{NotWritten, Office};

/// Records are read in pages of this many.
const PAGE: usize = 500;

/// A back office whose answers are on disk when they are given. What has no answer waits for
/// the commit, so that a second of all open calls is one transaction.
#[derive(Debug)]
pub struct SiteOffice {
    office: BackOffice,
    told: Vec<(LineId, Asked)>,
    log: Logger,
}

impl SiteOffice {
    pub fn new(office: BackOffice, log: Logger) -> SiteOffice {
        SiteOffice {
            office,
            told: Vec::new(),
            log,
        }
    }

    /// This office behind what a runner holds.
    pub fn of(office: &mut dyn Office) -> Option<&mut SiteOffice> {
        let any: &mut dyn Any = office;
        any.downcast_mut()
    }

    pub fn office(&self) -> &BackOffice {
        &self.office
    }

    /// Every record of calls that began at or after this instant, oldest first.
    pub fn records_since(&self, utc_ms: i64) -> Result<Vec<CallRecord>, backoffice::Error> {
        records_since(&self.office, utc_ms)
    }

    fn failed(&mut self, what: &str) {
        if let Some(why) = self.office.take_failure() {
            error!(self.log, "{} could not be stored", what; "why" => %why);
        }
    }
}

/// Every record of calls that began at or after this instant, oldest first.
pub fn records_since(
    office: &BackOffice,
    utc_ms: i64,
) -> Result<Vec<CallRecord>, backoffice::Error> {
    let mut range = RecordRange {
        from_utc_ms: utc_ms,
        limit: PAGE,
        ..RecordRange::all()
    };
    let mut all = Vec::new();
    loop {
        let page = office.records(&range)?;
        let last = page.last().map(|record| record.call);
        let whole = page.len() < PAGE;
        all.extend(page);
        match last {
            Some(call) if !whole => range.after = Some(call),
            _ => return Ok(all),
        }
    }
}

impl Office for SiteOffice {
    fn answer(&mut self, now: Tick, line: LineId, query: &Query) -> Reply {
        let asked = Asked {
            number: 0,
            query: query.clone(),
        };
        if matches!(query, Query::Seen { .. } | Query::EmptyOffHook) {
            self.told.push((line, asked));
            return Reply::Unavailable;
        }
        let mut answers = self.office.answer(now, &[(line, asked)]);
        match answers.pop() {
            Some((_, answered)) => {
                if matches!(answered.reply, Reply::Unavailable) {
                    self.failed("an answer");
                }
                answered.reply
            }
            None => Reply::Unavailable,
        }
    }

    fn commit(&mut self, now: Tick) -> Result<(), NotWritten> {
        let told = std::mem::take(&mut self.told);
        self.office.answer(now, &told);
        // The next second of a call stands for the one that was lost.
        self.failed("the last second of open calls");
        Ok(())
    }

    fn anchor(&mut self, now: Tick, utc_ms: i64) {
        self.office.anchor(now, utc_ms);
    }
}
