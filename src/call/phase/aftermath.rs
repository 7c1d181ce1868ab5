//! The attempt is over and recorded; prompts, then fast busy, until the inmate hangs up.

use super::Phase;
use crate::{cx::Cx, event::Event};
use types::tick::{Tick, Ticks};

/// There is nothing to do but wait; the timer only shows that the line lives.
const REARM: Ticks = Ticks::secs(60);

/// Waits for on-hook.
#[derive(Debug)]
pub struct Aftermath {
    pub until: Tick,
}

impl Aftermath {
    pub(crate) fn new(cx: &Cx<'_>) -> Aftermath {
        Aftermath {
            until: cx.now + REARM,
        }
    }

    pub(crate) fn step(self, cx: &mut Cx<'_>, event: Event<'_>) -> Phase {
        match event {
            Event::Timer if cx.now >= self.until => Phase::Aftermath(Aftermath::new(cx)),
            _ => Phase::Aftermath(self),
        }
    }
}
