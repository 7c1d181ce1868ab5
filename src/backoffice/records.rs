//! Reading: records by time and by id, counters.

use crate::{
    Contact, Error, InmateDetails, NumberFlags, View,
    admin::{contacts, people},
    import, stored,
};
use db::{
    Key, Reader, Tables,
    keys::{CounterKind, FacilityId, ListKey, ListOf, PinHash, StartKey},
    values,
};
use screening::{Class, Disabled};
use std::ops::Bound;
use types::{
    call_record::CallRecord,
    id::{CallId, InmateId, LineId, OfficerId},
    inmate::Scope,
    language::Language,
    phone_number::PhoneNumber,
    tick::Tick,
};

/// Which records: those whose phone went off-hook from one instant up to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecordRange {
    pub from_utc_ms: i64,
    /// Not included.
    pub to_utc_ms: i64,
    pub newest_first: bool,
    /// Go on after this record, the last of the page before.
    pub after: Option<CallId>,
    /// The most records of one page.
    pub limit: usize,
}

impl RecordRange {
    /// The first thousand of all records, oldest first.
    pub fn all() -> RecordRange {
        RecordRange {
            from_utc_ms: i64::MIN,
            to_utc_ms: i64::MAX,
            newest_first: false,
            after: None,
            limit: 1000,
        }
    }

    pub fn newest(limit: usize) -> RecordRange {
        RecordRange {
            newest_first: true,
            limit,
            ..RecordRange::all()
        }
    }
}

/// What was counted without a record.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Counters {
    /// Off-hook and on-hook again without a digit.
    pub empty_off_hooks: Vec<(LineId, u64)>,
    /// Attempts that found no room for a record.
    pub unrecorded_attempts: Vec<(LineId, u64)>,
}

/// What an inmate's PIN says of calls, or the account in its place; nothing of its digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PinTerms {
    pub disabled: Disabled,
    pub valid_from_utc_ms: Option<i64>,
    pub valid_to_utc_ms: Option<i64>,
    pub language: Option<Language>,
    /// `None` is the class of the phone.
    pub class: Option<Class>,
}

impl View {
    /// A page of records.
    pub fn records(&self, range: &RecordRange) -> Result<Vec<CallRecord>, Error> {
        let reader = self.database.read()?;
        let tables = self.database.tables();
        let mut from = Bound::Included(first_at(range.from_utc_ms));
        let mut to = Bound::Excluded(first_at(range.to_utc_ms));
        if let Some(call) = range.after {
            let Some(last) = tables.calls.get(&reader, &call)? else {
                return Ok(Vec::new());
            };
            let started_utc_ms = last.started_utc_ms;
            let last = Bound::Excluded(StartKey {
                started_utc_ms,
                call,
            });
            match range.newest_first {
                true => to = last,
                false => from = last,
            }
        }
        let (from, to) = (from.as_ref(), to.as_ref());
        let index = &tables.calls_by_start;
        let keys = match range.newest_first {
            true => index.page_back(&reader, from, to, range.limit)?,
            false => index.page(&reader, from, to, range.limit)?,
        };
        let mut records = Vec::with_capacity(keys.len());
        for (key, _) in keys {
            let record = tables.calls.get(&reader, &key.call)?;
            let record = record.ok_or_else(|| Error::Stored {
                what: "record",
                why: format!("{} is in the index alone", key.call),
            })?;
            records.push(shown(tables, &reader, key.call, record)?);
        }
        Ok(records)
    }

    /// How far one comes that goes back so many records, from the newest or from one of them: to which
    /// record, and how many steps that were.
    pub fn records_back(
        &self,
        from: Option<CallId>,
        steps: usize,
    ) -> Result<(Option<CallId>, usize), Error> {
        let reader = self.database.read()?;
        let tables = self.database.tables();
        let started = |call| -> Result<_, Error> {
            let record = tables.calls.get(&reader, &call)?;
            Ok(record.map(|record| StartKey {
                started_utc_ms: record.started_utc_ms,
                call,
            }))
        };
        let before = from.map(started).transpose()?.flatten();
        let to = before.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let keys = tables
            .calls_by_start
            .page_back(&reader, Bound::Unbounded, to, steps)?;
        let reached = keys.last().map(|(key, _)| key.call).or(from);
        Ok((reached, keys.len()))
    }

    pub fn record(&self, call: CallId) -> Result<Option<CallRecord>, Error> {
        let reader = self.database.read()?;
        let tables = self.database.tables();
        let record = tables.calls.get(&reader, &call)?;
        record
            .map(|record| shown(tables, &reader, call, record))
            .transpose()
    }

    /// The officer with this id of the facility's own.
    pub fn officer(&self, id: &str) -> Result<Option<OfficerId>, Error> {
        let reader = self.database.read()?;
        let key = FacilityId(id.to_owned());
        let found = self.database.tables().officers_by_id.get(&reader, &key)?;
        Ok(found.map(|found| OfficerId(found.officer)))
    }

    pub fn officer_name(&self, officer: OfficerId) -> Result<String, Error> {
        let reader = self.database.read()?;
        let found = self.database.tables().officers.get(&reader, &officer)?;
        let found = found.ok_or(Error::UnknownOfficer(officer.0))?;
        Ok(found.name)
    }

    /// The inmate with this id of the facility's own.
    pub fn inmate(&self, facility_id: &str) -> Result<Option<InmateId>, Error> {
        let reader = self.database.read()?;
        let key = FacilityId(facility_id.to_owned());
        let found = self.database.tables().inmates_by_id.get(&reader, &key)?;
        Ok(found.map(|found| InmateId(found.inmate)))
    }

    /// An inmate as entered.
    pub fn inmate_details(&self, inmate: InmateId) -> Result<Option<InmateDetails>, Error> {
        let reader = self.database.read()?;
        let found = self.database.tables().inmates.get(&reader, &inmate)?;
        found.map(people::details).transpose()
    }

    /// Whether an inmate may make booked calls only, by the own profile or by the class.
    pub fn has_booked_calls_only(&self, now: Tick, inmate: InmateId) -> Result<bool, Error> {
        let reader = self.database.read()?;
        let profile = self.reading(now, &reader).lookups().profile_of(inmate)?;
        Ok(profile.booked_only)
    }

    /// The most exact pattern by which a number is restricted for everybody, where no allowed entry is
    /// as exact.
    pub fn restricted_by(&self, number: &PhoneNumber) -> Result<Option<String>, Error> {
        let reader = self.database.read()?;
        let tables = self.database.tables();
        let Some(restricted) = tables.restricted.best(&reader, number)? else {
            return Ok(None);
        };
        let allowed = tables.allowed.best(&reader, number)?;
        let rescued =
            allowed.is_some_and(|allowed| allowed.specificity() >= restricted.specificity());
        Ok((!rescued).then(|| restricted.pattern.to_string()))
    }

    /// What an inmate's PIN says of calls; `None` where there is none.
    pub fn pin_terms(&self, inmate: InmateId) -> Result<Option<PinTerms>, Error> {
        let reader = self.database.read()?;
        let tables = self.database.tables();
        let entry = tables.inmates.get(&reader, &inmate)?;
        let Some(hash) = entry.and_then(|entry| entry.pin) else {
            return Ok(None);
        };
        let Some(pin) = tables.pins.get(&reader, &PinHash(hash))? else {
            return Ok(None);
        };
        let (language, class) = import::terms(&pin)?;
        Ok(Some(PinTerms {
            disabled: stored::disabled(pin.disabled),
            valid_from_utc_ms: pin.valid_from_utc_ms,
            valid_to_utc_ms: pin.valid_to_utc_ms,
            language,
            class,
        }))
    }

    /// The numbers on the list of an inmate.
    pub fn listed_numbers(
        &self,
        inmate: InmateId,
    ) -> Result<Vec<(PhoneNumber, NumberFlags)>, Error> {
        let reader = self.database.read()?;
        let table = &self.database.tables().pin_numbers;
        let found = table.with_prefix(&reader, &inmate.bytes(), usize::MAX)?;
        let listed = found.into_iter().map(|(key, listed)| {
            let flags = NumberFlags {
                untimed: listed.untimed,
                privileged: listed.privileged,
                disabled: stored::disabled(listed.disabled),
            };
            (key.number, flags)
        });
        Ok(listed.collect())
    }

    /// The patterns that are blocked for an inmate alone, each with its note.
    pub fn blocked_for(&self, inmate: InmateId) -> Result<Vec<(String, String)>, Error> {
        let reader = self.database.read()?;
        let scope = Scope::Inmate(inmate);
        let list = ListOf {
            scope,
            blocked: true,
        };
        let entries = self.database.tables().lists.entries();
        let found = entries.with_prefix(&reader, &list.bytes(), usize::MAX)?;
        let shown =
            |(key, entry): (ListKey, values::ListEntry)| (key.pattern.to_string(), entry.note);
        Ok(found.into_iter().map(shown).collect())
    }

    /// The contacts of an inmate, by number.
    pub fn contacts(&self, inmate: InmateId) -> Result<Vec<Contact>, Error> {
        let reader = self.database.read()?;
        let table = &self.database.tables().contacts;
        let found = table.with_prefix(&reader, &inmate.bytes(), usize::MAX)?;
        Ok(found.into_iter().map(contacts::shown).collect())
    }

    pub fn counters(&self) -> Result<Counters, Error> {
        let reader = self.database.read()?;
        let mut counters = Counters::default();
        for (key, counter) in self.database.tables().counters.all(&reader)? {
            let list = match key.kind {
                CounterKind::EmptyOffHook => &mut counters.empty_off_hooks,
                CounterKind::UnrecordedAttempt => &mut counters.unrecorded_attempts,
                CounterKind::CallSequence
                | CounterKind::JournalSequence
                | CounterKind::InmateNumber
                | CounterKind::Adjustment
                | CounterKind::OfficerNumber
                | CounterKind::GroupNumber
                | CounterKind::BookingNumber => continue,
            };
            let line = u16::try_from(key.index).unwrap_or(u16::MAX);
            list.push((LineId(line), counter.count));
        }
        Ok(counters)
    }
}

/// The record, with the id of the officer who confirmed it.
fn shown(
    tables: &Tables,
    reader: &Reader<'_>,
    call: CallId,
    record: values::Call,
) -> Result<CallRecord, Error> {
    let mut record = stored::record(call, record)?;
    if let Some(officer) = record.officer {
        let officer = tables.officers.get(reader, &officer)?;
        record.officer_id = officer.map(|officer| officer.id);
    }
    Ok(record)
}

/// The first key an instant can have.
fn first_at(started_utc_ms: i64) -> StartKey {
    StartKey {
        started_utc_ms,
        call: CallId {
            site: 0,
            sequence: 0,
        },
    }
}
