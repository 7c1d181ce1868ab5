//! Who calls, and who confirms. Whatever says who calls comes down to the key of a PIN, so that all
//! that holds for PINs holds however the inmate was identified.

use crate::{
    Alert, Error,
    answer::{RECORDS_STOP_PERCENT, inmate_subject, line_actor},
    session::Session,
    stored,
    words::kebab,
};
use db::{
    keys::{CardHash, FacilityId, GuessKey, HolderKind, OfficerCodeHash, PinHash},
    values::{Card, OfficerRef},
};
use screening::{PinEntry, PinKey, PinState, pin_state};
use types::{
    credential::{CardNumber, ConfirmBy, Credential, IdentifyBy, OfficerProof},
    digits::Digits,
    disposition::Blocked,
    id::{InmateId, LineId, OfficerId},
    query::{OfficerAnswer, PinAnswer},
    secret::Secret,
};

/// What a credential came down to.
#[derive(Default)]
struct Resolved {
    key: Option<PinKey>,
    /// Whose guesses a failure counts for, as far as that was said, true or not.
    claims: Option<GuessKey>,
}

impl Session<'_> {
    /// What a credential is worth now. Failed tries are counted and go into the journal, without it.
    pub fn identify(&mut self, line: LineId, credential: &Credential) -> Result<PinAnswer, Error> {
        let rule = self.settings()?.guessing;
        if self.reading().is_resting(GuessKey::Phone(line), &rule)? {
            return Ok(PinAnswer::Resting);
        }
        let resolved = match self.is_asked_for(line, credential)? {
            true => self.resolve(line, credential)?,
            false => Resolved::default(),
        };
        let state = match &resolved.key {
            Some(key) => pin_state(key, line, self.now_utc_ms(), &self.lookups())?,
            None => PinState::Unknown,
        };
        // A right passcode is that of an inmate who may rest, too.
        let whose_rest = whose(&state).map(GuessKey::Inmate);
        for at in whose_rest.into_iter().chain(resolved.claims) {
            if self.reading().is_resting(at, &rule)? {
                return Ok(PinAnswer::Resting);
            }
        }
        let (answer, failed) = match state {
            PinState::Valid(PinEntry { inmate, .. }) => {
                if let Some(blocked) = self.barred(inmate)? {
                    if self.fullness < RECORDS_STOP_PERCENT {
                        let (actor, subject) = (line_actor(line), inmate_subject(inmate));
                        self.journal(&actor, noun(credential), subject, kebab(blocked))?;
                    }
                    return Ok(PinAnswer::Refused { inmate, blocked });
                }
                let hash = resolved.key.map(|key| PinHash(key.0));
                let entry = match hash {
                    Some(hash) => self.tables.pins.get(&self.writer, &hash)?,
                    None => None,
                };
                let language = entry.and_then(|entry| entry.language);
                let language = language.map(stored::language).transpose()?;
                return Ok(PinAnswer::Valid { inmate, language });
            }
            PinState::Unknown => {
                if let Some(at) = resolved.claims {
                    self.pin_failed(line, at, &rule)?;
                }
                (PinAnswer::Unknown, "tried: unknown")
            }
            PinState::Disabled(PinEntry { inmate, .. }) => {
                self.pin_failed(line, GuessKey::Inmate(inmate), &rule)?;
                (PinAnswer::Disabled { inmate }, "tried: disabled")
            }
            PinState::NotYet(PinEntry { inmate, .. }) => {
                let blocked = Blocked::PinNotYetValid;
                let answer = PinAnswer::Refused { inmate, blocked };
                (answer, "tried: not valid yet")
            }
            PinState::Expired(PinEntry { inmate, .. }) => {
                let blocked = Blocked::PinExpired;
                (PinAnswer::Refused { inmate, blocked }, "tried: expired")
            }
            PinState::InUse(PinEntry { inmate, .. }) => {
                (PinAnswer::InUse { inmate }, "tried: in use")
            }
        };
        self.pin_failed(line, GuessKey::Phone(line), &rule)?;
        if self.fullness < RECORDS_STOP_PERCENT {
            let subject = whose(&state).map_or_else(|| "unknown".to_owned(), inmate_subject);
            self.journal(&line_actor(line), noun(credential), subject, failed)?;
        }
        Ok(answer)
    }

    /// Why an inmate may make no call now, if so.
    fn barred(&self, inmate: InmateId) -> Result<Option<Blocked>, Error> {
        let rules = self.settings()?.rules.people;
        let profile = self.lookups().profile_of(inmate)?;
        Ok(profile.barred(&rules, self.now_utc_ms()))
    }

    /// The key that an admission's credential comes down to: nobody's where it is not what the phone
    /// asks for.
    pub fn caller_key(
        &mut self,
        line: LineId,
        credential: &Credential,
    ) -> Result<Option<PinKey>, Error> {
        let by = self.reading().identity_of(line)?.by;
        if !by.is_enough(credential) {
            return Ok(None);
        }
        Ok(self.resolve(line, credential)?.key)
    }

    /// A card may be the first half of what the phone asks for.
    fn is_asked_for(&self, line: LineId, credential: &Credential) -> Result<bool, Error> {
        let by = self.reading().identity_of(line)?.by;
        let half = by == IdentifyBy::CardAndPin && matches!(credential, Credential::Card(_));
        Ok(half || by.is_enough(credential))
    }

    fn resolve(&mut self, line: LineId, credential: &Credential) -> Result<Resolved, Error> {
        match credential {
            Credential::Pin(pin) => Ok(Resolved {
                key: Some(PinKey(self.fixed.key.hash(pin))),
                claims: None,
            }),
            Credential::Card(card) => self.by_card(line, card),
            Credential::CardAndPin { card, pin } => {
                let of_card = self.by_card(line, card)?;
                let keyed = PinKey(self.fixed.key.hash(pin));
                Ok(Resolved {
                    key: of_card.key.filter(|key| *key == keyed),
                    ..of_card
                })
            }
            Credential::Account { id, passcode } => self.by_passcode(id, passcode),
        }
    }

    fn by_card(&mut self, line: LineId, card: &Secret<CardNumber>) -> Result<Resolved, Error> {
        let Some(Card { holder, number, .. }) = self.good_card(line, card)? else {
            return Ok(Resolved::default());
        };
        if holder.0 != HolderKind::Inmate {
            return Ok(Resolved::default());
        }
        self.of_inmate(InmateId(number))
    }

    /// Both hashes are always made, so that the time taken tells nobody which ids there are.
    fn by_passcode(
        &self,
        id: &Secret<Digits>,
        passcode: &Secret<Digits>,
    ) -> Result<Resolved, Error> {
        let key = FacilityId(id.expose().as_str().to_owned());
        let inmate = self.tables.inmates_by_id.get(&self.writer, &key)?;
        let inmate = inmate.map(|found| InmateId(found.inmate));
        let nobody = InmateId(0);
        let keyed = self.fixed.key.passcode(inmate.unwrap_or(nobody), passcode);
        let bucket = self.fixed.key.id_bucket(id);
        let Some(inmate) = inmate else {
            let claims = Some(GuessKey::NobodysId(bucket));
            return Ok(Resolved { key: None, claims });
        };
        let entry = self.tables.passcodes.get(&self.writer, &inmate)?;
        if entry.is_some_and(|entry| entry.hash == keyed) {
            let claims = Some(GuessKey::Passcode(inmate));
            let resolved = self.of_inmate(inmate)?;
            return Ok(Resolved { claims, ..resolved });
        }
        let claims = Some(GuessKey::Passcode(inmate));
        Ok(Resolved { key: None, claims })
    }

    fn of_inmate(&self, inmate: InmateId) -> Result<Resolved, Error> {
        let entry = self.tables.inmates.get(&self.writer, &inmate)?;
        Ok(Resolved {
            key: entry.and_then(|entry| entry.pin).map(PinKey),
            claims: Some(GuessKey::Inmate(inmate)),
        })
    }

    /// A card that is somebody's now. One that was reported lost is nobody's, and its reader is
    /// worth a look.
    fn good_card(
        &mut self,
        line: LineId,
        card: &Secret<CardNumber>,
    ) -> Result<Option<Card>, Error> {
        let hash = CardHash(self.fixed.key.card(card));
        let Some(found) = self.tables.cards.get(&self.writer, &hash)? else {
            return Ok(None);
        };
        if !found.disabled {
            return Ok(Some(found));
        }
        if self.fullness < RECORDS_STOP_PERCENT {
            let alert = Alert::DisabledCard {
                line,
                inmate: (found.holder.0 == HolderKind::Inmate).then_some(InmateId(found.number)),
            };
            self.alert(&line_actor(line), format!("phone {line}"), alert)?;
        }
        Ok(None)
    }

    /// Whether this is an officer who may confirm the call of this inmate at this phone. Who guesses
    /// has the phone rest, and the inmate.
    pub fn officer(
        &mut self,
        line: LineId,
        proof: &OfficerProof,
        inmate: Option<InmateId>,
    ) -> Result<OfficerAnswer, Error> {
        let rule = self.settings()?.guessing;
        let at_phone = GuessKey::Phone(line);
        let console = matches!(proof, OfficerProof::Console(_));
        if !console && self.reading().is_resting(at_phone, &rule)? {
            return Ok(OfficerAnswer::Resting);
        }
        if let Some(officer) = self.proven(line, proof)?
            && screening::Tables::is_officer(&self.lookups(), officer)?
        {
            let subject = format!("officer {}", officer.0);
            let change = format!("confirms a call at phone {line}");
            self.journal(&line_actor(line), "officer", subject, change)?;
            return Ok(OfficerAnswer::Confirmed(officer));
        }
        if !console {
            self.pin_failed(line, at_phone, &rule)?;
            if let Some(inmate) = inmate {
                self.pin_failed(line, GuessKey::Inmate(inmate), &rule)?;
            }
        }
        if self.fullness < RECORDS_STOP_PERCENT {
            let subject = inmate.map_or_else(|| "unknown".to_owned(), inmate_subject);
            let change = "tried to confirm a call: no officer's";
            self.journal(&line_actor(line), "officer", subject, change)?;
        }
        Ok(OfficerAnswer::Unknown)
    }

    fn proven(&mut self, line: LineId, proof: &OfficerProof) -> Result<Option<OfficerId>, Error> {
        let by: ConfirmBy = self.reading().identity_of(line)?.officer;
        match proof {
            OfficerProof::Card(card) if by.takes_cards() => {
                let card = self.good_card(line, card)?;
                let officers = card.filter(|card| card.holder.0 == HolderKind::Officer);
                Ok(officers.map(|card| OfficerId(card.number)))
            }
            OfficerProof::Code(code) if by.takes_codes() => {
                let hash = OfficerCodeHash(self.fixed.key.officer_code(code));
                let found = self.tables.officer_codes.get(&self.writer, &hash)?;
                Ok(found.map(|OfficerRef { officer }| OfficerId(officer)))
            }
            OfficerProof::Console(officer) if by.takes_console() => Ok(Some(*officer)),
            _ => Ok(None),
        }
    }
}

fn whose(state: &PinState) -> Option<InmateId> {
    match state {
        PinState::Unknown => None,
        PinState::Valid(entry)
        | PinState::Disabled(entry)
        | PinState::NotYet(entry)
        | PinState::Expired(entry)
        | PinState::InUse(entry) => Some(entry.inmate),
    }
}

/// What the journal calls it.
fn noun(credential: &Credential) -> &'static str {
    match credential {
        Credential::Pin(_) => "pin",
        Credential::Card(_) | Credential::CardAndPin { .. } => "card",
        Credential::Account { .. } => "passcode",
    }
}
