//! Whom inmates call: contacts, and their review by one person or by two.

use super::text;
use crate::{
    Error,
    answer::inmate_subject,
    error::InmateNumber,
    journal::{Person, person},
    session::Session,
    words::kebab,
};
use db::{
    codes::Code,
    keys::PinNumberKey,
    values::{self, Approver},
};
use types::{
    id::InmateId,
    inmate::{Relationship, Review},
};

/// A contact as put forward.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewContact {
    pub name: String,
    pub relationship: Relationship,
    pub number: String,
    /// What was seen of the contact's identification.
    pub identification: String,
}

/// A contact as entered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contact {
    pub name: String,
    pub relationship: Relationship,
    pub number: String,
    pub identification: String,
    pub review: Review,
    /// Who approved, in order; one of two while the second is awaited.
    pub approved_by: Vec<String>,
}

impl Session<'_> {
    pub fn put_contact(
        &mut self,
        actor: &str,
        inmate: InmateId,
        contact: &NewContact,
    ) -> Result<(), Error> {
        text("contact's name", &contact.name, true)?;
        text("identification", &contact.identification, false)?;
        self.inmate(inmate)?;
        let key = PinNumberKey {
            inmate,
            number: super::callers::phone_number(&contact.number)?,
        };
        // One that is there already may be changed, whatever it is.
        if !self.tables.contacts.contains(&self.writer, &key)? {
            self.must_be_dialable(&key.number.to_string())?;
        }
        let value = values::Contact {
            name: contact.name.clone(),
            relationship: Code(contact.relationship),
            identification: contact.identification.clone(),
            // Who changes one has it reviewed again.
            review: Code(Review::Pending),
            approved_by: Vec::new(),
        };
        self.tables.contacts.put(&mut self.writer, &key, &value)?;
        let change = format!(
            "{} {}, {}: put forward",
            kebab(contact.relationship),
            contact.name,
            key.number
        );
        self.journal(actor, "contact", inmate_subject(inmate), change)
    }

    pub fn review_contact(
        &mut self,
        actor: &str,
        inmate: InmateId,
        number: &str,
        review: Review,
    ) -> Result<Review, Error> {
        let key = PinNumberKey {
            inmate,
            number: super::callers::phone_number(number)?,
        };
        let unknown = || Error::UnknownContact {
            inmate: InmateNumber(inmate),
            number: key.number.to_string(),
        };
        let contact = self.tables.contacts.get(&self.writer, &key)?;
        let mut contact = contact.ok_or_else(unknown)?;
        let reached = match review {
            Review::Approved => {
                let needed = self.approvals_needed()?;
                if contact.review.0 != Review::Approved {
                    approve(actor, needed, &mut contact.approved_by)?;
                }
                match contact.approved_by.len() >= needed {
                    true => Review::Approved,
                    false => Review::Pending,
                }
            }
            Review::Pending | Review::Refused => {
                contact.approved_by.clear();
                review
            }
        };
        contact.review = Code(reached);
        self.tables.contacts.put(&mut self.writer, &key, &contact)?;
        let change = match (review, reached) {
            (Review::Approved, Review::Pending) => "approved by one of two".to_owned(),
            _ => kebab(reached),
        };
        let change = format!("{}: {change}", key.number);
        self.journal(actor, "contact", inmate_subject(inmate), change)?;
        Ok(reached)
    }

    /// How many persons have to approve a contact.
    pub(crate) fn approvals_needed(&self) -> Result<usize, Error> {
        Ok(match self.settings()?.rules.people.two_persons {
            true => 2,
            false => 1,
        })
    }

    pub fn remove_contact(
        &mut self,
        actor: &str,
        inmate: InmateId,
        number: &str,
    ) -> Result<bool, Error> {
        let key = PinNumberKey {
            inmate,
            number: super::callers::phone_number(number)?,
        };
        let was = self.tables.contacts.delete(&mut self.writer, &key)?;
        if was {
            let change = format!("{}: removed", key.number);
            self.journal(actor, "contact", inmate_subject(inmate), change)?;
        }
        Ok(was)
    }
}

/// Whose word it is that approves: where several are needed, a user of the machine who is known.
fn approver(needed: usize, actor: &str) -> Result<Approver, Error> {
    let Person { named, user } = person(actor);
    if needed > 1 && user.is_none() {
        return Err(Error::WhoApproves(actor.to_owned()));
    }
    let named = named.unwrap_or(actor).to_owned();
    Ok(Approver { user, named })
}

/// One word more. Where several are needed, they are of different persons: an earlier one of nobody
/// knows whom is none.
pub(crate) fn approve(actor: &str, needed: usize, by: &mut Vec<Approver>) -> Result<(), Error> {
    let approver = approver(needed, actor)?;
    if needed > 1 {
        by.retain(|before| before.user.is_some());
        if by.iter().any(|before| before.user == approver.user) {
            return Err(Error::SameApprover(approver.named));
        }
    }
    by.push(approver);
    Ok(())
}

pub(crate) fn shown((key, contact): (PinNumberKey, values::Contact)) -> Contact {
    Contact {
        name: contact.name,
        relationship: contact.relationship.0,
        number: key.number.to_string(),
        identification: contact.identification,
        review: contact.review.0,
        approved_by: contact.approved_by.into_iter().map(|by| by.named).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_approval_of_nobody_knows_whom_is_no_persons_where_two_are_needed() {
        let of_old = |named: &str| Approver {
            user: None,
            named: named.to_owned(),
        };
        let mut by = vec![of_old("user lee")];
        approve("user 1000 (lee)", 2, &mut by).expect("a person");
        assert_eq!(by.len(), 1, "lee may have been it before: {by:?}");
        let again = approve("user 1000", 2, &mut by);
        assert!(matches!(again, Err(Error::SameApprover(_))), "{again:?}");
        approve("user 1001 (kim)", 2, &mut by).expect("another");
        let users: Vec<_> = by.iter().map(|by| by.user).collect();
        assert_eq!(users, [Some(1000), Some(1001)]);
        // One is enough, whoever it is.
        let mut by = Vec::new();
        approve("somebody, as user 0 (root)", 1, &mut by).expect("is enough");
        assert_eq!(by, [of_old("somebody, as user 0 (root)")]);
    }
}
