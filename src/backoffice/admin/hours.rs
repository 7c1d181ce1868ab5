//! When inmates may call: hours, booked calls, and an officer's presence.

use super::{identity::phone_identity, text};
use crate::{
    Error, View, answer::inmate_subject, groups::Groups, lookups::Lookups, people::MAX_BOOKINGS,
    session::Session, stored, words::moment,
};
use db::{
    Key as _,
    keys::{BookingKey, CounterKey, CounterKind, Shut},
    values::{self, OfficerPost, Window},
};
use screening::{DaySteps, Open, WeekSteps};
use std::ops::Bound;
use types::{
    credential::ConfirmBy,
    id::{GroupId, InmateId, LineId},
    inmate::Scope,
    tick::Tick,
};

/// A longer one is a slip of the pen, and a call at any time.
const LONGEST_BOOKING_MS: i64 = 24 * 3600 * 1000;

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

/// A booked call as it is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BookedCall {
    pub inmate: InmateId,
    /// The facility's own id, and the name.
    pub caller: (String, String),
    pub id: u32,
    pub booking: Booking,
}

/// A group that calls need an officer in, or where one is said to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OfficerPlace {
    /// With those above it, as `East/Tier 1`.
    pub name: String,
    pub needed: bool,
    pub until_utc_ms: Option<i64>,
}

/// What an officer has to do with calls at a phone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OfficerPhone {
    pub line: LineId,
    /// Whether one counts as present there; `None` where none has to be.
    pub present: Option<bool>,
    /// Who confirms each call there.
    pub confirm_by: ConfirmBy,
}

impl OfficerPhone {
    /// Whether calls there ask for an officer at all.
    pub fn has_part(&self) -> bool {
        self.present.is_some() || self.confirm_by != ConfirmBy::Nobody
    }
}

impl View {
    /// Up to so many booked calls after one, by inmate and number; those of one inmate alone, if that is
    /// asked for. What is over is among them until the inmate gets another.
    pub fn booked_calls(
        &self,
        of: Option<InmateId>,
        after: Option<(InmateId, u32)>,
        limit: usize,
    ) -> Result<Vec<BookedCall>, Error> {
        let reader = self.database.read()?;
        let tables = self.database.tables();
        let after = after.map(|(inmate, booking)| BookingKey { inmate, booking });
        let page = match of {
            Some(inmate) => tables
                .bookings
                .with_prefix(&reader, &inmate.bytes(), limit)?,
            None => {
                let from = after.as_ref().map_or(Bound::Unbounded, Bound::Excluded);
                tables
                    .bookings
                    .page(&reader, from, Bound::Unbounded, limit)?
            }
        };
        let mut all = Vec::with_capacity(page.len());
        for (key, stored) in page {
            let entry = tables.inmates.get(&reader, &key.inmate)?;
            let entry = entry.ok_or_else(|| stored::senseless("booking", "of no inmate"))?;
            all.push(BookedCall {
                inmate: key.inmate,
                caller: (entry.facility_id, entry.name),
                id: key.booking,
                booking: Booking {
                    from_utc_ms: stored.from_utc_ms,
                    to_utc_ms: stored.to_utc_ms,
                    number: stored.number,
                    note: stored.note,
                },
            });
        }
        Ok(all)
    }

    /// Where calls need an officer, and where one is said to be.
    pub fn officer_places(&self) -> Result<Vec<OfficerPlace>, Error> {
        let (tables, txn) = (self.database.tables(), &self.database.read()?);
        let tree = Groups { tables, txn };
        let posts = tables.officer_posts.all(txn)?.into_iter();
        let place = |(group, post): (GroupId, OfficerPost)| {
            Ok(OfficerPlace {
                name: tree.full_name(group)?,
                needed: post.needed,
                until_utc_ms: post.until_utc_ms,
            })
        };
        posts.map(place).collect()
    }

    /// What an officer has to do with calls at the phones of a group and of all below it, or at all phones.
    pub fn officer_phones(
        &self,
        now: Tick,
        group: Option<GroupId>,
    ) -> Result<Vec<OfficerPhone>, Error> {
        let (tables, txn) = (self.database.tables(), &self.database.read()?);
        let lookups = Lookups::new(tables, txn, &self.fixed, self.utc_ms(now));
        let phones = Groups { tables, txn }.phones(group.map_or(Shut::Everything, Shut::Group))?;
        let phone = |line: LineId| {
            let present = lookups.officer_at(line)?;
            Ok(OfficerPhone {
                line,
                present: present.map(|open| open != Open::No),
                confirm_by: phone_identity(tables, txn, line)?.officer,
            })
        };
        phones.into_iter().map(phone).collect()
    }
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
        let entry = self.inmate(inmate)?;
        let now = self.now_utc_ms();
        if booking.from_utc_ms >= booking.to_utc_ms || booking.to_utc_ms <= now {
            return Err(Error::invalid(
                "booked call",
                "it ends before it begins, or is over",
            ));
        }
        if booking.to_utc_ms - booking.from_utc_ms > LONGEST_BOOKING_MS {
            return Err(Error::invalid("booked call", "it lasts 24 hours at most"));
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
        let written = number.as_ref().map(ToString::to_string);
        let same = |there: &&(BookingKey, values::Booking)| {
            let (from, to) = (there.1.from_utc_ms, there.1.to_utc_ms);
            (from, to) == (booking.from_utc_ms, booking.to_utc_ms) && there.1.number == written
        };
        if let Some((key, _)) = left.iter().find(same) {
            let why = format!("it is booked already, as booking {}", key.booking);
            return Err(Error::invalid("booked call", why));
        }
        if left.len() == MAX_BOOKINGS {
            return Err(Error::TooManyBookings(entry.facility_id));
        }
        let count = self.count(CounterKey::of_site(CounterKind::BookingNumber))?;
        let id = u32::try_from(count)
            .map_err(|_| Error::invalid("booked calls", "no number is left"))?;
        let value = values::Booking {
            from_utc_ms: booking.from_utc_ms,
            to_utc_ms: booking.to_utc_ms,
            number: written,
            note: booking.note.clone(),
        };
        let key = BookingKey {
            inmate,
            booking: id,
        };
        self.tables.bookings.put(&mut self.writer, &key, &value)?;
        let change = format!(
            "booking {id}: from {} until {}, to {}",
            moment(value.from_utc_ms, &self.fixed.zone),
            moment(value.to_utc_ms, &self.fixed.zone),
            value.number.as_deref().unwrap_or("any number")
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
            let change = format!("booking {booking}: cancelled");
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
    ) -> Result<bool, Error> {
        let name = self.groups().full_name(group)?;
        let mut post = self.post(group)?;
        let now = self.now_utc_ms();
        if post.until_utc_ms.filter(|until| *until > now) == until_utc_ms {
            return Ok(false);
        }
        post.until_utc_ms = until_utc_ms;
        let table = &self.tables.officer_posts;
        table.put(&mut self.writer, &group, &post)?;
        let change = match until_utc_ms {
            Some(until) => format!("officer present until {}", moment(until, &self.fixed.zone)),
            None => "officer not present".to_owned(),
        };
        self.journal(actor, "group", name, change)?;
        Ok(true)
    }

    fn post(&self, group: GroupId) -> Result<OfficerPost, Error> {
        let post = self.tables.officer_posts.get(&self.writer, &group)?;
        Ok(post.unwrap_or(OfficerPost {
            needed: false,
            until_utc_ms: None,
        }))
    }
}
