use super::v1;
use crate::codes::Code;
use serde::{Deserialize, Serialize};
use types::inmate::{Relationship, Review};

/// Whom an inmate calls at a number.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Contact {
    pub name: String,
    pub relationship: Code<Relationship>,
    /// What was seen of the contact's identification.
    pub identification: String,
    pub review: Code<Review>,
    /// Who approved, in order; with two needed, the first while the second is awaited.
    pub approved_by: Vec<Approver>,
}

/// Who approved a contact.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Approver {
    /// Since version 2: the user of the machine who logged in; `None` where nobody knows who it was.
    pub user: Option<u32>,
    /// In words, as they were then.
    pub named: String,
}

impl From<v1::Contact> for Contact {
    fn from(old: v1::Contact) -> Contact {
        // A name may have been anybody's: its user is not known.
        let approver = |named| Approver { user: None, named };
        Contact {
            name: old.name,
            relationship: old.relationship,
            identification: old.identification,
            review: old.review,
            approved_by: old.approved_by.into_iter().map(approver).collect(),
        }
    }
}
