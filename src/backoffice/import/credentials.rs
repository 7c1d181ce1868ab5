//! Cards, and officers with their codes. Both are kept as keyed hashes alone.

use super::{
    Imported, changed_or_same,
    faults::{Fault, Faults},
};
use crate::{
    Error, Holder, NewOfficer,
    admin::{id, identity, text},
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
    pub(super) fn import_card(
        &mut self,
        actor: &str,
        row: &CardImport,
    ) -> Result<Imported, Faults> {
        let holder = self.holder(row)?;
        let held = match self.held(holder) {
            Ok(held) => Some(held),
            Err(Error::NoCard(_)) => None,
            Err(error) => return Err(("id", error).into()),
        };
        match (&row.card, held) {
            (Some(card), held) => self.import_given(actor, row, holder, card, held),
            (None, Some((_, card))) => self.import_held(actor, row, holder, &card),
            (None, None) => Err(("card", Error::NoCard(holder.subject())).into()),
        }
    }

    /// A row with a card. Of the one that is held it says the same as of another one, so that nobody finds
    /// out by a file which card somebody has: what it may say depends on what all may see, and the row.
    fn import_given(
        &mut self,
        actor: &str,
        row: &CardImport,
        holder: Holder,
        card: &Secret<CardNumber>,
        held: Option<(CardHash, Card)>,
    ) -> Result<Imported, Faults> {
        let hash = CardHash(self.fixed.key.card(card));
        let is_new = held.as_ref().is_none_or(|(held, _)| *held != hash);
        let mut faults = Faults::default();
        if is_new {
            faults.of("card", self.is_nobodys(&hash));
        }
        let off = held.as_ref().is_some_and(|(_, card)| card.disabled);
        let note = row.note.as_deref().unwrap_or_default();
        match row.taken {
            Some(false) => drop(faults.of("note", text("note", note, true))),
            Some(true) if off => drop(faults.of("note", text("note", note, false))),
            _ if note.is_empty() => {}
            _ => faults.note("note", nothing_changes()),
        }
        faults.none()?;
        if is_new {
            let done = self.give_card(actor, holder, card);
            done.map_err(|error| ("card", error))?;
        }
        let is_off = off && !is_new;
        let done = match row.taken {
            Some(false) => self.card_is_off(actor, holder, note),
            Some(true) if is_off && note.is_empty() => {
                self.enable_card(actor, holder, "given out again")
            }
            Some(true) if off && !note.is_empty() => self.enable_card(actor, holder, note),
            _ => Ok(()),
        };
        done.map_err(|error| ("taken", error))?;
        Ok(match held {
            None => Imported::New,
            Some(_) => Imported::Changed,
        })
    }

    /// The same, and why, where it is off already.
    fn card_is_off(&mut self, actor: &str, holder: Holder, note: &str) -> Result<(), Error> {
        let (_, card) = self.held(holder)?;
        match card.disabled {
            true if card.note == note => Ok(()),
            true => {
                self.enable_card(actor, holder, note)?;
                self.disable_card(actor, holder, note)
            }
            false => self.disable_card(actor, holder, note),
        }
    }

    /// A row about the card that somebody has.
    fn import_held(
        &mut self,
        actor: &str,
        row: &CardImport,
        holder: Holder,
        card: &Card,
    ) -> Result<Imported, Faults> {
        let changes = row.taken.filter(|wanted| *wanted == card.disabled);
        let note = row.note.as_deref().unwrap_or_default();
        match changes {
            Some(_) => text("note", note, true).map_err(|error| ("note", error))?,
            None if note.is_empty() || card.note == note => {}
            None => return Err(("note", nothing_changes()).into()),
        }
        let done = match changes {
            Some(true) => self.enable_card(actor, holder, note),
            Some(false) => self.disable_card(actor, holder, note),
            None => Ok(()),
        };
        done.map_err(|error| ("taken", error))?;
        Ok(changed_or_same(changes.is_some()))
    }

    fn holder(&self, row: &CardImport) -> Result<Holder, Fault> {
        if !row.officer {
            return Ok(Holder::Inmate(self.must_be_known(&row.id)?));
        }
        let officer = self.officer_known(&row.id)?;
        let officer = officer.ok_or(("id", Error::UnknownOfficerId))?;
        Ok(Holder::Officer(officer))
    }

    fn is_nobodys(&self, card: &CardHash) -> Result<(), Error> {
        match self.tables.cards.get(&self.writer, card)? {
            None => Ok(()),
            Some(there) => {
                let disabled = there.disabled.then_some(there.note);
                Err(Error::CardTaken { disabled })
            }
        }
    }

    pub(super) fn import_officer(
        &mut self,
        actor: &str,
        row: &OfficerImport,
    ) -> Result<Imported, Faults> {
        let known = self.officer_known(&row.id)?;
        self.check_officer(row, known)?.none()?;
        let officer = match known {
            Some(officer) => officer,
            None => {
                let name = row.name.clone().unwrap_or_default();
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

    /// What would be refused is refused before anything is written.
    fn check_officer(
        &self,
        row: &OfficerImport,
        known: Option<OfficerId>,
    ) -> Result<Faults, Fault> {
        let mut faults = Faults::default();
        let name = row.name.as_deref();
        let name = match known {
            None => {
                faults.of("id", id("officer's id", &row.id));
                Some(name.unwrap_or_default())
            }
            Some(officer) => {
                let before = self.known_officer(officer).map_err(|error| ("id", error))?;
                name.filter(|name| *name != before.name)
            }
        };
        if let Some(name) = name {
            faults.of("name", text("officer's name", name, true));
        }
        if let Some(code) = &row.code {
            faults.of("code", self.check_code(code, known));
        }
        if let Some(officer) = known.filter(|_| row.active == Some(false)) {
            faults.of("active", self.spare(officer));
        }
        Ok(faults)
    }

    fn check_code(&self, code: &Secret<Digits>, known: Option<OfficerId>) -> Result<(), Error> {
        let expected = self.settings()?.call.code_length;
        identity::secret_digits("officer's code", code, expected)?;
        let hash = OfficerCodeHash(self.fixed.key.officer_code(code));
        let taken = self.tables.officer_codes.get(&self.writer, &hash)?;
        match taken.map(|taken| OfficerId(taken.officer)) {
            Some(other) if Some(other) != known => Err(Error::CodeTaken),
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
fn nothing_changes() -> Error {
    let why = "says why a card is taken no more, or again: nothing of that changes";
    Error::invalid("note", why)
}
