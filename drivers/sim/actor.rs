//! Performs a script: the body that a telephone or a called party lends to its steps.

use crate::sim::{
    clip::Clip,
    ear::Ear,
    keypad::KeyTone,
    level,
    pulser::{LoopChange, Pulser},
    script::{Keying, Step},
    tone_plan::TonePlan,
    transcript::{Event, Transcript},
};
use arrayvec::ArrayVec;
use std::sync::Arc;
use types::{
    digits::Digits,
    frame::{FRAME, Samples},
    tick::{Tick, Ticks},
};

/// Steps without length that one frame may hold; a script that repeats without ever waiting
/// goes on in the next frame.
const MAX_STEPS_A_FRAME: usize = 16;

/// Loop changes of one frame: more than its steps can make.
pub type LoopChanges = ArrayVec<LoopChange, 32>;

#[derive(Clone, Debug)]
pub struct Actor {
    steps: Arc<[Step]>,
    current: usize,
    /// When the current step began; `None` before.
    since: Option<Tick>,
    /// A flash, or pulses, under way.
    pulser: Option<Pulser>,
    flashed: bool,
    key: KeyTone,
    /// Which digit of the step the key is for.
    key_number: Option<u64>,
    ear: Ear,
    /// The hook as the script last left it (a flash or pulses don't change it).
    off_hook: bool,
    finished: bool,
}

/// How far a step came in this frame.
enum Progress {
    DoneAt(Tick),
    GoesOn,
}

use Progress::{DoneAt, GoesOn};

impl Actor {
    pub fn new(steps: Arc<[Step]>, plan: &'static TonePlan, off_hook: bool) -> Actor {
        Actor {
            steps,
            current: 0,
            since: None,
            pulser: None,
            flashed: false,
            key: KeyTone::default(),
            key_number: None,
            ear: Ear::new(plan),
            off_hook,
            finished: false,
        }
    }

    pub fn off_hook(&self) -> bool {
        self.off_hook
    }

    pub fn finished(&self) -> bool {
        self.finished
    }

    /// When the script may go on by itself, at the earliest, while nothing is heard.
    pub fn next_action(&self, now: Tick) -> Option<Tick> {
        if self.finished {
            return None;
        }
        match (self.steps.get(self.current), self.since) {
            (Some(Step::Wait(length)), Some(since)) => Some(since + *length),
            _ => Some(now),
        }
    }

    /// The next 80 samples of the person's life from `at` on. `out` is added to.
    pub fn frame(
        &mut self,
        at: Tick,
        heard: &Samples,
        out: &mut Samples,
        changes: &mut LoopChanges,
        transcript: &mut Transcript,
    ) {
        let mut stage = Stage {
            begin: at,
            end: at + types::frame::FRAME_TICKS,
            heard,
            out,
            changes,
        };
        let steps = Arc::clone(&self.steps);
        let mut cursor = at;
        for _ in 0..MAX_STEPS_A_FRAME {
            if self.finished || cursor >= stage.end {
                return;
            }
            let Some(step) = steps.get(self.current) else {
                self.finished = true;
                transcript.note(cursor, Event::Finished);
                return;
            };
            let since = self.begin(step, cursor, transcript);
            match self.perform(step, since, cursor, &mut stage, transcript) {
                GoesOn => return,
                DoneAt(tick) => {
                    cursor = tick.max(cursor);
                    self.since = None;
                    self.current = if matches!(step, Step::Repeat) {
                        0
                    } else {
                        self.current + 1
                    };
                }
            }
        }
    }

    fn begin(&mut self, step: &Step, cursor: Tick, transcript: &mut Transcript) -> Tick {
        if let Some(since) = self.since {
            return since;
        }
        self.since = Some(cursor);
        transcript.note(cursor, Event::Step(self.current as u16));
        match step {
            Step::Await { what, .. } => self.ear.listen(*what),
            Step::PulseDial { digits, timing } => {
                self.pulser = Pulser::new(cursor, *digits, *timing);
            }
            Step::Flash(_) => self.flashed = false,
            Step::Dial { .. } => self.key_number = None,
            _ => {}
        }
        cursor
    }

    fn perform(
        &mut self,
        step: &Step,
        since: Tick,
        cursor: Tick,
        stage: &mut Stage,
        transcript: &mut Transcript,
    ) -> Progress {
        match step {
            Step::OffHook => self.hook(true, cursor, stage, transcript),
            Step::OnHook => self.hook(false, cursor, stage, transcript),
            Step::Wait(length) => stage.until(since + *length),
            Step::Dial { digits, keying } => self.dial(digits, *keying, since, cursor, stage),
            Step::PulseDial { .. } => self.pulse(cursor, stage),
            Step::Flash(length) => self.flash(since, *length, cursor, stage),
            Step::Say(clip) => stage.say(clip, since, clip.length(), cursor),
            Step::SayFor(clip, length) => stage.say(clip, since, *length, cursor),
            Step::SendBackFor(length) => stage.send_back(since + *length, cursor),
            Step::Await { timeout, .. } => self.listen(since, *timeout, cursor, stage, transcript),
            Step::Mark(name) => {
                transcript.note(cursor, Event::Mark(name));
                DoneAt(cursor)
            }
            Step::Repeat => DoneAt(cursor),
        }
    }

    fn hook(
        &mut self,
        off: bool,
        at: Tick,
        stage: &mut Stage,
        transcript: &mut Transcript,
    ) -> Progress {
        if self.off_hook != off {
            self.off_hook = off;
            stage.changes.push(LoopChange { at, closed: off });
            transcript.note(at, if off { Event::OffHook } else { Event::OnHook });
        }
        DoneAt(at)
    }

    fn dial(
        &mut self,
        digits: &Digits,
        keying: Keying,
        since: Tick,
        cursor: Tick,
        stage: &mut Stage,
    ) -> Progress {
        let cycle = (keying.on + keying.off).0.max(1);
        let end = since + Ticks(cycle * digits.len() as u64);
        for tick in cursor.0..end.0.min(stage.end.0) {
            let (number, within) = ((tick - since.0) / cycle, (tick - since.0) % cycle);
            if self.key_number != Some(number) {
                self.key_number = Some(number);
                let digit = digits.iter().nth(number as usize).expect("a digit a cycle");
                self.key = KeyTone::new(digit, keying.level_dbm0, keying.twist_db);
            }
            if within < keying.on.0 {
                let value = self.key.sample();
                stage.add(tick, value);
            }
        }
        stage.until(end)
    }

    fn pulse(&mut self, cursor: Tick, stage: &mut Stage) -> Progress {
        let Some(pulser) = &mut self.pulser else {
            return DoneAt(cursor);
        };
        while let Some(change) = pulser.due(stage.end) {
            if stage.changes.try_push(change).is_err() {
                break;
            }
        }
        if pulser.finished() && pulser.end() < stage.end {
            return DoneAt(pulser.end());
        }
        GoesOn
    }

    fn flash(&mut self, since: Tick, length: Ticks, cursor: Tick, stage: &mut Stage) -> Progress {
        if !self.flashed {
            self.flashed = true;
            stage.changes.push(LoopChange {
                at: cursor,
                closed: false,
            });
        }
        let end = since + length;
        if end < stage.end {
            stage.changes.push(LoopChange {
                at: end.max(cursor),
                closed: true,
            });
        }
        stage.until(end)
    }

    /// Hears whole frames only: a step that began within this one listens from the next on.
    fn listen(
        &mut self,
        since: Tick,
        timeout: Ticks,
        cursor: Tick,
        stage: &Stage,
        transcript: &mut Transcript,
    ) -> Progress {
        if cursor == stage.begin && self.ear.hear(stage.heard) {
            return DoneAt(cursor);
        }
        let limit = since + timeout;
        if limit < stage.end {
            let at = limit.max(cursor);
            transcript.note(at, Event::TimedOut(self.current as u16));
            return DoneAt(at);
        }
        GoesOn
    }
}

/// One frame under performance.
struct Stage<'a> {
    begin: Tick,
    end: Tick,
    heard: &'a Samples,
    out: &'a mut Samples,
    changes: &'a mut LoopChanges,
}

impl Stage<'_> {
    fn until(&self, end: Tick) -> Progress {
        if end < self.end { DoneAt(end) } else { GoesOn }
    }

    fn add(&mut self, tick: u64, value: f64) {
        let at = (tick - self.begin.0) as usize;
        debug_assert!(at < FRAME);
        self.out[at] = level::clip(f64::from(self.out[at]) + value);
    }

    fn send_back(&mut self, end: Tick, cursor: Tick) -> Progress {
        for tick in cursor.0..end.0.min(self.end.0) {
            let value = self.heard[(tick - self.begin.0) as usize];
            self.add(tick, f64::from(value));
        }
        self.until(end)
    }

    fn say(&mut self, clip: &Clip, since: Tick, length: Ticks, cursor: Tick) -> Progress {
        let samples = clip.samples();
        let end = since + length;
        if !samples.is_empty() {
            for tick in cursor.0..end.0.min(self.end.0) {
                let place = (tick - since.0) as usize % samples.len();
                self.add(tick, f64::from(samples[place]));
            }
        }
        self.until(end)
    }
}
