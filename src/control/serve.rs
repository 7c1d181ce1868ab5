//! What each request does. Here it runs on the thread of whoever asks; only what is given to
//! [`Desk::with`] runs on the back office's.

use super::{
    Answer, Desk, Request, Whole, accounts, blocks, bookings, explain, export, inmates, journal,
    officers, people, registers, when,
};
use crate::records;
use anyhow::{Context as _, anyhow, bail};
use backoffice::{Asking, BackOffice, RecordRange, Shut};
use types::{
    call_record::CallRecord,
    digits::Digits,
    disposition::Blocked,
    id::{CallId, LineId},
    text::counted,
    verdict::Check,
};

/// Records of one page.
const PAGE: usize = 100;
/// Records that are gone back at once: of each its key alone is read.
const PORTION: usize = 1000;

/// `actor` is who asks, as the journal tells it.
pub fn serve(request: Request, desk: &Desk, actor: String) -> anyhow::Result<Answer> {
    match request {
        Request::Records { json, last, after } => records(desk, json, last, after.as_deref()),
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
        Request::Account { ask } => accounts::serve(desk, ask, actor),
        Request::Officer { ask } => officers::serve(desk, ask, actor),
        Request::Booking { ask } => bookings::serve(desk, ask, actor),
        Request::Block { ask } => blocks::serve(desk, ask, actor),
        Request::Register { of, what } => registers::serve(desk, of, what, actor),
        Request::Inmate { id, what } => inmates::serve(desk, id, what, actor),
        Request::Journal { json, from, after } => journal::page(desk, json, from, after.as_deref()),
        Request::Frequent(asked) => journal::frequent(desk, asked),
        Request::ExplainCall { call, json } => {
            let id = call_id(&call)?;
            let record = desk.with(move |office, _| office.record(id))?;
            let record = record.ok_or_else(|| anyhow!("there is no call {call}"))?;
            let since = since(desk, &record)?;
            Ok(Answer::text(match json {
                true => vec![explain::record_json(&record, &since, desk)?],
                false => explain::record(&record, &since, desk),
            }))
        }
    }
}

/// What is known now of a call that was made.
fn since(desk: &Desk, record: &CallRecord) -> anyhow::Result<explain::Since> {
    let mut steps = record.screening.iter();
    let registered = steps.any(|step| step.check == Check::InmateRegister);
    let allowance_of = match record.inmate.filter(|_| registered) {
        Some(inmate) => desk.with(move |office, now| office.allowance_of(now, inmate))?,
        None => None,
    };
    let locked_out = matches!(
        record.blocked,
        Some(
            Blocked::CallsUsedUp
                | Blocked::MinutesUsedUp
                | Blocked::TooSoon
                | Blocked::NumberUsedUp
        )
    );
    let dialed = Digits::parse(&record.dialed).filter(|_| locked_out);
    let keyed = dialed.and_then(|dialed| {
        let number = call::as_keyed(&desk.shared.dial_plan, &dialed)?;
        Some((dialed, number))
    });
    let Some((dialed, number)) = keyed else {
        return Ok(explain::Since {
            allowance_of,
            opens_utc_ms: None,
        });
    };
    let asking = Asking {
        line: record.line,
        inmate: record.inmate_id.clone(),
        dialed,
        number,
        at_utc_ms: None,
    };
    let told = desk.with(move |office, now| match office.explain(now, &asking) {
        Ok(told) => Ok(Some(told)),
        // Who has no PIN any more can place no such call; nor can anybody from a phone that is gone.
        Err(
            backoffice::Error::NoPinOf(_)
            | backoffice::Error::UnknownFacilityId
            | backoffice::Error::UnknownPhone(_),
        ) => Ok(None),
        Err(error) => Err(error),
    })?;
    Ok(explain::Since {
        allowance_of,
        opens_utc_ms: told.and_then(|told| told.opens_utc_ms),
    })
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
        let done = office.shut_down(now, &actor, what, cut)?;
        let (phones, calls) = (counted(done.phones, "phone"), counted(done.calls, "call"));
        Ok(match (done.already, cut) {
            (true, false) => Err(format!("{name} is shut down already")),
            (true, true) if done.calls == 0 => Err(format!(
                "{name} is shut down already, and no call is under way there"
            )),
            (true, true) => Ok(format!(
                "{name}, {phones}, was shut down already; {calls} cut"
            )),
            (false, true) => Ok(format!("shut down: {name}, {phones}; {calls} cut")),
            (false, false) => Ok(match done.calls {
                0 => format!("shut down: {name}, {phones}; no call is under way there"),
                1 => format!("shut down: {name}, {phones}; 1 call goes on to its end"),
                _ => format!("shut down: {name}, {phones}; {calls} go on to their ends"),
            }),
        })
    })?;
    match line {
        Ok(line) => Ok(Answer::text(vec![line])),
        Err(why) => bail!(why),
    }
}

fn resume(desk: &Desk, what: Whole, actor: String) -> anyhow::Result<Answer> {
    let lines = desk.with(move |office, now| {
        let (what, name) = named(office, &what)?;
        if !office.resume(now, &actor, what)? {
            let why =
                format!("{name} is not shut down by this name; `sallyport shutdowns` says what is");
            return Ok(Err(why));
        }
        let mut lines = vec![format!("resumed: {name}")];
        for left in office.shutdowns()? {
            lines.push(format!("still shut down: {}", told(office, left.what)?));
        }
        Ok(Ok(lines))
    })?;
    match lines {
        Ok(lines) => Ok(Answer::text(lines)),
        Err(why) => bail!(why),
    }
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

fn records(
    desk: &Desk,
    json: bool,
    last: Option<u64>,
    after: Option<&str>,
) -> anyhow::Result<Answer> {
    let after = match (after, last) {
        (Some(after), _) => Some(call_id(after)?),
        (None, Some(last)) => before_the_last(desk, last)?,
        (None, None) => None,
    };
    let range = RecordRange {
        after,
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

/// The record before so many at the end; none where there are no more. The lines wait for a portion at
/// a time.
fn before_the_last(desk: &Desk, last: u64) -> anyhow::Result<Option<CallId>> {
    let (mut at, mut left) = (None, last.saturating_add(1));
    while left > 0 {
        let steps = usize::try_from(left).unwrap_or(PORTION).min(PORTION);
        let gone;
        (at, gone) = desk.with(move |office, _| office.records_back(at, steps))?;
        if gone < steps {
            return Ok(None);
        }
        left -= gone as u64;
    }
    Ok(at)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{demo::site_text, site::Site};
    use backoffice::RegisterOf;
    use types::{
        credential::Credential,
        id::InmateId,
        query::{Admission, Asked, OfficerWord, Query},
        secret::Secret,
    };

    /// The sample, where each inmate has a call a day.
    fn desk(directory: &std::path::Path) -> Desk {
        let text = site_text(8).replacen("[defaults]\n", "[defaults]\ncalls_per_day = 1\n", 1);
        let site = Site::parse(&text, &directory.join("site.toml")).expect("a site");
        std::fs::create_dir_all(&site.data).expect("a directory");
        Desk::here(&site, slog::Logger::root(slog::Discard, slog::o!())).expect("a database")
    }

    /// A call of the first inmate's, who has had one today: refused.
    fn refused(desk: &Desk) -> String {
        let dialed = Digits::parse("02155550142").expect("digits");
        let number = call::as_keyed(&desk.shared.dial_plan, &dialed).expect("a number");
        let made = desk.with(move |office, now| {
            office.adjust_register(
                now,
                "warden",
                RegisterOf::Inmate(InmateId(1)),
                -1,
                0,
                "used",
            )?;
            let query = Query::Admit(Admission {
                off_hook_at: now,
                credential: Some(Credential::Pin(Secret::new(
                    Digits::parse("482915").expect("digits"),
                ))),
                officer: OfficerWord::NotAsked,
                dialed,
                number,
            });
            office.answer(now, &[(LineId(1), Asked { number: 1, query })]);
            office.records(&RecordRange::all())
        });
        let made = made.expect("works");
        assert_eq!(made[0].blocked, Some(Blocked::CallsUsedUp));
        made[0].call.to_string()
    }

    #[test]
    fn the_last_records_are_as_many_as_are_asked_for_oldest_first() {
        let directory = tempfile::tempdir().expect("a directory");
        let desk = desk(directory.path());
        let calls = desk.with(|office, now| {
            let dialed = Digits::parse("02155550142").expect("digits");
            let ask = |line| {
                let query = Query::Admit(Admission {
                    off_hook_at: now,
                    credential: None,
                    officer: OfficerWord::NotAsked,
                    dialed,
                    number: types::query::DialedOrSpeed::Speed(1),
                });
                (LineId(line), Asked { number: 1, query })
            };
            let all: Vec<_> = (1..=8).map(ask).collect();
            office.answer(now, &all);
            office.records(&RecordRange::all())
        });
        let calls: Vec<String> = calls
            .expect("reads")
            .iter()
            .map(|record| record.call.to_string())
            .collect();
        assert_eq!(calls.len(), 8);
        for last in [1, 3, 7, 8, 9, u64::MAX] {
            let request = Request::Records {
                json: true,
                last: Some(last),
                after: None,
            };
            let told = serve(request, &desk, "warden".to_owned()).expect("is told");
            let told: Vec<String> = told
                .lines
                .iter()
                .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("an object"))
                .map(|record| record["call_id"].as_str().expect("a call").to_owned())
                .collect();
            let first = calls
                .len()
                .saturating_sub(usize::try_from(last).unwrap_or(usize::MAX));
            assert_eq!(told, calls[first..], "the last {last}");
        }
    }

    #[test]
    fn explain_of_a_call_that_was_made_says_whose_allowance_it_is_and_when_calls_open_again() {
        let directory = tempfile::tempdir().expect("a directory");
        let desk = desk(directory.path());
        let call = refused(&desk);
        let told = |json| {
            let call = call.clone();
            let request = Request::ExplainCall { call, json };
            serve(request, &desk, "warden".to_owned()).expect("is told")
        };
        let words = told(false).lines.join("\n");
        let allowance = "Allowance of calls and minutes: that of the whole site.\n";
        assert!(words.contains(allowance), "{words}");
        let opens = "\nSuch a call can be placed again from ";
        assert!(words.contains(opens), "{words}");
        let line = told(true).lines.remove(0);
        let told: serde_json::Value = serde_json::from_str(&line).expect("an object");
        assert_eq!(told["call_id"], *call);
        assert_eq!(told["allowance"], "site");
        assert_eq!(told["prompt"], "calls-used-up");
        assert!(
            told["heard"]
                .as_str()
                .is_some_and(|heard| !heard.is_empty())
        );
        let opens = told["opens"].as_str().expect("an instant");
        assert!(
            opens > told["started_at"].as_str().expect("a start"),
            "{told}"
        );
    }
}
