//! What the called party said of further calls.

use super::{Stop, Walk};
use crate::Tables;
use types::{
    dial_plan::DialedNumber,
    disposition::Blocked,
    party_block::PartyBlock,
    phone_number::PhoneNumber,
    verdict::{Check, Finding},
};

impl<T: Tables + ?Sized> Walk<'_, T> {
    /// Noted where the party refused: that most never did is no step of theirs.
    pub(super) fn party(&mut self, number: &DialedNumber) -> Result<(), Stop<T::Error>> {
        let number = &number.number;
        let refused = match self.refused_at(number)? {
            Some(blocked) => Some(blocked),
            None => {
                let beyond = self.tables.party_block_beyond(self.inmate, number)?;
                beyond.map(blocked)
            }
        };
        match refused {
            Some(blocked) => self.stop(Check::CalledParty, Finding::Yes, blocked),
            None => Ok(()),
        }
    }

    /// Whether the party at this very number refused.
    pub(super) fn refused_at(
        &self,
        number: &PhoneNumber,
    ) -> Result<Option<Blocked>, Stop<T::Error>> {
        let block = self.tables.party_block(self.inmate, number)?;
        Ok(block.map(blocked))
    }
}

fn blocked(block: PartyBlock) -> Blocked {
    match block {
        PartyBlock::Inmate => Blocked::CalledPartyBlocksInmate,
        PartyBlock::Facility => Blocked::CalledPartyBlocksFacility,
    }
}
