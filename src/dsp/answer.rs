//! Who, or what, has answered.
//!
//! What: a live person, an answering machine (and later its beep), a fax machine or modem, a text
//! telephone, an announcement behind special information tones with its kind, music, or silence.
//!
//! How: a person says a little and waits; a machine goes on. What is spoken is joined to spurts
//! (`talk`), and the decision falls when the pattern so far is one that the other kind rarely
//! has. A word and a pause may also begin a greeting: who is taken for a person then is a
//! machine when it speaks on, or beeps (`beep`), within some seconds. What goes on without
//! syllables is music (`music`). Machines that whistle, and networks, are known by what the other
//! detectors heard.
//!
//! Limits: speech from -35 dBm0, 10 dB over steady noise. A person who speaks longer than
//! [`AnswerSettings::greeting`] without a pause is a machine, a machine that says one word and
//! waits is a person. No standard exists.

mod beep;
mod lone;
mod music;
mod talk;

use crate::{
    activity::Activity,
    data::DataFrame,
    dtmf::DtmfFrame,
    modem::{ModemEvent, Signal},
    progress::{ProgressEvent, ProgressFrame},
    tty::TtyEvent,
};
use arrayvec::ArrayVec;
use beep::{Beep, Beeps};
pub use lone::Classifier;
use music::Character;
use talk::Talk;
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
            pause: Ticks::ms(530),
            least: Ticks::ms(1410),
            greeting: Ticks::ms(1550),
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
    /// silence, a person by a machine whose greeting goes on or beeps, a machine by music when
    /// enough was heard, and all of them by a fax machine, a modem or a text telephone.
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
    /// When the call was answered, or the first frame.
    answered: Option<Tick>,
    talk: Talk,
    character: Character,
    beeps: Beeps,
    /// A modem's tone after speech, and since when it is known.
    outlasting: Option<(Signal, f32, Tick)>,
    /// Since when so much was said that a tone may be a machine's beep: an end of ringback before
    /// the first word is none.
    spoken_at: Option<Tick>,
    decision: Option<Decision>,
    /// It was a person for a while: it is no music.
    waited: bool,
}

/// A class and how certain it is.
type Found = (Class, f32);

/// Speech after which a plain tone may be a beep, and how long a modem's outlasts one.
const SPOKEN: Ticks = Ticks::ms(500);
const OUTLASTS_BEEP: Ticks = Ticks::ms(1300);

/// Less speech than this is a noise.
const WORD: Ticks = Ticks::ms(80);

/// Speech this long after the first says nothing any more of who answered.
const RECONSIDERS: Ticks = Ticks::secs(10);

/// Who begins three times, and speaks for two fifths of this and more, goes on.
const SPEAKS_ON: Ticks = Ticks::ms(3400);

/// A pause in which music is over, before it can make a person.
const MUSIC_ENDS: Ticks = Ticks::ms(480);

/// Pauses within what is judged as music or speech.
const SAME_SOUND: Ticks = Ticks::ms(300);

impl Answer {
    pub fn new(settings: AnswerSettings) -> Answer {
        Answer {
            settings,
            answered: None,
            talk: Talk::new(),
            character: Character::default(),
            beeps: Beeps::new(),
            outlasting: None,
            spoken_at: None,
            decision: None,
            waited: false,
        }
    }

    /// The call was answered at `at`: what was heard before does not count, but for the noise of
    /// the line. Without this call, the answer is the first frame.
    pub fn answered(&mut self, at: Tick) {
        self.answered = Some(at);
        self.talk.restart();
        self.character = Character::default();
        self.beeps.reset();
        self.outlasting = None;
        self.spoken_at = None;
        self.decision = None;
        self.waited = false;
    }

    /// What holds so far. Its confidence grows while nothing speaks against it.
    pub fn decision(&self) -> Option<Decision> {
        self.decision
    }

    /// `activity` is what the leg's [`Voice`](crate::voice::Voice) measured of this frame, `tones`
    /// what the other detectors said of it.
    pub fn process(
        &mut self,
        samples: &Samples,
        at: Tick,
        activity: &Activity,
        tones: Tones,
    ) -> AnswerEvents {
        let mut events = AnswerEvents::new();
        let answered = *self.answered.get_or_insert(at);
        let now = at + FRAME_TICKS;
        let beep = self.beeps.frame(samples, at, activity, &tones);
        let before = self.talk.first();
        self.talk.frame(activity, tones.tonal, at);
        let later = |first: Tick| before.is_some_and(|before| first.since(before) > SAME_SOUND);
        if self.talk.first().is_some_and(later) && !self.character.is_certain() {
            self.character = Character::default();
        }
        if self.spoken_at.is_none() && self.spoken() {
            self.spoken_at = Some(at);
        }
        if self.talk.first().is_some()
            && self.talk.quiet(now) < SAME_SOUND
            && !self.character.is_certain()
        {
            self.character.frame(activity);
        }
        let mut found = self.by_tones(tones, now);
        if let Some(Beep { start, end, hz }) = beep
            && self.spoken_at.is_some_and(|spoken| start >= spoken)
        {
            events.push(AnswerEvent::Beep { start, end, hz });
            found = found.or(Some((Class::Machine, 0.97)));
        }
        let found = found.or_else(|| self.by_talk(answered, now));
        if let Some((class, confidence)) = found {
            events.extend(self.decide(class, now, confidence));
        }
        self.end_music(now);
        events
    }

    /// Samples are missing before the next frame: they count as what was there.
    pub fn lost(&mut self, samples: u32) {
        if samples > 0 {
            self.beeps.lost();
        }
    }

    /// Forgets the call, in place.
    pub fn reset(&mut self) {
        *self = Answer::new(self.settings);
    }

    fn by_tones(&mut self, tones: Tones, now: Tick) -> Option<Found> {
        let sit = tones.sit.map(|kind| (Class::Sit(kind), 0.95));
        let tty = tones.tty.map(|confidence| (Class::Tty, confidence));
        let modem = self.by_modem(tones, now);
        sit.or(tty).or(modem)
    }

    /// After speech, a plain tone of a modem's frequency may be a machine's beep: it must outlast
    /// one, and a calling tone says nothing.
    fn by_modem(&mut self, tones: Tones, now: Tick) -> Option<Found> {
        if tones.modem_ended {
            self.outlasting = None;
        }
        if let Some((signal, confidence)) = tones.modem {
            let calling = matches!(signal, Signal::FaxCalling | Signal::DataCalling);
            let plain = signal == Signal::BellAnswer || signal == PLAIN_ANSWER;
            if !self.spoken() || !plain && !calling {
                return Some((Class::FaxModem(signal), confidence));
            }
            if plain {
                self.outlasting = Some((signal, confidence, now));
            }
        }
        let outlasts = |(_, _, since): &mut (_, _, Tick)| now.since(*since) >= OUTLASTS_BEEP;
        let (signal, confidence, _) = self.outlasting.take_if(outlasts)?;
        Some((Class::FaxModem(signal), confidence))
    }

    fn by_talk(&self, answered: Tick, now: Tick) -> Option<Found> {
        let Some(first) = self.talk.first() else {
            let waited = now.since(answered) >= self.settings.silence;
            return waited.then_some((Class::Silence, 0.9));
        };
        let since_first = now.since(first);
        if now.since(self.talk.sound_began().unwrap_or(now)) > RECONSIDERS {
            return None;
        }
        let said = self.talk.lengths();
        let greeting = self.settings.greeting;
        let machine = if said.spurt >= greeting {
            Some(0.95)
        } else if said.run >= Ticks(greeting.0 * 3 / 2) {
            Some(0.9)
        } else if said.spurts > 2 && said.span >= SPEAKS_ON && 5 * said.all.0 >= 2 * said.span.0 {
            Some(0.85)
        } else {
            (said.all >= Ticks(greeting.0 * 9 / 5)).then_some(0.8)
        };
        if let Some(confidence) = machine {
            let music = self.character.is_music() == Some(true) && !self.waited;
            return Some(match music {
                true => (Class::Music, 0.8),
                false => (Class::Machine, confidence),
            });
        }
        let quiet = self.talk.quiet(now);
        let waits = quiet >= self.settings.pause && since_first >= self.settings.least;
        (waits && said.all >= WORD).then(|| {
            // One word may be the first of a greeting; after a second pause it is not.
            let again = said.all > said.spurt;
            let beyond = quiet.0 as f32 / self.settings.pause.0 as f32 - 1.0;
            let confidence = if again {
                0.93
            } else {
                0.75 + 0.2 * beyond.min(1.0)
            };
            (Class::Person, confidence)
        })
    }

    /// Whether enough was said before.
    fn spoken(&self) -> bool {
        self.talk.first().is_some() && self.talk.lengths().all >= SPOKEN
    }

    /// Who speaks after music begins anew.
    fn end_music(&mut self, now: Tick) {
        let music = |decision: Decision| decision.class == Class::Music;
        if self.decision.is_some_and(music) && self.talk.silent(now) >= MUSIC_ENDS {
            self.talk.restart();
            self.character = Character::default();
        }
    }

    fn decide(&mut self, class: Class, now: Tick, confidence: f32) -> Option<AnswerEvent> {
        if let Some(before) = &mut self.decision {
            if before.class == class {
                before.confidence = before.confidence.max(confidence);
                return None;
            }
            if !may_replace(before.class, class, self.character.is_certain()) {
                return None;
            }
        }
        let decision = Decision {
            class,
            start: self.talk.first().unwrap_or(now),
            decided: now,
            confidence,
            revised: self.decision.is_some(),
        };
        self.decision = Some(decision);
        self.waited |= class == Class::Person;
        Some(AnswerEvent::Decided(decision))
    }
}

const PLAIN_ANSWER: Signal = Signal::Answer {
    reversals: false,
    modulated: false,
};

/// Whether what is found now may replace what was decided. `certain` when enough was heard to tell
/// music from speech.
fn may_replace(before: Class, now: Class, certain: bool) -> bool {
    let by_tones = matches!(now, Class::FaxModem(_) | Class::Tty);
    match before {
        Class::Silence => true,
        Class::Music => now != Class::Silence,
        Class::Person => now == Class::Machine || by_tones,
        Class::Machine => by_tones || now == Class::Music && certain,
        Class::FaxModem(_) => matches!(now, Class::FaxModem(_)),
        Class::Tty | Class::Sit(_) => false,
    }
}
