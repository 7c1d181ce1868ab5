//! What is told of each thing that was found: the keys of the JSON lines, which stay as they are.

use serde::Serialize;
use types::tick::Tick;

/// A line of the report.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Row {
    Digit(Digit),
    Tone(Tone),
    Answer(Answer),
    ThreeWay(ThreeWay),
    Level(Level),
    Learned(Learned),
}

/// `linetest digits`.
#[derive(Debug, Serialize)]
pub(crate) struct Digit {
    pub digit: char,
    pub start_ms: f64,
    pub duration_ms: f64,
    /// Of both tones together.
    pub level_dbm0: f64,
    /// The high tone's level less the low tone's.
    pub twist_db: f64,
}

/// `linetest progress`.
#[derive(Debug, Serialize)]
pub(crate) struct Tone {
    /// What it means: `dial busy reorder ring sit call-waiting howler record`.
    pub event: &'static str,
    /// Which tone of the tables it is.
    pub tone: &'static str,
    pub start_ms: f64,
    pub end_ms: f64,
    /// 0 to 1.
    pub confidence: f64,
    pub level_dbm0: f64,
    /// Full cycles heard; of a steady tone 1.
    pub cycles: u16,
}

/// `linetest answer`: one a channel.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    /// `person machine fax-modem tty sit music silence undecided`.
    pub class: &'static str,
    /// Which signal of a fax machine or modem, which special information tone.
    pub kind: Option<&'static str>,
    /// The first sound of it.
    pub start_ms: Option<f64>,
    pub decided_ms: Option<f64>,
    /// 0 to 1.
    pub confidence: Option<f64>,
    pub beep_ms: Option<f64>,
    pub beep_end_ms: Option<f64>,
    pub beep_hz: Option<f64>,
    /// What was decided before, and replaced.
    pub earlier: Vec<Earlier>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Earlier {
    pub class: &'static str,
    pub decided_ms: f64,
    pub confidence: f64,
}

/// `linetest three-way`: one for each third party, or one without.
#[derive(Debug, Serialize)]
pub(crate) struct ThreeWay {
    /// The score has reached the threshold.
    pub three_way: bool,
    /// The highest; natural logarithm of the odds.
    pub score: f64,
    /// When the far end fell silent.
    pub at_ms: Option<f64>,
    /// When it was heard again.
    pub joined_ms: Option<f64>,
    pub evidence: Vec<Evidence>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Evidence {
    /// `click silence level noise-floor echo-path dial-tone digit ringback new-talker`.
    pub kind: &'static str,
    pub at_ms: f64,
    /// How far it speaks for it, against an ordinary silence; below zero it speaks against.
    pub weight: f64,
}

/// `linetest level`: one a channel. What takes longer to measure than the recording is, is none.
#[derive(Debug, Serialize)]
pub(crate) struct Level {
    pub duration_ms: f64,
    /// RMS of the whole recording without its direct voltage.
    pub level_dbm0: f64,
    pub c_message_dbrn0: Option<f64>,
    pub psophometric_dbm0p: Option<f64>,
    /// A sine with the largest sample as its peak.
    pub peak_dbm0: f64,
    /// The quietest tenth of the time, flat and weighted.
    pub noise_dbm0: Option<f64>,
    pub noise_dbrnc0: Option<f64>,
    pub noise_dbm0p: Option<f64>,
    /// With a holding tone: how far the C-message weighted noise is below it.
    pub signal_to_noise_db: Option<f64>,
    /// The mean, in 16-bit sample units.
    pub dc_offset: f64,
    pub clipped_samples: u64,
    #[serde(skip)]
    pub holding_tone: bool,
}

/// `linetest learn`: one a channel.
#[derive(Debug, Serialize)]
pub(crate) struct Learned {
    /// The line of a tone table; none where nothing was learned.
    pub line: Option<String>,
    /// Why nothing was learned.
    pub problem: Option<String>,
    /// What the tone is called in the line.
    pub tone: Option<&'static str>,
    /// The name is a guess, from the tones that sound like it or the cadence.
    pub guessed: bool,
    pub cycles: usize,
    pub bursts: Vec<LearnedBurst>,
    /// When the detector knew the recording by the line.
    pub recognised_ms: Option<f64>,
    /// Tones of the tables that no listener can tell from it.
    pub sounds_like: Vec<Namesake>,
    /// Where the sounds are, for a picture: beginning and end in ms, and their frequencies.
    #[serde(skip)]
    pub sounds: Vec<(f64, f64, String)>,
}

/// What was heard of one burst of the cycle.
#[derive(Debug, Serialize)]
pub(crate) struct LearnedBurst {
    pub frequencies_hz: Vec<Range>,
    /// Of each frequency.
    pub levels_dbm0: Vec<Range>,
    /// None for a sound without end.
    pub on_ms: Option<Range>,
    pub off_ms: Option<Range>,
}

#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Range {
    pub mean: f64,
    pub least: f64,
    pub most: f64,
}

#[derive(PartialEq, Eq, Debug, Serialize)]
pub(crate) struct Namesake {
    pub country: &'static str,
    pub tone: &'static str,
}

impl Learned {
    pub fn none(problem: String) -> Learned {
        Learned {
            line: None,
            problem: Some(problem),
            tone: None,
            guessed: false,
            cycles: 0,
            bursts: Vec::new(),
            recognised_ms: None,
            sounds_like: Vec::new(),
            sounds: Vec::new(),
        }
    }
}

impl Digit {
    pub fn new(
        digit: types::digits::Digit,
        start: Tick,
        end: Tick,
        level_dbm0: f32,
        twist_db: f32,
    ) -> Digit {
        Digit {
            digit: char::from(digit.ascii()),
            start_ms: ms(start.0),
            duration_ms: ms(end.since(start).0),
            level_dbm0: tenths(level_dbm0),
            twist_db: tenths(twist_db),
        }
    }
}

impl Tone {
    pub fn new(
        (event, tone): (&'static str, &'static str),
        (start, end): (Tick, Tick),
        confidence: f32,
        level_dbm0: f32,
        cycles: u16,
    ) -> Tone {
        Tone {
            event,
            tone,
            start_ms: ms(start.0),
            end_ms: ms(end.0),
            confidence: hundredths(confidence),
            level_dbm0: tenths(level_dbm0),
            cycles,
        }
    }
}

/// Milliseconds of so many samples, to a tenth.
pub(crate) fn ms(samples: u64) -> f64 {
    (samples as f64 * 1.25).round() / 10.0
}

pub(crate) fn tenths(value: f32) -> f64 {
    rounded(value, 10.0)
}

pub(crate) fn hundredths(value: f32) -> f64 {
    rounded(value, 100.0)
}

/// Without the sign of a zero.
fn rounded(value: f32, parts: f64) -> f64 {
    (f64::from(value) * parts).round() / parts + 0.0
}
