//! Keys of groups, of what is in them, and of what is shut down.

use super::Key;
use types::id::{GroupId, LineId};

impl Key for GroupId {
    fn bytes(&self) -> Vec<u8> {
        self.0.to_be_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<GroupId> {
        Some(GroupId(u16::from_be_bytes(bytes.try_into().ok()?)))
    }
}

/// Two keys, one after the other, the first of a fixed length.
macro_rules! pairs {
    ($($(#[$doc:meta])* $name:ident { $first:ident: $a:ty = $length:literal, $second:ident: $b:ty })+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
            pub struct $name {
                pub $first: $a,
                pub $second: $b,
            }

            impl Key for $name {
                fn bytes(&self) -> Vec<u8> {
                    let mut key = self.$first.bytes();
                    key.extend(self.$second.bytes());
                    key
                }

                fn from_bytes(bytes: &[u8]) -> Option<$name> {
                    let (first, second) = bytes.split_at_checked($length)?;
                    Some($name {
                        $first: <$a>::from_bytes(first)?,
                        $second: <$b>::from_bytes(second)?,
                    })
                }
            }
        )+
    };
}

pairs! {
    /// A phone of a group.
    GroupPhone { group: GroupId = 2, line: LineId }
    /// A group of a phone.
    PhoneGroup { line: LineId = 2, group: GroupId }
}

/// What is shut down.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Shut {
    /// One phone.
    Phone(LineId),
    /// The phones of a group and of all groups below it.
    Group(GroupId),
    /// All phones.
    Everything,
}

const SHUT_PHONE: u8 = 1;
const SHUT_GROUP: u8 = 2;
const SHUT_EVERYTHING: u8 = 3;

impl Key for Shut {
    fn bytes(&self) -> Vec<u8> {
        let (kind, number) = match self {
            Shut::Phone(line) => (SHUT_PHONE, line.0),
            Shut::Group(group) => (SHUT_GROUP, group.0),
            Shut::Everything => (SHUT_EVERYTHING, 0),
        };
        let mut key = vec![kind];
        key.extend(number.to_be_bytes());
        key
    }

    fn from_bytes(bytes: &[u8]) -> Option<Shut> {
        let (kind, number) = bytes.split_first()?;
        let number = u16::from_be_bytes(number.try_into().ok()?);
        match (*kind, number) {
            (SHUT_PHONE, line) => Some(Shut::Phone(LineId(line))),
            (SHUT_GROUP, group) => Some(Shut::Group(GroupId(group))),
            (SHUT_EVERYTHING, 0) => Some(Shut::Everything),
            _ => None,
        }
    }
}
