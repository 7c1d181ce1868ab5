//! Each kind of row that a file can have, as it is asked of the back office.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher as _, Hash},
};

use jiff::tz::TimeZone;
use sheets::{
    AllowedRow, BadCell, CardRow, ContactRow, InmateRow, ListOf, ListRow, NumberRow, OfficerRow,
    ProfileRow, RecordRow, RestrictedRow, RowOf,
};
use types::{
    inmate::{EnrollmentStep, InmateClass, Supervision},
    treatment::ThreeWayResponse,
};

use super::contested::Key;
use crate::control::{
    hours,
    people::{Limit, Off, Row},
    tables::{Allowed, Entry, ListName, OnList, Record},
    when::{self, NoInstant},
};

/// A row with its number in the file.
pub type Numbered = (u64, Row);

/// A kind of row that a file can have.
pub trait FileRow: RowOf {
    /// What there may be of once in a file: the column, and a key.
    fn once(&self, secret: &RandomState) -> Vec<Key>;
    /// What it asks for, and the cells that mean nothing at this site: it asks for nothing of them.
    fn row(self, zone: &TimeZone) -> (Numbered, Vec<BadCell>);
}

/// Reads what a cell says of this site's time, and notes what can't be taken.
struct Times<'a> {
    row: u64,
    zone: &'a TimeZone,
    bad: Vec<BadCell>,
}

impl Times<'_> {
    fn of(row: u64, zone: &TimeZone) -> Times<'_> {
        let bad = Vec::new();
        Times { row, zone, bad }
    }

    fn note(&mut self, column: &str, why: String) {
        let (row, column) = (self.row, column.to_owned());
        self.bad.push(BadCell { row, column, why });
    }

    fn instant(&mut self, column: &str, text: &str) -> Option<i64> {
        match when::instant(text, self.zone) {
            Ok(instant) => return Some(instant),
            // What it is may be a secret in the wrong place.
            Err(NoInstant::NoTime(_)) => {
                let why = "is no date and time of the site, as 2026-11-24 09:30";
                self.note(column, why.to_owned());
            }
            Err(other) => self.note(column, other.to_string()),
        }
        None
    }

    fn limit(&mut self, column: &str, cell: Option<Option<String>>) -> Option<Limit<i64>> {
        match cell? {
            None => Some(Limit::None),
            Some(text) => self.instant(column, &text).map(Limit::At),
        }
    }

    fn off(&mut self, column: &str, cell: Option<sheets::Off>) -> Option<Off> {
        match cell? {
            sheets::Off::No => Some(Off::No),
            sheets::Off::Yes => Some(Off::Yes),
            sheets::Off::Until(text) => {
                let before = self.bad.len();
                let end = self.instant(column, &text);
                if let Some(bad) = self.bad.get_mut(before) {
                    bad.why = format!("is neither yes nor no, and {}", bad.why);
                }
                end.map(Off::Until)
            }
        }
    }

    fn hours(&mut self, column: &str, cell: Option<Option<String>>) -> Option<String> {
        let text = cell?.unwrap_or_default();
        if !text.is_empty() && hours::parse(&text).is_none() {
            let why = "is no hours of a week, as monday tuesday 08:00-11:30 13:00-14:00; sunday \
                       10:00-12:00, nor never, nor none";
            self.note(column, why.to_owned());
            return None;
        }
        Some(text)
    }

    fn done(self, row: Row) -> (Numbered, Vec<BadCell>) {
        ((self.row, row), self.bad)
    }
}

impl FileRow for InmateRow {
    fn once(&self, secret: &RandomState) -> Vec<Key> {
        let mut once = vec![("id", self.id.clone())];
        let pin = self.pin.as_ref().map(|pin| pin.expose().as_str());
        once.extend(pin.map(|pin| ("pin", hashed(secret, pin))));
        once
    }

    fn row(self, zone: &TimeZone) -> (Numbered, Vec<BadCell>) {
        let mut times = Times::of(self.row, zone);
        let row = Row::Inmate {
            id: self.id,
            name: self.name,
            pin: self.pin,
            language: self.language.map(|language| language.to_string()),
            class: self.class.map(|class| class.unwrap_or(0)),
            disabled: times.off("disabled", self.disabled),
            valid_from: times.limit("valid-from", self.valid_from),
            valid_to: times.limit("valid-to", self.valid_to),
        };
        times.done(row)
    }
}

impl FileRow for NumberRow {
    fn once(&self, _: &RandomState) -> Vec<Key> {
        vec![("number", format!("{} {}", self.number, self.id))]
    }

    fn row(self, zone: &TimeZone) -> (Numbered, Vec<BadCell>) {
        let mut times = Times::of(self.row, zone);
        let row = Row::Number {
            id: self.id,
            number: self.number.to_string(),
            untimed: self.untimed,
            privileged: self.privileged,
            disabled: times.off("disabled", self.disabled),
            kept: self.kept,
        };
        times.done(row)
    }
}

impl FileRow for ProfileRow {
    fn once(&self, _: &RandomState) -> Vec<Key> {
        vec![("id", self.id.clone())]
    }

    fn row(self, zone: &TimeZone) -> (Numbered, Vec<BadCell>) {
        let mut times = Times::of(self.row, zone);
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
            suspended: times.off("suspended", self.suspended),
            hours: times.hours("hours", self.hours),
            own_allowance: self.own_allowance,
            limits: self
                .limits
                .map(|limit| limit.map(|it| it.map_or(Limit::None, Limit::At))),
        };
        times.done(row)
    }
}

impl FileRow for ContactRow {
    fn once(&self, _: &RandomState) -> Vec<Key> {
        vec![("number", format!("{} {}", self.number, self.id))]
    }

    fn row(self, _: &TimeZone) -> (Numbered, Vec<BadCell>) {
        let row = Row::Contact {
            id: self.id,
            number: self.number.to_string(),
            name: self.name,
            relationship: self.relationship.map(|it| it.name().to_owned()),
            identification: self.identification,
            review: self.review.map(|it| it.name().to_owned()),
            kept: self.kept,
        };
        ((self.row, row), Vec::new())
    }
}

impl FileRow for CardRow {
    fn once(&self, secret: &RandomState) -> Vec<Key> {
        let mut once = vec![("id", format!("{} {}", self.officer, self.id))];
        let card = self.card.as_ref().map(|card| card.expose().as_bytes());
        once.extend(card.map(|card| ("card", hashed(secret, card))));
        once
    }

    fn row(self, _: &TimeZone) -> (Numbered, Vec<BadCell>) {
        let row = Row::Card {
            id: self.id,
            officer: self.officer,
            card: self.card,
            taken: self.taken,
            note: self.note,
        };
        ((self.row, row), Vec::new())
    }
}

impl FileRow for OfficerRow {
    fn once(&self, secret: &RandomState) -> Vec<Key> {
        let mut once = vec![("id", self.id.clone())];
        let code = self.code.as_ref().map(|code| code.expose().as_str());
        once.extend(code.map(|code| ("code", hashed(secret, code))));
        once
    }

    fn row(self, _: &TimeZone) -> (Numbered, Vec<BadCell>) {
        let row = Row::Officer {
            id: self.id,
            name: self.name,
            code: self.code,
            active: self.active,
        };
        ((self.row, row), Vec::new())
    }
}

impl FileRow for RestrictedRow {
    fn once(&self, _: &RandomState) -> Vec<Key> {
        vec![("pattern", self.pattern.clone())]
    }

    fn row(self, _: &TimeZone) -> (Numbered, Vec<BadCell>) {
        let entry = Entry {
            pattern: self.pattern,
            note: self.note,
            kept: self.kept,
            says: (),
        };
        ((self.row, Row::Restricted(entry)), Vec::new())
    }
}

impl FileRow for AllowedRow {
    fn once(&self, _: &RandomState) -> Vec<Key> {
        vec![("pattern", self.pattern.clone())]
    }

    fn row(self, _: &TimeZone) -> (Numbered, Vec<BadCell>) {
        let entry = Entry {
            pattern: self.pattern,
            note: self.note,
            kept: self.kept,
            says: Allowed {
                untimed: self.untimed,
                privileged: self.privileged,
            },
        };
        ((self.row, Row::Allowed(entry)), Vec::new())
    }
}

impl FileRow for RecordRow {
    fn once(&self, _: &RandomState) -> Vec<Key> {
        vec![("pattern", self.pattern.clone())]
    }

    fn row(self, _: &TimeZone) -> (Numbered, Vec<BadCell>) {
        let name = |response: ThreeWayResponse| response.name().to_owned();
        let three_way = self.three_way.map(|it| it.map(name));
        let entry = Entry {
            pattern: self.pattern,
            note: self.note,
            kept: self.kept,
            says: Record {
                flags: self.flags,
                three_way: three_way.map(Limit::of),
                limit_seconds: self.limit_seconds.map(Limit::of),
                treatment: self.treatment.map(Limit::of),
                party: self.party,
            },
        };
        ((self.row, Row::Record(entry)), Vec::new())
    }
}

impl FileRow for ListRow {
    fn once(&self, _: &RandomState) -> Vec<Key> {
        let one = format!("{:?} {} {}", self.of, self.blocked, self.pattern);
        vec![("pattern", one)]
    }

    fn row(self, _: &TimeZone) -> (Numbered, Vec<BadCell>) {
        let of = match self.of {
            ListOf::Relationship(relationship) => {
                ListName::Relationship(relationship.name().to_owned())
            }
            ListOf::Class(class) => ListName::Class(class.number()),
            ListOf::Supervision(level) => ListName::Supervision(level.level()),
            ListOf::Group(name) => ListName::Group(name),
            ListOf::Inmate(id) => ListName::Inmate(id),
        };
        let entry = Entry {
            pattern: self.pattern,
            note: self.note,
            kept: self.kept,
            says: OnList {
                of,
                blocked: self.blocked,
            },
        };
        ((self.row, Row::Listed(entry)), Vec::new())
    }
}

/// Not the secret itself: what is kept is nobody's.
fn hashed(secret: &RandomState, value: impl Hash) -> String {
    format!("{:016x}", secret.hash_one(value))
}
