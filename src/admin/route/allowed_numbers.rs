//! Numbers that everybody may call, whatever is on a list.

use super::{Entered, Entries, pattern, routes};
use crate::{
    asked::Asked,
    house::Actor,
    problem::Problem,
    router::{Place, Route},
};
use backoffice::{AllowedFlags, BackOffice, Error, View};
use serde::{Deserialize, Serialize};
use types::{right::Noun, tick::Tick};
use utoipa::ToSchema;

pub const ROUTES: [Route; 4] = routes::<Allowed>([
    "Numbers that everybody may call, by pattern.",
    "One pattern of them.",
    "Allows the numbers that fit a pattern for everybody, or says anew how.",
    "Allows them no more.",
]);

#[derive(Debug, Serialize, ToSchema)]
struct Shown {
    pattern: String,
    untimed: bool,
    privileged: bool,
    note: String,
}

/// What can be said of one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Said {
    /// No limit of time holds.
    #[serde(default)]
    untimed: bool,
    /// Calls to them are not recorded.
    #[serde(default)]
    privileged: bool,
    #[serde(default)]
    note: String,
}

struct Allowed;

impl Entered for Allowed {
    const ALL: &'static str = "/allowed-numbers";
    const ONE: &'static str = "/allowed-numbers/{pattern}";
    const PLACES: &'static [Place] = pattern::PLACES;
    const NOUN: Noun = Noun::Numbers;
    type Key = String;
    type Value = AllowedFlags;
    type Said = Said;
    type Shown = Shown;

    fn key(view: &View, places: &[String]) -> Result<String, Problem> {
        pattern::key(view, places)
    }

    fn places(pattern: &String) -> Vec<String> {
        vec![pattern.clone()]
    }

    fn value(asked: &Asked) -> Result<AllowedFlags, Problem> {
        let said: Said = asked.json()?;
        Ok(AllowedFlags {
            untimed: said.untimed,
            privileged: said.privileged,
            note: said.note,
        })
    }

    fn shown(pattern: &String, flags: &AllowedFlags) -> Shown {
        Shown {
            pattern: pattern.clone(),
            untimed: flags.untimed,
            privileged: flags.privileged,
            note: flags.note.clone(),
        }
    }

    fn page(view: &View, after: Option<&String>, limit: usize) -> Result<Entries<Self>, Error> {
        view.allowed_after(after.map(String::as_str), limit)
    }

    fn found(view: &View, pattern: &String) -> Result<Option<AllowedFlags>, Error> {
        view.allowed(pattern)
    }

    fn put(
        office: &mut BackOffice,
        now: Tick,
        actor: &Actor,
        pattern: &String,
        flags: AllowedFlags,
    ) -> Result<(), Problem> {
        Ok(office.set_allowed(now, &actor.name, pattern, &flags)?)
    }

    fn remove(
        office: &mut BackOffice,
        now: Tick,
        actor: &Actor,
        pattern: &String,
    ) -> Result<bool, Error> {
        office.remove_allowed(now, &actor.name, pattern)?;
        Ok(true)
    }
}
