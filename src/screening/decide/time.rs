//! When, and how long.

use super::{Stop, Walk};
use crate::{Class, DayKind, PhoneRules, PinEntry, Tables};
use types::{
    dial_plan::DialedNumber,
    disposition::Blocked,
    tick::Ticks,
    verdict::{Check, Finding},
};

/// Which of the limits that hold for a call is the smallest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LimitedBy {
    /// How long calls of this type may last on such a day.
    Class {
        class: Class,
        /// The class is the PIN's, and not the phone's.
        of_pin: bool,
        day: DayKind,
    },
    /// There is no duration for that class and type: what the site says for all.
    Default,
    /// The phone goes out of service.
    Service,
    /// The record of the number says so.
    Number,
    /// The call treatment says so.
    Treatment,
}

impl<T: Tables + ?Sized> Walk<'_, T> {
    pub(super) fn time(&mut self, number: &DialedNumber) -> Result<(), Stop<T::Error>> {
        let finding = match self.tables.open_times(&number.number)? {
            None => Finding::NotFound,
            Some(steps) if steps.is_open(&self.request.when) => Finding::Passed,
            Some(_) => {
                let blocked = Blocked::TimeRestricted;
                return self.stop(Check::TimeRestricted, Finding::Found, blocked);
            }
        };
        self.note(Check::TimeRestricted, finding);
        Ok(())
    }

    pub(super) fn limit(
        &mut self,
        phone: &PhoneRules,
        pin: Option<&PinEntry>,
        number: &DialedNumber,
        untimed: bool,
        own: [Option<(Ticks, LimitedBy)>; 2],
    ) -> Result<Option<Ticks>, Stop<T::Error>> {
        let service = self.request.in_service_for;
        if service == Some(Ticks::ZERO) {
            return Err(Stop::Blocked(Blocked::PhoneOutOfService));
        }
        let of_class = if untimed {
            None
        } else {
            let own = pin.and_then(|pin| pin.class);
            let class: Class = own.unwrap_or(phone.class);
            let day = self.request.when.day_kind(self.rules.weekend);
            let (seconds, by) = match self.tables.durations(class, number.call_type)? {
                Some(durations) => {
                    let of_pin = own.is_some();
                    (durations.of(day), LimitedBy::Class { class, of_pin, day })
                }
                None => (self.rules.default_limit_seconds, LimitedBy::Default),
            };
            Some((Ticks::secs(u64::from(seconds)), by))
        };
        let service = service.map(|left| (left, LimitedBy::Service));
        let all = [of_class, service].into_iter().chain(own).flatten();
        let smallest = all.min_by_key(|(limit, _)| *limit);
        let finding = match smallest {
            Some(_) => Finding::Yes,
            None => Finding::No,
        };
        self.note(Check::Limit, finding);
        self.limited_by = smallest.map(|(_, by)| by);
        Ok(smallest.map(|(limit, _)| limit))
    }
}
