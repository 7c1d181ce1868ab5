//! The number: complete by the dial plan, by `#`, or by time; two digits 01-50 and then nothing
//! more are a speed dial.

use super::{Admit, PROMPT_MAX, Phase};
use crate::{attempt::Attempt, cx::Cx, event::Event};
use types::{
    credential::IdentifyBy,
    dial_plan::{DialPlan, Dialed},
    digits::{Digit, Digits},
    disposition::{Blocked, Disposition, EndedBy},
    fact::Leg,
    prompt::Prompt,
    query::DialedOrSpeed,
    tick::Tick,
};

const SPEED_DIALS: std::ops::RangeInclusive<u8> = 1..=50;

/// Waits for the digits of a number.
#[derive(Debug)]
pub struct Number {
    pub until: Tick,
    pub attempt: Attempt,
    repeats_left: u8,
}

impl Number {
    pub(crate) fn enter(attempt: Attempt, cx: &mut Cx<'_>) -> Phase {
        Number::prompted(
            attempt,
            cx,
            &[Prompt::EnterNumber],
            cx.settings.prompt_repeats,
        )
    }

    fn prompted(attempt: Attempt, cx: &mut Cx<'_>, prompts: &[Prompt], repeats_left: u8) -> Phase {
        let typed_ahead = !attempt.ahead.expose().is_empty();
        if !typed_ahead {
            attempt.ask(cx, prompts);
        }
        let until = cx.now
            + if typed_ahead {
                cx.settings.inter_digit
            } else {
                PROMPT_MAX
            };
        Number {
            until,
            attempt,
            repeats_left,
        }
        .take_ahead(cx)
    }

    fn take_ahead(mut self, cx: &mut Cx<'_>) -> Phase {
        while let Some(digit) = self.attempt.ahead.expose_mut().pop_front() {
            match self.key(cx, digit) {
                Phase::Number(number) => self = number,
                other => return other,
            }
        }
        Phase::Number(self)
    }

    pub(crate) fn step(self, cx: &mut Cx<'_>, event: Event<'_>) -> Phase {
        match event {
            Event::Key(digit) if self.ends_passcode(cx, digit) => Phase::Number(self),
            Event::Key(digit) => {
                cx.hush(Leg::Phone);
                self.key(cx, digit)
            }
            Event::Said(Leg::Phone) if self.attempt.dialed.is_empty() => Phase::Number(Number {
                until: cx.now + cx.settings.first_digit,
                ..self
            }),
            Event::Timer if cx.now >= self.until => self.timed_out(cx),
            _ => Phase::Number(self),
        }
    }

    /// The `#` after a passcode of set length, which was complete without it.
    fn ends_passcode(&self, cx: &Cx<'_>, digit: Digit) -> bool {
        let of_passcode = cx.settings.identify_by == IdentifyBy::IdAndPasscode;
        of_passcode && digit == Digit::POUND && self.attempt.dialed.is_empty()
    }

    fn key(mut self, cx: &mut Cx<'_>, digit: Digit) -> Phase {
        if digit == Digit::STAR {
            self.attempt.dialed = Digits::EMPTY;
            self.until = cx.now + cx.settings.first_digit;
            return Phase::Number(self);
        }
        if digit == Digit::POUND {
            return self.ended(cx);
        }
        // With no room left it is no number any more, whatever follows.
        let _ = self.attempt.dialed.push(digit);
        self.until = cx.now
            + match cx.plan.read(&self.attempt.dialed) {
                Dialed::Complete(number) => {
                    return Admit::enter(self.attempt, cx, DialedOrSpeed::Number(number));
                }
                Dialed::CouldEnd(_) => cx.settings.final_digit,
                // Also where it is a code already: a number keyed slowly is not cut short.
                Dialed::Incomplete => cx.settings.inter_digit,
                // One digit can still become a two-digit code.
                Dialed::Impossible if self.attempt.dialed.len() == 1 => cx.settings.inter_digit,
                // A code, or no number at all. What else is keyed of a wrong number must not be
                // taken for the beginning of another, so that is told only after a pause.
                Dialed::Impossible => cx.settings.final_digit,
            };
        Phase::Number(self)
    }

    fn timed_out(self, cx: &mut Cx<'_>) -> Phase {
        if !self.attempt.dialed.is_empty() {
            return self.ended(cx);
        }
        if self.repeats_left > 1 {
            let Number {
                attempt,
                repeats_left,
                ..
            } = self;
            return Number::prompted(attempt, cx, &[Prompt::EnterNumber], repeats_left - 1);
        }
        self.attempt.give_up(cx)
    }

    /// `#`, or no digit for long enough.
    fn ended(self, cx: &mut Cx<'_>) -> Phase {
        match as_keyed(cx.plan, &self.attempt.dialed) {
            Some(number) => Admit::enter(self.attempt, cx, number),
            None => self.not_valid(cx),
        }
    }

    fn not_valid(self, cx: &mut Cx<'_>) -> Phase {
        let Number {
            mut attempt,
            repeats_left,
            ..
        } = self;
        attempt.forget_ahead();
        if repeats_left > 1 {
            attempt.dialed = Digits::EMPTY;
            let prompts = [Prompt::NumberNotValid, Prompt::EnterNumber];
            return Number::prompted(attempt, cx, &prompts, repeats_left - 1);
        }
        attempt.blocked = Some(Blocked::NumberNotValid);
        attempt.over(
            cx,
            Disposition::NotDialed,
            EndedBy::Controller,
            &[Prompt::NumberNotValid],
        )
    }
}

/// What these digits are when no more follow; `None` is no number.
pub fn as_keyed(plan: &DialPlan, dialed: &Digits) -> Option<DialedOrSpeed> {
    if let Some(code) = speed_dial(dialed) {
        return Some(DialedOrSpeed::Speed(code));
    }
    match plan.read(dialed) {
        Dialed::Complete(number) | Dialed::CouldEnd(number) => Some(DialedOrSpeed::Number(number)),
        Dialed::Incomplete | Dialed::Impossible => None,
    }
}

fn speed_dial(dialed: &Digits) -> Option<u8> {
    if dialed.len() != 2 {
        return None;
    }
    dialed
        .as_str()
        .parse()
        .ok()
        .filter(|code| SPEED_DIALS.contains(code))
}

impl Attempt {
    /// Nobody pressed a key though asked often enough.
    pub(crate) fn give_up(self, cx: &mut Cx<'_>) -> Phase {
        self.over(
            cx,
            Disposition::NotDialed,
            EndedBy::Controller,
            &[Prompt::HangUp],
        )
    }
}
