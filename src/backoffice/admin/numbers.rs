//! The tables of numbers that hold for every caller.

use super::text;
use super::{AllowedFlags, TimeRestriction};
use crate::{Error, lookups::read_number, session::Session};
use db::{
    PatternTable, Value,
    keys::SpeedCode,
    pattern::Pattern,
    values::{Allowed, Restricted, SpeedDial, TimeRestricted},
};
use screening::DaySteps;
use types::{dial_plan::DialPlan, phone_number::DialingPattern};

impl Session<'_> {
    pub fn add_restricted(&mut self, actor: &str, pattern: &str, note: &str) -> Result<(), Error> {
        self.new_pattern(&self.tables.restricted, pattern)?;
        self.set_restricted(actor, pattern, note)
    }

    /// The same of one that may be there: it gets another note.
    pub fn set_restricted(&mut self, actor: &str, pattern: &str, note: &str) -> Result<(), Error> {
        text("note", note, false)?;
        let value = Restricted {
            note: note.to_owned(),
        };
        let table = &self.tables.restricted;
        let (pattern, change) = self.dialable_or_in(table, pattern)?;
        table.put(&mut self.writer, &pattern, &value)?;
        self.journal(actor, "restricted", pattern, change)
    }

    pub fn remove_restricted(&mut self, actor: &str, pattern: &str) -> Result<(), Error> {
        let tables = self.tables;
        self.remove_pattern(actor, &tables.restricted, pattern)
    }

    pub fn add_allowed(
        &mut self,
        actor: &str,
        pattern: &str,
        flags: &AllowedFlags,
    ) -> Result<(), Error> {
        self.new_pattern(&self.tables.allowed, pattern)?;
        self.set_allowed(actor, pattern, flags)
    }

    /// The same of one that may be there: it is changed.
    pub fn set_allowed(
        &mut self,
        actor: &str,
        pattern: &str,
        flags: &AllowedFlags,
    ) -> Result<(), Error> {
        text("note", &flags.note, false)?;
        let value = Allowed {
            untimed: flags.untimed,
            privileged: flags.privileged,
            note: flags.note.clone(),
        };
        let table = &self.tables.allowed;
        let (pattern, change) = self.dialable_or_in(table, pattern)?;
        table.put(&mut self.writer, &pattern, &value)?;
        let change = format!(
            "{change}: untimed {}, privileged {}",
            flags.untimed, flags.privileged
        );
        self.journal(actor, "allowed", pattern, change)
    }

    pub fn remove_allowed(&mut self, actor: &str, pattern: &str) -> Result<(), Error> {
        let tables = self.tables;
        self.remove_pattern(actor, &tables.allowed, pattern)
    }

    pub fn set_time_restricted(
        &mut self,
        actor: &str,
        restriction: &TimeRestriction,
    ) -> Result<(), Error> {
        let table = &self.tables.time_restricted;
        let (pattern, _) = self.dialable_or_in(table, &restriction.pattern)?;
        let open = restriction.open.open.map(|DaySteps(bits)| bits);
        let value = TimeRestricted { open };
        table.put(&mut self.writer, &pattern, &value)?;
        let bits = |byte: &u8| byte.count_ones();
        let quarters: u32 = open.as_flattened().iter().map(bits).sum();
        let change = format!("open {quarters} quarter hours a week");
        self.journal(actor, "time-restricted", pattern, change)
    }

    pub fn remove_time_restricted(&mut self, actor: &str, pattern: &str) -> Result<(), Error> {
        let tables = self.tables;
        self.remove_pattern(actor, &tables.time_restricted, pattern)
    }

    pub fn set_speed_dial(&mut self, actor: &str, code: u8, dialed: &str) -> Result<(), Error> {
        if !(1..=50).contains(&code) {
            return Err(Error::SpeedCode(code));
        }
        if read_number(&self.fixed.dial_plan, dialed).is_none() {
            let dialed = dialed.to_owned();
            return Err(Error::SpeedNumber { code, dialed });
        }
        let value = SpeedDial {
            dialed: dialed.to_owned(),
        };
        let table = &self.tables.speed_dials;
        table.put(&mut self.writer, &SpeedCode(code), &value)?;
        let change = format!("stands for {dialed}");
        self.journal(actor, "speed-dial", format!("{code:02}"), change)
    }

    pub fn remove_speed_dial(&mut self, actor: &str, code: u8) -> Result<bool, Error> {
        let table = &self.tables.speed_dials;
        let was = table.delete(&mut self.writer, &SpeedCode(code))?;
        self.removed(actor, "speed-dial", format!("{code:02}"), was)
    }

    /// Reads a pattern as people write it. One that begins with the dial plan's international
    /// prefix is meant for international numbers, which tables hold without it.
    pub(crate) fn pattern(&self, text: &str) -> Result<Pattern, Error> {
        pattern(&self.fixed.dial_plan, text)
    }

    /// The same of a pattern on its way into a table: one that no call has would be kept for nothing,
    /// and what is said of it would never hold.
    pub(super) fn dialable(&self, text: &str) -> Result<Pattern, Error> {
        let pattern = self.pattern(text)?;
        self.must_be_dialable(&pattern.to_string())?;
        Ok(pattern)
    }

    /// The same of one that may be in a table since before: it may be changed, whatever it is. Beside
    /// it is what becomes of it, for the journal.
    pub(crate) fn dialable_or_in<V: Value>(
        &self,
        table: &PatternTable<V>,
        text: &str,
    ) -> Result<(Pattern, &'static str), Error> {
        let pattern = self.pattern(text)?;
        if table.entries().contains(&self.writer, &pattern)? {
            return Ok((pattern, "changed"));
        }
        self.must_be_dialable(&pattern.to_string())?;
        Ok((pattern, "added"))
    }

    /// A number or a pattern that some dialing makes.
    pub(crate) fn must_be_dialable(&self, text: &str) -> Result<(), Error> {
        must_be_dialable(&self.fixed.dial_plan, text)
    }

    pub(super) fn new_pattern<V: Value>(
        &self,
        table: &PatternTable<V>,
        text: &str,
    ) -> Result<Pattern, Error> {
        let pattern = self.dialable(text)?;
        if table.entries().contains(&self.writer, &pattern)? {
            return Err(Error::DuplicatePattern {
                table: table.entries().name(),
                pattern: pattern.to_string(),
            });
        }
        Ok(pattern)
    }

    pub(super) fn remove_pattern<V: Value>(
        &mut self,
        actor: &str,
        table: &PatternTable<V>,
        text: &str,
    ) -> Result<(), Error> {
        let pattern = self.pattern(text)?;
        let name = table.entries().name();
        if !table.delete(&mut self.writer, &pattern)? {
            return Err(Error::UnknownPattern {
                table: name,
                pattern: pattern.to_string(),
            });
        }
        self.journal(actor, &name.replace('_', "-"), pattern, "removed")
    }
}

pub(crate) fn pattern(plan: &DialPlan, text: &str) -> Result<Pattern, Error> {
    let canonical = international(plan, text);
    Pattern::parse(&canonical).map_err(|why| Error::Pattern {
        text: text.to_owned(),
        why,
    })
}

/// `011*` as `+*`, where 011 is how the dial plan begins an international number.
fn international(plan: &DialPlan, text: &str) -> String {
    for rule in plan.rules() {
        let prefix = rule.shape.get(..usize::from(rule.strip)).unwrap_or("");
        let literal = !prefix.is_empty() && prefix.bytes().all(|c| c.is_ascii_digit());
        if rule.pattern != DialingPattern::International || !literal {
            continue;
        }
        if let Some(rest) = text.strip_prefix(prefix) {
            return format!("+{rest}");
        }
    }
    text.to_owned()
}

/// A number or a pattern that some dialing of this plan makes.
pub(super) fn must_be_dialable(plan: &DialPlan, text: &str) -> Result<(), Error> {
    // A plan without rules says of no number that it is none.
    if plan.rules().is_empty() || plan.could_make(text) {
        return Ok(());
    }
    // With a prefix, or the country's own code, before it.
    let digits = text.strip_prefix('+').unwrap_or(text);
    let mut tails = (0..digits.len().min(4)).map(|at| (at, &digits[at..]));
    let meant = tails.find(|(_, tail)| plan.could_make(tail));
    Err(Error::NeverDialed {
        number: text.to_owned(),
        before: meant.map(|(at, _)| at).filter(|at| *at > 0),
    })
}
