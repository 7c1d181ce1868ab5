//! Each kind of row that a file can have, as it is asked of the back office.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher as _, Hash},
};

use sheets::{CardRow, ContactRow, InmateRow, NumberRow, OfficerRow, ProfileRow, RowOf};
use types::inmate::{EnrollmentStep, InmateClass, Supervision};

use crate::control::people::Row;

/// A row with its number in the file.
pub type Numbered = (u64, Row);

/// A kind of row that a file can have.
pub trait FileRow: RowOf {
    /// What there may be of once in a file: the column, and a key.
    fn once(&self, secret: &RandomState) -> Vec<(&'static str, String)>;
    fn row(self) -> Numbered;
}

impl FileRow for InmateRow {
    fn once(&self, secret: &RandomState) -> Vec<(&'static str, String)> {
        let mut once = vec![("id", self.id.clone())];
        let pin = self.pin.as_ref().map(|pin| pin.expose().as_str());
        once.extend(pin.map(|pin| ("pin", hashed(secret, pin))));
        once
    }

    fn row(self) -> Numbered {
        let row = Row::Inmate {
            id: self.id,
            name: self.name,
            pin: self.pin,
            language: self.language.map(|language| language.to_string()),
            class: self.class.map(|class| class.unwrap_or(0)),
        };
        (self.row, row)
    }
}

impl FileRow for NumberRow {
    fn once(&self, _: &RandomState) -> Vec<(&'static str, String)> {
        vec![("number", format!("{} {}", self.number, self.id))]
    }

    fn row(self) -> Numbered {
        let row = Row::Number {
            id: self.id,
            number: self.number.to_string(),
            untimed: self.untimed,
            privileged: self.privileged,
            disabled: self.disabled,
        };
        (self.row, row)
    }
}

impl FileRow for ProfileRow {
    fn once(&self, _: &RandomState) -> Vec<(&'static str, String)> {
        vec![("id", self.id.clone())]
    }

    fn row(self) -> Numbered {
        let names = |done: types::inmate::Enrollment| {
            let names = done.steps().map(EnrollmentStep::name);
            names.map(str::to_owned).collect()
        };
        let row = Row::Profile {
            id: self.id,
            unit: self.unit.map(Option::unwrap_or_default),
            class: self.class.map(|it| it.map_or(0, InmateClass::number)),
            supervision: self.supervision.map(|it| it.map_or(0, Supervision::level)),
            watched: self.watched,
            booked_only: self.booked_only,
            longest_seconds: self.longest_seconds.map(Option::unwrap_or_default),
            enrolled: self.enrolled.map(names),
            suspended: self.suspended,
        };
        (self.row, row)
    }
}

impl FileRow for ContactRow {
    fn once(&self, _: &RandomState) -> Vec<(&'static str, String)> {
        vec![("number", format!("{} {}", self.number, self.id))]
    }

    fn row(self) -> Numbered {
        let row = Row::Contact {
            id: self.id,
            number: self.number.to_string(),
            name: self.name,
            relationship: self.relationship.map(|it| it.name().to_owned()),
            identification: self.identification,
            review: self.review.map(|it| it.name().to_owned()),
        };
        (self.row, row)
    }
}

impl FileRow for CardRow {
    fn once(&self, secret: &RandomState) -> Vec<(&'static str, String)> {
        let mut once = vec![("id", format!("{} {}", self.officer, self.id))];
        let card = self.card.as_ref().map(|card| card.expose().as_bytes());
        once.extend(card.map(|card| ("card", hashed(secret, card))));
        once
    }

    fn row(self) -> Numbered {
        let row = Row::Card {
            id: self.id,
            officer: self.officer,
            card: self.card,
            taken: self.taken,
            note: self.note,
        };
        (self.row, row)
    }
}

impl FileRow for OfficerRow {
    fn once(&self, secret: &RandomState) -> Vec<(&'static str, String)> {
        let mut once = vec![("id", self.id.clone())];
        let code = self.code.as_ref().map(|code| code.expose().as_str());
        once.extend(code.map(|code| ("code", hashed(secret, code))));
        once
    }

    fn row(self) -> Numbered {
        let row = Row::Officer {
            id: self.id,
            name: self.name,
            code: self.code,
            active: self.active,
        };
        (self.row, row)
    }
}

/// Not the secret itself: what is kept is nobody's.
fn hashed(secret: &RandomState, value: impl Hash) -> String {
    format!("{:016x}", secret.hash_one(value))
}
