//! Holidays: days with schedules and durations of their own.

use super::{Listed, put, remove, shown};
use crate::{
    answer::Answer,
    asked::{Asked, Method},
    house::House,
    problem::{Kind, Problem},
    router::Route,
};
use backoffice::{Date, Error, View};
use serde::{Deserialize, Serialize};

pub const ROUTES: &[&Route] = &[
    &Route {
        method: Method::Get,
        path: "/holidays",
        summary: "All holidays, by date.",
        serve: list,
    },
    &Route {
        method: Method::Get,
        path: "/holidays/{date}",
        summary: "One holiday.",
        serve: get,
    },
    &Route {
        method: Method::Put,
        path: "/holidays/{date}",
        summary: "Makes a date (2026-12-25) a holiday, or gives it another name.",
        serve: set,
    },
    &Route {
        method: Method::Delete,
        path: "/holidays/{date}",
        summary: "Makes a holiday a day like others.",
        serve: delete,
    },
];

#[derive(Debug, Serialize)]
struct Holiday {
    date: String,
    name: String,
}

/// What can be said of one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    name: String,
}

fn shows((year, month, day): Date, name: String) -> Holiday {
    let date = format!("{year:04}-{month:02}-{day:02}");
    Holiday { date, name }
}

fn found(view: &View, date: Date) -> Result<Option<Holiday>, Error> {
    Ok(view.holiday(date)?.map(|name| shows(date, name)))
}

/// The date in the path: as it is shown, and no other way.
fn date(asked: &Asked) -> Result<Date, Problem> {
    let text: String = asked.place(0)?;
    let mut parts = text.splitn(3, '-');
    let mut part = || parts.next()?.parse().ok();
    let date = (|| {
        let (year, month, day): (i16, i16, i16) = (part()?, part()?, part()?);
        Some((year, u8::try_from(month).ok()?, u8::try_from(day).ok()?))
    })();
    let date = date.filter(|date| shows(*date, String::new()).date == text);
    date.ok_or_else(|| Problem::of(Kind::NotFound).because("a date is such as 2026-12-25"))
}

fn list(house: &House, _: &Asked) -> Result<Answer, Problem> {
    let all = house.view().holidays()?.into_iter();
    let items = all.map(|(date, name)| shows(date, name)).collect();
    Ok(Answer::json(&Listed { items }))
}

fn get(house: &House, asked: &Asked) -> Result<Answer, Problem> {
    shown(found(house.view(), date(asked)?)?)
}

fn set(house: &House, asked: &Asked) -> Result<Answer, Problem> {
    let date = date(asked)?;
    let Said { name } = asked.json()?;
    put(
        house,
        asked,
        move |view| found(view, date),
        move |office, now, actor| office.set_holiday(now, actor, date, &name),
    )
}

fn delete(house: &House, asked: &Asked) -> Result<Answer, Problem> {
    let date = date(asked)?;
    remove(
        house,
        asked,
        move |view| found(view, date),
        move |office, now, actor| office.remove_holiday(now, actor, date),
    )
}
