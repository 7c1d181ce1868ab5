//! PIN entry and its check: a set length, `*` starts again, a set number of tries.

use super::{LanguageMenu, Number, PROMPT_MAX, Phase};
use crate::{attempt::Attempt, cx::Cx, event::Event};
use types::{
    digits::{Digit, Digits},
    disposition::Blocked,
    fact::Leg,
    prompt::Prompt,
    query::{PinAnswer, Query, Reply},
    secret::Secret,
    tick::Tick,
};

/// Waits for the digits of a PIN.
#[derive(Debug)]
pub struct Pin {
    pub until: Tick,
    pub attempt: Attempt,
    keyed: Secret<Digits>,
    tries_left: u8,
    repeats_left: u8,
    /// Keys before this follow a wrong PIN in one go: they were meant for what follows a good
    /// one, and are forgotten.
    forget_until: Tick,
}

impl Pin {
    pub(crate) fn enter(attempt: Attempt, cx: &mut Cx<'_>, tries_left: u8) -> Phase {
        Pin::prompted(
            attempt,
            cx,
            tries_left,
            &[Prompt::EnterPin],
            cx.settings.prompt_repeats,
        )
    }

    fn prompted(
        attempt: Attempt,
        cx: &mut Cx<'_>,
        tries_left: u8,
        prompts: &[Prompt],
        repeats_left: u8,
    ) -> Phase {
        let typed_ahead = !attempt.ahead.expose().is_empty();
        if !typed_ahead {
            attempt.ask(cx, prompts);
        }
        let pin = Pin {
            until: cx.now
                + if typed_ahead {
                    cx.settings.inter_digit
                } else {
                    PROMPT_MAX
                },
            attempt,
            keyed: Secret::default(),
            tries_left,
            repeats_left,
            forget_until: Tick::ZERO,
        };
        pin.take_ahead(cx)
    }

    /// After a wrong PIN, with at least this one try left.
    fn again(mut attempt: Attempt, cx: &mut Cx<'_>, tries_left: u8) -> Phase {
        attempt.forget_ahead();
        let forget_until = attempt.keying_until();
        let prompts = [Prompt::PinTryAgain, Prompt::EnterPin];
        let repeats = cx.settings.prompt_repeats;
        match Pin::prompted(attempt, cx, tries_left, &prompts, repeats) {
            Phase::Pin(pin) => Phase::Pin(Pin {
                forget_until,
                ..pin
            }),
            other => other,
        }
    }

    fn take_ahead(mut self, cx: &mut Cx<'_>) -> Phase {
        while let Some(digit) = self.attempt.ahead.expose_mut().pop_front() {
            match self.key(cx, digit) {
                Phase::Pin(pin) => self = pin,
                other => return other,
            }
        }
        Phase::Pin(self)
    }

    pub(crate) fn step(self, cx: &mut Cx<'_>, event: Event<'_>) -> Phase {
        match event {
            Event::Key(digit) => {
                cx.hush(Leg::Phone);
                if cx.now < self.forget_until {
                    return Pin::again(self.attempt, cx, self.tries_left);
                }
                self.key(cx, digit)
            }
            Event::Said(Leg::Phone) if self.keyed.expose().is_empty() => Phase::Pin(Pin {
                until: cx.now + cx.settings.first_digit,
                ..self
            }),
            Event::Timer if cx.now >= self.until => self.timed_out(cx),
            _ => Phase::Pin(self),
        }
    }

    fn key(mut self, cx: &mut Cx<'_>, digit: Digit) -> Phase {
        if digit == Digit::STAR {
            self.keyed = Secret::default();
            self.until = cx.now + cx.settings.first_digit;
            return Phase::Pin(self);
        }
        if digit == Digit::POUND || digit.value().is_none() {
            return self.failed_try(cx);
        }
        self.keyed.expose_mut().push(digit);
        self.until = cx.now + cx.settings.inter_digit;
        if self.keyed.expose().len() < usize::from(cx.settings.pin_length) {
            return Phase::Pin(self);
        }
        let asked = cx.ask(Query::Pin(self.keyed.clone()));
        let until = cx.now + cx.settings.back_office_wait;
        let Pin {
            attempt,
            keyed,
            tries_left,
            ..
        } = self;
        Phase::PinCheck(PinCheck {
            until,
            attempt,
            pin: keyed,
            tries_left,
            asked,
        })
    }

    fn timed_out(self, cx: &mut Cx<'_>) -> Phase {
        if !self.keyed.expose().is_empty() {
            return self.failed_try(cx);
        }
        if self.repeats_left > 1 {
            let Pin {
                attempt,
                tries_left,
                repeats_left,
                ..
            } = self;
            return Pin::prompted(
                attempt,
                cx,
                tries_left,
                &[Prompt::EnterPin],
                repeats_left - 1,
            );
        }
        self.attempt.give_up(cx)
    }

    fn failed_try(self, cx: &mut Cx<'_>) -> Phase {
        another_try(self.attempt, cx, self.tries_left)
    }
}

/// The PIN is complete; the back office looks it up. Keys go on into the type-ahead.
#[derive(Debug)]
pub struct PinCheck {
    pub until: Tick,
    pub attempt: Attempt,
    pin: Secret<Digits>,
    tries_left: u8,
    pub asked: u32,
}

impl PinCheck {
    pub(crate) fn step(mut self, cx: &mut Cx<'_>, event: Event<'_>) -> Phase {
        match event {
            Event::Key(digit) => {
                self.attempt.type_ahead(digit);
                Phase::PinCheck(self)
            }
            Event::Answer(answered) => match answered.reply {
                Reply::Pin(answer) => self.answered(cx, answer),
                _ => self.attempt.refuse(cx, Blocked::SystemUnavailable),
            },
            Event::Timer if cx.now >= self.until => {
                self.attempt.refuse(cx, Blocked::SystemUnavailable)
            }
            _ => Phase::PinCheck(self),
        }
    }

    fn answered(self, cx: &mut Cx<'_>, answer: PinAnswer) -> Phase {
        let PinCheck {
            mut attempt,
            pin,
            tries_left,
            ..
        } = self;
        match answer {
            PinAnswer::Valid { inmate, language } => {
                attempt.pin = Some(pin);
                attempt.inmate = Some(inmate);
                let known = language.filter(|l| cx.settings.languages.contains(l));
                attempt.language = attempt.language.or(known);
                if attempt.language.is_none() && cx.settings.languages.len() > 1 {
                    return LanguageMenu::enter(attempt, cx);
                }
                Number::enter(attempt, cx)
            }
            PinAnswer::Unknown => another_try(attempt, cx, tries_left),
            PinAnswer::Disabled { inmate } => {
                attempt.inmate = Some(inmate);
                attempt.refuse(cx, Blocked::PinDisabled)
            }
            PinAnswer::InUse { inmate } => {
                attempt.inmate = Some(inmate);
                attempt.refuse(cx, Blocked::PinInUse)
            }
            PinAnswer::Refused { inmate, blocked } => {
                attempt.inmate = Some(inmate);
                attempt.refuse(cx, blocked)
            }
            PinAnswer::Resting => attempt.refuse(cx, Blocked::PinResting),
        }
    }
}

fn another_try(attempt: Attempt, cx: &mut Cx<'_>, tries_left: u8) -> Phase {
    if tries_left <= 1 {
        return attempt.refuse(cx, Blocked::PinInvalid);
    }
    Pin::again(attempt, cx, tries_left - 1)
}
