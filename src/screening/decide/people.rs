//! The inmate behind the PIN: status, contacts, and the lists that are attached to people.
//!
//! What is blocked for the inmate alone is asked first, and nothing lets it through.
//! Lists are asked from the nearest to the furthest: the list for the relationship of a contact,
//! that of the inmate's class, that of the supervision level, that of the living unit, and those
//! of the groups above it. The first that has the number decides; where its blocked and its
//! allowed side both have it, it is blocked. A number on the PIN's own list is asked for here
//! only where what is blocked for all holds against it too.

use super::{Stop, Walk};
use crate::{AllowedEntry, Contact, ListedNumber, Listing, PinEntry, Profile, Tables};
use types::{
    disposition::Blocked,
    inmate::{Review, Scope},
    phone_number::PhoneNumber,
    verdict::{Check, Finding},
};

/// The caller, where one was identified.
pub(super) struct Caller {
    pub pin: PinEntry,
    pub profile: Profile,
}

impl<T: Tables + ?Sized> Walk<'_, T> {
    pub(super) fn caller(
        &mut self,
        pin: Option<PinEntry>,
    ) -> Result<Option<Caller>, Stop<T::Error>> {
        let Some(pin) = pin else { return Ok(None) };
        let profile = self.tables.profile(pin.inmate)?;
        let now = self.request.now_utc_ms;
        if let Some(blocked) = profile.barred(&self.rules.people, now) {
            let finding = match blocked {
                Blocked::NotEnrolled => Finding::NotYet,
                _ => Finding::Disabled,
            };
            return self.stop(Check::InmateStatus, finding, blocked);
        }
        Ok(Some(Caller { pin, profile }))
    }

    /// Whom the number belongs to, if it is somebody who may be called.
    pub(super) fn contact(
        &mut self,
        caller: Option<&Caller>,
        number: &PhoneNumber,
        allowed: Option<AllowedEntry>,
    ) -> Result<Option<Contact>, Stop<T::Error>> {
        let Some(caller) = caller else {
            return Ok(None);
        };
        let contact = self.tables.contact(caller.pin.inmate, number)?;
        let only_approved = self.rules.people.only_approved_contacts && allowed.is_none();
        let (finding, may) = match contact.map(|contact| contact.review) {
            None if !only_approved => return Ok(None),
            None => (Finding::NotFound, false),
            Some(Review::Approved) => (Finding::Passed, true),
            Some(Review::Pending) => (Finding::NotYet, !only_approved),
            Some(Review::Refused) => (Finding::Disabled, false),
        };
        if !may {
            return self.stop(Check::Contact, finding, Blocked::ContactNotApproved);
        }
        self.note(Check::Contact, finding);
        Ok(contact)
    }

    /// A number that an officer blocked for this inmate, whatever else allows it, an attorney's too. Noted
    /// where it is: that most are not is no step of theirs.
    pub(super) fn inmate_list(
        &mut self,
        caller: Option<&Caller>,
        number: &PhoneNumber,
    ) -> Result<(), Stop<T::Error>> {
        match self.is_blocked_for(caller, number)? {
            true => {
                let blocked = Blocked::NumberBlockedForInmate;
                self.stop(Check::InmateList, Finding::Blocked, blocked)
            }
            false => Ok(()),
        }
    }

    pub(super) fn is_blocked_for(
        &self,
        caller: Option<&Caller>,
        number: &PhoneNumber,
    ) -> Result<bool, Stop<T::Error>> {
        let Some(caller) = caller else {
            return Ok(false);
        };
        let scope = Scope::Inmate(caller.pin.inmate);
        let listing = self.tables.listing(scope, number)?;
        Ok(matches!(listing, Some(Listing::Blocked(_))))
    }

    /// A number that others list, and this PIN does not.
    pub(super) fn lists_of_others(
        &mut self,
        caller: Option<&Caller>,
        number: &PhoneNumber,
        listed: Option<ListedNumber>,
        allowed: Option<AllowedEntry>,
    ) -> Result<(), Stop<T::Error>> {
        let Some(caller) = caller else { return Ok(()) };
        if listed.is_some() || !self.is_anothers(caller, number)? {
            return Ok(());
        }
        if allowed.is_none() {
            let blocked = Blocked::NumberPrivate;
            return self.stop(Check::ListsOfOthers, Finding::Found, blocked);
        }
        self.note(Check::ListsOfOthers, Finding::Rescued);
        Ok(())
    }

    /// How exactly the nearest list that has the number allows it, if it does; each that is asked is
    /// noted.
    pub(super) fn lists(
        &mut self,
        caller: Option<&Caller>,
        contact: Option<Contact>,
        number: &PhoneNumber,
    ) -> Result<Option<u8>, Stop<T::Error>> {
        let Some(caller) = caller else {
            return Ok(None);
        };
        for (check, scopes) in attached(caller, contact) {
            if scopes.is_empty() {
                continue;
            }
            match self.nearest(&scopes, number)? {
                None => self.note(check, Finding::NotFound),
                Some(Listing::Blocked(_)) => {
                    let blocked = Blocked::NumberBlockedForInmate;
                    return self.stop(check, Finding::Blocked, blocked);
                }
                Some(Listing::Allowed(specificity)) => {
                    self.note(check, Finding::Allowed);
                    return Ok(Some(specificity));
                }
            }
        }
        Ok(None)
    }

    /// Whether the caller's lists, contacts, or the lists of others are against a number that is
    /// reached if the last digits count for nothing. A list that allows the whole number knows where
    /// that goes if its entry is as exact; so does the PIN's own list, and such an entry for all. If
    /// nothing is against it, whether a list allows it.
    pub(super) fn against_shorter(
        &self,
        caller: &Caller,
        shorter: &PhoneNumber,
        whole: Option<u8>,
        known: bool,
    ) -> Result<Result<bool, Blocked>, Stop<T::Error>> {
        let contact = self.tables.contact(caller.pin.inmate, shorter)?;
        if contact.is_some_and(|contact| contact.review == Review::Refused) {
            return Ok(Err(Blocked::ContactNotApproved));
        }
        let there = self.listed_there(caller, contact, shorter)?;
        if let Some(Listing::Blocked(there)) = there
            && whole < Some(there)
        {
            return Ok(Err(Blocked::NumberBlockedForInmate));
        }
        if !known && self.is_anothers(caller, shorter)? {
            return Ok(Err(Blocked::NumberPrivate));
        }
        Ok(Ok(matches!(there, Some(Listing::Allowed(_)))))
    }

    /// What the nearest list that has it says of a number that may be reached instead.
    fn listed_there(
        &self,
        caller: &Caller,
        contact: Option<Contact>,
        shorter: &PhoneNumber,
    ) -> Result<Option<Listing>, Stop<T::Error>> {
        for (_, scopes) in attached(caller, contact) {
            if let Some(listing) = self.nearest(&scopes, shorter)? {
                return Ok(Some(listing));
            }
        }
        Ok(None)
    }

    fn is_anothers(&self, caller: &Caller, number: &PhoneNumber) -> Result<bool, Stop<T::Error>> {
        if !self.rules.people.private_numbers {
            return Ok(false);
        }
        let inmate = caller.pin.inmate;
        let own = self.tables.listed(inmate, number)?.is_some();
        Ok(!own && self.tables.listed_by_others(inmate, number)?)
    }

    fn nearest(
        &self,
        scopes: &[Scope],
        number: &PhoneNumber,
    ) -> Result<Option<Listing>, Stop<T::Error>> {
        for scope in scopes {
            if let Some(listing) = self.tables.listing(*scope, number)? {
                return Ok(Some(listing));
            }
        }
        Ok(None)
    }
}

/// The lists for this call, nearest first.
fn attached(caller: &Caller, contact: Option<Contact>) -> [(Check, Vec<Scope>); 4] {
    let profile = &caller.profile;
    let relationship = contact.map(|contact| Scope::Relationship(contact.relationship));
    let class = profile.class.map(Scope::Class);
    let supervision = profile.supervision.map(Scope::Supervision);
    let units = profile.units.iter().copied().map(Scope::Group).collect();
    [
        (Check::RelationshipList, relationship.into_iter().collect()),
        (Check::ClassList, class.into_iter().collect()),
        (Check::SupervisionList, supervision.into_iter().collect()),
        (Check::GroupList, units),
    ]
}
