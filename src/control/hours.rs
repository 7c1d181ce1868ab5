//! Hours of a week in one text: days, and from when to when, as `monday tuesday 08:00-11:30
//! 13:00-14:00; saturday 10:00-12:00`. Where no day is named it is each day.

use crate::site::DAYS;
use backoffice::{DaySteps, WeekSteps};

/// What no hour at all is.
const NEVER: &str = "never";

/// `None` is no hours.
pub fn parse(text: &str) -> Option<WeekSteps> {
    if text.eq_ignore_ascii_case(NEVER) {
        return Some(WeekSteps::CLOSED);
    }
    let mut parts = text.split(';').map(part);
    parts.try_fold(WeekSteps::CLOSED, |week, part| Some(week.or(part?)))
}

/// Some days, and their hours.
fn part(text: &str) -> Option<WeekSteps> {
    let (mut days, mut open) = (Vec::new(), DaySteps::CLOSED);
    for word in text.split_whitespace() {
        let word = word.to_lowercase();
        match DAYS.iter().position(|day| *day == word) {
            // Days come before their hours.
            Some(day) if open == DaySteps::CLOSED => days.push(day),
            Some(_) => return None,
            None => open = open.with_hours(&word)?,
        }
    }
    if open == DaySteps::CLOSED {
        return None;
    }
    let mut week = WeekSteps::CLOSED;
    for day in 0..DAYS.len() {
        if days.is_empty() || days.contains(&day) {
            week.open[day] = open;
        }
    }
    Some(week)
}

/// The same text that is read.
pub fn words(week: &WeekSteps) -> String {
    let mut parts: Vec<(Vec<&str>, DaySteps)> = Vec::new();
    for (day, open) in DAYS.into_iter().zip(week.open) {
        match parts.iter_mut().find(|(_, same)| *same == open) {
            Some((days, _)) => days.push(day),
            None => parts.push((vec![day], open)),
        }
    }
    parts.retain(|(_, open)| *open != DaySteps::CLOSED);
    if parts.is_empty() {
        return NEVER.to_owned();
    }
    let part = |(days, open): &(Vec<&str>, DaySteps)| {
        let days = match days.len() == DAYS.len() {
            true => String::new(),
            false => format!("{} ", days.join(" ")),
        };
        format!("{days}{}", open.hours().join(" "))
    };
    parts.iter().map(part).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_and_written_the_same() {
        for text in [
            "08:00-11:30 13:00-14:00",
            "monday tuesday 08:00-09:00; saturday sunday 10:00-24:00",
            "wednesday 00:00-00:15",
            "never",
            "00:00-24:00",
        ] {
            let week = parse(text).expect(text);
            assert_eq!(words(&week), text);
        }
        let added = parse("monday 08:00-09:00; 20:00-21:00").expect("adds up");
        let told = "monday 08:00-09:00 20:00-21:00; tuesday wednesday thursday friday saturday sunday \
                    20:00-21:00";
        assert_eq!(words(&added), told);
    }

    #[test]
    fn what_is_no_hours_is_none() {
        for text in [
            "",
            "monday",
            "8-9",
            "08:10-09:00",
            "09:00-08:00",
            "someday 08:00-09:00",
            "08:00-24:15",
            "08:00-09:00 monday",
            "08:00-09:00;",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
