//! Restricted numbers: nobody may call them.

use super::{Entered, Entries, pattern, routes};
use crate::{
    asked::Asked,
    house::Actor,
    problem::Problem,
    router::{Place, Route},
};
use backoffice::{BackOffice, Error, View};
use serde::{Deserialize, Serialize};
use types::{right::Noun, tick::Tick};
use utoipa::ToSchema;

pub const ROUTES: [Route; 4] = routes::<Restricted>([
    "Numbers that nobody may call, by pattern.",
    "One pattern of them.",
    "Blocks the numbers that fit a pattern for everybody, or gives it another note.",
    "Blocks them no more.",
]);

#[derive(Debug, Serialize, ToSchema)]
struct Shown {
    pattern: String,
    note: String,
}

/// What can be said of one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Said {
    #[serde(default)]
    note: String,
}

struct Restricted;

impl Entered for Restricted {
    const ALL: &'static str = "/restricted-numbers";
    const ONE: &'static str = "/restricted-numbers/{pattern}";
    const PLACES: &'static [Place] = pattern::PLACES;
    const NOUN: Noun = Noun::Numbers;
    type Key = String;
    type Value = String;
    type Said = Said;
    type Shown = Shown;

    fn key(view: &View, places: &[String]) -> Result<String, Problem> {
        pattern::key(view, places)
    }

    fn places(pattern: &String) -> Vec<String> {
        vec![pattern.clone()]
    }

    fn value(asked: &Asked) -> Result<String, Problem> {
        let Said { note } = asked.json()?;
        Ok(note)
    }

    fn shown(pattern: &String, note: &String) -> Shown {
        Shown {
            pattern: pattern.clone(),
            note: note.clone(),
        }
    }

    fn page(view: &View, after: Option<&String>, limit: usize) -> Result<Entries<Self>, Error> {
        view.restricted_after(after.map(String::as_str), limit)
    }

    fn found(view: &View, pattern: &String) -> Result<Option<String>, Error> {
        view.restricted(pattern)
    }

    fn put(
        office: &mut BackOffice,
        now: Tick,
        actor: &Actor,
        pattern: &String,
        note: String,
    ) -> Result<(), Problem> {
        Ok(office.set_restricted(now, &actor.name, pattern, &note)?)
    }

    fn remove(
        office: &mut BackOffice,
        now: Tick,
        actor: &Actor,
        pattern: &String,
    ) -> Result<bool, Error> {
        office.remove_restricted(now, &actor.name, pattern)?;
        Ok(true)
    }
}
