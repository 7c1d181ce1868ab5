//! Profiles of inmates and their contacts.

use super::{Fault, Imported, changed_or_same};
use crate::{
    Error, InmateProfile, NewContact,
    admin::{people, text},
    session::Session,
};
use db::{keys::PinNumberKey, values::Contact};
use screening::Disabled;
use types::{
    inmate::{Enrollment, EnrollmentStep, InmateClass, Relationship, Review, Supervision},
    phone_number::PhoneNumber,
};

/// The profile of an inmate who is known. `Some(None)` takes away what there is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProfileImport {
    pub facility_id: String,
    /// The living unit, by its own name or with those above it.
    pub unit: Option<Option<String>>,
    pub class: Option<Option<InmateClass>>,
    pub supervision: Option<Option<Supervision>>,
    pub watched: Option<bool>,
    pub booked_only: Option<bool>,
    pub longest_seconds: Option<Option<u32>>,
    /// All steps that are done.
    pub enrolled: Option<Enrollment>,
    pub suspended: Option<bool>,
}

/// A contact of an inmate who is known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ContactImport {
    pub facility_id: String,
    pub number: PhoneNumber,
    pub name: Option<String>,
    pub relationship: Option<Relationship>,
    pub identification: Option<String>,
    pub review: Option<Review>,
}

impl Session<'_> {
    pub(super) fn import_profile(
        &mut self,
        actor: &str,
        row: &ProfileImport,
    ) -> Result<Imported, Fault> {
        let fault = |error| ("id", error);
        let inmate = self.must_be_known(&row.facility_id)?;
        let before = people::details(self.entry(inmate)?).map_err(fault)?;
        let profile = self.profile_after(row, before.profile.clone())?;
        let suspended = match row.suspended {
            None => before.suspended,
            Some(false) => Disabled::No,
            // Who is suspended for a time stays so.
            Some(true) if before.suspended != Disabled::No => before.suspended,
            Some(true) => Disabled::ForGood,
        };
        let changed = (profile != before.profile, suspended != before.suspended);
        if changed.0 {
            let set = self.set_profile(actor, inmate, &profile);
            set.map_err(fault)?;
        }
        if changed.1 {
            let set = self.set_suspended(actor, inmate, suspended);
            set.map_err(|error| ("suspended", error))?;
        }
        Ok(changed_or_same(changed.0 || changed.1))
    }

    /// A profile with what a row changes, each of which may stand in one.
    fn profile_after(
        &self,
        row: &ProfileImport,
        mut profile: InmateProfile,
    ) -> Result<InmateProfile, Fault> {
        if let Some(unit) = &row.unit {
            let named = unit.as_deref().map(|name| self.groups().named(name));
            profile.living_unit = named.transpose().map_err(|error| ("unit", error))?;
        }
        if let Some(class) = row.class {
            let there = class.map(|class| self.must_be_a_class(class));
            there.transpose().map_err(|error| ("inmate-class", error))?;
            profile.class = class;
        }
        if let Some(longest) = row.longest_seconds {
            people::check_longest(longest).map_err(|error| ("longest-seconds", error))?;
            profile.longest_seconds = longest;
        }
        profile.supervision = row.supervision.unwrap_or(profile.supervision);
        profile.watched = row.watched.unwrap_or(profile.watched);
        profile.booked_only = row.booked_only.unwrap_or(profile.booked_only);
        if let Some(enrolled) = row.enrolled {
            // No file can name this step yet: it stays as it is.
            let voice = EnrollmentStep::VoiceTaken;
            profile.enrolled = match profile.enrolled.has(voice) {
                true => enrolled.with(voice),
                false => enrolled,
            };
        }
        Ok(profile)
    }

    pub(super) fn import_contact(
        &mut self,
        actor: &str,
        row: &ContactImport,
    ) -> Result<Imported, Fault> {
        let inmate = self.must_be_known(&row.facility_id)?;
        let number = row.number;
        let key = PinNumberKey { inmate, number };
        let before = self.tables.contacts.get(&self.writer, &key);
        let before = before.map_err(|error| ("number", error.into()))?;
        let contact = contact_after(row, before.as_ref())?;
        let same = |there: &Contact| {
            there.name == contact.name
                && there.relationship.0 == contact.relationship
                && there.identification == contact.identification
        };
        let mut changed = false;
        if !before.as_ref().is_some_and(same) {
            let put = self.put_contact(actor, inmate, &contact);
            put.map_err(|error| ("number", error))?;
            changed = true;
        }
        // What was changed is to be reviewed again.
        let is = match &before {
            Some(before) if !changed => before.review.0,
            _ => Review::Pending,
        };
        if let Some(review) = row.review.filter(|review| *review != is) {
            let reviewed = self.review_contact(actor, inmate, &contact.number, review);
            reviewed.map_err(|error| ("review", error))?;
            changed = true;
        }
        Ok(match before {
            None => Imported::New,
            Some(_) => changed_or_same(changed),
        })
    }
}

/// A contact as a row has it beside the one there is.
fn contact_after(row: &ContactImport, before: Option<&Contact>) -> Result<NewContact, Fault> {
    let name = row.name.clone().or(before.map(|it| it.name.clone()));
    let name = name.unwrap_or_default();
    text("contact's name", &name, true).map_err(|error| ("name", error))?;
    let relationship = row.relationship.or(before.map(|it| it.relationship.0));
    let needed = || Error::invalid("relationship", "a new contact has to have one");
    let relationship = relationship.ok_or_else(|| ("relationship", needed()))?;
    let identification = row.identification.clone();
    let identification = identification.or(before.map(|it| it.identification.clone()));
    let identification = identification.unwrap_or_default();
    text("identification", &identification, false).map_err(|error| ("identification", error))?;
    Ok(NewContact {
        name,
        relationship,
        number: row.number.to_string(),
        identification,
    })
}
