//! A decision in words: each table that was passed and what it said, what was decided, and what the
//! inmate hears.

use super::{Desk, treatment};
use crate::records::{
    self, blocked_words, check_words, finding_words, handling_words, length, moment, names,
    pattern_words, permit_words, recording_words, rfc3339, type_words,
};
use backoffice::{AllowanceOf, Asking, Class, DayKind, Explanation, LimitedBy, WhyOut};
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use types::{
    call_record::CallRecord,
    disposition::Blocked,
    language::Language,
    phone_number::{CallType, DialingPattern},
    prompt::Prompt,
    settings::Warnings,
    verdict::{Permit, RecordingRule, Trace},
};

/// As an officer reads it.
pub fn words(asking: &Asking, told: &Explanation, desk: &Desk) -> Vec<String> {
    let mut lines = vec![
        format!("{}:", question(asking, told, &desk.zone)),
        String::new(),
    ];
    lines.extend(steps(&told.trace, told.outcome.as_ref().err().copied()));
    lines.extend(told.allowance_of.as_ref().map(allowance_words));
    match &told.outcome {
        Ok(permit) => lines.extend(allowed(permit, told)),
        Err(blocked) => {
            lines.push(match blocked {
                Blocked::NotConfirmed => WAITS.to_owned(),
                blocked => refused(*blocked, told.why_out),
            });
            lines.push(hears(&would_hear(*blocked), told.language, desk));
        }
    }
    lines.extend(told.opens_utc_ms.map(|at| opens_words(at, desk)));
    lines
}

/// All else lets the call through.
const WAITS: &str = "Waits for an officer, and is refused if none confirms it in time.";

/// What the inmate of a call that would be made hears: who needs an officer waits for one first.
fn would_hear(blocked: Blocked) -> Prompt {
    match blocked {
        Blocked::NotConfirmed => Prompt::OfficerMustConfirm,
        blocked => Prompt::of_refusal(blocked),
    }
}

fn hears(prompt: &Prompt, language: Option<Language>, desk: &Desk) -> String {
    let heard = heard(prompt, language, desk);
    match language.filter(|language| *language != desk.language) {
        Some(language) => format!("The inmate hears ({language}): \"{heard}\""),
        None => format!("The inmate hears: \"{heard}\""),
    }
}

fn heard(prompt: &Prompt, language: Option<Language>, desk: &Desk) -> String {
    let language = language.unwrap_or(desk.language);
    desk.shared.speech.words(language, prompt)
}

fn opens_words(utc_ms: i64, desk: &Desk) -> String {
    let at = moment(utc_ms, &desk.zone);
    format!("Such a call can be placed again from {at} on.")
}

/// What of a call that was made is as it is now, not as it was: registers keep no past.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Since {
    /// Whose allowance holds for the inmate, where it was looked at.
    pub allowance_of: Option<AllowanceOf>,
    /// When a lockout register that refused the call lets one through again.
    pub opens_utc_ms: Option<i64>,
}

/// The same of a call that was made.
pub fn record(record: &CallRecord, since: &Since, desk: &Desk) -> Vec<String> {
    let mut lines = vec![records::words(record, &desk.zone), String::new()];
    lines.extend(steps(&record.screening, record.blocked));
    lines.extend(since.allowance_of.as_ref().map(allowance_words));
    if let Some(blocked) = record.blocked {
        lines.push(refused(blocked, None));
        let prompt = Prompt::of_refusal(blocked);
        lines.push(hears(&prompt, record.language, desk));
        lines.extend(since.opens_utc_ms.map(|at| opens_words(at, desk)));
        return lines;
    }
    let limit = record.limit.map(length);
    lines.push(match (limit, record.recording) {
        (_, None) => "It came to no decision.".to_owned(),
        (None, _) => "Allowed, without a limit of its own.".to_owned(),
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

/// The same of a call that was made, as one line of JSON: its record, and what is beyond it.
pub fn record_json(record: &CallRecord, since: &Since, desk: &Desk) -> anyhow::Result<String> {
    let mut line: Map<String, Value> = serde_json::from_str(&records::json_line(record))?;
    let prompt = record.blocked.map(Prompt::of_refusal);
    let heard = prompt.map(|prompt| heard(&prompt, record.language, desk));
    for (key, value) in [
        ("prompt", json!(prompt.map(prompt_name))),
        ("heard", json!(heard)),
        ("opens", json!(since.opens_utc_ms.map(rfc3339))),
        (
            "allowance",
            json!(since.allowance_of.as_ref().map(allowance_name)),
        ),
    ] {
        line.insert(key.to_owned(), value);
    }
    Ok(serde_json::to_string(&line)?)
}

fn prompt_name(prompt: Prompt) -> String {
    speech::prompt_name(&prompt).replace('_', "-")
}

/// As one line of JSON.
pub fn json(asking: &Asking, told: &Explanation, desk: &Desk) -> String {
    let permit = told.outcome.as_ref().ok();
    let blocked = told.outcome.as_ref().err().copied();
    let prompt = blocked.map(would_hear);
    let waits = blocked == Some(Blocked::NotConfirmed);
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
        "blocked": blocked.filter(|_| !waits).map(names::blocked),
        "waits_for": waits.then_some("officer"),
        "prompt": prompt.map(prompt_name),
        "heard": prompt.map(|prompt| heard(&prompt, told.language, desk)),
        "limit_seconds": permit.and_then(|p| p.limit).map(|limit| limit.as_secs()),
        "limited_by": told.limited_by.map(limit_name),
        "warned": permit.map(|permit| [
            ("two-minutes", permit.warnings.two_minutes),
            ("one-minute", permit.warnings.one_minute),
        ].into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect::<Vec<_>>()),
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
    let phone = format!("line {} ({})", asking.line, told.phone.name);
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

fn steps(trace: &Trace, blocked: Option<Blocked>) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, step) in trace.iter().enumerate() {
        let (check, finding) = (check_words(step.check), finding_words(step, blocked));
        lines.push(format!("{:>3}. {check} {finding}", at + 1));
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

fn refused(blocked: Blocked, why_out: Option<WhyOut>) -> String {
    format!(
        "Refused: {} ({}){}.",
        blocked_words(blocked),
        names::blocked(blocked),
        why_out.map_or("", out_words)
    )
}

fn allowed(permit: &Permit, told: &Explanation) -> Vec<String> {
    let limit = match (permit.limit, told.limited_by) {
        (None, _) => format!(
            "Allowed, without a limit of its own: no call at this site lasts longer than {}.",
            length(told.hard_limit)
        ),
        (Some(limit), None) => format!("Allowed, for {} at most.", length(limit)),
        (Some(limit), Some(by)) => {
            format!(
                "Allowed, for {} at most: {}.",
                length(limit),
                limit_words(by)
            )
        }
    };
    let mut lines = vec![limit];
    lines.extend(warnings(permit.warnings));
    lines.extend([format!("Handled so: {}.", permit_words(permit))]);
    lines.extend(ways(permit));
    lines.push(format!("Recording: {}.", recording_words(permit.recording)));
    lines.extend(treatment::words(&permit.treatment));
    lines
}

fn warnings(warnings: Warnings) -> Option<String> {
    let when = match (warnings.two_minutes, warnings.one_minute) {
        (false, false) => return None,
        (true, false) => "two minutes",
        (false, true) => "one minute",
        (true, true) => "two minutes and one minute",
    };
    Some(format!("Both parties are warned {when} before its end."))
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
        LimitedBy::HardLimit => "no call at this site lasts longer".to_owned(),
    }
}

fn out_words(why: WhyOut) -> &'static str {
    match why {
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
        LimitedBy::HardLimit => "hard-limit",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use types::verdict::{Check, Finding, Step};

    #[test]
    fn whose_further_calls_the_called_party_refused_is_told() {
        let step = Step {
            check: Check::CalledParty,
            finding: Finding::Yes,
        };
        let trace: Trace = [step].into_iter().collect();
        for (blocked, told) in [
            (
                Blocked::CalledPartyBlocksInmate,
                "further calls? yes, all of this inmate",
            ),
            (
                Blocked::CalledPartyBlocksFacility,
                "further calls? yes, all from the facility",
            ),
        ] {
            let lines = steps(&trace, Some(blocked));
            assert!(lines[0].contains(told), "{lines:?}");
        }
    }
}
