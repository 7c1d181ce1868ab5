//! How long calls may last: by class, type and kind of day.

use super::{Listed, put, remove, shown};
use crate::{
    answer::Answer,
    asked::{Asked, Method},
    house::House,
    problem::{Kind, Problem},
    router::Route,
};
use backoffice::{Class, ClassDurations, Durations, Error, View, kebab};
use serde::{Deserialize, Serialize};
use types::phone_number::CallType;

pub const ROUTES: &[&Route] = &[
    &Route {
        method: Method::Get,
        path: "/durations",
        summary: "How long calls may last, by class and call type.",
        serve: list,
    },
    &Route {
        method: Method::Get,
        path: "/durations/{class}/{call-type}",
        summary: "How long calls of a type may last for a class.",
        serve: get,
    },
    &Route {
        method: Method::Put,
        path: "/durations/{class}/{call-type}",
        summary: "Says how long calls of a type may last for a class, 1 to 5.",
        serve: set,
    },
    &Route {
        method: Method::Delete,
        path: "/durations/{class}/{call-type}",
        summary: "Leaves calls of a type without a limit of that class.",
        serve: delete,
    },
];

#[derive(Debug, Serialize)]
struct Shown {
    class: u8,
    call_type: String,
    #[serde(flatten)]
    said: Said,
}

/// What can be said: seconds, by what kind of day it is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    weekday_seconds: u32,
    weekend_seconds: u32,
    holiday_seconds: u32,
}

fn shows(
    ClassDurations {
        class,
        call_type,
        durations,
    }: ClassDurations,
) -> Shown {
    Shown {
        class: class.number(),
        call_type: kebab(call_type),
        said: Said {
            weekday_seconds: durations.weekday,
            weekend_seconds: durations.weekend,
            holiday_seconds: durations.holiday,
        },
    }
}

fn found(view: &View, (class, call_type): (Class, CallType)) -> Result<Option<Shown>, Error> {
    let durations = view.durations(class, call_type)?;
    Ok(durations.map(|durations| {
        shows(ClassDurations {
            class,
            call_type,
            durations,
        })
    }))
}

/// Class and call type, of the path.
fn of(asked: &Asked) -> Result<(Class, CallType), Problem> {
    let class = Class::new(asked.place(0)?);
    let name: String = asked.place(1)?;
    let call_type = CallType::ALL.into_iter().find(|kind| kebab(kind) == name);
    let of = class.zip(call_type);
    of.ok_or_else(|| {
        let types = CallType::ALL.map(kebab).join(", ");
        let why = format!("classes are 1 to 5, call types {types}");
        Problem::of(Kind::NotFound).because(why)
    })
}

fn list(house: &House, _: &Asked) -> Result<Answer, Problem> {
    let all = house.view().all_durations()?.into_iter();
    let items = all.map(shows).collect();
    Ok(Answer::json(&Listed { items }))
}

fn get(house: &House, asked: &Asked) -> Result<Answer, Problem> {
    shown(found(house.view(), of(asked)?)?)
}

fn set(house: &House, asked: &Asked) -> Result<Answer, Problem> {
    let (class, call_type) = of(asked)?;
    let said: Said = asked.json()?;
    let durations = Durations {
        weekday: said.weekday_seconds,
        weekend: said.weekend_seconds,
        holiday: said.holiday_seconds,
    };
    put(
        house,
        asked,
        move |view| found(view, (class, call_type)),
        move |office, now, actor| office.set_durations(now, actor, class, call_type, &durations),
    )
}

fn delete(house: &House, asked: &Asked) -> Result<Answer, Problem> {
    let (class, call_type) = of(asked)?;
    remove(
        house,
        asked,
        move |view| found(view, (class, call_type)),
        move |office, now, actor| office.remove_durations(now, actor, class, call_type),
    )
}
