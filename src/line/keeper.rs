//! The keeper of all shared idle trunks: lends the one that has been idle longest, runs guard
//! times, rests a faulty trunk with back-off, never answers a ring. A sans-IO object: root owns
//! the ports and does what it says.

use crate::idle_trunk::IdleTrunk;
use types::{
    digits::List,
    edge::{Edge, HookState, PortCommand},
    id::{LineId, TrunkId},
    tick::Tick,
    trunk::{TrunkCondition, TrunkGroup, TrunkProfile},
};

pub use crate::idle_trunk::{
    BATTERY_REST, FIRST_REST, LONGEST_REST, OFF_HOOK_LIMIT, RING_QUIET, TrunkState,
};

/// What the keeper is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeeperInput {
    Borrow {
        line: LineId,
        number: u32,
        /// One of this group; `None` is any.
        group: Option<TrunkGroup>,
    },
    Returned {
        trunk: TrunkId,
        condition: TrunkCondition,
    },
    /// An edge of a trunk that is not lent.
    Edge { trunk: TrunkId, edge: Edge },
    /// The card's own view of an idle trunk, given each second.
    Hook { trunk: TrunkId, hook: HookState },
    /// The port of an idle trunk failed.
    Fault { trunk: TrunkId },
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

/// The trunks and their states.
#[derive(Debug)]
pub struct Keeper {
    trunks: Vec<Trunk>,
    /// The time of the last input: what `states` refers to.
    now: Tick,
    /// How many trunks have been put on-hook since the start.
    reset: usize,
}

#[derive(Clone, Copy, Debug)]
struct Trunk {
    idle: IdleTrunk,
    lent: Option<LineId>,
}

impl Keeper {
    /// All trunks are put on-hook first (by the first inputs of [`KeeperInput::Timer`], a few
    /// at a time) and start with their guard time.
    pub fn new(now: Tick, trunks: &[TrunkProfile]) -> Keeper {
        Keeper {
            trunks: trunks
                .iter()
                .map(|profile| Trunk {
                    idle: IdleTrunk::new(now, *profile),
                    lent: None,
                })
                .collect(),
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
            KeeperInput::Borrow {
                line,
                number,
                group,
            } => out.push(self.lend(line, number, group)),
            KeeperInput::Returned { trunk, condition } => {
                if let Some(trunk) = self.trunk(trunk) {
                    trunk.returned(now, condition, &mut out);
                }
            }
            KeeperInput::Edge { trunk, edge } => {
                if let Some(trunk) = self.trunk(trunk) {
                    trunk.idle.edge(now, edge);
                }
            }
            KeeperInput::Hook { trunk, hook } => {
                if let Some(trunk) = self.trunk(trunk) {
                    trunk.hook(now, hook, &mut out);
                }
            }
            KeeperInput::Fault { trunk } => {
                if let Some(trunk) = self.trunk(trunk) {
                    trunk.idle.port_failed(now);
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
            .map(|t| (t.idle.profile.id, t.state(self.now)))
    }

    pub fn profile(&self, trunk: TrunkId) -> Option<&TrunkProfile> {
        self.trunks
            .iter()
            .map(|t| &t.idle.profile)
            .find(|p| p.id == trunk)
    }

    fn trunk(&mut self, id: TrunkId) -> Option<&mut Trunk> {
        self.trunks.iter_mut().find(|t| t.idle.profile.id == id)
    }

    /// The trunk of the group that has been idle longest; the first of equals.
    fn lend(&mut self, line: LineId, number: u32, group: Option<TrunkGroup>) -> KeeperOutput {
        let now = self.now;
        let wanted = |t: &Trunk| group.is_none_or(|group| t.idle.profile.group == group);
        let free = |t: &&mut Trunk| wanted(t) && matches!(t.state(now), TrunkState::Idle { .. });
        let idle = self.trunks.iter_mut().filter(free);
        match idle.min_by_key(|t| t.idle.since()) {
            Some(trunk) => {
                trunk.lent = Some(line);
                KeeperOutput::Lend {
                    line,
                    number,
                    trunk: trunk.idle.profile.id,
                }
            }
            None => KeeperOutput::NoneFree { line, number },
        }
    }

    fn reset_some(&mut self, out: &mut KeeperOutputs) {
        while self.reset < self.trunks.len() && !out.is_full() {
            let trunk = &mut self.trunks[self.reset];
            if trunk.lent.is_none() {
                trunk.idle.guard(self.now);
                out.push(trunk.command(PortCommand::OnHook));
            }
            self.reset += 1;
        }
    }
}

impl Trunk {
    fn state(&self, now: Tick) -> TrunkState {
        match self.lent {
            Some(to) => TrunkState::Lent { to },
            None => self.idle.state(now),
        }
    }

    fn command(&self, command: PortCommand) -> KeeperOutput {
        KeeperOutput::Command {
            trunk: self.idle.profile.id,
            command,
        }
    }

    /// A trunk that was not lent can't come back: such a message changes nothing.
    fn returned(&mut self, now: Tick, condition: TrunkCondition, out: &mut KeeperOutputs) {
        if self.lent.take().is_none() {
            return;
        }
        self.idle.returned(now, condition);
        // A line that works has released the trunk before it gave it back. Another may not.
        if condition != TrunkCondition::Good {
            out.push(self.command(PortCommand::Media(false)));
            out.push(self.command(PortCommand::OnHook));
        }
    }

    /// An idle trunk that holds the exchange's loop closed is put on-hook.
    fn hook(&mut self, now: Tick, hook: HookState, out: &mut KeeperOutputs) {
        if self.lent.is_none() && self.idle.hook(now, hook) {
            out.push(self.command(PortCommand::OnHook));
        }
    }
}
