//! Screening: the back office decides and writes; nothing is dialed before its answer.

use super::{Confirm, Name, Phase, Seize};
use crate::{attempt::Attempt, cx::Cx, event::Event};
use types::{
    disposition::Blocked,
    fact::{Fact, Leg},
    prompt::Prompt,
    query::{Admission, DialedOrSpeed, OfficerWord, Query, Reply},
    tick::Tick,
    verdict::{Handling, Permit, Verdict},
};

/// Waits for the verdict.
#[derive(Debug)]
pub struct Admit {
    pub until: Tick,
    pub attempt: Attempt,
    pub asked: u32,
    number: DialedOrSpeed,
    officer: OfficerWord,
}

impl Admit {
    pub(crate) fn enter(attempt: Attempt, cx: &mut Cx<'_>, number: DialedOrSpeed) -> Phase {
        Admit::with_officer(attempt, cx, number, OfficerWord::NotAsked)
    }

    pub(crate) fn with_officer(
        mut attempt: Attempt,
        cx: &mut Cx<'_>,
        number: DialedOrSpeed,
        officer: OfficerWord,
    ) -> Phase {
        attempt.forget_ahead();
        let admission = Admission {
            off_hook_at: attempt.off_hook_at,
            credential: attempt.credential.clone(),
            dialed: attempt.dialed,
            number,
            officer,
        };
        let asked = cx.ask(Query::Admit(admission));
        Phase::Admit(Admit {
            until: cx.now + cx.settings.back_office_wait,
            attempt,
            asked,
            number,
            officer,
        })
    }

    pub(crate) fn step(self, cx: &mut Cx<'_>, event: Event<'_>) -> Phase {
        match event {
            Event::Answer(answered) => match &answered.reply {
                Reply::Admitted(verdict) => self.decided(cx, verdict),
                Reply::Confirm if self.officer == OfficerWord::NotAsked => {
                    Confirm::enter(self.attempt, cx, self.number)
                }
                _ => self.attempt.refuse(cx, Blocked::SystemUnavailable),
            },
            Event::Timer if cx.now >= self.until => {
                self.attempt.refuse(cx, Blocked::SystemUnavailable)
            }
            _ => Phase::Admit(self),
        }
    }

    fn decided(self, cx: &mut Cx<'_>, verdict: &Verdict) -> Phase {
        cx.tell(Fact::Decided(verdict.clone()));
        match &verdict.outcome {
            Ok(permit) => permitted(self.attempt, cx, permit),
            Err(refusal) => self.attempt.refused(cx, refusal),
        }
    }
}

fn permitted(mut attempt: Attempt, cx: &mut Cx<'_>, permit: &Permit) -> Phase {
    attempt.permit = Some(*permit);
    if permit.acceptance {
        return Name::enter(attempt, cx);
    }
    announce(&attempt, cx, permit);
    Seize::enter(attempt, cx)
}

/// Brand, limit and what is left, said while the trunk is being seized and dialed.
pub(crate) fn announce(attempt: &Attempt, cx: &mut Cx<'_>, permit: &Permit) {
    if permit.handling == Handling::AutomatedOperator {
        let brand = permit.treatment.brand;
        attempt.say(cx, Leg::Phone, Prompt::ThankYouCarrier { brand });
    }
    if let Some(limit) = permit.limit.filter(|_| permit.announce_limit) {
        let seconds = u32::try_from(limit.as_secs()).unwrap_or(u32::MAX);
        attempt.say(cx, Leg::Phone, Prompt::CallLimit { seconds });
    }
    if let Some(calls) = permit.left.calls {
        attempt.say(cx, Leg::Phone, Prompt::CallsLeft { calls });
    }
    if let Some(talk) = permit.left.talk {
        let seconds = u32::try_from(talk.as_secs() / 60 * 60).unwrap_or(u32::MAX);
        attempt.say(cx, Leg::Phone, Prompt::MinutesLeft { seconds });
    }
}
