//! Edges that no event told, and edges that found no room.

use super::{DahdiPort, Role};
use crate::port::PortError;
use types::{
    edge::Edge,
    tick::{Tick, Ticks},
};

/// What the kernel's events told is compared with the channel's state this often: it keeps 64 events,
/// and forgets what comes then.
const STATE_LOOK: Ticks = Ticks::secs(1);

impl DahdiPort {
    /// What was told by an event that was lost, or by an edge that found no room. An event that is on
    /// its way changes nothing then.
    pub(super) fn look_at_state(&mut self, now: Tick) -> Result<(), PortError> {
        if now < self.state_at {
            return Ok(());
        }
        self.state_at = now + STATE_LOOK;
        let before = self.edges.len();
        let params = self.channel()?.params();
        let alarm = self.check(params)?.chan_alarms != 0;
        self.set_alarm(alarm);
        self.take_bits(now)?;
        if std::mem::take(&mut self.untold) {
            self.tell_standing(now);
        }
        self.counters.edges_recovered += (self.edges.len() - before) as u64;
        Ok(())
    }

    /// How things stand, as edges.
    fn tell_standing(&mut self, now: Tick) {
        let either = |yes, edge, other| if yes { edge } else { other };
        self.push(now, either(self.alarm, Edge::AlarmOn, Edge::AlarmOff));
        match self.wiring.role {
            // Its hook is asked for each second.
            Role::Feeds => {}
            Role::IsFed => {
                let lost = self.battery_at.is_some();
                self.push(now, either(lost, Edge::BatteryLost, Edge::BatteryBack));
            }
            Role::Bits(meaning) => self.push(now, meaning.standing(self.bits)),
        }
    }
}
