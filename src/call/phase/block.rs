//! The called party refuses the call, and all further ones. That is for good, so it is asked for twice:
//! a key is soon pressed by a child, or heard in a voice.

use super::{Farewell, Phase, accept::given_up};
use crate::{attempt::Attempt, cx::Cx, event::Event};
use types::{
    answer_class::AnswerClass,
    digits::Digit,
    disposition::{Disposition, EndedBy},
    fact::{Fact, Leg},
    party_block::PartyBlock,
    prompt::Prompt,
    tick::{Tick, Ticks},
};

/// What it means, and the question, never take longer, each.
const SAID_MAX: Ticks = Ticks::secs(30);

/// A key by which the called party refuses more than this call.
#[derive(Clone, Copy, Debug)]
pub(super) struct BlockKey {
    key: u8,
    block: PartyBlock,
}

/// Refused; waits for the called party to confirm that all further calls are meant as well.
#[derive(Debug)]
pub struct Block {
    pub until: Tick,
    pub attempt: Attempt,
    wanted: BlockKey,
    asked: Asked,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Asked {
    /// It is being said what it means. The key confirms nothing yet: it may be held down, or bounce.
    NotYet,
    /// The question is being said, or was.
    Yes,
}

impl Block {
    /// How the call ends, whatever becomes of the block.
    pub(super) const OUTCOME: (Disposition, EndedBy) = (Disposition::Refused, EndedBy::CalledParty);

    pub(super) fn enter(attempt: Attempt, cx: &mut Cx<'_>, wanted: BlockKey) -> Phase {
        cx.tell(Fact::Refused);
        cx.hush(Leg::Trunk);
        let means = match wanted.block {
            PartyBlock::Inmate => Prompt::InmateBlockMeans,
            PartyBlock::Facility => Prompt::FacilityBlockMeans,
        };
        attempt.say(cx, Leg::Trunk, means);
        Phase::Block(Block {
            until: cx.now + SAID_MAX,
            attempt,
            wanted,
            asked: Asked::NotYet,
        })
    }

    pub(crate) fn step(mut self, cx: &mut Cx<'_>, event: Event<'_>) -> Phase {
        match event {
            // What may be the echo of the inmate's name says nothing, neither yes nor no.
            Event::Choice {
                digit,
                doubtful: false,
            } => self.chosen(cx, digit),
            Event::Class(class) => self.classified(cx, class.evidence),
            Event::Said(Leg::Trunk) => self.said(cx),
            Event::ReleaseHint(piece) => {
                self.attempt.release_hint(piece);
                Phase::Block(self)
            }
            Event::Released(piece) => {
                self.attempt.released(piece);
                let (disposition, by) = Block::OUTCOME;
                self.attempt
                    .over(cx, disposition, by, &[Prompt::CallRefused])
            }
            Event::Timer if cx.now >= self.until => self.part(cx),
            _ => Phase::Block(self),
        }
    }

    fn chosen(mut self, cx: &mut Cx<'_>, digit: Digit) -> Phase {
        let same = digit.value() == Some(self.wanted.key);
        match (same, self.asked) {
            (true, Asked::NotYet) => Phase::Block(self),
            (true, Asked::Yes) => {
                cx.tell(Fact::Blocks(self.wanted.block));
                self.attempt.party_block = Some(self.wanted.block);
                self.part(cx)
            }
            // The call stays refused, and no more than that.
            (false, _) => self.part(cx),
        }
    }

    /// A machine blocks nobody.
    fn classified(self, cx: &mut Cx<'_>, class: AnswerClass) -> Phase {
        match given_up(cx, class) {
            Some((disposition, prompt)) => {
                let by = EndedBy::Controller;
                self.attempt.over(cx, disposition, by, &[prompt])
            }
            None => Phase::Block(self),
        }
    }

    fn said(mut self, cx: &mut Cx<'_>) -> Phase {
        match self.asked {
            Asked::NotYet => {
                let key = self.wanted.key;
                let question = Prompt::ConfirmBlock { key };
                self.attempt.say(cx, Leg::Trunk, question);
                self.asked = Asked::Yes;
                self.until = cx.now + SAID_MAX;
            }
            Asked::Yes => self.until = cx.now + cx.settings.accept_wait,
        }
        Phase::Block(self)
    }

    fn part(self, cx: &mut Cx<'_>) -> Phase {
        let (disposition, by) = Block::OUTCOME;
        Farewell::enter(self.attempt, cx, disposition, by, Prompt::CallRefused)
    }
}

/// What this key blocks, if it is one that this call offers.
pub(super) fn meant_by(attempt: &Attempt, cx: &Cx<'_>, key: u8) -> Option<BlockKey> {
    keys(attempt, cx)
        .into_iter()
        .flatten()
        .find(|k| k.key == key)
}

/// Offers the keys that there are.
pub(super) fn offer(attempt: &Attempt, cx: &mut Cx<'_>) {
    for BlockKey { key, block } in keys(attempt, cx).into_iter().flatten() {
        let offer = match block {
            PartyBlock::Inmate => Prompt::BlockInmateOffer { key },
            PartyBlock::Facility => Prompt::BlockFacilityOffer { key },
        };
        attempt.say(cx, Leg::Trunk, offer);
    }
}

/// Without a PIN nobody knows whose calls they would be.
fn keys(attempt: &Attempt, cx: &Cx<'_>) -> [Option<BlockKey>; 2] {
    let known = attempt.permit.as_ref().is_some_and(|p| p.inmate.is_some());
    let keys = &cx.settings.block_keys;
    let of = |key: Option<u8>, block| key.map(|key| BlockKey { key, block });
    [
        of(keys.inmate.filter(|_| known), PartyBlock::Inmate),
        of(keys.facility, PartyBlock::Facility),
    ]
}
