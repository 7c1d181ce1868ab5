//! The real clock: one real-time thread a phone, and around them the keeper, the back office,
//! the hub, the recorder, the supervisor and the watchdog.
//!
//! | thread | owns | waits for |
//! |---|---|---|
//! | `line-N` | a phone, its object, the trunk lent to it | the phone, one eventfd, its deadline |
//! | `keeper` | idle trunks | an eventfd, its deadline, each second |
//! | `office` | the back office | an eventfd, the end of a batch |
//! | `hub` | the readers of facts and tap | an eventfd, 20 ms while a tap is open |
//! | `recorder` | the recordings | the hub, its disk |
//! | `recorder-disk` | nothing | two seconds, the same disk |
//! | `supervisor` | the seats of lines that are over | lines that end |
//! | `watchdog` | a hand on each port | 20 ms |
//!
//! What a panic in one of them does stands at `service`, and at the supervisor for lines.

mod door;
mod feed;
pub mod hub;
mod keeper;
mod line;
mod office;
mod recorder;
mod service;
mod start;
mod supervisor;
mod watchdog;

pub use door::OfficeDoor;

use crate::runtime::{
    clock::Clock,
    gauges::Gauges,
    notice::Notice,
    office::Office,
    plant::Remains,
    recording::Finished,
    threads::{
        hub::{Listener, Subscription},
        keeper::TrunkBoard,
        line::LineSeat,
        office::OfficeCall,
        service::Service,
    },
    trunk_room::TrunkRoom,
};
use ::line::keeper::TrunkState;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use mio::Waker;
use rtrb::Producer;
use std::{
    fmt, io,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use types::{
    fact::FactAt,
    id::{LineId, TrunkId},
    query::LineCommand,
    settings::CallSettings,
    tap::TapEntry,
    tick::{Tick, Ticks},
};

/// After the grace of a stop, lines that were cut have this long to end their records and to tell the
/// inmates ([`LAST_WORDS`](super::station::LAST_WORDS)).
pub const STOP_LIMIT: Duration = Duration::from_secs(10);
/// The recorder has this long to close what is open. Then its disk stands still, and the next start
/// finds recordings that are whole but for their last second.
const RECORDER_LIMIT: Duration = Duration::from_secs(5);
/// How often lines that may go on are looked at.
const STOP_LOOK: Duration = Duration::from_millis(20);
/// A line that was given up, and the trial of a disk, have this long to leave their threads.
const ABANDON_LIMIT: Duration = Duration::from_secs(1);
/// The longest that the console's wish waits for its place in the queue.
const CALL_WAIT: Duration = Duration::from_secs(5);

/// How the threads are to run.
#[derive(Clone, Copy, Debug)]
pub struct ThreadOptions {
    /// Ask for SCHED_FIFO; where it is not permitted there is one notice.
    pub real_time: bool,
    /// Lock prompts and stacks in memory; what is refused is one notice.
    pub lock_memory: bool,
    /// A line that should run and is silent this long is cut off.
    pub silent_after: Ticks,
    /// The clock that the drivers of the plant's ports keep as well.
    pub clock: Clock,
}

impl Default for ThreadOptions {
    fn default() -> ThreadOptions {
        ThreadOptions {
            real_time: true,
            lock_memory: true,
            silent_after: Ticks::ms(200),
            clock: Clock::start(),
        }
    }
}

/// Why the threads could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("line {0} is there twice")]
    LineTwice(LineId),
    #[error("trunk {0} is there twice")]
    TrunkTwice(TrunkId),
    #[error("the system gives no descriptors to wait with: {0}")]
    Poll(io::Error),
    #[error("the system gives no thread for {0}: {1}")]
    Thread(String, io::Error),
}

/// Why a line did not take a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CommandError {
    #[error("there is no line {0}")]
    NoLine(LineId),
    #[error("line {0} has not taken the commands before; it may be stuck")]
    Stuck(LineId),
}

/// Why the back office did not take a wish.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CallError {
    #[error("the back office is too busy")]
    Busy,
    #[error("the back office has failed")]
    Gone,
}

/// A line as the controller holds it.
struct LineHandle {
    gauges: Arc<Gauges>,
    waker: Arc<Waker>,
    commands: Mutex<Producer<LineCommand>>,
    settings: Arc<Mutex<CallSettings>>,
}

/// A plant at work. It is to be ended with [`Controller::stop`].
pub struct Controller {
    clock: Clock,
    lines: Vec<Arc<LineHandle>>,
    board: TrunkBoard,
    calls: Sender<OfficeCall>,
    office_waker: Arc<Waker>,
    entries: Sender<Box<dyn Listener>>,
    hub_waker: Arc<Waker>,
    notices: Receiver<Notice>,
    stopping: Arc<AtomicBool>,
    all_over: Receiver<()>,
    keeper: Service<TrunkRoom>,
    office: Service<Box<dyn Office>>,
    hub: Service<()>,
    recorder: Option<(Service<Vec<Finished>>, Service<()>)>,
    failed: Arc<OnceLock<&'static str>>,
    supervisor: Service<Vec<Box<LineSeat>>>,
    watchdog: Service<()>,
}

impl fmt::Debug for Controller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Controller")
            .field("now", &self.clock.now())
            .field("lines", &self.lines.len())
            .finish_non_exhaustive()
    }
}

impl Controller {
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// What the operator is to know. All receivers share one stream.
    pub fn notices(&self) -> Receiver<Notice> {
        self.notices.clone()
    }

    /// The thread that failed, if one did without which no call can be served as it must be. Stop then:
    /// whoever starts the program again finds all in order.
    pub fn failed(&self) -> Option<&'static str> {
        self.failed.get().copied()
    }

    /// The counters of all lines, in order.
    pub fn gauges(&self) -> impl Iterator<Item = &Gauges> + '_ {
        self.lines.iter().map(|l| &*l.gauges)
    }

    /// The trunks as they were a moment ago.
    pub fn trunks(&self) -> Vec<(TrunkId, TrunkState)> {
        let board = self.board.lock().unwrap_or_else(PoisonError::into_inner);
        board.clone()
    }

    /// Tells a line something.
    ///
    /// # Errors
    /// When there is no such line, or it takes no commands.
    pub fn command(&self, line: LineId, command: LineCommand) -> Result<(), CommandError> {
        self.line_door().command(line, command)
    }

    /// The same for a thread of its own.
    pub fn line_door(&self) -> LineDoor {
        LineDoor {
            lines: self.lines.clone(),
        }
    }

    /// The facts of all lines from now on, with room for so many.
    pub fn facts(&self, capacity: usize) -> Subscription<FactAt> {
        let (listener, subscription) = hub::facts(capacity);
        self.listen(listener);
        subscription
    }

    /// The tap of one line, or of all, from now on, with room for so many entries.
    pub fn tap(&self, line: Option<LineId>, capacity: usize) -> Subscription<TapEntry> {
        let (listener, subscription) = hub::tap(line, capacity);
        self.listen(listener);
        subscription
    }

    /// Runs `wish` on the back office's thread, between two batches; the answer comes when what
    /// it changed is on disk. Keep it short: lines wait behind it.
    ///
    /// # Errors
    /// When the back office has no room or is gone.
    pub fn office<R: Send + 'static>(
        &self,
        wish: impl FnOnce(&mut dyn Office, Tick) -> R + Send + 'static,
    ) -> Result<R, CallError> {
        self.office_door().ask(wish)
    }

    /// The same for a thread of its own.
    pub fn office_door(&self) -> OfficeDoor {
        OfficeDoor {
            calls: self.calls.clone(),
            waker: Arc::clone(&self.office_waker),
        }
    }

    /// Lines take no new call; when told to cut, they end those they have. The rest goes on until
    /// [`Controller::stop`].
    pub fn wind_down(&self, cut: bool) {
        self.stopping.store(true, Ordering::Release);
        self.tell_all(cut);
    }

    /// Whether what lines were told is done: no call is left; or no line is, when told to cut.
    pub fn is_wound_down(&self, cut: bool) -> bool {
        match cut {
            false => self.lines.iter().all(|line| line.gauges.pulse.is_quiet()),
            true => !self.all_over.is_empty(),
        }
    }

    /// Ends everything: lines take no new call, calls have `grace` to end by themselves, then
    /// they are cut. Every record is ended and stored before the threads are over, and every inmate
    /// whose call was cut has heard so. Phones answer until all calls are over.
    pub fn stop(self, grace: Duration) -> Remains {
        self.wind_down(false);
        self.wait_for_calls(grace);
        self.tell_all(true);
        if !self.wait_for_lines(STOP_LIMIT) {
            for line in &self.lines {
                line.gauges.pulse.abandon();
                line.wake();
            }
            self.wait_for_lines(ABANDON_LIMIT);
        }
        let seats = self.supervisor.end().unwrap_or_default();
        self.watchdog.end();
        let room = self.keeper.end();
        // The hub first, for its listeners' last entries; then the recorder, for the back office notes
        // what it closed.
        self.hub.end();
        let recordings = self.recorder.and_then(|(recorder, trial)| {
            trial.end_within(ABANDON_LIMIT);
            recorder.end_within(RECORDER_LIMIT)
        });
        let office = self.office.end();
        let stations = seats.into_iter().map(|seat| seat.station);
        let shared_trunks = room.map(TrunkRoom::into_ports).unwrap_or_default();
        Remains::of(
            stations,
            shared_trunks,
            office,
            recordings.unwrap_or_default(),
        )
    }

    fn tell_all(&self, cut: bool) {
        for line in &self.lines {
            // A line that is stuck is given up at the end.
            let _ = line.tell(LineCommand::Stop { cut });
        }
    }

    fn wait_for_calls(&self, grace: Duration) {
        let until = Instant::now() + grace;
        while !self.is_wound_down(false) && Instant::now() < until {
            thread::sleep(STOP_LOOK);
        }
    }

    /// Whether all lines were over in time. Without a supervisor who tells, their threads are looked at.
    fn wait_for_lines(&self, within: Duration) -> bool {
        let until = Instant::now() + within;
        match self.all_over.recv_deadline(until) {
            Ok(()) => return true,
            Err(RecvTimeoutError::Timeout) => return false,
            Err(RecvTimeoutError::Disconnected) => {}
        }
        let runs = |line: &Arc<LineHandle>| line.gauges.pulse.thread() != 0;
        while self.lines.iter().any(runs) {
            if Instant::now() >= until {
                return false;
            }
            thread::sleep(STOP_LOOK);
        }
        true
    }

    /// From now on the hub tells this listener too.
    pub fn listen(&self, listener: Box<dyn Listener>) {
        // The hub takes its entries each second at the latest; when it is gone, so are the
        // facts, and the subscription ends at once.
        let _ = self.entries.send(listener);
        let _ = self.hub_waker.wake();
    }
}

/// A way to the lines beside the controller.
#[derive(Clone)]
pub struct LineDoor {
    lines: Vec<Arc<LineHandle>>,
}

impl LineDoor {
    /// Tells a line something.
    ///
    /// # Errors
    /// When there is no such line, or it takes no commands.
    pub fn command(&self, line: LineId, command: LineCommand) -> Result<(), CommandError> {
        let handle = self.lines.iter().find(|l| l.gauges.line == line);
        handle.ok_or(CommandError::NoLine(line))?.tell(command)
    }
}

impl fmt::Debug for LineDoor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineDoor").finish_non_exhaustive()
    }
}

impl LineHandle {
    fn tell(&self, command: LineCommand) -> Result<(), CommandError> {
        if let LineCommand::Settings(settings) = &command {
            let mut kept = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
            kept.clone_from(settings);
        }
        let mut commands = self.commands.lock().unwrap_or_else(PoisonError::into_inner);
        let sent = commands.push(command);
        self.wake();
        sent.map_err(|_| CommandError::Stuck(self.gauges.line))
    }

    fn wake(&self) {
        // A line that can't be woken looks at its rings each second.
        let _ = self.waker.wake();
    }
}
