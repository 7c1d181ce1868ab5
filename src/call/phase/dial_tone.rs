//! The controller's own dial tone, until a key or a set time.

use super::{Phase, first_step};
use crate::{attempt::Attempt, cx::Cx, event::Event};
use types::{query::LineCommand, tick::Tick};

/// Waits for the first key, or for the end of the tone.
#[derive(Debug)]
pub struct DialTone {
    pub until: Tick,
    pub attempt: Attempt,
}

impl DialTone {
    pub(crate) fn step(mut self, cx: &mut Cx<'_>, event: Event<'_>) -> Phase {
        match event {
            Event::Key(digit) => {
                self.attempt.type_ahead(digit);
                first_step(self.attempt, cx)
            }
            Event::Command(LineCommand::Card(card)) if cx.settings.takes_cards() => {
                self.attempt.keep_card(cx, card);
                first_step(self.attempt, cx)
            }
            Event::Timer if cx.now >= self.until => first_step(self.attempt, cx),
            _ => Phase::DialTone(self),
        }
    }
}
