//! A call is cut for fraud, and both parties are told so first, where its treatment wants that. From the
//! moment of detection on neither hears the other, and nothing that happens makes it another end.

use super::Phase;
use crate::{attempt::Attempt, cx::Cx, event::Event, fraud::extra_key};
use types::{
    disposition::{Disposition, EndedBy},
    evidence::ReleaseEvidence,
    fact::Leg,
    prompt::Prompt,
    query::LineCommand,
    tick::{Tick, Ticks},
    trunk::TrunkCondition,
};

/// The words never take longer.
const LONGEST: Ticks = Ticks::secs(15);

/// Waits for the called party to be told.
#[derive(Debug)]
pub struct Cut {
    pub until: Tick,
    pub attempt: Attempt,
    disposition: Disposition,
}

impl Cut {
    pub(crate) fn enter(mut attempt: Attempt, cx: &mut Cx<'_>, disposition: Disposition) -> Phase {
        for leg in [Leg::Phone, Leg::Trunk] {
            cx.hush(leg);
            attempt.say(cx, leg, Prompt::HangUpFraud);
        }
        // Nobody is charged for what is said to them.
        attempt.over_at = Some(cx.now);
        Phase::Cut(Cut {
            until: cx.now + LONGEST,
            attempt,
            disposition,
        })
    }

    pub(crate) fn outcome(&self) -> (Disposition, EndedBy) {
        (self.disposition, EndedBy::Controller)
    }

    pub(crate) fn step(mut self, cx: &mut Cx<'_>, event: Event<'_>) -> Phase {
        match event {
            Event::Said(Leg::Trunk) => self.part(cx, TrunkCondition::Good),
            Event::Choice { .. } => extra_key(Phase::Cut(self), cx, Leg::Trunk),
            Event::ReleaseHint(piece) => {
                self.attempt.release_hint(piece);
                Phase::Cut(self)
            }
            Event::Released(piece) => {
                self.attempt.released(piece);
                let condition = match piece.evidence {
                    ReleaseEvidence::Alarm => TrunkCondition::Faulty,
                    _ => TrunkCondition::Good,
                };
                self.part(cx, condition)
            }
            Event::TrunkLost => self.part(cx, TrunkCondition::Faulty),
            Event::Command(LineCommand::CutOff | LineCommand::Stop { cut: true }) => {
                self.part(cx, TrunkCondition::Good)
            }
            Event::Timer if cx.now >= self.until => self.part(cx, TrunkCondition::Good),
            _ => Phase::Cut(self),
        }
    }

    /// The inmate hears the words to their end, and then fast busy.
    fn part(mut self, cx: &mut Cx<'_>, condition: TrunkCondition) -> Phase {
        let (disposition, by) = self.outcome();
        self.attempt.return_trunk(cx, condition);
        self.attempt.ended(cx, disposition, by)
    }
}
