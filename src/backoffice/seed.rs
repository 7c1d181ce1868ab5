//! Filling an empty database, once, in one transaction.

mod people;

pub(crate) use people::scope_of;
pub use people::{SeedGroup, SeedPeople, SeedPerson, SeedScope};

use crate::{
    AllowanceOf, Error, Holder, Seed, SeedAllowance, SeedIdentity, SeedTreatments, session::Session,
};
use db::{
    keys::{FacilityId, SiteKey},
    values::Meta,
};
use types::id::InmateId;

const ACTOR: &str = "site file";

pub(crate) fn fill(session: &mut Session<'_>, seed: &Seed) -> Result<(), Error> {
    let meta = Meta {
        site: session.fixed.site,
        created_utc_ms: session.now_utc_ms(),
        key_check: session.fixed.key.check(),
    };
    session
        .tables
        .meta
        .put(&mut session.writer, &SiteKey, &meta)?;
    session.journal(ACTOR, "database", session.fixed.site, "created")?;
    session.set_site_settings(ACTOR, &seed.settings)?;
    for (class, call_type, durations) in &seed.durations {
        session.set_durations(ACTOR, *class, *call_type, durations)?;
    }
    for (number, name, schedule) in &seed.schedules {
        session.set_schedule(ACTOR, *number, name, schedule)?;
    }
    fill_treatments(session, &seed.treatments)?;
    for (line, phone) in &seed.phones {
        session.set_phone(ACTOR, *line, phone)?;
    }
    people::before_inmates(session, &seed.people)?;
    for entry in &seed.inmates {
        let inmate = session.add_inmate(ACTOR, &entry.inmate)?;
        if let Some(pin) = &entry.pin {
            session.set_pin(ACTOR, inmate, pin)?;
        }
        for (number, flags) in &entry.numbers {
            session.add_pin_number(ACTOR, inmate, number, flags)?;
        }
    }
    identity(session, &seed.identity)?;
    people::after_inmates(session, &seed.people)?;
    for (pattern, note) in &seed.restricted {
        session.add_restricted(ACTOR, pattern, note)?;
    }
    for (pattern, flags) in &seed.allowed {
        session.add_allowed(ACTOR, pattern, flags)?;
    }
    for restriction in &seed.time_restricted {
        session.set_time_restricted(ACTOR, restriction)?;
    }
    for (code, dialed) in &seed.speed_dials {
        session.set_speed_dial(ACTOR, *code, dialed)?;
    }
    for (year, month, day, name) in &seed.holidays {
        session.set_holiday(ACTOR, (*year, *month, *day), name)?;
    }
    for (of, allowance) in &seed.allowances {
        let of = allowance_of(session, of)?;
        session.set_allowance(ACTOR, &of, Some(allowance))?;
    }
    Ok(())
}

fn identity(session: &mut Session<'_>, seed: &SeedIdentity) -> Result<(), Error> {
    for entry in &seed.inmates {
        let key = FacilityId(entry.facility_id.clone());
        let found = session.tables.inmates_by_id.get(&session.writer, &key)?;
        let unknown = || Error::invalid("card or passcode", format!("of nobody: {}", key.0));
        let inmate = InmateId(found.ok_or_else(unknown)?.inmate);
        if let Some(account) = &entry.account {
            session.open_account(ACTOR, inmate, account)?;
        }
        if let Some(card) = &entry.card {
            session.give_card(ACTOR, Holder::Inmate(inmate), card)?;
        }
        if let Some(passcode) = &entry.passcode {
            session.set_passcode(ACTOR, inmate, passcode)?;
        }
    }
    for entry in &seed.officers {
        let officer = session.add_officer(ACTOR, &entry.officer)?;
        if let Some(card) = &entry.card {
            session.give_card(ACTOR, Holder::Officer(officer), card)?;
        }
        if let Some(code) = &entry.code {
            session.set_officer_code(ACTOR, officer, code)?;
        }
    }
    for (line, identity) in &seed.phones {
        session.set_phone_identity(ACTOR, *line, identity)?;
    }
    Ok(())
}

/// Call treatments first: the others name them.
fn fill_treatments(session: &mut Session<'_>, seed: &SeedTreatments) -> Result<(), Error> {
    for (number, treatment) in &seed.call_treatments {
        session.set_call_treatment(ACTOR, *number, treatment)?;
    }
    for (number, treatment) in &seed.line_treatments {
        session.set_line_treatment(ACTOR, *number, treatment)?;
    }
    for (pattern, details) in &seed.numbers {
        session.set_number_record(ACTOR, pattern, details)?;
    }
    for (prefix, call_type) in &seed.call_types {
        session.set_call_type(ACTOR, prefix, *call_type)?;
    }
    for (call_type, rules) in &seed.call_type_rules {
        session.set_call_type_rules(ACTOR, *call_type, rules)?;
    }
    for (number, route) in &seed.routes {
        session.set_route(ACTOR, *number, route)?;
    }
    Ok(())
}

fn allowance_of(session: &Session<'_>, of: &SeedAllowance) -> Result<AllowanceOf, Error> {
    Ok(match of {
        SeedAllowance::Everybody => AllowanceOf::Everybody,
        SeedAllowance::Class(class) => AllowanceOf::Class(*class),
        SeedAllowance::Numbers(pattern) => AllowanceOf::Numbers(pattern.clone()),
        SeedAllowance::Inmate(id) => {
            let key = FacilityId(id.clone());
            let found = session.tables.inmates_by_id.get(&session.writer, &key)?;
            let why = || Error::invalid("allowance", format!("there is no inmate {id:?}"));
            AllowanceOf::Inmate(InmateId(found.ok_or_else(why)?.inmate))
        }
    })
}
