//! Numbers that are blocked for the fraud on calls to them.

use super::callers::phone_number;
use crate::{Error, View, fraud, session::Session};
use screening::NumberBlock;
use std::ops::Bound;
use types::{phone_number::PhoneNumber, tick::Tick};

/// A number on calls to which there was fraud.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NumberFraud {
    pub number: PhoneNumber,
    /// What blocks it now.
    pub block: Option<NumberBlock>,
}

impl View {
    /// Up to so many numbers after one for which fraud was counted.
    pub fn fraud_on_numbers(
        &self,
        now: Tick,
        after: Option<PhoneNumber>,
        limit: usize,
    ) -> Result<Vec<NumberFraud>, Error> {
        let reader = self.database.read()?;
        let counts = &self.database.tables().fraud_counts;
        let from = after.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
        let page = counts.page(&reader, from, Bound::Unbounded, limit)?;
        let utc_ms = self.utc_ms(now);
        let shown = |(number, count): (PhoneNumber, db::values::FraudCount)| NumberFraud {
            number,
            block: (count.block.map(fraud::number_block)).filter(|block| block.holds(utc_ms)),
        };
        Ok(page.into_iter().map(shown).collect())
    }
}

impl Session<'_> {
    /// Ends the block and forgets what happened; `false` when there was nothing to forget.
    pub fn lift_number_block(&mut self, actor: &str, number: &str) -> Result<bool, Error> {
        let number = phone_number(number)?;
        let table = &self.tables.fraud_counts;
        let was = table.delete(&mut self.writer, &number)?;
        if was {
            self.journal(actor, "fraud on calls to a number", number, "forgotten")?;
        }
        Ok(was)
    }
}
