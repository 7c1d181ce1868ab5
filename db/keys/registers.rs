//! Keys of lockout registers: whose they are, what counted, what is allowed.

use super::{Key, StartKey, number_bytes, number_from};
use types::{
    id::{CallId, InmateId},
    inmate::InmateClass,
    phone_number::PhoneNumber,
};

/// Whose lockout register.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum RegisterKey {
    Inmate(InmateId),
    /// All callers of a number.
    Number(PhoneNumber),
}

const REGISTER_OF_INMATE: u8 = 1;
const REGISTER_OF_NUMBER: u8 = 2;

impl RegisterKey {
    /// What all entries of this register begin with, and none of another's.
    pub fn prefix(&self) -> Vec<u8> {
        match self {
            RegisterKey::Inmate(inmate) => {
                let mut key = vec![REGISTER_OF_INMATE];
                key.extend(inmate.0.to_be_bytes());
                key
            }
            RegisterKey::Number(number) => {
                let number = number_bytes(number);
                let length = u8::try_from(number.len()).expect("a marker and at most MAX_DIGITS");
                let mut key = vec![REGISTER_OF_NUMBER, length];
                key.extend(number);
                key
            }
        }
    }

    /// What all entries of numbers begin with that have so many digits more after the same.
    pub fn prefix_of_longer(number: &PhoneNumber, more: usize) -> Vec<u8> {
        let mut key = RegisterKey::Number(*number).prefix();
        key[1] += u8::try_from(more).expect("at most MAX_DIGITS");
        key
    }

    /// The register that a key begins with, and the rest.
    fn split(bytes: &[u8]) -> Option<(RegisterKey, &[u8])> {
        let (kind, rest) = bytes.split_first()?;
        match *kind {
            REGISTER_OF_INMATE => {
                let (inmate, rest) = rest.split_at_checked(4)?;
                Some((RegisterKey::Inmate(InmateId::from_bytes(inmate)?), rest))
            }
            REGISTER_OF_NUMBER => {
                let (length, rest) = rest.split_first()?;
                let (number, rest) = rest.split_at_checked(usize::from(*length))?;
                Some((RegisterKey::Number(number_from(number)?), rest))
            }
            _ => None,
        }
    }
}

/// An entry of a lockout register: whose, since when it counts ([`CountedKey::NOT_YET`] for a call
/// that may count yet), and of which call. An adjustment has a site that none has, 0, and a
/// sequence of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct CountedKey {
    pub register: RegisterKey,
    pub at_utc_ms: i64,
    pub call: CallId,
}

impl CountedKey {
    /// After all that counts.
    pub const NOT_YET: i64 = i64::MAX;
}

impl Key for CountedKey {
    fn bytes(&self) -> Vec<u8> {
        let mut key = self.register.prefix();
        let start = StartKey {
            started_utc_ms: self.at_utc_ms,
            call: self.call,
        };
        key.extend(start.bytes());
        key
    }

    fn from_bytes(bytes: &[u8]) -> Option<CountedKey> {
        let (register, rest) = RegisterKey::split(bytes)?;
        let start = StartKey::from_bytes(rest)?;
        Some(CountedKey {
            register,
            at_utc_ms: start.started_utc_ms,
            call: start.call,
        })
    }
}

/// Whose allowance.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum AllowanceKey {
    /// Every inmate who has none of their own, and whose class has none.
    Everybody,
    Inmate(InmateId),
    /// Each inmate of the class who has none of their own.
    Class(InmateClass),
}

impl Key for AllowanceKey {
    fn bytes(&self) -> Vec<u8> {
        match self {
            AllowanceKey::Everybody => vec![0],
            AllowanceKey::Inmate(inmate) => {
                let mut key = vec![1];
                key.extend(inmate.bytes());
                key
            }
            AllowanceKey::Class(class) => vec![2, class.number()],
        }
    }

    fn from_bytes(bytes: &[u8]) -> Option<AllowanceKey> {
        match bytes.split_first()? {
            (0, []) => Some(AllowanceKey::Everybody),
            (1, inmate) => Some(AllowanceKey::Inmate(InmateId::from_bytes(inmate)?)),
            (2, [class]) => Some(AllowanceKey::Class(InmateClass::new(*class)?)),
            _ => None,
        }
    }
}
