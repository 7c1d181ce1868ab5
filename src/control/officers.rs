//! Officers: where one is present, and which calls wait for one.

use super::{
    Answer, Desk,
    when::{Until, must_come},
    who,
};
use crate::records::moment;
use anyhow::bail;
use backoffice::{BackOffice, Confirmed, Error, OfficerPhone, OfficerPlace, WaitingCall};
use serde::{Deserialize, Serialize};
use std::{
    thread,
    time::{Duration, Instant},
};
use types::{
    credential::ConfirmBy,
    id::{GroupId, LineId},
    tick::Tick,
};

/// Said for longer, it would be forgotten that it was said.
const LONGEST_MS: i64 = 24 * 3600 * 1000;
/// A line takes an officer's word, and its call is admitted, within this time.
const TAKES: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ask {
    Present {
        group: String,
        until: Until,
    },
    Gone {
        group: String,
    },
    Places,
    Waiting,
    Confirm {
        line: u16,
        attempt: u64,
        officer: String,
    },
}

pub fn serve(desk: &Desk, ask: Ask, actor: String) -> anyhow::Result<Answer> {
    match ask {
        Ask::Present { group, until } => present(desk, group, &until, actor),
        Ask::Gone { group } => gone(desk, group, actor),
        Ask::Places => places(desk),
        Ask::Waiting => waiting(desk),
        Ask::Confirm {
            line,
            attempt,
            officer,
        } => confirm(desk, LineId(line), attempt, officer, actor),
    }
}

fn present(desk: &Desk, group: String, until: &Until, actor: String) -> anyhow::Result<Answer> {
    let now = desk.utc_ms()?;
    let until = until.instant(now, &desk.zone)?;
    must_come(until, now, &desk.zone)?;
    if until - now > LONGEST_MS {
        let until = moment(until, &desk.zone);
        bail!("{until} is too far away: an officer's presence is said for 24 hours at most");
    }
    let (name, before, phones) = desk.with(move |office, now| {
        let group = office.group_named(&group)?;
        let (name, before) = said_before(office, now, group)?;
        office.officer_present(now, &actor, group, Some(until))?;
        Ok((name, before, office.officer_phones(now, Some(group))?))
    })?;
    let told = |until| moment(until, &desk.zone);
    let mut lines = vec![format!(
        "an officer is present at {name} until {}",
        told(until)
    )];
    if let Some(before) = before.filter(|before| *before != until) {
        lines.push(format!(
            "until {} had been said before: that holds no more",
            told(before)
        ));
    }
    let nothing = |phone: &OfficerPhone| !phone.has_part();
    match phones.iter().all(nothing) {
        true => lines.push(format!(
            "nothing at {name} asks for an officer: calls are as before"
        )),
        false => lines.extend(by_phone(&phones)),
    }
    Ok(Answer::text(lines))
}

/// The group's name, and until when an officer is said to be there.
fn said_before(
    office: &BackOffice,
    now: Tick,
    group: GroupId,
) -> Result<(String, Option<i64>), Error> {
    let name = office.group_name(group)?;
    let mut places = office.officer_places()?.into_iter();
    let before = places.find(|place| place.name == name);
    let before = before.and_then(|place| place.until_utc_ms);
    let now = office.utc_ms(now);
    Ok((name, before.filter(|until| *until > now)))
}

/// Where an officer is said to be at a group that this one is a part of, and until when.
fn said_above(office: &BackOffice, now: Tick, name: &str) -> Result<Vec<(String, i64)>, Error> {
    let now = office.utc_ms(now);
    let holds_this = |place: &str| {
        name.strip_prefix(place)
            .is_some_and(|rest| rest.starts_with('/'))
    };
    let places = office.officer_places()?.into_iter();
    let above = places.filter(|place| holds_this(&place.name));
    let said = above.filter_map(|place| Some((place.name, place.until_utc_ms?)));
    Ok(said.filter(|(_, until)| *until > now).collect())
}

fn gone(desk: &Desk, group: String, actor: String) -> anyhow::Result<Answer> {
    let (was, name, above, mut phones) = desk.with(move |office, now| {
        let group = office.group_named(&group)?;
        let was = office.officer_present(now, &actor, group, None)?;
        let name = office.group_name(group)?;
        let above = said_above(office, now, &name)?;
        Ok((was, name, above, office.officer_phones(now, Some(group))?))
    })?;
    phones.retain(OfficerPhone::has_part);
    let phones = by_phone(&phones);
    if !was {
        let phones: Vec<String> = phones.into_iter().map(|line| format!("\n{line}")).collect();
        bail!(
            "no officer was said to be present at {name}{}",
            phones.concat()
        );
    }
    let mut lines = vec![format!("no officer is present at {name} any more")];
    lines.extend(above.into_iter().map(|(place, until)| {
        let until = moment(until, &desk.zone);
        format!(
            "but one is said to be at {place} until {until}, which holds here too; `sallyport officer \
             gone --group {place:?}` takes it back"
        )
    }));
    lines.extend(phones);
    lines.push(format!(
        "calls under way go on to the end that they had; `sallyport shutdown --group {name:?} --cut` \
         cuts them"
    ));
    Ok(Answer::text(lines))
}

fn places(desk: &Desk) -> anyhow::Result<Answer> {
    let (places, mut phones, now) = desk.with(|office, now| {
        let places = office.officer_places()?;
        Ok((
            places,
            office.officer_phones(now, None)?,
            office.utc_ms(now),
        ))
    })?;
    let line = |place: &OfficerPlace| {
        let name = &place.name;
        let until = place.until_utc_ms.filter(|until| *until > now);
        let until = until.map(|until| moment(until, &desk.zone));
        match (place.needed, until) {
            (true, None) => Some(format!(
                "{name}: calls only while an officer is present; none is said to be there"
            )),
            (true, Some(until)) => Some(format!(
                "{name}: calls only while an officer is present; one is until {until}"
            )),
            (false, Some(until)) => Some(format!("{name}: an officer is present until {until}")),
            (false, None) => None,
        }
    };
    let mut lines: Vec<String> = places.iter().filter_map(line).collect();
    if lines.is_empty() {
        lines.push("no group asks for an officer, and none is present".to_owned());
    }
    phones.retain(OfficerPhone::has_part);
    lines.extend(by_phone(&phones));
    Ok(Answer::text(lines))
}

/// What an officer's presence and word are for calls at each of these phones; those alike in one line.
fn by_phone(phones: &[OfficerPhone]) -> Vec<String> {
    let part = |phone: &OfficerPhone| (phone.present, phone.confirm_by);
    let mut parts = Vec::new();
    for part in phones.iter().map(part) {
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    let told = |(present, by): (Option<bool>, ConfirmBy)| {
        let alike = phones.iter().filter(|phone| part(phone) == (present, by));
        let lines: Vec<LineId> = alike.map(|phone| phone.line).collect();
        format!("{}: {}", lines_words(&lines), part_words(present, by))
    };
    parts.into_iter().map(told).collect()
}

fn part_words(present: Option<bool>, by: ConfirmBy) -> String {
    let waits = format!("each call waits for {}", by_words(by));
    match (present, by) {
        (None, ConfirmBy::Nobody) => "nothing asks for an officer: calls are as before".to_owned(),
        (None, _) => format!("{waits}, whether one is present or not"),
        (Some(true), ConfirmBy::Nobody) => {
            "calls are let through, as an officer is present".to_owned()
        }
        (Some(true), _) => format!("an officer is present, and {waits} besides"),
        (Some(false), ConfirmBy::Nobody) => {
            "no call is let through, as no officer is said to be there".to_owned()
        }
        (Some(false), _) => format!(
            "no call is let through, as no officer is said to be there; while one is, {waits} besides"
        ),
    }
}

/// `line 7`, or `lines 1 to 4, 7`.
fn lines_words(lines: &[LineId]) -> String {
    let mut runs: Vec<(u16, u16)> = Vec::new();
    for LineId(line) in lines {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *line => *last = *line,
            _ => runs.push((*line, *line)),
        }
    }
    let run = |(first, last): &(u16, u16)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first} to {last}"),
    };
    let runs: Vec<String> = runs.iter().map(run).collect();
    let noun = if lines.len() == 1 { "line" } else { "lines" };
    format!("{noun} {}", runs.join(", "))
}

fn waiting(desk: &Desk) -> anyhow::Result<Answer> {
    let calls = desk.with(|office, now| Ok(office.waiting_calls(now)))?;
    let line = |call: &WaitingCall| {
        let until = moment(call.until_utc_ms, &desk.zone);
        format!(
            "{}, waits for {} until {until}",
            told(call),
            by_words(call.confirm_by)
        )
    };
    Ok(Answer::text(match calls.is_empty() {
        true => vec!["no call waits for an officer".to_owned()],
        false => calls.iter().map(line).collect(),
    }))
}

fn told(call: &WaitingCall) -> String {
    let caller = call.caller.as_ref();
    let caller = caller.map_or_else(|| "a caller without a PIN".to_owned(), who);
    let number = call
        .number
        .map_or_else(|| "?".to_owned(), |number| number.to_string());
    let (line, phone, attempt) = (call.line, &call.phone, call.attempt);
    format!("line {line} ({phone}), attempt {attempt}: {caller} to {number}")
}

fn by_words(by: ConfirmBy) -> &'static str {
    match by {
        ConfirmBy::Nobody => "nobody",
        ConfirmBy::Card => "an officer's card at the phone",
        ConfirmBy::Code => "an officer's code at the phone",
        ConfirmBy::Console => "an officer at a console",
        ConfirmBy::Any => "an officer's card or code at the phone, or an officer at a console",
    }
}

fn confirm(
    desk: &Desk,
    line: LineId,
    attempt: u64,
    officer: String,
    actor: String,
) -> anyhow::Result<Answer> {
    let id = officer.clone();
    let call =
        desk.with(move |office, now| office.confirm_call(now, &actor, line, attempt, &id))?;
    let begun = Instant::now();
    loop {
        let asked = call.clone();
        match desk.with(move |office, _| office.confirmed(&asked))? {
            Confirmed::Placed(id) => {
                let line = format!("{}, confirmed by officer {officer}: call {id}", told(&call));
                return Ok(Answer::text(vec![line]));
            }
            Confirmed::Over => bail!(
                "attempt {attempt} at line {line} was over before its confirmation, or is refused for \
                 something else: `sallyport records` says what became of it"
            ),
            Confirmed::NotYet if begun.elapsed() > TAKES => bail!(
                "line {line} did not take the confirmation of attempt {attempt} in time; confirm it again \
                 if it waits still"
            ),
            Confirmed::NotYet => thread::sleep(LOOK_AGAIN),
        }
    }
}
