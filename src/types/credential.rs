//! By what a caller, or an officer, says who they are: keyed on the telephone, or read off a card.

use crate::{digits::Digits, id::OfficerId, secret::Secret};
use std::fmt;
use zeroize::Zeroize;

/// What a card reader gives of a card: 4 to 40 ASCII letters and digits, letters as capitals. As
/// secret as a PIN: who knows it can make another card of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CardNumber {
    text: [u8; CardNumber::MAX],
    len: u8,
}

impl CardNumber {
    pub const MIN: usize = 4;
    pub const MAX: usize = 40;

    pub fn parse(text: &[u8]) -> Option<CardNumber> {
        let fits = (CardNumber::MIN..=CardNumber::MAX).contains(&text.len());
        if !fits || !text.iter().all(u8::is_ascii_alphanumeric) {
            return None;
        }
        let mut number = CardNumber {
            text: [0; CardNumber::MAX],
            len: u8::try_from(text.len()).ok()?,
        };
        number.text[..text.len()].copy_from_slice(text);
        number.text.make_ascii_uppercase();
        Some(number)
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.text[..usize::from(self.len)]
    }
}

impl Default for CardNumber {
    /// No card's.
    fn default() -> CardNumber {
        CardNumber {
            text: [0; CardNumber::MAX],
            len: 0,
        }
    }
}

impl Zeroize for CardNumber {
    fn zeroize(&mut self) {
        self.text.zeroize();
        self.len.zeroize();
    }
}

impl fmt::Debug for CardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("•••")
    }
}

/// How callers at a phone say who they are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum IdentifyBy {
    Pin,
    Card,
    PinOrCard,
    /// The card, and then the PIN of whose card it is.
    CardAndPin,
    /// The caller's own number and a passcode, both keyed.
    IdAndPasscode,
}

impl IdentifyBy {
    /// Whether a card is read at this phone.
    pub fn takes_cards(self) -> bool {
        matches!(
            self,
            IdentifyBy::Card | IdentifyBy::PinOrCard | IdentifyBy::CardAndPin
        )
    }

    /// Whether it says who calls, with nothing more.
    pub fn is_enough(self, credential: &Credential) -> bool {
        match credential {
            Credential::Pin(_) => matches!(self, IdentifyBy::Pin | IdentifyBy::PinOrCard),
            Credential::Card(_) => matches!(self, IdentifyBy::Card | IdentifyBy::PinOrCard),
            Credential::CardAndPin { .. } => self == IdentifyBy::CardAndPin,
            Credential::Account { .. } => self == IdentifyBy::IdAndPasscode,
        }
    }
}

/// What says who calls.
#[derive(Clone, Debug)]
pub enum Credential {
    Pin(Secret<Digits>),
    Card(Secret<CardNumber>),
    CardAndPin {
        card: Secret<CardNumber>,
        pin: Secret<Digits>,
    },
    Account {
        id: Secret<Digits>,
        passcode: Secret<Digits>,
    },
}

/// By what an officer confirms a call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ConfirmBy {
    /// Calls need no officer.
    Nobody,
    Card,
    /// Keyed on the telephone.
    Code,
    /// At a console.
    Console,
    /// Whichever comes first.
    Any,
}

impl ConfirmBy {
    pub fn takes_cards(self) -> bool {
        matches!(self, ConfirmBy::Card | ConfirmBy::Any)
    }

    pub fn takes_codes(self) -> bool {
        matches!(self, ConfirmBy::Code | ConfirmBy::Any)
    }

    pub fn takes_console(self) -> bool {
        matches!(self, ConfirmBy::Console | ConfirmBy::Any)
    }
}

/// What says that an officer confirms.
#[derive(Clone, Debug)]
pub enum OfficerProof {
    Card(Secret<CardNumber>),
    Code(Secret<Digits>),
    /// Whoever let them in at the console knows who it is.
    Console(OfficerId),
}
