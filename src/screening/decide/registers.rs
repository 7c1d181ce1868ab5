//! The lockout registers, after all that says whether a number may be called at all.

use super::{Flags, LimitedBy, Stop, Walk};
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

/// What registers leave for a call.
pub(super) struct Held {
    pub counts: Counts,
    /// In the inmate's own.
    pub room: Room,
    /// The fewest minutes there are.
    pub longest: Option<(Ticks, LimitedBy)>,
}

impl<T: Tables + ?Sized> Walk<'_, T> {
    /// A phone without PIN has the number's register alone; a number whose last digits may count
    /// for nothing has those of what is reached as well.
    pub(super) fn registers(
        &mut self,
        pin: Option<&PinEntry>,
        number: &DialedNumber,
        flags: &Flags,
    ) -> Result<Held, Stop<T::Error>> {
        let mut held = Held {
            counts: match (flags.privileged, flags.untimed) {
                (true, _) => Counts::Nowhere,
                (false, true) => Counts::AsCall,
                (false, false) => Counts::WithMinutes,
            },
            room: Room::default(),
            longest: None,
        };
        if flags.privileged {
            return Ok(held);
        }
        if let Some(pin) = pin
            && let Some(register) = self.tables.inmate_register(pin.inmate)?
        {
            held.room = self.room_of_inmate(&register, flags.untimed)?;
            held.longest = held.room.talk.map(|left| (left, LimitedBy::InmateMinutes));
        }
        let mut any = false;
        let own = self.tables.number_register(&number.number);
        let reached = self.request.shorter.iter();
        let reached = reached.map(|shorter| self.tables.reached_register(shorter));
        for register in std::iter::once(own).chain(reached) {
            let Some(register) = register? else {
                continue;
            };
            let room = self.room_of_number(&register, flags.untimed)?;
            let left = room.talk.map(|left| (left, LimitedBy::NumberMinutes));
            let both = [held.longest, left].into_iter().flatten();
            held.longest = both.min_by_key(|(left, _)| *left);
            any = true;
        }
        if any {
            self.note(Check::NumberRegister, Finding::Passed);
        }
        Ok(held)
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
