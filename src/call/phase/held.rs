//! Lifted again before on-hook lasted its time: silence, then fast busy, until on-hook.

use super::Phase;
use crate::{cx::Cx, event::Event};
use types::{
    tick::{Tick, Ticks},
    tone::Tone,
};

const SILENCE: Ticks = Ticks::secs(10);
const REARM: Ticks = Ticks::secs(60);

/// Waits for on-hook, without dial tone.
#[derive(Debug)]
pub struct Held {
    pub until: Tick,
    busy: bool,
}

impl Held {
    pub(crate) fn silent(cx: &Cx<'_>) -> Held {
        Held {
            until: cx.now + SILENCE,
            busy: false,
        }
    }

    pub(crate) fn tone(&self) -> Option<Tone> {
        self.busy.then_some(Tone::Reorder)
    }

    pub(crate) fn step(self, cx: &mut Cx<'_>, event: Event<'_>) -> Phase {
        match event {
            Event::Timer if cx.now >= self.until => Phase::Held(Held {
                until: cx.now + REARM,
                busy: true,
            }),
            _ => Phase::Held(self),
        }
    }
}
