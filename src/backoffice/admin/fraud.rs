//! Numbers that are blocked for the fraud on calls to them.

use super::callers::phone_number;
use crate::{Error, session::Session};

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
