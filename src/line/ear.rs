//! What a line hears: each leg's frame is read once, unchanged, by all its detectors, and their
//! facts become [`Heard`] here and nowhere else.

use crate::{Shared, own_data::OwnData, trunk::TrunkFrame};
use dsp::{
    answer::{Answer, AnswerEvent, AnswerSettings, Class, Decision, Tones},
    data::DataSignals,
    dtmf::{Dtmf, DtmfEvent, Profile},
    leg::{Frames, Listeners},
    modem::{ModemEvent, Signal},
    progress::{Progress, ProgressEvent},
    pulse::{CERTAIN, PulseDigits, PulseEvent},
    three_way::{Facts, ThreeWay, ThreeWaySettings},
    voice::{Voice, VoiceEvent, VoiceSettings},
};
use types::{
    answer_class::{AnswerClass, SURE_MACHINE},
    digits::{Digit, List},
    evidence::{AnswerEvidence, Trust, Weighed},
    frame::Samples,
    heard::Heard,
    three_way::ThreeWayEvidences,
    tick::{Tick, Ticks},
    tone::Tone,
};

const SILENCE: Ticks = Ticks::secs(2);

/// All that one frame of one leg can bring.
pub type HeardList = List<Heard, 12>;

/// The handset's side. Keys to prompts and keys in a conversation have their own detectors,
/// because a voice must not be taken for a key in the second case, and nobody talks in the first.
#[derive(Debug)]
pub struct PhoneEar {
    entry: Dtmf,
    talk: Dtmf,
    voice: Voice,
    talking: bool,
    /// A key is down, or looks like it.
    key_down: bool,
    /// The last frame looked like a key to somebody's receiver.
    guarded: bool,
    /// Frames in which a key that was down at a change of detectors can't be seen by the new one.
    unseen: u8,
    /// The key that was told and is down.
    down: Option<Digit>,
    /// The key that was down at the last change of detectors, and when that was.
    carried: Option<(Digit, Tick)>,
}

/// What a detector hears before it can tell a key.
const UNSEEN: u8 = 2;

/// A key that a new detector dates no later was down before it began; between two presses is more.
const CARRIED_WITHIN: Ticks = Ticks::ms(12);

impl PhoneEar {
    pub fn new() -> PhoneEar {
        PhoneEar {
            entry: Dtmf::new(Profile::PinEntry),
            talk: Dtmf::new(Profile::Talk).guarding_beneath(),
            voice: Voice::new(VoiceSettings { silence: SILENCE }),
            talking: false,
            key_down: false,
            guarded: false,
            unseen: 0,
            down: None,
            carried: None,
        }
    }

    /// Forgets the last call.
    pub fn reset(&mut self) {
        self.entry.reset();
        self.talk.reset();
        self.voice.reset();
        self.talking = false;
        self.key_down = false;
        self.guarded = false;
        self.unseen = 0;
        self.down = None;
        self.carried = None;
    }

    pub fn lost(&mut self, samples: u32) {
        self.entry.lost(samples);
        self.talk.lost(samples);
        self.voice.lost(samples);
    }

    /// A frame whose first sample is at `at`. `talking` chooses the detector.
    pub fn frame(&mut self, samples: &Samples, at: Tick, talking: bool, out: &mut HeardList) {
        if talking != self.talking {
            self.take_turns(talking, at);
        }
        let detector = if talking {
            &mut self.talk
        } else {
            &mut self.entry
        };
        let dtmf = detector.process(samples, at);
        self.push_keys(&dtmf.events, out);
        self.key_down |= dtmf.guarded && talking;
        if !dtmf.guarded
            && !dtmf
                .events
                .iter()
                .any(|e| matches!(e, DtmfEvent::Start { .. }))
        {
            self.key_down = false;
            self.down = None;
        }
        self.guarded = dtmf.guarded;
        if self.unseen > 0 {
            self.unseen -= 1;
            (self.key_down, self.guarded) = (true, true);
        }
        if talking {
            push_voice(&self.voice.process(samples, at, dtmf.suspect), out);
        }
    }

    /// The other detector takes over, and knows nothing of the last time. A key that is down stays so
    /// until it can tell.
    fn take_turns(&mut self, talking: bool, at: Tick) {
        self.talking = talking;
        self.carried = self.down.map(|digit| (digit, at));
        if talking {
            self.talk.reset();
        } else {
            self.entry.reset();
        }
        self.voice.reset();
        self.key_down = false;
        self.unseen = if self.guarded { UNSEEN } else { 0 };
    }

    /// One press is one key: what the detector before has told is not told again.
    fn push_keys(&mut self, events: &[DtmfEvent], out: &mut HeardList) {
        for event in events {
            match *event {
                DtmfEvent::Start { digit, start, .. } => {
                    self.down = Some(digit);
                    let again =
                        |(told, at): (Digit, Tick)| told == digit && start <= at + CARRIED_WITHIN;
                    if self.carried.take().is_some_and(again) {
                        self.key_down = true;
                        continue;
                    }
                }
                DtmfEvent::End { .. } => self.down = None,
            }
            push_digits(std::slice::from_ref(event), &mut self.key_down, out);
        }
    }

    /// The frame just read holds, or may hold, a key.
    pub fn key_down(&self) -> bool {
        self.key_down
    }
}

impl Default for PhoneEar {
    fn default() -> PhoneEar {
        PhoneEar::new()
    }
}

/// How far the call on the trunk has come: it says what there is to listen for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Seized: the exchange offers dial tone.
    Seized,
    /// Dialed: tones of the network, then whoever answers. `pulses` when a rotary telephone may
    /// dial its choice.
    Called { pulses: bool },
    /// Both parties talk.
    Talk,
}

/// The trunk's side.
#[derive(Debug)]
pub struct TrunkEar {
    dtmf: Dtmf,
    /// Dial tones only: with fewer tones to tell apart it decides earlier. Used until the trunk
    /// is dialed.
    proceed: Progress,
    progress: Progress,
    voice: Voice,
    data: DataSignals,
    own_data: OwnData,
    answer: Answer,
    pulses: PulseDigits,
    three_way: ThreeWay,
    /// What the last frame brought to say for a third party.
    joined: Option<ThreeWayEvidences>,
    answered_at: Option<Tick>,
    /// Dial tone sounds, on a trunk that is not dialed.
    dial_tone: bool,
    /// A text telephone, fax or modem was heard in this call.
    machine: bool,
    key_down: bool,
}

/// Nobody decides who answered after this much of a call.
const CLASS_WITHIN: Ticks = Ticks::secs(15);

impl TrunkEar {
    pub fn new(shared: &Shared) -> TrunkEar {
        TrunkEar {
            dtmf: Dtmf::new(Profile::Talk),
            proceed: Progress::new(
                &shared
                    .plan
                    .only(|tone| matches!(tone, Tone::Dial | Tone::StutterDial)),
            ),
            progress: Progress::new(&shared.plan),
            voice: Voice::new(VoiceSettings { silence: SILENCE }),
            data: DataSignals::new(),
            own_data: OwnData::new(),
            answer: Answer::new(AnswerSettings::default()),
            pulses: PulseDigits::new(),
            three_way: ThreeWay::new(ThreeWaySettings::default()),
            joined: None,
            answered_at: None,
            dial_tone: false,
            machine: false,
            key_down: false,
        }
    }

    pub fn reset(&mut self) {
        self.dtmf.reset();
        self.proceed.reset();
        self.progress.reset();
        self.voice.reset();
        self.data.reset();
        self.own_data.reset();
        self.answer.reset();
        self.pulses.reset();
        self.three_way.reset();
        self.joined = None;
        self.answered_at = None;
        self.dial_tone = false;
        self.machine = false;
        self.key_down = false;
    }

    pub fn lost(&mut self, samples: u32) {
        self.dtmf.lost(samples);
        self.proceed.lost(samples);
        self.progress.lost(samples);
        self.voice.lost(samples);
        self.data.lost(samples);
        self.own_data.reset();
        self.answer.lost(samples);
        self.pulses.lost(samples);
        self.three_way.lost(samples);
    }

    /// The call was answered, as this piece tells. A voice that told it is what there is to judge;
    /// otherwise whoever answered is heard from now on.
    pub fn answered(&mut self, piece: &Weighed<AnswerEvidence>) {
        self.answered_at = Some(piece.at);
        if !matches!(
            piece.evidence,
            AnswerEvidence::Voice | AnswerEvidence::Class(_)
        ) {
            self.answer.answered(piece.at);
        }
    }

    /// A frame whose first sample is at `at`, and what was sent meanwhile.
    pub fn frame(
        &mut self,
        frame: &TrunkFrame,
        sent: &Samples,
        at: Tick,
        stage: Stage,
        out: &mut HeardList,
    ) {
        let samples = &frame.heard.samples;
        let listeners = Listeners {
            dtmf: &mut self.dtmf,
            progress: match stage {
                Stage::Seized => &mut self.proceed,
                Stage::Called { .. } | Stage::Talk => &mut self.progress,
            },
            data: (stage != Stage::Seized).then_some(&mut self.data),
        };
        let mut frames = Frames::default();
        listeners.process(samples, at, &mut frames);
        let Frames {
            dtmf,
            progress,
            data,
        } = &mut frames;
        if self.own_data.echoes(sent, frame, at, data) {
            // What nobody whistles is told, and the end of a tone that was told before.
            data.modem.retain(|event| match event {
                ModemEvent::Heard { signal, .. } => is_sure(*signal),
                ModemEvent::Ended { .. } => true,
            });
        }
        push_digits(&dtmf.events, &mut self.key_down, out);
        push_tones(&progress.events, out);
        self.dial_tone = stage == Stage::Seized && progress.tonal;
        let tonal = progress.tonal || dtmf.suspect || data.tonal;
        let voice = self.voice.process(samples, at, tonal);
        if stage != Stage::Seized {
            let tones = Tones::of(progress, dtmf, data);
            self.machine |= data.tty.is_some() || data.modem.iter().any(is_heard);
            if self
                .answered_at
                .is_none_or(|since| at.since(since) <= CLASS_WITHIN)
            {
                self.who(samples, at, tones, out);
            }
            if stage == (Stage::Called { pulses: true }) {
                push_pulses(&self.pulses.process(&frame.filtered, at), out);
            }
            if stage == Stage::Talk {
                let facts = Facts::of(progress, dtmf, data, self.key_down);
                self.third(&frame.received, sent, at, facts);
            }
        }
        push_voice(&voice, out);
    }

    /// Whether dial tone sounds, on a trunk that is not dialed.
    pub fn dial_tone(&self) -> bool {
        self.dial_tone
    }

    /// What is sent takes another way from now on.
    pub fn rerouted(&mut self) {
        self.three_way.rerouted();
    }

    /// Whether a machine was heard, which wants what passes to pass as it came.
    pub fn machine(&self) -> bool {
        self.machine
    }

    /// What was heard of a third party in the last frame.
    pub fn joined(&mut self) -> Option<ThreeWayEvidences> {
        self.joined.take()
    }

    fn who(&mut self, samples: &Samples, at: Tick, tones: Tones, out: &mut HeardList) {
        // What is heard before the last ring is the network's.
        if out.iter().any(is_ringback) {
            self.answer.reset();
        }
        let activity = self.voice.activity();
        for event in self.answer.process(samples, at, activity, tones) {
            let AnswerEvent::Decided(decision) = event else {
                continue;
            };
            // Before the answer, nobody has anything to say.
            let told = class_of(decision.class)
                .filter(|class| self.answered_at.is_some() || *class != AnswerClass::Silence);
            if let Some(class) = told {
                let _ = out.try_push(Heard::Class {
                    class,
                    decided: decision.decided,
                    trust: trust_of(&decision),
                });
            }
        }
    }

    fn third(&mut self, samples: &Samples, sent: &Samples, at: Tick, facts: Facts) {
        let Some(event) = self.three_way.process(sent, samples, at, facts).event else {
            return;
        };
        // Less than a tenth is nothing in the record's whole numbers.
        let pieces = event.evidence.iter().filter(|piece| piece.weight >= 0.1);
        let weighed = pieces.map(|piece| Weighed {
            evidence: piece.kind,
            at: piece.at,
            trust: (piece.weight * 10.0).min(100.0) as Trust,
        });
        self.joined = Some(weighed.collect());
    }
}

fn is_ringback(heard: &Heard) -> bool {
    matches!(
        heard,
        Heard::Tone {
            tone: Tone::Ringback,
            ..
        }
    )
}

/// Music is played while nobody has answered.
fn class_of(class: Class) -> Option<AnswerClass> {
    Some(match class {
        Class::Person => AnswerClass::Person,
        Class::Machine => AnswerClass::Machine,
        Class::FaxModem(Signal::BellAnswer | Signal::DataCalling) => AnswerClass::Modem,
        Class::FaxModem(_) => AnswerClass::Fax,
        Class::Tty => AnswerClass::Tty,
        Class::Sit(kind) => AnswerClass::Sit(kind),
        Class::Silence => AnswerClass::Silence,
        Class::Music => return None,
    })
}

/// A plain tone can be whistled; reversals, modulation and flags can't.
fn trust_of(decision: &Decision) -> Trust {
    const PLAIN: Trust = SURE_MACHINE - 1;
    let trust = (decision.confidence * 100.0) as Trust;
    match decision.class {
        Class::FaxModem(signal) if !is_sure(signal) => trust.min(PLAIN),
        _ => trust,
    }
}

fn is_sure(signal: Signal) -> bool {
    match signal {
        Signal::Answer {
            reversals,
            modulated,
        } => reversals || modulated,
        Signal::FaxPreamble => true,
        Signal::FaxCalling | Signal::DataCalling | Signal::BellAnswer => false,
    }
}

fn is_heard(event: &ModemEvent) -> bool {
    matches!(event, ModemEvent::Heard { .. })
}

fn push_tones(events: &[ProgressEvent], out: &mut HeardList) {
    for event in events {
        let _ = out.try_push(match *event {
            ProgressEvent::Tone {
                tone,
                cycles,
                start,
                level_dbm0,
                confidence,
            } => Heard::Tone {
                tone,
                cycles,
                start,
                level_dbm0,
                confidence,
            },
            ProgressEvent::ToneEnd { tone, at } => Heard::ToneEnd { tone, at },
        });
    }
}

/// A digit that could be a knock on the line is no answer.
fn push_pulses(events: &[PulseEvent], out: &mut HeardList) {
    for event in events.iter().filter(|e| e.confidence >= CERTAIN) {
        let _ = out.try_push(Heard::PulseDigit {
            digit: event.digit,
            start: event.start,
            end: event.end,
        });
    }
}

fn push_digits(events: &[DtmfEvent], key_down: &mut bool, out: &mut HeardList) {
    for event in events {
        let _ = out.try_push(match *event {
            DtmfEvent::Start {
                digit,
                start,
                level_dbm0,
                twist_db,
            } => {
                *key_down = true;
                Heard::DigitStart {
                    digit,
                    start,
                    level_dbm0,
                    twist_db,
                }
            }
            DtmfEvent::End { digit, start, end } => {
                *key_down = false;
                Heard::DigitEnd { digit, start, end }
            }
        });
    }
}

fn push_voice(events: &[VoiceEvent], out: &mut HeardList) {
    for event in events {
        let _ = out.try_push(match *event {
            VoiceEvent::Began { start, level_dbm0 } => Heard::Voice { start, level_dbm0 },
            VoiceEvent::Silence { since } => Heard::Silence { since },
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dsp::tone_gen::dtmf_pair;

    /// A phone whose keys are pressed and let go, and what its ear tells.
    struct Phone {
        ear: PhoneEar,
        now: Tick,
        talking: bool,
        key: Option<Digit>,
        /// Starts that were told, and frames of a key that were not taken for one.
        told: Vec<(Digit, Tick)>,
        passed: u32,
    }

    impl Phone {
        fn new(talking: bool) -> Phone {
            Phone {
                ear: PhoneEar::new(),
                now: Tick::ZERO,
                talking,
                key: None,
                told: Vec::new(),
                passed: 0,
            }
        }

        fn lasts(&mut self, ms: u64) {
            for _ in 0..ms / 10 {
                let samples: Samples = std::array::from_fn(|n| self.sample(n));
                let mut heard = HeardList::new();
                self.ear.frame(&samples, self.now, self.talking, &mut heard);
                for heard in heard {
                    if let Heard::DigitStart { digit, start, .. } = heard {
                        self.told.push((digit, start));
                    }
                }
                self.passed += u32::from(self.key.is_some() && !self.ear.key_down());
                self.now += Ticks::ms(10);
            }
        }

        fn sample(&self, n: usize) -> i16 {
            let Some(digit) = self.key else {
                return 0;
            };
            let (low, high) = dtmf_pair(digit);
            let at = (self.now.0 as usize + n) as f64 / 8000.0;
            let turn = |hz: f32| (std::f64::consts::TAU * f64::from(hz) * at).sin();
            (4000.0 * (turn(low) + turn(high))) as i16
        }
    }

    fn five() -> Digit {
        Digit::parse(b'5').expect("a digit")
    }

    #[test]
    fn a_key_down_at_a_change_of_detectors_can_be_pressed_again() {
        for talking in [false, true] {
            let mut phone = Phone::new(talking);
            phone.lasts(500);
            phone.key = Some(five());
            phone.lasts(200);
            phone.talking = !talking;
            phone.lasts(1000);
            phone.key = None;
            phone.lasts(2000);
            phone.talking = talking;
            phone.key = Some(five());
            let pressed = phone.now;
            phone.lasts(100);
            let told = phone
                .told
                .last()
                .map(|&(digit, start)| (digit, start >= pressed));
            assert_eq!(told, Some((five(), true)), "{:?}", phone.told);
        }
    }

    #[test]
    fn a_key_held_through_changes_of_detectors_is_one_key() {
        for talking in [false, true] {
            let mut phone = Phone::new(talking);
            phone.lasts(500);
            phone.key = Some(five());
            for turn in 0..4 {
                phone.talking = talking ^ (turn % 2 == 1);
                phone.lasts(150);
            }
            phone.key = None;
            phone.lasts(300);
            assert_eq!(phone.told.len(), 1, "{:?}", phone.told);
        }
    }

    #[test]
    fn a_key_let_go_at_a_change_of_detectors_and_pressed_again_is_two_keys() {
        for (before, after) in [(0, 50), (0, 30), (10, 20)] {
            let mut phone = Phone::new(false);
            phone.lasts(500);
            phone.key = Some(five());
            phone.lasts(100);
            phone.key = None;
            phone.lasts(before);
            phone.talking = true;
            phone.lasts(after);
            phone.key = Some(five());
            phone.lasts(100);
            assert_eq!(phone.told.len(), 2, "{before}, {after}: {:?}", phone.told);
        }
    }

    #[test]
    fn a_key_that_is_down_when_the_bridge_opens_stays_muted() {
        let mut phone = Phone::new(false);
        phone.lasts(500);
        phone.key = Some(five());
        phone.lasts(200);
        phone.talking = true;
        phone.passed = 0;
        phone.lasts(300);
        assert_eq!(phone.passed, 0, "frames passed");
        phone.key = None;
        phone.lasts(100);
        assert!(!phone.ear.key_down());
    }
}
