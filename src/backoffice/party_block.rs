//! What called parties refuse for good: kept when they have said so, and asked for each call after it.

use crate::{
    Error, View, answer::inmate_subject, reached::LOOKED_THROUGH, session::Session, stored,
};
use db::{
    Read, Tables,
    codes::Code,
    keys::{PartyBlockKey, SiteKey},
    values::{self, Call},
};
use std::ops::Bound;
use types::{
    id::{CallId, InmateId},
    party_block::{BlockKeys, PartyBlock},
    phone_number::PhoneNumber,
};

/// A called party's refusal of all further calls, as it is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CalledPartyBlock {
    pub number: PhoneNumber,
    /// Whose calls; `None` is every inmate's.
    pub inmate: Option<InmateId>,
    pub utc_ms: i64,
    /// The call on which it was said.
    pub call: CallId,
}

impl View {
    /// A page of what called parties refuse, those of every inmate's calls first; `after` is the
    /// last of the page before: whose calls, and the number.
    pub fn called_party_blocks(
        &self,
        after: Option<(Option<InmateId>, PhoneNumber)>,
        limit: usize,
    ) -> Result<Vec<CalledPartyBlock>, Error> {
        let reader = self.database.read()?;
        let blocks = &self.database.tables().called_party_blocks;
        let after = after.map(|(inmate, number)| PartyBlockKey { inmate, number });
        let from = match &after {
            Some(key) => Bound::Excluded(key),
            None => Bound::Unbounded,
        };
        let page = blocks.page(&reader, from, Bound::Unbounded, limit)?;
        let shown = page.into_iter().map(|(key, value)| CalledPartyBlock {
            number: key.number,
            inmate: key.inmate,
            utc_ms: value.utc_ms,
            call: stored::call_id(value.call),
        });
        Ok(shown.collect())
    }
}

impl Session<'_> {
    /// Keeps what the called party refused on this call, once: what the record says was kept before.
    pub fn keep_party_block(
        &mut self,
        call: CallId,
        record: &mut Call,
        refused: Option<PartyBlock>,
    ) -> Result<(), Error> {
        let (Some(block), None) = (refused, record.party_block) else {
            return Ok(());
        };
        let inmate = record.caller.as_ref().map(|c| InmateId(c.inmate));
        let (inmate, number) = match (block, inmate, &record.number) {
            (PartyBlock::Facility, _, Some(number)) => (None, stored::number(number)?),
            (PartyBlock::Inmate, Some(inmate), Some(number)) => {
                (Some(inmate), stored::number(number)?)
            }
            // The line offers it on no such call.
            (PartyBlock::Inmate, None, _) | (_, _, None) => return Ok(()),
        };
        record.party_block = Some(Code(block));
        let key = PartyBlockKey { inmate, number };
        let blocks = &self.tables.called_party_blocks;
        if blocks.contains(&self.writer, &key)? {
            return Ok(());
        }
        let value = values::PartyBlock {
            utc_ms: self.now_utc_ms(),
            call: stored::stored_call_id(call),
            least_digits: self.least_digits(record, &number),
        };
        blocks.put(&mut self.writer, &key, &value)?;
        let change = format!("refused for good on call {call}");
        self.journal(
            "called party",
            "called-party-block",
            block_subject(&key),
            change,
        )
    }

    /// With how many digits of the number the exchange may have connected.
    fn least_digits(&self, record: &Call, number: &PhoneNumber) -> u8 {
        let shorter = self.shorter_of(record);
        let shortest = shorter.iter().map(|n| n.digits.len()).min();
        let least = shortest.unwrap_or(number.digits.len());
        u8::try_from(least).expect("at most MAX_DIGITS digits")
    }

    pub fn set_block_keys(&mut self, keys: &BlockKeys) -> Result<(), Error> {
        let value = values::BlockKeys {
            inmate: keys.inmate,
            facility: keys.facility,
        };
        let table = &self.tables.block_keys;
        Ok(table.put(&mut self.writer, &SiteKey, &value)?)
    }
}

/// The keys that are offered; none in a database that never heard of them.
pub(crate) fn keys(tables: &Tables, txn: &impl Read) -> Result<BlockKeys, Error> {
    let stored = tables.block_keys.get(txn, &SiteKey)?;
    Ok(stored.map_or_else(BlockKeys::default, |stored| BlockKeys {
        inmate: stored.inmate,
        facility: stored.facility,
    }))
}

/// What the party at this very number refuses of this inmate's calls.
pub(crate) fn of(
    tables: &Tables,
    txn: &impl Read,
    inmate: Option<InmateId>,
    number: &PhoneNumber,
) -> Result<Option<PartyBlock>, Error> {
    for (inmate, block) in whose(inmate) {
        let key = PartyBlockKey {
            inmate,
            number: *number,
        };
        if tables.called_party_blocks.contains(txn, &key)? {
            return Ok(Some(block));
        }
    }
    Ok(None)
}

/// The same of parties reached by more digits, who may be this number's.
pub(crate) fn beyond(
    tables: &Tables,
    txn: &impl Read,
    inmate: Option<InmateId>,
    number: &PhoneNumber,
) -> Result<Option<PartyBlock>, Error> {
    let digits = number.digits.len();
    for (inmate, block) in whose(inmate) {
        let key = PartyBlockKey {
            inmate,
            number: *number,
        };
        let blocks = &tables.called_party_blocks;
        let longer = blocks.with_prefix(txn, &db::Key::bytes(&key), LOOKED_THROUGH)?;
        let meant =
            |(_, value): &(_, values::PartyBlock)| usize::from(value.least_digits) <= digits;
        if longer.iter().any(meant) {
            return Ok(Some(block));
        }
    }
    Ok(None)
}

/// Everybody's first: it says more.
fn whose(inmate: Option<InmateId>) -> impl Iterator<Item = (Option<InmateId>, PartyBlock)> {
    let own = inmate.map(|inmate| (Some(inmate), PartyBlock::Inmate));
    [(None, PartyBlock::Facility)].into_iter().chain(own)
}

pub(crate) fn block_subject(key: &PartyBlockKey) -> String {
    let whose = key
        .inmate
        .map_or_else(|| "every inmate".to_owned(), inmate_subject);
    format!("{} for {whose}", key.number)
}
