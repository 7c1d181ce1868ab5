//! The watchdog's thread: above all lines in priority, it cuts off a line that does not react.
//! After its start it touches no lock and no allocator, so that nothing a stuck thread holds
//! can stop it.

use crate::runtime::{
    clock::{Clock, duration},
    gauges::Gauges,
    notice::Notices,
    sched::{WATCHDOG_PRIORITY, demote},
    threads::line::real_time,
};
use drivers::port::Cutoff;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::sleep,
};
use types::{id::TrunkId, tick::Ticks};

const LOOK: Ticks = Ticks::ms(20);

/// A hand on a port; `None` where the driver gives none.
pub type Hand = Option<Box<dyn Cutoff>>;

pub struct WatchdogSeat {
    pub lines: Vec<(Arc<Gauges>, Hand)>,
    pub trunks: Vec<(TrunkId, Hand)>,
    pub clock: Clock,
    /// A thread that should run and is silent this long is cut off.
    pub silent_after: Ticks,
    pub real_time: bool,
    pub notices: Notices,
    pub stop: Arc<AtomicBool>,
}

impl WatchdogSeat {
    pub fn run(self) {
        if self.real_time {
            real_time(WATCHDOG_PRIORITY, &self.notices);
        }
        let mut last = self.clock.now();
        while !self.stop.load(Ordering::Acquire) {
            sleep(duration(LOOK));
            let now = self.clock.now();
            // When not even the watchdog ran, the machine stood still: no line is to blame.
            let stood_still = now.since(last) >= self.silent_after;
            last = now;
            if stood_still {
                continue;
            }
            for (gauges, hand) in &self.lines {
                let silent = gauges.pulse.silent(now) >= self.silent_after;
                if silent && gauges.pulse.cut() {
                    self.cut_off(gauges, hand);
                }
            }
        }
    }

    fn cut_off(&self, gauges: &Gauges, phone: &Hand) {
        // What fails here has failed already: the thread, or its port, is gone.
        let _ = demote(gauges.pulse.thread());
        let lent = gauges.pulse.lent();
        let trunk = self.trunks.iter().find(|(id, _)| Some(*id) == lent);
        let hands = [
            phone.as_deref(),
            trunk.and_then(|(_, hand)| hand.as_deref()),
        ];
        // A join outlasts on-hook, and the other's leaving: both sides leave it first.
        for hand in hands.iter().flatten() {
            let _ = hand.part();
        }
        for hand in hands.iter().flatten() {
            let _ = hand.on_hook();
        }
    }
}
