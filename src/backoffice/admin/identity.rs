//! Cards, passcodes, officers, and by what phones ask for them.

use super::text;
use crate::{
    Error, SiteSettings, answer::inmate_subject, error::InmateNumber, session::Session, stored,
};
use db::{
    codes::Code,
    keys::{
        CardHash, CounterKey, CounterKind, FacilityId, HolderKey, HolderKind, OfficerCodeHash,
        PinHash, SiteKey,
    },
    values,
};
use screening::{Class, Disabled};
use types::{
    credential::{CardNumber, ConfirmBy, IdentifyBy},
    digits::{Digit, Digits},
    id::{InmateId, LineId, OfficerId},
    language::Language,
    secret::Secret,
    settings::CallSettings,
    tick::Ticks,
};

/// The most keys of an id that can be keyed, of a passcode, of a code.
pub(crate) const MOST_KEYS: u8 = 16;
/// The least keys of a passcode or a code.
const LEAST_KEYS: usize = 4;

/// What holds for an inmate who has no PIN, only a card or a passcode.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct AccountDetails {
    pub language: Option<Language>,
    /// `None` is the class of the phone.
    pub class: Option<Class>,
}

/// Who has a card.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holder {
    Inmate(InmateId),
    Officer(OfficerId),
}

impl Holder {
    pub(crate) fn key(self) -> HolderKey {
        let (kind, number) = match self {
            Holder::Inmate(inmate) => (HolderKind::Inmate, inmate.0),
            Holder::Officer(officer) => (HolderKind::Officer, officer.0),
        };
        HolderKey { kind, number }
    }

    pub(crate) fn subject(self) -> String {
        match self {
            Holder::Inmate(inmate) => inmate_subject(inmate),
            Holder::Officer(officer) => officer_subject(officer),
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewOfficer {
    /// The facility's own id; given out once.
    pub id: String,
    pub name: String,
}

/// How callers at a phone say who they are, and who confirms their calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PhoneIdentity {
    pub by: IdentifyBy,
    pub officer: ConfirmBy,
    /// How long a call waits for the officer.
    pub wait_seconds: u16,
}

impl PhoneIdentity {
    /// By PIN, and no officer.
    pub fn standard() -> PhoneIdentity {
        PhoneIdentity {
            by: IdentifyBy::Pin,
            officer: ConfirmBy::Nobody,
            wait_seconds: 60,
        }
    }

    /// These settings with what holds for this phone.
    pub(crate) fn put_into(self, settings: CallSettings) -> CallSettings {
        CallSettings {
            identify_by: self.by,
            confirm_by: self.officer,
            confirm_wait: Ticks::secs(u64::from(self.wait_seconds)),
            ..settings
        }
    }
}

impl Session<'_> {
    pub fn open_account(
        &mut self,
        actor: &str,
        inmate: InmateId,
        details: &AccountDetails,
    ) -> Result<(), Error> {
        let mut entry = self.inmate(inmate)?;
        let hash = PinHash(self.fixed.key.account(inmate));
        if entry.pin.is_some_and(|pin| pin != hash.0) {
            return Err(Error::HasPin(InmateNumber(inmate)));
        }
        let before = self.tables.pins.get(&self.writer, &hash)?;
        let enabled = stored::stored_disabled(Disabled::No);
        let pin = values::Pin {
            inmate: inmate.0,
            disabled: before.as_ref().map_or(enabled, |before| before.disabled),
            valid_from_utc_ms: before.as_ref().and_then(|before| before.valid_from_utc_ms),
            valid_to_utc_ms: before.and_then(|before| before.valid_to_utc_ms),
            duration_class: details.class.map(Class::number),
            language: details.language.map(stored::stored_language),
        };
        self.tables.pins.put(&mut self.writer, &hash, &pin)?;
        entry.pin = Some(hash.0);
        self.tables.inmates.put(&mut self.writer, &inmate, &entry)?;
        let subject = inmate_subject(inmate);
        self.journal(actor, "pin", subject, "an account without one")
    }

    /// Who has no PIN gets an entry in its place.
    fn account(&mut self, actor: &str, inmate: InmateId) -> Result<(), Error> {
        match self.inmate(inmate)?.pin {
            Some(_) => Ok(()),
            None => self.open_account(actor, inmate, &AccountDetails::default()),
        }
    }

    pub fn give_card(
        &mut self,
        actor: &str,
        holder: Holder,
        card: &Secret<CardNumber>,
    ) -> Result<(), Error> {
        match holder {
            Holder::Inmate(inmate) => self.account(actor, inmate)?,
            Holder::Officer(officer) => drop(self.known_officer(officer)?),
        }
        let hash = CardHash(self.fixed.key.card(card));
        if let Some(there) = self.tables.cards.get(&self.writer, &hash)? {
            return Err(Error::CardTaken {
                disabled: there.disabled.then_some(there.note),
            });
        }
        self.disable_held(actor, holder, "replaced")?;
        let key = holder.key();
        let value = values::Card {
            holder: Code(key.kind),
            number: key.number,
            disabled: false,
            note: String::new(),
            given_utc_ms: self.now_utc_ms(),
        };
        self.tables.cards.put(&mut self.writer, &hash, &value)?;
        let held = values::CardRef { card: hash.0 };
        let table = &self.tables.cards_held;
        table.put(&mut self.writer, &key, &held)?;
        self.journal(actor, "card", holder.subject(), "given out")
    }

    pub fn disable_card(&mut self, actor: &str, holder: Holder, note: &str) -> Result<(), Error> {
        text("note", note, true)?;
        match self.disable_held(actor, holder, note)? {
            true => Ok(()),
            false => Err(Error::NoCard(holder.subject())),
        }
    }

    pub fn enable_card(&mut self, actor: &str, holder: Holder, note: &str) -> Result<(), Error> {
        text("note", note, true)?;
        let (hash, card) = self.held(holder)?;
        let card = values::Card {
            disabled: false,
            note: note.to_owned(),
            ..card
        };
        self.tables.cards.put(&mut self.writer, &hash, &card)?;
        let change = format!("taken again: {note}");
        self.journal(actor, "card", holder.subject(), change)
    }

    /// The card that was given out last, and is still known.
    pub(crate) fn held(&self, holder: Holder) -> Result<(CardHash, values::Card), Error> {
        let none = || Error::NoCard(holder.subject());
        let held = self.tables.cards_held.get(&self.writer, &holder.key())?;
        let hash = CardHash(held.ok_or_else(none)?.card);
        let card = self.tables.cards.get(&self.writer, &hash)?;
        Ok((hash, card.ok_or_else(none)?))
    }

    /// `false` where there is none that was taken until now.
    fn disable_held(&mut self, actor: &str, holder: Holder, note: &str) -> Result<bool, Error> {
        let (hash, card) = match self.held(holder) {
            Ok(held) => held,
            Err(Error::NoCard(_)) => return Ok(false),
            Err(error) => return Err(error),
        };
        if card.disabled {
            return Ok(false);
        }
        let card = values::Card {
            disabled: true,
            note: note.to_owned(),
            ..card
        };
        self.tables.cards.put(&mut self.writer, &hash, &card)?;
        let change = format!("not taken any more: {note}");
        self.journal(actor, "card", holder.subject(), change)?;
        Ok(true)
    }

    pub fn set_passcode(
        &mut self,
        actor: &str,
        inmate: InmateId,
        passcode: &Secret<Digits>,
    ) -> Result<(), Error> {
        let expected = self.settings()?.call.passcode_length;
        secret_digits("passcode", passcode, expected)?;
        let id = self.inmate(inmate)?.facility_id;
        let keyed = usize::from(self.settings()?.call.id_length);
        let fits = id.bytes().all(|c| c.is_ascii_digit())
            && id.len() <= usize::from(MOST_KEYS)
            && (keyed == 0 || keyed == id.len());
        if !fits {
            return Err(Error::IdNotKeyed(id));
        }
        self.account(actor, inmate)?;
        let hash = self.fixed.key.passcode(inmate, passcode);
        let table = &self.tables.passcodes;
        table.put(&mut self.writer, &inmate, &values::Passcode { hash })?;
        self.lift_pin_rest(actor, inmate)?;
        self.journal(actor, "passcode", inmate_subject(inmate), "given out")
    }

    pub fn add_officer(&mut self, actor: &str, officer: &NewOfficer) -> Result<OfficerId, Error> {
        super::id("officer's id", &officer.id)?;
        text("officer's name", &officer.name, true)?;
        let key = FacilityId(officer.id.clone());
        let index = &self.tables.officers_by_id;
        if index.contains(&self.writer, &key)? {
            return Err(Error::DuplicateOfficer(officer.id.clone()));
        }
        let count = self.count(CounterKey::of_site(CounterKind::OfficerNumber))?;
        let number = u32::try_from(count);
        let number = number.map_err(|_| Error::invalid("officers", "no number is left"))?;
        let id = OfficerId(number);
        let value = values::Officer {
            id: officer.id.clone(),
            name: officer.name.clone(),
            active: true,
            code: None,
        };
        self.tables.officers.put(&mut self.writer, &id, &value)?;
        let index = &self.tables.officers_by_id;
        let value = values::OfficerRef { officer: number };
        index.put(&mut self.writer, &key, &value)?;
        self.journal(actor, "officer", officer_subject(id), "added")?;
        Ok(id)
    }

    pub fn set_officer_name(
        &mut self,
        actor: &str,
        officer: OfficerId,
        name: &str,
    ) -> Result<(), Error> {
        text("officer's name", name, true)?;
        let mut entry = self.known_officer(officer)?;
        let change = format!("named {name}, before {}", entry.name);
        entry.name = name.to_owned();
        let table = &self.tables.officers;
        table.put(&mut self.writer, &officer, &entry)?;
        self.journal(actor, "officer", officer_subject(officer), change)
    }

    pub fn set_officer_active(
        &mut self,
        actor: &str,
        officer: OfficerId,
        active: bool,
    ) -> Result<(), Error> {
        let mut entry = self.known_officer(officer)?;
        if !active {
            self.spare(officer)?;
        }
        entry.active = active;
        let table = &self.tables.officers;
        table.put(&mut self.writer, &officer, &entry)?;
        let change = format!("active: {active}");
        self.journal(actor, "officer", officer_subject(officer), change)
    }

    pub fn set_officer_code(
        &mut self,
        actor: &str,
        officer: OfficerId,
        code: &Secret<Digits>,
    ) -> Result<(), Error> {
        secret_digits("officer's code", code, self.settings()?.call.code_length)?;
        let mut entry = self.known_officer(officer)?;
        let hash = OfficerCodeHash(self.fixed.key.officer_code(code));
        let table = &self.tables.officer_codes;
        let taken = table.get(&self.writer, &hash)?;
        if taken.is_some_and(|taken| taken.officer != officer.0) {
            return Err(Error::CodeTaken);
        }
        if let Some(old) = entry.code {
            table.delete(&mut self.writer, &OfficerCodeHash(old))?;
        }
        let whose = values::OfficerRef { officer: officer.0 };
        table.put(&mut self.writer, &hash, &whose)?;
        entry.code = Some(hash.0);
        let table = &self.tables.officers;
        table.put(&mut self.writer, &officer, &entry)?;
        self.journal(actor, "officer", officer_subject(officer), "code given out")
    }

    pub(crate) fn known_officer(&self, officer: OfficerId) -> Result<values::Officer, Error> {
        let entry = self.tables.officers.get(&self.writer, &officer)?;
        entry.ok_or(Error::UnknownOfficer(officer.0))
    }

    pub fn set_phone_identity(
        &mut self,
        actor: &str,
        line: LineId,
        identity: &PhoneIdentity,
    ) -> Result<(), Error> {
        if !self.tables.phones.contains(&self.writer, &line)? {
            return Err(Error::UnknownPhone(line));
        }
        if !(5..=600).contains(&identity.wait_seconds) {
            return Err(Error::invalid("wait for an officer", "5 to 600 seconds"));
        }
        let value = values::PhoneIdentity {
            by: Code(identity.by),
            officer: Code(identity.officer),
            wait_seconds: identity.wait_seconds,
        };
        let table = &self.tables.phone_identity;
        table.put(&mut self.writer, &line, &value)?;
        self.journal(actor, "phone-identity", line, format!("{identity:?}"))
    }

    /// The part of the site's settings that has a table of its own.
    pub fn put_identity_settings(&mut self, settings: &SiteSettings) -> Result<(), Error> {
        let before = self.tables.identity_settings.get(&self.writer, &SiteKey)?;
        let call = &settings.call;
        let value = values::IdentitySettings {
            id_length: call.id_length,
            passcode_length: call.passcode_length,
            code_length: call.code_length,
            officer_for_privileged: settings.rules.officer_for_privileged,
        };
        let given_out = |field, old: u8, new: u8, any: bool| match any && old != new {
            true => Err(Error::invalid(
                field,
                format!("some of {old} are given out"),
            )),
            false => Ok(()),
        };
        if let Some(before) = before {
            let passcodes = !self.tables.passcodes.is_empty(&self.writer)?;
            let codes = !self.tables.officer_codes.is_empty(&self.writer)?;
            let (old, new) = (before.passcode_length, value.passcode_length);
            given_out("keys of a passcode", old, new, passcodes && new != 0)?;
            let (old, new) = (before.id_length, value.id_length);
            given_out("keys of an id", old, new, passcodes && new != 0)?;
            let (old, new) = (before.code_length, value.code_length);
            given_out("keys of an officer's code", old, new, codes)?;
        }
        let table = &self.tables.identity_settings;
        Ok(table.put(&mut self.writer, &SiteKey, &value)?)
    }
}

/// One that has no entry asks for a PIN, and for no officer.
pub(crate) fn phone_identity(
    tables: &db::Tables,
    txn: &impl db::Read,
    line: LineId,
) -> Result<PhoneIdentity, Error> {
    let entry = tables.phone_identity.get(txn, &line)?;
    Ok(
        entry.map_or(PhoneIdentity::standard(), |entry| PhoneIdentity {
            by: entry.by.0,
            officer: entry.officer.0,
            wait_seconds: entry.wait_seconds,
        }),
    )
}

/// Puts into the site's settings what has a table of its own.
pub(crate) fn with_identity(
    tables: &db::Tables,
    txn: &impl db::Read,
    mut settings: SiteSettings,
) -> Result<SiteSettings, Error> {
    if let Some(stored) = tables.identity_settings.get(txn, &SiteKey)? {
        settings.call.id_length = stored.id_length;
        settings.call.passcode_length = stored.passcode_length;
        settings.call.code_length = stored.code_length;
        settings.rules.officer_for_privileged = stored.officer_for_privileged;
    }
    Ok(settings)
}

/// Decimal digits, as many as are expected; with 0 from four to sixteen.
pub(crate) fn secret_digits(
    what: &'static str,
    digits: &Secret<Digits>,
    expected: u8,
) -> Result<(), Error> {
    let digits = digits.expose();
    let decimal = digits.iter().all(|digit: Digit| digit.value().is_some());
    let fits = match expected {
        0 => (LEAST_KEYS..=usize::from(MOST_KEYS)).contains(&digits.len()),
        expected => digits.len() == usize::from(expected),
    };
    if decimal && fits {
        return Ok(());
    }
    let why = match expected {
        0 => format!("{LEAST_KEYS} to {MOST_KEYS} decimal digits"),
        expected => format!("{expected} decimal digits"),
    };
    Err(Error::invalid(what, why))
}

pub(crate) fn officer_subject(officer: OfficerId) -> String {
    format!("officer {}", officer.0)
}
