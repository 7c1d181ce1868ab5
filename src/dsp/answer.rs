//! Who, or what, has answered.
//!
//! What: a live person, an answering machine (and later its beep), a fax machine or modem, a text
//! telephone, an announcement behind special information tones with its kind, or silence.
//!
//! How: a person says a little and waits; a machine goes on. The frames in which somebody speaks
//! are joined to spurts and pauses; the decision falls when the pattern so far is one that the
//! other kind rarely has. Machines that whistle are known by what the other detectors heard.
//!
//! Limits: no standard exists.

mod beep;

use crate::{
    activity::{Activity, ActivityMeter},
    data::{DataFrame, DataSignals},
    dtmf::{Dtmf, DtmfFrame, Profile},
    modem::{ModemEvent, Signal},
    plan::TonePlan,
    progress::{Progress, ProgressEvent, ProgressFrame},
    tty::TtyEvent,
};
use arrayvec::ArrayVec;
use beep::{Beep, Beeps};
use types::{
    frame::{FRAME_TICKS, Samples},
    tick::{Tick, Ticks},
    tone::{SitKind, Tone},
};

/// Who answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    Person,
    Machine,
    /// A fax machine or a modem, and by what it was known.
    FaxModem(Signal),
    /// A text telephone: a person, who cannot hear.
    Tty,
    /// An announcement of the network.
    Sit(SitKind),
    /// Music instead of a ringing tone, or on hold: nobody has answered yet.
    Music,
    /// Nothing was heard for the set time.
    Silence,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub struct AnswerSettings {
    /// Nothing heard for this long after the answer is [`Class::Silence`].
    pub silence: Ticks,
    /// The pause after a short utterance that makes a person of it.
    pub pause: Ticks,
    /// No person is told sooner after the first sound: a short word may begin a greeting, and
    /// the time is there to wait.
    pub least: Ticks,
    /// An utterance that makes a machine of it; half as long again when it has pauses.
    pub greeting: Ticks,
}

impl Default for AnswerSettings {
    fn default() -> AnswerSettings {
        AnswerSettings {
            silence: Ticks::ms(3000),
            pause: Ticks::ms(650),
            least: Ticks::ms(1480),
            greeting: Ticks::ms(1600),
        }
    }
}

/// Active frames of the last eight that are speech, and how long speech may fade.
const SPEAKS: u32 = 4;
const FADES: Ticks = Ticks::ms(150);

/// Pauses between spurts, and between runs of spurts.
const BETWEEN_SPURTS: Ticks = Ticks::ms(300);
const BETWEEN_RUNS: Ticks = Ticks::ms(600);

/// Speech after which a plain tone may be a beep, and how long a modem's outlasts one.
const SPOKEN: Ticks = Ticks::ms(500);
const OUTLASTS_BEEP: Ticks = Ticks::ms(1300);

/// Less speech than this is a noise.
const WORD: Ticks = Ticks::ms(80);

/// What a frame decided.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum AnswerEvent {
    Decided(Decision),
    /// A machine waits for a message since `end`.
    Beep {
        start: Tick,
        end: Tick,
        hz: f32,
    },
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Decision {
    pub class: Class,
    /// The first sound of it.
    pub start: Tick,
    /// The end of the frame that decided.
    pub decided: Tick,
    /// 0 to 1.
    pub confidence: f32,
    /// It replaces an earlier one: silence is replaced by whatever is heard, music by all but
    /// silence, a person by a machine whose greeting goes on.
    pub revised: bool,
}

/// What the other detectors of the leg said of a frame.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Tones {
    /// The frame holds a tone that one of them knows.
    pub tonal: bool,
    pub sit: Option<SitKind>,
    /// A signal of a machine, and its confidence.
    pub modem: Option<(Signal, f32)>,
    /// An answer tone has stopped.
    pub modem_ended: bool,
    /// A digit, or what looks like it.
    pub digit: bool,
    /// A text telephone, and its confidence.
    pub tty: Option<f32>,
}

impl Tones {
    pub fn of(progress: &ProgressFrame, dtmf: &DtmfFrame, data: &DataFrame) -> Tones {
        let sit = progress.events.iter().find_map(|event| match event {
            ProgressEvent::Tone {
                tone: Tone::Sit(kind),
                ..
            } => Some(*kind),
            _ => None,
        });
        let modem = data.modem.iter().find_map(|event| match event {
            ModemEvent::Heard {
                signal, confidence, ..
            } => Some((*signal, *confidence)),
            ModemEvent::Ended { .. } => None,
        });
        let tty = match data.tty {
            Some(TtyEvent::Began { confidence, .. }) => Some(confidence),
            _ => None,
        };
        let ended = |event: &ModemEvent| matches!(event, ModemEvent::Ended { .. });
        Tones {
            tonal: progress.tonal || dtmf.suspect || data.tonal,
            sit,
            modem,
            modem_ended: data.modem.iter().any(ended),
            digit: dtmf.suspect,
            tty,
        }
    }
}

/// All that one frame can bring.
pub type AnswerEvents = ArrayVec<AnswerEvent, 2>;

/// The classifier. One a call; fed from the answer on, or from before it.
#[derive(Clone, Debug)]
pub struct Answer {
    settings: AnswerSettings,
    meter: ActivityMeter,
    /// When the call was answered, or the first frame.
    answered: Option<Tick>,
    talk: Talk,
    beeps: Beeps,
    /// A modem's tone after speech, and since when it is known.
    outlasting: Option<(Signal, f32, Tick)>,
    decision: Option<Decision>,
}

/// Spurts of speech and the pauses between.
#[derive(Clone, Copy, Debug, Default)]
struct Talk {
    first: Option<Tick>,
    /// The end of the last frame of speech.
    last: Tick,
    /// Whether the last eight frames were active, as bits.
    recent: u8,
    /// Beginning of the last spurt, and of the last run of spurts.
    spurt: Tick,
    run: Tick,
    /// Speech in spurts that are over.
    speech: Ticks,
    background: Background,
}

/// What is heard between and before the words, when it moves as other people's talk does.
#[derive(Clone, Copy, Debug)]
struct Background {
    /// Mean and deviation of its level in the band of voices.
    mean_dbm0: f32,
    deviation_db: f32,
    frames: f32,
    peak: f32,
    /// How much of a voice the last frames were.
    voicing: f32,
}

impl Default for Background {
    fn default() -> Background {
        Background {
            mean_dbm0: -75.0,
            deviation_db: 0.0,
            peak: -75.0,
            frames: 0.0,
            voicing: 0.0,
        }
    }
}

impl Background {
    /// Whether the frame is more than the background.
    fn frame(&mut self, activity: &Activity, talking: bool, pause: bool) -> bool {
        self.voicing += 0.15 * (activity.voicing - self.voicing);
        let level = activity.band_dbm0.max(-75.0);
        let margin = (BG_K * (self.deviation_db - BG_W)).clamp(0.0, 9.0);
        let limit = self.peak - 14.0;
        let threshold = if talking {
            (self.mean_dbm0 + margin).min(limit)
        } else {
            self.mean_dbm0 + margin
        };
        let above = level > threshold;
        let strong = level > self.mean_dbm0 + 9.0 + margin;
        let voice = above && activity.active && (self.voicing > BG_V || strong);
        if voice {
            self.peak = self.peak.max(level);
        }
        let learns = if talking {
            pause && level < limit
        } else {
            !voice && (self.frames < 10.0 || level < self.mean_dbm0 + 12.0)
        };
        if learns {
            self.frames = (self.frames + 1.0).min(64.0);
            let weight = 1.0 / self.frames.max(8.0);
            if self.frames == 1.0 {
                self.mean_dbm0 = level;
            }
            let difference = (level - self.mean_dbm0).clamp(-9.0, 9.0);
            self.mean_dbm0 += weight * difference;
            self.deviation_db += weight * (difference.abs() * 1.25 - self.deviation_db);
        }
        if talking { above } else { voice }
    }
}
const BG_K: f32 = 6.0;
const BG_W: f32 = 2.3;
const BG_V: f32 = 0.55;

impl Answer {
    pub fn new(settings: AnswerSettings) -> Answer {
        Answer {
            settings,
            meter: ActivityMeter::new(),
            answered: None,
            talk: Talk::default(),
            beeps: Beeps::new(),
            outlasting: None,
            decision: None,
        }
    }

    /// The call was answered at `at`: what was heard before does not count, but for the noise of
    /// the line. Without this call, the answer is the first frame.
    pub fn answered(&mut self, at: Tick) {
        self.answered = Some(at);
        self.talk = Talk::default();
        self.beeps.reset();
        self.outlasting = None;
        self.decision = None;
    }

    /// What holds so far.
    pub fn decision(&self) -> Option<Decision> {
        self.decision
    }

    /// `tones` is what the other detectors said of this frame.
    pub fn process(&mut self, samples: &Samples, at: Tick, tones: Tones) -> AnswerEvents {
        let mut events = AnswerEvents::new();
        let answered = *self.answered.get_or_insert(at);
        let activity = self.meter.frame(samples);
        let end = at + FRAME_TICKS;
        if let Some(Beep { start, end, hz }) = self.beeps.frame(samples, at, &activity, tones.tonal)
            && self.talk.first.is_some()
        {
            events.push(AnswerEvent::Beep { start, end, hz });
            self.talk.first.get_or_insert(start);
            events.extend(self.decide(Class::Machine, end, 0.97));
            return events;
        }
        self.talk.frame(&activity, tones.tonal, at);
        let found = self
            .by_tones(tones, end)
            .or_else(|| self.by_talk(answered, end));
        if let Some((class, confidence)) = found {
            events.extend(self.decide(class, end, confidence));
        }
        events
    }

    /// Samples are missing before the next frame: they count as what was there.
    pub fn lost(&mut self, samples: u32) {
        if samples > 0 {
            self.meter.lost();
            self.beeps.lost();
        }
    }

    /// Forgets the call, in place.
    pub fn reset(&mut self) {
        *self = Answer::new(self.settings);
    }

    fn by_tones(&mut self, tones: Tones, now: Tick) -> Option<(Class, f32)> {
        let sit = tones.sit.map(|kind| (Class::Sit(kind), 0.95));
        let tty = tones.tty.map(|confidence| (Class::Tty, confidence));
        let modem = self.by_modem(tones, now);
        sit.or(tty).or(modem)
    }

    /// After speech, a plain tone of a modem's frequency may be a machine's beep: it must outlast
    /// one, and a calling tone says nothing.
    fn by_modem(&mut self, tones: Tones, now: Tick) -> Option<(Class, f32)> {
        if tones.modem_ended {
            self.outlasting = None;
        }
        let spoken = self.talk.first.is_some() && self.talk.lengths().2 >= SPOKEN;
        if let Some((signal, confidence)) = tones.modem {
            let plain = matches!(
                signal,
                Signal::BellAnswer
                    | Signal::Answer {
                        reversals: false,
                        modulated: false
                    }
            );
            let calling = matches!(signal, Signal::FaxCalling | Signal::DataCalling);
            if !spoken || !plain && !calling {
                return Some((Class::FaxModem(signal), confidence));
            }
            if plain {
                self.outlasting = Some((signal, confidence, now));
            }
        }
        let (signal, confidence, _) = self
            .outlasting
            .take_if(|(_, _, since)| now.since(*since) >= OUTLASTS_BEEP)?;
        Some((Class::FaxModem(signal), confidence))
    }

    fn by_talk(&self, answered: Tick, now: Tick) -> Option<(Class, f32)> {
        let Some(first) = self.talk.first else {
            let waited = now.since(answered) >= self.settings.silence;
            return waited.then_some((Class::Silence, 0.9));
        };
        let (spurt, run, all) = self.talk.lengths();
        let greeting = self.settings.greeting;
        if spurt >= greeting || run >= Ticks(greeting.0 * 3 / 2) || all >= Ticks(greeting.0 * 2) {
            return Some((Class::Machine, 0.9));
        }
        let quiet = now.since(self.talk.last);
        let waits = quiet >= self.settings.pause && now.since(first) >= self.settings.least;
        (waits && all >= WORD).then_some((Class::Person, 0.9))
    }

    fn decide(&mut self, class: Class, now: Tick, confidence: f32) -> Option<AnswerEvent> {
        let before = self.decision.map(|decision| decision.class);
        let allowed = match (before, class) {
            (None, _) => true,
            (Some(a), b) if a == b => false,
            (Some(Class::Silence), _) => true,
            (Some(Class::Music), b) => b != Class::Silence,
            (Some(Class::Person), Class::Machine | Class::FaxModem(_) | Class::Tty) => true,
            (Some(Class::Machine), Class::FaxModem(_) | Class::Tty | Class::Sit(_)) => true,
            (Some(Class::FaxModem(_)), Class::FaxModem(_)) => true,
            _ => false,
        };
        if !allowed {
            return None;
        }
        let decision = Decision {
            class,
            start: self.talk.first.unwrap_or(now),
            decided: now,
            confidence,
            revised: before.is_some(),
        };
        self.decision = Some(decision);
        Some(AnswerEvent::Decided(decision))
    }
}

impl Talk {
    fn frame(&mut self, activity: &Activity, tonal: bool, at: Tick) {
        let above = self.background.frame(
            activity,
            self.first.is_some(),
            at.since(self.last) > Ticks::ms(200),
        );
        let active = activity.active && !tonal && above;
        self.recent = self.recent << 1 | u8::from(active);
        let speaks = active && self.recent.count_ones() >= SPEAKS;
        let quiet = at.since(self.last);
        if speaks {
            self.speaks(at, quiet);
        } else if self.first.is_some() && above && activity.fades && !tonal && quiet < FADES {
            self.last = at + FRAME_TICKS;
        }
    }

    fn speaks(&mut self, at: Tick, quiet: Ticks) {
        let start = at - Ticks(u64::from(SPEAKS - 1) * FRAME_TICKS.0);
        if self.first.is_none() {
            (self.first, self.spurt, self.run) = (Some(start), start, start);
        } else if quiet >= BETWEEN_SPURTS {
            self.speech = self.speech + self.last.since(self.spurt);
            self.spurt = start;
            if quiet >= BETWEEN_RUNS {
                self.run = start;
            }
        }
        self.last = at + FRAME_TICKS;
    }

    /// Lengths of the last spurt, the last run and all speech.
    fn lengths(&self) -> (Ticks, Ticks, Ticks) {
        let spurt = self.last.since(self.spurt);
        (spurt, self.last.since(self.run), self.speech + spurt)
    }
}

/// A classifier with all that it needs, for a recording or a line that has no other detectors.
#[derive(Clone, Debug)]
pub struct Classifier {
    answer: Answer,
    progress: Progress,
    dtmf: Dtmf,
    data: DataSignals,
}

impl Classifier {
    /// Allocates; nothing later does.
    pub fn new(plan: &TonePlan) -> Classifier {
        Classifier::with(plan, AnswerSettings::default())
    }

    pub fn with(plan: &TonePlan, settings: AnswerSettings) -> Classifier {
        Classifier {
            answer: Answer::new(settings),
            progress: Progress::new(plan),
            dtmf: Dtmf::new(Profile::Talk),
            data: DataSignals::new(),
        }
    }

    /// See [`Answer::answered`].
    pub fn answered(&mut self, at: Tick) {
        self.answer.answered(at);
    }

    /// See [`Answer::decision`].
    pub fn decision(&self) -> Option<Decision> {
        self.answer.decision()
    }

    pub fn process(&mut self, samples: &Samples, at: Tick) -> AnswerEvents {
        let progress = self.progress.process(samples, at);
        let dtmf = self.dtmf.process(samples, at);
        let data = self.data.process(samples, at);
        let tones = Tones::of(&progress, &dtmf, &data);
        self.answer.process(samples, at, tones)
    }

    pub fn lost(&mut self, samples: u32) {
        self.progress.lost(samples);
        self.dtmf.lost(samples);
        self.data.lost(samples);
        self.answer.lost(samples);
    }

    pub fn reset(&mut self) {
        self.progress.reset();
        self.dtmf.reset();
        self.data.reset();
        self.answer.reset();
    }
}
