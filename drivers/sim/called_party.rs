//! The person, or machine, at the far end of a call: what they do, on which telephone.

use crate::sim::{
    called_office::Services, clip::Clip, script::Step, subscriber::SubscriberLine,
    tone_plan::TonePlan,
};
use std::sync::Arc;
use types::tick::{Tick, Ticks};

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
    pub line: SubscriberLine,
    pub services: Services,
}

impl CalledPartyScript {
    /// Steps begin at the answer. The line is clear and has no services.
    pub fn new(answer: Answer, steps: Vec<Step>) -> CalledPartyScript {
        CalledPartyScript {
            answer,
            steps: steps.into(),
            line: SubscriberLine::clear(),
            services: Services::default(),
        }
    }

    /// Answers after so many rings, says hello after 0.4 s, then does this.
    pub fn answering(rings: u16, then: Vec<Step>) -> CalledPartyScript {
        let mut steps = vec![Step::wait_ms(400), Step::Say(Clip::called_hello())];
        steps.extend(then);
        CalledPartyScript::new(Answer::AfterRings(rings), steps)
    }

    pub fn on(self, line: SubscriberLine) -> CalledPartyScript {
        CalledPartyScript { line, ..self }
    }

    pub fn with(self, services: Services) -> CalledPartyScript {
        CalledPartyScript { services, ..self }
    }

    /// When a telephone that begins to ring at `at` is picked up.
    pub(super) fn answers(&self, at: Tick, plan: &TonePlan) -> Tick {
        match self.answer {
            Answer::After(length) => at + length,
            Answer::AfterRings(rings) => {
                let before = u64::from(plan.ringback.period_ms()) * u64::from(rings.max(1) - 1);
                at + Ticks::ms(before + u64::from(plan.ring.0) + 500)
            }
        }
    }
}
