//! The keeper's thread: it owns the ports of idle trunks.

use crate::runtime::{
    clock::{Clock, duration},
    links::KeeperEnd,
    notice::Notices,
    sched::LINE_PRIORITY,
    threads::line::real_time,
    trunk_room::TrunkRoom,
};
use line::keeper::TrunkState;
use mio::{Events, Poll, Waker};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};
use types::{id::TrunkId, tick::Ticks};

/// Below the lines, above all else: a borrower waits two frames at most.
const KEEPER_PRIORITY: i32 = LINE_PRIORITY - 10;

/// The states of the trunks as they were a moment ago. Lines never look at it.
pub type TrunkBoard = Arc<Mutex<Vec<(TrunkId, TrunkState)>>>;

#[derive(Debug)]
pub struct KeeperSeat {
    pub room: TrunkRoom,
    pub lines: Vec<(KeeperEnd, Arc<Waker>)>,
    pub poll: Poll,
    pub clock: Clock,
    pub board: TrunkBoard,
    /// All lines are over: serve what they left, and end.
    pub stop: Arc<AtomicBool>,
    pub real_time: bool,
    pub notices: Notices,
}

impl KeeperSeat {
    pub fn run(mut self) -> TrunkRoom {
        if self.real_time {
            real_time(KEEPER_PRIORITY, &self.notices);
        }
        let mut events = Events::with_capacity(4);
        loop {
            let stop = self.stop.load(Ordering::Acquire);
            let served = self.serve();
            self.room.turn(self.clock.now());
            self.room.tell_ports(&self.notices);
            self.room.tell_blocked(self.clock.now(), &self.notices);
            self.publish();
            if stop && !served {
                return self.room;
            }
            let look = self.room.wake_at();
            let timeout = if stop {
                duration(Ticks::ms(1))
            } else {
                self.clock.until(look)
            };
            // An interrupted wait is a short one.
            let _ = self.poll.poll(&mut events, Some(timeout));
        }
    }

    /// Whether any line had a wish.
    fn serve(&mut self) -> bool {
        let mut served = false;
        for (end, waker) in &mut self.lines {
            let mut handed = false;
            while let Ok(ask) = end.asks.pop() {
                served = true;
                if let Some(handover) = self.room.ask(self.clock.now(), end.line, ask) {
                    end.hand_over(handover);
                    handed = true;
                }
            }
            if handed {
                // A line that can't be woken looks at its rings at its next frame.
                let _ = waker.wake();
            }
        }
        served
    }

    fn publish(&self) {
        let mut board = self.board.lock().unwrap_or_else(PoisonError::into_inner);
        board.clear();
        board.extend(self.room.states());
    }
}
