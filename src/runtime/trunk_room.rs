//! The keeper with the ports of the trunks that are not lent: what both runners run.

use crate::runtime::{
    links::{Handover, TrunkAsk},
    notice::{Notices, PortName, ToldBlocked, ToldPort},
    side::{Edges, Side},
};
use drivers::port::Port;
use line::keeper::{Keeper, KeeperInput, KeeperOutput, KeeperOutputs, TrunkState};
use types::{
    edge::EdgeAt,
    id::{LineId, TrunkId},
    tick::{Tick, Ticks},
    trunk::TrunkProfile,
};

/// The ports of idle trunks are looked at this often, and their hook is reconciled.
pub const LOOK: Ticks = Ticks::secs(1);

/// The keeper, and the ports that are at home.
#[derive(Debug)]
pub struct TrunkRoom {
    keeper: Keeper,
    trunks: Vec<Slot>,
    look_at: Tick,
}

#[derive(Debug)]
struct Slot {
    id: TrunkId,
    /// `None` while it is lent.
    side: Option<Side>,
    told: ToldPort,
    told_blocked: ToldBlocked,
}

impl TrunkRoom {
    pub fn new(now: Tick, trunks: Vec<(TrunkProfile, Box<dyn Port>)>) -> TrunkRoom {
        let profiles: Vec<TrunkProfile> = trunks.iter().map(|(p, _)| *p).collect();
        let slot = |(profile, port): (TrunkProfile, Box<dyn Port>)| Slot {
            id: profile.id,
            side: Some(Side::new(port)),
            told: ToldPort::default(),
            told_blocked: ToldBlocked::default(),
        };
        TrunkRoom {
            keeper: Keeper::new(now, &profiles),
            trunks: trunks.into_iter().map(slot).collect(),
            look_at: now,
        }
    }

    /// Serves a line; a borrower gets its answer at once.
    pub fn ask(&mut self, now: Tick, line: LineId, ask: TrunkAsk) -> Option<Handover> {
        match ask {
            TrunkAsk::Borrow { number, group } => {
                // A trunk that began to ring a moment ago must not be seized.
                self.drain_edges(now);
                let input = KeeperInput::Borrow {
                    line,
                    number,
                    group,
                };
                let out = self.keeper.handle(now, input);
                self.execute(now, out)
            }
            TrunkAsk::Return {
                trunk,
                condition,
                port,
                edges,
            } => {
                let slot = self.trunks.iter_mut().find(|t| t.id == trunk);
                let slot = slot.expect("only what was lent comes back");
                slot.side = Some(Side::new(port));
                let input = KeeperInput::Returned { trunk, condition };
                let out = self.keeper.handle(now, input);
                self.execute(now, out);
                self.tell_edges(now, trunk, edges);
                None
            }
        }
    }

    /// Does what is due: edges, hooks, the keeper's timers.
    pub fn turn(&mut self, now: Tick) {
        self.drain_edges(now);
        if now >= self.look_at {
            self.look_at = now + LOOK;
            self.reconcile(now);
        }
        while self.keeper.deadline().is_some_and(|at| at <= now) {
            let out = self.keeper.handle(now, KeeperInput::Timer);
            if out.is_empty() {
                break;
            }
            self.execute(now, out);
        }
    }

    pub fn wake_at(&self) -> Tick {
        let deadline = self.keeper.deadline();
        deadline.map_or(self.look_at, |at| at.min(self.look_at))
    }

    pub fn states(&self) -> impl Iterator<Item = (TrunkId, TrunkState)> + '_ {
        self.keeper.states()
    }

    /// Tells which ports that are here have failed, or work again.
    pub fn tell_ports(&mut self, notices: &Notices) {
        for trunk in &mut self.trunks {
            if let Some(side) = &trunk.side {
                trunk
                    .told
                    .tell(PortName::Trunk(trunk.id), side.state(), notices);
            }
        }
    }

    /// Tells which trunks their far end has held or blocked for long, or holds no longer.
    pub fn tell_blocked(&mut self, now: Tick, notices: &Notices) {
        for (trunk, state) in self.keeper.states() {
            let Some(slot) = self.trunks.iter_mut().find(|slot| slot.id == trunk) else {
                continue;
            };
            slot.told_blocked.tell(trunk, state.into(), now, notices);
        }
    }

    /// The ports that are here, with their trunks.
    pub fn into_ports(self) -> Vec<(TrunkId, Box<dyn Port>)> {
        let home = |t: Slot| t.side.map(|side| (t.id, side.port));
        self.trunks.into_iter().filter_map(home).collect()
    }

    fn drain_edges(&mut self, now: Tick) {
        for index in 0..self.trunks.len() {
            let id = self.trunks[index].id;
            while let Some(side) = &mut self.trunks[index].side {
                side.drain_edges(now);
                let more = side.has_more_edges();
                let edges = std::mem::take(&mut side.edges);
                self.tell_edges(now, id, edges);
                if !more {
                    break;
                }
            }
            self.tell_fault(now, index);
        }
    }

    fn tell_edges(&mut self, now: Tick, trunk: TrunkId, edges: Edges) {
        for EdgeAt { edge, .. } in edges {
            let out = self.keeper.handle(now, KeeperInput::Edge { trunk, edge });
            self.execute(now, out);
        }
    }

    fn reconcile(&mut self, now: Tick) {
        for index in 0..self.trunks.len() {
            let trunk = self.trunks[index].id;
            let side = self.trunks[index].side.as_mut();
            if let Some(hook) = side.and_then(|s| s.hook(now)) {
                let out = self.keeper.handle(now, KeeperInput::Hook { trunk, hook });
                self.execute(now, out);
            }
            self.tell_fault(now, index);
        }
    }

    fn tell_fault(&mut self, now: Tick, index: usize) {
        let slot = &mut self.trunks[index];
        let trunk = slot.id;
        let fault = slot
            .side
            .as_mut()
            .is_some_and(|s| std::mem::take(&mut s.fault));
        if fault {
            let out = self.keeper.handle(now, KeeperInput::Fault { trunk });
            self.execute(now, out);
        }
    }

    fn execute(&mut self, now: Tick, out: KeeperOutputs) -> Option<Handover> {
        let mut handover = None;
        for output in out {
            match output {
                KeeperOutput::Command { trunk, command } => {
                    if let Some(side) = self.side(trunk) {
                        side.command(now, command);
                    }
                }
                KeeperOutput::NoneFree { number, .. } => {
                    handover = Some(Handover::NoneFree { number });
                }
                KeeperOutput::Lend { number, trunk, .. } => {
                    let profile = *self.keeper.profile(trunk).expect("a trunk it keeps");
                    let slot = self.trunks.iter_mut().find(|t| t.id == trunk);
                    let side = slot.and_then(|s| s.side.take());
                    let port = side.expect("only a trunk at home is lent").port;
                    handover = Some(Handover::Lent {
                        number,
                        profile,
                        port,
                    });
                }
            }
        }
        handover
    }

    fn side(&mut self, trunk: TrunkId) -> Option<&mut Side> {
        let slot = self.trunks.iter_mut().find(|t| t.id == trunk);
        slot.and_then(|s| s.side.as_mut())
    }
}
