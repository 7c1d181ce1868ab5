//! Whom a call may have reached: where the length of numbers is open, digits after the last of a number
//! reach the same party, and what is counted of that party must not be spread over all their endings.
//!
//! Numbers that begin alike are no reason to count them together: all of a town do. A number that is
//! somebody's is: then what begins with it can only be the same party.

use crate::{Error, session::Session, stored};
use db::{
    codes::Code,
    keys::{ListerKey, RegisterKey},
    values::Call,
};
use types::{
    digits::Digits,
    phone_number::{DialingPattern, PhoneNumber},
};

/// Entries that begin with one number's digits, looked through at most: more are only where those
/// digits are too few to be a telephone's.
pub(crate) const LOOKED_THROUGH: usize = 1000;

impl Session<'_> {
    /// What the exchange may have connected instead of what was dialed. A code stands for what an
    /// administrator entered, who knew where it goes.
    pub fn shorter_of(&self, record: &Call) -> Vec<PhoneNumber> {
        let code = record.pattern == Some(Code(DialingPattern::SpeedDial));
        let dialed = Digits::parse(&record.dialed).filter(|_| !code);
        dialed.map_or_else(Vec::new, |dialed| self.fixed.dial_plan.shorter(&dialed))
    }

    /// The number for which it counts what happens on a call to `dialed`: the shortest that may have been
    /// reached and is somebody's.
    pub fn counted_for(&self, record: &Call, dialed: PhoneNumber) -> Result<PhoneNumber, Error> {
        for shorter in self.shorter_of(record) {
            if self.is_somebodys(&shorter)? {
                return Ok(shorter);
            }
        }
        Ok(dialed)
    }

    /// Whether it is on an inmate's list, something happened on calls to it, or it came to a talk with it.
    fn is_somebodys(&self, number: &PhoneNumber) -> Result<bool, Error> {
        let (tables, txn) = (self.tables, &self.writer);
        let listers = tables
            .listers
            .with_prefix(txn, &ListerKey::prefix(number), 1)?;
        if !listers.is_empty() || tables.fraud_counts.contains(txn, number)? {
            return Ok(true);
        }
        let register = RegisterKey::Number(*number).prefix();
        for (key, _) in tables.counted.with_prefix(txn, &register, LOOKED_THROUGH)? {
            // Calls by way of a longer number are in the register too.
            let record = tables.calls.get(txn, &key.call)?;
            let own = record.filter(|record| record.talk_after.is_some());
            let called = own.and_then(|record| record.number);
            if called.map(|called| stored::number(&called)).transpose()? == Some(*number) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
