//! The threads that serve all lines, and what a panic of one of them does. It is our bug, and it is told
//! at once.
//!
//! * `hub`: it goes on with its rings and listeners. The entry at hand may be lost, which is a gap.
//! * `recorder`: it goes on with a fresh recorder. Calls in progress get a further file, and of them
//!   nobody knows what is recorded.
//! * `office`: the batch at hand is answered as one that can't be written, and ends of calls are tried
//!   again. The back office keeps nothing between two transactions that a panic could spoil.
//! * All others (`keeper`, `supervisor`, `watchdog`, `recorder-disk`), and those above for the third time
//!   in ten minutes: the controller is to be stopped ([`Controller::failed`](super::Controller::failed)).
//!   Nobody knows what state their ports or their threads are in.

use crate::runtime::{
    clock::Clock,
    deaths::{Deaths, message},
    notice::{Notice, Notices},
    threads::StartError,
};
use mio::Waker;
use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    thread::{Builder, JoinHandle, sleep},
    time::{Duration, Instant},
};

/// How often a thread that may not end is looked at.
const END_LOOK: Duration = Duration::from_millis(5);

/// Whom a service tells of its failure.
#[derive(Clone, Debug)]
pub struct ServiceTerms {
    pub clock: Clock,
    pub notices: Notices,
    /// The first service that failed for good.
    pub failed: Arc<OnceLock<&'static str>>,
}

impl ServiceTerms {
    /// Works to the end; after a panic once more, unless there were too many.
    pub fn restarting<T>(&self, service: &'static str, mut work: impl FnMut() -> T) -> T {
        let mut deaths = Deaths::default();
        loop {
            let panic = match catch_unwind(AssertUnwindSafe(&mut work)) {
                Ok(done) => return done,
                Err(panic) => panic,
            };
            if !deaths.one_more(self.clock.now()) {
                resume_unwind(panic);
            }
            let message = message(&*panic);
            self.notices
                .tell(Notice::ServiceRestarted { service, message });
        }
    }

    /// It failed for good.
    pub fn fails(&self, service: &'static str, message: String) {
        self.notices
            .tell(Notice::ServiceFailed { service, message });
        let _ = self.failed.set(service);
    }
}

/// A thread that serves all lines.
pub struct Service<T> {
    thread: JoinHandle<Option<T>>,
    waker: Option<Arc<Waker>>,
    stop: Arc<AtomicBool>,
}

impl<T> Service<T> {
    /// Ends the thread; `None` when it had panicked.
    pub fn end(self) -> Option<T> {
        self.tell_end();
        self.thread.join().ok().flatten()
    }

    /// The same; `None` also when it does not end in time, and is left behind.
    pub fn end_within(self, limit: Duration) -> Option<T> {
        self.tell_end();
        let until = Instant::now() + limit;
        while !self.thread.is_finished() {
            if Instant::now() >= until {
                return None;
            }
            sleep(END_LOOK);
        }
        self.thread.join().ok().flatten()
    }

    fn tell_end(&self) {
        self.stop.store(true, Ordering::Release);
        if let Some(waker) = &self.waker {
            // A thread that can't be woken looks for the end each second.
            let _ = waker.wake();
        }
        self.thread.thread().unpark();
    }
}

/// Starts a thread for a seat that is made with its stop flag.
pub fn service<S: Send + 'static, T: Send + 'static>(
    name: &'static str,
    waker: Option<Arc<Waker>>,
    terms: &ServiceTerms,
    seat: impl FnOnce(Arc<AtomicBool>) -> S,
    run: impl FnOnce(S) -> T + Send + 'static,
) -> Result<Service<T>, StartError> {
    let stop = Arc::new(AtomicBool::new(false));
    let seat = seat(Arc::clone(&stop));
    let terms = terms.clone();
    let body = move || match catch_unwind(AssertUnwindSafe(|| run(seat))) {
        Ok(done) => Some(done),
        Err(panic) => {
            terms.fails(name, message(&*panic));
            None
        }
    };
    let thread = Builder::new().name(name.to_string()).spawn(body);
    let thread = thread.map_err(|error| StartError::Thread(name.to_string(), error))?;
    Ok(Service {
        thread,
        waker,
        stop,
    })
}
