//! Everything else lets the call through, but an officer must confirm it: with a card at the phone's
//! reader, with a code on its keys, or at a console, within a set time.

use super::{Admit, Phase};
use crate::{attempt::Attempt, cx::Cx, event::Event};
use types::{
    credential::OfficerProof,
    digits::{Digit, Digits},
    disposition::Blocked,
    fact::{Fact, Leg},
    id::OfficerId,
    prompt::Prompt,
    query::{DialedOrSpeed, LineCommand, OfficerAnswer, OfficerWord, Query, Reply},
    secret::Secret,
    tick::{Tick, Ticks},
};

/// Who waits is told so again.
const REMINDED_EACH: Ticks = Ticks::secs(20);

/// Waits for an officer.
#[derive(Debug)]
pub struct Confirm {
    pub attempt: Attempt,
    number: DialedOrSpeed,
    /// Nobody confirmed it by then.
    until: Tick,
    remind_at: Tick,
    keyed: Secret<Digits>,
    tries_left: u8,
    /// What is being looked up, and when the answer is too late.
    asked: Option<(u32, Tick)>,
    /// Who confirmed at a console meanwhile: that is looked up next, if the other is no proof.
    word: Option<OfficerId>,
}

impl Confirm {
    pub(crate) fn enter(attempt: Attempt, cx: &mut Cx<'_>, number: DialedOrSpeed) -> Phase {
        cx.tell(Fact::OfficerAsked);
        attempt.say(cx, Leg::Phone, Prompt::OfficerMustConfirm);
        Phase::Confirm(Confirm {
            attempt,
            number,
            until: cx.now + cx.settings.confirm_wait,
            remind_at: cx.now + REMINDED_EACH,
            keyed: Secret::default(),
            tries_left: cx.settings.pin_tries,
            asked: None,
            word: None,
        })
    }

    pub(crate) fn deadline(&self) -> Tick {
        match self.asked {
            Some((_, late)) => late,
            None => self.until.min(self.remind_at),
        }
    }

    pub(crate) fn asked(&self) -> Option<u32> {
        self.asked.map(|(number, _)| number)
    }

    pub(crate) fn step(mut self, cx: &mut Cx<'_>, event: Event<'_>) -> Phase {
        let by = cx.settings.confirm_by;
        match event {
            Event::Answer(answered) => match answered.reply {
                Reply::Officer(answer) => self.answered(cx, answer),
                _ => self.attempt.refuse(cx, Blocked::SystemUnavailable),
            },
            Event::Timer if cx.now >= self.deadline() => self.timed_out(cx),
            Event::Command(LineCommand::Confirm { officer })
                if by.takes_console() && self.asked.is_some() =>
            {
                self.word = Some(*officer);
                Phase::Confirm(self)
            }
            _ if self.asked.is_some() => Phase::Confirm(self),
            Event::Key(digit) if by.takes_codes() => {
                cx.hush(Leg::Phone);
                self.key(cx, digit)
            }
            Event::Command(LineCommand::Card(card)) if by.takes_cards() => {
                cx.hush(Leg::Phone);
                cx.tell(Fact::CardRead);
                self.look_up(cx, OfficerProof::Card(card.clone()))
            }
            Event::Command(LineCommand::Confirm { officer }) if by.takes_console() => {
                self.look_up(cx, OfficerProof::Console(*officer))
            }
            _ => Phase::Confirm(self),
        }
    }

    /// A set length or `#` ends a code, `*` starts it again.
    fn key(mut self, cx: &mut Cx<'_>, digit: Digit) -> Phase {
        if digit == Digit::STAR {
            self.keyed = Secret::default();
            return Phase::Confirm(self);
        }
        let ends = digit == Digit::POUND;
        if ends && self.keyed.expose().is_empty() {
            return Phase::Confirm(self);
        }
        if !ends {
            let _ = self.keyed.expose_mut().push(digit);
        }
        if !ends && self.keyed.expose().len() < usize::from(cx.settings.code_length) {
            return Phase::Confirm(self);
        }
        let code = std::mem::take(&mut self.keyed);
        self.look_up(cx, OfficerProof::Code(code))
    }

    fn look_up(mut self, cx: &mut Cx<'_>, proof: OfficerProof) -> Phase {
        // Who was keying a code goes on, though the call may: those keys are no less secret.
        self.attempt.code_begun |= !self.keyed.expose().is_empty();
        self.keyed = Secret::default();
        let inmate = self.attempt.inmate;
        let number = cx.ask(Query::Officer { proof, inmate });
        self.asked = Some((number, cx.now + cx.settings.back_office_wait));
        Phase::Confirm(self)
    }

    fn answered(mut self, cx: &mut Cx<'_>, answer: OfficerAnswer) -> Phase {
        self.asked = None;
        let proven = matches!(answer, OfficerAnswer::Confirmed(_));
        if let Some(officer) = self.word.take().filter(|_| !proven) {
            self.tries_left = self.tries_left.saturating_sub(1);
            return self.look_up(cx, OfficerProof::Console(officer));
        }
        match answer {
            OfficerAnswer::Confirmed(officer) => {
                cx.hush(Leg::Phone);
                cx.tell(Fact::Confirmed(officer));
                let word = OfficerWord::Confirmed(officer);
                Admit::with_officer(self.attempt, cx, self.number, word)
            }
            OfficerAnswer::Resting => self.attempt.refuse(cx, Blocked::PinResting),
            OfficerAnswer::Unknown if self.tries_left <= 1 => self.nobody(cx),
            OfficerAnswer::Unknown => {
                cx.hush(Leg::Phone);
                for prompt in [Prompt::OfficerUnknown, Prompt::OfficerMustConfirm] {
                    self.attempt.say(cx, Leg::Phone, prompt);
                }
                Phase::Confirm(Confirm {
                    tries_left: self.tries_left - 1,
                    remind_at: cx.now + REMINDED_EACH,
                    ..self
                })
            }
        }
    }

    fn timed_out(self, cx: &mut Cx<'_>) -> Phase {
        if self.asked.is_some() {
            return self.attempt.refuse(cx, Blocked::SystemUnavailable);
        }
        if cx.now >= self.until {
            return self.nobody(cx);
        }
        if self.keyed.expose().is_empty() {
            let prompt = Prompt::OfficerMustConfirm;
            self.attempt.say(cx, Leg::Phone, prompt);
        }
        Phase::Confirm(Confirm {
            remind_at: cx.now + REMINDED_EACH,
            ..self
        })
    }

    /// The back office writes the refusal, with all that screening found.
    fn nobody(self, cx: &mut Cx<'_>) -> Phase {
        Admit::with_officer(self.attempt, cx, self.number, OfficerWord::Nothing)
    }
}
