//! When, and how long.

use super::{Stop, Walk, people::Caller};
use crate::{Class, Open, PhoneRules, Tables};
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
        caller: Option<&Caller>,
        number: &DialedNumber,
        untimed: bool,
        open: Open,
    ) -> Result<Option<Ticks>, Stop<T::Error>> {
        let service = self.request.in_service_for;
        if service == Some(Ticks::ZERO) {
            return Err(Stop::Blocked(Blocked::PhoneOutOfService));
        }
        let of_class = if untimed {
            None
        } else {
            let class = caller.and_then(|caller| caller.pin.class);
            let class: Class = class.unwrap_or(phone.class);
            let kind = self.request.when.day_kind(self.rules.weekend);
            let seconds = match self.tables.durations(class, number.call_type)? {
                Some(durations) => durations.of(kind),
                None => self.rules.default_limit_seconds,
            };
            let longest = caller.and_then(|caller| caller.profile.longest_seconds);
            let seconds = longest.map_or(seconds, |longest| longest.min(seconds));
            Some(Ticks::secs(u64::from(seconds)))
        };
        let open = match open {
            Open::For(left) if left <= self.request.hard_limit => Some(left),
            _ => None,
        };
        let limit = [of_class, service, open].into_iter().flatten().min();
        let finding = if limit.is_some() {
            Finding::Yes
        } else {
            Finding::No
        };
        self.note(Check::Limit, finding);
        Ok(limit)
    }
}
