//! The back office's thread: questions of all lines, group commit, and what the console wants
//! of the same object.

use crate::runtime::{
    deaths::Deaths,
    links::OfficeEnd,
    notice::Notice,
    office::{BATCH_WAIT, Office, OfficeRoom},
    recording::RecorderHealth,
    threads::{LineHandle, service::ServiceTerms},
};
use crossbeam_channel::Receiver;
use mio::{Events, Poll};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use types::{
    call_record::{CallEnd, Recorded},
    id::LineId,
    query::{Asked, LineCommand, Query},
    settings::CallSettings,
    tick::{Tick, Ticks},
};

/// Wishes of the console that may wait.
pub const CALLS: usize = 64;
/// How often ends that can't be written are tried again at a stop.
const LAST_TRIES: u32 = 3;
const ANCHOR_EVERY: Ticks = Ticks::secs(1);
/// After a wish lines are told so soon what it changed of their settings.
const TELL_SOON: Ticks = Ticks::ms(50);
/// The number of a question whose answer nobody waits for.
const NOBODY: u32 = u32::MAX - 2;

/// What runs after the commit: it sends the answer.
pub type Afterwards = Box<dyn FnOnce() + Send>;

/// What runs on the back office's thread, between two batches.
pub type Wish = Box<dyn FnOnce(&mut dyn Office, Tick) -> Afterwards + Send>;

/// What others than lines want of the back office.
pub enum OfficeCall {
    Run(Wish),
    /// End the record of a line that can't do it itself.
    End(LineId, Box<CallEnd>),
    /// A recording was closed.
    Recorded(Recorded),
}

pub struct OfficeSeat {
    pub room: OfficeRoom,
    pub lines: Vec<(OfficeEnd, Arc<LineHandle>)>,
    pub calls: Receiver<OfficeCall>,
    pub poll: Poll,
    pub terms: ServiceTerms,
    /// `None` where nothing is recorded.
    pub recorder: Option<Arc<RecorderHealth>>,
    pub stop: Arc<AtomicBool>,
}

/// What changes while the thread runs.
#[derive(Default)]
struct Course {
    anchor_at: Tick,
    /// When the batch got its first request.
    batch_since: Option<Tick>,
    afterwards: Vec<Afterwards>,
    failing: bool,
    lost: u64,
    last_tries: u32,
    deaths: Deaths,
    /// Settings that a line has not taken yet.
    untold: BTreeMap<LineId, CallSettings>,
    /// Lines whose call is to be cut, and that have not taken it yet.
    uncut: BTreeSet<LineId>,
}

impl OfficeSeat {
    pub fn run(mut self) -> Box<dyn Office> {
        let mut events = Events::with_capacity(4);
        let mut course = Course::default();
        loop {
            let stop = self.stop.load(Ordering::Acquire);
            let now = self.terms.clock.now();
            self.due(now, stop, &mut course);
            self.serve_lines(&mut course);
            self.serve_calls(&mut course);
            let ripe = |since: Tick| now.since(since) >= BATCH_WAIT;
            if course.batch_since.is_some_and(|since| stop || ripe(since)) {
                self.commit(&mut course);
            }
            let open = course.batch_since.is_some() || self.room.unwritten() > 0;
            if stop && (!open || course.last_tries >= LAST_TRIES) {
                self.count_lost(&mut course, self.room.unwritten() as u64);
                return self.room.into_office();
            }
            let timeout = self.terms.clock.until(self.wake_at(&course));
            // An interrupted wait is a short one.
            let _ = self.poll.poll(&mut events, Some(timeout));
        }
    }

    fn wake_at(&self, course: &Course) -> Tick {
        let batch = course.batch_since.map(|since| since + BATCH_WAIT);
        let retry = self.room.retry_at();
        let due = [batch, retry].into_iter().flatten();
        due.fold(course.anchor_at, Tick::min)
    }

    fn due(&mut self, now: Tick, stop: bool, course: &mut Course) {
        if now >= course.anchor_at {
            course.anchor_at = now + ANCHOR_EVERY;
            let (tick, utc_ms) = self.terms.clock.anchor();
            self.room.office().anchor(tick, utc_ms);
            self.tell_settings(now, course);
        }
        if self.room.retry_at().is_some_and(|at| at <= now) {
            course.last_tries += u32::from(stop);
            self.room.retry();
            course.batch_since.get_or_insert(now);
        }
    }

    /// Tells lines of settings that changed, by an administrator or by a schedule, and of calls that an
    /// officer cuts; a line that takes none now is told a second later. And of officers' words for calls.
    fn tell_settings(&mut self, now: Tick, course: &mut Course) {
        course
            .untold
            .extend(self.room.office().settings_changes(now));
        course.uncut.extend(self.room.office().cuts());
        let lines = &self.lines;
        let refuses = |line: LineId, command: LineCommand| {
            let end = lines.iter().find(|(end, _)| end.line == line);
            end.is_some_and(|(_, handle)| handle.tell(command).is_err())
        };
        course
            .untold
            .retain(|line, settings| refuses(*line, LineCommand::Settings(settings.clone())));
        course
            .uncut
            .retain(|line| refuses(*line, LineCommand::CutOff));
        for (line, officer) in self.room.office().words(now) {
            let _ = refuses(line, LineCommand::Confirm { officer });
        }
    }

    fn serve_lines(&mut self, course: &mut Course) {
        for at in 0..self.lines.len() {
            while let Ok(asked) = self.lines[at].0.asks.pop() {
                let now = self.terms.clock.now();
                let line = self.lines[at].0.line;
                self.room.take(line, asked);
                course.batch_since.get_or_insert(now);
                if self.room.is_full() {
                    self.commit(course);
                }
            }
        }
    }

    fn serve_calls(&mut self, course: &mut Course) {
        while let Ok(call) = self.calls.try_recv() {
            let now = self.terms.clock.now();
            course.batch_since.get_or_insert(now);
            match call {
                OfficeCall::Run(run) => {
                    // Who wished for a panic finds that no answer comes.
                    let after = self.room.with(|office| run(office, now));
                    course.anchor_at = course.anchor_at.min(now + TELL_SOON);
                    course.afterwards.extend(after);
                }
                OfficeCall::Recorded(recorded) => self.room.take_recorded(recorded),
                OfficeCall::End(line, end) => {
                    let query = Query::End(*end);
                    let number = NOBODY;
                    self.room.take(line, Asked { number, query });
                }
            }
        }
    }

    fn commit(&mut self, course: &mut Course) {
        course.batch_since = None;
        let now = self.terms.clock.now();
        if let Some(recorder) = &self.recorder {
            let works = recorder.trouble(now).is_none();
            self.room.office().recorder(works);
        }
        let answers = self.room.commit(now);
        for (line, answer) in answers {
            if answer.number == NOBODY {
                continue;
            }
            let end = self.lines.iter_mut().find(|(end, _)| end.line == line);
            let (end, handle) = end.expect("an answer goes to who asked");
            end.answer(answer);
            handle.wake();
        }
        for after in course.afterwards.drain(..) {
            after();
        }
        self.tell_state(course);
    }

    fn tell_state(&mut self, course: &mut Course) {
        while let Some(message) = self.room.take_panic() {
            let service = "office";
            if course.deaths.one_more(self.terms.clock.now()) {
                let notice = Notice::ServiceRestarted { service, message };
                self.terms.notices.tell(notice);
            } else {
                // It goes on serving until the controller stops: ends of calls may still be stored.
                self.terms.fails(service, message);
            }
        }
        match self.room.failing() {
            Some(why) if !course.failing => {
                let why = why.to_string();
                self.terms.notices.tell(Notice::OfficeFailing { why });
            }
            None if course.failing => self.terms.notices.tell(Notice::OfficeRecovered),
            _ => {}
        }
        course.failing = self.room.failing().is_some();
        self.count_lost(course, 0);
    }

    fn count_lost(&self, course: &mut Course, more: u64) {
        let lost = self.room.dropped() + more;
        if lost > course.lost {
            let count = lost - course.lost;
            self.terms.notices.tell(Notice::RecordsLost { count });
            course.lost = lost;
        }
    }
}
