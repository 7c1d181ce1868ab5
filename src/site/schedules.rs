//! `[[defaults.schedule]]`, and the schedules that phones name.

use backoffice::{DaySteps, Schedule, ScheduleNumber, WeekSteps};

use super::{
    defaults::{DAYS, plain},
    reader::{Field, Placed, Section},
};

/// A circuit schedule (C4).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScheduleDefault {
    pub number: ScheduleNumber,
    pub name: String,
    pub schedule: Schedule,
}

/// `[[defaults.schedule]]`: when phones are in service, by what kind of day it is.
pub(super) fn schedules(defaults: &mut Section<'_>) -> Vec<ScheduleDefault> {
    let mut schedules: Vec<ScheduleDefault> = Vec::new();
    for mut section in defaults.tables("schedule") {
        let number = section.key("number").must().int(1..=5);
        let name = section.key("name").text(80);
        let weekday = spans(section.key("weekday"));
        let weekend = spans(section.key("weekend")).or(weekday);
        let holiday = spans(section.key("holiday")).or(weekend);
        let (notes, path, at) = (section.notes(), section.path("number"), section.line());
        section.finish();
        let number = number.and_then(|number| ScheduleNumber::new(number as u8));
        let Some(number) = number else { continue };
        if schedules.iter().any(|before| before.number == number) {
            notes.add(at, path, "is the number of a schedule above");
            continue;
        }
        schedules.push(ScheduleDefault {
            number,
            name: name.map_or_else(String::new, |name| name.value),
            schedule: Schedule {
                weekday: weekday.unwrap_or(DaySteps::CLOSED),
                weekend: weekend.unwrap_or(DaySteps::CLOSED),
                holiday: holiday.unwrap_or(DaySteps::CLOSED),
            },
        });
    }
    schedules
}

/// From one quarter hour to another, as often as there are such; an empty list is out of service
/// all day.
fn spans(field: Field<'_, '_>) -> Option<DaySteps> {
    let allowed = "times from one quarter hour to a later one, such as \"08:00-11:45\"";
    let spans = field.list(allowed, |text| DaySteps::CLOSED.with_hours(text))?;
    let both = |day: DaySteps, span: &Placed<DaySteps>| day.or(span.value);
    Some(spans.iter().fold(DaySteps::CLOSED, both))
}

/// `days` and `hours` of a table: the same hours on each of the days, which are all where none is named.
pub(super) fn week(section: &mut Section<'_>) -> WeekSteps {
    let days = section.key("days").list(&DAYS.join(", "), |text| {
        DAYS.iter().position(|day| *day == text)
    });
    let hours = spans(section.key("hours").must()).unwrap_or(DaySteps::CLOSED);
    let mut week = WeekSteps::CLOSED;
    for day in days.map_or_else(|| (0..7).collect(), |days| plain(Some(days))) {
        week.open[day] = hours;
    }
    week
}

/// The schedule that a phone names; it has to be there.
pub(super) fn schedule_of(
    section: &mut Section<'_>,
    there: &[ScheduleDefault],
) -> Option<ScheduleNumber> {
    let number = section.key("schedule").int(1..=5)?;
    let number = ScheduleNumber::new(number as u8)?;
    if !there.iter().any(|schedule| schedule.number == number) {
        let what = format!(
            "is {}, and there is no [[defaults.schedule]] of this number",
            number.number()
        );
        let (notes, path) = (section.notes(), section.path("schedule"));
        notes.add(section.line(), path, what);
    }
    Some(number)
}
