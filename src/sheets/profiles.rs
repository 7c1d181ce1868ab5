//! Rows of inmates' profiles and of their contacts. An empty cell changes nothing; `none` takes away
//! what there is.

use crate::{
    Cell, Column, Columns,
    taker::{BadRow, Off, RowOf, Taker, column, name_of, number, off, or_none, text_or_none},
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
    pub suspended: Option<Off>,
    /// Hours of a week, as they are written.
    pub hours: Option<Option<String>>,
    /// Whether the inmate has an allowance of the own, whatever it is.
    pub own_allowance: Option<bool>,
    /// In the order of [`LIMITS`].
    pub limits: [Option<Option<u32>>; 7],
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
    /// `false` takes the contact away.
    pub kept: Option<bool>,
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
        column("hours", false),
        column("own-allowance", false),
        column(LIMITS[0].0, false),
        column(LIMITS[1].0, false),
        column(LIMITS[2].0, false),
        column(LIMITS[3].0, false),
        column(LIMITS[4].0, false),
        column(LIMITS[5].0, false),
        column(LIMITS[6].0, false),
    ];

    fn of(row: u64, cells: &[Cell], columns: &Columns) -> Result<ProfileRow, BadRow<ProfileRow>> {
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
        let [watched, booked_only, own_allowance] =
            ["watched", "booked-only", "own-allowance"].map(|name| taker.take(name, Cell::as_flag));
        let suspended = taker.take("suspended", off);
        let hours = taker.take("hours", text_or_none);
        let limits = LIMITS.map(|(name, most)| taker.take(name, |cell| limit(cell, most)));
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
            hours,
            own_allowance,
            limits,
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
        column("kept", false),
    ];

    fn of(row: u64, cells: &[Cell], columns: &Columns) -> Result<ContactRow, BadRow<ContactRow>> {
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
        let kept = taker.take("kept", Cell::as_flag);
        taker.done(id.zip(number).map(|(id, number)| ContactRow {
            row,
            id,
            number,
            name,
            relationship,
            identification,
            review,
            kept,
        }))
    }
}

/// What an allowance limits, and the most that it can be.
pub const LIMITS: [(&str, u32); 7] = [
    ("calls-per-day", 1000),
    ("calls-per-week", 10_000),
    ("calls-per-month", 100_000),
    ("minutes-per-day", 24 * 60),
    ("minutes-per-week", 7 * 24 * 60),
    ("minutes-per-month", 31 * 24 * 60),
    ("seconds-between-calls", 2_592_000),
];

fn limit(cell: &Cell, most: u32) -> Result<Option<Option<u32>>, String> {
    or_none(cell, &format!("a whole number from 0 to {most}"), |text| {
        text.parse().ok().filter(|number| *number <= most)
    })
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
