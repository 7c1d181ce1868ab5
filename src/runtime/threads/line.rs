//! The thread of one line: the station's turn, and the wait for what comes next.

use crate::runtime::{
    clock::Clock,
    deaths::message,
    links::{Inbox, Outbox},
    memory::{LINE_STACK, Resident},
    notice::{Notice, Notices},
    realtime::RealTimeMark,
    sched::{LINE_PRIORITY, go_real_time, this_thread},
    station::Station,
};
use crossbeam_channel::Sender;
use drivers::port::Descriptor;
use mio::{Events, Interest, Poll, Token, Waker, unix::SourceFd};
use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, Once, PoisonError},
    thread::{Builder, JoinHandle},
    time::Duration,
};
use types::{
    frame::FRAME_TICKS,
    id::LineId,
    tick::{Tick, Ticks},
};

const PHONE: Token = Token(0);
const WAKE: Token = Token(1);
/// With media on a line looks after its phone at least this often, even if no frame comes.
const MEDIA_LOOK: Ticks = Ticks::ms(100);
/// A phone without a descriptor is looked at this often while no audio moves.
const IDLE_LOOK: Ticks = Ticks::ms(20);
/// Turns without a wait in a row, before a wait is forced: nothing may hold the processor.
const HURRIED_TURNS: u32 = 64;

/// Whom a line wakes.
#[derive(Clone, Debug)]
pub struct Others {
    pub office: Arc<Waker>,
    pub keeper: Arc<Waker>,
    pub hub: Arc<Waker>,
}

/// How the lines of a plant run.
#[derive(Clone, Debug)]
pub struct LineTerms {
    pub clock: Clock,
    pub real_time: bool,
    /// `None` when memory is not to be locked.
    pub resident: Option<Arc<Resident>>,
    pub notices: Notices,
    pub others: Others,
}

/// Everything that a line's thread owns. It outlives the thread.
#[derive(Debug)]
pub struct LineSeat {
    pub station: Station,
    pub inbox: Inbox,
    pub outbox: Outbox,
    terms: LineTerms,
    poll: Poll,
    events: Events,
    /// The descriptor that is waited for: the phone's.
    polled: Option<Descriptor>,
    /// One that the system would not wait for; told once.
    refused: Option<Descriptor>,
    hurried: u32,
}

/// Why a line's thread is over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Exit {
    /// It was told to stop, and leaves nothing open.
    Stopped,
    /// Its program panicked with this message.
    Died(String),
    /// The watchdog had cut it off.
    Cut,
    /// It was told to stop and could not.
    Abandoned,
}

/// A seat whose thread is over.
pub type Left = (Box<LineSeat>, Exit);

impl LineSeat {
    /// The seat and what wakes its thread.
    ///
    /// # Errors
    /// When the system has no descriptors left.
    pub fn new(
        station: Station,
        inbox: Inbox,
        outbox: Outbox,
        terms: LineTerms,
    ) -> io::Result<(LineSeat, Arc<Waker>)> {
        let poll = Poll::new()?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKE)?);
        let mut seat = LineSeat {
            station,
            inbox,
            outbox,
            terms,
            poll,
            events: Events::with_capacity(4),
            polled: None,
            refused: None,
            hurried: 0,
        };
        seat.follow_descriptor();
        Ok((seat, waker))
    }

    pub fn id(&self) -> LineId {
        self.station.id()
    }

    /// Turn and wait, until there is a reason to leave. On this path nothing allocates, frees,
    /// locks or logs.
    fn run(&mut self) -> Exit {
        loop {
            let now = self.terms.clock.now();
            let pulse = &self.station.gauges().pulse;
            if pulse.is_cut() {
                return Exit::Cut;
            }
            if pulse.is_abandoned() {
                return Exit::Abandoned;
            }
            pulse.due(Some(now));
            let clock = self.terms.clock;
            self.station
                .turn(|| clock.now(), &mut self.inbox, &mut self.outbox);
            self.wake_others();
            let quiet = self.station.quiet(&self.outbox);
            self.station.gauges().pulse.set_quiet(quiet);
            if self.station.stopped(now, &self.outbox) {
                return Exit::Stopped;
            }
            self.follow_descriptor();
            self.wait();
        }
    }

    /// A port that failed and was opened again has another descriptor. The one before is closed,
    /// and so no longer waited for.
    fn follow_descriptor(&mut self) {
        let descriptor = self.station.descriptor();
        if descriptor == self.polled || (descriptor.is_some() && descriptor == self.refused) {
            return;
        }
        self.polled = None;
        let Some(descriptor) = descriptor else {
            return;
        };
        // Never writable: one write a read never fills the queue for good.
        let interest = Interest::READABLE | Interest::PRIORITY;
        let mut source = SourceFd(&descriptor.fd);
        match self.poll.registry().register(&mut source, PHONE, interest) {
            Ok(()) => self.polled = Some(descriptor),
            Err(error) => {
                self.refused = Some(descriptor);
                self.terms.notices.tell(Notice::NotPollable {
                    line: self.station.id(),
                    os_error: error.raw_os_error().unwrap_or_default(),
                });
            }
        }
    }

    fn wake_others(&mut self) {
        let wakes = self.outbox.take_wakes();
        let others = &self.terms.others;
        let all = [
            (wakes.keeper, &others.keeper),
            (wakes.office, &others.office),
            (wakes.hub, &others.hub),
        ];
        for (wanted, waker) in all {
            if wanted {
                // It fails only when the eventfd is gone; then its thread is gone as well, and
                // others also look by themselves each second.
                let _ = waker.wake();
            }
        }
    }

    fn wait(&mut self) {
        let now = self.terms.clock.now();
        let mut wake = self.station.wake_at();
        let media = self.station.media();
        let look = match (self.polled.is_some(), media) {
            (true, true) => now + MEDIA_LOOK,
            (true, false) => wake,
            (false, true) => Tick(now.0 - now.0 % FRAME_TICKS.0) + FRAME_TICKS,
            (false, false) => now + IDLE_LOOK,
        };
        wake = wake.min(look);
        let mut timeout = self.terms.clock.until(wake);
        self.hurried = if timeout.is_zero() {
            self.hurried + 1
        } else {
            0
        };
        if self.hurried > HURRIED_TURNS {
            timeout = Duration::from_millis(1);
        }
        self.station.gauges().pulse.due(Some(wake.max(now)));
        // An interrupted wait is a short one; anything else is met by the forced waits above.
        if self.poll.poll(&mut self.events, Some(timeout)).is_err() {
            self.hurried += 1;
        }
    }

    /// Leaves nothing connected, whatever the line's program did.
    fn close(&mut self, exit: &Exit) {
        let now = self.terms.clock.now();
        let pulse = &Arc::clone(self.station.gauges()).pulse;
        self.station.silence_phone(now);
        self.station.release_trunk(now, &mut self.outbox);
        if *exit != Exit::Stopped {
            let mine = pulse.take_ending();
            self.station.end_record(now, mine, &mut self.outbox);
        }
        self.wake_others();
        pulse.end();
    }

    /// The same seat with a fresh station.
    pub fn reborn(self, remake: impl FnOnce(Station, &Outbox) -> Station) -> LineSeat {
        let station = remake(self.station, &self.outbox);
        LineSeat {
            station,
            hurried: 0,
            ..self
        }
    }

    /// Takes what still comes to a line that runs no more: trunks go back unused.
    pub fn refuse(&mut self) {
        self.station.refuse(&mut self.inbox, &mut self.outbox);
        self.wake_others();
    }
}

/// Starts the thread of a line. When it is over the seat comes back by `left`.
///
/// # Errors
/// The seat, when the system gives no thread.
pub fn spawn(
    seat: Box<LineSeat>,
    left: Sender<Left>,
) -> Result<JoinHandle<()>, (Box<LineSeat>, io::Error)> {
    let name = format!("line-{}", seat.id());
    // A closure that is not run is dropped with what it holds; the seat must survive that.
    let slot = Arc::new(Mutex::new(Some(seat)));
    let taken = Arc::clone(&slot);
    let take = |slot: &Mutex<Option<Box<LineSeat>>>| {
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        slot.take().expect("one taker")
    };
    let body = move || body(take(&taken), &left);
    let thread = Builder::new().name(name).stack_size(LINE_STACK).spawn(body);
    thread.map_err(|error| (take(&slot), error))
}

fn body(mut seat: Box<LineSeat>, left: &Sender<Left>) {
    if let Some(resident) = &seat.terms.resident {
        resident.lock_stack();
    }
    if seat.terms.real_time {
        real_time(LINE_PRIORITY, &seat.terms.notices);
    }
    seat.station.gauges().pulse.begin(this_thread());
    let work = catch_unwind(AssertUnwindSafe(|| {
        let _mark = RealTimeMark::set();
        seat.run()
    }));
    let exit = work.unwrap_or_else(|panic| Exit::Died(message(&*panic)));
    seat.close(&exit);
    // Nobody takes it only when the whole controller is dropped.
    let _ = left.send((seat, exit));
}

/// Asks for real-time scheduling; the first refusal of the process is told.
pub fn real_time(priority: i32, notices: &Notices) {
    static TOLD: Once = Once::new();
    if let Err(errno) = go_real_time(priority) {
        let why = errno.desc().to_string();
        TOLD.call_once(|| notices.tell(Notice::NotRealTime { why }));
    }
}
