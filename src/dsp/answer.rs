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
    activity::ActivityMeter,
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
    /// Speech without such a pause that makes a machine of it.
    pub greeting: Ticks,
}

impl Default for AnswerSettings {
    fn default() -> AnswerSettings {
        AnswerSettings {
            silence: Ticks::ms(3000),
            pause: Ticks::ms(700),
            greeting: Ticks::ms(1600),
        }
    }
}

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
    pub modem: Option<(Signal, f32)>,
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
        Tones {
            tonal: progress.tonal || dtmf.suspect || data.tonal,
            sit,
            modem,
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
    decision: Option<Decision>,
}

/// Spurts of speech and the pauses between.
#[derive(Clone, Copy, Debug, Default)]
struct Talk {
    first: Option<Tick>,
    last: Tick,
    /// Active frames among the last eight, as bits.
    recent: u8,
    spurt: Option<Tick>,
    /// Speech in spurts that are over.
    speech: Ticks,
}

impl Answer {
    pub fn new(settings: AnswerSettings) -> Answer {
        Answer {
            settings,
            meter: ActivityMeter::new(),
            answered: None,
            talk: Talk::default(),
            beeps: Beeps::new(),
            decision: None,
        }
    }

    /// The call was answered at `at`: what was heard before does not count, but for the noise of
    /// the line. Without this call, the answer is the first frame.
    pub fn answered(&mut self, at: Tick) {
        self.answered = Some(at);
        self.talk = Talk::default();
        self.beeps.reset();
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
        self.talk.frame(activity.active && !tones.tonal, at);
        let found = self.by_tones(tones).or_else(|| self.by_talk(answered, end));
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

    fn by_tones(&self, tones: Tones) -> Option<(Class, f32)> {
        let sit = tones.sit.map(|kind| (Class::Sit(kind), 0.95));
        let modem = tones
            .modem
            .map(|(signal, confidence)| (Class::FaxModem(signal), confidence));
        let tty = tones.tty.map(|confidence| (Class::Tty, confidence));
        sit.or(modem).or(tty)
    }

    fn by_talk(&self, answered: Tick, now: Tick) -> Option<(Class, f32)> {
        let Some(_) = self.talk.first else {
            let waited = now.since(answered) >= self.settings.silence;
            return waited.then_some((Class::Silence, 0.9));
        };
        let said = self.talk.said(now);
        if said >= self.settings.greeting {
            return Some((Class::Machine, 0.9));
        }
        let quiet = now.since(self.talk.last);
        (quiet >= self.settings.pause && said >= Ticks::ms(80)).then_some((Class::Person, 0.9))
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
    fn frame(&mut self, active: bool, at: Tick) {
        self.recent = self.recent << 1 | u8::from(active);
        let speaks = self.recent.count_ones() >= 3;
        if active && speaks {
            self.last = at + FRAME_TICKS;
            self.first.get_or_insert(at - Ticks(4 * FRAME_TICKS.0));
            self.spurt.get_or_insert(at - Ticks(4 * FRAME_TICKS.0));
        } else if let Some(spurt) = self.spurt
            && at.since(self.last) >= Ticks::ms(300)
        {
            self.speech = self.speech + self.last.since(spurt);
            self.spurt = None;
        }
    }

    fn said(&self, _now: Tick) -> Ticks {
        self.speech
            + self
                .spurt
                .map_or(Ticks::ZERO, |spurt| self.last.since(spurt))
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
