//! Lockout registers: what is used and left, and giving, taking and forgetting.

use super::{Answer, Desk, inmate_of, known_as};
use crate::records::{length, moment};
use anyhow::bail;
use backoffice::{AllowanceOf, BackOffice, Error, Period, RegisterOf, RegisterState};
use serde::{Deserialize, Serialize};
use types::{phone_number::PhoneNumber, tick::Ticks};

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
    let mut lines = vec![format!("register of {name}: {}", allowance(of, &state))];
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
    let sign = if used.ticks < 0 { "-" } else { "" };
    let talk = length(Ticks(used.ticks.unsigned_abs()));
    let calls = match used.calls {
        1 => "1 call".to_owned(),
        calls => format!("{calls} calls"),
    };
    format!("{calls}, {calls_left}; {sign}{talk}, {talk_left}")
}
