//! The database as screening's tables.

use crate::{
    Error, SiteSettings, View,
    admin::identity::{phone_identity, with_identity},
    admit::looked_ahead,
    fraud,
    groups::Groups,
    party_block, people,
    reached::{LOOKED_THROUGH, is_somebodys},
    registers::{self, Registers},
    stored, stored_routes, stored_treatments,
    view::Fixed,
};
use db::{
    Read, Tables,
    keys::{DurationKey, Numbered, PinHash, PinNumberKey, RegisterKey, SiteKey, SpeedCode},
    values,
};
use jiff::tz::TimeZone;
use screening::{
    AllowedEntry, CallTypeRules, Class, Contact, Decision, Durations, LineTreatment, ListedNumber,
    Listing, NumberBlock, NumberRecord, Open, PhoneRules, PinEntry, PinKey, Profile, Register,
    Request, RestrictedEntry, RouteRule, Rules, SpeedDial, TreatmentRules, WeekSteps, decide,
};
use types::{
    credential::ConfirmBy,
    dial_plan::{DialPlan, Dialed, DialedNumber},
    digits::Digits,
    id::{InmateId, LineId, OfficerId},
    inmate::Scope,
    party_block::PartyBlock,
    phone_number::{CallType, PhoneNumber},
    tick::Ticks,
};

/// One transaction's view of the tables.
pub(crate) struct Lookups<'a, R> {
    pub tables: &'a Tables,
    pub txn: &'a R,
    pub dial_plan: &'a DialPlan,
    pub zone: &'a TimeZone,
    pub now_utc_ms: i64,
    /// How far ahead it is looked whether something stays open.
    pub ahead: Ticks,
    pub registers: Registers<'a, R>,
}

impl View {
    /// Decides one call over what is on disk, in a read transaction of its own. Nothing is placed,
    /// reserved or written.
    ///
    /// # Errors
    /// Those of the database.
    pub fn decide(&self, request: &Request<'_>, rules: &Rules) -> Result<Decision, Error> {
        let reader = self.database.read()?;
        let tables = self.database.tables();
        Lookups::new(tables, &reader, &self.fixed, request.now_utc_ms).decided(request, rules)
    }
}

impl<R: Read> Lookups<'_, R> {
    /// Decides one call; as far ahead as the longest lasts it matters whether something stays open.
    pub fn decided(self, request: &Request<'_>, rules: &Rules) -> Result<Decision, Error> {
        let lookups = Lookups {
            ahead: looked_ahead(request.hard_limit),
            ..self
        };
        decide(request, &lookups, rules)
    }
}

impl<'a, R> Lookups<'a, R> {
    /// It is not looked ahead.
    pub fn new(tables: &'a Tables, txn: &'a R, fixed: &'a Fixed, now_utc_ms: i64) -> Self {
        let zone = &fixed.zone;
        Lookups {
            tables,
            txn,
            dial_plan: &fixed.dial_plan,
            zone,
            now_utc_ms,
            ahead: Ticks::ZERO,
            registers: Registers::new(tables, txn, zone, now_utc_ms),
        }
    }

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
    let settings = settings.ok_or_else(|| stored::senseless("settings", "there are none"))?;
    let mut settings = stored::settings(settings, people::rules(tables, txn)?)?;
    // A database that is older has none of these.
    if let Some(rules) = tables.fraud_rules.get(txn, &SiteKey)? {
        settings.fraud = fraud::fraud_rules(rules);
    }
    settings.call.block_keys = party_block::keys(tables, txn)?;
    settings.registers = registers::rules(tables, txn)?;
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
            valid_from: found.valid_from_utc_ms,
            valid_to: found.valid_to_utc_ms,
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

    fn speed_dial(&self, code: u8) -> Result<Option<SpeedDial>, Error> {
        let Some(entry) = self.tables.speed_dials.get(self.txn, &SpeedCode(code))? else {
            return Ok(None);
        };
        let dialed = Digits::parse(&entry.dialed);
        let number = read_number(self.dial_plan, &entry.dialed);
        Ok(dialed
            .zip(number)
            .map(|(dialed, number)| SpeedDial { number, dialed }))
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

    fn party_block(
        &self,
        inmate: Option<InmateId>,
        number: &PhoneNumber,
    ) -> Result<Option<PartyBlock>, Error> {
        party_block::of(self.tables, self.txn, inmate, number)
    }

    fn party_block_beyond(
        &self,
        inmate: Option<InmateId>,
        number: &PhoneNumber,
    ) -> Result<Option<PartyBlock>, Error> {
        party_block::beyond(self.tables, self.txn, inmate, number)
    }

    fn number_block(&self, number: &PhoneNumber) -> Result<Option<NumberBlock>, Error> {
        let count = self.tables.fraud_counts.get(self.txn, number)?;
        Ok(count.and_then(|count| count.block).map(fraud::number_block))
    }

    fn number_block_beyond(&self, number: &PhoneNumber) -> Result<Option<NumberBlock>, Error> {
        if !self.dial_plan.could_grow(number) {
            return Ok(None);
        }
        let prefix = db::Key::bytes(number);
        let counts = &self.tables.fraud_counts;
        let longer = counts.with_prefix(self.txn, &prefix, LOOKED_THROUGH)?;
        let blocks = longer.into_iter().filter_map(|(_, count)| count.block);
        let mut blocks = blocks.map(fraud::number_block);
        Ok(blocks.find(|block| block.holds(self.now_utc_ms)))
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

    fn profile(&self, inmate: InmateId) -> Result<Profile, Error> {
        self.profile_of(inmate)
    }

    fn contact(&self, inmate: InmateId, number: &PhoneNumber) -> Result<Option<Contact>, Error> {
        self.contact_of(inmate, number)
    }

    fn listed_by_others(&self, inmate: InmateId, number: &PhoneNumber) -> Result<bool, Error> {
        self.others_list(inmate, number)
    }

    fn listing(&self, scope: Scope, number: &PhoneNumber) -> Result<Option<Listing>, Error> {
        self.listing_of(scope, number)
    }

    fn window(&self, scope: Scope) -> Result<Option<Open>, Error> {
        self.window_of(scope)
    }

    fn booked(&self, inmate: InmateId, number: &PhoneNumber) -> Result<Open, Error> {
        self.booked_for(inmate, number)
    }

    fn officer_presence(&self, line: LineId) -> Result<Option<Open>, Error> {
        self.officer_at(line)
    }

    fn record(&self, number: &PhoneNumber) -> Result<Option<NumberRecord>, Error> {
        let best = self.tables.number_records.best(self.txn, number)?;
        Ok(best.map(|best| stored_treatments::number_record(&best.value, best.specificity())))
    }

    fn call_type(&self, number: &PhoneNumber) -> Result<Option<CallType>, Error> {
        let best = self.tables.call_types.best(self.txn, number)?;
        Ok(best.map(|best| best.value.call_type.0))
    }

    fn call_type_rules(&self, call_type: CallType) -> Result<CallTypeRules, Error> {
        let rules = self.tables.call_type_rules.get(self.txn, &call_type)?;
        Ok(rules.map_or_else(CallTypeRules::default, |rules| {
            stored_treatments::call_type_rules(&rules)
        }))
    }

    fn line_treatment(
        &self,
        treatment: u16,
        number: &PhoneNumber,
    ) -> Result<Option<LineTreatment>, Error> {
        stored_treatments::line_treatment(self.tables, self.txn, treatment, number)
    }

    fn call_treatment(&self, treatment: u16) -> Result<Option<TreatmentRules>, Error> {
        let table = &self.tables.call_treatments;
        let stored = table.get(self.txn, &Numbered(treatment))?;
        Ok(stored.map(|stored| stored_treatments::treatment_rules(&stored)))
    }

    fn routes(&self) -> Result<Vec<RouteRule>, Error> {
        let all = self.tables.routes.all(self.txn)?;
        let rule = |(key, route): (Numbered, values::Route)| stored_routes::rule(key.0, route);
        all.into_iter().map(rule).collect()
    }

    fn inmate_register(&self, inmate: InmateId) -> Result<Option<Register>, Error> {
        self.registers.limiting(RegisterKey::Inmate(inmate))
    }

    fn number_register(&self, number: &PhoneNumber) -> Result<Option<Register>, Error> {
        self.registers.limiting(RegisterKey::Number(*number))
    }

    fn reached_register(&self, shorter: &PhoneNumber) -> Result<Option<Register>, Error> {
        let Some(allowance) = self.tables.number_allowances.best(self.txn, shorter)? else {
            return Ok(None);
        };
        let named = usize::from(allowance.specificity()) == shorter.digits.len();
        match named || is_somebodys(self.tables, self.txn, shorter)? {
            true => self.number_register(shorter),
            false => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests;
