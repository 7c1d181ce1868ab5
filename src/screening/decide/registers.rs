//! The lockout registers, after all that says whether a number may be called at all.

use super::{Flags, Stop, Walk};
use crate::{PinEntry, Register, Tables, registers::Lack, registers::Room};
use types::{
    dial_plan::DialedNumber,
    disposition::Blocked,
    tick::Ticks,
    verdict::{Check, Finding},
};

/// In what a call counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Counts {
    /// A privileged call: nowhere.
    Nowhere,
    /// A call without limit: as a call.
    AsCall,
    /// With its minutes.
    WithMinutes,
}

impl<T: Tables + ?Sized> Walk<'_, T> {
    /// In what the call counts, what the inmate's register leaves, and how long it may last by all
    /// of them. A phone without PIN has the number's alone; a
    /// number whose last digits may count for nothing has those of what is reached as well.
    pub(super) fn registers(
        &mut self,
        pin: Option<&PinEntry>,
        number: &DialedNumber,
        flags: &Flags,
    ) -> Result<(Counts, Room, Option<Ticks>), Stop<T::Error>> {
        let mut room = Room::default();
        if flags.privileged {
            return Ok((Counts::Nowhere, room, None));
        }
        if let Some(pin) = pin
            && let Some(register) = self.tables.inmate_register(pin.inmate)?
        {
            room = self.room_of_inmate(&register, flags.untimed)?;
        }
        let (mut longest, mut any) = (room.talk, false);
        for number in std::iter::once(&number.number).chain(self.request.shorter) {
            let Some(register) = self.tables.number_register(number)? else {
                continue;
            };
            let left = self.room_of_number(&register, flags.untimed)?;
            longest = [longest, left.talk].into_iter().flatten().min();
            any = true;
        }
        if any {
            self.note(Check::NumberRegister, Finding::Passed);
        }
        let counts = match flags.untimed {
            true => Counts::AsCall,
            false => Counts::WithMinutes,
        };
        Ok((counts, room, longest))
    }

    fn room_of_inmate(
        &mut self,
        register: &Register,
        untimed: bool,
    ) -> Result<Room, Stop<T::Error>> {
        let now = self.request.now_utc_ms;
        match register.room(!untimed, now) {
            Ok(room) => {
                self.note(Check::InmateRegister, Finding::Passed);
                Ok(room)
            }
            Err(lack) => {
                self.opens = register.opens(!untimed, now);
                let blocked = match lack {
                    Lack::Calls(_) => Blocked::CallsUsedUp,
                    Lack::Minutes(_) => Blocked::MinutesUsedUp,
                    Lack::Time => Blocked::TooSoon,
                };
                self.stop(Check::InmateRegister, Finding::UsedUp, blocked)
            }
        }
    }

    fn room_of_number(
        &mut self,
        register: &Register,
        untimed: bool,
    ) -> Result<Room, Stop<T::Error>> {
        let now = self.request.now_utc_ms;
        match register.room(!untimed, now) {
            Ok(room) => Ok(room),
            Err(_) => {
                self.opens = register.opens(!untimed, now);
                let (check, blocked) = (Check::NumberRegister, Blocked::NumberUsedUp);
                self.stop(check, Finding::UsedUp, blocked)
            }
        }
    }
}
