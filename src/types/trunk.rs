//! What a line must know of the trunk that is lent to it.

use crate::{evidence::Trust, frame::Law, id::TrunkId, tick::Ticks};

/// How a trunk signals. More kinds come with their drivers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TrunkSignalling {
    LoopStart,
    /// Loop start with disconnect supervision by a loop break.
    KewlStart,
}

/// How digits are sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outpulsing {
    Dtmf,
    Pulse,
}

/// How far each kind of supervision is to be believed on this trunk, in hundredths.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TrunkTrust {
    pub polarity: Trust,
    pub loop_break: Trust,
    pub tones: Trust,
    pub voice: Trust,
    pub ringback_stop: Trust,
}

impl TrunkTrust {
    /// A loop start trunk of unknown exchange: audio decides, battery confirms.
    pub const LOOP_START: TrunkTrust = TrunkTrust {
        polarity: 100,
        loop_break: 100,
        tones: 100,
        voice: 70,
        ringback_stop: 50,
    };
}

/// A trunk as the site file describes it. It travels with the loan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TrunkProfile {
    pub id: TrunkId,
    pub law: Law,
    pub signalling: TrunkSignalling,
    pub outpulsing: Outpulsing,
    pub trust: TrunkTrust,
    /// On-hook time before the trunk may be seized again.
    pub guard: Ticks,
    /// How long dial tone may take.
    pub dial_tone_wait: Ticks,
    /// Whether the line takes the trunk's echo out of what it receives. Not where the card or
    /// the carrier does.
    pub cancel_echo: bool,
}

/// In what state a trunk comes back to the keeper.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TrunkCondition {
    Good,
    /// No proceed signal, or lost in mid-call: counted, rested with back-off.
    Faulty,
    /// The line that held it died.
    Suspect,
}
