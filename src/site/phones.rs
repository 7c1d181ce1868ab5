//! `[[defaults.phone]]`: what differs from the ordinary at one phone.

use backoffice::{PhoneIdentity, ScheduleNumber, SeedTreatments};
use types::{
    credential::{ConfirmBy, IdentifyBy},
    id::LineId,
    phone_number::{CallType, DialingPattern},
};

use super::{
    defaults::{Class, Defaults, call_types, plain},
    identity,
    reader::{Placed, Section},
    schedules::schedule_of,
    values,
    wiring::Wired,
};
use crate::records::names;

/// What differs from the ordinary at one phone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PhoneDefault {
    pub line: LineId,
    pub class: u8,
    pub in_service: bool,
    /// None is always.
    pub schedule: Option<ScheduleNumber>,
    /// No call from here is recorded or monitored.
    pub privileged: bool,
    /// None is every type.
    pub call_types: Vec<CallType>,
    /// How numbers may be dialed; empty for every way.
    pub dialing: Vec<DialingPattern>,
    /// The full names of the groups it is in.
    pub groups: Vec<String>,
    /// None is by PIN, and without an officer.
    pub identity: Option<PhoneIdentity>,
    /// What may be called from it.
    pub line_treatment: Option<u16>,
}

/// `[[defaults.phone]]`; `seen` are the lines of those above.
pub fn phone(
    mut section: Section<'_>,
    defaults: &Defaults,
    wired: &Wired<'_>,
    seen: &mut Vec<u64>,
) -> Option<PhoneDefault> {
    let line = section.key("line").must().int_at(1..=65_535);
    let class = duration_class(&mut section, &defaults.classes);
    let in_service = section.key("in_service").flag();
    let privileged = section.key("privileged").flag();
    let call_types = call_types(&mut section);
    let dialing = section
        .key("dialing")
        .list(&names::PATTERNS.join(", "), values::dialing);
    let schedule = schedule_of(&mut section, &defaults.schedules);
    let line_treatment = line_treatment_of(&mut section, &defaults.treatments);
    let groups = defaults.people.groups_named(&mut section, "groups");
    let identity = identity::phone(&mut section);
    if let Some(line) = &line {
        let (notes, path, number) = (section.notes(), section.path("line"), line.value);
        if seen.contains(&number) {
            notes.add(line.line, path, format!("is {number}, as above"));
        } else if !wired.has_line(number) {
            let what = format!("is {number}, which no [[line]] has: nothing here has an effect");
            notes.unmet(line.line, path, what);
        } else if identity.is_some_and(asks_for_cards) && !wired.has_reader(number) {
            let what =
                format!("is {number}; the phone asks for cards, and no [[reader]] has this line");
            notes.unmet(line.line, path, what);
        }
        seen.push(number);
    }
    section.finish();
    Some(PhoneDefault {
        groups,
        identity,
        schedule,
        line: LineId(line?.value as u16),
        class: class.unwrap_or(1),
        in_service: in_service.unwrap_or(true),
        privileged: privileged.unwrap_or(false),
        call_types,
        dialing: plain(dialing),
        line_treatment,
    })
}

/// With a PIN or a code in place of the card a phone without a reader is no mistake.
fn asks_for_cards(identity: PhoneIdentity) -> bool {
    let by_card = matches!(identity.by, IdentifyBy::Card | IdentifyBy::CardAndPin);
    by_card || identity.officer == ConfirmBy::Card
}

/// `class` of a phone or of an inmate's PIN.
pub fn duration_class(section: &mut Section<'_>, there: &[Class]) -> Option<u8> {
    let Placed { value, line } = section.key("class").int_at(1..=5)?;
    let number = value as u8;
    if !there.iter().any(|class| class.number == number) {
        let what = format!(
            "is {number}, and there is no [[defaults.class]] of this number: calls last as \
             `default_limit_seconds` says"
        );
        let path = section.path("class");
        section.notes().unmet(line, path, what);
    }
    Some(number)
}

/// The line treatment that a phone names; it has to be there.
fn line_treatment_of(section: &mut Section<'_>, there: &SeedTreatments) -> Option<u16> {
    let Placed { value, line } = section.key("line_treatment").int_at(1..=65_535)?;
    let number = value as u16;
    let mut known = there.line_treatments.iter();
    if !known.any(|(treatment, _)| *treatment == number) {
        let what =
            format!("is {number}, and there is no [[defaults.line_treatment]] of this number");
        section
            .notes()
            .add(line, section.path("line_treatment"), what);
    }
    Some(number)
}
