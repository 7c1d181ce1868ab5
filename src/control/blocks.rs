//! What is blocked or rests, and its lifting.

use super::{Answer, Desk, inmate_of, known_as};
use crate::records::moment;
use anyhow::{Context as _, bail};
use backoffice::{BackOffice, Error, RestOf};
use serde::{Deserialize, Serialize};
use types::{
    disposition::FraudKind,
    id::{InmateId, LineId},
    phone_number::PhoneNumber,
};

/// Entries of one page.
const PAGE: usize = 200;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ask {
    List { after: Option<String> },
    Lift(Lift),
}

/// Of what.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lift {
    /// A number that is blocked for the fraud on calls to it.
    Fraud(String),
    /// What a called party refuses: calls of one inmate, or of every one.
    CalledParty {
        number: String,
        inmate: Option<String>,
    },
    /// A phone that rests after wrong guesses.
    Phone(String),
    /// An inmate's PIN or passcode that rests after them.
    Guesses(String),
}

pub fn serve(desk: &Desk, ask: Ask, actor: String) -> anyhow::Result<Answer> {
    match ask {
        Ask::List { after } => list(desk, after.as_deref()),
        Ask::Lift(what) => lift(desk, what, actor),
    }
}

fn lift(desk: &Desk, what: Lift, actor: String) -> anyhow::Result<Answer> {
    let (was, line) = desk.with(move |office, now| match what {
        Lift::Fraud(number) => {
            let was = office.lift_number_block(now, &actor, &number)?;
            Ok((was, fraud_lifted(&number, was)))
        }
        Lift::CalledParty { number, inmate } => {
            let of = inmate.as_ref().map(|id| inmate_of(office, id));
            let of = of.transpose()?;
            let was = office.lift_called_party_block(now, &actor, &number, of)?;
            let told = called_party_lifted(&number, inmate.as_deref(), was);
            Ok((was, told))
        }
        Lift::Phone(name) => {
            let line = office.phone_named(&name)?;
            let was = office.lift_phone_rest(now, &actor, line)?;
            Ok((was, rest_lifted(&format!("the phone of line {line}"), was)))
        }
        Lift::Guesses(id) => {
            let inmate = inmate_of(office, &id)?;
            let was = office.lift_pin_rest(now, &actor, inmate)?;
            Ok((was, rest_lifted(&format!("PIN and passcode of {id}"), was)))
        }
    })?;
    match was {
        true => Ok(Answer::text(vec![line])),
        false => bail!(line),
    }
}

fn fraud_lifted(number: &str, was: bool) -> String {
    match was {
        true => format!("lifted: {number} is not blocked for fraud, and what counted is forgotten"),
        false => format!("{number} is not blocked for fraud, and nothing counts for it"),
    }
}

fn called_party_lifted(number: &str, inmate: Option<&str>, was: bool) -> String {
    let whose = inmate.map_or_else(|| "every inmate".to_owned(), |id| format!("inmate {id}"));
    match was {
        true => format!("lifted: {number} may be called again by {whose}"),
        false => format!(
            "the party at {number} has not refused the calls of {whose}; `sallyport block list` says whose"
        ),
    }
}

fn rest_lifted(what: &str, was: bool) -> String {
    match was {
        true => format!("lifted: the rest of {what}; wrong guesses are forgotten"),
        false => format!("no wrong guesses count for {what}"),
    }
}

/// Where a page begins: in which of the lists, and after what.
#[derive(Clone, Debug, Serialize, Deserialize)]
enum Place {
    Fraud(Option<String>),
    /// Whose calls are refused; none is every inmate's.
    CalledParty(Option<(Option<u32>, String)>),
    Phone(Option<u16>),
    Pin(u32),
    Passcode(u32),
}

impl Place {
    fn told(&self) -> String {
        serde_json::to_string(self).expect("a place is text")
    }
}

fn list(desk: &Desk, after: Option<&str>) -> anyhow::Result<Answer> {
    let wrong = || format!("{after:?} is no place in what is blocked");
    let place = after.map_or(Ok(Place::Fraud(None)), serde_json::from_str);
    match place.with_context(wrong)? {
        Place::Fraud(after) => fraud(desk, number(after).with_context(wrong)?),
        Place::CalledParty(None) => called_party(desk, None),
        Place::CalledParty(Some((inmate, last))) => {
            let last = PhoneNumber::parse(&last).with_context(wrong)?;
            called_party(desk, Some((inmate.map(InmateId), last)))
        }
        Place::Phone(after) => rests(desk, after.map(|line| RestOf::Phone(LineId(line)))),
        Place::Pin(after) => rests(desk, Some(RestOf::Pin(InmateId(after)))),
        Place::Passcode(after) => rests(desk, Some(RestOf::Passcode(InmateId(after)))),
    }
}

fn number(text: Option<String>) -> Option<Option<PhoneNumber>> {
    match text {
        None => Some(None),
        Some(text) => PhoneNumber::parse(&text).map(Some),
    }
}

fn fraud(desk: &Desk, after: Option<PhoneNumber>) -> anyhow::Result<Answer> {
    let page = desk.with(move |office, now| office.fraud_on_numbers(now, after, PAGE))?;
    let next = match page.last() {
        Some(last) if page.len() == PAGE => Place::Fraud(Some(last.number.to_string())),
        _ => Place::CalledParty(None),
    };
    let line = |number: &backoffice::NumberFraud| {
        let block = number.block?;
        let why = match block.kind {
            FraudKind::ThreeWay => "third parties",
            FraudKind::ExtraDigits => "keys pressed in calls",
        };
        let until = block.until.map_or_else(
            || "until it is lifted".to_owned(),
            |until| format!("until {}", moment(until, &desk.zone)),
        );
        let (number, since) = (number.number, moment(block.from, &desk.zone));
        Some(format!(
            "fraud: {number} is blocked for {why}, since {since}, {until}"
        ))
    };
    Ok(Answer {
        lines: page.iter().filter_map(line).collect(),
        more: Some(next.told()),
    })
}

fn called_party(
    desk: &Desk,
    after: Option<(Option<InmateId>, PhoneNumber)>,
) -> anyhow::Result<Answer> {
    let page = desk.with(move |office, _| {
        let page = office.called_party_blocks(after, PAGE)?.into_iter();
        let named = page.map(|block| {
            let whose = block
                .inmate
                .map(|inmate| known_as(office, inmate))
                .transpose()?;
            Ok((block, whose))
        });
        named.collect::<Result<Vec<_>, Error>>()
    })?;
    let next = match page.last() {
        Some((last, _)) if page.len() == PAGE => {
            let inmate = last.inmate.map(|inmate| inmate.0);
            Place::CalledParty(Some((inmate, last.number.to_string())))
        }
        _ => Place::Phone(None),
    };
    let lines = page.iter().map(|(block, whose)| {
        let whose = whose.as_deref().unwrap_or("every inmate");
        let (number, call) = (block.number, block.call);
        let since = moment(block.utc_ms, &desk.zone);
        format!("called party: {number} refuses calls of {whose}, since {since}, call {call}")
    });
    Ok(Answer {
        lines: lines.collect(),
        more: Some(next.told()),
    })
}

fn rests(desk: &Desk, after: Option<RestOf>) -> anyhow::Result<Answer> {
    let page = desk.with(move |office, now| {
        let page = office.rests(now, after, PAGE)?.into_iter();
        let named = page.map(|rest| Ok((rest, resting(office, rest.of)?)));
        named.collect::<Result<Vec<_>, Error>>()
    })?;
    let last = page.last().filter(|_| page.len() == PAGE);
    let more = last.map(|(last, _)| match last.of {
        RestOf::Phone(line) => Place::Phone(Some(line.0)).told(),
        RestOf::Pin(inmate) => Place::Pin(inmate.0).told(),
        RestOf::Passcode(inmate) => Place::Passcode(inmate.0).told(),
    });
    let lines = page.iter().filter_map(|(rest, what)| {
        let until = moment(rest.until_utc_ms?, &desk.zone);
        Some(format!("wrong guesses: {what} rests until {until}"))
    });
    let lines = lines.collect();
    Ok(Answer { lines, more })
}

fn resting(office: &BackOffice, of: RestOf) -> Result<String, Error> {
    Ok(match of {
        RestOf::Phone(line) => format!("the phone of line {line}"),
        RestOf::Pin(inmate) => format!("the PIN of {}", known_as(office, inmate)?),
        RestOf::Passcode(inmate) => format!("the passcode of {}", known_as(office, inmate)?),
    })
}
