//! Profiles of inmates and their contacts.

use super::{ImportOff, Imported, changed_or_same, faults::Faults, taken_out};
use crate::{
    AllowanceOf, Error, InmateProfile, NewContact,
    admin::{contacts, people, text},
    registers,
    session::Session,
};
use db::{
    keys::{AllowanceKey, PinNumberKey},
    values::Contact,
};
use screening::{Allowance, Periods, WeekSteps};
use types::{
    id::InmateId,
    inmate::{Enrollment, EnrollmentStep, InmateClass, Relationship, Review, Scope, Supervision},
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
    pub suspended: Option<ImportOff>,
    /// When the inmate may call; `Some(None)` is at any hour.
    pub hours: Option<Option<WeekSteps>>,
    pub allowance: AllowanceImport,
}

/// What a row says of an inmate's own allowance.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct AllowanceImport {
    /// Whether there is one, whatever it is; `Some(false)` takes it away.
    pub own: Option<bool>,
    /// `Some(None)` is no limit.
    pub calls: Periods<Option<Option<u32>>>,
    pub minutes: Periods<Option<Option<u32>>>,
    pub between_seconds: Option<Option<u32>>,
}

impl AllowanceImport {
    fn after(&self, before: Option<Allowance>) -> Result<Option<Allowance>, Error> {
        let is = before.unwrap_or_default();
        let each = |row: &Periods<Option<Option<u32>>>, is: &Periods<Option<u32>>| {
            Periods::each(|period| row.of(period).unwrap_or(*is.of(period)))
        };
        let limits = Allowance {
            calls: each(&self.calls, &is.calls),
            minutes: each(&self.minutes, &is.minutes),
            between_seconds: self.between_seconds.unwrap_or(is.between_seconds),
        };
        let any = |row: &Periods<Option<Option<u32>>>| {
            [row.day, row.week, row.month].iter().any(Option::is_some)
        };
        let says = any(&self.calls) || any(&self.minutes) || self.between_seconds.is_some();
        match self.own {
            Some(false) if says => {
                let why = "is no, beside limits that would be the inmate's own";
                Err(Error::invalid("allowance", why))
            }
            Some(false) => Ok(None),
            Some(true) => Ok(Some(limits)),
            None => Ok((says || before.is_some()).then_some(limits)),
        }
    }
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
    /// `false` takes the contact away.
    pub kept: Option<bool>,
}

impl Session<'_> {
    pub(super) fn import_profile(
        &mut self,
        actor: &str,
        row: &ProfileImport,
    ) -> Result<Imported, Faults> {
        let fault = |error| ("id", error);
        let inmate = self.must_be_known(&row.facility_id)?;
        let before = people::details(self.entry(inmate)?).map_err(fault)?;
        let was = self.own_allowance(inmate).map_err(fault)?;
        let mut faults = Faults::default();
        let profile = self.profile_after(row, before.profile.clone(), &mut faults);
        let suspended = ImportOff::after(row.suspended, before.suspended, self.now_utc_ms());
        let suspended = faults
            .of("suspended", suspended)
            .unwrap_or(before.suspended);
        let allowance = row.allowance.after(was);
        let allowance = faults.of("own-allowance", allowance).unwrap_or(was);
        faults.none()?;
        let changed = (profile != before.profile, suspended != before.suspended);
        let hours_were = self.own_hours(inmate).map_err(fault)?;
        let hours = row.hours.unwrap_or(hours_were);
        if changed.0 {
            let set = self.set_profile(actor, inmate, &profile);
            set.map_err(fault)?;
        }
        if changed.1 {
            let set = self.set_suspended(actor, inmate, suspended);
            set.map_err(|error| ("suspended", error))?;
        }
        if allowance != was {
            let of = AllowanceOf::Inmate(inmate);
            let set = self.set_allowance(actor, &of, allowance.as_ref());
            set.map_err(|error| ("own-allowance", error))?;
        }
        if hours != hours_were {
            let set = self.set_window(actor, Scope::Inmate(inmate), hours.as_ref());
            set.map_err(|error| ("hours", error))?;
        }
        let more = allowance != was || hours != hours_were;
        Ok(changed_or_same(changed.0 || changed.1 || more))
    }

    fn own_allowance(&self, inmate: InmateId) -> Result<Option<Allowance>, Error> {
        let key = AllowanceKey::Inmate(inmate);
        let stored = self.tables.allowances.get(&self.writer, &key)?;
        Ok(stored.as_ref().map(registers::read_allowance))
    }

    fn own_hours(&self, inmate: InmateId) -> Result<Option<WeekSteps>, Error> {
        let scope = Scope::Inmate(inmate);
        let stored = self.tables.windows.get(&self.writer, &scope)?;
        Ok(stored.as_ref().map(crate::people::hours))
    }

    /// A profile with what a row changes, each of which may stand in one.
    fn profile_after(
        &self,
        row: &ProfileImport,
        mut profile: InmateProfile,
        faults: &mut Faults,
    ) -> InmateProfile {
        if let Some(unit) = &row.unit {
            let named = unit.as_deref().map(|name| self.groups().named(name));
            let named = faults.of("unit", named.transpose());
            profile.living_unit = named.unwrap_or(profile.living_unit);
        }
        if let Some(class) = row.class {
            let there = class.map(|class| self.must_be_a_class(class));
            faults.of("inmate-class", there.transpose());
            profile.class = class;
        }
        if let Some(longest) = row.longest_seconds {
            faults.of("longest-seconds", people::check_longest(longest));
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
        profile
    }

    /// Whether who imports may review a contact as a row does: one that stays as it is, or one that is new
    /// or changed.
    fn may_review(
        &self,
        actor: &str,
        row: &ContactImport,
        as_it_is: Option<&Contact>,
    ) -> Result<(), Error> {
        let is = as_it_is.map_or(Review::Pending, |contact| contact.review.0);
        if row.review != Some(Review::Approved) || is == Review::Approved {
            return Ok(());
        }
        let mut by = as_it_is.map_or_else(Vec::new, |contact| contact.approved_by.clone());
        contacts::approve(actor, self.approvals_needed()?, &mut by)
    }

    pub(super) fn import_contact(
        &mut self,
        actor: &str,
        row: &ContactImport,
    ) -> Result<Imported, Faults> {
        let inmate = self.must_be_known(&row.facility_id)?;
        let number = row.number;
        let key = PinNumberKey { inmate, number };
        let before = self.tables.contacts.get(&self.writer, &key);
        let before = before.map_err(|error| ("number", error.into()))?;
        if row.kept == Some(false) {
            let number = number.to_string();
            return taken_out(before.is_some(), || {
                self.remove_contact(actor, inmate, &number).map(drop)
            });
        }
        let mut faults = Faults::default();
        if before.is_none() {
            faults.of("number", self.must_be_dialable(&number.to_string()));
        }
        let Some(contact) = contact_after(row, before.as_ref(), &mut faults) else {
            faults.of("review", self.may_review(actor, row, None));
            return Err(faults);
        };
        let same = |there: &Contact| {
            there.name == contact.name
                && there.relationship.0 == contact.relationship
                && there.identification == contact.identification
        };
        let mut changed = !before.as_ref().is_some_and(same);
        let as_it_is = before.as_ref().filter(|_| !changed);
        faults.of("review", self.may_review(actor, row, as_it_is));
        faults.none()?;
        if changed {
            let put = self.put_contact(actor, inmate, &contact);
            put.map_err(|error| ("number", error))?;
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
fn contact_after(
    row: &ContactImport,
    before: Option<&Contact>,
    faults: &mut Faults,
) -> Option<NewContact> {
    let name = row.name.clone().or(before.map(|it| it.name.clone()));
    let name = name.unwrap_or_default();
    let good_name = faults.of("name", text("contact's name", &name, true));
    let relationship = row.relationship.or(before.map(|it| it.relationship.0));
    let needed = || Error::invalid("relationship", "a new contact has to have one");
    let relationship = faults.of("relationship", relationship.ok_or_else(needed));
    let identification = row.identification.clone();
    let identification = identification.or(before.map(|it| it.identification.clone()));
    let identification = identification.unwrap_or_default();
    let seen = text("identification", &identification, false);
    let seen = faults.of("identification", seen);
    good_name.and(seen)?;
    Some(NewContact {
        name,
        relationship: relationship?,
        number: row.number.to_string(),
        identification,
    })
}
