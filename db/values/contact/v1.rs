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
    pub approved_by: Vec<String>,
}
