//! Many inmates and numbers at once: a portion of a file in one transaction, each row looked at
//! before anything of it is written. What an administrator could not do row by row, a file can't.

mod credentials;
mod export;
mod faults;
mod people;
mod tables;

pub use credentials::{CardImport, OfficerImport};
pub use export::{
    CardExport, InmateExport, NumberExport, NumberOf, OfficerExport, PinDays, ProfileExport,
};
pub use faults::WrongCell;
pub use people::{AllowanceImport, ContactImport, ProfileImport};
pub use tables::{
    AllowedImport, ListExport, ListImport, ListPlace, RecordImport, RestrictedImport,
};

use self::faults::{Fault, Faults};
use crate::{
    BackOffice, Error, NewInmate, NumberFlags, PinDetails, admin::people::check_days,
    answer::inmate_subject, error::InmateNumber, session::Session, stored,
};
use db::{
    keys::{FacilityId, PinHash, PinNumberKey},
    values::{Inmate, Pin},
};
use screening::{Class, Disabled};
use types::{
    digits::Digits, id::InmateId, language::Language, phone_number::PhoneNumber, secret::Secret,
    tick::Tick,
};

/// A row of a file. What is `None` stays as it is, or is as usual for who is new.
#[derive(Clone, Debug)]
pub enum ImportRow {
    Inmate(InmateImport),
    Number(NumberImport),
    Profile(ProfileImport),
    Contact(ContactImport),
    Card(CardImport),
    Officer(OfficerImport),
    Restricted(RestrictedImport),
    Allowed(AllowedImport),
    Record(RecordImport),
    ListNumber(ListImport),
}

/// An inmate, new or known by the facility's id.
#[derive(Clone, Debug)]
pub struct InmateImport {
    pub facility_id: String,
    pub name: Option<String>,
    pub pin: Option<Secret<Digits>>,
    pub language: Option<Language>,
    /// A class of the PIN's own, or the phone's.
    pub class: Option<Option<Class>>,
    /// The PIN.
    pub disabled: Option<ImportOff>,
    /// From when and up to when the PIN is valid, UTC in milliseconds.
    pub valid_from: Option<Option<i64>>,
    pub valid_to: Option<Option<i64>>,
}

/// A number on the list of an inmate who is known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NumberImport {
    pub facility_id: String,
    pub number: PhoneNumber,
    pub untimed: Option<bool>,
    pub privileged: Option<bool>,
    pub disabled: Option<ImportOff>,
    /// `false` takes it off the list.
    pub kept: Option<bool>,
}

/// Whether something is to be off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ImportOff {
    No,
    /// What is off for a time stays so; else for good.
    Yes,
    /// UTC in milliseconds.
    Until(i64),
}

impl ImportOff {
    /// What is off now is not switched on by a time that is over: a slip of the pen would be enough.
    fn after(
        wanted: Option<ImportOff>,
        before: Disabled,
        now_utc_ms: i64,
    ) -> Result<Disabled, Error> {
        let is_off = before.holds(now_utc_ms);
        match wanted {
            Some(ImportOff::Until(end)) if end > now_utc_ms => Ok(Disabled::Until(end)),
            Some(ImportOff::Until(end)) if is_off && before != Disabled::Until(end) => {
                let why = "is over, and it is off now: write no to take that back";
                Err(Error::invalid("the time it ends", why))
            }
            Some(ImportOff::No) if is_off => Ok(Disabled::No),
            Some(ImportOff::Yes) if !is_off => Ok(Disabled::ForGood),
            None | Some(ImportOff::No | ImportOff::Yes | ImportOff::Until(_)) => Ok(before),
        }
    }
}

/// What is to become of the rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ImportMode {
    /// Only looked at: nothing is written.
    Check,
    /// All of them, or none.
    Whole,
    /// The good ones.
    SkipBad,
}

/// What became of a row, or would.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Imported {
    New,
    Changed,
    Same,
    /// With a PIN, card or code for who is known: whether it is another one than before, or that one, is
    /// not told, as it would tell of a guess whether it is right.
    Given,
    /// Not taken: all that is wrong with it, in the order of the columns.
    Bad(Vec<WrongCell>),
}

impl Imported {
    fn is_taken(&self) -> bool {
        !matches!(self, Imported::Bad(_))
    }
}

impl ImportRow {
    fn has_secret(&self) -> bool {
        match self {
            ImportRow::Inmate(row) => row.pin.is_some(),
            ImportRow::Card(row) => row.card.is_some(),
            ImportRow::Officer(row) => row.code.is_some(),
            _ => false,
        }
    }
}

impl BackOffice {
    /// Imports rows, in their order, in one transaction; tells of each what became of it.
    ///
    /// # Errors
    /// Those of the database: then nothing is written.
    pub fn import(
        &mut self,
        now: Tick,
        actor: &str,
        rows: &[ImportRow],
        mode: ImportMode,
    ) -> Result<Vec<Imported>, Error> {
        let mut session = Session::begin(self, now)?;
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            all.push(session.import(actor, row)?);
        }
        let bad = !all.iter().all(Imported::is_taken);
        let wanted = match mode {
            ImportMode::Check => false,
            ImportMode::Whole => !bad,
            ImportMode::SkipBad => true,
        };
        if wanted {
            session.commit()?;
        }
        Ok(all)
    }
}

impl BackOffice {
    /// Journals where a file's import begins or ends. One that began, and ended nowhere, was stopped
    /// by force: the file is to be imported again, which changes what is missing alone.
    ///
    /// # Errors
    /// Those of the database.
    pub fn note_import(&mut self, now: Tick, actor: &str, note: &str) -> Result<(), Error> {
        crate::admin::text("note", note, true)?;
        self.change(now, |session| {
            session.journal(actor, "import", "file", note)
        })
    }
}

impl Session<'_> {
    fn import(&mut self, actor: &str, row: &ImportRow) -> Result<Imported, Error> {
        let done = match row {
            ImportRow::Inmate(row) => self.import_inmate(actor, row),
            ImportRow::Number(row) => self.import_number(actor, row),
            ImportRow::Profile(row) => self.import_profile(actor, row),
            ImportRow::Contact(row) => self.import_contact(actor, row),
            ImportRow::Card(row) => self.import_card(actor, row),
            ImportRow::Officer(row) => self.import_officer(actor, row),
            ImportRow::Restricted(row) => self.import_restricted(actor, row),
            ImportRow::Allowed(row) => self.import_allowed(actor, row),
            ImportRow::Record(row) => self.import_record(actor, row),
            ImportRow::ListNumber(row) => self.import_list_number(actor, row),
        };
        match done {
            Ok(Imported::Changed | Imported::Same) if row.has_secret() => Ok(Imported::Given),
            Ok(done) => Ok(done),
            Err(faults) => Ok(Imported::Bad(faults.told()?)),
        }
    }

    fn import_inmate(&mut self, actor: &str, row: &InmateImport) -> Result<Imported, Faults> {
        let known = self.known(&row.facility_id)?;
        self.check_inmate(row, known)?.none()?;
        match known {
            None => {
                let new = NewInmate {
                    facility_id: row.facility_id.clone(),
                    name: row.name.clone().unwrap_or_default(),
                };
                let inmate = self.add_inmate(actor, &new).map_err(|error| match &error {
                    Error::Invalid { field, .. } if *field == "facility id" => ("id", error),
                    _ => ("name", error),
                })?;
                if let Some(pin) = &row.pin {
                    self.import_pin(actor, inmate, pin, row)?;
                }
                self.change_validity(actor, inmate, row)?;
                Ok(Imported::New)
            }
            Some(inmate) => {
                let mut changed = self.rename(actor, inmate, row.name.as_deref())?;
                changed |= match &row.pin {
                    Some(pin) if !self.has_pin(inmate, pin)? => {
                        self.import_pin(actor, inmate, pin, row)?;
                        true
                    }
                    _ => self.change_pin(actor, inmate, row)?,
                };
                changed |= self.change_validity(actor, inmate, row)?;
                Ok(changed_or_same(changed))
            }
        }
    }

    fn import_number(&mut self, actor: &str, row: &NumberImport) -> Result<Imported, Faults> {
        let inmate = self.must_be_known(&row.facility_id)?;
        let key = PinNumberKey {
            inmate,
            number: row.number,
        };
        let there = self.tables.pin_numbers.get(&self.writer, &key);
        let there = there.map_err(|error| ("number", error.into()))?;
        let before = there.as_ref().map(|there| NumberFlags {
            untimed: there.untimed,
            privileged: there.privileged,
            disabled: stored::disabled(there.disabled),
        });
        let number = row.number.to_string();
        if row.kept == Some(false) {
            return taken_out(before.is_some(), || {
                self.remove_pin_number(actor, inmate, &number).map(drop)
            });
        }
        let is = before.unwrap_or_default();
        let mut faults = Faults::default();
        if before.is_none() {
            faults.of("number", self.may_be_added(inmate, &row.number));
        }
        let disabled = ImportOff::after(row.disabled, is.disabled, self.now_utc_ms());
        let flags = NumberFlags {
            untimed: row.untimed.unwrap_or(is.untimed),
            privileged: row.privileged.unwrap_or(is.privileged),
            disabled: faults.of("disabled", disabled).unwrap_or(is.disabled),
        };
        faults.none()?;
        if before == Some(flags) {
            return Ok(Imported::Same);
        }
        let put = self.set_pin_number(actor, inmate, &number, &flags);
        put.map_err(|error| ("number", error))?;
        Ok(match before {
            None => Imported::New,
            Some(_) => Imported::Changed,
        })
    }

    fn known(&self, facility_id: &str) -> Result<Option<InmateId>, Fault> {
        let key = FacilityId(facility_id.to_owned());
        let found = self.tables.inmates_by_id.get(&self.writer, &key);
        let found = found.map_err(|error| ("id", error.into()))?;
        Ok(found.map(|found| InmateId(found.inmate)))
    }

    fn must_be_known(&self, facility_id: &str) -> Result<InmateId, Fault> {
        let known = self.known(facility_id)?;
        known.ok_or(("id", Error::UnknownFacilityId))
    }

    fn entry(&self, inmate: InmateId) -> Result<Inmate, Fault> {
        let entry = self.tables.inmates.get(&self.writer, &inmate);
        let entry = entry.map_err(|error| ("id", error.into()))?;
        entry.ok_or(("id", Error::UnknownInmate(InmateNumber(inmate))))
    }

    /// What would be refused is refused before anything is written.
    fn check_inmate(&self, row: &InmateImport, known: Option<InmateId>) -> Result<Faults, Fault> {
        let mut faults = Faults::default();
        let entry = known.map(|inmate| self.entry(inmate)).transpose()?;
        let name = row.name.as_deref();
        match &entry {
            None => {
                faults.of("id", crate::admin::id("facility id", &row.facility_id));
                faults.of("name", named(name.unwrap_or_default()));
            }
            Some(entry) => {
                let other = name.filter(|name| *name != entry.name);
                faults.of("name", other.map_or(Ok(()), named));
            }
        }
        let before = known.map(|inmate| self.pin_entry(inmate)).transpose()?;
        let before = before.flatten().map(|(_, pin)| pin);
        match &row.pin {
            Some(pin) => drop(faults.of("pin", self.check_pin(pin, known))),
            // Of no PIN nothing can be said.
            None if entry.is_none_or(|entry| entry.pin.is_none()) => {
                let says = [
                    ("language", row.language.is_some()),
                    ("class", row.class.is_some()),
                    ("disabled", row.disabled.is_some()),
                    ("valid-from", row.valid_from.is_some()),
                    ("valid-to", row.valid_to.is_some()),
                ];
                for (column, _) in says.into_iter().filter(|(_, says)| *says) {
                    faults.note(column, Error::NoPinOf(row.facility_id.clone()));
                }
                return Ok(faults);
            }
            None => {}
        }
        let was = before.as_ref().map(|pin| stored::disabled(pin.disabled));
        let off = ImportOff::after(row.disabled, was.unwrap_or(Disabled::No), self.now_utc_ms());
        faults.of("disabled", off);
        let (from, to) = self.validity(row, before.as_ref());
        let column = match row.valid_to {
            Some(_) => "valid-to",
            None => "valid-from",
        };
        faults.of(column, check_days(from, to));
        Ok(faults)
    }

    fn check_pin(&self, pin: &Secret<Digits>, known: Option<InmateId>) -> Result<(), Error> {
        let expected = self.settings()?.call.pin_length;
        if pin.expose().len() != usize::from(expected) {
            return Err(Error::PinShape { expected });
        }
        let hash = PinHash(self.fixed.key.hash(pin));
        let taken = self.tables.pins.get(&self.writer, &hash)?;
        match taken.map(|taken| InmateId(taken.inmate)) {
            Some(other) if Some(other) != known => Err(Error::PinTaken),
            _ => Ok(()),
        }
    }

    /// From when and up to when the PIN is valid after this row.
    fn validity(&self, row: &InmateImport, before: Option<&Pin>) -> (Option<i64>, Option<i64>) {
        let from = before.and_then(|pin| pin.valid_from_utc_ms);
        let to = before.and_then(|pin| pin.valid_to_utc_ms);
        (row.valid_from.unwrap_or(from), row.valid_to.unwrap_or(to))
    }

    /// When the PIN is off, and when it is valid.
    fn change_validity(
        &mut self,
        actor: &str,
        inmate: InmateId,
        row: &InmateImport,
    ) -> Result<bool, Fault> {
        let Some((_, before)) = self.pin_entry(inmate)? else {
            return Ok(false);
        };
        let (from, to) = self.validity(row, Some(&before));
        let days = (from, to) != (before.valid_from_utc_ms, before.valid_to_utc_ms);
        if days {
            let set = self.set_pin_validity(actor, inmate, from, to);
            set.map_err(|error| ("valid-from", error))?;
        }
        let was = stored::disabled(before.disabled);
        let disabled = ImportOff::after(row.disabled, was, self.now_utc_ms())
            .map_err(|error| ("disabled", error))?;
        if disabled != was {
            let set = self.set_pin_disabled(actor, inmate, disabled);
            set.map_err(|error| ("disabled", error))?;
        }
        Ok(days || disabled != was)
    }

    fn has_pin(&self, inmate: InmateId, pin: &Secret<Digits>) -> Result<bool, Fault> {
        Ok(self.entry(inmate)?.pin == Some(self.fixed.key.hash(pin)))
    }

    /// A PIN in place of the one there was; of that stays what the row does not say.
    fn import_pin(
        &mut self,
        actor: &str,
        inmate: InmateId,
        pin: &Secret<Digits>,
        row: &InmateImport,
    ) -> Result<(), Fault> {
        let fault = |error| ("pin", error);
        let before = self.pin_entry(inmate)?.map(|(_, pin)| pin);
        let (language, class) = match before {
            Some(before) => terms(&before).map_err(fault)?,
            None => (None, None),
        };
        let details = PinDetails {
            pin: pin.clone(),
            language: row.language.or(language),
            class: row.class.unwrap_or(class),
        };
        self.set_pin(actor, inmate, &details).map_err(fault)
    }

    fn pin_entry(&self, inmate: InmateId) -> Result<Option<(PinHash, Pin)>, Fault> {
        let Some(hash) = self.entry(inmate)?.pin.map(PinHash) else {
            return Ok(None);
        };
        let pin = self.tables.pins.get(&self.writer, &hash);
        let pin = pin.map_err(|error| ("pin", error.into()))?;
        Ok(pin.map(|pin| (hash, pin)))
    }

    /// Language and class of a PIN that stays.
    fn change_pin(
        &mut self,
        actor: &str,
        inmate: InmateId,
        row: &InmateImport,
    ) -> Result<bool, Fault> {
        let fault = |error| ("pin", error);
        let Some((hash, before)) = self.pin_entry(inmate)? else {
            return Ok(false);
        };
        let (language, class) = terms(&before).map_err(fault)?;
        let (language, class) = (row.language.or(language), row.class.unwrap_or(class));
        let after = Pin {
            duration_class: class.map(Class::number),
            language: language.map(stored::stored_language),
            ..before.clone()
        };
        if after == before {
            return Ok(false);
        }
        let put = self.tables.pins.put(&mut self.writer, &hash, &after);
        put.map_err(|error| fault(error.into()))?;
        let told = |value: Option<String>| value.unwrap_or_else(|| "none".to_owned());
        let change = format!(
            "language {}, class {}",
            told(language.map(|language| language.to_string())),
            told(class.map(|class| class.number().to_string())),
        );
        let subject = inmate_subject(inmate);
        self.journal(actor, "pin", subject, change).map_err(fault)?;
        Ok(true)
    }

    fn rename(&mut self, actor: &str, inmate: InmateId, name: Option<&str>) -> Result<bool, Fault> {
        let fault = |error| ("name", error);
        let mut entry = self.entry(inmate)?;
        let Some(name) = name.filter(|name| *name != entry.name) else {
            return Ok(false);
        };
        named(name).map_err(fault)?;
        let change = format!("named {name}, before {}", entry.name);
        entry.name = name.to_owned();
        let put = self.tables.inmates.put(&mut self.writer, &inmate, &entry);
        put.map_err(|error| fault(error.into()))?;
        let subject = inmate_subject(inmate);
        self.journal(actor, "inmate", subject, change)
            .map_err(fault)?;
        Ok(true)
    }
}

fn named(name: &str) -> Result<(), Error> {
    crate::admin::text("inmate's name", name, true)
}

/// An entry that a row takes out; one that is not there is as it is to be.
fn taken_out(there: bool, out: impl FnOnce() -> Result<(), Error>) -> Result<Imported, Faults> {
    if there {
        out().map_err(|error| ("kept", error))?;
    }
    Ok(changed_or_same(there))
}

/// In `changed` something was.
fn changed_or_same(changed: bool) -> Imported {
    match changed {
        true => Imported::Changed,
        false => Imported::Same,
    }
}

pub(crate) fn terms(pin: &Pin) -> Result<(Option<Language>, Option<Class>), Error> {
    let language = pin.language.map(stored::language).transpose()?;
    let class = pin.duration_class.map(stored::class).transpose()?;
    Ok((language, class))
}
