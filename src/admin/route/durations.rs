//! How long calls may last: by class, type and kind of day.

use super::{Entered, Entries, page_of, routes};
use crate::{
    asked::{Asked, place},
    house::Actor,
    problem::{Kind, Problem},
    router::{Place, Route},
};
use backoffice::{BackOffice, Class, ClassDurations, Durations, Error, View, kebab};
use serde::{Deserialize, Serialize};
use types::{phone_number::CallType, right::Noun, tick::Tick};
use utoipa::ToSchema;

pub const ROUTES: [Route; 4] = routes::<Limits>([
    "How long calls may last, by class and call type.",
    "How long calls of a type may last for a class.",
    "Says how long calls of a type may last for a class, 1 to 5.",
    "Leaves calls of a type without a limit of that class.",
]);

#[derive(Debug, Serialize, ToSchema)]
struct Shown {
    #[schema(minimum = 1, maximum = 5)]
    class: u8,
    call_type: String,
    weekday_seconds: u32,
    weekend_seconds: u32,
    holiday_seconds: u32,
}

/// What can be said: seconds, by what kind of day it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Said {
    weekday_seconds: u32,
    weekend_seconds: u32,
    holiday_seconds: u32,
}

struct Limits;

impl Entered for Limits {
    const ALL: &'static str = "/durations";
    const ONE: &'static str = "/durations/{class}/{call-type}";
    const PLACES: &'static [Place] = &[
        Place {
            what: "The class, 1 to 5.",
            pattern: "^[1-5]$",
            example: "1",
        },
        Place {
            what: "The call type.",
            pattern: "^[a-z]+(-[a-z]+)*$",
            example: "local",
        },
    ];
    const NOUN: Noun = Noun::Durations;
    type Key = (Class, CallType);
    type Value = Durations;
    type Said = Said;
    type Shown = Shown;

    fn key(_: &View, places: &[String]) -> Result<(Class, CallType), Problem> {
        let class = Class::new(place(places, 0)?);
        let name: String = place(places, 1)?;
        let call_type = CallType::ALL.into_iter().find(|kind| kebab(kind) == name);
        let of = class.zip(call_type);
        of.ok_or_else(|| {
            let types = CallType::ALL.map(kebab).join(", ");
            let why = format!("classes are 1 to 5, call types {types}");
            Problem::of(Kind::NotFound).because(why)
        })
    }

    fn places((class, call_type): &(Class, CallType)) -> Vec<String> {
        vec![class.number().to_string(), kebab(call_type)]
    }

    fn value(asked: &Asked) -> Result<Durations, Problem> {
        let said: Said = asked.json()?;
        Ok(Durations {
            weekday: said.weekday_seconds,
            weekend: said.weekend_seconds,
            holiday: said.holiday_seconds,
        })
    }

    fn shown((class, call_type): &(Class, CallType), durations: &Durations) -> Shown {
        Shown {
            class: class.number(),
            call_type: kebab(call_type),
            weekday_seconds: durations.weekday,
            weekend_seconds: durations.weekend,
            holiday_seconds: durations.holiday,
        }
    }

    fn page(
        view: &View,
        after: Option<&(Class, CallType)>,
        limit: usize,
    ) -> Result<Entries<Self>, Error> {
        let all = view.all_durations()?.into_iter();
        let entry = |it: ClassDurations| ((it.class, it.call_type), it.durations);
        Ok(page_of(all.map(entry).collect(), after, limit))
    }

    fn found(view: &View, key: &(Class, CallType)) -> Result<Option<Durations>, Error> {
        view.durations(key.0, key.1)
    }

    fn put(
        office: &mut BackOffice,
        now: Tick,
        actor: &Actor,
        (class, call_type): &(Class, CallType),
        durations: Durations,
    ) -> Result<(), Problem> {
        Ok(office.set_durations(now, &actor.name, *class, *call_type, &durations)?)
    }

    fn remove(
        office: &mut BackOffice,
        now: Tick,
        actor: &Actor,
        (class, call_type): &(Class, CallType),
    ) -> Result<bool, Error> {
        office.remove_durations(now, &actor.name, *class, *call_type)
    }
}
