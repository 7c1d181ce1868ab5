//! Calls on trunks that are signalled by bits: E&M and R2. What the controller's own state machine of
//! the trunk makes of edges, tones and register signals drives them.

use dsp::{
    g711,
    mf::{MfEvent, MfKind, MfReceiver},
    mf_gen::MfGen,
    progress::{Progress, ProgressEvent},
    tone_gen::DigitGen,
};
use signaling::{
    SupervisionEvent, Trunk,
    step::{Sending, Step, Steps},
};
use types::{
    digits::Digits,
    edge::{Edge, EdgeAt},
    frame::{FRAME, FRAME_TICKS, Frame, Law, Samples},
    heard::Heard as Fact,
    tick::{Tick, Ticks},
    trunk::{TrunkProfile, TrunkSignalling},
};

use super::{
    call::DIGIT_DBM0,
    rig::{Heard, Rig},
    trouble::Trouble,
};

/// Length of each DTMF digit and of each pause.
const DIGIT_MS: u32 = 70;

/// One call of such a trunk, from its seizure on.
pub(crate) struct Caller {
    trunk: Trunk,
    law: Law,
    sender: Sender,
    registers: MfReceiver,
    tones: Progress,
    number: Option<Digits>,
    events: Vec<(Tick, SupervisionEvent)>,
}

impl Caller {
    /// Seizes the trunk; with a number, that is sent as soon as the far end takes digits.
    pub fn seize(rig: &mut Rig, number: Option<Digits>) -> Result<Caller, Trouble> {
        let profile = *rig.profile();
        let trunk = rig.seize()?;
        rig.media(true)?;
        Ok(Caller {
            trunk,
            law: rig.law(),
            sender: Sender::new(&profile),
            registers: MfReceiver::new(MfKind::R2Backward),
            tones: Progress::new(&rig.country().tones),
            number,
            events: Vec::new(),
        })
    }

    /// A frame of the call: fills the one that goes out, and returns what the trunk told, in order.
    pub fn frame(&mut self, heard: &Heard<'_>, out: &mut Frame) -> Vec<(Tick, SupervisionEvent)> {
        for edge in heard.edges {
            let steps = self.trunk.edge(*edge);
            self.take(edge.at, steps);
        }
        self.listen(heard);
        let steps = self.trunk.passed(heard.end);
        self.take(heard.end, steps);
        let mut samples: Samples = [0; FRAME];
        if self.sender.fill(&mut samples) {
            let steps = self.trunk.sent(heard.end);
            self.take(heard.end, steps);
        }
        g711::encode(self.law, &samples, out);
        std::mem::take(&mut self.events)
    }

    fn listen(&mut self, heard: &Heard<'_>) {
        let at = heard.end - FRAME_TICKS;
        self.registers.lost(heard.lost);
        for event in self.registers.process(heard.samples, at) {
            if !self.trunk.listens_for_mf() {
                continue;
            }
            let steps = match event {
                MfEvent::Start { signal, .. } => self.trunk.mf_began(heard.end, signal),
                MfEvent::End { signal, .. } => self.trunk.mf_ended(heard.end, signal),
            };
            self.take(heard.end, steps);
        }
        self.tones.lost(heard.lost);
        for event in self.tones.process(heard.samples, at).events {
            let steps = self.trunk.heard(&fact(event));
            self.take(heard.end, steps);
        }
    }

    fn take(&mut self, at: Tick, steps: Steps) {
        for step in steps {
            match step {
                Step::Send(sending) => self.sender.send(sending),
                Step::Hold(signal) => self.sender.mf.hold(signal),
                // Once it is seized, such a trunk is commanded no more before it is released.
                Step::Command(_) => {}
                Step::Event(event) => {
                    self.events.push((at, event));
                    if let (SupervisionEvent::Proceed, Some(number)) = (event, self.number) {
                        let steps = self.trunk.outpulse(at, number);
                        self.take(at, steps);
                    }
                }
            }
        }
    }
}

/// What was heard, as the trunk's supervision takes it.
pub(crate) fn fact(event: ProgressEvent) -> Fact {
    match event {
        ProgressEvent::Tone {
            tone,
            cycles,
            start,
            level_dbm0,
            confidence,
        } => Fact::Tone {
            tone,
            cycles,
            start,
            level_dbm0,
            confidence,
        },
        ProgressEvent::ToneEnd { tone, at } => Fact::ToneEnd { tone, at },
    }
}

/// What sends digits and register signals.
struct Sender {
    dtmf: DigitGen,
    mf: MfGen,
    /// A string is on its way.
    sends: Option<What>,
}

#[derive(Clone, Copy)]
enum What {
    Dtmf,
    Mf,
}

impl Sender {
    fn new(profile: &TrunkProfile) -> Sender {
        let kind = match profile.signalling {
            TrunkSignalling::R2(_) => MfKind::R2Forward,
            _ => MfKind::R1,
        };
        Sender {
            dtmf: DigitGen::new(DIGIT_DBM0.0, DIGIT_DBM0.1, DIGIT_MS, DIGIT_MS),
            mf: MfGen::new(kind),
            sends: None,
        }
    }

    fn send(&mut self, sending: Sending) {
        match sending {
            // No trunk on bits is dialed by loop pulses: its site file allows none.
            Sending::Dtmf(digits) | Sending::Pulse(digits) => {
                self.dtmf.send(digits);
                self.sends = Some(What::Dtmf);
            }
            Sending::Mf(signals) => {
                self.mf.send(signals);
                self.sends = Some(What::Mf);
            }
        }
    }

    /// Fills a frame; whether a string came to its end in it.
    fn fill(&mut self, samples: &mut Samples) -> bool {
        let goes_on = match self.sends {
            Some(What::Dtmf) => {
                self.dtmf.fill(samples);
                self.dtmf.busy()
            }
            _ if self.mf.busy() => {
                self.mf.fill(samples);
                self.mf.busy()
            }
            _ => false,
        };
        let ended = self.sends.is_some() && !goes_on;
        if ended {
            self.sends = None;
        }
        ended
    }
}

/// The first off-hook of the far end that ended again: a wink, or a delay-dial signal.
pub(crate) fn wink(edges: &[EdgeAt]) -> Option<Ticks> {
    let begins = edges.iter().find(|edge| edge.edge == Edge::FarOffHook)?;
    let ends = edges
        .iter()
        .find(|edge| edge.edge == Edge::FarOnHook && edge.at > begins.at)?;
    Some(ends.at.since(begins.at))
}

/// What a trunk waits for before digits, in words.
pub(crate) fn proceed_words(signalling: &TrunkSignalling) -> &'static str {
    match signalling {
        TrunkSignalling::EmWink(_) | TrunkSignalling::FeatureGroupD(_) => "the wink",
        TrunkSignalling::EmDelayDial => "the end of delay dial",
        TrunkSignalling::EmImmediate { .. } => "its set time",
        TrunkSignalling::R2(_) => "the seizure's acknowledgement",
        _ => "dial tone",
    }
}
