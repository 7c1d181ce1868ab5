//! Is the number blocked for the fraud on calls to it?

use super::{Stop, Walk};
use crate::Tables;
use types::{
    disposition::Blocked,
    phone_number::PhoneNumber,
    verdict::{Check, Finding},
};

impl<T: Tables + ?Sized> Walk<'_, T> {
    /// It is for every caller, but for one whose call is privileged: what others did with an attorney's
    /// number is not held against his client. A block that nobody made leaves no step.
    pub(super) fn number_fraud(
        &mut self,
        number: &PhoneNumber,
        privileged: bool,
    ) -> Result<(), Stop<T::Error>> {
        if !self.is_blocked_for_fraud(number)? {
            return Ok(());
        }
        if !privileged {
            return self.stop(Check::NumberFraud, Finding::Found, Blocked::NumberFraud);
        }
        self.note(Check::NumberFraud, Finding::Passed);
        Ok(())
    }

    /// Whether the number is, or one that may be the same party's with fewer digits or with more.
    fn is_blocked_for_fraud(&self, number: &PhoneNumber) -> Result<bool, Stop<T::Error>> {
        for number in std::iter::once(number).chain(self.request.shorter) {
            let block = self.tables.number_block(number)?;
            if block.is_some_and(|block| block.holds(self.request.now_utc_ms)) {
                return Ok(true);
            }
        }
        Ok(self.tables.number_block_beyond(number)?.is_some())
    }
}
