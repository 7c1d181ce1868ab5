//! Allowances, and what administrators give, take and forget in lockout registers.

use super::{numbers::must_be_dialable, text};
use crate::{
    Error, RegisterOf, RegisterState, View, answer::inmate_subject, error::InmateNumber,
    registers::stored_allowance, session::Session,
};
use db::{
    codes::Code,
    keys::{AllowanceKey, CountedKey, CounterKey, CounterKind},
    values::{Counted, Counting},
};
use screening::{Allowance, Periods};
use types::{
    id::{CallId, InmateId},
    inmate::InmateClass,
    text::counted,
    tick::{Tick, Ticks},
};

/// Whose allowance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AllowanceOf {
    /// Every inmate who has none of their own, and whose class has none.
    Everybody,
    /// Each inmate of the class who has none of their own.
    Class(InmateClass),
    Inmate(InmateId),
    /// All callers of each number that the pattern fits.
    Numbers(String),
}

/// The longest time between two calls: 30 days.
const LONGEST_BETWEEN: u32 = 30 * 24 * 3600;
/// More is no limit any more.
const MOST_CALLS: u32 = 100_000;
const MOST_MINUTES: u32 = 31 * 24 * 60;

/// What an adjustment has instead of a call's site; no site has it.
const NO_SITE: u32 = 0;

impl View {
    /// What is used and left in a register at `now`.
    ///
    /// # Errors
    /// Those of the database, and a number that nobody can dial.
    pub fn register(&self, now: Tick, of: RegisterOf) -> Result<RegisterState, Error> {
        if let RegisterOf::Number(number) = of {
            must_be_dialable(&self.fixed.dial_plan, &number.to_string())?;
        }
        let reader = self.database.read()?;
        self.reading(now, &reader).registers().state(of.key())
    }
}

impl Session<'_> {
    pub fn set_allowance(
        &mut self,
        actor: &str,
        of: &AllowanceOf,
        allowance: Option<&Allowance>,
    ) -> Result<(), Error> {
        if let Some(allowance) = allowance {
            check(allowance)?;
        }
        let subject = match of {
            AllowanceOf::Everybody => {
                self.put_allowance(AllowanceKey::Everybody, allowance)?;
                "everybody".to_owned()
            }
            AllowanceOf::Class(class) => {
                self.must_be_a_class(*class)?;
                self.put_allowance(AllowanceKey::Class(*class), allowance)?;
                format!("inmate class {}", class.number())
            }
            AllowanceOf::Inmate(inmate) => {
                self.must_be_there(*inmate)?;
                self.put_allowance(AllowanceKey::Inmate(*inmate), allowance)?;
                inmate_subject(*inmate)
            }
            AllowanceOf::Numbers(pattern) => {
                let table = &self.tables.number_allowances;
                let pattern = match allowance {
                    Some(_) => self.dialable_or_in(table, pattern)?.0,
                    None => self.pattern(pattern)?,
                };
                match allowance.map(stored_allowance) {
                    Some(stored) => table.put(&mut self.writer, &pattern, &stored)?,
                    None => {
                        table.delete(&mut self.writer, &pattern)?;
                    }
                }
                format!("numbers {pattern}")
            }
        };
        let change = allowance.map_or_else(|| "none".to_owned(), words);
        self.journal(actor, "allowance", subject, change)
    }

    fn put_allowance(
        &mut self,
        key: AllowanceKey,
        allowance: Option<&Allowance>,
    ) -> Result<(), Error> {
        let table = &self.tables.allowances;
        match allowance.map(stored_allowance) {
            Some(stored) => table.put(&mut self.writer, &key, &stored)?,
            None => {
                table.delete(&mut self.writer, &key)?;
            }
        }
        Ok(())
    }

    pub fn adjust_register(
        &mut self,
        actor: &str,
        of: RegisterOf,
        calls: i32,
        seconds: i32,
        note: &str,
    ) -> Result<(), Error> {
        text("note", note, true)?;
        let subject = self.register_subject(of)?;
        if calls == 0 && seconds == 0 {
            return Err(Error::invalid("adjustment", "calls or seconds"));
        }
        let in_reach =
            calls.unsigned_abs() <= MOST_CALLS && seconds.unsigned_abs() <= MOST_MINUTES * 60;
        if !in_reach {
            let why = format!("at most {MOST_CALLS} calls and {MOST_MINUTES} minutes");
            return Err(Error::invalid("adjustment", why));
        }
        let sequence = self.count(CounterKey::of_site(CounterKind::Adjustment))?;
        let key = CountedKey {
            register: of.key(),
            at_utc_ms: self.now_utc_ms(),
            call: CallId {
                site: NO_SITE,
                sequence,
            },
        };
        // Who gives takes from what is used.
        let entry = Counted {
            counting: Code(Counting::Adjustment),
            calls: -calls,
            ticks: -i64::from(seconds) * Ticks::PER_SECOND as i64,
            ended_utc_ms: None,
            inmate: None,
        };
        self.tables.counted.put(&mut self.writer, &key, &entry)?;
        let change = format!("given {}, {seconds} s: {note}", counted(calls, "call"));
        self.journal(actor, "register", subject, change)
    }

    pub fn reset_register(&mut self, actor: &str, of: RegisterOf) -> Result<bool, Error> {
        let subject = self.register_subject(of)?;
        let prefix = of.key().prefix();
        let counted = &self.tables.counted;
        let (mut calls, mut ticks, mut any) = (0, 0, false);
        for (key, entry) in counted.with_prefix(&self.writer, &prefix, usize::MAX)? {
            // What an open call holds is settled by its end.
            if matches!(entry.counting.0, Counting::Call | Counting::Adjustment) {
                calls += i64::from(entry.calls);
                ticks += entry.ticks;
                any |= self.tables.counted.delete(&mut self.writer, &key)?;
            }
        }
        if !any {
            return Ok(false);
        }
        let seconds = ticks / Ticks::PER_SECOND as i64;
        let change = format!(
            "reset: {}, {seconds} s forgotten",
            types::text::counted(calls, "call")
        );
        self.journal(actor, "register", subject, change)?;
        Ok(true)
    }

    fn register_subject(&self, of: RegisterOf) -> Result<String, Error> {
        Ok(match of {
            RegisterOf::Inmate(inmate) => {
                self.must_be_there(inmate)?;
                inmate_subject(inmate)
            }
            RegisterOf::Number(number) => {
                must_be_dialable(&self.fixed.dial_plan, &number.to_string())?;
                format!("number {number}")
            }
        })
    }

    fn must_be_there(&self, inmate: InmateId) -> Result<(), Error> {
        match self.tables.inmates.contains(&self.writer, &inmate)? {
            true => Ok(()),
            false => Err(Error::UnknownInmate(InmateNumber(inmate))),
        }
    }
}

fn check(allowance: &Allowance) -> Result<(), Error> {
    let most = |of: &Periods<Option<u32>>| [of.day, of.week, of.month].into_iter().max().flatten();
    if most(&allowance.calls).is_some_and(|calls| calls > MOST_CALLS) {
        return Err(Error::invalid("calls", format!("at most {MOST_CALLS}")));
    }
    if most(&allowance.minutes).is_some_and(|minutes| minutes > MOST_MINUTES) {
        return Err(Error::invalid("minutes", format!("at most {MOST_MINUTES}")));
    }
    if allowance
        .between_seconds
        .is_some_and(|s| s > LONGEST_BETWEEN)
    {
        let why = format!("at most {LONGEST_BETWEEN} s");
        return Err(Error::invalid("time between two calls", why));
    }
    Ok(())
}

fn words(allowance: &Allowance) -> String {
    let number = |n: &Option<u32>| n.map_or_else(|| "any".to_owned(), |n| n.to_string());
    let three = |of: &Periods<Option<u32>>| [&of.day, &of.week, &of.month].map(number).join("/");
    format!(
        "{} calls and {} minutes a day/week/month, {} s between calls",
        three(&allowance.calls),
        three(&allowance.minutes),
        allowance.between_seconds.unwrap_or(0)
    )
}
