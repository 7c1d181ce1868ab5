//! What called parties refused for good, and its lifting.

use super::callers::phone_number;
use crate::{Error, party_block::block_subject, session::Session};
use db::keys::PartyBlockKey;
use types::id::InmateId;

impl Session<'_> {
    pub fn lift_called_party_block(
        &mut self,
        actor: &str,
        number: &str,
        inmate: Option<InmateId>,
    ) -> Result<bool, Error> {
        let number = phone_number(number)?;
        let key = PartyBlockKey { inmate, number };
        let blocks = &self.tables.called_party_blocks;
        let lifted = blocks.delete(&mut self.writer, &key)?;
        if lifted {
            self.journal(actor, "called-party-block", block_subject(&key), "lifted")?;
        }
        Ok(lifted)
    }
}
