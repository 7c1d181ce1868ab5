//! Circuit schedules: when the phones that have one are in service.

use super::{Listed, put, remove, shown};
use crate::{
    answer::Answer,
    asked::{Asked, Method},
    house::House,
    problem::{Kind, Problem},
    router::Route,
};
use backoffice::{DaySteps, Error, NamedSchedule, Schedule, ScheduleNumber, View};
use serde::{Deserialize, Serialize};

pub const ROUTES: &[&Route] = &[
    &Route {
        method: Method::Get,
        path: "/schedules",
        summary: "All circuit schedules, by number.",
        serve: list,
    },
    &Route {
        method: Method::Get,
        path: "/schedules/{number}",
        summary: "One circuit schedule.",
        serve: get,
    },
    &Route {
        method: Method::Put,
        path: "/schedules/{number}",
        summary: "Enters or changes a circuit schedule, 1 to 5.",
        serve: set,
    },
    &Route {
        method: Method::Delete,
        path: "/schedules/{number}",
        summary: "Takes a circuit schedule out that no phone has.",
        serve: delete,
    },
];

#[derive(Debug, Serialize)]
struct Shown {
    number: u8,
    #[serde(flatten)]
    said: Said,
}

/// What can be said of one: the hours at which phones are in service, such as `08:00-11:45`, by what kind of
/// day it is; none is out of service all day.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    name: String,
    weekday: Vec<String>,
    weekend: Vec<String>,
    holiday: Vec<String>,
}

fn shows(
    NamedSchedule {
        number,
        name,
        schedule,
    }: NamedSchedule,
) -> Shown {
    let said = Said {
        name,
        weekday: schedule.weekday.hours(),
        weekend: schedule.weekend.hours(),
        holiday: schedule.holiday.hours(),
    };
    let number = number.number();
    Shown { number, said }
}

fn found(view: &View, number: ScheduleNumber) -> Result<Option<Shown>, Error> {
    Ok(view.schedule(number)?.map(shows))
}

fn number(asked: &Asked) -> Result<ScheduleNumber, Problem> {
    let number = ScheduleNumber::new(asked.place(0)?);
    number.ok_or_else(|| Problem::of(Kind::NotFound).because("there are 1 to 5"))
}

fn list(house: &House, _: &Asked) -> Result<Answer, Problem> {
    let all = house.view().schedules()?.into_iter();
    let items = all.map(shows).collect();
    Ok(Answer::json(&Listed { items }))
}

fn get(house: &House, asked: &Asked) -> Result<Answer, Problem> {
    shown(found(house.view(), number(asked)?)?)
}

fn set(house: &House, asked: &Asked) -> Result<Answer, Problem> {
    let number = number(asked)?;
    let said: Said = asked.json()?;
    let schedule = Schedule {
        weekday: steps("weekday", &said.weekday)?,
        weekend: steps("weekend", &said.weekend)?,
        holiday: steps("holiday", &said.holiday)?,
    };
    put(
        house,
        asked,
        move |view| found(view, number),
        move |office, now, actor| office.set_schedule(now, actor, number, &said.name, &schedule),
    )
}

fn steps(field: &str, hours: &[String]) -> Result<DaySteps, Problem> {
    let mut all = DaySteps::CLOSED;
    for (at, hours) in hours.iter().enumerate() {
        all = all.with_hours(hours).ok_or_else(|| {
            let why =
                format!("{hours:?}: from one quarter hour to a later one, such as \"08:00-11:45\"");
            Problem::of(Kind::NotValid)
                .at(format!("{field}[{at}]"))
                .because(why)
        })?;
    }
    Ok(all)
}

fn delete(house: &House, asked: &Asked) -> Result<Answer, Problem> {
    let number = number(asked)?;
    remove(
        house,
        asked,
        move |view| found(view, number),
        move |office, now, actor| office.remove_schedule(now, actor, number),
    )
}
