//! Speed dials: codes of two digits, each for a number as it would be dialed.

use super::{Entered, Entries, page_of, routes};
use crate::{
    asked::{Asked, place},
    house::Actor,
    problem::Problem,
    router::{Place, Route},
};
use backoffice::{BackOffice, Error, View};
use serde::{Deserialize, Serialize};
use types::{right::Noun, tick::Tick};
use utoipa::ToSchema;

pub const ROUTES: [Route; 4] = routes::<SpeedDials>([
    "All speed dials, by code.",
    "What a code stands for.",
    "Gives a code, 1 to 50, a meaning.",
    "Leaves a code without a meaning.",
]);

#[derive(Debug, Serialize, ToSchema)]
struct Shown {
    #[schema(minimum = 1, maximum = 50)]
    code: u8,
    dialed: String,
}

/// What can be said of one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Said {
    dialed: String,
}

struct SpeedDials;

impl Entered for SpeedDials {
    const ALL: &'static str = "/speed-dials";
    const ONE: &'static str = "/speed-dials/{code}";
    const PLACES: &'static [Place] = &[Place {
        what: "The code, 1 to 50.",
        pattern: "^([1-9]|[1-4][0-9]|50)$",
        example: "7",
    }];
    const NOUN: Noun = Noun::SpeedDials;
    type Key = u8;
    type Value = String;
    type Said = Said;
    type Shown = Shown;

    fn key(_: &View, places: &[String]) -> Result<u8, Problem> {
        place(places, 0)
    }

    fn places(code: &u8) -> Vec<String> {
        vec![code.to_string()]
    }

    fn value(asked: &Asked) -> Result<String, Problem> {
        let Said { dialed } = asked.json()?;
        Ok(dialed)
    }

    fn shown(code: &u8, dialed: &String) -> Shown {
        Shown {
            code: *code,
            dialed: dialed.clone(),
        }
    }

    fn page(view: &View, after: Option<&u8>, limit: usize) -> Result<Entries<Self>, Error> {
        Ok(page_of(view.speed_dials()?, after, limit))
    }

    fn found(view: &View, code: &u8) -> Result<Option<String>, Error> {
        view.speed_dial(*code)
    }

    fn put(
        office: &mut BackOffice,
        now: Tick,
        actor: &Actor,
        code: &u8,
        dialed: String,
    ) -> Result<(), Problem> {
        Ok(office.set_speed_dial(now, &actor.name, *code, &dialed)?)
    }

    fn remove(office: &mut BackOffice, now: Tick, actor: &Actor, code: &u8) -> Result<bool, Error> {
        office.remove_speed_dial(now, &actor.name, *code)
    }
}
