//! Speed dials: codes of two digits, each for a number as it would be dialed.

use super::{Listed, put, remove, shown};
use crate::{
    answer::Answer,
    asked::{Asked, Method},
    house::House,
    problem::Problem,
    router::Route,
};
use backoffice::{Error, View};
use serde::{Deserialize, Serialize};

pub const ROUTES: &[&Route] = &[
    &Route {
        method: Method::Get,
        path: "/speed-dials",
        summary: "All speed dials, by code.",
        serve: list,
    },
    &Route {
        method: Method::Get,
        path: "/speed-dials/{code}",
        summary: "What a code stands for.",
        serve: get,
    },
    &Route {
        method: Method::Put,
        path: "/speed-dials/{code}",
        summary: "Gives a code, 1 to 50, a meaning.",
        serve: set,
    },
    &Route {
        method: Method::Delete,
        path: "/speed-dials/{code}",
        summary: "Leaves a code without a meaning.",
        serve: delete,
    },
];

#[derive(Debug, Serialize)]
struct SpeedDial {
    code: u8,
    dialed: String,
}

/// What can be said of one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    dialed: String,
}

fn found(view: &View, code: u8) -> Result<Option<SpeedDial>, Error> {
    let dialed = view.speed_dial(code)?;
    Ok(dialed.map(|dialed| SpeedDial { code, dialed }))
}

fn list(house: &House, _: &Asked) -> Result<Answer, Problem> {
    let all = house.view().speed_dials()?.into_iter();
    let items = all.map(|(code, dialed)| SpeedDial { code, dialed });
    Ok(Answer::json(&Listed {
        items: items.collect(),
    }))
}

fn get(house: &House, asked: &Asked) -> Result<Answer, Problem> {
    shown(found(house.view(), asked.place(0)?)?)
}

fn set(house: &House, asked: &Asked) -> Result<Answer, Problem> {
    let code = asked.place(0)?;
    let Said { dialed } = asked.json()?;
    put(
        house,
        asked,
        move |view| found(view, code),
        move |office, now, actor| office.set_speed_dial(now, actor, code, &dialed),
    )
}

fn delete(house: &House, asked: &Asked) -> Result<Answer, Problem> {
    let code = asked.place(0)?;
    remove(
        house,
        asked,
        move |view| found(view, code),
        move |office, now, actor| office.remove_speed_dial(now, actor, code),
    )
}
