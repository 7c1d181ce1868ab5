//! The person, or machine, at the far end of a call.

use crate::sim::{
    actor::{Actor, LoopChanges},
    clip::Clip,
    level,
    script::Step,
    tone_plan::TonePlan,
    transcript::Transcript,
};
use std::sync::Arc;
use types::{
    frame::{FRAME, Samples},
    tick::{Tick, Ticks},
};

/// When the telephone is picked up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// Half a second after the nth ring.
    AfterRings(u16),
    /// So long after the first ring began, in mid-ring if so.
    After(Ticks),
}

/// What the called party does. When the steps are done the party stays on the line, silent.
#[derive(Clone, Debug)]
pub struct CalledPartyScript {
    pub answer: Answer,
    pub steps: Arc<[Step]>,
}

impl CalledPartyScript {
    /// Steps begin at the answer.
    pub fn new(answer: Answer, steps: Vec<Step>) -> CalledPartyScript {
        CalledPartyScript {
            answer,
            steps: steps.into(),
        }
    }

    /// Answers after so many rings, says hello after 0.4 s, then does this.
    pub fn answering(rings: u16, then: Vec<Step>) -> CalledPartyScript {
        let mut steps = vec![Step::wait_ms(400), Step::Say(Clip::called_hello())];
        steps.extend(then);
        CalledPartyScript::new(Answer::AfterRings(rings), steps)
    }
}

/// A called party on a line.
#[derive(Clone, Debug)]
pub struct CalledParty {
    pub answer_at: Tick,
    actor: Actor,
    closed: bool,
}

/// A loop change at the far telephone is heard as a click of this level and decay.
const CLICK_PEAK: f64 = 4000.0;
const CLICK_DECAY: f64 = 0.82;

impl CalledParty {
    /// The telephone begins to ring at `at`.
    pub fn ring(at: Tick, script: &CalledPartyScript, plan: &'static TonePlan) -> CalledParty {
        let answer_at = match script.answer {
            Answer::After(length) => at + length,
            Answer::AfterRings(rings) => {
                let before = u64::from(plan.ringback.period_ms()) * u64::from(rings.max(1) - 1);
                at + Ticks::ms(before + u64::from(plan.ring.0) + 500)
            }
        };
        CalledParty {
            answer_at,
            actor: Actor::new(Arc::clone(&script.steps), plan, true),
            closed: true,
        }
    }

    /// The next frame of an answered call. `false` when the party has hung up.
    pub fn frame(
        &mut self,
        at: Tick,
        heard: &Samples,
        out: &mut Samples,
        transcript: &mut Transcript,
    ) -> bool {
        let mut changes = LoopChanges::new();
        let silence = [0; FRAME];
        let heard = if self.closed { heard } else { &silence };
        self.actor.frame(at, heard, out, &mut changes, transcript);
        if !self.closed {
            out.fill(0);
        }
        for change in changes {
            self.closed = change.closed;
            click(out, change.at.since(at));
        }
        self.actor.off_hook()
    }
}

fn click(out: &mut Samples, from: Ticks) {
    let mut value = CLICK_PEAK;
    for sample in out.iter_mut().skip(from.0 as usize) {
        *sample = level::clip(f64::from(*sample) + value);
        value *= -CLICK_DECAY;
    }
}
