//! The back office as the runners want it.

use std::any::Any;

use backoffice::{BackOffice, RecordRange};
use slog::{Logger, error, warn};
use types::{
    call_record::{CallRecord, Recorded},
    id::{LineId, OfficerId},
    query::{Answered, Asked},
    settings::CallSettings,
    tick::Tick,
};

use crate::runtime::office::Office;

/// Records are read in pages of this many.
const PAGE: usize = 500;

/// The back office with the log that hears of its failures.
#[derive(Debug)]
pub struct SiteOffice {
    office: BackOffice,
    log: Logger,
}

impl SiteOffice {
    pub fn new(office: BackOffice, log: Logger) -> SiteOffice {
        SiteOffice { office, log }
    }

    /// This office behind what a runner holds.
    pub fn of(office: &mut dyn Office) -> Option<&mut SiteOffice> {
        let any: &mut dyn Any = office;
        any.downcast_mut()
    }

    pub fn office(&self) -> &BackOffice {
        &self.office
    }

    pub fn office_mut(&mut self) -> &mut BackOffice {
        &mut self.office
    }

    /// Every record of calls that began at or after this instant, oldest first.
    pub fn records_since(&self, utc_ms: i64) -> Result<Vec<CallRecord>, backoffice::Error> {
        records_since(&self.office, utc_ms)
    }
}

/// Every record of calls that began at or after this instant, oldest first: in the order in which
/// handsets were lifted, which is not that of the calls' numbers, given at admission.
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
    fn serve(&mut self, now: Tick, batch: &[(LineId, Asked)]) -> Vec<(LineId, Answered)> {
        let answers = self.office.answer(now, batch);
        for alert in self.office.take_alerts() {
            warn!(self.log, "alarm: {alert}");
        }
        answers
    }

    fn take_failure(&mut self) -> Option<String> {
        let why = self.office.take_failure()?.to_string();
        error!(self.log, "the back office can't store"; "why" => &why);
        Some(why)
    }

    fn recorder(&mut self, works: bool) {
        self.office.recorder(works);
    }

    fn recorded(&mut self, now: Tick, recordings: &[Recorded]) -> bool {
        let noted = self.office.recorded(now, recordings);
        if let Err(why) = &noted {
            error!(self.log, "what recordings hold can't be stored"; "why" => %why);
        }
        noted.is_ok()
    }

    fn anchor(&mut self, now: Tick, utc_ms: i64) {
        self.office.anchor(now, utc_ms);
    }

    fn settings_changes(&mut self, now: Tick) -> Vec<(LineId, CallSettings)> {
        self.office.settings_changes(now).unwrap_or_else(|why| {
            error!(self.log, "settings of phones can't be read"; "why" => %why);
            Vec::new()
        })
    }

    fn cuts(&mut self) -> Vec<LineId> {
        self.office.take_cuts()
    }

    fn words(&mut self, now: Tick) -> Vec<(LineId, OfficerId)> {
        self.office.take_words(now)
    }
}
