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
}

impl Whole {
    /// How exact the entry is that says what this number is.
    pub fn specificity(&self) -> Option<usize> {
        let allowed = self.allowed.map(|entry| entry.specificity);
        let record = self.record.map(|record| record.specificity);
        allowed.max(record).map(usize::from)
    }
}

impl<T: Tables + ?Sized> Walk<'_, T> {
    /// A blocked record is a block in every mode. A number on the PIN's own list is held against it
    /// where global blocks win, and an allowed entry may rescue it as from the restricted table.
    pub(super) fn record(
        &mut self,
        number: &DialedNumber,
        listed: Option<ListedNumber>,
        allowed: Option<AllowedEntry>,
    ) -> Result<Option<NumberRecord>, Stop<T::Error>> {
        let Some(record) = self.tables.record(&number.number)? else {
            return Ok(None);
        };
        self.watched = record.watched;
        if !self.is_block(&record, listed) {
            self.note(Check::NumberRecord, Finding::Passed);
            return Ok(Some(record));
        }
        self.note(Check::NumberRecord, Finding::Found);
        if !self.is_rescued(&record, [allowed, None]) {
            return Err(Stop::Blocked(Blocked::NumberRestricted));
        }
        self.note(Check::AllowedTable, Finding::Rescued);
        Ok(Some(record))
    }

    /// Why the record of a number that may be reached instead refuses the call. A record or an allowed
    /// entry for the whole number, as exact as that one, goes before it: whoever made it knew where the
    /// number goes.
    pub(super) fn record_there(
        &self,
        shorter: &PhoneNumber,
        whole: &Whole,
    ) -> Result<Option<Blocked>, Stop<T::Error>> {
        let Some(there) = self.tables.record(shorter)? else {
            return Ok(None);
        };
        let of_whole = whole.record.filter(|record| !record.blocked);
        let known = of_whole.is_some_and(|record| record.specificity >= there.specificity);
        let rescuers = [whole.allowed, self.tables.allowed(shorter)?];
        if self.is_block(&there, whole.listed) && !known && !self.is_rescued(&there, rescuers) {
            return Ok(Some(Blocked::NumberRestricted));
        }
        // Neither recorded if it is that one, nor left unrecorded if it is a stranger's.
        let quiet = there.privileged || there.no_recording;
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
