//! What an episode is judged by. Here each measurement has its name, its unit, the kind of evidence
//! that an officer sees it as, and whether more of it makes a third party likelier.

use types::three_way::ThreeWayEvidence::{self, *};

/// What must be true of a three-way call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// The far end left.
    Left,
    /// The connection was changed when it came back.
    Changed,
}

/// What more of a measurement makes of both sides.
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
    pub more: More,
    pub unit: &'static str,
    pub what: &'static str,
}

macro_rules! inputs {
    ($($name:ident $kind:ident $more:ident $unit:literal $what:literal;)+) => {
        /// A measurement; [`TABLE`] says what it is.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Input { $($name),+ }

        /// All measurements, in their order.
        pub const TABLE: &[About] = &[$(About {
            input: Input::$name,
            kind: $kind,
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
    GapMean          Silence    Any  "dB"    "noise of the gap over that before, mean of octaves";
    GapMost          Silence    Up   "dB"    "the same of the octave that differs most";
    GapApart         Silence    Up   "share" "levels of the gap's noise not heard before";
    BackMean         Silence    Any  "dB"    "noise after over that of the gap, mean of octaves";
    BackMost         Silence    Up   "dB"    "the same of the octave that differs most";
    BackApart        Silence    Up   "share" "levels of noise after not heard in the gap";
    NoiseMean        NoiseFloor Any  "dB"    "noise after over that before, mean of octaves";
    NoiseMost        NoiseFloor Up   "dB"    "the same of the octave that differs most";
    NoiseApart       NoiseFloor Up   "share" "levels of noise after not heard before";
    PauseMean        NoiseFloor Any  "dB"    "noise of short pauses after over that before";
    PauseMost        NoiseFloor Up   "dB"    "the same of the octave that differs most";
    PauseApart       NoiseFloor Up   "share" "levels of pauses after that were not heard before";
    NoiseKnown       NoiseFloor Any  "known" "the noise before and after";
    GapKnown         Silence    Any  "known" "the noise before and in the gap";
    PauseKnown       NoiseFloor Any  "known" "the noise of short pauses before and after";
    GapFlutter       Silence    Any  "dB"    "how much quiet frames of the gap vary";
    SilentFor        Silence    Up   "log2"  "half seconds of the gap";
    Unusual          Silence    Up   "log2"  "the gap against the longest silence of the call";
    Steps            Silence    Up   "count" "sudden changes of the noise while nobody was heard";
    ClickFirst       Click      Up   "10 dB" "rise of the strongest click at the gap's edges";
    ClickPair        Click      Up   "10 dB" "the weaker of two, as far apart as a flash's";
    ClickLast        Click      Up   "10 dB" "the strongest click when the far end came back";
    ClickRate        Click      Down "1/min" "clicks of the whole call";
    EchoGap          EchoPath   Up   "log2"  "echo of the gap, unlike that before";
    EchoAfter        EchoPath   Up   "log2"  "echo after, unlike that before";
    EchoBack         EchoPath   Up   "log2"  "echo after, unlike that of the gap";
    EchoKnown        EchoPath   Any  "known" "the echo before and after";
    EchoGapKnown     EchoPath   Any  "known" "the echo before and in the gap";
    LevelUnlike      Level      Up   "log2"  "level of the voices after, unlike that before";
    LevelMore        Level      Any  "dB"    "level of the voices after over that before";
    LevelVaries      Level      Any  "dB"    "how much the level of the voices after varies";
    LevelVaried      Level      Any  "dB"    "how much that before did";
    PitchUnlike      NewTalker  Up   "log2"  "pitch of the voices after, unlike that before";
    PitchOff         NewTalker  Up   "octave" "pitch of the voices after against that before";
    PitchSpread      NewTalker  Any  "octave" "spread of the pitch after over that before";
    ShapeUnlike      NewTalker  Up   "log2"  "octaves of the voices after, unlike those before";
    ColorUnlike      NewTalker  Up   "log2"  "cepstra of the voices after, unlike those before";
    GapSharp         Silence    Up   "log2"  "noise of the gap, unlike that before";
    NoiseSharp       NoiseFloor Up   "log2"  "noise after, unlike that before";
    ColorMean        NewTalker  Up   "ratio" "squared distance of cepstra by half second, mean";
    BackSharp        Silence    Up   "log2"  "noise after, unlike that of the gap";
    PitchMost        NewTalker  Up   "ratio" "squared distance of pitch, of who was farthest";
    ColorFirst       NewTalker  Up   "ratio" "squared distance of the cepstra of who spoke first";
    OtherVoice       NewTalker  Up   "sum"   "odds that some of it was another voice";
    ClickAtStep      Click      Up   "10 dB" "the strongest where the noise changed at once";
    Ringing          Ringback   Up   "flag"  "a ringback tone";
    Dialing          DialTone   Up   "flag"  "a dial tone, or a weak steady tone, in the gap";
    Digits           Digit      Up   "flag"  "digits in the gap";
    Music            Silence    Down "flag"  "music in the gap: a hold";
    Returned         Silence    Any  "flag"  "the far end was heard again";
    Stepped          NoiseFloor Up   "flag"  "the noise changed when the far end came back";
    FarShare         NewTalker  Any  "share" "time after with voices, without the phone";
    VoicedShare      NewTalker  Any  "share" "half seconds after with a pitch, of voices";
    LoudShare        NewTalker  Any  "share" "time after that was loud, without the phone";
    NoiseFavor       NoiseFloor Up   "favor" "noise after and before";
    PauseFavor       NoiseFloor Up   "favor" "noise of short pauses after and before";
    GapFavor         Silence    Up   "favor" "noise of the gap and before";
    BackFavor        Silence    Up   "favor" "noise after and of the gap";
    Undone           NoiseFloor Down "log2"  "noise after, nearer to that before than the gap";
    EchoFavor        EchoPath   Up   "favor" "echo after and before";
    EchoGapFavor     EchoPath   Up   "favor" "echo of the gap and before";
    LevelFavor       Level      Up   "favor" "level of the voices after and before";
    VoiceFavor       NewTalker  Up   "favor" "cepstra of the voices after and before";
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
