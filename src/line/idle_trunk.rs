//! A trunk that nobody uses: why it is left alone, and until when. The keeper has one for each shared
//! trunk, a line for its phone's own.

use signaling::trunk::far_end_free;
use types::{
    edge::{Edge, HookState},
    id::LineId,
    tick::{Tick, Ticks},
    trunk::{TrunkCondition, TrunkProfile},
};

/// A trunk that rang is left alone this long after the last ringing was seen: longer than the
/// pause of any ringing cadence (E.180 supplement 2: pauses up to 5 s), so that a call that
/// still rings is never seized.
pub const RING_QUIET: Ticks = Ticks::secs(8);
/// The rest after a first fault; each further fault in a row doubles it.
pub const FIRST_REST: Ticks = Ticks::secs(10);
/// No rest is longer.
pub const LONGEST_REST: Ticks = Ticks::secs(600);
/// The longest wait for battery that the exchange took off an idle trunk. A dead pair is found
/// at the next seizure, by the missing dial tone.
pub const BATTERY_REST: Ticks = Ticks::secs(10);
/// How often in a row an idle trunk may be found off-hook before it counts as faulty.
pub const OFF_HOOK_LIMIT: u8 = 3;

/// What the console shows of a trunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TrunkState {
    Idle {
        since: Tick,
    },
    Lent {
        to: LineId,
    },
    /// On-hook, not yet to be seized again.
    Guard {
        until: Tick,
    },
    /// Ringing in: left alone until it has been quiet.
    Ringing {
        until: Tick,
    },
    /// The far end holds or blocks it: not to be seized until it is free, and its guard time after.
    Blocked {
        since: Tick,
    },
    /// After faults: tried again later.
    Resting {
        until: Tick,
        faults: u16,
    },
    Alarm,
}

/// One idle trunk. Several reasons to leave it alone may run at once; it is free when all are over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IdleTrunk {
    pub(crate) profile: TrunkProfile,
    guard_until: Tick,
    ring_until: Tick,
    rest_until: Tick,
    /// The exchange took battery off; the end of the wait for its return.
    battery_until: Tick,
    /// Faults in a row, without a good return between them.
    faults: u16,
    alarm: bool,
    /// The far end holds or blocks it since then.
    far_busy: Option<Tick>,
    /// How often in a row the card said off-hook.
    off_hooks: u8,
}

impl IdleTrunk {
    pub(crate) fn new(now: Tick, profile: TrunkProfile) -> IdleTrunk {
        IdleTrunk {
            profile,
            guard_until: now + profile.guard,
            ring_until: now,
            rest_until: now,
            battery_until: now,
            faults: 0,
            alarm: false,
            far_busy: None,
            off_hooks: 0,
        }
    }

    pub(crate) fn state(&self, now: Tick) -> TrunkState {
        if self.alarm {
            TrunkState::Alarm
        } else if let Some(since) = self.far_busy {
            TrunkState::Blocked { since }
        } else if now < self.ring_until {
            TrunkState::Ringing {
                until: self.ring_until,
            }
        } else if now < self.rest_until {
            TrunkState::Resting {
                until: self.rest_until,
                faults: self.faults,
            }
        } else if now < self.guard_until.max(self.battery_until) {
            TrunkState::Guard {
                until: self.guard_until.max(self.battery_until),
            }
        } else {
            TrunkState::Idle {
                since: self.since(),
            }
        }
    }

    /// Whether it may be seized now.
    pub(crate) fn is_free(&self, now: Tick) -> bool {
        matches!(self.state(now), TrunkState::Idle { .. })
    }

    /// Since when it has been free, or from when on it will be.
    pub(crate) fn since(&self) -> Tick {
        let free = self.ring_until.max(self.rest_until);
        free.max(self.guard_until).max(self.battery_until)
    }

    /// It was put on-hook.
    pub(crate) fn guard(&mut self, now: Tick) {
        self.guard_until = now + self.profile.guard;
    }

    /// A call over it has ended.
    pub(crate) fn returned(&mut self, now: Tick, condition: TrunkCondition) {
        self.off_hooks = 0;
        self.guard(now);
        match condition {
            TrunkCondition::Good => self.faults = 0,
            TrunkCondition::Faulty | TrunkCondition::Suspect => self.fault(now),
        }
    }

    pub(crate) fn edge(&mut self, now: Tick, edge: Edge) {
        match far_end_free(&self.profile.signalling, edge) {
            Some(false) => self.far_busy = self.far_busy.or(Some(now)),
            Some(true) if self.far_busy.take().is_some() => {
                self.guard_until = self.guard_until.max(now + self.profile.guard);
            }
            _ => {}
        }
        match edge {
            Edge::RingStart | Edge::RingStop => self.ring_until = now + RING_QUIET,
            Edge::AlarmOn => self.alarm = true,
            Edge::AlarmOff => {
                self.alarm = false;
                self.guard(now);
            }
            Edge::BatteryLost => self.battery_until = now + BATTERY_REST,
            Edge::BatteryBack => {
                self.battery_until = now;
                self.guard_until = self.guard_until.max(now + self.profile.guard);
            }
            Edge::LoopClosed
            | Edge::LoopOpen
            | Edge::Flash
            | Edge::Pulses(_)
            | Edge::PolarityReversed
            | Edge::PolarityNormal
            | Edge::FarOffHook
            | Edge::FarOnHook
            | Edge::TipGround
            | Edge::TipOpen
            | Edge::Bits(_)
            | Edge::PulsesSent => {}
        }
    }

    /// What the card says of its hook; whether it is to be put on-hook. When that does not help it is
    /// faulty.
    pub(crate) fn hook(&mut self, now: Tick, hook: HookState) -> bool {
        match hook {
            HookState::OnHook => self.off_hooks = 0,
            HookState::Unknown => {}
            HookState::OffHook => {
                self.off_hooks += 1;
                self.guard(now);
                if self.off_hooks == OFF_HOOK_LIMIT {
                    self.off_hooks = 0;
                    self.fault(now);
                }
            }
        }
        hook == HookState::OffHook
    }

    /// Its port is tried again by who owns it. When it works, the trunk rests once more.
    pub(crate) fn port_failed(&mut self, now: Tick) {
        self.faults = self.faults.max(1);
        self.rest_until = self.rest_until.max(now + FIRST_REST);
    }

    fn fault(&mut self, now: Tick) {
        self.faults = self.faults.saturating_add(1);
        self.rest_until = now + rest(self.faults);
    }
}

/// The rest after so many faults in a row.
fn rest(faults: u16) -> Ticks {
    let doublings = u32::from(faults.saturating_sub(1)).min(16);
    Ticks(FIRST_REST.0 << doublings).min(LONGEST_REST)
}
