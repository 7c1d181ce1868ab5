//! What can be asked for, one noun a file.

mod durations;
mod holidays;
mod schedules;
mod speed_dials;

use crate::{
    answer::{Answer, Tag, encoded},
    asked::{Asked, Method},
    house::House,
    problem::{Kind, Problem},
    router::Route,
    serve::BELOW,
};
use backoffice::{BackOffice, Error, View};
use serde::Serialize;
use types::tick::Tick;

const ROUTES: &[&Route] = &[&Route {
    method: Method::Get,
    path: "",
    summary: "What can be asked for.",
    serve: index,
}];

/// All routes there are.
pub fn all() -> Vec<&'static Route> {
    [
        ROUTES,
        speed_dials::ROUTES,
        holidays::ROUTES,
        schedules::ROUTES,
        durations::ROUTES,
    ]
    .concat()
}

/// One route, as it is told.
#[derive(Debug, Serialize)]
struct Told {
    method: &'static str,
    path: String,
    summary: &'static str,
}

fn index(_: &House, _: &Asked) -> Result<Answer, Problem> {
    let told = |route: &Route| Told {
        method: route.method.name(),
        path: format!("{BELOW}{}", route.path),
        summary: route.summary,
    };
    let items = all().into_iter().map(told).collect();
    Ok(Answer::json(&Listed { items }))
}

/// Several things.
#[derive(Debug, Serialize)]
struct Listed<T> {
    items: Vec<T>,
}

/// One thing, with its version; there is none of this name otherwise.
fn shown<T: Serialize>(found: Option<T>) -> Result<Answer, Problem> {
    found
        .map(|it| Answer::one(&it))
        .ok_or_else(|| Problem::of(Kind::NotFound))
}

/// Puts a thing in the place of what is there, if that is what who asks knows; shows what it came to. Another
/// can't change it in between: reading, comparing and writing are one portion of the back office's work.
fn put<T: Serialize>(
    house: &House,
    asked: &Asked,
    there: impl Fn(&View) -> Result<Option<T>, Error> + Send + 'static,
    put: impl FnOnce(&mut BackOffice, Tick, &str) -> Result<(), Error> + Send + 'static,
) -> Result<Answer, Problem> {
    let (known, actor) = (asked.known.clone(), asked.actor.clone());
    house.change(move |office, now| {
        let before = there(office)?;
        known.allows(before.as_ref().map(|it| Tag::of(&encoded(it))).as_ref())?;
        put(office, now, &actor)?;
        let after = shown(there(office)?)?;
        Ok(match before {
            Some(_) => after,
            None => after.with_status(201),
        })
    })
}

/// Takes out what is there, if that is what who asks knows.
fn remove<T: Serialize>(
    house: &House,
    asked: &Asked,
    there: impl Fn(&View) -> Result<Option<T>, Error> + Send + 'static,
    remove: impl FnOnce(&mut BackOffice, Tick, &str) -> Result<bool, Error> + Send + 'static,
) -> Result<Answer, Problem> {
    let (known, actor) = (asked.known.clone(), asked.actor.clone());
    house.change(move |office, now| {
        let before = there(office)?.ok_or_else(|| Problem::of(Kind::NotFound))?;
        known.allows(Some(&Tag::of(&encoded(&before))))?;
        remove(office, now, &actor)?;
        Ok(Answer::nothing())
    })
}
