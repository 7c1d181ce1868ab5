//! What the trunk brings: tones of the network, whoever answers, what he keys, a third party.

use super::{HeardList, SILENCE, push_digits, push_pulses, push_tones, push_voice};
use crate::{Shared, own_data::OwnData, trunk::TrunkFrame};
use dsp::{
    answer::{Answer, AnswerEvent, AnswerSettings, Class, Decision, Tones},
    data::DataSignals,
    dtmf::{Dtmf, Profile},
    echo::late::LateEcho,
    leg::{Frames, Listeners},
    modem::{ModemEvent, Signal},
    progress::Progress,
    pulse::PulseDigits,
    three_way::{Facts, ThreeWay, ThreeWaySettings},
    voice::{Voice, VoiceSettings},
};
use types::{
    answer_class::{AnswerClass, SURE_MACHINE},
    evidence::{AnswerEvidence, Trust, Weighed},
    frame::{FRAME, Samples},
    heard::Heard,
    three_way::ThreeWayEvidences,
    tick::{Tick, Ticks},
    tone::Tone,
};

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
    late_echo: LateEcho,
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
    /// What sounds like a digit may be our own.
    own_digits: bool,
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
            late_echo: LateEcho::new(),
            answer: Answer::new(AnswerSettings::default()),
            pulses: PulseDigits::new(),
            three_way: ThreeWay::new(ThreeWaySettings::default()),
            joined: None,
            answered_at: None,
            dial_tone: false,
            machine: false,
            key_down: false,
            own_digits: false,
        }
    }

    pub fn reset(&mut self) {
        self.dtmf.reset();
        self.proceed.reset();
        self.progress.reset();
        self.voice.reset();
        self.data.reset();
        self.own_data.reset();
        self.late_echo.reset();
        self.answer.reset();
        self.pulses.reset();
        self.three_way.reset();
        self.joined = None;
        self.answered_at = None;
        self.dial_tone = false;
        self.machine = false;
        self.key_down = false;
        self.own_digits = false;
    }

    pub fn lost(&mut self, samples: u32) {
        self.dtmf.lost(samples);
        self.proceed.lost(samples);
        self.progress.lost(samples);
        self.voice.lost(samples);
        self.data.lost(samples);
        self.own_data.reset();
        self.late_echo.lost(0, samples);
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
        // Who answered is told by what is said there, not by what comes back of what is said here.
        let listens = stage != Stage::Seized && self.asks_who(at);
        let said = &frame.said;
        let own = listens && self.late_echo.process(sent, said);
        let voice = match own {
            true => self.voice.passed(at),
            false => self.voice.process(said, at, tonal),
        };
        if stage != Stage::Seized {
            let tones = Tones::of(progress, dtmf, data);
            self.machine |= data.tty.is_some() || data.modem.iter().any(is_heard);
            if listens {
                let said = if own { &[0; FRAME] } else { said };
                self.who(said, at, tones, out);
            }
            if stage == (Stage::Called { pulses: true }) {
                push_pulses(&self.pulses.process(&frame.filtered, at), out);
            }
            if stage == Stage::Talk {
                let mut facts = Facts::of(progress, dtmf, data, self.key_down);
                facts.dtmf &= !self.own_digits;
                self.third(&frame.received, sent, at, facts);
            }
        }
        push_voice(&voice, out);
    }

    fn asks_who(&self, at: Tick) -> bool {
        self.answered_at
            .is_none_or(|since| at.since(since) <= CLASS_WITHIN)
    }

    /// Whether dial tone sounds, on a trunk that is not dialed.
    pub fn dial_tone(&self) -> bool {
        self.dial_tone
    }

    /// What is sent takes another way from now on.
    pub fn rerouted(&mut self) {
        self.late_echo.reset();
        self.three_way.rerouted();
    }

    /// Whether digits of our own may be heard in the next frame, which nobody dials.
    pub fn own_digits(&mut self, own: bool) {
        self.own_digits = own;
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
