//! Whether an officer must confirm the call, and has.

use super::{Stop, Walk};
use crate::Tables;
use types::{
    disposition::Blocked,
    verdict::{Check, Finding},
};

impl<T: Tables + ?Sized> Walk<'_, T> {
    /// Asked last of all: nobody is fetched for a call that would be refused anyway. Somebody who is
    /// no officer any more by now has confirmed nothing.
    pub(super) fn officer(&mut self, privileged: bool) -> Result<(), Stop<T::Error>> {
        if !self.tables.wants_officer(self.request.line)? {
            return Ok(());
        }
        if privileged && !self.rules.officer_for_privileged {
            self.note(Check::Officer, Finding::No);
            return Ok(());
        }
        let confirmed = match self.request.officer {
            Some(officer) => self.tables.is_officer(officer)?,
            None => false,
        };
        if !confirmed {
            return self.stop(Check::Officer, Finding::NotFound, Blocked::NotConfirmed);
        }
        self.note(Check::Officer, Finding::Found);
        Ok(())
    }
}
