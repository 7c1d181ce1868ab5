//! Holidays: days with schedules and durations of their own.

use super::{Entered, Entries, page_of, routes};
use crate::{
    asked::{Asked, place},
    house::Actor,
    problem::{Kind, Problem},
    router::{Place, Route},
};
use backoffice::{BackOffice, Date, Error, View};
use serde::{Deserialize, Serialize};
use types::{right::Noun, tick::Tick};
use utoipa::ToSchema;

pub const ROUTES: [Route; 4] = routes::<Holidays>([
    "All holidays, by date.",
    "One holiday.",
    "Makes a date (2026-12-25) a holiday, or gives it another name.",
    "Makes a holiday a day like others.",
]);

#[derive(Debug, Serialize, ToSchema)]
struct Holiday {
    #[schema(format = Date)]
    date: String,
    name: String,
}

/// What can be said of one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Said {
    name: String,
}

fn written((year, month, day): &Date) -> String {
    format!("{year:04}-{month:02}-{day:02}")
}

struct Holidays;

impl Entered for Holidays {
    const ALL: &'static str = "/holidays";
    const ONE: &'static str = "/holidays/{date}";
    const PLACES: &'static [Place] = &[Place {
        what: "The date.",
        pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        example: "2026-12-25",
    }];
    const NOUN: Noun = Noun::Holidays;
    type Key = Date;
    type Value = String;
    type Said = Said;
    type Shown = Holiday;

    /// As it is shown, and no other way.
    fn key(_: &View, places: &[String]) -> Result<Date, Problem> {
        let text: String = place(places, 0)?;
        let mut parts = text.splitn(3, '-');
        let mut part = || parts.next()?.parse().ok();
        let date = (|| {
            let (year, month, day): (i16, i16, i16) = (part()?, part()?, part()?);
            Some((year, u8::try_from(month).ok()?, u8::try_from(day).ok()?))
        })();
        let date = date.filter(|date| written(date) == text);
        date.ok_or_else(|| Problem::of(Kind::NotFound).because("a date is such as 2026-12-25"))
    }

    fn places(date: &Date) -> Vec<String> {
        vec![written(date)]
    }

    fn value(asked: &Asked) -> Result<String, Problem> {
        let Said { name } = asked.json()?;
        Ok(name)
    }

    fn shown(date: &Date, name: &String) -> Holiday {
        Holiday {
            date: written(date),
            name: name.clone(),
        }
    }

    fn page(view: &View, after: Option<&Date>, limit: usize) -> Result<Entries<Self>, Error> {
        Ok(page_of(view.holidays()?, after, limit))
    }

    fn found(view: &View, date: &Date) -> Result<Option<String>, Error> {
        view.holiday(*date)
    }

    fn put(
        office: &mut BackOffice,
        now: Tick,
        actor: &Actor,
        date: &Date,
        name: String,
    ) -> Result<(), Problem> {
        Ok(office.set_holiday(now, &actor.name, *date, &name)?)
    }

    fn remove(
        office: &mut BackOffice,
        now: Tick,
        actor: &Actor,
        date: &Date,
    ) -> Result<bool, Error> {
        office.remove_holiday(now, &actor.name, *date)
    }
}
