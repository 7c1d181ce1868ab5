//! Who calls, and from where.

use super::{PinState, Request, Stop, Walk, pin_state};
use crate::{PhoneRules, PinEntry, Tables};
use types::{
    disposition::Blocked,
    verdict::{Check, Finding},
};

impl<T: Tables + ?Sized> Walk<'_, T> {
    /// A phone that nobody entered is as one that is switched off.
    pub(super) fn phone(&self) -> Result<PhoneRules, Stop<T::Error>> {
        match self.tables.phone(self.request.line)? {
            Some(phone) if phone.in_service => Ok(phone),
            _ => Err(Stop::Blocked(Blocked::PhoneOutOfService)),
        }
    }

    pub(super) fn pin(&mut self, phone: &PhoneRules) -> Result<Option<PinEntry>, Stop<T::Error>> {
        if !phone.pin_required {
            self.note(Check::PinRequired, Finding::No);
            return Ok(None);
        }
        self.note(Check::PinRequired, Finding::Yes);
        let Request {
            pin,
            line,
            now_utc_ms,
            ..
        } = *self.request;
        let state = match pin {
            Some(pin) => pin_state(&pin, line, now_utc_ms, self.tables)?,
            None => PinState::Unknown,
        };
        self.inmate = state.entry().map(|entry| entry.inmate);
        match state {
            PinState::Unknown => self.stop(Check::PinTable, Finding::NotFound, Blocked::PinInvalid),
            PinState::Disabled(_) => {
                self.stop(Check::PinTable, Finding::Disabled, Blocked::PinDisabled)
            }
            PinState::NotYet(_) => {
                self.stop(Check::PinTable, Finding::NotYet, Blocked::PinNotYetValid)
            }
            PinState::Expired(_) => {
                self.stop(Check::PinTable, Finding::Expired, Blocked::PinExpired)
            }
            PinState::InUse(_) => {
                self.note(Check::PinTable, Finding::Found);
                self.stop(Check::PinInUse, Finding::Yes, Blocked::PinInUse)
            }
            PinState::Valid(entry) => {
                self.note(Check::PinTable, Finding::Found);
                self.note(Check::PinInUse, Finding::No);
                Ok(Some(entry))
            }
        }
    }
}
