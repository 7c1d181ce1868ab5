//! A decision in words: each table that was passed and what it said, what was decided, and what the
//! inmate hears.

use super::{Desk, treatment};
use crate::records::{
    self, blocked_words, check_words, finding_words, handling_words, length, moment, names,
    pattern_words, permit_words, recording_words, rfc3339, type_words,
};
use anyhow::{Context as _, bail};
use backoffice::{AllowanceOf, Asking, Class, DayKind, Explanation, LimitedBy, WhyOut};
use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone},
};
use serde_json::json;
use types::{
    call_record::CallRecord,
    disposition::Blocked,
    phone_number::{CallType, DialingPattern},
    prompt::Prompt,
    verdict::{Permit, RecordingRule, Trace},
};

/// The instant that an officer means: local time of the site, or one with its offset from UTC.
///
/// # Errors
/// What is no time, and what daylight saving leaves out.
pub fn instant(text: &str, zone: &TimeZone) -> anyhow::Result<i64> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant.as_millisecond());
    }
    let local: DateTime = text.parse().ok().with_context(|| {
        format!("{text:?} is no time: write date and time of the site, as in \"2026-11-24 09:30\"")
    })?;
    let times = zone.to_ambiguous_timestamp(local);
    if let AmbiguousOffset::Gap { .. } = times.offset() {
        bail!("{text}: the clock skips that time there, as daylight saving begins");
    }
    // What comes twice a year is meant for the first time.
    Ok(times.earlier()?.as_millisecond())
}

/// As an officer reads it.
pub fn words(asking: &Asking, told: &Explanation, desk: &Desk) -> Vec<String> {
    let mut lines = vec![
        format!("{}:", question(asking, told, &desk.zone)),
        String::new(),
    ];
    lines.extend(steps(&told.trace));
    lines.extend(told.allowance_of.as_ref().map(allowance_words));
    match &told.outcome {
        Ok(permit) => lines.extend(allowed(permit, told)),
        Err(Blocked::NotConfirmed) => lines.extend(waits(desk)),
        Err(blocked) => lines.extend(refused(*blocked, told.why_out, desk)),
    }
    let opens = told.opens_utc_ms.map(|at| moment(at, &desk.zone));
    lines.extend(opens.map(|at| format!("Such a call can be placed again from {at} on.")));
    lines
}

/// All else lets the call through.
fn waits(desk: &Desk) -> [String; 2] {
    let prompt = Prompt::OfficerMustConfirm;
    let heard = desk.shared.speech.words(desk.language, &prompt);
    [
        "Waits for an officer, and is refused if none confirms it in time (not-confirmed)."
            .to_owned(),
        format!("The inmate hears: \"{heard}\""),
    ]
}

/// The same of a call that was made.
pub fn record(record: &CallRecord, desk: &Desk) -> Vec<String> {
    let mut lines = vec![records::words(record, &desk.zone), String::new()];
    lines.extend(steps(&record.screening));
    if let Some(blocked) = record.blocked {
        lines.extend(refused(blocked, None, desk));
        return lines;
    }
    let limit = record.limit.map(length);
    lines.push(match (limit, record.recording) {
        (_, None) => "It came to no decision.".to_owned(),
        (None, _) => "Allowed, without a limit.".to_owned(),
        (Some(limit), _) => format!("Allowed, for {limit} at most."),
    });
    lines.extend(
        record
            .handling
            .map(|h| format!("Handled so: {}.", handling_words(h))),
    );
    let recording = record.recording.map(recording_words);
    lines.extend(recording.map(|words| format!("Recording: {words}.")));
    lines
}

/// As one line of JSON.
pub fn json(asking: &Asking, told: &Explanation, desk: &Desk) -> String {
    let permit = told.outcome.as_ref().ok();
    let blocked = told.outcome.as_ref().err().copied();
    let heard = blocked.map(call::refusal_prompt);
    let screening = told.trace.iter();
    let screening = screening.map(|step| {
        let check = names::check(step.check);
        format!("{check}:{}", names::finding(step.finding))
    });
    let line = json!({
        "at": rfc3339(told.at_utc_ms),
        "line": asking.line.0,
        "inmate": told.caller.as_ref().map(|(id, _)| id),
        "dialed": asking.dialed.as_str(),
        "number": told.number.map(|(number, ..)| number.to_string()),
        "pattern": told.number.map(|(_, pattern, _)| names::pattern(pattern)),
        "call_type": told.number.map(|(.., kind)| names::call_type(kind)),
        "screening": screening.collect::<Vec<_>>(),
        "allowed": permit.is_some(),
        "blocked": blocked.map(names::blocked),
        "prompt": heard.map(|prompt| speech::prompt_name(&prompt).replace('_', "-")),
        "heard": heard.map(|prompt| desk.shared.speech.words(desk.language, &prompt)),
        "limit_seconds": permit.and_then(|p| p.limit).map(|limit| limit.as_secs()),
        "limited_by": told.limited_by.map(limit_name),
        "handling": permit.map(|permit| names::handling(permit.handling)),
        "acceptance": permit.map(|permit| permit.acceptance),
        "outpulsed": permit.map(|permit| permit.routes.first().outpulse.as_str()),
        "routes": permit.map(routes_named),
        "recording": permit.map(|permit| match permit.recording {
            RecordingRule::Record => "record",
            RecordingRule::DoNotRecord => "do-not-record",
            RecordingRule::Privileged => "privileged",
        }),
        "opens": told.opens_utc_ms.map(rfc3339),
        "treatment": permit.map(|permit| permit.treatment.number),
        "allowance": told.allowance_of.as_ref().map(allowance_name),
    });
    line.to_string()
}

/// Whose allowance of calls, minutes and time between calls held for the inmate.
fn allowance_words(of: &AllowanceOf) -> String {
    let whose = match of {
        AllowanceOf::Inmate(_) => "the inmate's own".to_owned(),
        AllowanceOf::Class(class) => format!("that of inmate class {}", class.number()),
        AllowanceOf::Everybody => "that of the whole site".to_owned(),
        AllowanceOf::Numbers(pattern) => format!("that of the numbers {pattern}"),
    };
    format!("Allowance of calls and minutes: {whose}.")
}

fn allowance_name(of: &AllowanceOf) -> String {
    match of {
        AllowanceOf::Inmate(_) => "inmate".to_owned(),
        AllowanceOf::Class(class) => format!("class {}", class.number()),
        AllowanceOf::Everybody => "site".to_owned(),
        AllowanceOf::Numbers(pattern) => format!("numbers {pattern}"),
    }
}

fn question(asking: &Asking, told: &Explanation, zone: &TimeZone) -> String {
    let who = match &told.caller {
        Some((id, name)) => format!("{name} ({id})"),
        None => "Whoever calls".to_owned(),
    };
    let phone = match &told.phone {
        Some(phone) => format!("line {} ({})", asking.line, phone.name),
        None => format!("line {}, which is not entered", asking.line),
    };
    let number = match told.number {
        Some((number, pattern, kind)) => format!(" ({number}, {})", kinds(pattern, kind)),
        None => String::new(),
    };
    let at = moment(told.at_utc_ms, zone);
    format!("{who} dials {}{number} at {phone}, {at}", asking.dialed)
}

fn kinds(pattern: DialingPattern, kind: CallType) -> String {
    format!("{}, {}", pattern_words(pattern), type_words(kind))
}

fn steps(trace: &Trace) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, step) in trace.iter().enumerate() {
        let (check, finding) = (check_words(step.check), finding_words(step));
        lines.push(format!("{:>3}. {check} {finding}", at + 1));
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

fn refused(blocked: Blocked, why_out: Option<WhyOut>, desk: &Desk) -> [String; 2] {
    let prompt = call::refusal_prompt(blocked);
    let heard = desk.shared.speech.words(desk.language, &prompt);
    [
        format!(
            "Refused: {} ({}){}.",
            blocked_words(blocked),
            names::blocked(blocked),
            why_out.map_or("", out_words)
        ),
        format!("The inmate hears: \"{heard}\""),
    ]
}

fn allowed(permit: &Permit, told: &Explanation) -> Vec<String> {
    let limit = match (permit.limit, told.limited_by) {
        (None, _) => "Allowed, without a limit.".to_owned(),
        (Some(limit), None) => format!("Allowed, for {} at most.", length(limit)),
        (Some(limit), Some(by)) => {
            format!(
                "Allowed, for {} at most: {}.",
                length(limit),
                limit_words(by)
            )
        }
    };
    let mut lines = vec![limit, format!("Handled so: {}.", permit_words(permit))];
    lines.extend(ways(permit));
    lines.push(format!("Recording: {}.", recording_words(permit.recording)));
    lines.extend(treatment::words(&permit.treatment));
    lines
}

/// The ways out, in the order in which they are tried.
fn ways(permit: &Permit) -> impl Iterator<Item = String> {
    permit.routes.iter().enumerate().map(|(at, route)| {
        let start = match at {
            0 => "Dialed on the trunk",
            _ => "Where none of those is free",
        };
        let over = match (route.number, route.group) {
            (0, _) => String::new(),
            (number, None) => format!(" (route {number})"),
            (number, Some(group)) => format!(" (route {number}, trunk group {})", group.0),
        };
        format!("{start}: {}{over}.", route.outpulse)
    })
}

/// The numbers of the routes; none where the site has no routes.
fn routes_named(permit: &Permit) -> Vec<u16> {
    let numbers = permit.routes.iter().map(|route| route.number);
    numbers.filter(|number| *number != 0).collect()
}

fn limit_words(by: LimitedBy) -> String {
    match by {
        LimitedBy::Class { class, of_pin, day } => {
            let whose = if of_pin { "the PIN's" } else { "the phone's" };
            format!(
                "class {}, {whose}, {}",
                Class::number(class),
                day_words(day)
            )
        }
        LimitedBy::Default => "the site's default for calls without a duration".to_owned(),
        LimitedBy::Inmate => "the longest call of the inmate, or of the inmate's class".to_owned(),
        LimitedBy::Hours => {
            "the inmate's hours, the booked call, or the officer's presence end then".to_owned()
        }
        LimitedBy::Service => "the phone goes out of service then, by its schedule".to_owned(),
        LimitedBy::Number => "the number's record says so".to_owned(),
        LimitedBy::Treatment => "its call treatment says so".to_owned(),
        LimitedBy::InmateMinutes => "the inmate has no more minutes left".to_owned(),
        LimitedBy::NumberMinutes => "the number has no more minutes left".to_owned(),
    }
}

fn out_words(why: WhyOut) -> &'static str {
    match why {
        WhyOut::NotEntered => ": nobody has entered it",
        WhyOut::SwitchedOff => ": it is switched off in its settings",
        WhyOut::ShutDown => ": it is shut down; `sallyport shutdowns` says by whom",
        WhyOut::Schedule => ": its schedule says so",
    }
}

fn day_words(day: DayKind) -> &'static str {
    match day {
        DayKind::Weekday => "on a weekday",
        DayKind::Weekend => "at the weekend",
        DayKind::Holiday => "on a holiday",
    }
}

fn limit_name(by: LimitedBy) -> &'static str {
    match by {
        LimitedBy::Class { of_pin: true, .. } => "class-of-pin",
        LimitedBy::Class { of_pin: false, .. } => "class-of-phone",
        LimitedBy::Default => "default",
        LimitedBy::Inmate => "inmate",
        LimitedBy::Service => "service",
        LimitedBy::Hours => "hours",
        LimitedBy::Number => "number",
        LimitedBy::Treatment => "treatment",
        LimitedBy::InmateMinutes => "inmate-minutes",
        LimitedBy::NumberMinutes => "number-minutes",
    }
}
