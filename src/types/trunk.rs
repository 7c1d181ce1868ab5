//! What a line must know of the trunk that is lent to it.

use crate::{
    digits::{Digit, Digits},
    evidence::Trust,
    frame::Law,
    id::TrunkId,
    mf::MfSignal,
    tick::Ticks,
};

/// How a trunk signals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TrunkSignalling {
    LoopStart,
    /// Loop start with disconnect supervision by a loop break.
    KewlStart,
    /// The ring is grounded to ask for service, the exchange grounds the tip to give it.
    GroundStart,
    /// E&M: digits follow the seizure after a stated wait.
    EmImmediate {
        wait: Ticks,
    },
    /// E&M: digits follow a wink.
    EmWink(Wink),
    /// E&M: the far end is off-hook for as long as it is not ready.
    EmDelayDial,
    /// E&M with wink and the caller's number: equal access towards a carrier.
    FeatureGroupD(FeatureGroupD),
    /// E1 with R2 line signals in bits A and B, and MFC registers.
    R2(R2Trunk),
}

impl TrunkSignalling {
    /// Whether the far end itself signals answer and release. Then sounds alone never answer a
    /// call.
    pub const fn is_supervised(&self) -> bool {
        matches!(
            self,
            TrunkSignalling::EmImmediate { .. }
                | TrunkSignalling::EmWink(_)
                | TrunkSignalling::EmDelayDial
                | TrunkSignalling::FeatureGroupD(_)
                | TrunkSignalling::R2(_)
        )
    }
}

/// How long the far end's off-hook must be to be its wink.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wink {
    pub min: Ticks,
    pub max: Ticks,
}

impl Wink {
    /// Sent with 140 to 290 ms; a receiver takes 100 to 350 (ANSI/TIA-464, GR-506).
    pub const STANDARD: Wink = Wink {
        min: Ticks::ms(100),
        max: Ticks::ms(350),
    };
}

/// What a feature group D trunk tells the carrier before the number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FeatureGroupD {
    pub wink: Wink,
    /// What kind of line calls: two digits. 29 is a prison's or an inmate's.
    pub ii: [Digit; 2],
    /// The number that is billed. Without one the identification is sent without digits.
    pub ani: Digits,
    /// Through an access tandem: what chooses the carrier (0ZZ and its identification code), sent
    /// first and answered by a wink of its own.
    pub carrier: Digits,
    /// The far end winks for the number as well; else it follows the identification at once.
    pub winks_for_number: bool,
}

impl FeatureGroupD {
    pub const INMATE: [Digit; 2] = [
        Digit::decimal(2).expect("a digit"),
        Digit::decimal(9).expect("a digit"),
    ];

    /// Straight to the carrier; the inmate service of this billing number.
    pub const fn direct(ani: Digits) -> FeatureGroupD {
        FeatureGroupD {
            wink: Wink::STANDARD,
            ii: FeatureGroupD::INMATE,
            ani,
            carrier: Digits::EMPTY,
            winks_for_number: false,
        }
    }
}

/// An R2 trunk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct R2Trunk {
    pub country: R2Country,
    /// The caller's number, for an exchange that asks.
    pub ani: Digits,
    /// The caller's category, a signal of group II.
    pub category: MfSignal,
    /// Clear-backs up to this length are metering pulses and end no call, where that is not as the
    /// country has it.
    pub metering: Option<Ticks>,
}

/// Whose R2. A country that is not here follows the recommendations or one of these.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum R2Country {
    /// ITU-T Q.400 to Q.490 as they stand.
    Itu,
    Argentina,
    Brazil,
    China,
    Colombia,
    Mexico,
    Venezuela,
}

/// How digits are sent. R2 and feature group D have a way of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outpulsing {
    Dtmf,
    Pulse,
    /// R1 multifrequency, between KP and ST.
    Mf,
}

/// How far each kind of supervision is to be believed on this trunk, in hundredths.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TrunkTrust {
    pub polarity: Trust,
    pub loop_break: Trust,
    /// The far end's hook on E&M, answer and clear-back on R2.
    pub line_signal: Trust,
    pub tones: Trust,
    pub voice: Trust,
    pub ringback_stop: Trust,
}

impl TrunkTrust {
    /// A loop start trunk of unknown exchange: audio decides, battery confirms.
    pub const LOOP_START: TrunkTrust = TrunkTrust {
        polarity: 100,
        loop_break: 100,
        line_signal: 100,
        tones: 100,
        voice: 70,
        ringback_stop: 50,
    };
}

/// A group of trunks, as routes name it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TrunkGroup(pub u8);

impl TrunkGroup {
    /// Where a trunk is that nobody put into another.
    pub const FIRST: TrunkGroup = TrunkGroup(1);
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
    /// How long the proceed signal may take: dial tone, a wink, the seizure acknowledge.
    pub dial_tone_wait: Ticks,
    /// Loop start: how long dial tone may last after the first digit began. Zero: any time.
    pub dial_tone_break: Ticks,
    /// Whether the line takes the trunk's echo out of what it receives. Not where the card or
    /// the carrier does.
    pub cancel_echo: bool,
    pub group: TrunkGroup,
}

impl TrunkProfile {
    /// Exchanges take 50 to 100 ms, and 200 where the tone comes by way of a packet network.
    pub const DIAL_TONE_BREAK: Ticks = Ticks::ms(300);
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
