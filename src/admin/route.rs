//! What can be asked for, one noun a file.

mod allowed_numbers;
mod durations;
mod entry_restricted_numbers;
mod holidays;
mod pattern;
mod restricted_numbers;
mod roles;
mod schedules;
mod speed_dials;

use crate::{
    answer::{Answer, Tag, encoded},
    asked::{Asked, Method},
    help,
    house::{Actor, House},
    openapi,
    problem::{Kind, Problem},
    router::{Gives, Parameter, Place, Route},
    serve::BELOW,
};
use backoffice::{BackOffice, Error, View};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Serialize;
use types::{
    right::{Noun, Verb},
    tick::Tick,
};
use utoipa::{PartialSchema as _, ToSchema};

const INDEX: Route = Route {
    method: Method::Get,
    path: "",
    places: &[],
    parameters: &[],
    right: None,
    summary: "What can be asked for.",
    takes: None,
    gives: Gives::Several(Told::schema),
    serve: index,
};

const ROUTES: [Route; 4] = [
    INDEX,
    Route {
        path: "/openapi.json",
        summary: "The same, with all that can be said and shown, by OpenAPI 3.1.",
        gives: Gives::Text("application/json"),
        serve: openapi,
        ..INDEX
    },
    Route {
        path: "/help",
        summary: "The same as a page for people.",
        gives: Gives::Text("text/html"),
        serve: help,
        ..INDEX
    },
    Route {
        path: "/help.css",
        summary: "How that page looks.",
        gives: Gives::Text("text/css"),
        serve: help_looks,
        ..INDEX
    },
];

/// All routes there are.
pub fn all() -> Vec<Route> {
    let entered = [
        speed_dials::ROUTES,
        holidays::ROUTES,
        schedules::ROUTES,
        durations::ROUTES,
        roles::ROUTES,
        restricted_numbers::ROUTES,
        allowed_numbers::ROUTES,
        entry_restricted_numbers::ROUTES,
    ];
    let mut all = ROUTES.to_vec();
    all.extend(entered.concat());
    all
}

/// One route, as it is told.
#[derive(Debug, Serialize, ToSchema)]
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

fn openapi(_: &House, _: &Asked) -> Result<Answer, Problem> {
    Ok(Answer::json(&openapi::document(&all())))
}

fn help(_: &House, _: &Asked) -> Result<Answer, Problem> {
    let page = help::page(&all());
    Ok(Answer::of(
        200,
        "text/html; charset=utf-8",
        page.into_bytes(),
    ))
}

fn help_looks(_: &House, _: &Asked) -> Result<Answer, Problem> {
    let looks = help::LOOKS.as_bytes().to_vec();
    Ok(Answer::of(200, "text/css; charset=utf-8", looks))
}

/// All there are.
#[derive(Debug, Serialize)]
struct Listed<T> {
    items: Vec<T>,
}

/// Some of the things there are.
#[derive(Debug, Serialize)]
struct Page<T> {
    items: Vec<T>,
    /// Where there are more: what `after` is to be for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Things of a page where nothing is said.
const PAGE: usize = 100;
const LONGEST_PAGE: usize = 1000;

const PAGING: &[Parameter] = &[
    Parameter {
        name: "after",
        what: "Where the page before ended, as its `next` has it; without it, the first.",
        shape: || openapi::text().into(),
    },
    Parameter {
        name: "limit",
        what: "So many at most; 100 where nothing is said.",
        shape: || openapi::number(1, LONGEST_PAGE).into(),
    },
];

/// Each with its key.
type Entries<E> = Vec<(<E as Entered>::Key, <E as Entered>::Value)>;

/// Things of a kind that are entered, changed and taken out under keys of their own: what its four routes
/// are made of.
trait Entered: Sized {
    /// Where they all are, and where one of them is.
    const ALL: &'static str;
    const ONE: &'static str;
    /// What stands for the names in braces in it.
    const PLACES: &'static [Place];
    /// Whose rights it takes.
    const NOUN: Noun;
    type Key: Send + 'static;
    /// What is entered under a key.
    type Value: PartialEq + Send + 'static;
    /// What can be said of it in a body.
    type Said: ToSchema;
    type Shown: Serialize + ToSchema;

    /// The key that stands in a path in these places, and back.
    fn key(view: &View, places: &[String]) -> Result<Self::Key, Problem>;
    fn places(key: &Self::Key) -> Vec<String>;
    /// The value in the body.
    fn value(asked: &Asked) -> Result<Self::Value, Problem>;
    fn shown(key: &Self::Key, value: &Self::Value) -> Self::Shown;
    /// Up to so many after one, in the order of their keys.
    fn page(view: &View, after: Option<&Self::Key>, limit: usize) -> Result<Entries<Self>, Error>;
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
    let see = Route {
        method: Method::Get,
        path: E::ALL,
        places: &[],
        parameters: PAGING,
        right: Some((E::NOUN, Verb::See)),
        summary: all,
        takes: None,
        gives: Gives::Page(E::Shown::schema),
        serve: serve_all::<E>,
    };
    let see_one = Route {
        path: E::ONE,
        places: E::PLACES,
        parameters: &[],
        summary: one,
        gives: Gives::One(E::Shown::schema),
        serve: serve_one::<E>,
        ..see
    };
    let right = Some((E::NOUN, Verb::Change));
    let change = Route {
        method: Method::Put,
        right,
        summary: put,
        takes: Some(E::Said::schema),
        serve: serve_put::<E>,
        ..see_one
    };
    let take_out = Route {
        method: Method::Delete,
        right,
        summary: remove,
        gives: Gives::Nothing,
        serve: serve_remove::<E>,
        ..see_one
    };
    [see, see_one, change, take_out]
}

/// Of few things: a page of all there are.
fn page_of<K: Ord, V>(mut all: Vec<(K, V)>, after: Option<&K>, limit: usize) -> Vec<(K, V)> {
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    let later = all
        .into_iter()
        .filter(|(key, _)| after.is_none_or(|after| key > after));
    later.take(limit).collect()
}

fn serve_all<E: Entered>(house: &House, asked: &Asked) -> Result<Answer, Problem> {
    let limit = asked.parameter("limit")?.unwrap_or(PAGE);
    if !(1..=LONGEST_PAGE).contains(&limit) {
        let why = format!("1 to {LONGEST_PAGE}");
        return Err(Problem::of(Kind::NotReadable).at("limit").because(why));
    }
    let after = asked.parameter::<String>("after")?;
    let after = after.map(|after| {
        let no_place = "that is no `next` of a page before";
        let no_place = || Problem::of(Kind::NotReadable).at("after").because(no_place);
        from_cursor::<E>(house.view(), &after).ok_or_else(no_place)
    });
    let after = after.transpose()?;
    let page = E::page(house.view(), after.as_ref(), limit + 1)?;
    let more = page.len() > limit;
    let shown = &page[..page.len().min(limit)];
    let last = shown.last().filter(|_| more);
    Ok(Answer::json(&Page {
        items: shown
            .iter()
            .map(|(key, value)| E::shown(key, value))
            .collect(),
        next: last.map(|(key, _)| cursor(&E::places(key))),
    }))
}

/// Where a page ended: the places of the last thing's path.
fn cursor(places: &[String]) -> String {
    let encoded = |place: &String| utf8_percent_encode(place, NON_ALPHANUMERIC).to_string();
    places.iter().map(encoded).collect::<Vec<_>>().join("/")
}

fn from_cursor<E: Entered>(view: &View, cursor: &str) -> Option<E::Key> {
    let decoded = |part| percent_decode_str(part).decode_utf8().ok();
    let places = cursor
        .split('/')
        .map(|part| Some(decoded(part)?.into_owned()));
    let places: Vec<String> = places.collect::<Option<_>>()?;
    let key = E::key(view, &places).ok()?;
    (E::places(&key).len() == places.len()).then_some(key)
}

fn serve_one<E: Entered>(house: &House, asked: &Asked) -> Result<Answer, Problem> {
    let key = E::key(house.view(), &asked.places)?;
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
    let (key, value) = (E::key(house.view(), &asked.places)?, E::value(asked)?);
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
    let key = E::key(house.view(), &asked.places)?;
    let (known, actor) = (asked.known.clone(), asked.actor.clone());
    house.change(move |office, now| {
        let before = E::found(office, &key)?.ok_or_else(|| Problem::of(Kind::NotFound))?;
        known.allows(Some(&tag::<E>(&key, &before)))?;
        E::remove(office, now, &actor, &key)?;
        Ok(Answer::nothing())
    })
}
