//! When the driver joins the two ports: they hear each other without us, a millisecond late instead
//! of two blocks, while we still hear both.
//!
//! Only where the bridge would pass octets as they are, and nothing has to be kept from either
//! side: the site lets a talk be joined at all, one law, no canceller of ours in the path, nothing
//! said, no key down or looked for, no flash, no doubt whether the far end is there, a tap that loses
//! nothing. What speaks against it ends a join in the same turn, and must have been over for a
//! while before the next. Channels with a canceller of their own have `cancel_echo` off.

use crate::{Line, bridge::Heard10, io::Input};
use types::{
    frame::Samples,
    tick::{Tick, Ticks},
};

/// What spoke against a join must have been over this long.
const SETTLED: Ticks = Ticks::ms(500);
/// A number has more than one digit: only the first is ever heard in a join.
const AFTER_KEY: Ticks = Ticks::secs(10);
/// What may be a key ends a join after so many frames in a row.
const DOUBTFUL: u8 = 2;
/// What is as steady for so many frames counts as one, though it was not told.
const STEADY: u8 = 6;
/// A tap that lost something may do so again.
const AFTER_GAP: Ticks = Ticks::secs(10);

#[derive(Debug, Default)]
pub(crate) struct Joining {
    /// Not before this.
    free_at: Tick,
    /// When the line was last handled, and whether the ports were joined then.
    last: Tick,
    joined: bool,
}

impl Joining {
    /// The inmate pressed a key.
    pub(crate) fn keyed(&mut self, now: Tick) {
        self.not_before(now + AFTER_KEY);
    }

    fn not_before(&mut self, tick: Tick) {
        self.free_at = self.free_at.max(tick);
    }
}

impl Line {
    /// Takes note of what became of the ports.
    pub(crate) fn follow_join(&mut self, now: Tick, input: &Input<'_>) {
        if input.joined {
            self.call.joined(now.since(self.joining.last));
        }
        self.joining.last = now;
        if input.joined != self.joining.joined {
            self.joining.joined = input.joined;
            self.trunk_ear.rerouted();
        }
        if input.tap_gap {
            self.joining.not_before(now + AFTER_GAP);
        }
        // An edge is rarely alone, and may be the first sign of a release.
        if !input.trunk_edges.is_empty() || !input.phone_edges.is_empty() {
            self.joining.not_before(now + SETTLED);
        }
    }

    /// Whether the ports are to be joined.
    pub(crate) fn is_to_join(&mut self, now: Tick) -> bool {
        if !self.is_unity() {
            self.joining.not_before(now + SETTLED);
        }
        if self.phone_ear.key_frames() >= STEADY {
            self.joining.keyed(now);
        }
        now >= self.joining.free_at
    }

    /// The bridge passes octets as they are, both ways.
    fn is_unity(&self) -> bool {
        let Some(held) = &self.held else { return false };
        self.call.may_join()
            && held.profile.law == self.law
            && !held.profile.cancel_echo
            && !held.interferes()
            && !self.phone_mouth.speaking()
            && !self.trunk_mouth.speaking()
            && !self.hook.is_open()
            && !self.key_is_down()
    }

    /// One that is to be kept from a join, or to end it.
    fn key_is_down(&self) -> bool {
        if self.joining.joined {
            self.phone_ear.key_is_clear() || self.phone_ear.key_frames() >= DOUBTFUL
        } else {
            self.phone_ear.key_down()
        }
    }

    /// What the trunk was sent while it was heard. A join is faster than the bridge.
    pub(crate) fn sent_meanwhile(&self, phone: Option<&Heard10>, input: &Input<'_>) -> Samples {
        match phone {
            Some(phone) if input.joined => phone.samples,
            _ => *self.sent.meanwhile(input.trunk_waiting),
        }
    }
}
