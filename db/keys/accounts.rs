//! Keys of the tokens that belong to accounts.

use super::{Key, TokenHash};
use types::id::OfficerId;

/// A token of an officer, found by the officer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct AccountToken {
    pub officer: OfficerId,
    pub token: TokenHash,
}

impl Key for AccountToken {
    fn bytes(&self) -> Vec<u8> {
        let mut key = self.officer.bytes();
        key.extend(self.token.bytes());
        key
    }

    fn from_bytes(bytes: &[u8]) -> Option<AccountToken> {
        let (officer, token) = bytes.split_at_checked(4)?;
        Some(AccountToken {
            officer: OfficerId::from_bytes(officer)?,
            token: TokenHash::from_bytes(token)?,
        })
    }
}
