//! Cards, passcodes, officers, and which phones ask for them.

use backoffice::PhoneIdentity;
use types::{
    credential::{CardNumber, ConfirmBy, IdentifyBy},
    digits::Digits,
    secret::Secret,
    settings::CallSettings,
};

use super::{
    reader::{Notes, Placed, Section},
    settings::{set_flag, set_small},
};

const IDENTIFY_BY: &[(&str, IdentifyBy)] = &[
    ("pin", IdentifyBy::Pin),
    ("card", IdentifyBy::Card),
    ("pin-or-card", IdentifyBy::PinOrCard),
    ("card-and-pin", IdentifyBy::CardAndPin),
    ("id-and-passcode", IdentifyBy::IdAndPasscode),
];

const CONFIRM_BY: &[(&str, ConfirmBy)] = &[
    ("none", ConfirmBy::Nobody),
    ("card", ConfirmBy::Card),
    ("code", ConfirmBy::Code),
    ("console", ConfirmBy::Console),
    ("any", ConfirmBy::Any),
];

/// Somebody who may confirm calls.
#[derive(Clone, Debug)]
pub struct OfficerDefault {
    /// The facility's own id.
    pub id: String,
    pub name: String,
    pub card: Option<Secret<CardNumber>>,
    pub code: Option<Secret<Digits>>,
}

/// What an inmate has beside a PIN, or in place of one.
#[derive(Clone, Default, Debug)]
pub struct Credentials {
    pub card: Option<Secret<CardNumber>>,
    pub passcode: Option<Secret<Digits>>,
}

impl Credentials {
    pub fn any(&self) -> bool {
        self.card.is_some() || self.passcode.is_some()
    }
}

/// The keys of ids, passcodes and codes, and whether privileged calls need an officer.
pub fn settings(section: &mut Section<'_>, settings: &mut CallSettings, privileged: &mut bool) {
    set_small(section, "id_digits", 0..=16, &mut settings.id_length);
    let passcode = section.key("passcode_digits").int_at(0..=16);
    if let Some(Placed { value, line }) = passcode {
        settings.passcode_length = value as u8;
        if (1..4).contains(&value) {
            let what = format!("is {value}; allowed: 0, or 4 to 16");
            let path = section.path("passcode_digits");
            section.notes().add(line, path, what);
        }
    }
    let code = &mut settings.code_length;
    set_small(section, "officer_code_digits", 4..=16, code);
    set_flag(section, "officer_for_privileged", privileged);
}

/// Secrets that stand in the file already: each must be its own.
#[derive(Debug, Default)]
pub struct Given {
    cards: Vec<Secret<CardNumber>>,
    codes: Vec<Secret<Digits>>,
}

impl Given {
    fn card(&mut self, notes: &Notes, path: String, card: &Placed<Secret<CardNumber>>) {
        if self.cards.contains(&card.value) {
            let what = "is a card that stands above (not shown); each must be its own";
            notes.add(card.line, path, what);
        }
        self.cards.push(card.value.clone());
    }

    fn code(&mut self, notes: &Notes, path: String, code: &Placed<Secret<Digits>>) {
        if self.codes.contains(&code.value) {
            let what = "is the code of an officer above (not shown); each must be its own";
            notes.add(code.line, path, what);
        }
        self.codes.push(code.value.clone());
    }
}

/// `pin` of an inmate.
pub fn pin(section: &mut Section<'_>, length: u8) -> Option<Placed<Secret<Digits>>> {
    let allowed = format!("{length} digits 0-9 in quotes (`pin_length`)");
    // Who has a card or a passcode may have no PIN.
    let other = section.has("card") || section.has("passcode");
    let key = section.key("pin");
    let key = if other { key } else { key.must() };
    key.secret(&allowed, |text| {
        let decimal = text.bytes().all(|c| c.is_ascii_digit());
        let fits = decimal && text.len() == usize::from(length);
        fits.then(|| Digits::parse(text).map(Secret::new))?
    })
}

/// `card` and `passcode` of an inmate.
pub fn credentials(
    section: &mut Section<'_>,
    given: &mut Given,
    settings: &CallSettings,
) -> Credentials {
    let card = card(section, given);
    let passcode = digits(
        section,
        "passcode",
        settings.passcode_length,
        "passcode_digits",
    );
    Credentials {
        card,
        passcode: passcode.map(|passcode| passcode.value),
    }
}

/// A passcode goes with an id that can be keyed.
pub fn check_id(
    notes: &Notes,
    path: String,
    id: &Placed<String>,
    credentials: &Credentials,
    settings: &CallSettings,
) {
    let length = usize::from(settings.id_length);
    let decimal = id.value.bytes().all(|c| c.is_ascii_digit());
    let fits = decimal && id.value.len() <= 16 && (length == 0 || id.value.len() == length);
    if credentials.passcode.is_some() && !fits {
        let what = "can't be keyed, and the inmate has a passcode; allowed: 1 to 16 digits, as many \
                    as `id_digits` says";
        notes.add(id.line, path, what);
    }
}

/// `[[defaults.officer]]`
pub fn officers(
    defaults: &mut Section<'_>,
    given: &mut Given,
    settings: &CallSettings,
) -> Vec<OfficerDefault> {
    let mut officers: Vec<OfficerDefault> = Vec::new();
    for mut section in defaults.tables("officer") {
        let id = section.key("id").must().id(40);
        let name = section.key("name").must().text(80);
        let card = card(&mut section, given);
        let code = digits(
            &mut section,
            "code",
            settings.code_length,
            "officer_code_digits",
        );
        let notes = section.notes();
        if let Some(code) = &code {
            given.code(notes, section.path("code"), code);
        }
        let path = section.path("id");
        section.finish();
        let (Some(id), Some(name)) = (id, name) else {
            continue;
        };
        if officers.iter().any(|before| before.id == id.value) {
            let what = format!("is \"{}\", as above; each must be its own", id.value);
            notes.add(id.line, path, what);
        }
        officers.push(OfficerDefault {
            id: id.value,
            name: name.value,
            card,
            code: code.map(|code| code.value),
        });
    }
    officers
}

/// `identity`, `officer` and `officer_seconds` of a phone.
pub fn phone(section: &mut Section<'_>) -> Option<PhoneIdentity> {
    let by = section.key("identity").one_of(IDENTIFY_BY);
    let officer = section.key("officer").one_of(CONFIRM_BY);
    let seconds = section.key("officer_seconds").int(5..=600);
    let standard = PhoneIdentity::standard();
    let identity = PhoneIdentity {
        by: by.unwrap_or(standard.by),
        officer: officer.unwrap_or(standard.officer),
        wait_seconds: seconds.map_or(standard.wait_seconds, |seconds| seconds as u16),
    };
    (identity != standard).then_some(identity)
}

fn card(section: &mut Section<'_>, given: &mut Given) -> Option<Secret<CardNumber>> {
    let allowed = "4 to 40 letters and digits in quotes, as the reader sends them";
    let card = section.key("card").secret(allowed, |text| {
        CardNumber::parse(text.as_bytes()).map(Secret::new)
    })?;
    given.card(section.notes(), section.path("card"), &card);
    Some(card.value)
}

fn digits(
    section: &mut Section<'_>,
    key: &'static str,
    length: u8,
    setting: &str,
) -> Option<Placed<Secret<Digits>>> {
    let allowed = match length {
        0 => "4 to 16 digits 0-9 in quotes".to_owned(),
        length => format!("{length} digits 0-9 in quotes (`{setting}`)"),
    };
    section.key(key).secret(&allowed, |text| {
        let decimal = text.bytes().all(|c| c.is_ascii_digit());
        let fits = match length {
            0 => (4..=16).contains(&text.len()),
            length => text.len() == usize::from(length),
        };
        (decimal && fits).then(|| Digits::parse(text).map(Secret::new))?
    })
}
