use serde::{Deserialize, Serialize};

/// PINs that failed at a phone, or of an inmate. Instants are UTC in milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Guesses {
    pub failures: u16,
    pub counted_from_utc_ms: i64,
    pub rests: u8,
    pub rests_until_utc_ms: i64,
}
