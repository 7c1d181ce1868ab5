//! Groups, and what is attached to inmates.

use super::ACTOR;
use crate::{Error, InmateClassDetails, InmateProfile, session::Session};
use db::keys::FacilityId;
use screening::{Disabled, WeekSteps};
use types::{
    id::{GroupId, InmateId, LineId},
    inmate::{InmateClass, Scope},
};

/// What of inmates and groups an empty database is filled with.
#[derive(Clone, Default, Debug)]
pub struct SeedPeople {
    /// Each after the one it is a part of.
    pub groups: Vec<SeedGroup>,
    pub classes: Vec<(InmateClass, InmateClassDetails)>,
    /// By the facility's own id.
    pub persons: Vec<(String, SeedPerson)>,
    /// Whose list, whether its blocked side, and a pattern.
    pub lists: Vec<(SeedScope, bool, String)>,
    pub windows: Vec<(SeedScope, WeekSteps)>,
    /// Pattern and reason.
    pub entry_restricted: Vec<(String, String)>,
}

/// A group by its full name, as `East/Tier 1`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeedGroup {
    pub name: String,
    pub officer_needed: bool,
    pub phones: Vec<LineId>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeedPerson {
    pub profile: InmateProfile,
    /// The full name of the living unit, in place of the profile's.
    pub living_unit: Option<String>,
    pub suspended: Disabled,
    /// From when and up to when the PIN is valid, UTC in milliseconds.
    pub pin_valid: (Option<i64>, Option<i64>),
}

/// A scope whose number is not known yet.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum SeedScope {
    /// By the facility's own id.
    Inmate(String),
    /// By its full name.
    Group(String),
    Known(Scope),
}

/// What inmates' lists and profiles rest on.
pub(super) fn before_inmates(session: &mut Session<'_>, seed: &SeedPeople) -> Result<(), Error> {
    for group in &seed.groups {
        let (parent, name) = match group.name.rsplit_once('/') {
            Some((parent, name)) => (Some(session.groups().named(parent)?), name),
            None => (None, group.name.as_str()),
        };
        let id = session.add_group(ACTOR, name, parent)?;
        for line in &group.phones {
            session.add_group_phone(ACTOR, id, *line)?;
        }
        if group.officer_needed {
            session.set_officer_needed(ACTOR, id, true)?;
        }
    }
    for (class, details) in &seed.classes {
        session.set_inmate_class(ACTOR, *class, details)?;
    }
    for (pattern, reason) in &seed.entry_restricted {
        session.add_entry_restricted(ACTOR, pattern, reason)?;
    }
    Ok(())
}

pub(super) fn after_inmates(session: &mut Session<'_>, seed: &SeedPeople) -> Result<(), Error> {
    for (id, person) in &seed.persons {
        let inmate = known(session, id)?;
        let living_unit = person.living_unit.as_deref();
        let living_unit = living_unit.map(|name| session.groups().named(name));
        let profile = InmateProfile {
            living_unit: living_unit.transpose()?,
            ..person.profile.clone()
        };
        session.set_profile(ACTOR, inmate, &profile)?;
        if person.suspended != Disabled::No {
            session.set_suspended(ACTOR, inmate, person.suspended)?;
        }
        let (from, to) = person.pin_valid;
        if from.is_some() || to.is_some() {
            session.set_pin_validity(ACTOR, inmate, from, to)?;
        }
    }
    for (scope, blocked, pattern) in &seed.lists {
        let scope = scope_of(session, scope)?;
        session.add_list_number(ACTOR, scope, *blocked, pattern, "")?;
    }
    for (scope, hours) in &seed.windows {
        let scope = scope_of(session, scope)?;
        session.set_window(ACTOR, scope, Some(hours))?;
    }
    Ok(())
}

pub(crate) fn scope_of(session: &Session<'_>, scope: &SeedScope) -> Result<Scope, Error> {
    Ok(match scope {
        SeedScope::Inmate(id) => Scope::Inmate(known(session, id)?),
        SeedScope::Group(name) => Scope::Group(group(session, name)?),
        SeedScope::Known(scope) => *scope,
    })
}

fn group(session: &Session<'_>, name: &str) -> Result<GroupId, Error> {
    session.groups().named(name)
}

fn known(session: &Session<'_>, id: &str) -> Result<InmateId, Error> {
    let key = FacilityId(id.to_owned());
    let found = session.tables.inmates_by_id.get(&session.writer, &key)?;
    found
        .map(|found| InmateId(found.inmate))
        .ok_or_else(|| Error::invalid("inmate", format!("nobody has the id {id:?}")))
}
