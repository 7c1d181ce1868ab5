//! What an episode is judged by. Here each measurement has its name, its unit, the kind of evidence
//! that an officer sees it as, and what it may speak for.

use types::three_way::ThreeWayEvidence::{self, *};

/// What must be true of a three-way call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// The far end left.
    Left,
    /// The connection was changed when it came back.
    Changed,
}

/// Of which of the two a measurement may say something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Says {
    Left,
    Changed,
    Both,
}

/// What more of a measurement makes of what it speaks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum More {
    /// Likelier.
    Up,
    /// Less likely.
    Down,
    /// That depends.
    Any,
}

/// A row of [`TABLE`].
#[derive(Clone, Copy, Debug)]
pub struct About {
    pub input: Input,
    pub kind: ThreeWayEvidence,
    pub says: Says,
    pub more: More,
    pub unit: &'static str,
    pub what: &'static str,
}

macro_rules! inputs {
    ($($(#[$group:meta])* $name:ident $kind:ident $says:ident $more:ident $unit:literal $what:literal;)+) => {
        /// A measurement; [`TABLE`] says what it is.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Input { $($name),+ }

        /// All measurements, in their order.
        pub const TABLE: &[About] = &[$(About {
            input: Input::$name,
            kind: $kind,
            says: Says::$says,
            more: More::$more,
            unit: $unit,
            what: $what,
        }),+];
    };
}

// "Before", "gap" and "after" are the stretches of an episode. "Unlike": squared distance in units of
// what chance does, as the logarithm to base 2 of 1 + it. "Favor": how much likelier a difference
// is with a change than without one, as a natural logarithm. "Known": 0 for never heard, to 1.
#[rustfmt::skip]
inputs! {
    GapMean          Silence    Left    Any  "dB"    "noise of the gap over that before, mean of octaves";
    GapMost          Silence    Left    Up   "dB"    "the same of the octave that differs most";
    GapApart         Silence    Left    Up   "share" "levels of the gap's noise not heard before";
    BackMean         Silence    Left    Any  "dB"    "noise after over that of the gap, mean of octaves";
    BackMost         Silence    Left    Up   "dB"    "the same of the octave that differs most";
    BackApart        Silence    Left    Up   "share" "levels of noise after not heard in the gap";
    NoiseMean        NoiseFloor Changed Any  "dB"    "noise after over that before, mean of octaves";
    NoiseMost        NoiseFloor Changed Up   "dB"    "the same of the octave that differs most";
    NoiseApart       NoiseFloor Changed Up   "share" "levels of noise after not heard before";
    PauseMean        NoiseFloor Changed Any  "dB"    "noise of short pauses after over that before";
    PauseMost        NoiseFloor Changed Up   "dB"    "the same of the octave that differs most";
    PauseApart       NoiseFloor Changed Up   "share" "levels of pauses after that were not heard before";
    NoiseKnown       NoiseFloor Changed Any  "known" "the noise before and after";
    GapKnown         Silence    Left    Any  "known" "the noise before and in the gap";
    PauseKnown       NoiseFloor Changed Any  "known" "the noise of short pauses before and after";
    GapFlutter       Silence    Left    Any  "dB"    "how much quiet frames of the gap vary";
    SilentFor        Silence    Left    Up   "log2"  "half seconds of the gap";
    Unusual          Silence    Left    Up   "log2"  "the gap against the longest silence of the call";
    Steps            Silence    Both    Up   "count" "sudden changes of the noise while nobody was heard";
    ClickFirst       Click      Left    Up   "10 dB" "rise of the strongest click at the gap's edges";
    ClickPair        Click      Left    Up   "10 dB" "the weaker of two, as far apart as a flash's";
    ClickLast        Click      Left    Up   "10 dB" "the strongest click when the far end came back";
    ClickRate        Click      Left    Down "1/min" "clicks of the whole call";
    EchoGap          EchoPath   Left    Up   "log2"  "echo of the gap, unlike that before";
    EchoAfter        EchoPath   Changed Up   "log2"  "echo after, unlike that before";
    EchoBack         EchoPath   Both    Up   "log2"  "echo after, unlike that of the gap";
    EchoKnown        EchoPath   Changed Any  "known" "the echo before and after";
    EchoGapKnown     EchoPath   Left    Any  "known" "the echo before and in the gap";
    LevelUnlike      Level      Changed Up   "log2"  "level of the voices after, unlike that before";
    LevelMore        Level      Changed Any  "dB"    "level of the voices after over that before";
    LevelVaries      Level      Changed Any  "dB"    "how much the level of the voices after varies";
    LevelVaried      Level      Changed Any  "dB"    "how much that before did";
    PitchUnlike      NewTalker  Changed Up   "log2"  "pitch of the voices after, unlike that before";
    PitchOff         NewTalker  Changed Up   "octave" "pitch of the voices after against that before";
    PitchSpread      NewTalker  Changed Any  "octave" "spread of the pitch after over that before";
    ShapeUnlike      NewTalker  Changed Up   "log2"  "octaves of the voices after, unlike those before";
    ColorUnlike      NewTalker  Changed Up   "log2"  "cepstra of the voices after, unlike those before";
    GapSharp         Silence    Left    Up   "log2"  "noise of the gap, unlike that before";
    NoiseSharp       NoiseFloor Changed Up   "log2"  "noise after, unlike that before";
    ColorMean        NewTalker  Changed Up   "ratio" "squared distance of cepstra by half second, mean";
    BackSharp        Silence    Left    Up   "log2"  "noise after, unlike that of the gap";
    PitchMost        NewTalker  Changed Up   "ratio" "squared distance of pitch, of who was farthest";
    ColorFirst       NewTalker  Changed Up   "ratio" "squared distance of the cepstra of who spoke first";
    OtherVoice       NewTalker  Changed Up   "sum"   "odds that some of it was another voice";
    ClickAtStep      Click      Left    Up   "10 dB" "the strongest where the noise changed at once";
    Ringing          Ringback   Both    Up   "flag"  "a ringback tone";
    Dialing          DialTone   Left    Up   "flag"  "a dial tone, or a weak steady tone, in the gap";
    Digits           Digit      Left    Up   "flag"  "digits in the gap";
    Music            Silence    Both    Down "flag"  "music in the gap: a hold";
    Returned         Silence    Left    Any  "flag"  "the far end was heard again";
    Stepped          NoiseFloor Both    Up   "flag"  "the noise changed when the far end came back";
    FarShare         NewTalker  Changed Any  "share" "time after with voices, without the phone";
    VoicedShare      NewTalker  Changed Any  "share" "half seconds after with a pitch, of voices";
    LoudShare        NewTalker  Changed Any  "share" "time after that was loud, without the phone";
    NoiseFavor       NoiseFloor Changed Up   "favor" "noise after and before";
    PauseFavor       NoiseFloor Changed Up   "favor" "noise of short pauses after and before";
    GapFavor         Silence    Left    Up   "favor" "noise of the gap and before";
    BackFavor        Silence    Left    Up   "favor" "noise after and of the gap";
    Undone           NoiseFloor Changed Down "log2"  "noise after, nearer to that before than the gap";
    EchoFavor        EchoPath   Changed Up   "favor" "echo after and before";
    EchoGapFavor     EchoPath   Left    Up   "favor" "echo of the gap and before";
    LevelFavor       Level      Changed Up   "favor" "level of the voices after and before";
    VoiceFavor       NewTalker  Changed Up   "favor" "cepstra of the voices after and before";
}

pub const INPUTS: usize = TABLE.len();

/// The measurements of an episode; 0 where nothing is known.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Inputs([f32; INPUTS]);

impl Inputs {
    pub const NONE: Inputs = Inputs([0.0; INPUTS]);

    pub const fn with(mut self, input: Input, value: f32) -> Inputs {
        self.0[input as usize] = value;
        self
    }

    pub fn values(&self) -> impl Iterator<Item = f32> + use<> {
        self.0.into_iter()
    }
}

impl std::ops::Index<Input> for Inputs {
    type Output = f32;

    fn index(&self, input: Input) -> &f32 {
        &self.0[input as usize]
    }
}

impl std::ops::IndexMut<Input> for Inputs {
    fn index_mut(&mut self, input: Input) -> &mut f32 {
        &mut self.0[input as usize]
    }
}

impl Input {
    pub const fn about(self) -> &'static About {
        &TABLE[self as usize]
    }
}

impl About {
    pub fn says(&self, side: Side) -> bool {
        match self.says {
            Says::Both => true,
            Says::Left => side == Side::Left,
            Says::Changed => side == Side::Changed,
        }
    }
}
