//! Inmates as rules see them, the lists and hours that are attached to them, and their contacts,
//! out of one transaction's view of the tables.

use crate::{Error, lookups::Lookups, service::Calendar, stored};
use db::{
    Key, Read,
    keys::{BookingKey, ListOf, ListerKey, PinNumberKey, SiteKey},
    values::{self, Booking},
};
use screening::{Contact, DaySteps, Listing, Open, PeopleRules, Profile, WeekSteps};
use types::{
    id::{GroupId, InmateId, LineId},
    inmate::{InmateClass, Scope, Supervision},
    phone_number::PhoneNumber,
    tick::Ticks,
};

/// The most booked calls that an inmate has at one time.
pub(crate) const MAX_BOOKINGS: usize = 100;

impl<R: Read> Lookups<'_, R> {
    fn calendar(&self) -> Calendar<'_, R> {
        Calendar {
            tables: self.tables,
            txn: self.txn,
            zone: self.zone,
        }
    }

    pub fn profile_of(&self, inmate: InmateId) -> Result<Profile, Error> {
        let entry = self.tables.inmates.get(self.txn, &inmate)?;
        let entry = entry.ok_or_else(|| stored::senseless("PIN", "its inmate is not there"))?;
        self.registers.knows_class(inmate, entry.class);
        let class = entry.class.map(inmate_class).transpose()?;
        let rules = match class {
            Some(class) => self.tables.inmate_classes.get(self.txn, &class)?,
            None => None,
        };
        let (of_class, booked_class) = match rules {
            Some(rules) => (rules.longest_seconds, rules.booked_only),
            None => (None, false),
        };
        let units = match entry.living_unit {
            Some(unit) => self.groups().path(GroupId(unit))?,
            None => Vec::new(),
        };
        Ok(Profile {
            suspended: stored::disabled(entry.suspended),
            enrolled: entry.enrolled.0,
            class,
            supervision: entry.supervision.map(supervision).transpose()?,
            units,
            booked_only: entry.booked_only || booked_class,
            longest_seconds: [entry.longest_seconds, of_class]
                .into_iter()
                .flatten()
                .min(),
        })
    }

    pub fn contact_of(
        &self,
        inmate: InmateId,
        number: &PhoneNumber,
    ) -> Result<Option<Contact>, Error> {
        let key = PinNumberKey {
            inmate,
            number: *number,
        };
        let contact = self.tables.contacts.get(self.txn, &key)?;
        Ok(contact.map(|contact| Contact {
            relationship: contact.relationship.0,
            review: contact.review.0,
        }))
    }

    /// Two of those who list it are enough to know.
    pub fn others_list(&self, inmate: InmateId, number: &PhoneNumber) -> Result<bool, Error> {
        let prefix = ListerKey::prefix(number);
        let listers = self.tables.listers.with_prefix(self.txn, &prefix, 2)?;
        Ok(listers.iter().any(|(key, _)| key.inmate != inmate))
    }

    pub fn listing_of(&self, scope: Scope, number: &PhoneNumber) -> Result<Option<Listing>, Error> {
        let sides = [
            (true, Listing::Blocked as fn(u8) -> Listing),
            (false, Listing::Allowed),
        ];
        for (blocked, listing) in sides {
            let list = ListOf { scope, blocked };
            if let Some(best) = self.tables.lists.best(self.txn, list, number)? {
                return Ok(Some(listing(best.specificity())));
            }
        }
        Ok(None)
    }

    pub fn window_of(&self, scope: Scope) -> Result<Option<Open>, Error> {
        let Some(window) = self.tables.windows.get(self.txn, &scope)? else {
            return Ok(None);
        };
        let window = hours(&window);
        let is_open = |when: &screening::LocalTime| window.is_open(when);
        let open = self
            .calendar()
            .open_for(self.now_utc_ms, self.ahead, is_open)?;
        Ok(Some(open))
    }

    pub fn booked_for(&self, inmate: InmateId, number: &PhoneNumber) -> Result<Open, Error> {
        let now = self.now_utc_ms;
        let number = number.to_string();
        let mut open = Open::No;
        for (_, booking) in self.bookings(inmate)? {
            let is_for = booking.number.as_ref().is_none_or(|own| *own == number);
            if is_for && (booking.from_utc_ms..booking.to_utc_ms).contains(&now) {
                open = open.or(self.up_to(booking.to_utc_ms));
            }
        }
        Ok(open)
    }

    pub fn bookings(&self, inmate: InmateId) -> Result<Vec<(BookingKey, Booking)>, Error> {
        let table = &self.tables.bookings;
        Ok(table.with_prefix(self.txn, &inmate.bytes(), MAX_BOOKINGS)?)
    }

    /// An officer must be present where a group on the way from the phone up wants it, and counts
    /// as present who is so at any group on that way.
    pub fn officer_at(&self, line: LineId) -> Result<Option<Open>, Error> {
        let posts = &self.tables.officer_posts;
        if posts.is_empty(self.txn)? {
            return Ok(None);
        }
        let mut open: Option<Open> = None;
        for group in self.groups().of_phone(line)? {
            let (mut needed, mut present) = (false, Open::No);
            for group in self.groups().path(group)? {
                let Some(post) = posts.get(self.txn, &group)? else {
                    continue;
                };
                needed |= post.needed;
                let until = post.until_utc_ms.unwrap_or(i64::MIN);
                present = present.or(self.up_to(until));
            }
            if needed {
                open = Some(open.map_or(present, |before| before.and(present)));
            }
        }
        Ok(open)
    }

    /// Open up to this instant.
    fn up_to(&self, end_utc_ms: i64) -> Open {
        let left = end_utc_ms.saturating_sub(self.now_utc_ms);
        match u64::try_from(left) {
            Err(_) | Ok(0) => Open::No,
            Ok(left) if Ticks::ms(left.min(MAX_MS)) >= self.ahead => Open::Throughout,
            Ok(left) => Open::For(Ticks::ms(left)),
        }
    }
}

/// Further than any call looks ahead, and as ticks without overflow.
const MAX_MS: u64 = 1 << 40;

pub(crate) fn inmate_class(number: u8) -> Result<InmateClass, Error> {
    let class = InmateClass::new(number);
    class.ok_or_else(|| stored::senseless("class of inmate", format!("{number} is not 1 to 99")))
}

pub(crate) fn supervision(level: u8) -> Result<Supervision, Error> {
    let level = Supervision::new(level).ok_or(level);
    level.map_err(|level| stored::senseless("supervision level", format!("{level} is not 1 to 9")))
}

/// What the site wants of lists, hours and contacts; the standard where it has said nothing.
pub(crate) fn rules(tables: &db::Tables, txn: &impl Read) -> Result<PeopleRules, Error> {
    let found = tables.people_rules.get(txn, &SiteKey)?;
    Ok(
        found.map_or_else(PeopleRules::standard, |stored| PeopleRules {
            private_numbers: stored.private_numbers,
            shared_numbers: stored.shared_numbers,
            all_windows: stored.all_windows,
            only_approved_contacts: stored.only_approved_contacts,
            two_persons: stored.two_persons,
            enrollment: stored.enrollment.0,
        }),
    )
}

pub(crate) fn stored_rules(rules: &PeopleRules) -> values::PeopleRules {
    values::PeopleRules {
        private_numbers: rules.private_numbers,
        shared_numbers: rules.shared_numbers,
        all_windows: rules.all_windows,
        only_approved_contacts: rules.only_approved_contacts,
        two_persons: rules.two_persons,
        enrollment: values::StepsV1(rules.enrollment),
    }
}

pub(crate) fn hours(stored: &values::Window) -> WeekSteps {
    WeekSteps {
        open: stored.open.map(DaySteps),
    }
}
