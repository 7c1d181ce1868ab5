//! The called party refused or never chose: goodbye to them, the reason to the inmate, and
//! only then the trunk goes.

use super::Phase;
use crate::{attempt::Attempt, cx::Cx, event::Event};
use types::{
    disposition::{Disposition, EndedBy},
    fact::Leg,
    prompt::Prompt,
    tick::{Tick, Ticks},
};

const LONGEST: Ticks = Ticks::secs(15);

/// Waits for the goodbye to be said.
#[derive(Debug)]
pub struct Farewell {
    pub until: Tick,
    pub attempt: Attempt,
    disposition: Disposition,
    by: EndedBy,
    prompt: Prompt,
}

impl Farewell {
    pub(crate) fn enter(
        attempt: Attempt,
        cx: &mut Cx<'_>,
        disposition: Disposition,
        by: EndedBy,
        prompt: Prompt,
    ) -> Phase {
        cx.hush(Leg::Trunk);
        if attempt.party_block.is_some() {
            attempt.say(cx, Leg::Trunk, Prompt::BlockKept);
        }
        attempt.say(cx, Leg::Trunk, Prompt::Goodbye);
        Phase::Farewell(Farewell {
            until: cx.now + LONGEST,
            attempt,
            disposition,
            by,
            prompt,
        })
    }

    pub(crate) fn outcome(&self) -> (Disposition, EndedBy) {
        (self.disposition, self.by)
    }

    pub(crate) fn step(mut self, cx: &mut Cx<'_>, event: Event<'_>) -> Phase {
        match event {
            Event::Said(Leg::Trunk) => self.part(cx),
            Event::Released(piece) => {
                self.attempt.released(piece);
                self.part(cx)
            }
            Event::Timer if cx.now >= self.until => self.part(cx),
            _ => Phase::Farewell(self),
        }
    }

    fn part(self, cx: &mut Cx<'_>) -> Phase {
        self.attempt
            .over(cx, self.disposition, self.by, &[self.prompt])
    }
}
