//! On-hook, nothing going on.

use super::Phase;
use crate::{cx::Cx, event::Event};
use types::tick::Tick;

/// Waits for off-hook.
#[derive(Debug)]
pub struct Idle {
    /// Dial tone is not given before this.
    pub guard_until: Tick,
}

impl Idle {
    pub(crate) fn step(self, cx: &mut Cx<'_>, event: Event<'_>) -> Phase {
        match event {
            Event::OffHook => self.lifted(cx),
            _ => Phase::Idle(self),
        }
    }
}
