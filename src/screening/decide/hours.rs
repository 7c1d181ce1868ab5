//! When the caller may call: hours, booked calls, and an officer's presence. Each is open up to
//! some time, and no talk goes on after it.

use super::{Stop, Walk, people::Caller};
use crate::{Open, Tables};
use types::{
    disposition::Blocked,
    inmate::Scope,
    phone_number::PhoneNumber,
    verdict::{Check, Finding},
};

impl<T: Tables + ?Sized> Walk<'_, T> {
    /// How long all of them are open.
    pub(super) fn hours(
        &mut self,
        caller: Option<&Caller>,
        number: &PhoneNumber,
    ) -> Result<Open, Stop<T::Error>> {
        let mut open = Open::Throughout;
        if let Some(caller) = caller {
            open = open
                .and(self.windows(caller)?)
                .and(self.booking(caller, number)?);
        }
        Ok(open.and(self.officer_present()?))
    }

    /// The hours of the inmate, of the class, and of the living unit and the groups above it: all
    /// that there are, or the first of them.
    fn windows(&mut self, caller: &Caller) -> Result<Open, Stop<T::Error>> {
        let profile = &caller.profile;
        let class = profile.class.map(Scope::Class);
        let units = profile.units.iter().copied().map(Scope::Group);
        let scopes = std::iter::once(Scope::Inmate(caller.pin.inmate));
        let mut open: Option<Open> = None;
        for scope in scopes.chain(class).chain(units) {
            let Some(window) = self.tables.window(scope)? else {
                continue;
            };
            open = Some(open.map_or(window, |before| before.and(window)));
            if !self.rules.people.all_windows {
                break;
            }
        }
        let Some(open) = open else {
            return Ok(Open::Throughout);
        };
        self.passes(Check::Window, open, Blocked::OutsideWindow)
    }

    fn booking(&mut self, caller: &Caller, number: &PhoneNumber) -> Result<Open, Stop<T::Error>> {
        if !caller.profile.booked_only {
            return Ok(Open::Throughout);
        }
        let open = self.tables.booked(caller.pin.inmate, number)?;
        self.passes(Check::Booking, open, Blocked::NotBooked)
    }

    fn officer_present(&mut self) -> Result<Open, Stop<T::Error>> {
        let Some(open) = self.tables.officer_presence(self.request.line)? else {
            return Ok(Open::Throughout);
        };
        self.passes(Check::OfficerPresent, open, Blocked::NoOfficer)
    }

    fn passes(
        &mut self,
        check: Check,
        open: Open,
        blocked: Blocked,
    ) -> Result<Open, Stop<T::Error>> {
        if open == Open::No {
            return self.stop(check, Finding::No, blocked);
        }
        self.note(check, Finding::Passed);
        Ok(open)
    }
}
