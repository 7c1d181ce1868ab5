//! The called party hears who calls and chooses. Until then neither hears the other.

use super::{Block, Farewell, Phase, Talk, block};
use crate::{attempt::Attempt, cx::Cx, event::Event};
use types::{
    answer_class::AnswerClass,
    digits::Digit,
    disposition::{Disposition, EndedBy},
    fact::{Fact, Leg},
    language::Language,
    prompt::Prompt,
    settings::CallSettings,
    tick::{Tick, Ticks},
    treatment::{CallTreatment, ThreeWayResponse},
    verdict::{Handling, Permit, RecordingRule},
};

/// The announcement never takes longer.
const ANNOUNCEMENT_MAX: Ticks = Ticks::secs(90);
/// As often a called party may choose another language: a trunk is not to be held by it.
const LANGUAGE_CHANGES: u8 = 3;
/// The words between acceptance and talk.
const THANKS_MAX: Ticks = Ticks::secs(10);

/// Answered; waits for the called party to accept or refuse.
#[derive(Debug)]
pub struct Accept {
    pub until: Tick,
    pub attempt: Attempt,
    repeats_left: u8,
    /// Changes of language that the called party has left.
    changes_left: u8,
    /// Said thanks to; the talk is about to begin.
    pub(crate) accepted: bool,
}

impl Accept {
    pub(crate) fn enter(attempt: Attempt, cx: &mut Cx<'_>) -> Phase {
        cx.hush(Leg::Phone);
        attempt.say(cx, Leg::Phone, Prompt::PleaseHold);
        announce(
            attempt,
            cx,
            cx.settings.accept_repeats.max(1),
            LANGUAGE_CHANGES,
        )
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
        let blocks = digit
            .value()
            .and_then(|key| block::meant_by(&self.attempt, cx, key));
        if let Some(key) = blocks
            && !doubtful
        {
            return Block::enter(self.attempt, cx, key);
        }
        match digit.value() {
            Some(key) if key == cx.settings.accept_key && !doubtful => self.accept(cx),
            Some(key) if key == cx.settings.refuse_key => {
                cx.tell(Fact::Refused);
                self.part(cx, Disposition::Refused, Prompt::CallRefused)
            }
            Some(key) if self.changes_left > 0 && !doubtful => self.speak(cx, key),
            // Another key is no choice; the announcement goes on.
            _ => Phase::Accept(self),
        }
    }

    /// The announcement from its beginning in the language of this key, if it is one's.
    fn speak(mut self, cx: &mut Cx<'_>, key: u8) -> Phase {
        let mut offers = offers(&self.attempt, cx);
        let Some((_, language)) = offers.find(|(offered, _)| *offered == key) else {
            return Phase::Accept(self);
        };
        self.attempt.far_language = Some(language);
        announce(self.attempt, cx, self.repeats_left, self.changes_left - 1)
    }

    /// Only a person can accept. Who says nothing is asked to the end.
    fn classified(self, cx: &mut Cx<'_>, class: AnswerClass) -> Phase {
        match given_up(cx, class) {
            Some((disposition, prompt)) => {
                let by = EndedBy::Controller;
                self.attempt.over(cx, disposition, by, &[prompt])
            }
            None => Phase::Accept(self),
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
            let (repeats, changes) = (self.repeats_left - 1, self.changes_left);
            return announce(self.attempt, cx, repeats, changes);
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

/// What becomes of a call that a person must accept, if none answered it.
pub(super) fn given_up(cx: &Cx<'_>, class: AnswerClass) -> Option<(Disposition, Prompt)> {
    let drop = class != AnswerClass::Machine || cx.settings.drop_machines;
    unattended(class).filter(|_| drop)
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

/// The languages that the called party may have instead, each with its key: those that no choice
/// takes, in their order.
fn offers(attempt: &Attempt, cx: &Cx<'_>) -> impl Iterator<Item = (u8, Language)> + use<> {
    let spoken = attempt.far_tongue(cx);
    let CallSettings {
        accept_key,
        refuse_key,
        block_keys,
        ..
    } = cx.settings;
    let (accept, refuse) = (Some(*accept_key), Some(*refuse_key));
    let choices = [accept, refuse, block_keys.inmate, block_keys.facility];
    let keys = (1..=9).chain([0]);
    let keys = keys.filter(move |key| !choices.contains(&Some(*key)));
    let languages = cx.settings.languages.clone();
    let others = languages.into_iter().filter(move |other| *other != spoken);
    keys.zip(others)
}

/// Who calls. Nothing is said of payment where the called party does not pay.
fn head(attempt: &Attempt, cx: &mut Cx<'_>, permit: &Permit) {
    let CallTreatment {
        brand, messages, ..
    } = permit.treatment;
    if permit.handling == Handling::AutomatedOperator {
        attempt.say(cx, Leg::Trunk, Prompt::CollectCallFrom { brand });
        return;
    }
    if messages.carrier {
        attempt.say(cx, Leg::Trunk, Prompt::CarrierBrand { brand });
    }
    attempt.say(cx, Leg::Trunk, Prompt::CallFrom);
}

fn announce(attempt: Attempt, cx: &mut Cx<'_>, repeats_left: u8, changes_left: u8) -> Phase {
    cx.hush(Leg::Trunk);
    let permit = attempt.permit.expect("only an admitted call is announced");
    head(&attempt, cx, &permit);
    if permit.recording == RecordingRule::Record {
        attempt.say(cx, Leg::Trunk, Prompt::RecordingNotice);
    }
    // Nobody is told of what is not done.
    let watched = attempt.three_way_response() != ThreeWayResponse::Ignore;
    if watched && permit.treatment.messages.three_way_notice {
        attempt.say(cx, Leg::Trunk, Prompt::ThreeWayNotice);
    }
    let choice = Prompt::AcceptOrRefuse {
        accept: cx.settings.accept_key,
        refuse: cx.settings.refuse_key,
    };
    attempt.say(cx, Leg::Trunk, choice);
    block::offer(&attempt, cx);
    for (key, language) in offers(&attempt, cx) {
        cx.say(
            Leg::Trunk,
            language,
            Prompt::LanguageOffer { language, key },
        );
    }
    let until = cx.now + ANNOUNCEMENT_MAX;
    Phase::Accept(Accept {
        until,
        attempt,
        repeats_left,
        changes_left,
        accepted: false,
    })
}
