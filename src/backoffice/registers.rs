//! Lockout registers as they are stored: what is allowed, what was used, and the site's rules.
//!
//! The registers themselves are screening's; here is where their entries come from. An admission
//! reserves in its own transaction (`hold`), and whatever ends the call settles it: the line, or
//! the next start of the program after a crash.

mod frequent;
mod hold;

use crate::{AllowanceOf, Error, clock, people};
use db::{
    Read, Tables,
    keys::{AllowanceKey, CountedKey, RegisterKey, SiteKey},
    values::{self, Counted, Counting},
};
use jiff::tz::TimeZone;
use screening::{Allowance, Ended, Entry, Period, Periods, Register, Spans, Used};
use std::{cell::Cell, ops::Bound};
use types::{
    id::{CallId, InmateId},
    phone_number::PhoneNumber,
    settings::CountsFrom,
    tick::Ticks,
};

pub use frequent::{FrequentNumber, FrequentTally, Often};
pub(crate) use hold::Reserving;

/// How calls are counted at the whole site.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RegisterRules {
    /// The last 24 hours, 7 days and 30 days, instead of the calendar's.
    pub rolling: bool,
    /// The first day of a week; 0 is Monday.
    pub week_start: u8,
    pub counts_from: CountsFrom,
    /// How many calls and minutes are left is told before each call.
    pub tell_left: bool,
    /// When a number is called so often that an officer is told.
    pub often: Often,
}

impl RegisterRules {
    /// The calendar's, weeks from Sunday on; a call counts once it is accepted.
    pub fn standard() -> RegisterRules {
        RegisterRules {
            rolling: false,
            week_start: 6,
            counts_from: CountsFrom::Acceptance,
            tell_left: false,
            often: Often::NEVER,
        }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.week_start > 6 {
            return Err(Error::invalid("first day of a week", "0 to 6"));
        }
        Ok(())
    }
}

/// Whose register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RegisterOf {
    Inmate(InmateId),
    /// Of all callers of the number.
    Number(PhoneNumber),
}

impl RegisterOf {
    pub(crate) fn key(self) -> RegisterKey {
        match self {
            RegisterOf::Inmate(inmate) => RegisterKey::Inmate(inmate),
            RegisterOf::Number(number) => RegisterKey::Number(number),
        }
    }
}

/// A register as an officer looks at it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RegisterState {
    /// What may be used; everything, where nothing is entered.
    pub allowance: Allowance,
    /// Whose allowance an inmate's is; `None` where nothing limits the inmate, and of numbers.
    pub allowance_of: Option<AllowanceOf>,
    /// Open calls with what they hold.
    pub used: Periods<Used>,
    pub calls_left: Periods<Option<u32>>,
    pub talk_left: Periods<Option<Ticks>>,
    pub last_ended_utc_ms: Option<i64>,
    /// When a call would be let through: now, if it is; `None` where no waiting helps.
    pub opens_utc_ms: Option<i64>,
}

/// No call is longer, so that none that ended lately began before.
const LONGEST_CALL_MS: i64 = 24 * 3600 * 1000;

/// The registers, as one transaction sees them at one instant. What both of a decision's need is read
/// once.
pub(crate) struct Registers<'a, R> {
    tables: &'a Tables,
    txn: &'a R,
    zone: &'a TimeZone,
    now_utc_ms: i64,
    spans: Cell<Option<Spans>>,
    class: Cell<Option<(InmateId, Option<u8>)>>,
}

impl<'a, R> Registers<'a, R> {
    pub fn new(tables: &'a Tables, txn: &'a R, zone: &'a TimeZone, now_utc_ms: i64) -> Self {
        Registers {
            tables,
            txn,
            zone,
            now_utc_ms,
            spans: Cell::new(None),
            class: Cell::new(None),
        }
    }

    /// The class of an inmate, as this transaction has it.
    pub fn knows_class(&self, inmate: InmateId, class: Option<u8>) {
        self.class.set(Some((inmate, class)));
    }
}

impl<R: Read> Registers<'_, R> {
    /// What may be used; `None` where nothing limits it.
    pub fn allowance(&self, of: RegisterKey) -> Result<Option<Allowance>, Error> {
        match of {
            RegisterKey::Inmate(inmate) => {
                let found = self.inmates_allowance(inmate)?;
                Ok(found.map(|(_, allowance)| allowance))
            }
            RegisterKey::Number(number) => {
                let best = self.tables.number_allowances.best(self.txn, &number)?;
                Ok(best.and_then(|best| limiting(&best.value)))
            }
        }
    }

    /// What an inmate may use, and whose allowance that is: the inmate's own, else that of the
    /// class, else everybody's. One without any limit is an allowance too, and ends the search.
    pub fn inmates_allowance(
        &self,
        inmate: InmateId,
    ) -> Result<Option<(AllowanceOf, Allowance)>, Error> {
        let table = &self.tables.allowances;
        if let Some(own) = table.get(self.txn, &AllowanceKey::Inmate(inmate))? {
            return Ok(limiting(&own).map(|own| (AllowanceOf::Inmate(inmate), own)));
        }
        let class = match self.class.get() {
            Some((of, class)) if of == inmate => class,
            _ => {
                let entry = self.tables.inmates.get(self.txn, &inmate)?;
                entry.and_then(|entry| entry.class)
            }
        };
        if let Some(class) = class.map(people::inmate_class).transpose()?
            && let Some(of_class) = table.get(self.txn, &AllowanceKey::Class(class))?
        {
            return Ok(limiting(&of_class).map(|found| (AllowanceOf::Class(class), found)));
        }
        let everybody = table.get(self.txn, &AllowanceKey::Everybody)?;
        let everybody = everybody.and_then(|stored| limiting(&stored));
        Ok(everybody.map(|found| (AllowanceOf::Everybody, found)))
    }

    /// The register, as far as screening needs it; `None` where nothing limits it.
    pub fn limiting(&self, of: RegisterKey) -> Result<Option<Register>, Error> {
        let Some(allowance) = self.allowance(of)? else {
            return Ok(None);
        };
        let spans = self.spans_now()?;
        let limited = |period: &Period| {
            let (calls, minutes) = (allowance.calls.of(*period), allowance.minutes.of(*period));
            calls.is_some() || minutes.is_some()
        };
        let periods = Period::ALL.into_iter().filter(limited);
        let from = periods.map(|period| spans.of(period).from).min();
        let ended = self.ended_from(&allowance);
        let from = from.into_iter().chain(ended).min();
        let entries = match from {
            Some(from) => self.entries(of, from)?,
            None => Vec::new(),
        };
        Ok(Some(Register {
            allowance,
            spans,
            entries: entries.into_iter().map(|(_, entry)| entry).collect(),
        }))
    }

    /// The whole register.
    pub fn state(&self, of: RegisterKey) -> Result<RegisterState, Error> {
        let (allowance_of, allowance) = match of {
            RegisterKey::Inmate(inmate) => self.inmates_allowance(inmate)?.unzip(),
            RegisterKey::Number(_) => (None, self.allowance(of)?),
        };
        let allowance = allowance.unwrap_or_default();
        let spans = self.spans_now()?;
        let from = spans.first().min(self.now_utc_ms - LONGEST_CALL_MS);
        let from = self.ended_from(&allowance).map_or(from, |at| at.min(from));
        let entries = self.entries(of, from)?;
        let register = Register {
            allowance,
            spans,
            entries: entries.into_iter().map(|(_, entry)| entry).collect(),
        };
        Ok(RegisterState {
            allowance,
            allowance_of,
            used: Periods::each(|period| register.used(period)),
            calls_left: Periods::each(|period| register.calls_left(period)),
            talk_left: Periods::each(|period| register.talk_left(period)),
            last_ended_utc_ms: register.last_ended(self.now_utc_ms),
            opens_utc_ms: register.opens(true, self.now_utc_ms),
        })
    }

    fn spans_now(&self) -> Result<Spans, Error> {
        if let Some(spans) = self.spans.get() {
            return Ok(spans);
        }
        let spans = self.spans(&rules(self.tables, self.txn)?)?;
        self.spans.set(Some(spans));
        Ok(spans)
    }

    pub fn spans(&self, rules: &RegisterRules) -> Result<Spans, Error> {
        let now_utc_ms = self.now_utc_ms;
        if rules.rolling {
            return Ok(Spans::Rolling { now_utc_ms });
        }
        let spans = clock::spans(self.zone, now_utc_ms, rules.week_start)?;
        Ok(Spans::Calendar(spans))
    }

    /// From where on a call can have ended that is too short a time ago.
    fn ended_from(&self, allowance: &Allowance) -> Option<i64> {
        let between = i64::from(allowance.between_seconds?) * 1000;
        Some(self.now_utc_ms - between - LONGEST_CALL_MS)
    }

    /// What counts from an instant on, and what may count yet; each with whose call it is.
    fn entries(
        &self,
        of: RegisterKey,
        from_utc_ms: i64,
    ) -> Result<Vec<(Option<u32>, Entry)>, Error> {
        let stored = self.counted(of, from_utc_ms)?.into_iter();
        Ok(stored
            .map(|(key, counted)| (counted.inmate, entry(&key, &counted)))
            .collect())
    }

    /// The same as they are stored.
    fn counted(
        &self,
        of: RegisterKey,
        from_utc_ms: i64,
    ) -> Result<Vec<(CountedKey, Counted)>, Error> {
        let (from, to) = (
            key(of, from_utc_ms, 0),
            key(of, CountedKey::NOT_YET, u32::MAX),
        );
        let (from, to) = (Bound::Included(&from), Bound::Included(&to));
        Ok(self.tables.counted.page(self.txn, from, to, usize::MAX)?)
    }
}

/// The first key of an instant and a site; with the greatest site, the last there can be.
fn key(register: RegisterKey, at_utc_ms: i64, site: u32) -> CountedKey {
    let sequence = match site {
        u32::MAX => u64::MAX,
        _ => 0,
    };
    CountedKey {
        register,
        at_utc_ms,
        call: CallId { site, sequence },
    }
}

fn entry(key: &CountedKey, counted: &Counted) -> Entry {
    let counting = counted.counting.0;
    Entry {
        at_utc_ms: (counting != Counting::Reserved).then_some(key.at_utc_ms),
        calls: i64::from(counted.calls),
        ticks: counted.ticks,
        ended: match (counting, counted.ended_utc_ms) {
            (Counting::Adjustment, _) => Ended::NoCall,
            (Counting::Call, Some(at)) => Ended::At(at),
            (Counting::Call, None) => Ended::At(key.at_utc_ms),
            (Counting::Reserved | Counting::Open, _) => Ended::NotYet,
        },
    }
}

/// The site's rules; the standard ones in a database that was made before there were any.
pub(crate) fn rules(tables: &Tables, txn: &impl Read) -> Result<RegisterRules, Error> {
    let stored = tables.register_rules.get(txn, &SiteKey)?;
    Ok(
        stored.map_or_else(RegisterRules::standard, |stored| RegisterRules {
            rolling: stored.rolling,
            week_start: stored.week_start.min(6),
            counts_from: stored.counts_from.0,
            tell_left: stored.tell_left,
            often: Often {
                calls: stored.frequent_calls,
                inmates: stored.frequent_inmates,
                period: stored.frequent_period.0,
            },
        }),
    )
}

pub(crate) fn stored_rules(rules: &RegisterRules) -> values::RegisterRules {
    values::RegisterRules {
        rolling: rules.rolling,
        week_start: rules.week_start,
        counts_from: db::codes::Code(rules.counts_from),
        tell_left: rules.tell_left,
        frequent_calls: rules.often.calls,
        frequent_inmates: rules.often.inmates,
        frequent_period: db::codes::Code(rules.often.period),
    }
}

/// A stored allowance; `None` where it is no limit at all.
pub(crate) fn read_allowance(stored: &values::Allowance) -> Allowance {
    let periods = |[day, week, month]: [Option<u32>; 3]| Periods { day, week, month };
    Allowance {
        calls: periods(stored.calls),
        minutes: periods(stored.minutes),
        between_seconds: stored.between_seconds,
    }
}

fn limiting(stored: &values::Allowance) -> Option<Allowance> {
    let allowance = read_allowance(stored);
    (!allowance.is_boundless()).then_some(allowance)
}

pub(crate) fn stored_allowance(allowance: &Allowance) -> values::Allowance {
    let stored = |of: &Periods<Option<u32>>| [of.day, of.week, of.month];
    values::Allowance {
        calls: stored(&allowance.calls),
        minutes: stored(&allowance.minutes),
        between_seconds: allowance.between_seconds,
    }
}
