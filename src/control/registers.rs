//! Lockout registers: what is used and left, and giving, taking and forgetting.

use super::{Answer, Desk, inmate_of, known_as};
use crate::records::{length, moment};
use anyhow::bail;
use backoffice::{AllowanceOf, BackOffice, Error, Period, Periods, RegisterOf, RegisterState};
use serde::{Deserialize, Serialize};
use types::{phone_number::PhoneNumber, text::counted, tick::Ticks};

/// Whose register.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whose {
    Inmate(String),
    /// Of all callers of the number.
    Number(String),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    Show,
    /// Given; less than nothing takes away.
    Adjust {
        calls: i32,
        seconds: i32,
        note: String,
    },
    Reset,
}

/// A register, and whose it is in words.
type Shown = (String, RegisterOf, RegisterState);

pub fn serve(desk: &Desk, whose: Whose, what: What, actor: String) -> anyhow::Result<Answer> {
    let adjusted = match &what {
        What::Adjust { calls, seconds, .. } => Some((*calls, *seconds)),
        What::Show | What::Reset => None,
    };
    let (done, (name, of, state), now) = desk.with(move |office, now| {
        let (name, of) = named(office, &whose)?;
        let done = match what {
            What::Show => true,
            What::Adjust {
                calls,
                seconds,
                note,
            } => {
                office.adjust_register(now, &actor, of, calls, seconds, &note)?;
                true
            }
            What::Reset => office.reset_register(now, &actor, of)?,
        };
        let shown: Shown = (name, of, office.register(now, of)?);
        Ok((done, shown, office.utc_ms(now)))
    })?;
    if !done {
        bail!("nothing is counted in the register of {name}: nothing was changed");
    }
    let mut lines = Vec::new();
    if let Some((calls, seconds)) = adjusted {
        lines.push(format!("{name}: {}", given(calls, seconds)));
        lines.extend(limits_nothing(calls, seconds, &state));
    }
    lines.push(format!("register of {name}: {}", allowance(of, &state)));
    for (period, called) in [
        (Period::Day, "day"),
        (Period::Week, "week"),
        (Period::Month, "month"),
    ] {
        lines.push(format!("  {called}: {}", used(&state, period)));
    }
    if let Some(seconds) = state.allowance.between_seconds {
        let between = length(Ticks::secs(u64::from(seconds)));
        lines.push(format!("  between two calls: {between}"));
    }
    let last = state.last_ended_utc_ms.map(|at| moment(at, &desk.zone));
    lines.extend(last.map(|last| format!("  last call ended: {last}")));
    lines.push(match state.opens_utc_ms {
        Some(at) if at <= now => "  a call is let through now".to_owned(),
        Some(at) => format!("  a call is let through from {} on", moment(at, &desk.zone)),
        None => "  no call is let through before calls or minutes are given".to_owned(),
    });
    Ok(Answer::text(lines))
}

fn named(office: &BackOffice, whose: &Whose) -> Result<(String, RegisterOf), Error> {
    match whose {
        Whose::Inmate(id) => {
            let inmate = inmate_of(office, id)?;
            Ok((known_as(office, inmate)?, RegisterOf::Inmate(inmate)))
        }
        Whose::Number(text) => {
            let number = PhoneNumber::parse(text).ok_or_else(|| Error::NotANumber(text.clone()))?;
            Ok((
                format!("all callers of {number}"),
                RegisterOf::Number(number),
            ))
        }
    }
}

fn allowance(of: RegisterOf, state: &RegisterState) -> String {
    match (of, &state.allowance_of) {
        (RegisterOf::Number(_), _) if state.allowance.is_boundless() => {
            "no allowance limits it".to_owned()
        }
        (RegisterOf::Number(_), _) => "limited by the number's allowance".to_owned(),
        (RegisterOf::Inmate(_), None) => "no allowance limits it".to_owned(),
        (RegisterOf::Inmate(_), Some(of)) => match of {
            AllowanceOf::Inmate(_) => "limited by the inmate's own allowance".to_owned(),
            AllowanceOf::Class(class) => {
                format!(
                    "limited by the allowance of inmate class {}",
                    class.number()
                )
            }
            AllowanceOf::Everybody => "limited by the allowance of the whole site".to_owned(),
            AllowanceOf::Numbers(pattern) => format!("limited by the allowance of {pattern}"),
        },
    }
}

/// What an adjustment did.
fn given(calls: i32, seconds: i32) -> String {
    let minutes = seconds / 60;
    let told = [(calls, "call"), (minutes, "minute")].map(|(count, one)| {
        let done = if count < 0 { "charged" } else { "given back" };
        (count != 0).then(|| format!("{} {done}", counted(count.unsigned_abs(), one)))
    });
    told.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Of what was given or charged no limit holds.
fn limits_nothing(calls: i32, seconds: i32, state: &RegisterState) -> Option<String> {
    let without = |limits: &Periods<Option<u32>>| {
        [limits.day, limits.week, limits.month]
            .iter()
            .all(Option::is_none)
    };
    let allowance = &state.allowance;
    let calls = (calls != 0 && without(&allowance.calls)).then_some("calls");
    let minutes = (seconds != 0 && without(&allowance.minutes)).then_some("minutes");
    let of: Vec<&str> = calls.into_iter().chain(minutes).collect();
    (!of.is_empty()).then(|| {
        format!(
            "note: no allowance of {} holds here: it counts for nothing before there is one",
            of.join(" or ")
        )
    })
}

fn used(state: &RegisterState, period: Period) -> String {
    let used = state.used.of(period);
    let calls_left = match state.calls_left.of(period) {
        None => "no limit".to_owned(),
        Some(left) => format!("{left} left"),
    };
    let talk_left = match state.talk_left.of(period) {
        None => "no limit".to_owned(),
        Some(left) => format!("{} left", length(*left)),
    };
    // More was given than is used.
    let given = |less: bool| if less { " given back" } else { "" };
    let talk = length(Ticks(used.ticks.unsigned_abs()));
    let talk = format!("{talk}{}", given(used.ticks < 0));
    let calls = counted(used.calls.unsigned_abs(), "call");
    let calls = format!("{calls}{}", given(used.calls < 0));
    format!("{calls}, {calls_left}; {talk}, {talk_left}")
}
