//! Numbers that are called often, or by many: told once, and listed when an officer asks.

use super::{Registers, entry, rules};
use crate::{Alert, Error, RecordRange, View, session::Session, stored};
use db::{
    Read,
    keys::{CountedKey, RegisterKey},
    values::{Call, Counted, NumberTold, Reservation},
};
use screening::{Ended, Period};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use types::{
    call_record::CallRecord,
    dial_plan::DialPlan,
    digits::MAX_DIGITS,
    id::InmateId,
    phone_number::PhoneNumber,
    tick::{Tick, Ticks},
    verdict::RecordingRule,
};

/// So many in a period, or more, are often; `None` never is.
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
        let many = self.calls.is_some_and(|least| calls >= least);
        many || self.inmates.is_some_and(|least| inmates >= least)
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
    /// A call to these numbers counts: the one that was dialed, or the one it reached with its first
    /// digits, may be called often with it.
    pub fn tell_if_frequent(
        &mut self,
        reservation: &Reservation,
        record: &Call,
    ) -> Result<(), Error> {
        let Some(dialed) = reservation.numbers.first() else {
            return Ok(());
        };
        let often = rules(self.tables, &self.writer)?.often;
        if often.calls.is_none() && often.inmates.is_none() {
            return Ok(());
        }
        let number = self.counted_for(record, stored::number(dialed)?)?;
        let longer = self.fixed.dial_plan.could_grow(&number);
        let Some((calls, inmates, period)) =
            self.reading().registers().too_often(number, longer)?
        else {
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
    /// Calls and inmates of a number that has too many and was not told in this period; those to
    /// `longer` ones that begin with its digits are among them.
    fn too_often(
        &self,
        number: PhoneNumber,
        longer: bool,
    ) -> Result<Option<(u32, u32, Period)>, Error> {
        let rules = rules(self.tables, self.txn)?;
        let often = rules.often;
        let span = self.spans(&rules)?.of(often.period);
        let inside = |at: i64| (span.from..span.to).contains(&at);
        let told = self.tables.numbers_told.get(self.txn, &number)?;
        if told.is_some_and(|told| inside(told.told_utc_ms)) {
            return Ok(None);
        }
        // A call by way of a longer number may be in both registers.
        let (mut calls, mut inmates) = (BTreeSet::new(), BTreeSet::new());
        for (key, counted) in self.all_counted(number, longer, span.from)? {
            let entry = entry(&key, &counted);
            if entry.ended != Ended::NoCall && entry.at_utc_ms.is_some_and(inside) {
                calls.insert((key.call.site, key.call.sequence));
                inmates.extend(counted.inmate);
            }
        }
        let many = |found: usize| u32::try_from(found).unwrap_or(u32::MAX);
        let (calls, inmates) = (many(calls.len()), many(inmates.len()));
        Ok(often
            .is(calls, inmates)
            .then_some((calls, inmates, often.period)))
    }

    /// What counts of a number from an instant on, and all there is of longer ones.
    fn all_counted(
        &self,
        number: PhoneNumber,
        longer: bool,
        from_utc_ms: i64,
    ) -> Result<Vec<(CountedKey, Counted)>, Error> {
        let register = RegisterKey::Number(number);
        let mut all = self.counted(register, from_utc_ms)?;
        let most = MAX_DIGITS - number.digits.len();
        for more in (1..=most).filter(|_| longer) {
            let prefix = RegisterKey::prefix_of_longer(&number, more);
            let found = self
                .tables
                .counted
                .with_prefix(self.txn, &prefix, usize::MAX)?;
            all.extend(found);
        }
        Ok(all)
    }
}

/// The numbers that were called so often, or more, in the present period, by the records. Each page of
/// them is a short read of its own, so that nobody waits for the whole.
#[derive(Debug)]
pub struct FrequentTally {
    often: Often,
    range: RecordRange,
    plan: Arc<DialPlan>,
    found: BTreeMap<PhoneNumber, Tally>,
}

impl FrequentTally {
    pub fn begin(
        office: &View,
        now: Tick,
        often: &Often,
        limit: usize,
    ) -> Result<FrequentTally, Error> {
        let reader = office.database.read()?;
        let registers = office.reading(now, &reader).registers();
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
            plan: Arc::clone(&office.fixed.dial_plan),
            found: BTreeMap::new(),
        })
    }

    /// Counts one page more; `false` when there was none.
    pub fn page(&mut self, office: &View) -> Result<bool, Error> {
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
        let mut frequent: Vec<FrequentNumber> = of_parties(self.found, &self.plan)
            .into_iter()
            .map(|(number, tally)| tally.of(number))
            .filter(|found| often.is(found.attempts, found.inmates))
            .collect();
        frequent.sort_by_key(|found| std::cmp::Reverse((found.attempts, found.inmates)));
        frequent
    }
}

/// What is known of longer numbers, told of the shortest that has calls of its own and may be the same
/// party's: that one sorts before them.
fn of_parties(
    found: BTreeMap<PhoneNumber, Tally>,
    plan: &DialPlan,
) -> BTreeMap<PhoneNumber, Tally> {
    let mut parties: BTreeMap<PhoneNumber, Tally> = BTreeMap::new();
    for (number, tally) in found {
        let mut shorter = (1..number.digits.len()).filter_map(|length| {
            let digits = number.digits.head(length);
            let shorter = PhoneNumber { digits, ..number };
            let talked = parties.get(&shorter).is_some_and(|tally| tally.calls > 0);
            (talked && plan.could_grow(&shorter)).then_some(shorter)
        });
        let party = shorter.next().unwrap_or(number);
        parties.entry(party).or_default().merge(tally);
    }
    parties
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

    fn merge(&mut self, other: Tally) {
        self.attempts += other.attempts;
        self.calls += other.calls;
        self.inmates.extend(other.inmates);
        self.talk = self.talk + other.talk;
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
