//! When inmates may call: hours, booked calls, and an officer's presence.

use super::text;
use crate::{
    Error, answer::inmate_subject, error::InmateNumber, people::MAX_BOOKINGS, session::Session,
};
use db::{
    keys::{BookingKey, CounterKey, CounterKind},
    values::{self, OfficerPost, Window},
};
use screening::{DaySteps, WeekSteps};
use types::{
    id::{GroupId, InmateId},
    inmate::Scope,
};

/// A call that is booked, from one instant (UTC, in milliseconds) up to another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Booking {
    pub from_utc_ms: i64,
    /// Not included.
    pub to_utc_ms: i64,
    /// `None` is any number.
    pub number: Option<String>,
    pub note: String,
}

impl Session<'_> {
    pub fn set_window(
        &mut self,
        actor: &str,
        scope: Scope,
        hours: Option<&WeekSteps>,
    ) -> Result<(), Error> {
        let subject = self.scope_words(scope)?;
        if let Scope::Relationship(_) | Scope::Supervision(_) = scope {
            let why = "they are for an inmate, a class, or a group";
            return Err(Error::invalid("hours", why));
        }
        let table = &self.tables.windows;
        let change = match hours {
            Some(hours) => {
                let open = hours.open.map(|DaySteps(bits)| bits);
                table.put(&mut self.writer, &scope, &Window { open })?;
                let bits = |byte: &u8| byte.count_ones();
                let quarters: u32 = open.as_flattened().iter().map(bits).sum();
                format!("open {quarters} quarter hours a week")
            }
            None => {
                table.delete(&mut self.writer, &scope)?;
                "at any hour".to_owned()
            }
        };
        self.journal(actor, "hours", subject, change)
    }

    pub fn book_call(
        &mut self,
        actor: &str,
        inmate: InmateId,
        booking: &Booking,
    ) -> Result<u32, Error> {
        text("note", &booking.note, false)?;
        self.inmate(inmate)?;
        let now = self.now_utc_ms();
        if booking.from_utc_ms >= booking.to_utc_ms || booking.to_utc_ms <= now {
            return Err(Error::invalid(
                "booked call",
                "it ends before it begins, or is over",
            ));
        }
        let number = booking.number.as_deref().map(super::callers::phone_number);
        let number = number.transpose()?;
        if let Some(number) = &number {
            self.must_be_dialable(&number.to_string())?;
        }
        let there = self.lookups().bookings(inmate)?;
        let (over, left): (Vec<_>, Vec<_>) = there
            .into_iter()
            .partition(|(_, booking)| booking.to_utc_ms <= now);
        for (key, _) in over {
            self.tables.bookings.delete(&mut self.writer, &key)?;
        }
        if left.len() == MAX_BOOKINGS {
            return Err(Error::TooManyBookings(InmateNumber(inmate)));
        }
        let count = self.count(CounterKey::of_site(CounterKind::BookingNumber))?;
        let id = u32::try_from(count)
            .map_err(|_| Error::invalid("booked calls", "no number is left"))?;
        let value = values::Booking {
            from_utc_ms: booking.from_utc_ms,
            to_utc_ms: booking.to_utc_ms,
            number: number.map(|number| number.to_string()),
            note: booking.note.clone(),
        };
        let key = BookingKey {
            inmate,
            booking: id,
        };
        self.tables.bookings.put(&mut self.writer, &key, &value)?;
        let change = format!(
            "call {id} booked from {} ms to {} ms, number {}",
            value.from_utc_ms,
            value.to_utc_ms,
            value.number.as_deref().unwrap_or("any")
        );
        self.journal(actor, "booking", inmate_subject(inmate), change)?;
        Ok(id)
    }

    pub fn cancel_booking(
        &mut self,
        actor: &str,
        inmate: InmateId,
        booking: u32,
    ) -> Result<bool, Error> {
        let key = BookingKey { inmate, booking };
        let was = self.tables.bookings.delete(&mut self.writer, &key)?;
        if was {
            let change = format!("call {booking} is not booked any more");
            self.journal(actor, "booking", inmate_subject(inmate), change)?;
        }
        Ok(was)
    }

    pub fn set_officer_needed(
        &mut self,
        actor: &str,
        group: GroupId,
        needed: bool,
    ) -> Result<(), Error> {
        let name = self.groups().full_name(group)?;
        let mut post = self.post(group)?;
        post.needed = needed;
        let table = &self.tables.officer_posts;
        table.put(&mut self.writer, &group, &post)?;
        let change = format!("calls only while an officer is present: {needed}");
        self.journal(actor, "group", name, change)
    }

    pub fn officer_present(
        &mut self,
        actor: &str,
        group: GroupId,
        until_utc_ms: Option<i64>,
    ) -> Result<(), Error> {
        let name = self.groups().full_name(group)?;
        let mut post = self.post(group)?;
        post.until_utc_ms = until_utc_ms;
        let table = &self.tables.officer_posts;
        table.put(&mut self.writer, &group, &post)?;
        let change = match until_utc_ms {
            Some(until) => format!("officer present until {until} ms"),
            None => "officer not present".to_owned(),
        };
        self.journal(actor, "group", name, change)
    }

    fn post(&self, group: GroupId) -> Result<OfficerPost, Error> {
        let post = self.tables.officer_posts.get(&self.writer, &group)?;
        Ok(post.unwrap_or(OfficerPost {
            needed: false,
            until_utc_ms: None,
        }))
    }
}
