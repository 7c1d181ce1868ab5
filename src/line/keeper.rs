//! The keeper of all shared idle trunks: lends the one that has been idle longest, runs guard
//! times, rests a faulty trunk with back-off, never answers a ring. A sans-IO object: root owns
//! the ports and does what it says.

use signaling::trunk::far_end_free;
use types::{
    digits::List,
    edge::{Edge, HookState, PortCommand},
    id::{LineId, TrunkId},
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

/// What the keeper is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeeperInput {
    Borrow {
        line: LineId,
        number: u32,
    },
    Returned {
        trunk: TrunkId,
        condition: TrunkCondition,
    },
    /// An edge of a trunk that is not lent.
    Edge {
        trunk: TrunkId,
        edge: Edge,
    },
    /// The card's own view of an idle trunk, given each second.
    Hook {
        trunk: TrunkId,
        hook: HookState,
    },
    /// The port of an idle trunk failed.
    Fault {
        trunk: TrunkId,
    },
    /// Nothing new; the deadline came.
    Timer,
}

/// What the keeper wants done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeeperOutput {
    Lend {
        line: LineId,
        number: u32,
        trunk: TrunkId,
    },
    NoneFree {
        line: LineId,
        number: u32,
    },
    Command {
        trunk: TrunkId,
        command: PortCommand,
    },
}

/// What one input can bring; the room is for the on-hook commands of the start.
pub const MAX_OUTPUTS: usize = 8;

/// All that one input brings.
pub type KeeperOutputs = List<KeeperOutput, MAX_OUTPUTS>;

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

/// The trunks and their states.
#[derive(Debug)]
pub struct Keeper {
    trunks: Vec<Trunk>,
    /// The time of the last input: what `states` refers to.
    now: Tick,
    /// How many trunks have been put on-hook since the start.
    reset: usize,
}

/// One trunk. Several reasons to leave it alone may run at once; it is free when all are over.
#[derive(Clone, Copy, Debug)]
struct Trunk {
    profile: TrunkProfile,
    lent: Option<LineId>,
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

impl Keeper {
    /// All trunks are put on-hook first (by the first inputs of [`KeeperInput::Timer`], a few
    /// at a time) and start with their guard time.
    pub fn new(now: Tick, trunks: &[TrunkProfile]) -> Keeper {
        Keeper {
            trunks: trunks.iter().map(|t| Trunk::new(now, *t)).collect(),
            now,
            reset: 0,
        }
    }

    /// Takes what happened; a borrower has its answer in what this returns.
    pub fn handle(&mut self, now: Tick, input: KeeperInput) -> KeeperOutputs {
        self.now = self.now.max(now);
        let now = self.now;
        let mut out = KeeperOutputs::new();
        match input {
            KeeperInput::Borrow { line, number } => out.push(self.lend(line, number)),
            KeeperInput::Returned { trunk, condition } => {
                if let Some(trunk) = self.trunk(trunk) {
                    trunk.returned(now, condition, &mut out);
                }
            }
            KeeperInput::Edge { trunk, edge } => {
                if let Some(trunk) = self.trunk(trunk) {
                    trunk.edge(now, edge);
                }
            }
            KeeperInput::Hook { trunk, hook } => {
                if let Some(trunk) = self.trunk(trunk) {
                    trunk.hook(now, hook, &mut out);
                }
            }
            KeeperInput::Fault { trunk } => {
                if let Some(trunk) = self.trunk(trunk) {
                    trunk.port_failed(now);
                }
            }
            KeeperInput::Timer => self.reset_some(&mut out),
        }
        out
    }

    /// When a trunk next changes its state by itself.
    pub fn deadline(&self) -> Option<Tick> {
        if self.reset < self.trunks.len() {
            return Some(self.now);
        }
        let change = |t: &Trunk| match t.state(self.now) {
            TrunkState::Guard { until }
            | TrunkState::Ringing { until }
            | TrunkState::Resting { until, .. } => Some(until),
            TrunkState::Idle { .. }
            | TrunkState::Lent { .. }
            | TrunkState::Blocked { .. }
            | TrunkState::Alarm => None,
        };
        self.trunks.iter().filter_map(change).min()
    }

    /// The states as of the last input.
    pub fn states(&self) -> impl Iterator<Item = (TrunkId, TrunkState)> + '_ {
        self.trunks
            .iter()
            .map(|t| (t.profile.id, t.state(self.now)))
    }

    pub fn profile(&self, trunk: TrunkId) -> Option<&TrunkProfile> {
        self.trunks
            .iter()
            .map(|t| &t.profile)
            .find(|p| p.id == trunk)
    }

    fn trunk(&mut self, id: TrunkId) -> Option<&mut Trunk> {
        self.trunks.iter_mut().find(|t| t.profile.id == id)
    }

    /// The trunk that has been idle longest; the first of equals.
    fn lend(&mut self, line: LineId, number: u32) -> KeeperOutput {
        let now = self.now;
        let free = |t: &&mut Trunk| matches!(t.state(now), TrunkState::Idle { .. });
        let idle = self.trunks.iter_mut().filter(free);
        match idle.min_by_key(|t| t.idle_since()) {
            Some(trunk) => {
                trunk.lent = Some(line);
                KeeperOutput::Lend {
                    line,
                    number,
                    trunk: trunk.profile.id,
                }
            }
            None => KeeperOutput::NoneFree { line, number },
        }
    }

    fn reset_some(&mut self, out: &mut KeeperOutputs) {
        while self.reset < self.trunks.len() && !out.is_full() {
            let trunk = &mut self.trunks[self.reset];
            if trunk.lent.is_none() {
                trunk.guard_until = self.now + trunk.profile.guard;
                out.push(trunk.command(PortCommand::OnHook));
            }
            self.reset += 1;
        }
    }
}

impl Trunk {
    fn new(now: Tick, profile: TrunkProfile) -> Trunk {
        Trunk {
            profile,
            lent: None,
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

    fn state(&self, now: Tick) -> TrunkState {
        if let Some(to) = self.lent {
            TrunkState::Lent { to }
        } else if self.alarm {
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
                since: self.idle_since(),
            }
        }
    }

    fn idle_since(&self) -> Tick {
        let free = self.ring_until.max(self.rest_until);
        free.max(self.guard_until).max(self.battery_until)
    }

    fn command(&self, command: PortCommand) -> KeeperOutput {
        KeeperOutput::Command {
            trunk: self.profile.id,
            command,
        }
    }

    /// A trunk that was not lent can't come back: such a message changes nothing.
    fn returned(&mut self, now: Tick, condition: TrunkCondition, out: &mut KeeperOutputs) {
        if self.lent.take().is_none() {
            return;
        }
        self.off_hooks = 0;
        self.guard_until = now + self.profile.guard;
        match condition {
            TrunkCondition::Good => self.faults = 0,
            TrunkCondition::Faulty | TrunkCondition::Suspect => self.fault(now),
        }
        // A line that works has released the trunk before it gave it back. Another may not.
        if condition != TrunkCondition::Good {
            out.push(self.command(PortCommand::Media(false)));
            out.push(self.command(PortCommand::OnHook));
        }
    }

    fn edge(&mut self, now: Tick, edge: Edge) {
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
                self.guard_until = now + self.profile.guard;
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

    /// An idle trunk that holds the exchange's loop closed is put on-hook; when that does not
    /// help it is faulty.
    fn hook(&mut self, now: Tick, hook: HookState, out: &mut KeeperOutputs) {
        if self.lent.is_some() {
            return;
        }
        match hook {
            HookState::OnHook => self.off_hooks = 0,
            HookState::Unknown => {}
            HookState::OffHook => {
                self.off_hooks += 1;
                self.guard_until = now + self.profile.guard;
                if self.off_hooks == OFF_HOOK_LIMIT {
                    self.off_hooks = 0;
                    self.fault(now);
                }
                out.push(self.command(PortCommand::OnHook));
            }
        }
    }

    /// Its port is tried again by who owns it. When it works, the trunk rests once more.
    fn port_failed(&mut self, now: Tick) {
        self.faults = self.faults.max(1);
        self.rest_until = self.rest_until.max(now + FIRST_REST);
    }

    fn fault(&mut self, now: Tick) {
        self.faults = self.faults.saturating_add(1);
        self.rest_until = now + rest(self.faults);
    }
}

/// The rest after so many faults in a row.
pub(crate) fn rest(faults: u16) -> Ticks {
    let doublings = u32::from(faults.saturating_sub(1)).min(16);
    Ticks(FIRST_REST.0 << doublings).min(LONGEST_REST)
}
