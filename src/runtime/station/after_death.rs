//! After the line's program died: nothing of the line is trusted any more.

use super::{LineLogic, Station, TrunkPort};
use crate::runtime::{
    links::{Inbox, Outbox},
    numbering::OWN_NUMBER,
    side::Side,
};
use drivers::port::Port;
use std::panic::{AssertUnwindSafe, catch_unwind};
use types::{
    edge::PortCommand,
    fact::Fact,
    query::{Asked, Query},
    tick::Tick,
    trunk::TrunkCondition,
};

impl Station {
    /// Ends a join, whatever is known of it, before anything else is done to either port.
    pub fn take_apart(&mut self, now: Tick) {
        part_for_certain(&mut self.phone, now);
        if let Some(loan) = &mut self.trunk {
            part_for_certain(&mut loan.side, now);
        }
        self.path.is_another();
    }

    /// Mutes the phone and puts it on-hook.
    pub fn silence_phone(&mut self, now: Tick) {
        self.take_apart(now);
        release(&mut self.phone, now);
    }

    /// Mutes the trunk and puts it on-hook; a lent one goes back as suspect.
    pub fn release_trunk(&mut self, now: Tick, outbox: &mut Outbox) {
        self.take_apart(now);
        if let Some(loan) = &mut self.trunk {
            release(&mut loan.side, now);
        }
        if let Some(loan) = self.trunk.take_if(|loan| !loan.own) {
            self.gauges.pulse.lend(None);
            let suspect = TrunkCondition::Suspect;
            outbox.give_back(loan.profile.id, suspect, loan.side.port, loan.side.edges);
        }
    }

    /// Ends the open record as a fault; `ask` unless somebody else has had it stored already.
    pub fn end_record(&mut self, now: Tick, ask: bool, outbox: &mut Outbox) {
        let end = self.attempt.end(now);
        self.attempt.forget(&self.gauges);
        let Some(end) = end else {
            return;
        };
        outbox.fact(now, Fact::Ended(end.clone()));
        if ask {
            let query = Query::End(end);
            let number = OWN_NUMBER;
            outbox.ask(Asked { number, query });
        }
    }

    /// Takes a fresh line object. Answers that the old one waited for are thrown away.
    pub fn reborn(mut self, line: Box<dyn LineLogic>, outbox: &Outbox) -> Station {
        let mut station = Station::new(line, self.phone.port, self.gauges);
        if let Some(own) = self.trunk.take() {
            station = station.with_own_trunk(own.profile, own.side.port);
        }
        station.probe = self.probe.take();
        station.numbering = self.numbering.next();
        station.stale_handovers = outbox.unlent();
        station.last = self.last;
        station.hook_at = self.last;
        station
    }

    /// Takes what still comes to a line that runs no more: trunks go back unused.
    pub fn refuse(&mut self, inbox: &mut Inbox, outbox: &mut Outbox) {
        while inbox.answers.pop().is_ok() {
            outbox.answered();
        }
        while let Ok(handover) = inbox.handovers.pop() {
            outbox.handed_over();
            self.borrowing = None;
            self.take_handover(handover, outbox);
        }
        while inbox.commands.pop().is_ok() {}
    }

    /// The phone's port, and that of its own trunk, when the line is over.
    pub fn into_ports(self) -> (Box<dyn Port>, Option<TrunkPort>) {
        let own = self.trunk.map(|loan| {
            assert!(loan.own, "a lent trunk goes back first");
            (loan.profile.id, loan.side.port)
        });
        (self.phone.port, own)
    }
}

/// Mutes a port and puts it on-hook. The watchdog may have done it already; twice does no harm.
/// Where the port itself is what panicked, the other command and the other port still have
/// their turn.
fn release(side: &mut Side, now: Tick) {
    for command in [PortCommand::Media(false), PortCommand::OnHook] {
        at_any_price(side, |side| side.command(now, command));
    }
}

fn part_for_certain(side: &mut Side, now: Tick) {
    at_any_price(side, |side| side.part(now));
}

fn at_any_price(side: &mut Side, work: impl FnOnce(&mut Side)) {
    if catch_unwind(AssertUnwindSafe(|| work(&mut *side))).is_err() {
        side.fault = true;
    }
}
