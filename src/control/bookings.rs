//! Booked calls.

use super::{
    Answer, Desk, inmate_of, known_as,
    when::{Until, instant, must_come},
    who,
};
use crate::records::moment;
use anyhow::{Context as _, anyhow, bail};
use backoffice::{BackOffice, BookedCall, Booking, Error};
use serde::{Deserialize, Serialize};
use types::{id::InmateId, phone_number::PhoneNumber, tick::Tick};

/// Bookings of one page; an inmate has no more.
const PAGE: usize = 100;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ask {
    Add {
        inmate: String,
        /// None is any number.
        number: Option<String>,
        /// None is from now on.
        from: Option<String>,
        until: Until,
        note: String,
    },
    Cancel {
        inmate: String,
        booking: u32,
    },
    List {
        inmate: Option<String>,
        after: Option<String>,
    },
}

pub fn serve(desk: &Desk, ask: Ask, actor: String) -> anyhow::Result<Answer> {
    match ask {
        Ask::Add {
            inmate,
            number,
            from,
            until,
            note,
        } => {
            let now = desk.utc_ms()?;
            let from = from.map(|from| instant(&from, &desk.zone)).transpose()?;
            let from = from.unwrap_or(now);
            let until = until.instant(from, &desk.zone)?;
            if until <= from {
                let (from, until) = (moment(from, &desk.zone), moment(until, &desk.zone));
                bail!("the booked call ends, {until}, not after it begins, {from}");
            }
            must_come(until, now, &desk.zone).context("the end of the booked call")?;
            let booking = Booking {
                from_utc_ms: from,
                to_utc_ms: until,
                number,
                note,
            };
            add(desk, inmate, booking, actor)
        }
        Ask::Cancel { inmate, booking } => cancel(desk, inmate, booking, actor),
        Ask::List { inmate, after } => list(desk, inmate, after.as_deref()),
    }
}

fn add(desk: &Desk, inmate: String, booking: Booking, actor: String) -> anyhow::Result<Answer> {
    let (booked, notes) = desk.with(move |office, now| {
        let inmate = inmate_of(office, &inmate)?;
        let id = office.book_call(now, &actor, inmate, &booking)?;
        let all = office.booked_calls(Some(inmate), None, PAGE)?;
        let notes = notes(office, now, inmate, booking.number.as_deref())?;
        Ok((all.into_iter().find(|booked| booked.id == id), notes))
    })?;
    let booked = booked.ok_or_else(|| anyhow!("the booked call is gone again"))?;
    let mut lines = vec![format!("booked as {}", words(&booked, desk))];
    lines.extend(notes);
    Ok(Answer::text(lines))
}

/// Why a booking may not do what is expected of it. It is taken all the same: the officer may know
/// more.
fn notes(
    office: &BackOffice,
    now: Tick,
    inmate: InmateId,
    number: Option<&str>,
) -> Result<Vec<String>, Error> {
    let mut notes = Vec::new();
    if !office.has_booked_calls_only(now, inmate)? {
        let name = known_as(office, inmate)?;
        notes.push(format!(
            "note: {name} may call without a booking too: this one changes nothing while that is so"
        ));
    }
    if let Some(number) = number.and_then(PhoneNumber::parse)
        && let Some(pattern) = office.restricted_by(&number)?
    {
        notes.push(format!(
            "note: {number} is restricted for everybody (by {pattern}), and a booking lets no such call \
             through; `sallyport explain` says what becomes of one"
        ));
    }
    Ok(notes)
}

fn cancel(desk: &Desk, inmate: String, booking: u32, actor: String) -> anyhow::Result<Answer> {
    let id = inmate.clone();
    let was = desk.with(move |office, now| {
        let inmate = inmate_of(office, &inmate)?;
        office.cancel_booking(now, &actor, inmate, booking)
    })?;
    match was {
        true => Ok(Answer::text(vec![format!(
            "cancelled: booking {booking} of {id}"
        )])),
        false => {
            bail!("{id} has no booking {booking}: `sallyport booking list` says which there are")
        }
    }
}

fn list(desk: &Desk, inmate: Option<String>, after: Option<&str>) -> anyhow::Result<Answer> {
    let of_one = inmate.is_some();
    let after = after.map(place).transpose()?;
    let (page, now) = desk.with(move |office, now| {
        let inmate = inmate.map(|id| inmate_of(office, &id)).transpose()?;
        Ok((
            office.booked_calls(inmate, after, PAGE)?,
            office.utc_ms(now),
        ))
    })?;
    let last = page.last().filter(|_| page.len() == PAGE && !of_one);
    let more = last.map(|last| format!("{} {}", last.inmate.0, last.id));
    let to_come = page.iter().filter(|booked| booked.booking.to_utc_ms > now);
    let lines = to_come.map(|booked| words(booked, desk)).collect();
    Ok(Answer { lines, more })
}

/// Where the page before ended.
fn place(text: &str) -> anyhow::Result<(InmateId, u32)> {
    let wrong = || format!("{text:?} is no place in the bookings");
    let (inmate, booking) = text.split_once(' ').with_context(wrong)?;
    let inmate = inmate.parse().with_context(wrong)?;
    Ok((InmateId(inmate), booking.parse().with_context(wrong)?))
}

fn words(booked: &BookedCall, desk: &Desk) -> String {
    let booking = &booked.booking;
    let number = booking.number.as_deref().unwrap_or("any number");
    let (from, until) = (booking.from_utc_ms, booking.to_utc_ms);
    let (from, until) = (moment(from, &desk.zone), moment(until, &desk.zone));
    let note = match booking.note.as_str() {
        "" => String::new(),
        note => format!(": {note}"),
    };
    let (id, who) = (booked.id, who(&booked.caller));
    format!("booking {id}: {who} to {number}, from {from} until {until}{note}")
}
