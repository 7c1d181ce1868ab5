use serde::{Deserialize, Serialize};

/// A call that is booked. Instants are UTC in milliseconds.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Booking {
    pub from_utc_ms: i64,
    /// Not included.
    pub to_utc_ms: i64,
    /// `None` is any number.
    pub number: Option<String>,
    pub note: String,
}
