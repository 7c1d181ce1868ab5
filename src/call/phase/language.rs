//! The language menu: each language offers itself in its own words.

use super::{PROMPT_MAX, Phase, after_language};
use crate::{attempt::Attempt, cx::Cx, event::Event};
use types::{digits::Digit, fact::Leg, prompt::Prompt, query::LineCommand, tick::Tick};

/// Waits for the key of a language.
#[derive(Debug)]
pub struct LanguageMenu {
    pub until: Tick,
    pub attempt: Attempt,
    repeats_left: u8,
}

impl LanguageMenu {
    pub(crate) fn enter(mut attempt: Attempt, cx: &mut Cx<'_>) -> Phase {
        if let Some(digit) = attempt.ahead.expose_mut().pop_front() {
            let repeats_left = cx.settings.prompt_repeats;
            let menu = LanguageMenu {
                until: cx.now + cx.settings.first_digit,
                attempt,
                repeats_left,
            };
            return menu.key(cx, digit);
        }
        offer(attempt, cx, cx.settings.prompt_repeats)
    }

    /// Who calls was told before the menu, so keys are no secret here.
    pub(crate) fn pin_known(&self) -> bool {
        self.attempt.credential.is_some()
    }

    pub(crate) fn step(self, cx: &mut Cx<'_>, event: Event<'_>) -> Phase {
        match event {
            Event::Key(digit) => self.key(cx, digit),
            Event::Command(LineCommand::Card(card)) => {
                let mut menu = self;
                menu.attempt.keep_card(cx, card);
                Phase::LanguageMenu(menu)
            }
            Event::Timer if cx.now >= self.until => {
                if self.repeats_left > 1 {
                    return offer(self.attempt, cx, self.repeats_left - 1);
                }
                // Nobody chose: the site's first language, rather than no call.
                let mut attempt = self.attempt;
                attempt.language = cx.settings.languages.first().copied();
                after_language(attempt, cx)
            }
            // The time to choose begins when the last language has offered itself.
            Event::Said(Leg::Phone) => Phase::LanguageMenu(LanguageMenu {
                until: cx.now + cx.settings.first_digit,
                ..self
            }),
            _ => Phase::LanguageMenu(self),
        }
    }

    fn key(mut self, cx: &mut Cx<'_>, digit: Digit) -> Phase {
        cx.hush(Leg::Phone);
        let chosen = digit
            .value()
            .and_then(|key| usize::from(key).checked_sub(1))
            .and_then(|at| cx.settings.languages.get(at).copied());
        match chosen {
            Some(language) => {
                self.attempt.language = Some(language);
                after_language(self.attempt, cx)
            }
            None => {
                self.attempt.forget_ahead();
                offer(self.attempt, cx, self.repeats_left.max(1))
            }
        }
    }
}

fn offer(attempt: Attempt, cx: &mut Cx<'_>, repeats_left: u8) -> Phase {
    cx.hush(Leg::Phone);
    attempt.ask(cx, &[]);
    for (key, &language) in (1..).zip(cx.settings.languages.iter()) {
        cx.say(
            Leg::Phone,
            language,
            Prompt::LanguageOffer { language, key },
        );
    }
    let until = cx.now + cx.settings.first_digit + PROMPT_MAX;
    Phase::LanguageMenu(LanguageMenu {
        until,
        attempt,
        repeats_left,
    })
}
