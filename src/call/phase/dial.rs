//! Outpulsing. A hang-up, a lost trunk or a loop break is handled here as anywhere.

use super::{Phase, Progress, Talk, progress::failed, seize::next_trunk};
use crate::{
    attempt::Attempt,
    cx::Cx,
    event::{Action, Event},
};
use types::{
    disposition::{Disposition, EndedBy},
    fact::Fact,
    prompt::Prompt,
    tick::{Tick, Ticks},
    verdict::Handling,
};

/// Thirty-two pulse digits of ten pulses with their pauses.
const LONGEST: Ticks = Ticks::secs(60);

/// Waits for the end of outpulsing.
#[derive(Debug)]
pub struct Dial {
    pub until: Tick,
    pub attempt: Attempt,
}

impl Dial {
    pub(crate) fn enter(attempt: Attempt, cx: &mut Cx<'_>) -> Phase {
        let route = attempt.route().expect("only an admitted call is dialed");
        let digits = route.outpulse;
        cx.tell(Fact::Outpulsing {
            digits: u8::try_from(digits.len()).unwrap_or(u8::MAX),
        });
        cx.do_(Action::Outpulse(digits));
        Phase::Dial(Dial {
            until: cx.now + LONGEST,
            attempt,
        })
    }

    pub(crate) fn step(mut self, cx: &mut Cx<'_>, event: Event<'_>) -> Phase {
        match event {
            Event::Outpulsed => {
                cx.tell(Fact::Outpulsed);
                let handling = self.attempt.permit.as_ref().map(|p| p.handling);
                if handling == Some(Handling::CarrierOperator) {
                    return Talk::with_operator(self.attempt, cx);
                }
                Progress::enter(self.attempt, cx)
            }
            Event::Released(piece) => {
                self.attempt.released(piece);
                not_completed(self.attempt, cx)
            }
            // Dial tone did not break on the first digit: who plays it is no exchange.
            Event::TrunkInUse => next_trunk(self.attempt, cx),
            // The registers say of the called line what tones say later elsewhere.
            Event::Failed(tone) => failed(self.attempt, cx, tone),
            Event::Timer if cx.now >= self.until => not_completed(self.attempt, cx),
            _ => Phase::Dial(self),
        }
    }
}

fn not_completed(attempt: Attempt, cx: &mut Cx<'_>) -> Phase {
    let prompts = [Prompt::CallNotCompleted];
    attempt.over(cx, Disposition::NetworkBusy, EndedBy::Network, &prompts)
}
