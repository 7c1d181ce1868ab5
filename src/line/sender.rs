//! What sends the number on a trunk, and hears the exchange's registers.

use dsp::{
    mf::{MfEvents, MfKind, MfReceiver},
    mf_gen::MfGen,
    tone_gen::DigitGen,
};
use signaling::step::Sending;
use types::{
    digits::Digits,
    edge::PortCommand,
    frame::Samples,
    mf::MfSignal,
    tick::Tick,
    trunk::{TrunkProfile, TrunkSignalling},
};

/// Outpulsing: 70 ms on, 70 ms off (ITU-T Q.24 asks for 40 and 40 at the receiver), -9 dBm0 low,
/// -7 dBm0 high: the pre-emphasis that a loop's slope takes away.
const DIGIT_ON_MS: u32 = 70;
const DIGIT_OFF_MS: u32 = 70;
const DIGIT_LOW_DBM0: f32 = -9.0;
const DIGIT_HIGH_DBM0: f32 = -7.0;

/// What is being sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum What {
    Nothing,
    Dtmf,
    /// Not the number: over a key that was pressed.
    Interference,
    /// The port itself sends.
    Pulses,
    Mf,
}

#[derive(Debug)]
pub(crate) struct Sender {
    what: What,
    dtmf: DigitGen,
    mf: MfGen,
    ear: MfReceiver,
}

impl Sender {
    /// `ear` has heard nothing yet.
    pub(crate) fn new(profile: &TrunkProfile, ear: MfReceiver) -> Sender {
        let kind = match profile.signalling {
            TrunkSignalling::R2(_) => MfKind::R2Forward,
            _ => MfKind::R1,
        };
        Sender {
            what: What::Nothing,
            dtmf: DigitGen::new(DIGIT_LOW_DBM0, DIGIT_HIGH_DBM0, DIGIT_ON_MS, DIGIT_OFF_MS),
            mf: MfGen::new(kind),
            ear,
        }
    }

    /// Begins to send; what the port is to do for it.
    pub(crate) fn send(&mut self, sending: Sending) -> Option<PortCommand> {
        match sending {
            Sending::Dtmf(digits) => {
                self.what = What::Dtmf;
                assert!(self.dtmf.send(digits), "digits fit");
                None
            }
            Sending::Pulse(digits) => {
                self.what = What::Pulses;
                Some(PortCommand::Pulse(digits))
            }
            Sending::Mf(signals) => {
                self.what = What::Mf;
                self.mf.send(signals);
                None
            }
        }
    }

    /// Sends over what was keyed; whether there is more to send than is being sent.
    pub(crate) fn interfere(&mut self, digits: Digits) -> bool {
        if self.sends() {
            return false;
        }
        self.what = What::Interference;
        assert!(self.dtmf.send(digits), "digits fit");
        true
    }

    /// Whether what is sent is there to interfere.
    pub(crate) fn interferes(&self) -> bool {
        self.what == What::Interference
    }

    /// Holds a signal of R2, or silence.
    pub(crate) fn hold(&mut self, signal: Option<MfSignal>) {
        self.mf.hold(signal);
    }

    /// Whether a string is being sent.
    pub(crate) fn sends(&self) -> bool {
        self.what != What::Nothing
    }

    /// The port has sent its pulses; whether they were ours.
    pub(crate) fn pulses_sent(&mut self) -> bool {
        let ours = self.what == What::Pulses;
        if ours {
            self.what = What::Nothing;
        }
        ours
    }

    /// Writes over all of `frame` if there is anything to send; whether a string of the number's came
    /// to its end in it, too.
    pub(crate) fn fill(&mut self, frame: &mut Samples) -> Option<(bool, bool)> {
        let (sounds, goes_on) = match self.what {
            What::Dtmf | What::Interference => (self.dtmf.fill(frame), self.dtmf.busy()),
            _ if self.mf.busy() => (self.mf.fill(frame), self.mf.busy()),
            _ => return None,
        };
        let over = self.what != What::Nothing && !goes_on;
        let ended = over && !self.interferes();
        if over {
            self.what = What::Nothing;
        }
        Some((sounds, ended))
    }

    /// The exchange's register signals in a frame, after so many lost samples.
    pub(crate) fn hear(&mut self, samples: &Samples, lost: u32, at: Tick) -> MfEvents {
        self.ear.lost(lost);
        self.ear.process(samples, at)
    }
}
