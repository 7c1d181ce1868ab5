//! The global record of a number (E7): a block beside the restricted table, and what it says of the
//! number when an exchange may connect a shorter one.

use super::{Stop, Walk};
use crate::{AllowedEntry, ListedNumber, NumberRecord, Tables};
use types::{
    dial_plan::DialedNumber,
    disposition::Blocked,
    phone_number::PhoneNumber,
    verdict::{Check, Finding},
};

/// What was found of the number that is called.
pub(super) struct Whole {
    pub listed: Option<ListedNumber>,
    pub allowed: Option<AllowedEntry>,
    pub record: Option<NumberRecord>,
    /// The records of those that may be reached instead which are more exact than this one's, of the
    /// shortest number first.
    pub beneath: Vec<NumberRecord>,
    /// Whether one of those blocks the number that it is of.
    pub blocks_there: bool,
    /// Whether the officers are to know of calls to the number, or to one of those whose record is more
    /// exact.
    watched: bool,
    /// The first of those whose record refuses the call, and why.
    pub refused: Option<(PhoneNumber, Blocked)>,
}

impl Whole {
    fn of(record: Option<NumberRecord>) -> Whole {
        Whole {
            listed: None,
            allowed: None,
            record,
            beneath: Vec::new(),
            blocks_there: false,
            watched: record.is_some_and(|record| record.watched),
            refused: None,
        }
    }

    /// The record of one of those that may be reached instead.
    fn may_reach(&mut self, there: NumberRecord) {
        self.blocks_there |= there.blocked;
        let own = self.record.map(|record| record.specificity);
        if own.is_none_or(|own| own < there.specificity) {
            self.watched |= there.watched;
            self.beneath.push(there);
        }
    }

    /// How exact the entry is that says what this number is.
    pub fn specificity(&self) -> Option<usize> {
        let allowed = self.allowed.map(|entry| entry.specificity);
        let record = self.record.map(|record| record.specificity);
        allowed.max(record).map(usize::from)
    }

    /// Whether an entry that is not the PIN's own leaves calls to it unrecorded.
    pub fn is_quiet(&self) -> bool {
        self.allowed.is_some_and(|entry| entry.privileged)
            || self.record.as_ref().is_some_and(is_quiet)
    }
}

impl<T: Tables + ?Sized> Walk<'_, T> {
    /// Whether the officers are to know of the call, also where it was refused before its record was
    /// asked for.
    pub(super) fn is_watched(&self) -> Result<bool, T::Error> {
        if let Some(watched) = self.watched {
            return Ok(watched);
        }
        let Some(number) = self.number else {
            return Ok(false);
        };
        let mut whole = Whole::of(self.tables.record(&number.number)?);
        for shorter in self.request.shorter {
            if let Some(there) = self.tables.record(shorter)? {
                whole.may_reach(there);
            }
        }
        Ok(whole.watched)
    }

    /// A blocked record is a block in every mode. A number on the PIN's own list is held against it
    /// where global blocks win, and an allowed entry may rescue it as from the restricted table.
    pub(super) fn record(
        &mut self,
        number: &DialedNumber,
        listed: Option<ListedNumber>,
        allowed: Option<AllowedEntry>,
    ) -> Result<Whole, Stop<T::Error>> {
        let mut whole = Whole {
            listed,
            allowed,
            ..Whole::of(self.tables.record(&number.number)?)
        };
        self.records_there(&mut whole)?;
        self.watched = Some(whole.watched);
        let Some(record) = whole.record else {
            return Ok(whole);
        };
        if record.blocked && listed.is_some() {
            self.global_block_wins();
        }
        if !self.is_block(&record, listed) {
            self.note(Check::NumberRecord, Finding::Passed);
            return Ok(whole);
        }
        self.note(Check::NumberRecord, Finding::Found);
        self.allowed_rescues();
        if !self.is_rescued(&record, [allowed, None]) {
            return Err(Stop::Blocked(Blocked::NumberRestricted));
        }
        self.note(Check::AllowedTable, Finding::Rescued);
        Ok(whole)
    }

    /// Asks for the records of the numbers that may be reached instead, once for all that they say.
    fn records_there(&self, whole: &mut Whole) -> Result<(), Stop<T::Error>> {
        for shorter in self.request.shorter {
            let Some(there) = self.tables.record(shorter)? else {
                continue;
            };
            whole.may_reach(there);
            if whole.refused.is_none() {
                let refused = self.record_there(shorter, &there, whole)?;
                whole.refused = refused.map(|blocked| (*shorter, blocked));
            }
        }
        Ok(())
    }

    /// Why the record of a number that may be reached instead refuses the call. A record or an allowed
    /// entry for the whole number, as exact as that one, goes before it: whoever made it knew where the
    /// number goes.
    fn record_there(
        &self,
        shorter: &PhoneNumber,
        there: &NumberRecord,
        whole: &Whole,
    ) -> Result<Option<Blocked>, Stop<T::Error>> {
        let of_whole = whole.record.filter(|record| !record.blocked);
        let known = of_whole.is_some_and(|record| record.specificity >= there.specificity);
        if self.is_block(there, whole.listed) && !known {
            let rescuers = [whole.allowed, self.tables.allowed(shorter)?];
            if !self.is_rescued(there, rescuers) {
                return Ok(Some(Blocked::NumberRestricted));
            }
        }
        // Neither recorded if it is that one, nor left unrecorded if it is a stranger's.
        let quiet = is_quiet(there) || whole.is_quiet();
        let exact = whole.specificity() >= Some(usize::from(there.specificity));
        let refused = quiet && whole.listed.is_none() && !exact;
        Ok(refused.then_some(Blocked::NumberNotAllowed))
    }

    fn is_block(&self, record: &NumberRecord, listed: Option<ListedNumber>) -> bool {
        record.blocked && (listed.is_none() || self.rules.global_block_wins)
    }

    fn is_rescued(&self, record: &NumberRecord, rescuers: [Option<AllowedEntry>; 2]) -> bool {
        let rescues = |entry: &AllowedEntry| entry.specificity >= record.specificity;
        self.rules.allowed_rescues && rescuers.iter().flatten().any(rescues)
    }
}

fn is_quiet(record: &NumberRecord) -> bool {
    record.privileged || record.no_recording
}
