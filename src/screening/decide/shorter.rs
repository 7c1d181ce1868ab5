//! What is reached if the last digits of a number of open length count for nothing.

use super::{Stop, Walk, people::Caller, record::Whole};
use crate::{AllowedEntry, ListedNumber, Listing, Tables};
use types::{
    disposition::Blocked,
    phone_number::PhoneNumber,
    verdict::{Check, Finding},
};

impl<T: Tables + ?Sized> Walk<'_, T> {
    /// A number that would be reached if the last digits count for nothing: what blocks it
    /// blocks the call. An entry for the whole number goes before one for the shorter: whoever
    /// made it knew where the number goes.
    pub(super) fn shorter(
        &mut self,
        shorter: &PhoneNumber,
        caller: Option<&Caller>,
        whole: &Whole,
        listing: Option<Listing>,
    ) -> Result<(), Stop<T::Error>> {
        let Whole {
            listed, allowed, ..
        } = *whole;
        let there = self.tables.allowed(shorter)?;
        let own = match caller {
            Some(caller) => self.tables.listed(caller.pin.inmate, shorter)?,
            None => None,
        };
        let exact = |entry: AllowedEntry| usize::from(entry.specificity) >= shorter.digits.len();
        let known = listed.is_some() || allowed.is_some_and(exact);
        if let Some(caller) = caller
            && (listed.is_none() || self.rules.global_block_wins)
            && let Some(blocked) = self.against_shorter(caller, shorter, listing, known)?
        {
            return self.stop(Check::ShorterNumber, Finding::Found, blocked);
        }
        // As for the whole number: one on a list passes the restricted table where global blocks win.
        let on_list = listed.is_some() || listing == Some(Listing::Allowed);
        let tables_count = match on_list {
            true => self.rules.global_block_wins,
            false => caller.is_none() || self.rules.check_restricted,
        };
        let of_record = self.record_there(shorter, whole)?;
        let blocked = if tables_count && self.restricted_there(shorter, [allowed, there])? {
            Some(Blocked::NumberRestricted)
        } else if listed.is_none() && own.is_some_and(|own| self.is_off(own.disabled)) {
            Some(Blocked::PinNumberDisabled)
        } else if listed.is_none() && is_anothers_privilege(shorter, own, there, whole) {
            Some(Blocked::NumberNotAllowed)
        } else if let Some(blocked) = self.refused_at(shorter)? {
            Some(blocked)
        } else if !self.is_open(shorter)? {
            Some(Blocked::TimeRestricted)
        } else {
            of_record
        };
        self.not_instead(blocked)
    }

    /// Stops at a number that would be reached instead, if something is against it.
    pub(super) fn not_instead(&mut self, blocked: Option<Blocked>) -> Result<(), Stop<T::Error>> {
        match blocked {
            Some(blocked) => self.stop(Check::ShorterNumber, Finding::Found, blocked),
            None => Ok(()),
        }
    }

    /// Whether the number is in the restricted table, and none of these entries rescues it.
    fn restricted_there(
        &self,
        number: &PhoneNumber,
        rescuers: [Option<AllowedEntry>; 2],
    ) -> Result<bool, Stop<T::Error>> {
        let Some(restricted) = self.tables.restricted(number)? else {
            return Ok(false);
        };
        let rescues = |entry: &AllowedEntry| entry.specificity >= restricted.specificity;
        let rescued = self.rules.allowed_rescues && rescuers.iter().flatten().any(rescues);
        Ok(!rescued)
    }

    fn is_open(&self, number: &PhoneNumber) -> Result<bool, Stop<T::Error>> {
        let steps = self.tables.open_times(number)?;
        Ok(steps.is_none_or(|steps| steps.is_open(&self.request.when)))
    }
}

/// Whether the shorter number is privileged, and no entry as exact as that one says what the whole
/// number is: it can be let through neither as the attorney's nor as a stranger's.
fn is_anothers_privilege(
    shorter: &PhoneNumber,
    own: Option<ListedNumber>,
    there: Option<AllowedEntry>,
    whole: &Whole,
) -> bool {
    // A number on a PIN's list is exact: each of its digits is fixed.
    let own = own.filter(|own| own.privileged);
    let own = own.map(|_| shorter.digits.len());
    let there = there.filter(|there| there.privileged);
    let there = there.map(|there| usize::from(there.specificity));
    own.max(there)
        .is_some_and(|privileged| whole.specificity() < Some(privileged))
}
