//! Circuit schedules: when the phones that have one are in service.

use super::{Entered, Entries, page_of, routes};
use crate::{
    asked::{Asked, place},
    house::Actor,
    problem::{Kind, Problem},
    router::{Place, Route},
};
use backoffice::{BackOffice, DaySteps, Error, NamedSchedule, Schedule, ScheduleNumber, View};
use serde::{Deserialize, Serialize};
use types::{right::Noun, tick::Tick};
use utoipa::ToSchema;

pub const ROUTES: [Route; 4] = routes::<Schedules>([
    "All circuit schedules, by number.",
    "One circuit schedule.",
    "Enters or changes a circuit schedule, 1 to 5.",
    "Takes a circuit schedule out that no phone has.",
]);

#[derive(Debug, Serialize, ToSchema)]
struct Shown {
    /// 1 to 5.
    #[schema(minimum = 1, maximum = 5)]
    number: u8,
    name: String,
    weekday: Vec<String>,
    weekend: Vec<String>,
    holiday: Vec<String>,
}

/// What can be said of one: the hours at which phones are in service, such as `08:00-11:45`, by what kind of
/// day it is; none is out of service all day.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Said {
    name: String,
    weekday: Vec<String>,
    weekend: Vec<String>,
    holiday: Vec<String>,
}

fn steps(field: &str, hours: &[String]) -> Result<DaySteps, Problem> {
    let mut all = DaySteps::CLOSED;
    for (at, hours) in hours.iter().enumerate() {
        all = all.with_hours(hours).ok_or_else(|| {
            let why =
                format!("{hours:?}: from one quarter hour to a later one, such as \"08:00-11:45\"");
            Problem::of(Kind::NotValid)
                .at(format!("{field}[{at}]"))
                .because(why)
        })?;
    }
    Ok(all)
}

struct Schedules;

impl Entered for Schedules {
    const ALL: &'static str = "/schedules";
    const ONE: &'static str = "/schedules/{number}";
    const PLACES: &'static [Place] = &[Place {
        what: "The number, 1 to 5.",
        pattern: "^[1-5]$",
        example: "1",
    }];
    const NOUN: Noun = Noun::Schedules;
    type Key = ScheduleNumber;
    /// With its name.
    type Value = (String, Schedule);
    type Said = Said;
    type Shown = Shown;

    fn key(_: &View, places: &[String]) -> Result<ScheduleNumber, Problem> {
        let number = ScheduleNumber::new(place(places, 0)?);
        number.ok_or_else(|| Problem::of(Kind::NotFound).because("there are 1 to 5"))
    }

    fn places(number: &ScheduleNumber) -> Vec<String> {
        vec![number.number().to_string()]
    }

    fn value(asked: &Asked) -> Result<(String, Schedule), Problem> {
        let said: Said = asked.json()?;
        let schedule = Schedule {
            weekday: steps("weekday", &said.weekday)?,
            weekend: steps("weekend", &said.weekend)?,
            holiday: steps("holiday", &said.holiday)?,
        };
        Ok((said.name, schedule))
    }

    fn shown(number: &ScheduleNumber, (name, schedule): &(String, Schedule)) -> Shown {
        Shown {
            number: number.number(),
            name: name.clone(),
            weekday: schedule.weekday.hours(),
            weekend: schedule.weekend.hours(),
            holiday: schedule.holiday.hours(),
        }
    }

    fn page(
        view: &View,
        after: Option<&ScheduleNumber>,
        limit: usize,
    ) -> Result<Entries<Self>, Error> {
        let all = view.schedules()?.into_iter();
        let entry = |it: NamedSchedule| (it.number, (it.name, it.schedule));
        Ok(page_of(all.map(entry).collect(), after, limit))
    }

    fn found(view: &View, number: &ScheduleNumber) -> Result<Option<(String, Schedule)>, Error> {
        let found = view.schedule(*number)?;
        Ok(found.map(|it| (it.name, it.schedule)))
    }

    fn put(
        office: &mut BackOffice,
        now: Tick,
        actor: &Actor,
        number: &ScheduleNumber,
        (name, schedule): (String, Schedule),
    ) -> Result<(), Problem> {
        Ok(office.set_schedule(now, &actor.name, *number, &name, &schedule)?)
    }

    fn remove(
        office: &mut BackOffice,
        now: Tick,
        actor: &Actor,
        number: &ScheduleNumber,
    ) -> Result<bool, Error> {
        office.remove_schedule(now, &actor.name, *number)
    }
}
