//! Keys of what is attached to inmates: lists, hours, bookings.

use super::Key;
use crate::{codes::Coded, pattern::Pattern};
use types::{
    id::{GroupId, InmateId},
    inmate::{InmateClass, Relationship, Scope, Supervision},
    phone_number::PhoneNumber,
};

impl Key for InmateClass {
    fn bytes(&self) -> Vec<u8> {
        vec![self.number()]
    }

    fn from_bytes(bytes: &[u8]) -> Option<InmateClass> {
        let [number] = *bytes else { return None };
        InmateClass::new(number)
    }
}

const OF_INMATE: u8 = 1;
const OF_RELATIONSHIP: u8 = 2;
const OF_CLASS: u8 = 3;
const OF_SUPERVISION: u8 = 4;
const OF_GROUP: u8 = 5;
/// A scope is so many bytes.
const SCOPE: usize = 5;

impl Key for Scope {
    fn bytes(&self) -> Vec<u8> {
        let (kind, number) = match self {
            Scope::Inmate(inmate) => (OF_INMATE, inmate.0),
            Scope::Relationship(relationship) => (OF_RELATIONSHIP, relationship.code().into()),
            Scope::Class(class) => (OF_CLASS, class.number().into()),
            Scope::Supervision(level) => (OF_SUPERVISION, level.level().into()),
            Scope::Group(group) => (OF_GROUP, group.0.into()),
        };
        // With room for the side of a list.
        let mut key = Vec::with_capacity(SCOPE + 1);
        key.push(kind);
        key.extend(number.to_be_bytes());
        key
    }

    fn from_bytes(bytes: &[u8]) -> Option<Scope> {
        let (kind, number) = bytes.split_first()?;
        let number = u32::from_be_bytes(number.try_into().ok()?);
        let small = || u8::try_from(number).ok();
        match *kind {
            OF_INMATE => Some(Scope::Inmate(InmateId(number))),
            OF_RELATIONSHIP => Relationship::from_code(small()?).map(Scope::Relationship),
            OF_CLASS => InmateClass::new(small()?).map(Scope::Class),
            OF_SUPERVISION => Supervision::new(small()?).map(Scope::Supervision),
            OF_GROUP => Some(Scope::Group(GroupId(number.try_into().ok()?))),
            _ => None,
        }
    }
}

/// A list that is attached to a scope: its blocked numbers, or its allowed ones.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ListOf {
    pub scope: Scope,
    pub blocked: bool,
}

impl Key for ListOf {
    fn bytes(&self) -> Vec<u8> {
        let mut key = self.scope.bytes();
        key.push(self.blocked.into());
        key
    }

    fn from_bytes(bytes: &[u8]) -> Option<ListOf> {
        let (scope, blocked) = bytes.split_at_checked(SCOPE)?;
        let blocked = match blocked {
            [0] => false,
            [1] => true,
            _ => return None,
        };
        let scope = Scope::from_bytes(scope)?;
        Some(ListOf { scope, blocked })
    }
}

/// A pattern of such a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListKey {
    pub list: ListOf,
    pub pattern: Pattern,
}

impl Key for ListKey {
    fn bytes(&self) -> Vec<u8> {
        let mut key = self.list.bytes();
        key.extend(self.pattern.bytes());
        key
    }

    fn from_bytes(bytes: &[u8]) -> Option<ListKey> {
        let (list, pattern) = bytes.split_at_checked(SCOPE + 1)?;
        Some(ListKey {
            list: ListOf::from_bytes(list)?,
            pattern: Pattern::from_bytes(pattern)?,
        })
    }
}

/// An inmate on whose list a number is, found by the number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ListerKey {
    pub number: PhoneNumber,
    pub inmate: InmateId,
}

impl ListerKey {
    /// What the keys of all who list a number begin with.
    pub fn prefix(number: &PhoneNumber) -> Vec<u8> {
        let mut key = super::number_bytes(number);
        key.push(0);
        key
    }
}

impl Key for ListerKey {
    fn bytes(&self) -> Vec<u8> {
        let mut key = ListerKey::prefix(&self.number);
        key.extend(self.inmate.bytes());
        key
    }

    fn from_bytes(bytes: &[u8]) -> Option<ListerKey> {
        let (number, inmate) = bytes.split_at_checked(bytes.len().checked_sub(4)?)?;
        let (0, number) = number.split_last().map(|(end, number)| (*end, number))? else {
            return None;
        };
        Some(ListerKey {
            number: super::number_from(number)?,
            inmate: InmateId::from_bytes(inmate)?,
        })
    }
}

/// A booked call of an inmate.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct BookingKey {
    pub inmate: InmateId,
    pub booking: u32,
}

impl Key for BookingKey {
    fn bytes(&self) -> Vec<u8> {
        let mut key = self.inmate.bytes();
        key.extend(self.booking.to_be_bytes());
        key
    }

    fn from_bytes(bytes: &[u8]) -> Option<BookingKey> {
        let (inmate, booking) = bytes.split_at_checked(4)?;
        Some(BookingKey {
            inmate: InmateId::from_bytes(inmate)?,
            booking: u32::from_be_bytes(booking.try_into().ok()?),
        })
    }
}
