//! The recorder's thread, and the one that tries its disk. Both may wait for the disk as long as it
//! takes, and nobody waits for them.

use crate::runtime::{
    clock::duration,
    recording::{Finished, RecorderHealth, RecorderPlan, Recording, TRIAL_EVERY},
    threads::{office::OfficeCall, service::ServiceTerms},
};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError};
use mio::Waker;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{park_timeout, sleep},
    time::Duration,
};
use types::{
    call_record::Recorded,
    id::{CallId, LineId},
    tap::TapEntry,
    tick::{Tick, Ticks},
};

/// Entries that may wait for the recorder, for each line: five seconds.
pub const TAP_A_LINE: usize = 500;
/// What the back office had no room for is tried again this often.
const TELL_AGAIN: Ticks = Ticks::ms(200);
/// At the end the back office has this long to take what is untold.
const LAST_TELL: Ticks = Ticks::secs(2);
const LAST_LOOK: Duration = Duration::from_millis(2);
/// Closed recordings that may wait to be noted. Of more than these the records don't say what is
/// recorded.
const UNTOLD: usize = 4096;
/// Recordings that are told of at the end: enough for a demonstration.
const FINISHED: usize = 4096;

pub struct RecorderSeat {
    pub plan: RecorderPlan,
    pub tap: Receiver<TapEntry>,
    pub calls: Sender<OfficeCall>,
    pub office: Arc<Waker>,
    pub health: Arc<RecorderHealth>,
    pub terms: ServiceTerms,
}

/// What outlives a recorder that died.
#[derive(Default)]
struct Course {
    /// The calls whose recordings are open, since when.
    open: BTreeMap<LineId, (CallId, Tick)>,
    /// Calls a part of whose recording a recorder took with it.
    broken: BTreeSet<CallId>,
    untold: VecDeque<Recorded>,
    finished: Vec<Finished>,
}

impl RecorderSeat {
    /// Works until the hub is gone; gives back the recordings there are.
    pub fn run(self) -> Vec<Finished> {
        let mut course = Course::default();
        let terms = self.terms.clone();
        terms.restarting("recorder", || self.work(&mut course));
        course.finished
    }

    fn work(&self, course: &mut Course) {
        // One that died was at something.
        self.health.writing.ends();
        let mut recorder = (self.plan.make)();
        for (&line, &(call, at)) in &course.open {
            course.broken.insert(call);
            self.ask_disk(|| recorder.take(&TapEntry::Open { line, call, at }));
        }
        loop {
            let entry = self.tap.recv_timeout(duration(TELL_AGAIN));
            match entry {
                Ok(entry) => self.take(&mut *recorder, &entry, course),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.tell(course);
        }
        self.ask_disk(|| recorder.finish());
        self.keep(&mut *recorder, course);
        // Its queue may be shorter than there are lines whose calls were cut.
        let until = self.terms.clock.now() + LAST_TELL;
        while !course.untold.is_empty() && self.terms.clock.now() < until {
            self.tell(course);
            sleep(LAST_LOOK);
        }
    }

    fn take(&self, recorder: &mut dyn Recording, entry: &TapEntry, course: &mut Course) {
        match *entry {
            TapEntry::Open { line, call, at } => drop(course.open.insert(line, (call, at))),
            TapEntry::Close { line, .. } => drop(course.open.remove(&line)),
            TapEntry::Frame(_) => {}
        }
        self.ask_disk(|| recorder.take(entry));
        let outcome = recorder.take_outcome();
        self.health.writing.outcome(self.terms.clock.now(), outcome);
        self.keep(recorder, course);
    }

    /// While this goes on, others can see since when.
    fn ask_disk(&self, work: impl FnOnce()) {
        self.health.writing.begins(self.terms.clock.now());
        work();
        self.health.writing.ends();
    }

    fn keep(&self, recorder: &mut dyn Recording, course: &mut Course) {
        for finished in recorder.take_finished() {
            let recorded = finished.recorded;
            let whole = !course.broken.remove(&recorded.call);
            if whole && course.untold.len() < UNTOLD {
                course.untold.push_back(recorded);
            }
            if course.finished.len() < FINISHED {
                course.finished.push(finished);
            }
        }
    }

    /// Tells the back office what closed recordings hold, as far as it has room.
    fn tell(&self, course: &mut Course) {
        let mut told = false;
        while let Some(recorded) = course.untold.pop_front() {
            match self.calls.try_send(OfficeCall::Recorded(recorded)) {
                Ok(()) => told = true,
                Err(TrySendError::Full(_)) => {
                    course.untold.push_front(recorded);
                    break;
                }
                // Nobody is left to note it.
                Err(TrySendError::Disconnected(_)) => break,
            }
        }
        if told {
            let _ = self.office.wake();
        }
    }
}

/// Tries the disk now and then.
pub struct TrialSeat {
    pub plan: RecorderPlan,
    pub health: Arc<RecorderHealth>,
    pub terms: ServiceTerms,
    pub stop: Arc<AtomicBool>,
}

impl TrialSeat {
    pub fn run(self) {
        while !self.stop.load(Ordering::Acquire) {
            let begun = self.terms.clock.now();
            self.health.trial.begins(begun);
            let tried = (self.plan.trial)();
            self.health.trial.ends();
            let outcome = tried.map_err(|error| error.to_string());
            self.health
                .trial
                .outcome(self.terms.clock.now(), Some(outcome));
            park_timeout(self.terms.clock.until(begun + TRIAL_EVERY));
        }
    }
}
