//! Numbers that are called often, or by many: told once, and listed when an officer asks.

use super::{Registers, rules};
use crate::{Alert, BackOffice, Error, RecordRange, session::Session, stored};
use db::{
    Read,
    keys::RegisterKey,
    values::{NumberTold, Reservation},
};
use screening::{Ended, Period};
use std::collections::{BTreeMap, BTreeSet};
use types::{
    call_record::CallRecord,
    id::InmateId,
    phone_number::PhoneNumber,
    tick::{Tick, Ticks},
    verdict::RecordingRule,
};

/// More than this in a period is often; `None` never is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Often {
    pub calls: Option<u32>,
    /// Different ones.
    pub inmates: Option<u32>,
    pub period: Period,
}

impl Often {
    pub const NEVER: Often = Often {
        calls: None,
        inmates: None,
        period: Period::Week,
    };

    fn is(&self, calls: u32, inmates: u32) -> bool {
        let many = self.calls.is_some_and(|most| calls > most);
        many || self.inmates.is_some_and(|most| inmates > most)
    }
}

/// How often a number was called in a period. Privileged calls are not among them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FrequentNumber {
    pub number: PhoneNumber,
    /// Calls that asked for it, refused ones too.
    pub attempts: u32,
    /// Those that came to a talk.
    pub calls: u32,
    /// Different ones who tried.
    pub inmates: u32,
    pub talk: Ticks,
}

impl Session<'_> {
    /// A call to these numbers counts: the one that was dialed may have had one too many.
    pub fn tell_if_frequent(&mut self, reservation: &Reservation) -> Result<(), Error> {
        let Some(number) = reservation.numbers.first() else {
            return Ok(());
        };
        let number = stored::number(number)?;
        let Some((calls, inmates, period)) = self.registers().too_often(number)? else {
            return Ok(());
        };
        let told = NumberTold {
            told_utc_ms: self.now_utc_ms(),
        };
        self.tables
            .numbers_told
            .put(&mut self.writer, &number, &told)?;
        let alert = Alert::FrequentNumber {
            number,
            calls,
            inmates,
            period,
        };
        self.alert("system", format!("number {number}"), alert)
    }
}

impl<R: Read> Registers<'_, R> {
    /// Calls and inmates of a number that has too many and was not told in this period.
    fn too_often(&self, number: PhoneNumber) -> Result<Option<(u32, u32, Period)>, Error> {
        let rules = rules(self.tables, self.txn)?;
        let often = rules.often;
        if often.calls.is_none() && often.inmates.is_none() {
            return Ok(None);
        }
        let span = self.spans(&rules)?.of(often.period);
        let inside = |at: i64| (span.from..span.to).contains(&at);
        let told = self.tables.numbers_told.get(self.txn, &number)?;
        if told.is_some_and(|told| inside(told.told_utc_ms)) {
            return Ok(None);
        }
        let (mut calls, mut inmates) = (0, BTreeSet::new());
        for (inmate, entry) in self.entries(RegisterKey::Number(number), span.from)? {
            if entry.ended != Ended::NoCall && entry.at_utc_ms.is_some_and(inside) {
                calls += 1;
                inmates.extend(inmate);
            }
        }
        let inmates = u32::try_from(inmates.len()).unwrap_or(u32::MAX);
        Ok(often
            .is(calls, inmates)
            .then_some((calls, inmates, often.period)))
    }
}

/// The numbers that were called more often than that in the present period, by the records. Each page of
/// them is a short read of its own, so that nobody waits for the whole.
#[derive(Debug)]
pub struct FrequentTally {
    often: Often,
    range: RecordRange,
    found: BTreeMap<PhoneNumber, Tally>,
}

impl FrequentTally {
    pub fn begin(
        office: &BackOffice,
        now: Tick,
        often: &Often,
        limit: usize,
    ) -> Result<FrequentTally, Error> {
        let reader = office.database.read()?;
        let registers = office.registers_of(now, &reader);
        let rules = rules(registers.tables, &reader)?;
        let span = registers.spans(&rules)?.of(often.period);
        Ok(FrequentTally {
            often: *often,
            range: RecordRange {
                from_utc_ms: span.from,
                to_utc_ms: span.to,
                limit,
                ..RecordRange::all()
            },
            found: BTreeMap::new(),
        })
    }

    /// Counts one page more; `false` when there was none.
    pub fn page(&mut self, office: &BackOffice) -> Result<bool, Error> {
        let page = office.records(&self.range)?;
        let Some(last) = page.last() else {
            return Ok(false);
        };
        self.range.after = Some(last.call);
        for record in &page {
            if let Some(number) = record.number.filter(|_| is_told(record)) {
                self.found.entry(number).or_default().add(record);
            }
        }
        Ok(true)
    }

    /// The most called first.
    pub fn numbers(self) -> Vec<FrequentNumber> {
        let often = self.often;
        let mut frequent: Vec<FrequentNumber> = (self.found.into_iter())
            .map(|(number, tally)| tally.of(number))
            .filter(|found| often.is(found.attempts, found.inmates))
            .collect();
        frequent.sort_by_key(|found| std::cmp::Reverse((found.attempts, found.inmates)));
        frequent
    }
}

/// Whom an attorney's number is called by is nobody's to list.
fn is_told(record: &CallRecord) -> bool {
    record.recording != Some(RecordingRule::Privileged)
}

#[derive(Default, Debug)]
struct Tally {
    attempts: u32,
    calls: u32,
    inmates: BTreeSet<InmateId>,
    talk: Ticks,
}

impl Tally {
    fn add(&mut self, record: &CallRecord) {
        self.attempts += 1;
        self.calls += u32::from(record.talk_utc_ms.is_some());
        self.inmates.extend(record.inmate);
        self.talk = self.talk + record.talk;
    }

    fn of(self, number: PhoneNumber) -> FrequentNumber {
        FrequentNumber {
            number,
            attempts: self.attempts,
            calls: self.calls,
            inmates: u32::try_from(self.inmates.len()).unwrap_or(u32::MAX),
            talk: self.talk,
        }
    }
}
