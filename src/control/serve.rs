//! What each request does. Here it runs on the thread of whoever asks; only what is given to
//! [`Desk::with`] runs on the back office's.

use super::{Answer, Desk, Request, Whole, explain, export, people, when};
use crate::records;
use anyhow::{Context as _, anyhow, bail};
use backoffice::{Asking, BackOffice, RecordRange, Shut};
use types::{
    digits::Digits,
    id::{CallId, LineId},
};

/// Records of one page.
const PAGE: usize = 100;

/// `actor` is who asks, as the journal tells it.
pub fn serve(request: Request, desk: &Desk, actor: String) -> anyhow::Result<Answer> {
    match request {
        Request::Records { json, after } => records(desk, json, after.as_deref()),
        Request::Explain {
            line,
            inmate,
            number,
            at,
            json,
        } => {
            let dialed = Digits::parse(&number).filter(|digits| !digits.is_empty());
            let dialed = dialed.ok_or_else(|| not_keyed(&number))?;
            let keyed = call::as_keyed(&desk.shared.dial_plan, &dialed);
            let asking = Asking {
                line: LineId(line),
                inmate,
                dialed,
                number: keyed.ok_or_else(|| not_keyed(&number))?,
                at_utc_ms: at.map(|at| when::instant(&at, &desk.zone)).transpose()?,
            };
            let asked = asking.clone();
            let told = desk.with(move |office, now| office.explain(now, &asked))?;
            Ok(Answer::text(match json {
                true => vec![explain::json(&asking, &told, desk)],
                false => explain::words(&asking, &told, desk),
            }))
        }
        Request::Shutdown { what, cut } => shut_down(desk, what, cut, actor),
        Request::Resume { what } => resume(desk, what, actor),
        Request::Shutdowns => shutdowns(desk),
        Request::Import { rows, mode } => people::import(desk, rows, mode, actor),
        Request::ImportNote { note } => {
            desk.with(move |office, now| office.note_import(now, &actor, &note))?;
            Ok(Answer::default())
        }
        Request::Export { of, after } => export::page(desk, of, after),
        Request::ExplainCall { call, json } => {
            let id = call_id(&call)?;
            let record = desk.with(move |office, _| office.record(id))?;
            let record = record.ok_or_else(|| anyhow!("there is no call {call}"))?;
            Ok(Answer::text(match json {
                true => vec![records::json_line(&record)],
                false => explain::record(&record, desk),
            }))
        }
    }
}

/// What is called so, and how it is told.
fn named(office: &BackOffice, what: &Whole) -> Result<(Shut, String), backoffice::Error> {
    match what {
        Whole::Phone(name) => {
            let line = office.phone_named(name)?;
            Ok((Shut::Phone(line), told(office, Shut::Phone(line))?))
        }
        Whole::Group(name) => {
            let group = office.group_named(name)?;
            Ok((Shut::Group(group), told(office, Shut::Group(group))?))
        }
        Whole::Everything => Ok((Shut::Everything, told(office, Shut::Everything)?)),
    }
}

fn told(office: &BackOffice, what: Shut) -> Result<String, backoffice::Error> {
    Ok(match what {
        Shut::Phone(line) => format!("the phone of line {line}"),
        Shut::Group(group) => format!("group {}", office.group_name(group)?),
        Shut::Everything => "everything".to_owned(),
    })
}

fn shut_down(desk: &Desk, what: Whole, cut: bool, actor: String) -> anyhow::Result<Answer> {
    let line = desk.with(move |office, now| {
        let (what, name) = named(office, &what)?;
        let phones = office.shut_down(now, &actor, what, cut)?;
        let calls = match cut {
            true => "calls are cut",
            false => "calls go on to their ends",
        };
        let phones = match phones {
            1 => "1 phone".to_owned(),
            phones => format!("{phones} phones"),
        };
        Ok(format!("shut down: {name}, {phones}; {calls}"))
    })?;
    Ok(Answer::text(vec![line]))
}

fn resume(desk: &Desk, what: Whole, actor: String) -> anyhow::Result<Answer> {
    let lines = desk.with(move |office, now| {
        let (what, name) = named(office, &what)?;
        let mut lines = vec![match office.resume(now, &actor, what)? {
            true => format!("resumed: {name}"),
            false => format!("{name} was not shut down by this name"),
        }];
        for left in office.shutdowns()? {
            lines.push(format!("still shut down: {}", told(office, left.what)?));
        }
        Ok(lines)
    })?;
    Ok(Answer::text(lines))
}

fn shutdowns(desk: &Desk) -> anyhow::Result<Answer> {
    let all = desk.with(|office, _| {
        let all = office.shutdowns()?.into_iter();
        all.map(|shut| Ok((told(office, shut.what)?, shut.since_utc_ms, shut.actor)))
            .collect::<Result<Vec<_>, backoffice::Error>>()
    })?;
    let line = |(name, since, actor): &(String, i64, String)| {
        let since = records::moment(*since, &desk.zone);
        format!("shut down: {name}, since {since}, by {actor}")
    };
    let lines = match all.is_empty() {
        true => vec!["nothing is shut down".to_owned()],
        false => all.iter().map(line).collect(),
    };
    Ok(Answer::text(lines))
}

fn not_keyed(number: &str) -> anyhow::Error {
    anyhow!(
        "{number:?} is no number as it would be keyed at a phone: with its prefix (0, 1, 011), \
         or two digits of a speed dial"
    )
}

fn records(desk: &Desk, json: bool, after: Option<&str>) -> anyhow::Result<Answer> {
    let range = RecordRange {
        after: after.map(call_id).transpose()?,
        limit: PAGE,
        ..RecordRange::all()
    };
    let page = desk.with(move |office, _| office.records(&range))?;
    let more = (page.len() == PAGE).then(|| page.last().expect("a full page").call.to_string());
    let lines = page.iter().map(|record| match json {
        true => records::json_line(record),
        false => records::words(record, &desk.zone),
    });
    let lines = lines.collect();
    Ok(Answer { lines, more })
}

/// `7-42`: the site and the number of the call.
fn call_id(text: &str) -> anyhow::Result<CallId> {
    let wrong = || format!("{text:?} is no call: site and number, as in 7-42");
    let Some((site, sequence)) = text.split_once('-') else {
        bail!(wrong());
    };
    Ok(CallId {
        site: site.parse().with_context(wrong)?,
        sequence: sequence.parse().with_context(wrong)?,
    })
}
