//! When, and how long.

use super::{Stop, Walk, people::Caller};
use crate::{Class, DayKind, Open, PhoneRules, Tables};
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
    /// The longest call of the inmate, or of the inmate's class.
    Inmate,
    /// The phone goes out of service.
    Service,
    /// The caller's hours, the booking, or an officer's presence end.
    Hours,
    /// The record of the number says so.
    Number,
    /// The call treatment says so.
    Treatment,
    /// The minutes that are left to the inmate.
    InmateMinutes,
    /// The minutes that are left for the number, of all callers together.
    NumberMinutes,
    /// No call lasts longer.
    HardLimit,
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
        caller: Option<&Caller>,
        number: &DialedNumber,
        untimed: bool,
        open: Open,
        own: impl Iterator<Item = Option<(Ticks, LimitedBy)>>,
    ) -> Result<Option<Ticks>, Stop<T::Error>> {
        let service = self.request.in_service_for;
        if service == Some(Ticks::ZERO) {
            return Err(Stop::Blocked(Blocked::PhoneOutOfService));
        }
        let of_class = if untimed {
            None
        } else {
            let own = caller.and_then(|caller| caller.pin.class);
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
        let longest = caller.and_then(|caller| caller.profile.longest_seconds);
        let longest = longest.filter(|_| !untimed).map(u64::from).map(Ticks::secs);
        let longest = longest.map(|longest| (longest, LimitedBy::Inmate));
        // Further away than the longest call they are no limit of this one.
        let near = |left: &Ticks| *left <= self.request.hard_limit;
        let open = match open {
            Open::For(left) => Some(left),
            Open::No | Open::Throughout => None,
        };
        let open = open.filter(near).map(|left| (left, LimitedBy::Hours));
        let service = service.filter(near).map(|left| (left, LimitedBy::Service));
        let all = [of_class, longest, service, open]
            .into_iter()
            .chain(own)
            .flatten();
        // An untimed call has no limit: the hard one cuts it, and is not its own.
        let hard = (self.request.hard_limit, LimitedBy::HardLimit);
        let smallest = all.min_by_key(|(limit, _)| *limit);
        let smallest = smallest.map(|own| if hard.0 < own.0 { hard } else { own });
        let finding = match smallest {
            Some(_) => Finding::Yes,
            None => Finding::No,
        };
        self.note(Check::Limit, finding);
        self.limited_by = smallest.map(|(_, by)| by);
        Ok(smallest.map(|(limit, _)| limit))
    }
}
