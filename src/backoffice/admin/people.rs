//! Who inmates are to the facility: profiles, classes, suspension, the days of a PIN.

use super::text;
use crate::{
    Error,
    answer::inmate_subject,
    error::InmateNumber,
    people::{inmate_class, supervision},
    session::Session,
    stored, words,
};
use db::{
    keys::{PinHash, UnitInmate},
    values::{self, Inmate, StepsV1, Unit},
};
use screening::Disabled;
use types::{
    id::{GroupId, InmateId},
    inmate::{Enrollment, InmateClass, Supervision},
};

/// What the facility knows of an inmate beyond id, name and PIN.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct InmateProfile {
    /// The group the inmate lives in.
    pub living_unit: Option<GroupId>,
    pub class: Option<InmateClass>,
    pub supervision: Option<Supervision>,
    /// Each call is told to an officer.
    pub watched: bool,
    /// Only booked calls.
    pub booked_only: bool,
    /// The longest call, whatever the duration class says.
    pub longest_seconds: Option<u32>,
    /// The steps of enrollment that are done.
    pub enrolled: Enrollment,
    /// What an officer is told when the inmate calls next, once.
    pub note_for_next_call: Option<String>,
}

/// A class of inmates.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InmateClassDetails {
    pub name: String,
    /// The longest call, whatever the duration class says.
    pub longest_seconds: Option<u32>,
    /// Only booked calls.
    pub booked_only: bool,
}

/// An inmate as entered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InmateDetails {
    pub facility_id: String,
    pub name: String,
    pub profile: InmateProfile,
    /// Whether and how long the inmate may make no call, whatever the PIN.
    pub suspended: Disabled,
}

/// 99 minutes.
const LONGEST: u32 = 99 * 60;

impl Session<'_> {
    pub fn set_profile(
        &mut self,
        actor: &str,
        inmate: InmateId,
        profile: &InmateProfile,
    ) -> Result<(), Error> {
        check_longest(profile.longest_seconds)?;
        if let Some(note) = &profile.note_for_next_call {
            text("note for the next call", note, true)?;
        }
        if let Some(class) = profile.class {
            self.must_be_a_class(class)?;
        }
        let unit = match profile.living_unit {
            Some(unit) => self.groups().full_name(unit)?,
            None => "none".to_owned(),
        };
        let mut entry = self.inmate(inmate)?;
        self.move_in(inmate, entry.living_unit, profile.living_unit)?;
        entry.living_unit = profile.living_unit.map(|unit| unit.0);
        entry.class = profile.class.map(InmateClass::number);
        entry.supervision = profile.supervision.map(Supervision::level);
        entry.watched = profile.watched;
        entry.booked_only = profile.booked_only;
        entry.longest_seconds = profile.longest_seconds;
        entry.enrolled = StepsV1(profile.enrolled);
        entry
            .note_for_next_call
            .clone_from(&profile.note_for_next_call);
        self.tables.inmates.put(&mut self.writer, &inmate, &entry)?;
        let steps: Vec<_> = profile.enrolled.steps().collect();
        let change = format!(
            "profile: living unit {unit}, class {}, supervision {}, watched {}, booked calls only {}, \
             longest call {} s, enrolled {steps:?}",
            entry.class.unwrap_or(0),
            entry.supervision.unwrap_or(0),
            entry.watched,
            entry.booked_only,
            entry.longest_seconds.unwrap_or(0),
        );
        self.journal(actor, "inmate", inmate_subject(inmate), change)
    }

    fn move_in(
        &mut self,
        inmate: InmateId,
        from: Option<u16>,
        to: Option<GroupId>,
    ) -> Result<(), Error> {
        let table = &self.tables.unit_inmates;
        if let Some(unit) = from.map(GroupId) {
            table.delete(&mut self.writer, &UnitInmate { unit, inmate })?;
        }
        if let Some(unit) = to {
            table.put(&mut self.writer, &UnitInmate { unit, inmate }, &Unit)?;
        }
        Ok(())
    }

    pub fn set_inmate_class(
        &mut self,
        actor: &str,
        class: InmateClass,
        details: &InmateClassDetails,
    ) -> Result<(), Error> {
        text("name of the class", &details.name, true)?;
        check_longest(details.longest_seconds)?;
        let value = values::InmateClass {
            name: details.name.clone(),
            longest_seconds: details.longest_seconds,
            booked_only: details.booked_only,
        };
        let table = &self.tables.inmate_classes;
        table.put(&mut self.writer, &class, &value)?;
        let change = format!(
            "{}: longest call {} s, booked calls only {}",
            details.name,
            details.longest_seconds.unwrap_or(0),
            details.booked_only
        );
        self.journal(actor, "inmate-class", class.number(), change)
    }

    pub(crate) fn must_be_a_class(&self, class: InmateClass) -> Result<(), Error> {
        match self.tables.inmate_classes.contains(&self.writer, &class)? {
            true => Ok(()),
            false => Err(Error::UnknownClass(class.number())),
        }
    }

    pub fn set_suspended(
        &mut self,
        actor: &str,
        inmate: InmateId,
        suspended: Disabled,
    ) -> Result<bool, Error> {
        let mut entry = self.inmate(inmate)?;
        if stored::disabled(entry.suspended).at(self.now_utc_ms()) == suspended {
            return Ok(false);
        }
        entry.suspended = stored::stored_disabled(suspended);
        self.tables.inmates.put(&mut self.writer, &inmate, &entry)?;
        let change = format!("suspended: {}", words::off(suspended, &self.fixed.zone));
        self.journal(actor, "inmate", inmate_subject(inmate), change)?;
        Ok(true)
    }

    pub fn set_pin_validity(
        &mut self,
        actor: &str,
        inmate: InmateId,
        from_utc_ms: Option<i64>,
        to_utc_ms: Option<i64>,
    ) -> Result<(), Error> {
        check_days(from_utc_ms, to_utc_ms)?;
        let hash = self.inmate(inmate)?.pin.map(PinHash);
        let hash = hash.ok_or(Error::NoPin(InmateNumber(inmate)))?;
        let pin = self.tables.pins.get(&self.writer, &hash)?;
        let mut pin = pin.ok_or(Error::NoPin(InmateNumber(inmate)))?;
        pin.valid_from_utc_ms = from_utc_ms;
        pin.valid_to_utc_ms = to_utc_ms;
        self.tables.pins.put(&mut self.writer, &hash, &pin)?;
        let zone = &self.fixed.zone;
        let instant =
            |at: Option<i64>| at.map_or("any time".to_owned(), |at| words::moment(at, zone));
        let change = format!(
            "valid from {} to {}",
            instant(from_utc_ms),
            instant(to_utc_ms)
        );
        self.journal(actor, "pin", inmate_subject(inmate), change)
    }
}

pub(crate) fn details(entry: Inmate) -> Result<InmateDetails, Error> {
    Ok(InmateDetails {
        facility_id: entry.facility_id,
        name: entry.name,
        profile: InmateProfile {
            living_unit: entry.living_unit.map(GroupId),
            class: entry.class.map(inmate_class).transpose()?,
            supervision: entry.supervision.map(supervision).transpose()?,
            watched: entry.watched,
            booked_only: entry.booked_only,
            longest_seconds: entry.longest_seconds,
            enrolled: entry.enrolled.0,
            note_for_next_call: entry.note_for_next_call,
        },
        suspended: stored::disabled(entry.suspended),
    })
}

pub(crate) fn check_days(from_utc_ms: Option<i64>, to_utc_ms: Option<i64>) -> Result<(), Error> {
    match from_utc_ms.zip(to_utc_ms) {
        Some((from, to)) if from >= to => {
            let why = "they end before they begin";
            Err(Error::invalid("days of the PIN", why))
        }
        _ => Ok(()),
    }
}

pub(crate) fn check_longest(seconds: Option<u32>) -> Result<(), Error> {
    match seconds {
        Some(seconds) if !(1..=LONGEST).contains(&seconds) => {
            Err(Error::invalid("longest call", "1 second to 99 minutes"))
        }
        _ => Ok(()),
    }
}
