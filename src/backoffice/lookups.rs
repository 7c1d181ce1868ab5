//! The database as screening's tables.

use crate::{
    Error, SiteSettings,
    admin::identity::{phone_identity, with_identity},
    fraud,
    groups::Groups,
    stored,
};
use db::{
    Read, Tables,
    keys::{DurationKey, PinHash, PinNumberKey, SiteKey, SpeedCode},
};
use screening::{
    AllowedEntry, Class, Durations, ListedNumber, NumberBlock, PhoneRules, PinEntry, PinKey,
    RestrictedEntry, WeekSteps,
};
use types::{
    credential::ConfirmBy,
    dial_plan::{DialPlan, Dialed, DialedNumber},
    digits::Digits,
    id::{InmateId, LineId, OfficerId},
    phone_number::{CallType, PhoneNumber},
};

/// One transaction's view of the tables.
pub(crate) struct Lookups<'a, R> {
    pub tables: &'a Tables,
    pub txn: &'a R,
    pub dial_plan: &'a DialPlan,
}

impl<'a, R> Lookups<'a, R> {
    pub fn groups(&self) -> Groups<'a, R> {
        Groups {
            tables: self.tables,
            txn: self.txn,
        }
    }
}

/// What holds for the whole site; a database has it from its first transaction on.
pub(crate) fn site_settings(tables: &Tables, txn: &impl Read) -> Result<SiteSettings, Error> {
    let settings = tables.settings.get(txn, &SiteKey)?;
    let settings = settings.ok_or_else(|| Error::Stored {
        what: "settings",
        why: "there are none".to_owned(),
    })?;
    let mut settings = stored::settings(settings)?;
    // A database that is older has none of these.
    if let Some(rules) = tables.fraud_rules.get(txn, &SiteKey)? {
        settings.fraud = fraud::fraud_rules(rules);
    }
    with_identity(tables, txn, settings)
}

/// The number that a string of digits is, if it is one as it stands.
pub(crate) fn read_number(plan: &DialPlan, dialed: &str) -> Option<DialedNumber> {
    match plan.read(&Digits::parse(dialed)?) {
        Dialed::Complete(number) | Dialed::CouldEnd(number) => Some(number),
        Dialed::Incomplete | Dialed::Impossible => None,
    }
}

impl<R: Read> screening::Tables for Lookups<'_, R> {
    type Error = Error;

    fn phone(&self, line: LineId) -> Result<Option<PhoneRules>, Error> {
        let Some(phone) = self.tables.phones.get(self.txn, &line)? else {
            return Ok(None);
        };
        let mut rules = stored::phone_rules(phone)?;
        rules.in_service &= !self.groups().is_shut(line)?;
        Ok(Some(rules))
    }

    fn pin(&self, pin: &PinKey) -> Result<Option<PinEntry>, Error> {
        let Some(found) = self.tables.pins.get(self.txn, &PinHash(pin.0))? else {
            return Ok(None);
        };
        Ok(Some(PinEntry {
            inmate: InmateId(found.inmate),
            disabled: stored::disabled(found.disabled),
            class: found.duration_class.map(stored::class).transpose()?,
        }))
    }

    fn pin_in_use(&self, pin: &PinKey, line: LineId) -> Result<bool, Error> {
        let held = self.tables.pins_in_use.get(self.txn, &PinHash(pin.0))?;
        Ok(held.is_some_and(|held| held.line != line.0))
    }

    fn wants_officer(&self, line: LineId) -> Result<bool, Error> {
        let identity = phone_identity(self.tables, self.txn, line)?;
        Ok(identity.officer != ConfirmBy::Nobody)
    }

    fn is_officer(&self, officer: OfficerId) -> Result<bool, Error> {
        let officer = self.tables.officers.get(self.txn, &officer)?;
        Ok(officer.is_some_and(|officer| officer.active))
    }

    fn speed_dial(&self, code: u8) -> Result<Option<DialedNumber>, Error> {
        let entry = self.tables.speed_dials.get(self.txn, &SpeedCode(code))?;
        Ok(entry.and_then(|entry| read_number(self.dial_plan, &entry.dialed)))
    }

    fn listed(
        &self,
        inmate: InmateId,
        number: &PhoneNumber,
    ) -> Result<Option<ListedNumber>, Error> {
        let key = PinNumberKey {
            inmate,
            number: *number,
        };
        let entry = self.tables.pin_numbers.get(self.txn, &key)?;
        Ok(entry.map(|entry| ListedNumber {
            untimed: entry.untimed,
            privileged: entry.privileged,
            disabled: stored::disabled(entry.disabled),
        }))
    }

    fn restricted(&self, number: &PhoneNumber) -> Result<Option<RestrictedEntry>, Error> {
        let best = self.tables.restricted.best(self.txn, number)?;
        Ok(best.map(|best| RestrictedEntry {
            specificity: best.specificity(),
        }))
    }

    fn allowed(&self, number: &PhoneNumber) -> Result<Option<AllowedEntry>, Error> {
        let best = self.tables.allowed.best(self.txn, number)?;
        Ok(best.map(|best| AllowedEntry {
            specificity: best.specificity(),
            untimed: best.value.untimed,
            privileged: best.value.privileged,
        }))
    }

    fn number_block(&self, number: &PhoneNumber) -> Result<Option<NumberBlock>, Error> {
        let count = self.tables.fraud_counts.get(self.txn, number)?;
        Ok(count.and_then(|count| count.block).map(fraud::number_block))
    }

    fn open_times(&self, number: &PhoneNumber) -> Result<Option<WeekSteps>, Error> {
        let best = self.tables.time_restricted.best(self.txn, number)?;
        Ok(best.map(|best| stored::steps(&best.value)))
    }

    fn durations(&self, class: Class, call_type: CallType) -> Result<Option<Durations>, Error> {
        let key = DurationKey {
            class: class.number(),
            call_type,
        };
        let entry = self.tables.duration_classes.get(self.txn, &key)?;
        Ok(entry.map(stored::durations))
    }
}
