//! Scripted ports and a scripted back office, and a plant made of them. What a test wants to
//! know or to cause goes through atomics, for a line's thread may not lock.

use crate::scripted_line::{Script, ScriptedLine};
use drivers::{
    port::{Cutoff, Descriptor, JoinKey, Port, PortCounters, PortError, Read, Write},
    sim::join::Received,
};
use line::keeper::TrunkState;
use sallyport::runtime::{
    clock::Clock,
    office::Office,
    plant::{MakeLine, Plant, PlantLine, PlantTrunk},
    realtime::on_line_thread,
    recording::RecorderPlan,
    threads::{Controller, ThreadOptions, hub::Audience},
};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering::SeqCst},
    },
    thread::sleep,
    time::{Duration, Instant},
};
use types::{
    call_record::{CallEnd, Recorded},
    digits::Digits,
    edge::{Edge, EdgeAt, HookState, PortCommand},
    frame::{FRAME, FRAME_TICKS, Frame, Law},
    id::{CallId, InmateId, LineId, OfficerId, TrunkId},
    phone_number::{CallType, DialingPattern, PhoneNumber},
    query::{Answered, Asked, OfficerAnswer, OfficerWord, PinAnswer, Query, Reply},
    route::Routes,
    settings::{CallSettings, Warnings},
    tick::{Tick, Ticks},
    treatment::CallTreatment,
    trunk::{Outpulsing, TrunkGroup, TrunkProfile, TrunkSignalling, TrunkTrust},
    verdict::{Handling, Permit, RecordingRule, Trace, Verdict},
};

/// What a port does at its next read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Cue {
    Work,
    Panic,
    /// The same when it is asked for an edge.
    PanicAtEdge,
    /// Spin until the cue changes.
    Spin,
    Fail,
}

/// A port as a test sees it.
#[derive(Debug, Default)]
pub struct PortState {
    cue: AtomicU8,
    off_hook: AtomicBool,
    /// The switch hook moved and nobody has taken the edge yet.
    moved: AtomicBool,
    media: AtomicBool,
    cut: AtomicBool,
    joined: AtomicBool,
    /// It was put on-hook by the watchdog while it was joined.
    cut_in_join: AtomicBool,
    off_hooks: AtomicU32,
    on_hooks: AtomicU32,
    reads: AtomicU64,
    writes: AtomicU64,
    /// The port was dropped.
    gone: AtomicBool,
}

impl PortState {
    pub fn lift(&self) {
        self.off_hook.store(true, SeqCst);
        self.moved.store(true, SeqCst);
    }

    pub fn hang_up(&self) {
        self.off_hook.store(false, SeqCst);
        self.moved.store(true, SeqCst);
    }

    pub fn cue(&self, cue: Cue) {
        self.cue.store(cue as u8, SeqCst);
    }

    fn is(&self, cue: Cue) -> bool {
        self.cue.load(SeqCst) == cue as u8
    }

    pub fn media(&self) -> bool {
        self.media.load(SeqCst)
    }

    /// The watchdog's hand was on it.
    pub fn was_cut(&self) -> bool {
        self.cut.load(SeqCst)
    }

    pub fn joined(&self) -> bool {
        self.joined.load(SeqCst)
    }

    pub fn cut_in_join(&self) -> bool {
        self.cut_in_join.load(SeqCst)
    }

    /// Commands so far.
    pub fn off_hooks(&self) -> u32 {
        self.off_hooks.load(SeqCst)
    }

    pub fn on_hooks(&self) -> u32 {
        self.on_hooks.load(SeqCst)
    }

    pub fn reads(&self) -> u64 {
        self.reads.load(SeqCst)
    }

    pub fn writes(&self) -> u64 {
        self.writes.load(SeqCst)
    }

    pub fn is_gone(&self) -> bool {
        self.gone.load(SeqCst)
    }
}

/// A port whose frames come on the grid of the clock.
#[derive(Debug)]
pub struct Tape {
    state: Arc<PortState>,
    /// When the next frame is complete.
    next: Option<Tick>,
    key: Arc<Received>,
}

impl Tape {
    pub fn new(state: Arc<PortState>) -> Tape {
        Tape {
            state,
            next: None,
            key: Arc::default(),
        }
    }
}

impl Drop for Tape {
    fn drop(&mut self) {
        assert!(
            !on_line_thread(),
            "a port is never dropped on a line's thread"
        );
        self.state.gone.store(true, SeqCst);
    }
}

struct Hand(Arc<PortState>);

impl Cutoff for Hand {
    fn on_hook(&self) -> Result<(), PortError> {
        self.0.cut.store(true, SeqCst);
        self.0.cut_in_join.fetch_or(self.0.joined(), SeqCst);
        Ok(())
    }

    fn part(&self) -> Result<(), PortError> {
        self.0.joined.store(false, SeqCst);
        Ok(())
    }
}

impl Port for Tape {
    fn law(&self) -> Law {
        Law::Mu
    }

    fn descriptor(&self) -> Option<Descriptor> {
        None
    }

    fn read(&mut self, now: Tick, frame: &mut Frame) -> Result<Read, PortError> {
        assert!(!self.state.is(Cue::Panic), "a panic on cue");
        while self.state.is(Cue::Spin) {
            std::hint::spin_loop();
        }
        if self.state.is(Cue::Fail) {
            return Err(PortError::Gone);
        }
        let grid = Tick(now.0 - now.0 % FRAME as u64) + FRAME_TICKS;
        let end = *self.next.get_or_insert(grid);
        if now < end || !self.state.media() {
            return Ok(Read::Empty);
        }
        let count = self.state.reads.fetch_add(1, SeqCst);
        frame.fill(count as u8);
        self.next = Some(end + FRAME_TICKS);
        Ok(Read::Frame { end, lost: 0 })
    }

    fn write(&mut self, _: Tick, _: &Frame) -> Result<Write, PortError> {
        self.state.writes.fetch_add(1, SeqCst);
        Ok(Write::Taken)
    }

    fn edge(&mut self, now: Tick) -> Result<Option<EdgeAt>, PortError> {
        assert!(!self.state.is(Cue::PanicAtEdge), "a panic on cue");
        let edge = if self.state.off_hook.load(SeqCst) {
            Edge::LoopClosed
        } else {
            Edge::LoopOpen
        };
        let moved = self.state.moved.swap(false, SeqCst);
        Ok(moved.then_some(EdgeAt { at: now, edge }))
    }

    fn command(&mut self, _: Tick, command: PortCommand) -> Result<(), PortError> {
        match command {
            PortCommand::OffHook => self.state.off_hooks.fetch_add(1, SeqCst),
            PortCommand::OnHook => self.state.on_hooks.fetch_add(1, SeqCst),
            PortCommand::Media(on) => {
                self.next = None;
                u32::from(self.state.media.swap(on, SeqCst))
            }
            PortCommand::LoopOpen(_)
            | PortCommand::Pulse(_)
            | PortCommand::Ring(_)
            | PortCommand::RingGround
            | PortCommand::Bits(_) => 0,
        };
        Ok(())
    }

    fn hook(&self) -> Result<HookState, PortError> {
        Ok(HookState::Unknown)
    }

    fn flush(&mut self, _: Tick) -> Result<(), PortError> {
        self.next = None;
        Ok(())
    }

    fn counters(&self) -> PortCounters {
        PortCounters {
            frames_read: self.state.reads(),
            frames_written: self.state.writes(),
            ..PortCounters::default()
        }
    }

    fn join_key(&self) -> Option<JoinKey> {
        Some(Arc::clone(&self.key).into())
    }

    fn join(&mut self, _: Tick, other: Option<&JoinKey>) -> Result<(), PortError> {
        self.state.joined.store(other.is_some(), SeqCst);
        Ok(())
    }

    fn cutoff(&self) -> Result<Box<dyn Cutoff>, PortError> {
        Ok(Box::new(Hand(Arc::clone(&self.state))))
    }
}

/// The back office as a test sees it.
#[derive(Debug, Default)]
pub struct OfficeState {
    /// What is on disk.
    pub stored: Mutex<Vec<(LineId, CallEnd)>>,
    pub commits: AtomicU32,
    /// Nothing can be written.
    pub full: AtomicBool,
    /// So many panics are still to come.
    pub panics: AtomicU32,
    /// What must be recorded can't be, as it was told last.
    pub unrecordable: AtomicBool,
    /// What closed recordings hold.
    pub recorded: Mutex<Vec<Recorded>>,
    /// Lines whose call is to be cut.
    pub cuts: Mutex<Vec<LineId>>,
    pub anchors: AtomicU32,
    pub seen: AtomicU32,
}

/// Lets every call pass.
#[derive(Debug, Default)]
pub struct EasyOffice {
    state: Arc<OfficeState>,
    /// Calls are to be accepted by the called party.
    pub collect: bool,
    /// An officer confirms each call.
    pub officer: bool,
    /// The site's own unless another is told.
    pub treatment: Option<CallTreatment>,
    calls: u64,
    failing: bool,
}

impl EasyOffice {
    pub fn new(state: Arc<OfficeState>) -> EasyOffice {
        EasyOffice {
            state,
            ..EasyOffice::default()
        }
    }
}

impl EasyOffice {
    fn answer(&mut self, line: LineId, query: &Query) -> Option<Reply> {
        match query {
            Query::Identify(_) => Some(Reply::Pin(PinAnswer::Valid {
                inmate: InmateId(1),
                language: None,
            })),
            Query::Officer { .. } => {
                let confirmed = OfficerAnswer::Confirmed(OfficerId(1));
                Some(Reply::Officer(confirmed))
            }
            Query::Admit(admission)
                if self.officer && admission.officer == OfficerWord::NotAsked =>
            {
                Some(Reply::Confirm)
            }
            Query::Admit(_) => {
                self.calls += 1;
                let sequence = self.calls;
                let call = CallId { site: 1, sequence };
                let treatment = self.treatment.unwrap_or_else(CallTreatment::standard);
                Some(Reply::Admitted(permitted(call, self.collect, treatment)))
            }
            Query::End(end) => {
                let mut stored = self.state.stored.lock().expect("no panic");
                stored.push((line, end.clone()));
                let nobody = CallId {
                    site: 0,
                    sequence: 0,
                };
                Some(Reply::Recorded(end.call.unwrap_or(nobody)))
            }
            Query::Seen { .. } | Query::EmptyOffHook => {
                self.state.seen.fetch_add(1, SeqCst);
                None
            }
        }
    }
}

impl Office for EasyOffice {
    fn serve(&mut self, _: Tick, batch: &[(LineId, Asked)]) -> Vec<(LineId, Answered)> {
        let panics = &self.state.panics;
        let due = panics.try_update(SeqCst, SeqCst, |left| left.checked_sub(1));
        assert!(due.is_err(), "a panic on cue");
        let full = self.state.full.load(SeqCst);
        self.failing = full;
        self.state.commits.fetch_add(u32::from(!full), SeqCst);
        let mut answers = Vec::new();
        for (line, asked) in batch {
            let reply = match asked.query {
                Query::Seen { .. } | Query::EmptyOffHook if full => None,
                _ if full => Some(Reply::Unavailable),
                _ => self.answer(*line, &asked.query),
            };
            let number = asked.number;
            answers.extend(reply.map(|reply| (*line, Answered { number, reply })));
        }
        answers
    }

    fn take_failure(&mut self) -> Option<String> {
        std::mem::take(&mut self.failing).then(|| "the disk is full".to_string())
    }

    fn recorder(&mut self, works: bool) {
        self.state.unrecordable.store(!works, SeqCst);
    }

    fn recorded(&mut self, _: Tick, recordings: &[Recorded]) -> bool {
        let mut all = self.state.recorded.lock().expect("no panic");
        all.extend(recordings);
        true
    }

    fn settings_changes(&mut self, _: Tick) -> Vec<(LineId, CallSettings)> {
        Vec::new()
    }

    fn cuts(&mut self) -> Vec<LineId> {
        let mut cuts = self.state.cuts.lock().expect("no panic");
        std::mem::take(&mut cuts)
    }

    fn words(&mut self, _: Tick) -> Vec<(LineId, OfficerId)> {
        Vec::new()
    }

    fn anchor(&mut self, _: Tick, utc_ms: i64) {
        assert!(utc_ms > 1_600_000_000_000, "the wall clock is of this age");
        self.state.anchors.fetch_add(1, SeqCst);
    }
}

fn permitted(call: CallId, collect: bool, treatment: CallTreatment) -> Verdict {
    let handling = if collect {
        Handling::AutomatedOperator
    } else {
        Handling::Direct
    };
    let permit = Permit {
        call,
        inmate: None,
        number: PhoneNumber::national("2155550123").expect("a number"),
        pattern: DialingPattern::Direct,
        call_type: CallType::Local,
        handling,
        acceptance: collect,
        routes: Routes::any(Digits::parse("12155550123").expect("digits")),
        limit: None,
        until: None,
        announce_limit: false,
        warnings: Warnings::standard(),
        recording: RecordingRule::Record,
        treatment,
        left: types::verdict::Left::default(),
    };
    Verdict {
        trace: Trace::new(),
        outcome: Ok(permit),
    }
}

pub fn profile(id: u16) -> TrunkProfile {
    TrunkProfile {
        id: TrunkId(id),
        law: Law::Mu,
        signalling: TrunkSignalling::LoopStart,
        outpulsing: Outpulsing::Dtmf,
        trust: TrunkTrust::LOOP_START,
        guard: Ticks::ms(50),
        dial_tone_wait: Ticks::secs(5),
        dial_tone_break: TrunkProfile::DIAL_TONE_BREAK,
        cancel_echo: false,
        group: TrunkGroup::FIRST,
    }
}

/// A plant, and a test's view of its parts.
pub struct Parts {
    pub phones: Vec<Arc<PortState>>,
    pub trunks: Vec<Arc<PortState>>,
    pub office: Arc<OfficeState>,
    pub script: Script,
    pub silent_after: Ticks,
    pub recorder: Option<RecorderPlan>,
}

impl Parts {
    pub fn new(phones: usize, trunks: usize) -> Parts {
        let states = |count| (0..count).map(|_| Arc::default()).collect();
        Parts {
            phones: states(phones),
            trunks: states(trunks),
            office: Arc::default(),
            script: Script::default(),
            // These machines are loaded with other tests.
            silent_after: Ticks::secs(20),
            recorder: None,
        }
    }

    pub fn plant(&self) -> Plant {
        let phone = |(id, state): (u16, &Arc<PortState>)| PlantLine {
            id: LineId(id),
            own_trunk: None,
            phone: Box::new(Tape::new(Arc::clone(state))),
            settings: CallSettings::standard(),
        };
        let trunk = |(id, state): (u16, &Arc<PortState>)| PlantTrunk {
            profile: profile(id),
            port: Box::new(Tape::new(Arc::clone(state))),
        };
        let script = self.script;
        let make: MakeLine = Arc::new(move |of| Box::new(ScriptedLine::new(of.id, script)));
        let plant = Plant::scripted(
            make,
            (1..).zip(&self.phones).map(phone).collect(),
            (1..).zip(&self.trunks).map(trunk).collect(),
            Box::new(EasyOffice::new(Arc::clone(&self.office))),
        );
        match &self.recorder {
            Some(recorder) => plant.recorded_by(recorder.clone()),
            None => plant,
        }
    }

    pub fn start(&self) -> Controller {
        self.start_plant(self.plant())
    }

    /// A plant of these parts that a test changed.
    pub fn start_plant(&self, plant: Plant) -> Controller {
        let options = ThreadOptions {
            real_time: false,
            lock_memory: false,
            silent_after: self.silent_after,
            clock: Clock::start(),
        };
        let controller = Controller::start(plant, options, Audience::default()).expect("it starts");
        settle("all trunks are idle", || {
            let trunks = controller.trunks();
            let idle =
                |(_, state): &(TrunkId, TrunkState)| matches!(state, TrunkState::Idle { .. });
            trunks.len() == self.trunks.len() && trunks.iter().all(idle)
        });
        controller
    }

    /// The records that are on disk.
    pub fn ended(&self) -> Vec<(LineId, CallEnd)> {
        self.office.stored.lock().expect("no panic").clone()
    }
}

/// Waits for something that must come.
pub fn settle(what: &str, mut come: impl FnMut() -> bool) {
    let limit = Instant::now() + Duration::from_secs(20);
    while !come() {
        assert!(Instant::now() < limit, "it never came that {what}");
        sleep(Duration::from_millis(2));
    }
}
