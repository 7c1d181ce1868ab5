//! Rows of inmates' profiles and of their contacts. An empty cell changes nothing; `none` takes away
//! what there is.

use crate::{
    Cell, Column, Columns,
    taker::{BadCell, RowOf, Taker, column, name_of, number, or_none},
};
use types::{
    inmate::{Enrollment, EnrollmentStep, InmateClass, Relationship, Review, Supervision},
    phone_number::PhoneNumber,
};

/// What the facility knows of an inmate who is known by the id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProfileRow {
    pub row: u64,
    pub id: String,
    /// The name of a group, its own or with those above it.
    pub unit: Option<Option<String>>,
    pub class: Option<Option<InmateClass>>,
    pub supervision: Option<Option<Supervision>>,
    pub watched: Option<bool>,
    pub booked_only: Option<bool>,
    pub longest_seconds: Option<Option<u32>>,
    /// All steps that are done.
    pub enrolled: Option<Enrollment>,
    pub suspended: Option<bool>,
}

/// Whom an inmate calls at a number, new or known by inmate and number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ContactRow {
    pub row: u64,
    /// Whose.
    pub id: String,
    pub number: PhoneNumber,
    pub name: Option<String>,
    pub relationship: Option<Relationship>,
    pub identification: Option<String>,
    pub review: Option<Review>,
}

impl RowOf for ProfileRow {
    const COLUMNS: &'static [Column] = &[
        column("id", true),
        column("unit", false),
        column("inmate-class", false),
        column("supervision", false),
        column("watched", false),
        column("booked-only", false),
        column("longest-seconds", false),
        column("enrolled", false),
        column("suspended", false),
    ];

    fn of(row: u64, cells: &[Cell], columns: &Columns) -> Result<ProfileRow, Vec<BadCell>> {
        let mut taker = Taker::new(row, cells, columns);
        let id = taker.must("id", Cell::as_text);
        let unit = taker.take("unit", |cell| {
            or_none(cell, "a group", |name| Some(name.to_owned()))
        });
        let class = taker.take("inmate-class", |cell| {
            or_none(cell, "a class of inmates, 1 to 99", |text| {
                InmateClass::new(text.parse().ok()?)
            })
        });
        let supervision = taker.take("supervision", |cell| {
            or_none(cell, "a supervision level, 1 to 9", |text| {
                Supervision::new(text.parse().ok()?)
            })
        });
        let longest_seconds = taker.take("longest-seconds", |cell| {
            or_none(cell, "whole seconds", |text| {
                text.parse().ok().filter(|s| *s > 0)
            })
        });
        let enrolled = taker.take("enrolled", enrolled);
        let [watched, booked_only, suspended] =
            ["watched", "booked-only", "suspended"].map(|name| taker.take(name, Cell::as_flag));
        taker.done(id.map(|id| ProfileRow {
            row,
            id,
            unit,
            class,
            supervision,
            watched,
            booked_only,
            longest_seconds,
            enrolled,
            suspended,
        }))
    }
}

impl RowOf for ContactRow {
    const COLUMNS: &'static [Column] = &[
        column("id", true),
        column("number", true),
        column("name", false),
        column("relationship", false),
        column("identification", false),
        column("review", false),
    ];

    fn of(row: u64, cells: &[Cell], columns: &Columns) -> Result<ContactRow, Vec<BadCell>> {
        let mut taker = Taker::new(row, cells, columns);
        let id = taker.must("id", Cell::as_text);
        let number = taker.must("number", number);
        let name = taker.take("name", Cell::as_text);
        let relationship = taker.take("relationship", |cell| {
            let names = Relationship::ALL.map(Relationship::name);
            name_of(cell, &names, Relationship::named)
        });
        let identification = taker.take("identification", Cell::as_text);
        let review = taker.take("review", |cell| {
            name_of(cell, &Review::ALL.map(Review::name), Review::named)
        });
        taker.done(id.zip(number).map(|(id, number)| ContactRow {
            row,
            id,
            number,
            name,
            relationship,
            identification,
            review,
        }))
    }
}

/// Steps with a semicolon between them, or `none`.
fn enrolled(cell: &Cell) -> Result<Option<Enrollment>, String> {
    let steps = or_none(
        cell,
        "steps as identified; rules-signed; name-recorded",
        |text| {
            let mut done = Enrollment::NONE;
            for step in text.to_lowercase().split(';') {
                done = done.with(EnrollmentStep::named(step.trim())?);
            }
            Some(done)
        },
    )?;
    Ok(steps.map(Option::unwrap_or_default))
}
