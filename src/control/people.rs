//! Rows of files as they cross the socket on their way into the database. What goes out is in
//! `export`.

use super::{
    Answer, Desk, hours,
    tables::{Allowed, Entry, ListName, OnList, Record},
};
use anyhow::anyhow;
use backoffice::{
    AllowanceImport, CardImport, Class, ContactImport, ImportMode, ImportOff, ImportRow, Imported,
    InmateImport, NumberImport, OfficerImport, Periods, ProfileImport,
};
use serde::{Deserialize, Serialize};
use types::{
    credential::CardNumber,
    digits::Digits,
    inmate::{Enrollment, EnrollmentStep, InmateClass, Relationship, Review, Supervision},
    language::Language,
    phone_number::PhoneNumber,
    secret::Secret,
};

/// A row of a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Row {
    Inmate {
        id: String,
        name: Option<String>,
        #[serde(with = "pin")]
        pin: Option<Secret<Digits>>,
        language: Option<String>,
        /// 0 is that of the phone.
        class: Option<u8>,
        disabled: Option<Off>,
        valid_from: Option<Limit<i64>>,
        valid_to: Option<Limit<i64>>,
    },
    Number {
        id: String,
        number: String,
        untimed: Option<bool>,
        privileged: Option<bool>,
        disabled: Option<Off>,
        kept: Option<bool>,
    },
    /// Of a text, "" is none; of a number, 0.
    Profile {
        id: String,
        unit: Option<String>,
        class: Option<u8>,
        supervision: Option<u8>,
        watched: Option<bool>,
        booked_only: Option<bool>,
        longest_seconds: Option<u32>,
        enrolled: Option<Vec<String>>,
        suspended: Option<Off>,
        /// As files have them; "" is at any hour.
        hours: Option<String>,
        own_allowance: Option<bool>,
        limits: [Option<Limit<u32>>; 7],
    },
    Contact {
        id: String,
        number: String,
        name: Option<String>,
        relationship: Option<String>,
        identification: Option<String>,
        review: Option<String>,
        kept: Option<bool>,
    },
    Card {
        id: String,
        officer: bool,
        #[serde(with = "card")]
        card: Option<Secret<CardNumber>>,
        taken: Option<bool>,
        note: Option<String>,
    },
    Officer {
        id: String,
        name: Option<String>,
        #[serde(with = "pin")]
        code: Option<Secret<Digits>>,
        active: Option<bool>,
    },
    Restricted(Entry<()>),
    Allowed(Entry<Allowed>),
    Record(Entry<Record>),
    Listed(Entry<OnList>),
}

/// Whether something is to be off; an instant is UTC in milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Off {
    No,
    Yes,
    Until(i64),
}

/// A limit that is set, or taken away.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Limit<T> {
    None,
    At(T),
}

impl<T> Limit<T> {
    pub fn of(limit: Option<T>) -> Limit<T> {
        limit.map_or(Limit::None, Limit::At)
    }

    pub fn taken(self) -> Option<T> {
        match self {
            Limit::None => None,
            Limit::At(limit) => Some(limit),
        }
    }
}

impl Off {
    fn taken(self) -> ImportOff {
        match self {
            Off::No => ImportOff::No,
            Off::Yes => ImportOff::Yes,
            Off::Until(end) => ImportOff::Until(end),
        }
    }
}

/// What is to become of rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    Check,
    Whole,
    SkipBad,
}

/// What became of one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Became {
    New,
    Changed,
    Same,
    /// It has a PIN, card or code for who is known, the one there was or another.
    Given,
    /// All that is wrong with it.
    Bad(Vec<Wrong>),
}

/// What is wrong with one column of a row.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wrong {
    pub column: String,
    pub why: String,
    /// It is a PIN, card or code that somebody else has.
    pub anothers: bool,
}

impl Row {
    /// Whose, or of which numbers.
    pub fn id(&self) -> &str {
        match self {
            Row::Inmate { id, .. }
            | Row::Number { id, .. }
            | Row::Profile { id, .. }
            | Row::Contact { id, .. }
            | Row::Card { id, .. }
            | Row::Officer { id, .. } => id,
            Row::Restricted(Entry { pattern, .. }) => pattern,
            Row::Allowed(Entry { pattern, .. }) => pattern,
            Row::Record(Entry { pattern, .. }) => pattern,
            Row::Listed(Entry { pattern, .. }) => pattern,
        }
    }

    /// Whether it has a PIN, a card or a code.
    pub fn has_secret(&self) -> bool {
        match self {
            Row::Inmate { pin, .. } => pin.is_some(),
            Row::Card { card, .. } => card.is_some(),
            Row::Officer { code, .. } => code.is_some(),
            _ => false,
        }
    }

    /// About how many octets of a request it takes, at the most.
    pub fn weight(&self) -> usize {
        let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let texts = match self {
            Row::Inmate { name, .. } | Row::Officer { name, .. } => length(name),
            Row::Number { .. } => 0,
            Row::Profile { unit, hours, .. } => length(unit) + length(hours),
            Row::Contact {
                name,
                identification,
                ..
            } => length(name) + length(identification),
            Row::Card { note, .. } => length(note),
            Row::Restricted(Entry { note, .. }) => length(note),
            Row::Allowed(Entry { note, .. }) => length(note),
            Row::Record(Entry { note, says, .. }) => length(note) + length(&says.party),
            Row::Listed(Entry { note, says, .. }) => {
                let of = match &says.of {
                    ListName::Group(name) | ListName::Inmate(name) => name.len(),
                    _ => 0,
                };
                length(note) + of
            }
        };
        // Each octet of a text can become six: \u0000.
        600 + 6 * (self.id().len() + texts)
    }

    fn taken(self) -> anyhow::Result<ImportRow> {
        Ok(match self {
            Row::Inmate {
                id,
                name,
                pin,
                language,
                class,
                disabled,
                valid_from,
                valid_to,
            } => ImportRow::Inmate(InmateImport {
                facility_id: id,
                name,
                pin,
                language: language.as_deref().and_then(Language::parse),
                class: class.map(Class::new),
                disabled: disabled.map(Off::taken),
                valid_from: valid_from.map(Limit::taken),
                valid_to: valid_to.map(Limit::taken),
            }),
            Row::Number {
                id,
                number,
                untimed,
                privileged,
                disabled,
                kept,
            } => ImportRow::Number(NumberImport {
                facility_id: id,
                number: phone_number(&number)?,
                untimed,
                privileged,
                disabled: disabled.map(Off::taken),
                kept,
            }),
            Row::Card {
                id,
                officer,
                card,
                taken,
                note,
            } => ImportRow::Card(CardImport {
                id,
                officer,
                card,
                taken,
                note,
            }),
            Row::Officer {
                id,
                name,
                code,
                active,
            } => ImportRow::Officer(OfficerImport {
                id,
                name,
                code,
                active,
            }),
            Row::Restricted(entry) => ImportRow::Restricted(entry.taken()),
            Row::Allowed(entry) => ImportRow::Allowed(entry.taken()),
            Row::Record(entry) => ImportRow::Record(entry.taken()?),
            Row::Listed(entry) => ImportRow::ListNumber(entry.taken()?),
            profile @ Row::Profile { .. } => ImportRow::Profile(profile_of(profile)?),
            contact @ Row::Contact { .. } => ImportRow::Contact(contact_of(contact)?),
        })
    }
}

fn profile_of(row: Row) -> anyhow::Result<ProfileImport> {
    let Row::Profile {
        id,
        unit,
        class,
        supervision,
        watched,
        booked_only,
        longest_seconds,
        enrolled,
        suspended,
        hours,
        own_allowance,
        limits,
    } = row
    else {
        unreachable!("is asked of a profile alone");
    };
    let steps = |names: Vec<String>| -> anyhow::Result<Enrollment> {
        let mut names = names.iter();
        names.try_fold(Enrollment::NONE, |done, name| {
            let step = EnrollmentStep::named(name);
            Ok(done.with(step.ok_or_else(|| anyhow!("{name:?} is no step"))?))
        })
    };
    let week = |text: String| match text.as_str() {
        "" => Ok(None),
        text => hours::parse(text)
            .map(Some)
            .ok_or_else(|| anyhow!("{text:?} is no hours")),
    };
    let limits = limits.map(|limit| limit.map(Limit::taken));
    let three = |first: usize| Periods {
        day: limits[first],
        week: limits[first + 1],
        month: limits[first + 2],
    };
    Ok(ProfileImport {
        facility_id: id,
        unit: unit.map(|unit| (!unit.is_empty()).then_some(unit)),
        class: class.map(InmateClass::new),
        supervision: supervision.map(Supervision::new),
        watched,
        booked_only,
        longest_seconds: longest_seconds.map(|seconds| (seconds > 0).then_some(seconds)),
        enrolled: enrolled.map(steps).transpose()?,
        suspended: suspended.map(Off::taken),
        hours: hours.map(week).transpose()?,
        allowance: AllowanceImport {
            own: own_allowance,
            calls: three(0),
            minutes: three(3),
            between_seconds: limits[6],
        },
    })
}

fn contact_of(row: Row) -> anyhow::Result<ContactImport> {
    let Row::Contact {
        id,
        number,
        name,
        relationship,
        identification,
        review,
        kept,
    } = row
    else {
        unreachable!("is asked of a contact alone");
    };
    let related = |name: String| {
        Relationship::named(&name).ok_or_else(|| anyhow!("{name:?} is no relationship"))
    };
    let reviewed =
        |name: String| Review::named(&name).ok_or_else(|| anyhow!("{name:?} is no review"));
    Ok(ContactImport {
        facility_id: id,
        number: phone_number(&number)?,
        name,
        relationship: relationship.map(related).transpose()?,
        identification,
        review: review.map(reviewed).transpose()?,
        kept,
    })
}

fn phone_number(text: &str) -> anyhow::Result<PhoneNumber> {
    PhoneNumber::parse(text).ok_or_else(|| anyhow!("{text:?} is no number"))
}

/// Answers a line a row.
pub fn import(desk: &Desk, rows: Vec<Row>, mode: Mode, actor: String) -> anyhow::Result<Answer> {
    let rows = rows.into_iter().map(Row::taken);
    let rows = rows.collect::<anyhow::Result<Vec<ImportRow>>>()?;
    let mode = match mode {
        Mode::Check => ImportMode::Check,
        Mode::Whole => ImportMode::Whole,
        Mode::SkipBad => ImportMode::SkipBad,
    };
    let done = desk.with(move |office, now| office.import(now, &actor, &rows, mode))?;
    let wrong = |wrong: backoffice::WrongCell| Wrong {
        column: wrong.column.to_owned(),
        why: wrong.why,
        anothers: wrong.anothers,
    };
    let line = |done| {
        let became = match done {
            Imported::New => Became::New,
            Imported::Changed => Became::Changed,
            Imported::Same => Became::Same,
            Imported::Given => Became::Given,
            Imported::Bad(all) => Became::Bad(all.into_iter().map(wrong).collect()),
        };
        serde_json::to_string(&became).expect("text")
    };
    Ok(Answer::text(done.into_iter().map(line).collect()))
}

/// A PIN crosses the socket in its digits, and is kept nowhere else.
mod pin {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
    use types::{digits::Digits, secret::Secret};

    pub fn serialize<S: Serializer>(
        pin: &Option<Secret<Digits>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let digits = pin.as_ref().map(|pin| pin.expose().as_str());
        digits.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Secret<Digits>>, D::Error> {
        let text: Option<&str> = Deserialize::deserialize(deserializer)?;
        let Some(text) = text else { return Ok(None) };
        match Digits::parse(text) {
            Some(digits) => Ok(Some(Secret::new(digits))),
            None => Err(D::Error::custom("a PIN that is none")),
        }
    }
}

/// The same of a card's number.
mod card {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
    use types::{credential::CardNumber, secret::Secret};

    pub fn serialize<S: Serializer>(
        card: &Option<Secret<CardNumber>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let octets = card.as_ref().map(|card| card.expose().as_bytes());
        let text = octets.map(|octets| str::from_utf8(octets).expect("letters and digits"));
        text.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Secret<CardNumber>>, D::Error> {
        let text: Option<&str> = Deserialize::deserialize(deserializer)?;
        let Some(text) = text else { return Ok(None) };
        match CardNumber::parse(text.as_bytes()) {
            Some(card) => Ok(Some(Secret::new(card))),
            None => Err(D::Error::custom("a card that is none")),
        }
    }
}
