//! What is called, and whether it may be called from this phone.

use super::{Stop, Walk};
use crate::{PhoneRules, Tables};
use types::{
    dial_plan::DialedNumber,
    disposition::Blocked,
    query::DialedOrSpeed,
    verdict::{Check, Finding},
};

impl<T: Tables + ?Sized> Walk<'_, T> {
    pub(super) fn number(&mut self) -> Result<DialedNumber, Stop<T::Error>> {
        let code = match self.request.number {
            DialedOrSpeed::Number(number) => return self.of_site(number),
            DialedOrSpeed::Speed(code) => code,
        };
        let Some(dial) = self.tables.speed_dial(code)? else {
            let blocked = Blocked::SpeedDialNotAssigned;
            return self.stop(Check::SpeedDial, Finding::NotFound, blocked);
        };
        self.note(Check::SpeedDial, Finding::Found);
        self.dialed = dial.dialed;
        self.of_site(dial.number)
    }

    /// The number with the call type that the site's own table gives it; without an entry the dial
    /// plan's stays.
    fn of_site(&mut self, mut number: DialedNumber) -> Result<DialedNumber, Stop<T::Error>> {
        if let Some(call_type) = self.tables.call_type(&number.number)? {
            self.note(Check::CallTypeTable, Finding::Found);
            number.call_type = call_type;
        }
        self.number = Some(number);
        Ok(number)
    }

    pub(super) fn call_type(
        &mut self,
        phone: &PhoneRules,
        number: &DialedNumber,
    ) -> Result<(), Stop<T::Error>> {
        let type_open = match &phone.call_types {
            Some(types) => types.contains(&number.call_type),
            None => true,
        };
        let pattern_open = match &phone.patterns {
            Some(patterns) => patterns.contains(&self.request.number.pattern()),
            None => true,
        };
        if !(type_open && pattern_open) {
            return self.stop(Check::CallType, Finding::No, Blocked::CallTypeNotAllowed);
        }
        self.note(Check::CallType, Finding::Passed);
        Ok(())
    }
}
