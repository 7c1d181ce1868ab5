//! When, and how long.

use super::{Stop, Walk};
use crate::{Class, PhoneRules, PinEntry, Tables};
use types::{
    dial_plan::DialedNumber,
    disposition::Blocked,
    tick::Ticks,
    verdict::{Check, Finding},
};

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
        own_seconds: Option<u32>,
    ) -> Result<Option<Ticks>, Stop<T::Error>> {
        let service = self.request.in_service_for;
        if service == Some(Ticks::ZERO) {
            return Err(Stop::Blocked(Blocked::PhoneOutOfService));
        }
        let of_class = if untimed {
            None
        } else {
            let class: Class = pin.and_then(|pin| pin.class).unwrap_or(phone.class);
            let kind = self.request.when.day_kind(self.rules.weekend);
            let seconds = match self.tables.durations(class, number.call_type)? {
                Some(durations) => durations.of(kind),
                None => self.rules.default_limit_seconds,
            };
            Some(Ticks::secs(u64::from(seconds)))
        };
        let own = own_seconds.map(|seconds| Ticks::secs(u64::from(seconds)));
        let limit = [of_class, own, service].into_iter().flatten().min();
        let finding = if limit.is_some() {
            Finding::Yes
        } else {
            Finding::No
        };
        self.note(Check::Limit, finding);
        Ok(limit)
    }
}
