//! What can be asked for, one noun a file.

mod durations;
mod holidays;
mod schedules;
mod speed_dials;

use crate::{
    answer::{Answer, Tag, encoded},
    asked::{Asked, Method},
    house::{Actor, House},
    problem::{Kind, Problem},
    router::Route,
    serve::BELOW,
};
use backoffice::{BackOffice, Error, View};
use serde::Serialize;
use types::{
    right::{Noun, Verb},
    tick::Tick,
};

const ROUTES: [Route; 1] = [Route {
    method: Method::Get,
    path: "",
    right: None,
    summary: "What can be asked for.",
    serve: index,
}];

/// All routes there are.
pub fn all() -> Vec<Route> {
    let entered = [
        speed_dials::ROUTES,
        holidays::ROUTES,
        schedules::ROUTES,
        durations::ROUTES,
    ];
    let mut all = ROUTES.to_vec();
    all.extend(entered.concat());
    all
}

/// One route, as it is told.
#[derive(Debug, Serialize)]
struct Told {
    method: &'static str,
    path: String,
    /// What it takes, verb and noun; every caller may where nothing is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    right: Option<String>,
    summary: &'static str,
}

fn index(_: &House, _: &Asked) -> Result<Answer, Problem> {
    let told = |route: Route| Told {
        method: route.method.name(),
        path: format!("{BELOW}{}", route.path),
        right: route.right.map(|(noun, verb)| format!("{verb} {noun}")),
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

/// Each with its key.
type Entries<E> = Vec<(<E as Entered>::Key, <E as Entered>::Value)>;

/// Things of a kind that are entered, changed and taken out under keys of their own: what its four routes
/// are made of.
trait Entered: Sized {
    /// Where they all are, and where one of them is.
    const ALL: &'static str;
    const ONE: &'static str;
    /// Whose rights it takes.
    const NOUN: Noun;
    type Key: Send + 'static;
    /// What is entered under a key.
    type Value: PartialEq + Send + 'static;
    type Shown: Serialize;

    /// The key in the path.
    fn key(asked: &Asked) -> Result<Self::Key, Problem>;
    /// The value in the body.
    fn value(asked: &Asked) -> Result<Self::Value, Problem>;
    fn shown(key: &Self::Key, value: &Self::Value) -> Self::Shown;
    fn all(view: &View) -> Result<Entries<Self>, Error>;
    fn found(view: &View, key: &Self::Key) -> Result<Option<Self::Value>, Error>;
    fn put(
        office: &mut BackOffice,
        now: Tick,
        actor: &Actor,
        key: &Self::Key,
        value: Self::Value,
    ) -> Result<(), Problem>;
    fn remove(
        office: &mut BackOffice,
        now: Tick,
        actor: &Actor,
        key: &Self::Key,
    ) -> Result<bool, Error>;
}

/// The four routes of a kind of things, by what each of them does.
const fn routes<E: Entered>([all, one, put, remove]: [&'static str; 4]) -> [Route; 4] {
    const fn route(
        method: Method,
        path: &'static str,
        right: (Noun, Verb),
        summary: &'static str,
        serve: fn(&House, &Asked) -> Result<Answer, Problem>,
    ) -> Route {
        Route {
            method,
            path,
            right: Some(right),
            summary,
            serve,
        }
    }
    let (see, change) = ((E::NOUN, Verb::See), (E::NOUN, Verb::Change));
    [
        route(Method::Get, E::ALL, see, all, serve_all::<E>),
        route(Method::Get, E::ONE, see, one, serve_one::<E>),
        route(Method::Put, E::ONE, change, put, serve_put::<E>),
        route(Method::Delete, E::ONE, change, remove, serve_remove::<E>),
    ]
}

fn serve_all<E: Entered>(house: &House, _: &Asked) -> Result<Answer, Problem> {
    let all = E::all(house.view())?;
    let items = all.iter().map(|(key, value)| E::shown(key, value));
    Ok(Answer::json(&Listed {
        items: items.collect(),
    }))
}

fn serve_one<E: Entered>(house: &House, asked: &Asked) -> Result<Answer, Problem> {
    let key = E::key(asked)?;
    let found = E::found(house.view(), &key)?;
    let found = found.ok_or_else(|| Problem::of(Kind::NotFound))?;
    Ok(Answer::one(&E::shown(&key, &found)))
}

/// The version of what is there.
fn tag<E: Entered>(key: &E::Key, there: &E::Value) -> Tag {
    Tag::of(&encoded(&E::shown(key, there)))
}

/// Puts a thing in the place of what is there, if that is what who asks knows; shows what it came to. Another
/// can't change it in between: reading, comparing and writing are one portion of the back office's work. What
/// is there already is no change.
fn serve_put<E: Entered>(house: &House, asked: &Asked) -> Result<Answer, Problem> {
    let (key, value) = (E::key(asked)?, E::value(asked)?);
    let (known, actor) = (asked.known.clone(), asked.actor.clone());
    house.change(move |office, now| {
        let before = E::found(office, &key)?;
        known.allows(before.as_ref().map(|it| tag::<E>(&key, it)).as_ref())?;
        if before.as_ref() != Some(&value) {
            E::put(office, now, &actor, &key, value)?;
        }
        let after = E::found(office, &key)?.ok_or_else(|| Problem::of(Kind::NotFound))?;
        let after = Answer::one(&E::shown(&key, &after));
        Ok(match before {
            Some(_) => after,
            None => after.with_status(201),
        })
    })
}

/// Takes out what is there, if that is what who asks knows.
fn serve_remove<E: Entered>(house: &House, asked: &Asked) -> Result<Answer, Problem> {
    let key = E::key(asked)?;
    let (known, actor) = (asked.known.clone(), asked.actor.clone());
    house.change(move |office, now| {
        let before = E::found(office, &key)?.ok_or_else(|| Problem::of(Kind::NotFound))?;
        known.allows(Some(&tag::<E>(&key, &before)))?;
        E::remove(office, now, &actor, &key)?;
        Ok(Answer::nothing())
    })
}
