//! The same the other way: what a file can be filled with. No secret is in it, nor its hash.

use super::terms;
use crate::{
    Contact, Error, Holder, InmateDetails, NumberFlags, View,
    admin::{contacts, people},
    groups::Groups,
    registers::read_allowance,
    stored,
};
use db::{
    Read, Tables,
    keys::{AllowanceKey, CardHash, HolderKey, HolderKind, PinHash, PinNumberKey},
};
use screening::{Allowance, Class, Disabled, WeekSteps};
use std::ops::Bound;
use types::{
    id::{InmateId, OfficerId},
    inmate::Scope,
    language::Language,
    phone_number::PhoneNumber,
};

/// An inmate as a file has one; of a PIN there is nothing but what it says of calls.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InmateExport {
    pub facility_id: String,
    pub name: String,
    pub language: Option<Language>,
    pub class: Option<Class>,
    /// When the PIN is off, and from when up to when it is valid; `None` where there is none.
    pub pin: Option<PinDays>,
}

/// When a PIN can be used; instants are UTC in milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PinDays {
    pub disabled: Disabled,
    pub from: Option<i64>,
    pub to: Option<i64>,
}

/// A number of a list as a file has one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NumberExport {
    pub facility_id: String,
    pub number: PhoneNumber,
    pub flags: NumberFlags,
}

/// A profile as a file has one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProfileExport {
    pub details: InmateDetails,
    /// The full name of the living unit.
    pub unit: Option<String>,
    pub hours: Option<WeekSteps>,
    /// The inmate's own.
    pub allowance: Option<Allowance>,
}

/// The card that somebody was given last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CardExport {
    /// The facility's own id of who holds it.
    pub id: String,
    pub taken: bool,
    pub note: String,
}

/// An officer as a file has one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OfficerExport {
    pub id: String,
    pub name: String,
    pub active: bool,
}

/// A number of an inmate's: where a page ends.
pub type NumberOf = (InmateId, PhoneNumber);

impl View {
    /// Up to so many inmates after one, in the order they were entered; each with its number, which
    /// is where to go on.
    pub fn inmates_after(
        &self,
        after: Option<InmateId>,
        limit: usize,
    ) -> Result<Vec<(InmateId, InmateExport)>, Error> {
        let reader = self.database.read()?;
        let tables = self.database.tables();
        let mut all = Vec::new();
        for (inmate, entry) in
            tables
                .inmates
                .page(&reader, after_key(&after), Bound::Unbounded, limit)?
        {
            let pin = match entry.pin.map(PinHash) {
                Some(hash) => tables.pins.get(&reader, &hash)?,
                None => None,
            };
            let days = pin.as_ref().map(|pin| PinDays {
                disabled: stored::disabled(pin.disabled),
                from: pin.valid_from_utc_ms,
                to: pin.valid_to_utc_ms,
            });
            let (language, class) = pin.map_or(Ok((None, None)), |pin| terms(&pin))?;
            let exported = InmateExport {
                facility_id: entry.facility_id,
                name: entry.name,
                language,
                class,
                pin: days,
            };
            all.push((inmate, exported));
        }
        Ok(all)
    }

    /// Up to so many numbers of lists after one, by inmate and number.
    pub fn numbers_after(
        &self,
        after: Option<NumberOf>,
        limit: usize,
    ) -> Result<Vec<(NumberOf, NumberExport)>, Error> {
        let reader = self.database.read()?;
        let tables = self.database.tables();
        let mut ids = Ids::new(tables, &reader);
        let after = after.map(number_key);
        let list = &tables.pin_numbers;
        let page = list.page(&reader, after_key(&after), Bound::Unbounded, limit)?;
        let mut all = Vec::with_capacity(page.len());
        for (key, number) in page {
            let exported = NumberExport {
                facility_id: ids.of(key.inmate)?,
                number: key.number,
                flags: NumberFlags {
                    untimed: number.untimed,
                    privileged: number.privileged,
                    disabled: stored::disabled(number.disabled),
                },
            };
            all.push(((key.inmate, key.number), exported));
        }
        Ok(all)
    }

    /// Up to so many profiles after that of an inmate.
    pub fn profiles_after(
        &self,
        after: Option<InmateId>,
        limit: usize,
    ) -> Result<Vec<(InmateId, ProfileExport)>, Error> {
        let reader = self.database.read()?;
        let tables = self.database.tables();
        let groups = Groups {
            tables,
            txn: &reader,
        };
        let inmates = &tables.inmates;
        let page = inmates.page(&reader, after_key(&after), Bound::Unbounded, limit)?;
        let mut all = Vec::with_capacity(page.len());
        for (inmate, entry) in page {
            let details = people::details(entry)?;
            let unit = details.profile.living_unit;
            let unit = unit.map(|unit| groups.full_name(unit)).transpose()?;
            let hours = tables.windows.get(&reader, &Scope::Inmate(inmate))?;
            let key = AllowanceKey::Inmate(inmate);
            let allowance = tables.allowances.get(&reader, &key)?;
            let exported = ProfileExport {
                details,
                unit,
                hours: hours.as_ref().map(crate::people::hours),
                allowance: allowance.as_ref().map(read_allowance),
            };
            all.push((inmate, exported));
        }
        Ok(all)
    }

    /// Up to so many contacts after one, each with the facility's id of whose it is.
    pub fn contacts_after(
        &self,
        after: Option<NumberOf>,
        limit: usize,
    ) -> Result<Vec<(NumberOf, String, Contact)>, Error> {
        let reader = self.database.read()?;
        let tables = self.database.tables();
        let mut ids = Ids::new(tables, &reader);
        let after = after.map(number_key);
        let table = &tables.contacts;
        let page = table.page(&reader, after_key(&after), Bound::Unbounded, limit)?;
        let mut all = Vec::with_capacity(page.len());
        for (key, contact) in page {
            let id = ids.of(key.inmate)?;
            let place = (key.inmate, key.number);
            all.push((place, id, contacts::shown((key, contact))));
        }
        Ok(all)
    }

    /// Up to so many holders of cards after one, inmates first.
    pub fn cards_after(
        &self,
        after: Option<Holder>,
        limit: usize,
    ) -> Result<Vec<(Holder, CardExport)>, Error> {
        let reader = self.database.read()?;
        let tables = self.database.tables();
        let after = after.map(Holder::key);
        let held = &tables.cards_held;
        let page = held.page(&reader, after_key(&after), Bound::Unbounded, limit)?;
        let mut all = Vec::with_capacity(page.len());
        for (HolderKey { kind, number }, held) in page {
            let (holder, id) = match kind {
                HolderKind::Inmate => {
                    let inmate = InmateId(number);
                    let entry = tables.inmates.get(&reader, &inmate)?;
                    (Holder::Inmate(inmate), entry.map(|it| it.facility_id))
                }
                HolderKind::Officer => {
                    let officer = OfficerId(number);
                    let entry = tables.officers.get(&reader, &officer)?;
                    (Holder::Officer(officer), entry.map(|it| it.id))
                }
            };
            let card = tables.cards.get(&reader, &CardHash(held.card))?;
            let (id, card) = id.zip(card).ok_or_else(|| {
                let why = "nobody holds it, or it is not there";
                stored::senseless("card that is held", why)
            })?;
            let exported = CardExport {
                id,
                taken: !card.disabled,
                note: card.note,
            };
            all.push((holder, exported));
        }
        Ok(all)
    }

    /// Up to so many officers after one.
    pub fn officers_after(
        &self,
        after: Option<OfficerId>,
        limit: usize,
    ) -> Result<Vec<(OfficerId, OfficerExport)>, Error> {
        let reader = self.database.read()?;
        let officers = &self.database.tables().officers;
        let page = officers.page(&reader, after_key(&after), Bound::Unbounded, limit)?;
        let shown = |(officer, entry): (OfficerId, db::values::Officer)| {
            let exported = OfficerExport {
                id: entry.id,
                name: entry.name,
                active: entry.active,
            };
            (officer, exported)
        };
        Ok(page.into_iter().map(shown).collect())
    }
}

/// The facility's ids of inmates, of whom several entries come after each other.
struct Ids<'a, R> {
    tables: &'a Tables,
    reader: &'a R,
    last: Option<(InmateId, String)>,
}

impl<'a, R: Read> Ids<'a, R> {
    fn new(tables: &'a Tables, reader: &'a R) -> Ids<'a, R> {
        Ids {
            tables,
            reader,
            last: None,
        }
    }

    fn of(&mut self, inmate: InmateId) -> Result<String, Error> {
        if let Some((last, id)) = &self.last
            && *last == inmate
        {
            return Ok(id.clone());
        }
        let entry = self.tables.inmates.get(self.reader, &inmate)?;
        let missing = || stored::senseless("number or contact", "its inmate is not there");
        let id = entry.ok_or_else(missing)?.facility_id;
        self.last = Some((inmate, id.clone()));
        Ok(id)
    }
}

fn number_key((inmate, number): NumberOf) -> PinNumberKey {
    PinNumberKey { inmate, number }
}

pub(super) fn after_key<K>(after: &Option<K>) -> Bound<&K> {
    match after {
        Some(key) => Bound::Excluded(key),
        None => Bound::Unbounded,
    }
}
