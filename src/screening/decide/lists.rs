//! The lists of numbers: the PIN's own, and those that hold for every caller.

use super::{Stop, Walk};
use crate::{AllowedEntry, ListedNumber, PinEntry, Tables};
use types::{
    dial_plan::DialedNumber,
    disposition::Blocked,
    verdict::{Check, Finding},
};

impl<T: Tables + ?Sized> Walk<'_, T> {
    pub(super) fn listed(
        &mut self,
        pin: Option<&PinEntry>,
        number: &DialedNumber,
    ) -> Result<Option<ListedNumber>, Stop<T::Error>> {
        let Some(pin) = pin else { return Ok(None) };
        let Some(listed) = self.tables.listed(pin.inmate, &number.number)? else {
            self.note(Check::PinNumberList, Finding::NotFound);
            return Ok(None);
        };
        if self.is_off(listed.disabled) {
            let blocked = Blocked::PinNumberDisabled;
            return self.stop(Check::PinNumberList, Finding::Disabled, blocked);
        }
        self.note(Check::PinNumberList, Finding::Found);
        Ok(Some(listed))
    }

    /// The tables that hold for every caller, for a number on nobody's list.
    pub(super) fn tables_of_all(
        &mut self,
        with_pin: bool,
        number: &DialedNumber,
        allowed: Option<AllowedEntry>,
    ) -> Result<(), Stop<T::Error>> {
        let third = with_pin && !self.rules.check_restricted;
        if with_pin {
            let finding = if third { Finding::No } else { Finding::Yes };
            self.note(Check::RestrictedMode, finding);
        }
        // What is blocked for everybody is, whoever lists it: so it is also where nobody does.
        let asked = !third || self.global_block_wins();
        if asked && self.restricted(number, allowed)? {
            return Ok(());
        }
        match allowed {
            Some(_) => self.note(Check::AllowedTable, Finding::Found),
            None if third => {
                let blocked = Blocked::NumberNotAllowed;
                return self.stop(Check::AllowedTable, Finding::NotFound, blocked);
            }
            // A number in no table is allowed in these modes: noted, not decided.
            None => self.note(Check::AllowedTable, Finding::NotFound),
        }
        Ok(())
    }

    /// The restricted table, and the allowed entry that may rescue. Tells whether the number
    /// was in the restricted table.
    pub(super) fn restricted(
        &mut self,
        number: &DialedNumber,
        allowed: Option<AllowedEntry>,
    ) -> Result<bool, Stop<T::Error>> {
        let Some(restricted) = self.tables.restricted(&number.number)? else {
            self.note(Check::RestrictedTable, Finding::NotFound);
            return Ok(false);
        };
        self.note(Check::RestrictedTable, Finding::Found);
        let blocked = Blocked::NumberRestricted;
        if !self.allowed_rescues() {
            return Err(Stop::Blocked(blocked));
        }
        match allowed {
            None => self.stop(Check::AllowedTable, Finding::NotFound, blocked),
            Some(entry) if entry.specificity < restricted.specificity => {
                self.stop(Check::AllowedTable, Finding::Found, blocked)
            }
            Some(_) => {
                self.note(Check::AllowedTable, Finding::Rescued);
                Ok(true)
            }
        }
    }
}
