//! Keys, as bytes that sort as their meaning sorts. `DESIGN.md` lists them.

mod accounts;
mod groups;
mod people;
mod registers;

pub use accounts::AccountToken;
pub use groups::{GroupPhone, PhoneGroup, Shut, UnitInmate};
pub use people::{BookingKey, ListKey, ListOf, ListerKey};
pub use registers::{AllowanceKey, CountedKey, RegisterKey};

use types::{
    id::{CallId, InmateId, LineId, OfficerId},
    phone_number::{CallType, PhoneNumber},
};

use crate::{codes::Coded, pattern::Pattern};

/// Something that is a key of a table.
pub trait Key: Sized {
    /// Entries are also looked up by what their keys begin with, where it is so many bytes at least; what a
    /// sparse table holds in memory knows of it. `None` is by the whole key alone.
    const PREFIXES: Option<usize> = None;

    fn bytes(&self) -> Vec<u8>;
    /// `None` when the bytes are no such key.
    fn from_bytes(bytes: &[u8]) -> Option<Self>;
}

/// A PIN as tables, records and the journal know it: hashed with the site's key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PinHash(pub [u8; 32]);

impl Key for PinHash {
    fn bytes(&self) -> Vec<u8> {
        self.0.to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<PinHash> {
        Some(PinHash(bytes.try_into().ok()?))
    }
}

/// A card, hashed as a PIN is, but never to what a PIN is hashed to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CardHash(pub [u8; 32]);

/// An officer's code, hashed likewise.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct OfficerCodeHash(pub [u8; 32]);

/// A token, hashed likewise.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TokenHash(pub [u8; 32]);

macro_rules! hash_key {
    ($($name:ident)+) => {
        $(
            impl Key for $name {
                fn bytes(&self) -> Vec<u8> {
                    self.0.to_vec()
                }

                fn from_bytes(bytes: &[u8]) -> Option<$name> {
                    Some($name(bytes.try_into().ok()?))
                }
            }
        )+
    };
}

hash_key! { CardHash OfficerCodeHash TokenHash }

/// Who has a card.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum HolderKind {
    Inmate,
    Officer,
}

crate::codes::codes!("holder of a card", HolderKind {
    [HolderKind::Inmate] = 1,
    [HolderKind::Officer] = 2,
});

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct HolderKey {
    pub kind: HolderKind,
    /// The inmate's number, or the officer's.
    pub number: u32,
}

impl Key for HolderKey {
    fn bytes(&self) -> Vec<u8> {
        let mut key = vec![self.kind.code()];
        key.extend(self.number.to_be_bytes());
        key
    }

    fn from_bytes(bytes: &[u8]) -> Option<HolderKey> {
        let (kind, number) = bytes.split_first()?;
        Some(HolderKey {
            kind: HolderKind::from_code(*kind)?,
            number: u32::from_be_bytes(number.try_into().ok()?),
        })
    }
}

/// A code 01-50.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct SpeedCode(pub u8);

impl Key for SpeedCode {
    fn bytes(&self) -> Vec<u8> {
        vec![self.0]
    }

    fn from_bytes(bytes: &[u8]) -> Option<SpeedCode> {
        let [code] = *bytes else { return None };
        Some(SpeedCode(code))
    }
}

/// The facility's own id of an inmate: its text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct FacilityId(pub String);

impl Key for FacilityId {
    fn bytes(&self) -> Vec<u8> {
        self.0.as_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<FacilityId> {
        Some(FacilityId(String::from_utf8(bytes.to_vec()).ok()?))
    }
}

impl Key for InmateId {
    fn bytes(&self) -> Vec<u8> {
        self.0.to_be_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<InmateId> {
        Some(InmateId(u32::from_be_bytes(bytes.try_into().ok()?)))
    }
}

impl Key for OfficerId {
    fn bytes(&self) -> Vec<u8> {
        self.0.to_be_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<OfficerId> {
        Some(OfficerId(u32::from_be_bytes(bytes.try_into().ok()?)))
    }
}

impl Key for LineId {
    fn bytes(&self) -> Vec<u8> {
        self.0.to_be_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<LineId> {
        Some(LineId(u16::from_be_bytes(bytes.try_into().ok()?)))
    }
}

/// `(site, sequence)`: a call, and in its own table a journal entry.
impl Key for CallId {
    fn bytes(&self) -> Vec<u8> {
        let mut key = self.site.to_be_bytes().to_vec();
        key.extend(self.sequence.to_be_bytes());
        key
    }

    fn from_bytes(bytes: &[u8]) -> Option<CallId> {
        let (site, sequence) = bytes.split_at_checked(4)?;
        Some(CallId {
            site: u32::from_be_bytes(site.try_into().ok()?),
            sequence: u64::from_be_bytes(sequence.try_into().ok()?),
        })
    }
}

/// A call by when its phone went off-hook.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct StartKey {
    pub started_utc_ms: i64,
    pub call: CallId,
}

/// Turns a signed number into one that sorts the same as unsigned bytes.
const SIGN: u64 = 1 << 63;

impl Key for StartKey {
    fn bytes(&self) -> Vec<u8> {
        let mut key = (self.started_utc_ms.cast_unsigned() ^ SIGN)
            .to_be_bytes()
            .to_vec();
        key.extend(self.call.bytes());
        key
    }

    fn from_bytes(bytes: &[u8]) -> Option<StartKey> {
        let (start, call) = bytes.split_at_checked(8)?;
        let start = u64::from_be_bytes(start.try_into().ok()?);
        Some(StartKey {
            started_utc_ms: (start ^ SIGN).cast_signed(),
            call: CallId::from_bytes(call)?,
        })
    }
}

/// One number of one inmate's list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct PinNumberKey {
    pub inmate: InmateId,
    pub number: PhoneNumber,
}

impl Key for PinNumberKey {
    fn bytes(&self) -> Vec<u8> {
        number_after(&self.inmate.0.to_be_bytes(), &self.number)
    }

    fn from_bytes(bytes: &[u8]) -> Option<PinNumberKey> {
        let (inmate, number) = bytes.split_at_checked(4)?;
        Some(PinNumberKey {
            inmate: InmateId::from_bytes(inmate)?,
            number: number_from(number)?,
        })
    }
}

/// Whose calls the called party at a number refuses: one inmate's, or every one's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct PartyBlockKey {
    pub inmate: Option<InmateId>,
    pub number: PhoneNumber,
}

/// No inmate has this number.
const EVERY_INMATE: InmateId = InmateId(0);

impl Key for PartyBlockKey {
    /// Whose calls, whether it is national, and the first digits.
    const PREFIXES: Option<usize> = Some(4 + 1 + 1);

    fn bytes(&self) -> Vec<u8> {
        let inmate = self.inmate.unwrap_or(EVERY_INMATE);
        number_after(&inmate.0.to_be_bytes(), &self.number)
    }

    fn from_bytes(bytes: &[u8]) -> Option<PartyBlockKey> {
        let (inmate, number) = bytes.split_at_checked(4)?;
        let inmate = InmateId::from_bytes(inmate)?;
        Some(PartyBlockKey {
            inmate: (inmate != EVERY_INMATE).then_some(inmate),
            number: number_from(number)?,
        })
    }
}

/// `N` or `+`, then the digits.
fn number_bytes(number: &PhoneNumber) -> Vec<u8> {
    number_after(&[], number)
}

/// The same after other bytes, in one allocation: keys are made for every look-up.
fn number_after(start: &[u8], number: &PhoneNumber) -> Vec<u8> {
    let digits = number.digits.as_str().as_bytes();
    let mut bytes = Vec::with_capacity(start.len() + 1 + digits.len());
    bytes.extend(start);
    bytes.push(crate::pattern::marker(number.international));
    bytes.extend(digits);
    bytes
}

fn number_from(bytes: &[u8]) -> Option<PhoneNumber> {
    let (marker, digits) = bytes.split_first()?;
    let digits = std::str::from_utf8(digits).ok()?;
    match marker {
        b'+' => PhoneNumber::international(digits),
        b'N' => PhoneNumber::national(digits),
        _ => None,
    }
}

impl Key for PhoneNumber {
    fn bytes(&self) -> Vec<u8> {
        number_bytes(self)
    }

    fn from_bytes(bytes: &[u8]) -> Option<PhoneNumber> {
        number_from(bytes)
    }
}

/// How long calls of a type may last for a class.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct DurationKey {
    pub class: u8,
    pub call_type: CallType,
}

impl Key for DurationKey {
    fn bytes(&self) -> Vec<u8> {
        vec![self.class, self.call_type.code()]
    }

    fn from_bytes(bytes: &[u8]) -> Option<DurationKey> {
        let [class, call_type] = *bytes else {
            return None;
        };
        Some(DurationKey {
            class,
            call_type: CallType::from_code(call_type)?,
        })
    }
}

/// The number of a circuit schedule, 1 to 5.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ScheduleKey(pub u8);

impl Key for ScheduleKey {
    fn bytes(&self) -> Vec<u8> {
        vec![self.0]
    }

    fn from_bytes(bytes: &[u8]) -> Option<ScheduleKey> {
        let [number] = *bytes else { return None };
        Some(ScheduleKey(number))
    }
}

/// A call treatment, a line treatment, a route or a role by its number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Numbered(pub u16);

impl Key for Numbered {
    fn bytes(&self) -> Vec<u8> {
        self.0.to_be_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Numbered> {
        Some(Numbered(u16::from_be_bytes(bytes.try_into().ok()?)))
    }
}

/// A call type, by its number.
impl Key for CallType {
    fn bytes(&self) -> Vec<u8> {
        vec![self.code()]
    }

    fn from_bytes(bytes: &[u8]) -> Option<CallType> {
        let [code] = *bytes else { return None };
        CallType::from_code(code)
    }
}

/// A day of the facility's calendar.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct DateKey {
    pub year: i16,
    pub month: u8,
    pub day: u8,
}

impl Key for DateKey {
    fn bytes(&self) -> Vec<u8> {
        let mut key = (self.year.cast_unsigned() ^ 0x8000).to_be_bytes().to_vec();
        key.extend([self.month, self.day]);
        key
    }

    fn from_bytes(bytes: &[u8]) -> Option<DateKey> {
        let [y1, y2, month, day] = *bytes else {
            return None;
        };
        Some(DateKey {
            year: (u16::from_be_bytes([y1, y2]) ^ 0x8000).cast_signed(),
            month,
            day,
        })
    }
}

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum CounterKind {
    /// The last sequence given to a call.
    CallSequence,
    /// The last sequence given to a journal entry.
    JournalSequence,
    /// The last number given to an inmate.
    InmateNumber,
    /// The last sequence given to an adjustment of a lockout register.
    Adjustment,
    /// The last number given to an officer.
    OfficerNumber,
    /// The last number given to a group.
    GroupNumber,
    /// The last number given to a booked call.
    BookingNumber,
    /// Off-hook and on-hook again without a digit, by line.
    EmptyOffHook,
    /// Attempts whose record found no room, by line.
    UnrecordedAttempt,
}

crate::codes::codes!("counter", CounterKind {
    [CounterKind::CallSequence] = 1,
    [CounterKind::JournalSequence] = 2,
    [CounterKind::InmateNumber] = 3,
    [CounterKind::Adjustment] = 20,
    [CounterKind::EmptyOffHook] = 16,
    [CounterKind::OfficerNumber] = 70,
    [CounterKind::GroupNumber] = 30,
    [CounterKind::BookingNumber] = 31,
    [CounterKind::UnrecordedAttempt] = 17,
});

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct CounterKey {
    pub kind: CounterKind,
    pub index: u32,
}

impl CounterKey {
    pub fn of_site(kind: CounterKind) -> CounterKey {
        CounterKey { kind, index: 0 }
    }

    pub fn of_line(kind: CounterKind, line: LineId) -> CounterKey {
        CounterKey {
            kind,
            index: u32::from(line.0),
        }
    }
}

impl Key for CounterKey {
    fn bytes(&self) -> Vec<u8> {
        let mut key = vec![self.kind.code()];
        key.extend(self.index.to_be_bytes());
        key
    }

    fn from_bytes(bytes: &[u8]) -> Option<CounterKey> {
        let (kind, index) = bytes.split_first()?;
        Some(CounterKey {
            kind: CounterKind::from_code(*kind)?,
            index: u32::from_be_bytes(index.try_into().ok()?),
        })
    }
}

/// What PINs and passwords fail at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum GuessKey {
    /// A phone, whatever PINs are tried there.
    Phone(LineId),
    /// An inmate's PIN or card, wherever it is tried.
    Inmate(InmateId),
    /// An id that is nobody's, by 16 bits of its hash: it rests as an inmate's does, so that no
    /// rest tells which ids there are.
    NobodysId(u16),
    /// The passcode to an inmate's id, wherever it is tried. Others know the id: what they do with it
    /// keeps nobody from the PIN or the card.
    Passcode(InmateId),
    /// The password to an officer's account.
    Account(OfficerId),
    /// A login that is nobody's, by 16 bits of its hash: it rests as an account does.
    NobodysLogin(u16),
}

const GUESSED_AT_PHONE: u8 = 1;
const GUESSED_OF_INMATE: u8 = 2;
const GUESSED_OF_NOBODY: u8 = 3;
const GUESSED_PASSCODE: u8 = 4;
const GUESSED_OF_ACCOUNT: u8 = 5;
const GUESSED_NOBODYS_LOGIN: u8 = 6;

impl Key for GuessKey {
    fn bytes(&self) -> Vec<u8> {
        let (kind, number) = match self {
            GuessKey::Phone(line) => (GUESSED_AT_PHONE, u32::from(line.0)),
            GuessKey::Inmate(inmate) => (GUESSED_OF_INMATE, inmate.0),
            GuessKey::NobodysId(id) => (GUESSED_OF_NOBODY, u32::from(*id)),
            GuessKey::Passcode(inmate) => (GUESSED_PASSCODE, inmate.0),
            GuessKey::Account(officer) => (GUESSED_OF_ACCOUNT, officer.0),
            GuessKey::NobodysLogin(id) => (GUESSED_NOBODYS_LOGIN, u32::from(*id)),
        };
        let mut key = vec![kind];
        key.extend(number.to_be_bytes());
        key
    }

    fn from_bytes(bytes: &[u8]) -> Option<GuessKey> {
        let (kind, number) = bytes.split_first()?;
        let number = u32::from_be_bytes(number.try_into().ok()?);
        match *kind {
            GUESSED_AT_PHONE => Some(GuessKey::Phone(LineId(number.try_into().ok()?))),
            GUESSED_OF_INMATE => Some(GuessKey::Inmate(InmateId(number))),
            GUESSED_PASSCODE => Some(GuessKey::Passcode(InmateId(number))),
            GUESSED_OF_ACCOUNT => Some(GuessKey::Account(OfficerId(number))),
            GUESSED_NOBODYS_LOGIN => Some(GuessKey::NobodysLogin(number.try_into().ok()?)),
            GUESSED_OF_NOBODY => Some(GuessKey::NobodysId(number.try_into().ok()?)),
            _ => None,
        }
    }
}

/// The key of a table that holds one value for the whole site.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct SiteKey;

impl Key for SiteKey {
    fn bytes(&self) -> Vec<u8> {
        b"site".to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<SiteKey> {
        (bytes == b"site").then_some(SiteKey)
    }
}

impl Key for Pattern {
    fn bytes(&self) -> Vec<u8> {
        self.key()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Pattern> {
        Pattern::from_key(bytes)
    }
}
