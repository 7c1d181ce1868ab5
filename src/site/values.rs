//! Values of the site file that are checked against lists elsewhere.

use jiff::tz::TimeZone;
use types::{
    digits::{Digits, List},
    language::Language,
    phone_number::{CallType, DialingPattern, PhoneNumber},
    settings::MAX_LANGUAGES,
    tick::Ticks,
    verdict::Handling,
};

use super::reader::Section;
use crate::records::names;

/// The countries whose tone and dial plans are built in, as text for messages.
pub fn countries() -> String {
    let codes: Vec<String> = tonetables::codes()
        .map(|code| format!("\"{code}\""))
        .collect();
    format!("one of {}", codes.join(", "))
}

pub fn country(text: &str) -> Option<String> {
    tonetables::codes()
        .any(|code| code == text)
        .then(|| text.to_owned())
}

pub fn area_code(text: &str) -> Option<Digits> {
    let decimal = text.bytes().all(|c| c.is_ascii_digit());
    (decimal && (1..=6).contains(&text.len())).then(|| Digits::parse(text))?
}

/// Why this is no area code of the country; `None` where it is one, or the country has no plan.
pub fn foreign_area(country: &str, area: &Digits) -> Option<String> {
    let country = tonetables::load(country).ok()?;
    match country.takes_area(area.as_str()) {
        true => None,
        false => Some(format!(
            "is \"{}\", with which no number of the dial plan begins; allowed: an area code as it is \
             dialed within the country, without what comes before it",
            area.as_str()
        )),
    }
}

pub fn zone(text: &str) -> Option<(String, TimeZone)> {
    Some((text.to_owned(), TimeZone::get(text).ok()?))
}

/// The prompt sets to load; each must be built in and stands once.
pub fn languages(head: &mut Section<'_>) -> Option<List<Language, MAX_LANGUAGES>> {
    let available = speech::Speech::available();
    let codes: Vec<String> = available.iter().map(|code| format!("\"{code}\"")).collect();
    let allowed = format!("the prompt sets {}", codes.join(", "));
    let known = |text: &str| Language::parse(text).filter(|code| available.contains(code));
    let notes = head.notes();
    let path = head.path("languages");
    let line = head.line();
    let found = head.key("languages").must().list(&allowed, known)?;
    let is_empty = head.is_empty_list("languages");
    let mut languages = List::new();
    for language in found {
        if languages.contains(&language.value) {
            notes.add(
                language.line,
                path.clone(),
                format!("has \"{}\" twice", language.value),
            );
        } else {
            languages.push(language.value);
        }
    }
    if is_empty {
        notes.add(line, path, format!("is empty; allowed: {allowed}"));
    }
    (!languages.is_empty()).then_some(languages)
}

/// A number as tables hold it.
pub fn number(text: &str) -> Option<PhoneNumber> {
    PhoneNumber::parse(&plain(text))
}

pub const NUMBER: &str = "a number such as \"2155550142\" or \"+442079460123\"";

pub const PREFIX: &str = "the first digits of numbers, such as \"215555\", or \"+44\" abroad";

/// The beginning of numbers as tables hold them.
pub fn prefix(text: &str) -> Option<String> {
    let plain = plain(text);
    let digits = plain.strip_prefix('+').unwrap_or(&plain);
    let decimal = !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit());
    (decimal && digits.len() <= 15).then_some(plain)
}

/// Digits as they would be dialed.
pub fn dialed(text: &str) -> Option<Digits> {
    let digits = Digits::parse(&plain(text))?;
    (!digits.is_empty()).then_some(digits)
}

/// Without what people put between digits.
pub fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '-' | ' ' | '.' | '(' | ')'))
        .collect()
}

pub const CALL_TYPES: &[(&str, CallType)] = &[
    (names::call_type(CallType::Local), CallType::Local),
    (names::call_type(CallType::IntraLata), CallType::IntraLata),
    (names::call_type(CallType::InterLata), CallType::InterLata),
    (names::call_type(CallType::Interstate), CallType::Interstate),
    (names::call_type(CallType::National), CallType::National),
    (names::call_type(CallType::Mobile), CallType::Mobile),
    (names::call_type(CallType::TollFree), CallType::TollFree),
    (names::call_type(CallType::Premium), CallType::Premium),
    (
        names::call_type(CallType::International),
        CallType::International,
    ),
    (names::call_type(CallType::Service), CallType::Service),
];

/// Their names, for messages.
pub fn call_type_names() -> String {
    let names: Vec<&str> = CALL_TYPES.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}

pub fn call_type(text: &str) -> Option<CallType> {
    CALL_TYPES
        .iter()
        .find(|(name, _)| *name == text)
        .map(|(_, kind)| *kind)
}

/// The ways to dial, as records name them.
const DIALING: &[DialingPattern] = &[
    DialingPattern::ZeroPlus,
    DialingPattern::OnePlus,
    DialingPattern::Direct,
    DialingPattern::International,
    DialingPattern::SpeedDial,
];

pub fn dialing(text: &str) -> Option<DialingPattern> {
    let mut ways = DIALING.iter().copied();
    ways.find(|way| names::pattern(*way) == text)
}

/// Who can handle a collect call.
pub const HANDLINGS: &[(&str, Handling)] = &[
    (
        names::handling(Handling::AutomatedOperator),
        Handling::AutomatedOperator,
    ),
    (
        names::handling(Handling::CarrierOperator),
        Handling::CarrierOperator,
    ),
];

/// Seconds, of which a file may give fractions, as ticks.
pub fn ticks(seconds: f64) -> Ticks {
    Ticks::ms((seconds * 1000.0).round() as u64)
}
