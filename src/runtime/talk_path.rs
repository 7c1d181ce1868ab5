//! The way between the two ports of a line: by our frames, or joined by their driver.

use crate::runtime::{gauges::Gauges, side::Side};
use types::tick::Tick;

#[derive(Debug, Default)]
pub struct TalkPath {
    joined: bool,
    /// These two ports can't be joined.
    refused: bool,
    /// Tap entries that were dropped until the last look.
    tap_dropped: u64,
}

impl TalkPath {
    pub fn is_joined(&self) -> bool {
        self.joined
    }

    /// Another trunk comes, or none.
    pub fn is_another(&mut self) {
        self.joined = false;
        self.refused = false;
    }

    /// Joins the ports, if they are not; whether they were joined by this.
    pub fn join(&mut self, now: Tick, phone: &mut Side, trunk: &mut Side) -> bool {
        if self.joined || self.refused {
            return false;
        }
        let keys = (phone.port.join_key(), trunk.port.join_key());
        if let (Some(phone_key), Some(trunk_key)) = keys {
            self.joined = phone.join(now, &trunk_key) && trunk.join(now, &phone_key);
        }
        if !self.joined {
            self.refused = true;
            phone.part(now);
            trunk.part(now);
        }
        self.joined
    }

    /// Takes both ports out, if they are joined; whether they were. A side of a join that is left
    /// alone would go on hearing the other.
    pub fn part(&mut self, now: Tick, phone: &mut Side, trunk: Option<&mut Side>) -> bool {
        if !self.joined {
            return false;
        }
        phone.part(now);
        if let Some(trunk) = trunk {
            trunk.part(now);
        }
        std::mem::take(&mut self.joined)
    }

    /// Whether entries of the tap were dropped since the last look.
    pub fn has_lost_tap(&mut self, gauges: &Gauges) -> bool {
        let dropped = gauges.counts.tap_dropped.get();
        std::mem::replace(&mut self.tap_dropped, dropped) != dropped
    }
}
