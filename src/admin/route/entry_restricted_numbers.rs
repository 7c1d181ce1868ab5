//! Entry-restricted numbers: no PIN's list takes them.

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

pub const ROUTES: [Route; 4] = routes::<EntryRestricted>([
    "Numbers that no PIN's list takes, by pattern.",
    "One pattern of them.",
    "Lets no PIN's list take the numbers that fit a pattern from now on, or gives another reason.",
    "Lets lists take them again.",
]);

#[derive(Debug, Serialize, ToSchema)]
struct Shown {
    pattern: String,
    reason: String,
}

/// What can be said of one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Said {
    reason: String,
}

struct EntryRestricted;

impl Entered for EntryRestricted {
    const ALL: &'static str = "/entry-restricted-numbers";
    const ONE: &'static str = "/entry-restricted-numbers/{pattern}";
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
        let Said { reason } = asked.json()?;
        Ok(reason)
    }

    fn shown(pattern: &String, reason: &String) -> Shown {
        Shown {
            pattern: pattern.clone(),
            reason: reason.clone(),
        }
    }

    fn page(view: &View, after: Option<&String>, limit: usize) -> Result<Entries<Self>, Error> {
        view.entry_restricted_after(after.map(String::as_str), limit)
    }

    fn found(view: &View, pattern: &String) -> Result<Option<String>, Error> {
        view.entry_restricted(pattern)
    }

    fn put(
        office: &mut BackOffice,
        now: Tick,
        actor: &Actor,
        pattern: &String,
        reason: String,
    ) -> Result<(), Problem> {
        Ok(office.set_entry_restricted(now, &actor.name, pattern, &reason)?)
    }

    fn remove(
        office: &mut BackOffice,
        now: Tick,
        actor: &Actor,
        pattern: &String,
    ) -> Result<bool, Error> {
        office.remove_entry_restricted(now, &actor.name, pattern)?;
        Ok(true)
    }
}
