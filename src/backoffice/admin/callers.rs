//! Inmates, their PINs, and the numbers on their lists.

use super::{NewInmate, NumberFlags, PinDetails};
use super::{id, text};
use crate::{Error, answer::inmate_subject, error::InmateNumber, session::Session, stored, words};
use db::{
    keys::{CounterKey, CounterKind, FacilityId, ListerKey, PinHash, PinNumberKey},
    values::{Inmate, InmateRef, Pin, PinNumber, StepsV1, Unit},
};
use screening::{Class, Disabled};
use types::{
    digits::Digit,
    id::{InmateId, LineId},
    phone_number::PhoneNumber,
};

impl Session<'_> {
    pub fn add_inmate(&mut self, actor: &str, inmate: &NewInmate) -> Result<InmateId, Error> {
        id("facility id", &inmate.facility_id)?;
        text("inmate's name", &inmate.name, true)?;
        let facility_id = FacilityId(inmate.facility_id.clone());
        let index = &self.tables.inmates_by_id;
        if index.contains(&self.writer, &facility_id)? {
            return Err(Error::DuplicateInmate(facility_id.0));
        }
        let count = self.count(CounterKey::of_site(CounterKind::InmateNumber))?;
        let id = u32::try_from(count)
            .map(InmateId)
            .map_err(|_| Error::invalid("inmates", "no number is left"))?;
        let stored = Inmate {
            facility_id: inmate.facility_id.clone(),
            name: inmate.name.clone(),
            pin: None,
            living_unit: None,
            class: None,
            supervision: None,
            watched: false,
            suspended: stored::stored_disabled(Disabled::No),
            booked_only: false,
            longest_seconds: None,
            enrolled: StepsV1::default(),
            note_for_next_call: None,
        };
        self.tables.inmates.put(&mut self.writer, &id, &stored)?;
        let index = &self.tables.inmates_by_id;
        index.put(&mut self.writer, &facility_id, &InmateRef { inmate: id.0 })?;
        self.journal(actor, "inmate", inmate_subject(id), "added")?;
        Ok(id)
    }

    pub fn set_pin(
        &mut self,
        actor: &str,
        inmate: InmateId,
        details: &PinDetails,
    ) -> Result<(), Error> {
        let expected = self.settings()?.call.pin_length;
        let digits = details.pin.expose();
        let decimal = digits.iter().all(|digit: Digit| digit.value().is_some());
        if !decimal || digits.len() != usize::from(expected) {
            return Err(Error::PinShape { expected });
        }
        let mut entry = self.inmate(inmate)?;
        let hash = PinHash(self.fixed.key.hash(&details.pin));
        let taken = self.tables.pins.get(&self.writer, &hash)?;
        if taken.is_some_and(|taken| taken.inmate != inmate.0) {
            return Err(Error::PinTaken);
        }
        let before = match entry.pin.map(PinHash) {
            Some(old) => self.take_back(&old, &hash)?,
            None => None,
        };
        let disabled = stored::stored_disabled(Disabled::No);
        let pin = Pin {
            inmate: inmate.0,
            disabled: before.as_ref().map_or(disabled, |before| before.disabled),
            valid_from_utc_ms: before.as_ref().and_then(|before| before.valid_from_utc_ms),
            valid_to_utc_ms: before.and_then(|before| before.valid_to_utc_ms),
            duration_class: details.class.map(Class::number),
            language: details.language.map(stored::stored_language),
        };
        self.tables.pins.put(&mut self.writer, &hash, &pin)?;
        entry.pin = Some(hash.0);
        self.tables.inmates.put(&mut self.writer, &inmate, &entry)?;
        self.lift_pin_rest(actor, inmate)?;
        self.journal(actor, "pin", inmate_subject(inmate), "given out")
    }

    /// Takes a PIN out of the table for another of the same inmate. A call that holds the old
    /// one holds the new one from now on; what was disabled stays disabled, and the days stay.
    fn take_back(&mut self, old: &PinHash, new: &PinHash) -> Result<Option<Pin>, Error> {
        let before = self.tables.pins.get(&self.writer, old)?;
        self.tables.pins.delete(&mut self.writer, old)?;
        let Some(holder) = self.tables.pins_in_use.get(&self.writer, old)? else {
            return Ok(before);
        };
        self.tables.pins_in_use.delete(&mut self.writer, old)?;
        let in_use = &self.tables.pins_in_use;
        in_use.put(&mut self.writer, new, &holder)?;
        let line = LineId(holder.line);
        if let Some(mut open) = self.tables.open_calls.get(&self.writer, &line)?
            && open.call == holder.call
        {
            open.pin = Some(new.0);
            self.tables.open_calls.put(&mut self.writer, &line, &open)?;
        }
        Ok(before)
    }

    pub fn set_pin_disabled(
        &mut self,
        actor: &str,
        inmate: InmateId,
        disabled: Disabled,
    ) -> Result<bool, Error> {
        let hash = self.inmate(inmate)?.pin.map(PinHash);
        let hash = hash.ok_or(Error::NoPin(InmateNumber(inmate)))?;
        let pin = self.tables.pins.get(&self.writer, &hash)?;
        let mut pin = pin.ok_or(Error::NoPin(InmateNumber(inmate)))?;
        let rested = self.lift_pin_rest(actor, inmate)?;
        if stored::disabled(pin.disabled).at(self.now_utc_ms()) == disabled {
            return Ok(rested);
        }
        pin.disabled = stored::stored_disabled(disabled);
        self.tables.pins.put(&mut self.writer, &hash, &pin)?;
        let change = format!("disabled: {}", words::off(disabled, &self.fixed.zone));
        self.journal(actor, "pin", inmate_subject(inmate), change)?;
        Ok(true)
    }

    pub fn add_pin_number(
        &mut self,
        actor: &str,
        inmate: InmateId,
        number: &str,
        flags: &NumberFlags,
    ) -> Result<(), Error> {
        self.inmate(inmate)?;
        let number = phone_number(number)?;
        self.may_be_added(inmate, &number)?;
        self.put_pin_number(actor, &PinNumberKey { inmate, number }, flags, "added")
    }

    /// Whether a number can come on the list of an inmate.
    pub(crate) fn may_be_added(&self, inmate: InmateId, number: &PhoneNumber) -> Result<(), Error> {
        self.may_be_listed(number)?;
        let settings = self.settings()?;
        let limit = settings.pin_numbers_max;
        let shared = settings.rules.people.shared_numbers;
        if !shared && self.lookups().others_list(inmate, number)? {
            return Err(Error::ListedElsewhere(number.to_string()));
        }
        let key = PinNumberKey {
            inmate,
            number: *number,
        };
        if self.tables.pin_numbers.contains(&self.writer, &key)? {
            let number = number.to_string();
            let inmate = InmateNumber(inmate);
            return Err(Error::DuplicateNumber { inmate, number });
        }
        let prefix = db::Key::bytes(&inmate);
        let most = usize::from(limit);
        let list = &self.tables.pin_numbers;
        if list.count_prefix(&self.writer, &prefix, most)? == most {
            let inmate = InmateNumber(inmate);
            return Err(Error::ListFull { inmate, limit });
        }
        self.must_be_dialable(&number.to_string())
    }

    pub fn set_pin_number(
        &mut self,
        actor: &str,
        inmate: InmateId,
        number: &str,
        flags: &NumberFlags,
    ) -> Result<bool, Error> {
        let key = PinNumberKey {
            inmate,
            number: phone_number(number)?,
        };
        let Some(there) = self.tables.pin_numbers.get(&self.writer, &key)? else {
            self.add_pin_number(actor, inmate, number, flags)?;
            return Ok(true);
        };
        let before = NumberFlags {
            untimed: there.untimed,
            privileged: there.privileged,
            disabled: stored::disabled(there.disabled).at(self.now_utc_ms()),
        };
        if before == *flags {
            return Ok(false);
        }
        self.put_pin_number(actor, &key, flags, "changed")?;
        Ok(true)
    }

    fn put_pin_number(
        &mut self,
        actor: &str,
        key: &PinNumberKey,
        flags: &NumberFlags,
        change: &str,
    ) -> Result<(), Error> {
        let stored = PinNumber {
            untimed: flags.untimed,
            privileged: flags.privileged,
            disabled: stored::stored_disabled(flags.disabled),
        };
        self.tables
            .pin_numbers
            .put(&mut self.writer, key, &stored)?;
        let PinNumberKey { inmate, number } = *key;
        let lister = ListerKey { number, inmate };
        self.tables.listers.put(&mut self.writer, &lister, &Unit)?;
        let change = format!(
            "{change} {}: untimed {}, privileged {}, disabled {}",
            key.number,
            flags.untimed,
            flags.privileged,
            words::off(flags.disabled, &self.fixed.zone)
        );
        self.journal(actor, "pin-number", inmate_subject(key.inmate), change)
    }

    pub fn remove_pin_number(
        &mut self,
        actor: &str,
        inmate: InmateId,
        number: &str,
    ) -> Result<bool, Error> {
        let key = PinNumberKey {
            inmate,
            number: phone_number(number)?,
        };
        let removed = self.tables.pin_numbers.delete(&mut self.writer, &key)?;
        let number = key.number;
        let lister = ListerKey { number, inmate };
        self.tables.listers.delete(&mut self.writer, &lister)?;
        if removed {
            let change = format!("removed {}", key.number);
            self.journal(actor, "pin-number", inmate_subject(inmate), change)?;
        }
        Ok(removed)
    }

    pub(super) fn inmate(&self, inmate: InmateId) -> Result<Inmate, Error> {
        let entry = self.tables.inmates.get(&self.writer, &inmate)?;
        entry.ok_or(Error::UnknownInmate(InmateNumber(inmate)))
    }
}

pub(super) fn phone_number(text: &str) -> Result<PhoneNumber, Error> {
    PhoneNumber::parse(text).ok_or_else(|| Error::NotANumber(text.to_owned()))
}
