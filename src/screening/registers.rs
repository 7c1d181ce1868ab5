//! Lockout registers: how many calls, how many minutes, and how soon after the last one.
//!
//! A call is reserved when it is admitted, with the longest it may last, and settled when it is
//! over; what was reserved and not used is free again. So two lines that ask at the same moment
//! never get one call too many, and no call outlasts the minutes there are.
//!
//! * A call that may count yet, but does not so far, has no instant: it counts as if it were now.
//! * A call that counts belongs, with all its minutes, to the period in which it began to count.
//! * Privileged calls count nowhere and are never refused here; those of numbers without limit
//!   count as calls, not as minutes.

use types::tick::Ticks;

pub use types::settings::Period;

/// One value for each period.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Periods<T> {
    pub day: T,
    pub week: T,
    pub month: T,
}

impl<T> Periods<T> {
    pub fn each(mut make: impl FnMut(Period) -> T) -> Periods<T> {
        Periods {
            day: make(Period::Day),
            week: make(Period::Week),
            month: make(Period::Month),
        }
    }

    pub fn of(&self, period: Period) -> &T {
        match period {
            Period::Day => &self.day,
            Period::Week => &self.week,
            Period::Month => &self.month,
        }
    }
}

/// What an inmate, or all callers of a number, may use. `None` is without limit.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Allowance {
    pub calls: Periods<Option<u32>>,
    pub minutes: Periods<Option<u32>>,
    /// From the end of the last counted call to the screening of the next.
    pub between_seconds: Option<u32>,
}

/// A period as it is at one instant, UTC in milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Span {
    pub from: i64,
    /// Not in it any more.
    pub to: i64,
}

/// The periods at one instant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spans {
    /// The day, week and month that it is.
    Calendar(Periods<Span>),
    /// The last 24 hours, 7 days, 30 days.
    Rolling { now_utc_ms: i64 },
}

/// The end of what an entry is, for the time between two calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// It is no call, but what an administrator gave or took.
    NoCall,
    /// It goes on.
    NotYet,
    At(i64),
}

/// One entry of a register. An administrator who gives takes from what is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Since when it counts; `None` for a call that may count yet.
    pub at_utc_ms: Option<i64>,
    pub calls: i64,
    pub ticks: i64,
    pub ended: Ended,
}

/// What was used and is reserved. What was given back can make it less than nothing.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Used {
    pub calls: i64,
    pub ticks: i64,
}

/// One register, as it stands when a call asks to be placed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Register {
    pub allowance: Allowance,
    pub spans: Spans,
    /// All that can be in one of the spans, and the calls that ended last, in any order.
    pub entries: Vec<Entry>,
}

/// What there is not enough of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lack {
    Calls(Period),
    Minutes(Period),
    /// The last call ended too short a time ago.
    Time,
}

/// What is left for a call and those after it; `None` is without limit.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Room {
    /// The call that asks is one of them.
    pub calls: Option<u32>,
    pub talk: Option<Ticks>,
}

/// With less than this left no call is placed: no duration class is shorter either.
pub const LEAST_TALK: Ticks = Ticks::secs(60);

const DAY_MS: i64 = 24 * 3600 * 1000;

impl Spans {
    /// As it is now. What lies ahead was written before a clock was set back.
    pub fn of(&self, period: Period) -> Span {
        match self {
            Spans::Calendar(spans) => *spans.of(period),
            Spans::Rolling { now_utc_ms } => Span {
                from: now_utc_ms - length(period) + 1,
                to: now_utc_ms + length(period),
            },
        }
    }

    /// The beginning of the longest.
    pub fn first(&self) -> i64 {
        let from = Period::ALL.map(|period| self.of(period).from);
        from.into_iter().min().expect("there are three")
    }
}

/// How long a period is where it is no calendar's.
fn length(period: Period) -> i64 {
    match period {
        Period::Day => DAY_MS,
        Period::Week => 7 * DAY_MS,
        Period::Month => 30 * DAY_MS,
    }
}

impl Register {
    pub fn used(&self, period: Period) -> Used {
        let span = self.spans.of(period);
        let mut used = Used::default();
        for entry in &self.entries {
            let inside = |at: i64| (span.from..span.to).contains(&at);
            if entry.at_utc_ms.is_none_or(inside) {
                used.calls += entry.calls;
                used.ticks += entry.ticks;
            }
        }
        used
    }

    /// When the last counted call ended: now, if one goes on that counts or may.
    pub fn last_ended(&self, now_utc_ms: i64) -> Option<i64> {
        let ended = self.entries.iter().filter_map(|entry| match entry.ended {
            Ended::NoCall => None,
            Ended::NotYet => Some(now_utc_ms),
            Ended::At(at) => Some(at),
        });
        // What lies ahead was written before a clock was set back.
        ended.filter(|at| *at <= now_utc_ms).max()
    }

    /// What is left for one more call, with minutes only if it is `timed`.
    ///
    /// # Errors
    /// What is lacking for it, the longest period first: that is what has to be waited for.
    pub fn room(&self, timed: bool, now_utc_ms: i64) -> Result<Room, Lack> {
        let mut room = Room::default();
        for period in Period::ALL.into_iter().rev() {
            let left = self.calls_left(period);
            if left == Some(0) {
                return Err(Lack::Calls(period));
            }
            room.calls = least(room.calls, left);
        }
        if self.soonest(now_utc_ms).is_some_and(|at| at > now_utc_ms) {
            return Err(Lack::Time);
        }
        for period in Period::ALL.into_iter().rev().filter(|_| timed) {
            let left = self.talk_left(period);
            if left.is_some_and(|left| left < LEAST_TALK) {
                return Err(Lack::Minutes(period));
            }
            room.talk = least(room.talk, left);
        }
        Ok(room)
    }

    /// When a call would be let through here, if nothing else happened until then: at once, if
    /// there is room; `None` where no waiting helps, as where nothing is allowed at all.
    pub fn opens(&self, timed: bool, now_utc_ms: i64) -> Option<i64> {
        let mut opens = self.soonest(now_utc_ms).unwrap_or(i64::MIN);
        for period in Period::ALL {
            if self.calls_left(period) == Some(0) {
                let calls = i64::from((*self.allowance.calls.of(period))?);
                opens = opens.max(self.below(period, |used| used.calls < calls)?);
            }
            if timed && self.talk_left(period).is_some_and(|left| left < LEAST_TALK) {
                let most = ticks((*self.allowance.minutes.of(period))?) - signed(LEAST_TALK);
                opens = opens.max(self.below(period, |used| used.ticks <= most)?);
            }
        }
        Some(opens.max(now_utc_ms))
    }

    pub fn calls_left(&self, period: Period) -> Option<u32> {
        let calls = (*self.allowance.calls.of(period))?;
        let left = i64::from(calls) - self.used(period).calls;
        Some(u32::try_from(left.max(0)).unwrap_or(u32::MAX))
    }

    pub fn talk_left(&self, period: Period) -> Option<Ticks> {
        let minutes = (*self.allowance.minutes.of(period))?;
        let left = ticks(minutes) - self.used(period).ticks;
        Some(Ticks(u64::try_from(left).unwrap_or(0)))
    }

    /// The first instant at which the time between two calls has passed.
    fn soonest(&self, now_utc_ms: i64) -> Option<i64> {
        let between = self.allowance.between_seconds?;
        let ended = self.last_ended(now_utc_ms)?;
        Some(ended + i64::from(between) * 1000)
    }

    /// When so much has left a period that what is used is `enough`.
    fn below(&self, period: Period, enough: impl Fn(Used) -> bool) -> Option<i64> {
        if !enough(Used::default()) {
            return None;
        }
        if let Spans::Calendar(spans) = &self.spans {
            return Some(spans.of(period).to);
        }
        let span = self.spans.of(period);
        let counts = |at: i64| (span.from..span.to).contains(&at);
        let inside = |entry: &&Entry| entry.at_utc_ms.is_some_and(counts);
        let mut leaving: Vec<&Entry> = self.entries.iter().filter(inside).collect();
        leaving.sort_by_key(|entry| entry.at_utc_ms);
        let mut used = self.used(period);
        for together in leaving.chunk_by(|a, b| a.at_utc_ms == b.at_utc_ms) {
            for entry in together {
                used.calls -= entry.calls;
                used.ticks -= entry.ticks;
            }
            if enough(used) {
                return together[0].at_utc_ms.map(|at| at + length(period));
            }
        }
        // Calls that may count yet are in the way: how they end is not known.
        None
    }
}

impl Allowance {
    /// Whether it is no limit at all.
    pub fn is_boundless(&self) -> bool {
        *self == Allowance::default()
    }
}

fn least<T: Ord>(a: Option<T>, b: Option<T>) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

fn ticks(minutes: u32) -> i64 {
    i64::from(minutes) * signed(Ticks::secs(60))
}

fn signed(length: Ticks) -> i64 {
    i64::try_from(length.0).unwrap_or(i64::MAX)
}
