//! The called party hears who calls and chooses. Until then neither hears the other.

use super::{Farewell, Phase, Talk};
use crate::{attempt::Attempt, cx::Cx, event::Event};
use types::{
    answer_class::AnswerClass,
    digits::Digit,
    disposition::{Disposition, EndedBy},
    fact::{Fact, Leg},
    prompt::Prompt,
    tick::{Tick, Ticks},
    treatment::ThreeWayResponse,
    verdict::RecordingRule,
};

/// The announcement never takes longer.
const ANNOUNCEMENT_MAX: Ticks = Ticks::secs(90);
/// The words between acceptance and talk.
const THANKS_MAX: Ticks = Ticks::secs(10);

/// Answered; waits for the called party to accept or refuse.
#[derive(Debug)]
pub struct Accept {
    pub until: Tick,
    pub attempt: Attempt,
    repeats_left: u8,
    /// Said thanks to; the talk is about to begin.
    pub(crate) accepted: bool,
}

impl Accept {
    pub(crate) fn enter(attempt: Attempt, cx: &mut Cx<'_>) -> Phase {
        cx.hush(Leg::Phone);
        attempt.say(cx, Leg::Phone, Prompt::PleaseHold);
        announce(attempt, cx, cx.settings.accept_repeats.max(1))
    }

    pub(crate) fn step(mut self, cx: &mut Cx<'_>, event: Event<'_>) -> Phase {
        match event {
            Event::Choice { digit, doubtful } if !self.accepted => self.chosen(cx, digit, doubtful),
            Event::Class(class) if !self.accepted => self.classified(cx, class.evidence),
            Event::Said(Leg::Trunk) if self.accepted => Talk::enter(self.attempt, cx),
            Event::Said(Leg::Trunk) => {
                self.until = cx.now + cx.settings.accept_wait;
                Phase::Accept(self)
            }
            Event::ReleaseHint(piece) => {
                self.attempt.release_hint(piece);
                Phase::Accept(self)
            }
            Event::Released(piece) => {
                self.attempt.released(piece);
                self.hung_up(cx)
            }
            Event::Timer if cx.now >= self.until => self.timed_out(cx),
            _ => Phase::Accept(self),
        }
    }

    /// By an echo of the name nobody accepts.
    fn chosen(self, cx: &mut Cx<'_>, digit: Digit, doubtful: bool) -> Phase {
        match digit.value() {
            Some(key) if key == cx.settings.accept_key && !doubtful => self.accept(cx),
            Some(key) if key == cx.settings.refuse_key => {
                cx.tell(Fact::Refused);
                self.part(cx, Disposition::Refused, Prompt::CallRefused)
            }
            // Another key is no choice; the announcement goes on.
            _ => Phase::Accept(self),
        }
    }

    /// Only a person can accept. Who says nothing is asked to the end.
    fn classified(self, cx: &mut Cx<'_>, class: AnswerClass) -> Phase {
        let drop = match class {
            AnswerClass::Machine => cx.settings.drop_machines,
            _ => true,
        };
        match unattended(class) {
            Some((disposition, prompt)) if drop => {
                let by = EndedBy::Controller;
                self.attempt.over(cx, disposition, by, &[prompt])
            }
            _ => Phase::Accept(self),
        }
    }

    fn accept(mut self, cx: &mut Cx<'_>) -> Phase {
        cx.tell(Fact::Accepted);
        cx.hush(Leg::Trunk);
        cx.hush(Leg::Phone);
        self.attempt.say(cx, Leg::Trunk, Prompt::ThankYouGoAhead);
        self.accepted = true;
        self.until = cx.now + THANKS_MAX;
        Phase::Accept(self)
    }

    fn timed_out(self, cx: &mut Cx<'_>) -> Phase {
        if self.accepted {
            return Talk::enter(self.attempt, cx);
        }
        if self.repeats_left > 1 {
            return announce(self.attempt, cx, self.repeats_left - 1);
        }
        self.part(cx, Disposition::NotAccepted, Prompt::CallNotAccepted)
    }

    /// The called party hung up: instead of choosing, or after accepting, before any talk.
    fn hung_up(self, cx: &mut Cx<'_>) -> Phase {
        let by = EndedBy::CalledParty;
        if self.accepted {
            let prompts = [Prompt::FarEndHungUp, Prompt::HangUp];
            return self.attempt.over(cx, Disposition::Abandoned, by, &prompts);
        }
        let prompts = [Prompt::CallNotAccepted];
        self.attempt
            .over(cx, Disposition::NotAccepted, by, &prompts)
    }

    fn part(self, cx: &mut Cx<'_>, disposition: Disposition, prompt: Prompt) -> Phase {
        Farewell::enter(self.attempt, cx, disposition, EndedBy::CalledParty, prompt)
    }
}

/// What becomes of a call that no person answered.
pub(super) fn unattended(class: AnswerClass) -> Option<(Disposition, Prompt)> {
    match class {
        AnswerClass::Machine => Some((Disposition::AnsweringMachine, Prompt::AnsweredByMachine)),
        AnswerClass::Fax | AnswerClass::Modem => {
            Some((Disposition::FaxModem, Prompt::AnsweredByFax))
        }
        AnswerClass::Sit(_) => Some((Disposition::Intercept, Prompt::NumberNotInService)),
        AnswerClass::Person | AnswerClass::Tty | AnswerClass::Silence => None,
    }
}

fn announce(attempt: Attempt, cx: &mut Cx<'_>, repeats_left: u8) -> Phase {
    cx.hush(Leg::Trunk);
    let permit = attempt.permit.expect("only an admitted call is announced");
    let brand = permit.treatment.brand;
    attempt.say(cx, Leg::Trunk, Prompt::CollectCallFrom { brand });
    if permit.recording != RecordingRule::Privileged {
        attempt.say(cx, Leg::Trunk, Prompt::RecordingNotice);
    }
    // Nobody is told of what is not done.
    if attempt.three_way_response() != ThreeWayResponse::Ignore {
        attempt.say(cx, Leg::Trunk, Prompt::ThreeWayNotice);
    }
    let choice = Prompt::AcceptOrRefuse {
        accept: cx.settings.accept_key,
        refuse: cx.settings.refuse_key,
    };
    attempt.say(cx, Leg::Trunk, choice);
    let until = cx.now + ANNOUNCEMENT_MAX;
    Phase::Accept(Accept {
        until,
        attempt,
        repeats_left,
        accepted: false,
    })
}
