//! An inmate as the facility knows one, and who may not call for a time or for good.

use super::{Answer, Desk, inmate_of, known_as, when::to_come, who};
use crate::records::{length, moment};
use anyhow::bail;
use backoffice::{BackOffice, Contact, Disabled, Error, InmateDetails, NumberFlags, PinTerms, off};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use types::{
    inmate::{EnrollmentStep, InmateClass, Supervision},
    phone_number::PhoneNumber,
    tick::Ticks,
};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    Show,
    /// The PIN, or a number of the list; until then, or until it is enabled.
    Disable {
        number: Option<String>,
        until: Option<String>,
    },
    Enable {
        number: Option<String>,
    },
    /// From calling, whatever the PIN says.
    Suspend {
        until: Option<String>,
    },
    Reinstate,
}

pub fn serve(desk: &Desk, id: String, what: What, actor: String) -> anyhow::Result<Answer> {
    let (what, disabled) = match what {
        What::Show => return show(desk, id),
        What::Disable { number, until } => (Some(number), ends(desk, until)?),
        What::Enable { number } => (Some(number), Disabled::No),
        What::Suspend { until } => (None, ends(desk, until)?),
        What::Reinstate => (None, Disabled::No),
    };
    let subject = match &what {
        None => "suspended from calling",
        Some(None) => "PIN disabled",
        Some(Some(_)) => "disabled",
    };
    let (was, name, number) = desk.with(move |office, now| {
        let inmate = inmate_of(office, &id)?;
        let mut number = None;
        let changed = match what {
            None => office.set_suspended(now, &actor, inmate, disabled)?,
            Some(None) if office.pin_terms(inmate)?.is_none() => return Err(Error::NoPinOf(id)),
            Some(None) => office.set_pin_disabled(now, &actor, inmate, disabled)?,
            Some(Some(text)) => {
                let (listed, flags) = listed(office, &id, &text)?;
                let flags = NumberFlags { disabled, ..flags };
                let text = number.insert(listed.to_string());
                office.set_pin_number(now, &actor, inmate, text, &flags)?
            }
        };
        Ok((!changed, known_as(office, inmate)?, number))
    })?;
    let number = number.map_or_else(String::new, |number| format!(", number {number}"));
    let state = off(disabled, &desk.zone);
    let line = format!("{name}{number}: {subject}: {state}");
    match was {
        true => bail!("{line}; nothing was changed: it was so already"),
        false => Ok(Answer::text(vec![line])),
    }
}

fn ends(desk: &Desk, until: Option<String>) -> anyhow::Result<Disabled> {
    let Some(until) = until else {
        return Ok(Disabled::ForGood);
    };
    let now = desk.utc_ms()?;
    Ok(Disabled::Until(to_come(&until, now, &desk.zone)?))
}

/// A number of the list as it is.
fn listed(office: &BackOffice, id: &str, text: &str) -> Result<(PhoneNumber, NumberFlags), Error> {
    let number = PhoneNumber::parse(text).ok_or_else(|| Error::NotANumber(text.to_owned()))?;
    let list = office.listed_numbers(inmate_of(office, id)?)?;
    let found = list.into_iter().find(|(there, _)| *there == number);
    found.ok_or_else(|| Error::NotListed {
        id: id.to_owned(),
        number: number.to_string(),
    })
}

/// What is known of an inmate; nothing of a PIN but what it says of calls.
struct Known {
    details: InmateDetails,
    unit: Option<String>,
    pin: Option<PinTerms>,
    numbers: Vec<(PhoneNumber, NumberFlags)>,
    contacts: Vec<Contact>,
}

fn show(desk: &Desk, id: String) -> anyhow::Result<Answer> {
    let (known, now) = desk.with(move |office, now| {
        let inmate = inmate_of(office, &id)?;
        let details = office.inmate_details(inmate)?;
        let details = details.ok_or(Error::UnknownFacilityId)?;
        let unit = details.profile.living_unit;
        let known = Known {
            unit: unit.map(|unit| office.group_name(unit)).transpose()?,
            pin: office.pin_terms(inmate)?,
            numbers: office.listed_numbers(inmate)?,
            contacts: office.contacts(inmate)?,
            details,
        };
        Ok((known, office.utc_ms(now)))
    })?;
    Ok(Answer::text(words(&known, now, &desk.zone)))
}

fn words(known: &Known, now: i64, zone: &TimeZone) -> Vec<String> {
    let (details, profile) = (&known.details, &known.details.profile);
    let none = || "none".to_owned();
    let seconds = |seconds: u32| length(Ticks::secs(u64::from(seconds)));
    let steps: Vec<_> = profile.enrolled.steps().map(EnrollmentStep::name).collect();
    let of_class = |class: InmateClass| class.number().to_string();
    let supervised = |level: Supervision| level.level().to_string();
    let suspended = off(details.suspended.at(now), zone);
    let mut lines = vec![
        who(&(details.facility_id.clone(), details.name.clone())),
        format!("  living unit: {}", known.unit.clone().unwrap_or_else(none)),
        format!(
            "  inmate class: {}",
            profile.class.map_or_else(none, of_class)
        ),
        format!(
            "  supervision: {}",
            profile.supervision.map_or_else(none, supervised)
        ),
        format!("  watched: {}", yes(profile.watched)),
        format!("  booked calls only: {}", yes(profile.booked_only)),
        format!(
            "  longest call: {}",
            profile.longest_seconds.map_or_else(none, seconds)
        ),
        format!(
            "  enrolled: {}",
            if steps.is_empty() {
                none()
            } else {
                steps.join(", ")
            }
        ),
        format!("  suspended: {suspended}"),
    ];
    let note = profile.note_for_next_call.as_ref();
    lines.extend(note.map(|note| format!("  note for the next call: {note}")));
    lines.extend(pin(known.pin.as_ref(), now, zone));
    for (number, flags) in &known.numbers {
        let flags = flagged(flags, now, zone);
        lines.push(format!("  number {number}{flags}"));
    }
    for contact in &known.contacts {
        let (number, name) = (&contact.number, &contact.name);
        let (relationship, review) = (contact.relationship.name(), contact.review.name());
        lines.push(format!(
            "  contact {number}: {name}, {relationship}, {review}"
        ));
    }
    lines
}

fn pin(pin: Option<&PinTerms>, now: i64, zone: &TimeZone) -> Vec<String> {
    let Some(pin) = pin else {
        return vec!["  PIN: none".to_owned()];
    };
    let language = pin
        .language
        .map_or_else(|| "none".to_owned(), |of| of.to_string());
    let class = match pin.class {
        Some(class) => class.number().to_string(),
        None => "that of the phone".to_owned(),
    };
    let from = pin.valid_from_utc_ms.map(|from| moment(from, zone));
    let to = pin.valid_to_utc_ms.map(|to| moment(to, zone));
    let mut lines = vec![
        format!("  PIN disabled: {}", off(pin.disabled.at(now), zone)),
        format!("  class of durations: {class}"),
        format!("  language: {language}"),
    ];
    lines.extend(from.map(|from| format!("  PIN valid from: {from}")));
    lines.extend(to.map(|to| format!("  PIN valid until: {to}")));
    lines
}

fn flagged(flags: &NumberFlags, now: i64, zone: &TimeZone) -> String {
    let mut text = String::new();
    for (is, word) in [
        (flags.untimed, ", untimed"),
        (flags.privileged, ", privileged"),
    ] {
        if is {
            text.push_str(word);
        }
    }
    match flags.disabled.at(now) {
        Disabled::No => {}
        disabled => text.push_str(&format!(", disabled: {}", off(disabled, zone))),
    }
    text
}

fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}
