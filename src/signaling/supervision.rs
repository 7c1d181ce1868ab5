//! What a two-wire trunk's battery and tones mean, by the phase of the call it carries.
//!
//! No single detector answers or releases a call: pieces of evidence, each with the trust the
//! trunk's profile gives it, add up to a fact at 100. Polarity counts only after it has been
//! stable, and not at all while the exchange may flip it for its own reasons (seizure, dialing). A
//! break of the loop is a doubt at once, and counts in full when it lasts.

use crate::step::LineSignal;
use types::{
    answer_class::AnswerClass,
    edge::Edge,
    evidence::{AnswerEvidence, Evidences, ReleaseEvidence, Trust, Weighed, gather},
    heard::Heard,
    tick::{Tick, Ticks},
    tone::Tone,
    trunk::TrunkTrust,
};

/// Polarity must stay for this long to be believed.
pub const POLARITY_STABLE: Ticks = Ticks::ms(100);
/// A loop that is open, or a tip without its ground, for this long is a disconnect: exchanges give
/// 200 ms and more (GR-506: typically 600). What is shorter is a hit on the line. Cards filter such
/// breaks, bits of a digital span nobody does.
pub const LOOP_BREAK: Ticks = Ticks::ms(100);
/// Enough trust to be a fact.
pub const FACT: u16 = 100;
/// A voice counts this much more once ringback has been heard: the network's own
/// announcements come without ringback.
const AFTER_RINGBACK: Trust = 30;
/// A voice that goes on after the first piece.
const VOICE_GOES_ON: Trust = 30;
/// What a voice's class adds to the voice.
const CLASS: Trust = 30;
/// In talk, pieces of release evidence further apart than this have nothing to do with each other.
const STALE: Ticks = Ticks::secs(10);
/// Dial tone needs this confidence to end a call.
const DIAL_TONE_CONFIDENCE: f32 = 0.5;

/// What the trunk's signals mean for its call.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum SupervisionEvent {
    /// The trunk's own proceed signal: digits may be sent.
    Proceed,
    /// The far end uses the trunk itself, or shows what no free trunk shows.
    InUse,
    /// The number is out, with all that belongs to it.
    Outpulsed,
    /// The far end is being rung; full cycles so far.
    Ringback {
        cycles: u16,
    },
    /// The call failed with this tone.
    Failed(Tone),
    /// A piece of answer evidence came; not yet a fact.
    AnswerHint(Weighed<AnswerEvidence>),
    Answered(Weighed<AnswerEvidence>),
    /// What speaks is the network's own announcement.
    Announcement,
    ReleaseHint(Weighed<ReleaseEvidence>),
    /// What was hinted at by this was no release.
    DoubtOver(ReleaseEvidence),
    Released(Weighed<ReleaseEvidence>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    Idle,
    /// Off-hook, waiting for dial tone.
    Seized,
    Outpulsing,
    /// Outpulsed: ringback, failure or answer follow.
    Proceeding,
    Answered,
    Released,
}

/// The supervision of one trunk for one call.
#[derive(Clone, Debug)]
pub struct Supervision {
    stage: Stage,
    trust: TrunkTrust,
    /// The far end itself signals the answer: sounds alone are none.
    signals_answer: bool,
    ringback_heard: bool,
    /// A reversal waiting to be stable.
    reversed: Option<Tick>,
    normal: Option<Tick>,
    /// The loop is broken since then, which may be a release.
    broken: Option<Tick>,
    answered_by_polarity: bool,
    answer: Evidences<AnswerEvidence>,
    release: Evidences<ReleaseEvidence>,
}

impl Supervision {
    pub fn new(trust: TrunkTrust) -> Supervision {
        Supervision {
            stage: Stage::Idle,
            trust,
            signals_answer: false,
            ringback_heard: false,
            reversed: None,
            normal: None,
            broken: None,
            answered_by_polarity: false,
            answer: Evidences::new(),
            release: Evidences::new(),
        }
    }

    /// Of a trunk whose far end signals the answer, if that is to be believed.
    pub fn signalled(trust: TrunkTrust) -> Supervision {
        Supervision {
            signals_answer: u16::from(trust.line_signal) >= FACT,
            ..Supervision::new(trust)
        }
    }

    pub fn seized(&mut self) {
        *self = Supervision {
            stage: Stage::Seized,
            signals_answer: self.signals_answer,
            ..Supervision::new(self.trust)
        };
    }

    pub fn outpulsing(&mut self) {
        self.stage = Stage::Outpulsing;
    }

    /// A reversal from before the last digit is the exchange's own, and no answer.
    pub fn outpulsed(&mut self) {
        self.reversed = None;
        self.stage = Stage::Proceeding;
    }

    /// The call is answered whatever the trunk shows (a call left to the carrier's operator).
    pub fn taken_as_answered(&mut self) {
        self.stage = Stage::Answered;
    }

    /// All digits have been sent.
    pub fn dialed(&self) -> bool {
        !matches!(self.stage, Stage::Idle | Stage::Seized | Stage::Outpulsing)
    }

    pub fn edge(&mut self, at: Tick, edge: Edge) -> Option<SupervisionEvent> {
        match edge {
            Edge::BatteryLost | Edge::TipOpen
                if self.stage != Stage::Idle && self.broken.is_none() =>
            {
                self.broken = Some(at);
                self.doubted(ReleaseEvidence::LoopBreak, at, self.trust.loop_break)
            }
            Edge::BatteryBack | Edge::TipGround => self.mended(at),
            Edge::AlarmOn => self.released(ReleaseEvidence::Alarm, at, 100),
            Edge::PolarityReversed => {
                self.normal = None;
                self.reversed = Some(at);
                None
            }
            Edge::PolarityNormal => {
                self.reversed = None;
                self.normal = self.answered_by_polarity.then_some(at);
                None
            }
            _ => None,
        }
    }

    /// What the far end signals of its call.
    pub fn signal(&mut self, signal: LineSignal) -> Option<SupervisionEvent> {
        let trust = self.trust.line_signal;
        match signal {
            LineSignal::Answer(evidence, at) if self.stage == Stage::Proceeding => {
                self.answered(evidence, at, trust)
            }
            LineSignal::Answer(..) => None,
            LineSignal::Doubt(evidence, at) => self.doubted(evidence, at, trust),
            LineSignal::DoubtOver(evidence) => self.doubt_over(evidence),
            LineSignal::Release(evidence, at) => self.confirmed(evidence, at, trust),
        }
    }

    /// The loop is whole again.
    fn mended(&mut self, at: Tick) -> Option<SupervisionEvent> {
        let since = self.broken.take()?;
        if at.since(since) >= LOOP_BREAK {
            self.confirmed(ReleaseEvidence::LoopBreak, since, self.trust.loop_break)
        } else {
            self.doubt_over(ReleaseEvidence::LoopBreak)
        }
    }

    /// This may become a release: half of what it will be worth.
    fn doubted(
        &mut self,
        evidence: ReleaseEvidence,
        at: Tick,
        trust: Trust,
    ) -> Option<SupervisionEvent> {
        self.released(evidence, at, trust / 2)
    }

    fn doubt_over(&mut self, evidence: ReleaseEvidence) -> Option<SupervisionEvent> {
        if self.stage == Stage::Released {
            return None;
        }
        let pieces = self.release.len();
        self.release.retain(|piece| piece.evidence != evidence);
        (self.release.len() < pieces).then_some(SupervisionEvent::DoubtOver(evidence))
    }

    /// It is one: with what the doubt was worth, this is worth all of its trust.
    fn confirmed(
        &mut self,
        evidence: ReleaseEvidence,
        at: Tick,
        trust: Trust,
    ) -> Option<SupervisionEvent> {
        let doubted = self.release.iter().any(|piece| piece.evidence == evidence);
        let rest = if doubted { trust - trust / 2 } else { trust };
        self.released(evidence, at, rest)
    }

    /// Time alone; call each frame.
    pub fn passed(&mut self, now: Tick) -> Option<SupervisionEvent> {
        if let Some(since) = self.broken.take_if(|since| now.since(*since) >= LOOP_BREAK) {
            let trust = self.trust.loop_break;
            return self.confirmed(ReleaseEvidence::LoopBreak, since, trust);
        }
        let stable = |since: Option<Tick>| since.filter(|&t| now.since(t) >= POLARITY_STABLE);
        if self.stage == Stage::Proceeding
            && let Some(since) = stable(self.reversed)
        {
            self.reversed = None;
            self.answered_by_polarity = true;
            return self.answered(AnswerEvidence::PolarityReversal, since, self.trust.polarity);
        }
        // A voice can be quicker than the reversal: its way back still means the end.
        if self.stage == Stage::Answered && stable(self.reversed).is_some() {
            self.reversed = None;
            self.answered_by_polarity = true;
        }
        if self.stage == Stage::Answered
            && let Some(since) = stable(self.normal)
        {
            self.normal = None;
            return self.released(ReleaseEvidence::PolarityBack, since, self.trust.polarity);
        }
        None
    }

    pub fn heard(&mut self, heard: &Heard) -> Option<SupervisionEvent> {
        match self.stage {
            Stage::Idle | Stage::Outpulsing | Stage::Released => None,
            Stage::Seized => match *heard {
                Heard::Tone {
                    tone: Tone::Dial | Tone::StutterDial,
                    ..
                } => Some(SupervisionEvent::Proceed),
                _ => None,
            },
            Stage::Proceeding => self.proceeding(heard),
            Stage::Answered => self.talking(heard),
        }
    }

    fn proceeding(&mut self, heard: &Heard) -> Option<SupervisionEvent> {
        match *heard {
            Heard::Tone {
                tone: Tone::Ringback,
                cycles,
                ..
            } => {
                // What spoke or stopped before this was the network, not the called party.
                self.answer.clear();
                self.ringback_heard = true;
                Some(SupervisionEvent::Ringback { cycles })
            }
            Heard::Tone {
                tone: tone @ (Tone::Busy | Tone::Reorder),
                cycles: 1..,
                ..
            } => Some(SupervisionEvent::Failed(tone)),
            Heard::Tone {
                tone: tone @ (Tone::Sit(_) | Tone::Howler),
                ..
            } => Some(SupervisionEvent::Failed(tone)),
            Heard::Tone {
                tone: Tone::Dial | Tone::StutterDial,
                start,
                ..
            } => self.released(ReleaseEvidence::DialTone, start, 100),
            Heard::ToneEnd {
                tone: Tone::Ringback,
                at,
            } => self.answered(
                AnswerEvidence::RingbackStopped,
                at,
                self.trust.ringback_stop,
            ),
            Heard::Voice { start, .. } => {
                let said_before = self
                    .answer
                    .iter()
                    .any(|w| w.evidence == AnswerEvidence::Voice);
                let trust = match (said_before, self.ringback_heard) {
                    // Announcements go on as well: a class is waited for.
                    (true, false) => return None,
                    (true, true) => VOICE_GOES_ON,
                    (false, true) => self.trust.voice.saturating_add(AFTER_RINGBACK),
                    (false, false) => self.trust.voice,
                };
                self.answered(AnswerEvidence::Voice, start, trust)
            }
            Heard::Class { class, decided, .. } => self.classified(class, decided),
            Heard::DigitStart { start, .. } => {
                self.answered(AnswerEvidence::Digit, start, self.trust.voice)
            }
            _ => None,
        }
    }

    /// Without ringback, a voice that goes on and on may be the network's own; one that says a
    /// word and waits is a person's.
    fn classified(&mut self, class: AnswerClass, decided: Tick) -> Option<SupervisionEvent> {
        match class {
            AnswerClass::Machine if !self.ringback_heard => Some(SupervisionEvent::Announcement),
            AnswerClass::Person | AnswerClass::Machine | AnswerClass::Tty => {
                self.answered(AnswerEvidence::Class(class), decided, CLASS)
            }
            AnswerClass::Fax | AnswerClass::Modem => {
                self.answered(AnswerEvidence::Class(class), decided, self.trust.voice)
            }
            AnswerClass::Sit(_) | AnswerClass::Silence => None,
        }
    }

    fn talking(&mut self, heard: &Heard) -> Option<SupervisionEvent> {
        match *heard {
            Heard::Tone {
                tone: Tone::Dial | Tone::StutterDial,
                start,
                confidence,
                ..
            } if confidence >= DIAL_TONE_CONFIDENCE => {
                self.released(ReleaseEvidence::DialTone, start, self.trust.tones)
            }
            Heard::Tone {
                tone: Tone::Howler,
                start,
                ..
            } => self.released(ReleaseEvidence::Tone(Tone::Howler), start, self.trust.tones),
            // One cycle of busy can be a child with a toy; two in a row with the right
            // frequencies are the exchange.
            Heard::Tone {
                tone: tone @ (Tone::Busy | Tone::Reorder),
                cycles: 1..,
                start,
                ..
            } => self.released(ReleaseEvidence::Tone(tone), start, self.trust.tones / 2),
            _ => None,
        }
    }

    fn answered(
        &mut self,
        evidence: AnswerEvidence,
        at: Tick,
        trust: Trust,
    ) -> Option<SupervisionEvent> {
        if trust == 0 {
            return None;
        }
        let piece = Weighed {
            evidence,
            at,
            trust,
        };
        gather(&mut self.answer, piece);
        let signalled = matches!(
            evidence,
            AnswerEvidence::FarOffHook | AnswerEvidence::AnswerSignal
        );
        if sum(&self.answer) < FACT || (self.signals_answer && !signalled) {
            return Some(SupervisionEvent::AnswerHint(piece));
        }
        self.stage = Stage::Answered;
        Some(SupervisionEvent::Answered(piece))
    }

    fn released(
        &mut self,
        evidence: ReleaseEvidence,
        at: Tick,
        trust: Trust,
    ) -> Option<SupervisionEvent> {
        if trust == 0 || self.stage == Stage::Released {
            return None;
        }
        let piece = Weighed {
            evidence,
            at,
            trust,
        };
        self.release.retain(|old| at.since(old.at) <= STALE);
        gather(&mut self.release, piece);
        if sum(&self.release) < FACT {
            return Some(SupervisionEvent::ReleaseHint(piece));
        }
        self.stage = Stage::Released;
        Some(SupervisionEvent::Released(piece))
    }
}

fn sum<E>(pieces: &[Weighed<E>]) -> u16 {
    pieces.iter().map(|p| u16::from(p.trust)).sum()
}
