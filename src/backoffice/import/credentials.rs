//! Cards, and officers with their codes. Both are kept as keyed hashes alone.

use super::{Fault, Imported, changed_or_same};
use crate::{
    Error, Holder, NewOfficer,
    admin::{identity, text},
    session::Session,
};
use db::{
    keys::{CardHash, FacilityId, OfficerCodeHash},
    values::Card,
};
use types::{credential::CardNumber, digits::Digits, id::OfficerId, secret::Secret};

/// The card of somebody who is known.
#[derive(Clone, Debug)]
pub struct CardImport {
    /// The facility's own id of who holds it.
    pub id: String,
    /// That is an officer's.
    pub officer: bool,
    /// One in place of the one there was.
    pub card: Option<Secret<CardNumber>>,
    pub taken: Option<bool>,
    /// Why it is taken no more, or again.
    pub note: Option<String>,
}

/// An officer, new or known by the facility's id.
#[derive(Clone, Debug)]
pub struct OfficerImport {
    pub id: String,
    pub name: Option<String>,
    pub code: Option<Secret<Digits>>,
    pub active: Option<bool>,
}

impl Session<'_> {
    /// What would be refused is refused before anything is written.
    pub(super) fn import_card(&mut self, actor: &str, row: &CardImport) -> Result<Imported, Fault> {
        let holder = self.holder(row)?;
        let held = match self.held(holder) {
            Ok(held) => Some(held),
            Err(Error::NoCard(_)) => None,
            Err(error) => return Err(("id", error)),
        };
        let given = self.given(row, held.as_ref())?;
        let is = match (&given, &held) {
            (Some(_), _) => None,
            (None, Some((_, card))) => Some(card),
            (None, None) => return Err(("card", Error::NoCard(holder.subject()))),
        };
        let taken = is.is_none_or(|card| !card.disabled);
        let changes = row.taken.filter(|wanted| *wanted != taken);
        check_note(row, is, changes.is_some())?;
        if let Some(card) = given {
            let done = self.give_card(actor, holder, card);
            done.map_err(|error| ("card", error))?;
        }
        let note = row.note.as_deref().unwrap_or_default();
        let done = match changes {
            Some(true) => self.enable_card(actor, holder, note),
            Some(false) => self.disable_card(actor, holder, note),
            None => Ok(()),
        };
        done.map_err(|error| ("taken", error))?;
        Ok(match held {
            None => Imported::New,
            Some(_) => changed_or_same(given.is_some() || changes.is_some()),
        })
    }

    fn holder(&self, row: &CardImport) -> Result<Holder, Fault> {
        if !row.officer {
            return Ok(Holder::Inmate(self.must_be_known(&row.id)?));
        }
        let officer = self.officer_known(&row.id)?;
        let unknown = || ("id", Error::UnknownOfficerId(row.id.clone()));
        Ok(Holder::Officer(officer.ok_or_else(unknown)?))
    }

    /// The card that a row gives out: another one than that which is held, and nobody's.
    fn given<'r>(
        &self,
        row: &'r CardImport,
        held: Option<&(CardHash, Card)>,
    ) -> Result<Option<&'r Secret<CardNumber>>, Fault> {
        let Some(card) = &row.card else {
            return Ok(None);
        };
        let hash = CardHash(self.fixed.key.card(card));
        if held.is_some_and(|(held, _)| *held == hash) {
            return Ok(None);
        }
        let there = self.tables.cards.get(&self.writer, &hash);
        match there.map_err(|error| ("card", error.into()))? {
            None => Ok(Some(card)),
            Some(there) => {
                let disabled = there.disabled.then_some(there.note);
                Err(("card", Error::CardTaken { disabled }))
            }
        }
    }

    pub(super) fn import_officer(
        &mut self,
        actor: &str,
        row: &OfficerImport,
    ) -> Result<Imported, Fault> {
        let known = self.officer_known(&row.id)?;
        self.check_code(row, known)?;
        let officer = match known {
            Some(officer) => officer,
            None => {
                let name = row.name.clone().unwrap_or_default();
                text("officer's name", &name, true).map_err(|error| ("name", error))?;
                let id = row.id.clone();
                let added = self.add_officer(actor, &NewOfficer { id, name });
                added.map_err(|error| ("id", error))?
            }
        };
        let mut changed = self.rename_officer(actor, officer, row.name.as_deref())?;
        let before = self.known_officer(officer).map_err(|error| ("id", error))?;
        if let Some(code) = &row.code
            && before.code != Some(self.fixed.key.officer_code(code))
        {
            let set = self.set_officer_code(actor, officer, code);
            set.map_err(|error| ("code", error))?;
            changed = true;
        }
        if let Some(active) = row.active.filter(|active| *active != before.active) {
            let set = self.set_officer_active(actor, officer, active);
            set.map_err(|error| ("active", error))?;
            changed = true;
        }
        Ok(match known {
            None => Imported::New,
            Some(_) => changed_or_same(changed),
        })
    }

    fn officer_known(&self, id: &str) -> Result<Option<OfficerId>, Fault> {
        let key = FacilityId(id.to_owned());
        let found = self.tables.officers_by_id.get(&self.writer, &key);
        let found = found.map_err(|error| ("id", error.into()))?;
        Ok(found.map(|found| OfficerId(found.officer)))
    }

    fn check_code(&self, row: &OfficerImport, known: Option<OfficerId>) -> Result<(), Fault> {
        let fault = |error| ("code", error);
        let Some(code) = &row.code else {
            return Ok(());
        };
        let expected = self.settings().map_err(fault)?.call.code_length;
        identity::secret_digits("officer's code", code, expected).map_err(fault)?;
        let hash = OfficerCodeHash(self.fixed.key.officer_code(code));
        let taken = self.tables.officer_codes.get(&self.writer, &hash);
        let taken = taken.map_err(|error| fault(error.into()))?;
        match taken.map(|taken| OfficerId(taken.officer)) {
            Some(other) if Some(other) != known => Err(fault(Error::CodeTaken)),
            _ => Ok(()),
        }
    }

    fn rename_officer(
        &mut self,
        actor: &str,
        officer: OfficerId,
        name: Option<&str>,
    ) -> Result<bool, Fault> {
        let fault = |error| ("name", error);
        let before = self.known_officer(officer).map_err(fault)?;
        let Some(name) = name.filter(|name| *name != before.name) else {
            return Ok(false);
        };
        let named = self.set_officer_name(actor, officer, name);
        named.map_err(fault)?;
        Ok(true)
    }
}

/// A note says why a card is taken no more, or again, and stands nowhere else.
fn check_note(row: &CardImport, is: Option<&Card>, changes: bool) -> Result<(), Fault> {
    let fault = |error| ("note", error);
    let note = row.note.as_deref().unwrap_or_default();
    if changes {
        return text("note", note, true).map_err(fault);
    }
    let stands = is.is_some_and(|card| card.note == note);
    match note.is_empty() || stands {
        true => Ok(()),
        false => {
            let why = "says why a card is taken no more, or again: nothing of that changes";
            Err(fault(Error::invalid("note", why)))
        }
    }
}
