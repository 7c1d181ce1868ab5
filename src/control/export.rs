//! What files can be filled with, page by page as it crosses the socket: each row a list of texts.
//! No PIN, passcode, code or card number is in any: there are none to be had.

use super::{Answer, Desk, hours, tables, when};
use anyhow::{Context as _, bail};
use backoffice::{
    Allowance, Disabled, Holder, InmateExport, NumberExport, NumberOf, ProfileExport,
};
use serde::{Deserialize, Serialize};
use types::{
    id::{InmateId, OfficerId},
    inmate::{EnrollmentStep, InmateClass, Supervision},
    phone_number::PhoneNumber,
};

/// Rows of a page.
pub const PAGE: usize = 500;

/// What a file holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Inmates,
    Numbers,
    Profiles,
    Contacts,
    Cards,
    Officers,
    Restricted,
    Allowed,
    NumberRecords,
    Lists,
}

impl Kind {
    /// The columns of such a file: those that it can be imported with again.
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Kind::Inmates => &[
                "id",
                "name",
                "language",
                "class",
                "disabled",
                "valid-from",
                "valid-to",
            ],
            Kind::Numbers => &["id", "number", "untimed", "privileged", "disabled", "kept"],
            Kind::Profiles => &[
                "id",
                "unit",
                "inmate-class",
                "supervision",
                "watched",
                "booked-only",
                "longest-seconds",
                "enrolled",
                "suspended",
                "hours",
                "own-allowance",
                "calls-per-day",
                "calls-per-week",
                "calls-per-month",
                "minutes-per-day",
                "minutes-per-week",
                "minutes-per-month",
                "seconds-between-calls",
            ],
            Kind::Contacts => &[
                "id",
                "number",
                "name",
                "relationship",
                "identification",
                "review",
                "kept",
            ],
            Kind::Cards => &["id", "holder", "taken", "note"],
            Kind::Officers => &["id", "name", "active"],
            Kind::Restricted => &["pattern", "note", "kept"],
            Kind::Allowed => &["pattern", "untimed", "privileged", "note", "kept"],
            Kind::NumberRecords => &[
                "pattern",
                "blocked",
                "free",
                "privileged",
                "no-recording",
                "customer-service",
                "watched",
                "three-way",
                "limit-seconds",
                "treatment",
                "party",
                "note",
                "kept",
            ],
            Kind::Lists => &["of", "side", "pattern", "note", "kept"],
        }
    }
}

/// A row, and where to go on after it.
pub type Rows = Vec<(String, Vec<String>)>;

/// A page of rows after a place.
pub fn page(desk: &Desk, kind: Kind, after: Option<String>) -> anyhow::Result<Answer> {
    let rows = match kind {
        Kind::Inmates => inmates(desk, after.as_deref())?,
        Kind::Numbers => numbers(desk, after.as_deref())?,
        Kind::Profiles => profiles(desk, after.as_deref())?,
        Kind::Contacts => contacts(desk, after.as_deref())?,
        Kind::Cards => cards(desk, after.as_deref())?,
        Kind::Officers => officers(desk, after.as_deref())?,
        Kind::Restricted => tables::restricted(desk, after)?,
        Kind::Allowed => tables::allowed(desk, after)?,
        Kind::NumberRecords => tables::records(desk, after)?,
        Kind::Lists => tables::lists(desk, after)?,
    };
    let last = rows.last().map(|(place, _)| place.clone());
    let more = last.filter(|_| rows.len() == PAGE);
    let line = |(_, row): &(String, Vec<String>)| serde_json::to_string(row).expect("text");
    let lines = rows.iter().map(line).collect();
    Ok(Answer { lines, more })
}

fn inmates(desk: &Desk, after: Option<&str>) -> anyhow::Result<Rows> {
    let after = after.map(inmate).transpose()?;
    let page = desk.with(move |office, _| office.inmates_after(after, PAGE))?;
    let row = |(inmate, of): (InmateId, InmateExport)| {
        let class = of.class.map(|class| class.number().to_string());
        let language = of.language.map(|language| language.to_string());
        let (class, language) = (class.unwrap_or_default(), language.unwrap_or_default());
        let mut row = vec![of.facility_id, of.name, language, class];
        match of.pin {
            Some(pin) => row.extend([
                off(pin.disabled, desk),
                at(pin.from, desk),
                at(pin.to, desk),
            ]),
            None => row.extend([const { String::new() }; 3]),
        }
        (inmate.0.to_string(), row)
    };
    Ok(page.into_iter().map(row).collect())
}

fn numbers(desk: &Desk, after: Option<&str>) -> anyhow::Result<Rows> {
    let after = after.map(number_of).transpose()?;
    let page = desk.with(move |office, _| office.numbers_after(after, PAGE))?;
    let row = |(place, of): (NumberOf, NumberExport)| {
        let flags = &of.flags;
        let row = vec![
            of.facility_id,
            of.number.to_string(),
            yes(flags.untimed),
            yes(flags.privileged),
            off(flags.disabled, desk),
            yes(true),
        ];
        (place_of(&place), row)
    };
    Ok(page.into_iter().map(row).collect())
}

fn profiles(desk: &Desk, after: Option<&str>) -> anyhow::Result<Rows> {
    let after = after.map(inmate).transpose()?;
    let page = desk.with(move |office, _| office.profiles_after(after, PAGE))?;
    let row = |(inmate, of): (InmateId, ProfileExport)| {
        let (profile, none) = (&of.details.profile, || "none".to_owned());
        let number = |number: Option<u32>| number.map_or_else(none, |number| number.to_string());
        // What no file can say is kept by an import.
        let steps = profile.enrolled.without(EnrollmentStep::VoiceTaken);
        let steps: Vec<_> = steps.steps().map(EnrollmentStep::name).collect();
        let mut row = vec![
            of.details.facility_id.clone(),
            of.unit.clone().unwrap_or_else(none),
            number(profile.class.map(InmateClass::number).map(u32::from)),
            number(profile.supervision.map(Supervision::level).map(u32::from)),
            yes(profile.watched),
            yes(profile.booked_only),
            number(profile.longest_seconds),
            match steps.is_empty() {
                true => none(),
                false => steps.join("; "),
            },
            off(of.details.suspended, desk),
            of.hours.as_ref().map_or_else(none, hours::words),
            yes(of.allowance.is_some()),
        ];
        row.extend(limits(of.allowance));
        (inmate.0.to_string(), row)
    };
    Ok(page.into_iter().map(row).collect())
}

fn contacts(desk: &Desk, after: Option<&str>) -> anyhow::Result<Rows> {
    let after = after.map(number_of).transpose()?;
    let page = desk.with(move |office, _| office.contacts_after(after, PAGE))?;
    let row = |(place, id, contact): (NumberOf, String, backoffice::Contact)| {
        let row = vec![
            id,
            contact.number,
            contact.name,
            contact.relationship.name().to_owned(),
            contact.identification,
            contact.review.name().to_owned(),
            yes(true),
        ];
        (place_of(&place), row)
    };
    Ok(page.into_iter().map(row).collect())
}

fn cards(desk: &Desk, after: Option<&str>) -> anyhow::Result<Rows> {
    let holder = |place: &str| match place.strip_prefix("officer ") {
        Some(officer) => Ok(Holder::Officer(OfficerId(number(officer)?))),
        None => Ok::<_, anyhow::Error>(Holder::Inmate(inmate(place)?)),
    };
    let after = after.map(holder).transpose()?;
    let page = desk.with(move |office, _| office.cards_after(after, PAGE))?;
    let row = |(holder, card): (Holder, backoffice::CardExport)| {
        let (place, kind) = match holder {
            Holder::Inmate(inmate) => (inmate.0.to_string(), "inmate"),
            Holder::Officer(officer) => (format!("officer {}", officer.0), "officer"),
        };
        (
            place,
            vec![card.id, kind.to_owned(), yes(card.taken), card.note],
        )
    };
    Ok(page.into_iter().map(row).collect())
}

fn officers(desk: &Desk, after: Option<&str>) -> anyhow::Result<Rows> {
    let after = after.map(number).transpose()?.map(OfficerId);
    let page = desk.with(move |office, _| office.officers_after(after, PAGE))?;
    let row = |(officer, of): (OfficerId, backoffice::OfficerExport)| {
        (officer.0.to_string(), vec![of.id, of.name, yes(of.active)])
    };
    Ok(page.into_iter().map(row).collect())
}

/// Yes, no, or until when.
fn off(disabled: Disabled, desk: &Desk) -> String {
    match disabled {
        Disabled::No => yes(false),
        Disabled::ForGood => yes(true),
        Disabled::Until(end) => when::text(end, &desk.zone),
    }
}

fn at(utc_ms: Option<i64>, desk: &Desk) -> String {
    utc_ms.map_or_else(
        || "none".to_owned(),
        |utc_ms| when::text(utc_ms, &desk.zone),
    )
}

/// What an inmate's own allowance limits; nothing is said of one that is not there.
fn limits(allowance: Option<Allowance>) -> [String; 7] {
    let Some(Allowance {
        calls,
        minutes,
        between_seconds,
    }) = allowance
    else {
        return [const { String::new() }; 7];
    };
    [
        calls.day,
        calls.week,
        calls.month,
        minutes.day,
        minutes.week,
        minutes.month,
        between_seconds,
    ]
    .map(|limit| limit.map_or_else(|| "none".to_owned(), |limit| limit.to_string()))
}

pub fn yes(set: bool) -> String {
    if set { "yes" } else { "no" }.to_owned()
}

fn place_of((inmate, number): &NumberOf) -> String {
    format!("{} {number}", inmate.0)
}

fn number_of(place: &str) -> anyhow::Result<NumberOf> {
    let parts = place.split_once(' ');
    let parts = parts.and_then(|(of, number)| Some((of, PhoneNumber::parse(number)?)));
    let Some((of, number)) = parts else {
        bail!("{place:?} is no place in a file");
    };
    Ok((inmate(of)?, number))
}

fn inmate(place: &str) -> anyhow::Result<InmateId> {
    Ok(InmateId(number(place)?))
}

fn number(place: &str) -> anyhow::Result<u32> {
    let number = place.parse();
    number.with_context(|| format!("{place:?} is no place in a file"))
}
