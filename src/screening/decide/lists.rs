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
        if with_pin && !self.rules.check_restricted {
            self.note(Check::RestrictedMode, Finding::No);
            if allowed.is_none() {
                let blocked = Blocked::NumberNotAllowed;
                return self.stop(Check::AllowedTable, Finding::NotFound, blocked);
            }
            self.note(Check::AllowedTable, Finding::Found);
            return Ok(());
        }
        if with_pin {
            self.note(Check::RestrictedMode, Finding::Yes);
        }
        let in_table = self.restricted(number, allowed)?;
        if !in_table {
            // A number in no table is allowed in these modes: noted, not decided.
            let finding = match allowed {
                Some(_) => Finding::Found,
                None => Finding::NotFound,
            };
            self.note(Check::AllowedTable, finding);
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
        if !self.rules.allowed_rescues {
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
