//! Places a call: seizes, waits for dial tone, dials, waits for the answer.

use std::ops::ControlFlow;

use dsp::{
    level,
    plan::TonePlan,
    progress::{Progress, ProgressEvent},
    tone_gen::DigitGen,
};
use measure::limits::Quantity;
use signaling::SupervisionEvent;
use types::{
    digits::Digits,
    edge::{Edge, EdgeAt},
    frame::{FRAME, FRAME_TICKS, Frame, Samples},
    tick::{Tick, Ticks},
    tone::Tone,
    trunk::TrunkSignalling,
};

use super::{
    options::{DialArgs, Reach},
    rig::{Heard, Rig},
    sheet::Sheet,
    signalled::{self, Caller},
    station::Part,
    trouble::Trouble,
};
use crate::words;

/// What was seen while a call was placed.
#[derive(Default)]
pub(crate) struct Placed {
    pub dial_tone: Option<DialTone>,
    pub proceed: Option<Proceed>,
    /// What drives the call on, on a trunk that is signalled by bits.
    pub caller: Option<Caller>,
    /// When it was taken as answered, and by what.
    pub answered: Tick,
    pub by: &'static str,
    pub edges: Vec<EdgeAt>,
    pub tones: Vec<(Tone, Tick)>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct DialTone {
    pub delay: Ticks,
    pub level_dbm0: f64,
}

/// The proceed signal of a trunk that is signalled by bits.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Proceed {
    pub delay: Ticks,
    pub wink: Option<Ticks>,
}

pub(crate) const DIAL_TONE_WAIT: u64 = 10;
pub(crate) const PROCEED_WAIT: Ticks = Ticks::secs(10);
const ANSWER_WAIT: u64 = 60;
/// Ringback is over after so much silence: the longest pause of any country is 5 s.
const AFTER_RINGBACK: Ticks = Ticks::ms(5500);
/// Without ringback the far end is there after so much of anything that is no tone of the network.
const SOUND: u32 = 40;
/// Silence from the start on is a quiet termination.
const QUIET: Ticks = Ticks::secs(8);
/// Frames of sound without a pause: longer than any burst of ringback.
const STEADY: u32 = 250;
const SOUND_DBM0: f32 = -45.0;
pub(crate) const DIGIT_DBM0: (f32, f32) = (-9.0, -7.0);

/// Reaches the far end as the command line says, if it is not connected already.
pub(crate) fn reach(rig: &mut Rig, reach: &Reach) -> Result<Option<Placed>, Trouble> {
    match reach.dial {
        Some(number) => place(rig, number, reach.pulse).map(Some),
        None => {
            if rig.part() == Part::Trunk {
                rig.say("seizes the trunk (off-hook)");
            }
            rig.off_hook()?;
            if rig.part() == Part::Trunk && !rig.is_supervised() && !reach.into_dial_tone {
                refuse_dial_tone(rig)?;
            }
            Ok(None)
        }
    }
}

/// Nearly every exchange gives dial tone within this time.
const DIAL_TONE_COMES: u64 = 3;

/// Whether an exchange waits for digits, where a far end was to be.
fn refuse_dial_tone(rig: &mut Rig) -> Result<(), Trouble> {
    rig.say(&format!(
        "listens for {DIAL_TONE_COMES} s whether dial tone is on the line"
    ));
    match await_dial_tone(rig, DIAL_TONE_COMES, &mut |_| {}) {
        Ok(_) => Err(Trouble::DialTone),
        Err(Trouble::NoDialTone(_)) => Ok(()),
        Err(trouble) => Err(trouble),
    }
}

/// Places a call up to its answer.
pub(crate) fn place(rig: &mut Rig, number: Digits, pulse: bool) -> Result<Placed, Trouble> {
    if rig.part() != Part::Trunk {
        return Err(Trouble::Said(format!(
            "{}: calls are placed on trunks only",
            rig.name()
        )));
    }
    if rig.is_supervised() {
        return signalled(rig, number);
    }
    let mut placed = Placed::default();
    let edges = &mut placed.edges;
    let found = begin(rig, number, pulse, &mut |stage| {
        if let Stage::Heard(heard) = stage {
            edges.extend_from_slice(heard.edges);
        }
    })?;
    placed.dial_tone = Some(found);
    rig.say("waits for the answer");
    answer(rig, number, &mut placed)?;
    Ok(placed)
}

/// How far a call on a two-wire trunk has come.
pub(crate) enum Stage<'a> {
    Seizes,
    Dials,
    Dialed,
    /// A frame of any of these.
    Heard(&'a Heard<'a>),
}

type Watcher<'a> = &'a mut dyn FnMut(Stage<'_>);

/// Seizes, waits for dial tone and dials; `watch` is told of each stage and frame.
pub(crate) fn begin(
    rig: &mut Rig,
    number: Digits,
    pulse: bool,
    watch: Watcher<'_>,
) -> Result<DialTone, Trouble> {
    rig.say("seizes the trunk (off-hook) and waits for dial tone");
    watch(Stage::Seizes);
    let found = await_dial_tone(rig, DIAL_TONE_WAIT, watch)?;
    let how = if pulse { "loop pulses" } else { "DTMF" };
    rig.say(&format!("dials {number} by {how}"));
    watch(Stage::Dials);
    if pulse {
        send_pulses(rig, number, watch)?;
    } else {
        press(rig, number, 70, watch)?;
    }
    watch(Stage::Dialed);
    Ok(found)
}

/// The same on a trunk that is signalled by bits.
fn signalled(rig: &mut Rig, number: Digits) -> Result<Placed, Trouble> {
    let waits = signalled::proceed_words(&rig.profile().signalling);
    rig.say(&format!(
        "seizes the trunk, sends {number} after {waits}, and waits for the answer"
    ));
    let mut placed = Placed::default();
    let seized = rig.now();
    let mut caller = Caller::seize(rig, Some(number))?;
    let mut sounds = AnswerEar::new(&rig.country().tones, seized);
    let mut outpulsed = false;
    let mut outcome = None;
    rig.run(Ticks::secs(ANSWER_WAIT), &mut |heard, out| {
        placed.edges.extend_from_slice(heard.edges);
        for (at, event) in caller.frame(heard, out) {
            match event {
                SupervisionEvent::Proceed => placed.proceeded(at.since(seized)),
                SupervisionEvent::Outpulsed => {
                    outpulsed = true;
                    (sounds.begun, sounds.last_sound) = (at, at);
                }
                SupervisionEvent::Answered(piece) => {
                    let by = words::answer_evidence(piece.evidence);
                    outcome = Some(Outcome::Answered(by));
                }
                SupervisionEvent::Failed(tone) => outcome = Some(Outcome::Failed(tone)),
                SupervisionEvent::InUse => outcome = Some(Outcome::InUse),
                _ => {}
            }
        }
        if outpulsed && outcome.is_none() {
            outcome = sounds.hear(heard, &mut placed).filter(Outcome::is_sure);
        }
        let waits = placed.proceed.is_none() && heard.end.since(seized) > PROCEED_WAIT;
        match outcome.is_some() || waits {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    })?;
    if placed.proceed.is_none() && outcome.is_none() {
        return Err(no_proceed(rig, PROCEED_WAIT));
    }
    placed.caller = Some(caller);
    end(rig, number, outcome, &mut placed)?;
    Ok(placed)
}

/// A seizure alone, to see what a trunk that is signalled by bits answers.
pub(crate) fn proceed(
    rig: &mut Rig,
    most: Ticks,
    edges: &mut Vec<EdgeAt>,
) -> Result<Proceed, Trouble> {
    let seized = rig.now();
    let mut caller = Caller::seize(rig, None)?;
    let mut placed = Placed::default();
    let mut in_use = false;
    rig.run(most, &mut |heard, out| {
        placed.edges.extend_from_slice(heard.edges);
        for (at, event) in caller.frame(heard, out) {
            match event {
                SupervisionEvent::Proceed => placed.proceeded(at.since(seized)),
                SupervisionEvent::InUse => in_use = true,
                _ => {}
            }
        }
        match placed.proceed.is_some() || in_use {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    })?;
    edges.append(&mut placed.edges);
    match placed.proceed {
        Some(proceed) => Ok(proceed),
        None if in_use => Err(Trouble::InUse),
        None => Err(no_proceed(rig, most)),
    }
}

fn no_proceed(rig: &Rig, waited: Ticks) -> Trouble {
    let waits = signalled::proceed_words(&rig.profile().signalling);
    Trouble::NoProceed(waits, waited.0 / Ticks::PER_SECOND)
}

impl Placed {
    fn proceeded(&mut self, delay: Ticks) {
        let wink = signalled::wink(&self.edges);
        self.proceed = Some(Proceed { delay, wink });
    }
}

/// Off-hook, and dial tone with its delay and level.
pub(crate) fn dial_tone(
    rig: &mut Rig,
    most: u64,
    edges: &mut Vec<EdgeAt>,
) -> Result<DialTone, Trouble> {
    await_dial_tone(rig, most, &mut |stage| {
        if let Stage::Heard(heard) = stage {
            edges.extend_from_slice(heard.edges);
        }
    })
}

fn await_dial_tone(rig: &mut Rig, most: u64, watch: Watcher<'_>) -> Result<DialTone, Trouble> {
    let tones = &rig.country().tones;
    let plan = tones.only(|tone| matches!(tone, Tone::Dial | Tone::StutterDial));
    let mut ear = Progress::new(&plan);
    rig.off_hook()?;
    let seized = rig.now();
    let mut found = None;
    rig.run(Ticks::secs(most), &mut |heard, _| {
        watch(Stage::Heard(heard));
        let first = tones_of(&mut ear, heard).into_iter().next();
        found = first.map(|(_, start, level_dbm0)| DialTone {
            delay: start.since(seized),
            level_dbm0: f64::from(level_dbm0),
        });
        match found {
            Some(_) => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
        }
    })?;
    found.ok_or(Trouble::NoDialTone(most))
}

/// The tones that begin or go on in a frame: which, since when, how loud.
fn tones_of(ear: &mut Progress, heard: &Heard<'_>) -> Vec<(Tone, Tick, f32)> {
    ear.lost(heard.lost);
    let events = ear.process(heard.samples, heard.end - FRAME_TICKS).events;
    let tones = events.iter().filter_map(|event| match event {
        ProgressEvent::Tone {
            tone,
            start,
            level_dbm0,
            ..
        } => Some((*tone, *start, *level_dbm0)),
        ProgressEvent::ToneEnd { .. } => None,
    });
    tones.collect()
}

/// Sends digits as keys, each `ms` long with a pause as long.
pub(crate) fn send_keys(rig: &mut Rig, digits: Digits, ms: u32) -> Result<(), Trouble> {
    press(rig, digits, ms, &mut |_| {})
}

fn press(rig: &mut Rig, digits: Digits, ms: u32, watch: Watcher<'_>) -> Result<(), Trouble> {
    let mut keys = DigitGen::new(DIGIT_DBM0.0, DIGIT_DBM0.1, ms, ms);
    keys.send(digits);
    let law = rig.law();
    rig.run(Ticks::secs(60), &mut |heard, out| {
        watch(Stage::Heard(heard));
        let mut samples: Samples = [0; FRAME];
        if !keys.fill(&mut samples) {
            return ControlFlow::Break(());
        }
        dsp::g711::encode(law, &samples, out);
        ControlFlow::Continue(())
    })?;
    Ok(())
}

fn send_pulses(rig: &mut Rig, digits: Digits, watch: Watcher<'_>) -> Result<(), Trouble> {
    rig.pulse(digits)?;
    let done = rig.run(Ticks::secs(60), &mut |heard, _| {
        watch(Stage::Heard(heard));
        match heard.edges.iter().any(|e| e.edge == Edge::PulsesSent) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    })?;
    match done {
        true => Ok(()),
        false => Err(Trouble::Said(
            "the card never told that the pulses were sent".into(),
        )),
    }
}

/// Listens for the answer.
struct AnswerEar {
    progress: Progress,
    begun: Tick,
    ringback: Option<Tick>,
    sound: u32,
    steady: u32,
    last_sound: Tick,
}

enum Outcome {
    Answered(&'static str),
    Failed(Tone),
    InUse,
}

/// Sounds that say by themselves that a test line is there, though it may not signal its answer.
const TEST_LINE: [&str; 2] = ["a steady tone", "silence: a quiet line"];

impl Outcome {
    /// Whether it counts on a trunk whose far end signals the answer.
    fn is_sure(&self) -> bool {
        match self {
            Outcome::Answered(by) => TEST_LINE.contains(by),
            Outcome::Failed(_) | Outcome::InUse => true,
        }
    }
}

impl AnswerEar {
    fn new(plan: &TonePlan, now: Tick) -> AnswerEar {
        AnswerEar {
            progress: Progress::new(plan),
            begun: now,
            ringback: None,
            sound: 0,
            steady: 0,
            last_sound: now,
        }
    }

    fn hear(&mut self, heard: &Heard<'_>, placed: &mut Placed) -> Option<Outcome> {
        self.progress.lost(heard.lost);
        let frame = self
            .progress
            .process(heard.samples, heard.end - FRAME_TICKS);
        for event in &frame.events {
            let ProgressEvent::Tone { tone, start, .. } = *event else {
                continue;
            };
            if !placed.tones.iter().any(|(known, _)| *known == tone) {
                placed.tones.push((tone, start));
            }
            match tone {
                Tone::Ringback => self.ringback = Some(heard.end),
                Tone::Dial | Tone::StutterDial | Tone::CallWaiting | Tone::Record => {}
                failed => return Some(Outcome::Failed(failed)),
            }
        }
        if heard.edges.iter().any(|e| e.edge == Edge::PolarityReversed) {
            return Some(Outcome::Answered("polarity reversal"));
        }
        let loud = level::dbm0(heard.samples) > SOUND_DBM0;
        if loud {
            self.last_sound = heard.end;
        }
        self.sound = if loud && !frame.tonal {
            self.sound + 1
        } else {
            self.sound.saturating_sub(1)
        };
        self.steady = if loud { self.steady + 1 } else { 0 };
        if self.steady >= STEADY {
            return Some(Outcome::Answered(TEST_LINE[0]));
        }
        if self.sound >= SOUND {
            return Some(Outcome::Answered("sound from the far end"));
        }
        let silent = heard.end.since(self.last_sound);
        if self.ringback.is_some() && silent >= AFTER_RINGBACK {
            return Some(Outcome::Answered("ringback stopped"));
        }
        let nothing = self.ringback.is_none() && heard.end.since(self.begun) >= QUIET;
        (nothing && silent >= QUIET - Ticks::secs(2)).then_some(Outcome::Answered(TEST_LINE[1]))
    }
}

fn answer(rig: &mut Rig, number: Digits, placed: &mut Placed) -> Result<(), Trouble> {
    let mut ear = AnswerEar::new(&rig.country().tones, rig.now());
    let mut outcome = None;
    rig.run(Ticks::secs(ANSWER_WAIT), &mut |heard, _| {
        placed.edges.extend_from_slice(heard.edges);
        outcome = ear.hear(heard, placed);
        match outcome {
            Some(_) => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
        }
    })?;
    end(rig, number, outcome, placed)
}

fn end(
    rig: &mut Rig,
    number: Digits,
    outcome: Option<Outcome>,
    placed: &mut Placed,
) -> Result<(), Trouble> {
    match outcome {
        Some(Outcome::Answered(by)) => {
            placed.answered = rig.now();
            placed.by = by;
            rig.say(&format!("answered: {by}"));
            Ok(())
        }
        Some(Outcome::Failed(tone)) => {
            Err(Trouble::CallFailed(number.to_string(), words::name(tone)))
        }
        Some(Outcome::InUse) => Err(Trouble::InUse),
        None => Err(Trouble::NoAnswer(ANSWER_WAIT)),
    }
}

/// `linetest dial`.
pub(crate) fn dial(rig: &mut Rig, args: &DialArgs) -> Result<Sheet, Trouble> {
    let mut sheet = Sheet::new(rig.name(), "dial");
    let began = rig.now();
    let placed = place(rig, args.number, args.pulse)?;
    sheet_began(&mut sheet, rig, &placed);
    sheet.tell("answered after", seconds(placed.answered.since(began)), "s");
    sheet.remark(format!("taken as answered by: {}", placed.by));
    for (tone, at) in &placed.tones {
        let after = seconds(at.since(began));
        sheet.remark(format!("{:>7.2} s  {}", after, words::name(*tone)));
    }
    rig.say(&format!("holds the call for {} s", args.hold));
    rig.run(
        Ticks::secs(args.hold),
        &mut |_: &Heard<'_>, _: &mut Frame| ControlFlow::Continue(()),
    )?;
    Ok(sheet)
}

pub(crate) fn sheet_dial_tone(sheet: &mut Sheet, dial_tone: Option<DialTone>) {
    if let Some(dial_tone) = dial_tone {
        sheet.judge(Quantity::DialToneDelay, seconds(dial_tone.delay));
        sheet.judge(Quantity::DialToneLevel, dial_tone.level_dbm0);
    }
}

/// The wink or acknowledgement of a trunk that is signalled by bits.
pub(crate) fn sheet_proceed(sheet: &mut Sheet, signalling: &TrunkSignalling, proceed: Proceed) {
    sheet.judge(Quantity::ProceedDelay, seconds(proceed.delay));
    let Some(wink) = proceed.wink else { return };
    let ms = wink.0 as f64 / 8.0;
    match signalling {
        TrunkSignalling::EmWink(_) | TrunkSignalling::FeatureGroupD(_) => {
            sheet.judge(Quantity::WinkLength, ms);
        }
        _ => sheet.tell("the far end was off-hook for", ms, "ms"),
    }
}

/// What the exchange answered the seizure with.
pub(crate) fn sheet_began(sheet: &mut Sheet, rig: &Rig, placed: &Placed) {
    sheet_dial_tone(sheet, placed.dial_tone);
    if let Some(proceed) = placed.proceed {
        sheet_proceed(sheet, &rig.profile().signalling, proceed);
    }
}

pub(crate) fn seconds(ticks: Ticks) -> f64 {
    ticks.0 as f64 / Ticks::PER_SECOND as f64
}
