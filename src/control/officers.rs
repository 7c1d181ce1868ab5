//! Officers: where one is present, and which calls wait for one.

use super::{
    Answer, Desk,
    when::{Until, must_come},
    who,
};
use crate::records::moment;
use anyhow::bail;
use backoffice::{Confirmed, OfficerPlace, WaitingCall};
use serde::{Deserialize, Serialize};
use std::{
    thread,
    time::{Duration, Instant},
};
use types::{credential::ConfirmBy, id::LineId};

/// Said for longer, it would be forgotten that it was said.
const LONGEST_MS: i64 = 24 * 3600 * 1000;
/// A line takes an officer's word, and its call is admitted, within this time.
const TAKES: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ask {
    Present { group: String, until: Until },
    Gone { group: String },
    Places,
    Waiting,
    Confirm { line: u16, officer: String },
}

pub fn serve(desk: &Desk, ask: Ask, actor: String) -> anyhow::Result<Answer> {
    match ask {
        Ask::Present { group, until } => present(desk, group, &until, actor),
        Ask::Gone { group } => gone(desk, group, actor),
        Ask::Places => places(desk),
        Ask::Waiting => waiting(desk),
        Ask::Confirm { line, officer } => confirm(desk, LineId(line), officer, actor),
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
    let (name, places) = desk.with(move |office, now| {
        let group = office.group_named(&group)?;
        office.officer_present(now, &actor, group, Some(until))?;
        Ok((office.group_name(group)?, office.officer_places()?))
    })?;
    let until = moment(until, &desk.zone);
    let mut lines = vec![format!("an officer is present at {name} until {until}")];
    if !places
        .iter()
        .any(|place| place.needed && meet(&place.name, &name))
    {
        lines.push(format!(
            "nothing at {name} asks for an officer: calls are as before"
        ));
    }
    Ok(Answer::text(lines))
}

/// Whether one of two groups is the other, or a part of it.
fn meet(one: &str, other: &str) -> bool {
    let inside = |part: &str, whole: &str| {
        let rest = part.strip_prefix(whole);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    inside(one, other) || inside(other, one)
}

fn gone(desk: &Desk, group: String, actor: String) -> anyhow::Result<Answer> {
    let (was, name) = desk.with(move |office, now| {
        let group = office.group_named(&group)?;
        let was = office.officer_present(now, &actor, group, None)?;
        Ok((was, office.group_name(group)?))
    })?;
    if !was {
        bail!("no officer was said to be present at {name}");
    }
    Ok(Answer::text(vec![
        format!("no officer is present at {name} any more"),
        format!(
            "calls under way go on to the end that they had; `sallyport shutdown --group {name:?} --cut` \
             cuts them"
        ),
    ]))
}

fn places(desk: &Desk) -> anyhow::Result<Answer> {
    let (places, now) =
        desk.with(|office, now| Ok((office.officer_places()?, office.utc_ms(now))))?;
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
    let lines: Vec<String> = places.iter().filter_map(line).collect();
    Ok(Answer::text(match lines.is_empty() {
        true => vec!["no group asks for an officer, and none is present".to_owned()],
        false => lines,
    }))
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
    format!("line {} ({}): {caller} to {number}", call.line, call.phone)
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

fn confirm(desk: &Desk, line: LineId, officer: String, actor: String) -> anyhow::Result<Answer> {
    let id = officer.clone();
    let call = desk.with(move |office, now| office.confirm_call(now, &actor, line, &id))?;
    let begun = Instant::now();
    loop {
        let asked = call.clone();
        match desk.with(move |office, _| office.confirmed(&asked))? {
            Confirmed::Placed(id) => {
                let line = format!("{}, confirmed by officer {officer}: call {id}", told(&call));
                return Ok(Answer::text(vec![line]));
            }
            Confirmed::Over => bail!(
                "the call at line {line} was over before its confirmation, or is refused for something \
                 else: `sallyport records` says what became of it"
            ),
            Confirmed::NotYet if begun.elapsed() > TAKES => bail!(
                "line {line} did not take the confirmation in time; confirm the call again if it waits \
                 still"
            ),
            Confirmed::NotYet => thread::sleep(LOOK_AGAIN),
        }
    }
}
