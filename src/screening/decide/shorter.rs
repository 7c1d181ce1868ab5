//! What is reached if the last digits of a number of open length count for nothing.

use super::{Stop, Walk, people::Caller, record::Whole};
use crate::{AllowedEntry, ListedNumber, RestrictedEntry, Tables};
use types::{
    disposition::Blocked,
    phone_number::PhoneNumber,
    verdict::{Check, Finding},
};

impl<T: Tables + ?Sized> Walk<'_, T> {
    /// A number that would be reached if the last digits count for nothing: what blocks it
    /// blocks the call. An entry for the whole number goes before one for the shorter: whoever
    /// made it knew where the number goes. Tells whether the call has its limit if it goes there.
    pub(super) fn shorter(
        &mut self,
        shorter: &PhoneNumber,
        caller: Option<&Caller>,
        whole: &Whole,
        listing: Option<u8>,
    ) -> Result<bool, Stop<T::Error>> {
        let Whole {
            listed, allowed, ..
        } = *whole;
        if self.is_blocked_for(caller, shorter)? {
            let blocked = Blocked::NumberBlockedForInmate;
            return self.stop(Check::ShorterNumber, Finding::Found, blocked);
        }
        let restricted = self.tables.restricted(shorter)?;
        if restricted.is_some() || whole.blocks_there {
            self.allowed_rescues();
        }
        let there = self.tables.allowed(shorter)?;
        let own = match caller {
            Some(caller) => self.tables.listed(caller.pin.inmate, shorter)?,
            None => None,
        };
        let exact = |specificity: u8| usize::from(specificity) >= shorter.digits.len();
        let mut on_list = false;
        if let Some(caller) = caller
            && (listed.is_none() || self.rules.global_block_wins)
        {
            let specificities = [allowed.map(|entry| entry.specificity), listing];
            let known = listed.is_some()
                || there.is_some()
                || specificities.into_iter().flatten().any(exact);
            match self.against_shorter(caller, shorter, listing, known)? {
                Ok(allows) => on_list = allows,
                Err(blocked) => {
                    return self.stop(Check::ShorterNumber, Finding::Found, blocked);
                }
            }
        }
        // As for the whole number: one on a list passes the restricted table where global blocks win.
        let tables_count = |restricted: u8| match (listed, listing) {
            (Some(_), _) => self.rules.global_block_wins,
            (None, Some(specificity)) => {
                let passes = on_list || specificity >= restricted;
                self.rules.global_block_wins || (self.rules.check_restricted && !passes)
            }
            (None, None) => {
                let rules = self.rules;
                caller.is_none() || rules.check_restricted || rules.global_block_wins
            }
        };
        let restricted = restricted.filter(|entry| !self.is_rescued_by(entry, [allowed, there]));
        let restricted = restricted.map(|entry| entry.specificity);
        let of_record = whole.refused.filter(|(number, _)| number == shorter);
        let blocked = if restricted.is_some_and(tables_count) {
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
            of_record.map(|(_, blocked)| blocked)
        };
        self.not_instead(blocked)?;
        Ok(listed.is_none() && is_timed(shorter, own, there, allowed))
    }

    /// Stops at a number that would be reached instead, if something is against it.
    pub(super) fn not_instead(&mut self, blocked: Option<Blocked>) -> Result<(), Stop<T::Error>> {
        match blocked {
            Some(blocked) => self.stop(Check::ShorterNumber, Finding::Found, blocked),
            None => Ok(()),
        }
    }

    fn is_rescued_by(
        &self,
        restricted: &RestrictedEntry,
        rescuers: [Option<AllowedEntry>; 2],
    ) -> bool {
        let rescues = |entry: &AllowedEntry| entry.specificity >= restricted.specificity;
        self.rules.allowed_rescues && rescuers.iter().flatten().any(rescues)
    }

    fn is_open(&self, number: &PhoneNumber) -> Result<bool, Stop<T::Error>> {
        let steps = self.tables.open_times(number)?;
        Ok(steps.is_none_or(|steps| steps.is_open(&self.request.when)))
    }
}

/// Whether the shorter number is privileged, or the whole one, and no entry as exact as that for the
/// shorter says what the whole number is: it can be let through neither as the attorney's nor as a
/// stranger's.
fn is_anothers_privilege(
    shorter: &PhoneNumber,
    own: Option<ListedNumber>,
    there: Option<AllowedEntry>,
    whole: &Whole,
) -> bool {
    let quiet = whole.is_quiet();
    // A number on a PIN's list is exact: each of its digits is fixed.
    let own = own.filter(|own| own.privileged || quiet);
    let own = own.map(|_| shorter.digits.len());
    let there = there.filter(|there| there.privileged || quiet);
    let there = there.map(|there| usize::from(there.specificity));
    own.max(there)
        .is_some_and(|told| whole.specificity() < Some(told))
}

/// Whether calls to the shorter number have a limit, by an entry that is more exact than the one which
/// lets the whole number through.
fn is_timed(
    shorter: &PhoneNumber,
    own: Option<ListedNumber>,
    there: Option<AllowedEntry>,
    allowed: Option<AllowedEntry>,
) -> bool {
    let specificity = allowed.map(|entry| usize::from(entry.specificity));
    let (untimed, exact) = match (own, there) {
        (Some(own), _) => (own.untimed, shorter.digits.len()),
        (None, Some(there)) => (there.untimed, usize::from(there.specificity)),
        (None, None) => return false,
    };
    !untimed && Some(exact) > specificity
}
