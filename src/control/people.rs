//! Inmates and numbers as they cross the socket, to and from files that the command has.

use super::{Answer, Desk};
use backoffice::{Class, Disabled, ImportMode, ImportRow, Imported, InmateImport, NumberImport};
use serde::{Deserialize, Serialize};
use serde_json::json;
use types::{
    digits::Digits, id::InmateId, language::Language, phone_number::PhoneNumber, secret::Secret,
};

/// Inmates whose numbers are one page.
const PAGE: usize = 200;

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
    },
    Number {
        id: String,
        number: String,
        untimed: Option<bool>,
        privileged: Option<bool>,
        disabled: Option<bool>,
    },
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
    /// The column, and why.
    Bad(String, String),
}

impl Row {
    /// Whose.
    pub fn id(&self) -> &str {
        match self {
            Row::Inmate { id, .. } | Row::Number { id, .. } => id,
        }
    }

    /// About how many octets of a request it takes, at the most.
    pub fn weight(&self) -> usize {
        // Each octet of a text can become six: \u0000.
        200 + 6 * match self {
            Row::Inmate { id, name, .. } => id.len() + name.as_ref().map_or(0, String::len),
            Row::Number { id, .. } => id.len(),
        }
    }

    fn taken(self) -> anyhow::Result<ImportRow> {
        Ok(match self {
            Row::Inmate {
                id,
                name,
                pin,
                language,
                class,
            } => ImportRow::Inmate(InmateImport {
                facility_id: id,
                name,
                pin,
                language: language.as_deref().and_then(Language::parse),
                class: class.map(Class::new),
            }),
            Row::Number {
                id,
                number,
                untimed,
                privileged,
                disabled,
            } => ImportRow::Number(NumberImport {
                facility_id: id,
                number: PhoneNumber::parse(&number)
                    .ok_or_else(|| anyhow::anyhow!("{number:?} is no number"))?,
                untimed,
                privileged,
                disabled,
            }),
        })
    }
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
    let line = |done| {
        let became = match done {
            Imported::New => Became::New,
            Imported::Changed => Became::Changed,
            Imported::Same => Became::Same,
            Imported::Bad { column, why } => Became::Bad(column.to_owned(), why),
        };
        serde_json::to_string(&became).expect("text")
    };
    Ok(Answer::text(done.into_iter().map(line).collect()))
}

/// The columns of a file of inmates; a PIN is in none.
pub const INMATES: &[&str] = &["id", "name", "language", "class"];
pub const NUMBERS: &[&str] = &["id", "number", "untimed", "privileged", "disabled"];

/// A page of inmates, each a list of texts.
pub fn inmates(desk: &Desk, after: Option<u32>) -> anyhow::Result<Answer> {
    let after = after.map(InmateId);
    let page = desk.with(move |office, _| office.inmates_after(after, PAGE))?;
    let more = (page.len() == PAGE).then(|| page.last().expect("a full page").0.0.to_string());
    let line = |(_, inmate): &(InmateId, backoffice::InmateExport)| {
        let class = match inmate.class {
            Some(class) => class.number().to_string(),
            None => String::new(),
        };
        let language = inmate.language.map(|language| language.to_string());
        json!([
            inmate.facility_id,
            inmate.name,
            language.unwrap_or_default(),
            class
        ])
        .to_string()
    };
    let lines = page.iter().map(line).collect();
    Ok(Answer { lines, more })
}

/// The numbers of a page of inmates.
pub fn numbers(desk: &Desk, after: Option<u32>) -> anyhow::Result<Answer> {
    let after = after.map(InmateId);
    let (page, last) = desk.with(move |office, _| office.numbers_after(after, PAGE))?;
    let flag = |set: bool| if set { "yes" } else { "no" };
    let lines = page.iter().map(|of| {
        let flags = &of.flags;
        let (untimed, privileged) = (flag(flags.untimed), flag(flags.privileged));
        let disabled = flag(flags.disabled != Disabled::No);
        json!([
            of.facility_id,
            of.number.to_string(),
            untimed,
            privileged,
            disabled
        ])
        .to_string()
    });
    Ok(Answer {
        lines: lines.collect(),
        more: last.map(|inmate| inmate.0.to_string()),
    })
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
