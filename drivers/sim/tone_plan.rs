//! A few countries' tones, written for the simulation from ITU-T E.180 Supplement 2 and the
//! national recommendations (US: ANSI T1.401 / SR-2275 levels; GB: BS 6305 / SIN 350; DE: 1TR110).

use types::tone::SitKind;

/// A stretch of a tone: up to two frequencies (0 is none) for so many milliseconds; 0
/// milliseconds never ends.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Segment {
    pub hz: [f64; 2],
    pub ms: u32,
}

/// A tone as an exchange sends it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ToneSpec {
    /// The level of each frequency.
    pub level_dbm0: f64,
    pub segments: &'static [Segment],
    /// Whether it starts again after its last segment.
    pub repeats: bool,
}

impl ToneSpec {
    /// One period, in milliseconds; zero for a continuous tone.
    pub fn period_ms(&self) -> u32 {
        self.segments.iter().map(|segment| segment.ms).sum()
    }
}

/// One country's tones.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TonePlan {
    pub country: &'static str,
    pub dial: ToneSpec,
    /// Dial tone after a flash, for another number beside the call that is held.
    pub recall: ToneSpec,
    /// A second call waits.
    pub call_waiting: ToneSpec,
    pub ringback: ToneSpec,
    pub busy: ToneSpec,
    pub reorder: ToneSpec,
    /// Ringing current towards a telephone, as on and off milliseconds.
    pub ring: (u32, u32),
    north_american_sit: bool,
}

impl TonePlan {
    /// The special information tone of this kind. Outside North America there is one for all.
    pub fn sit(&self, kind: SitKind) -> ToneSpec {
        if !self.north_american_sit {
            return SIT_E180;
        }
        match kind {
            SitKind::Intercept => SIT_INTERCEPT,
            SitKind::VacantCode => SIT_VACANT,
            SitKind::ReorderLocal => SIT_REORDER_LOCAL,
            SitKind::ReorderDistant => SIT_REORDER_DISTANT,
            SitKind::NoCircuitLocal => SIT_NO_CIRCUIT_LOCAL,
            SitKind::NoCircuitDistant => SIT_NO_CIRCUIT_DISTANT,
            SitKind::Ineffective => SIT_INEFFECTIVE,
            SitKind::Unknown => SIT_E180,
        }
    }
}

const fn one(hz: f64, ms: u32) -> Segment {
    Segment { hz: [hz, 0.0], ms }
}

const fn two(low: f64, high: f64, ms: u32) -> Segment {
    Segment {
        hz: [low, high],
        ms,
    }
}

const fn pause(ms: u32) -> Segment {
    one(0.0, ms)
}

const fn tone(level_dbm0: f64, segments: &'static [Segment]) -> ToneSpec {
    ToneSpec {
        level_dbm0,
        segments,
        repeats: true,
    }
}

/// A tone that is given once.
const fn alert(level_dbm0: f64, segments: &'static [Segment]) -> ToneSpec {
    ToneSpec {
        level_dbm0,
        segments,
        repeats: false,
    }
}

const fn once(segments: &'static [Segment]) -> ToneSpec {
    alert(-24.0, segments)
}

pub static US: TonePlan = TonePlan {
    country: "US",
    dial: tone(-13.0, &[two(350.0, 440.0, 0)]),
    // GR-506: three bursts, then dial tone.
    recall: tone(
        -13.0,
        &[
            two(350.0, 440.0, 100),
            pause(100),
            two(350.0, 440.0, 100),
            pause(100),
            two(350.0, 440.0, 100),
            pause(100),
            two(350.0, 440.0, 0),
        ],
    ),
    call_waiting: alert(-13.0, &[one(440.0, 300)]),
    ringback: tone(-19.0, &[two(440.0, 480.0, 2000), pause(4000)]),
    busy: tone(-24.0, &[two(480.0, 620.0, 500), pause(500)]),
    reorder: tone(-24.0, &[two(480.0, 620.0, 250), pause(250)]),
    ring: (2000, 4000),
    north_american_sit: true,
};

pub static GB: TonePlan = TonePlan {
    country: "GB",
    dial: tone(-15.0, &[two(350.0, 440.0, 0)]),
    recall: tone(-15.0, &[two(350.0, 440.0, 0)]),
    call_waiting: alert(-15.0, &[one(400.0, 100)]),
    ringback: tone(
        -19.0,
        &[
            two(400.0, 450.0, 400),
            pause(200),
            two(400.0, 450.0, 400),
            pause(2000),
        ],
    ),
    busy: tone(-16.0, &[one(400.0, 375), pause(375)]),
    reorder: tone(
        -16.0,
        &[one(400.0, 400), pause(350), one(400.0, 225), pause(525)],
    ),
    ring: (1000, 2000),
    north_american_sit: false,
};

pub static DE: TonePlan = TonePlan {
    country: "DE",
    dial: tone(-12.0, &[one(425.0, 0)]),
    recall: tone(-12.0, &[one(425.0, 0)]),
    call_waiting: alert(-12.0, &[one(425.0, 200), pause(200), one(425.0, 200)]),
    ringback: tone(-12.0, &[one(425.0, 1000), pause(4000)]),
    busy: tone(-12.0, &[one(425.0, 480), pause(480)]),
    reorder: tone(-12.0, &[one(425.0, 240), pause(240)]),
    ring: (1000, 4000),
    north_american_sit: false,
};

// Telcordia SR-2275, table of special information tones: the first two frequencies are low
// (913.8, 1370.6) or high (985.2, 1428.5), lengths short (274 ms) or long (380 ms).
const SIT_INTERCEPT: ToneSpec = once(&[one(913.8, 274), one(1370.6, 274), one(1776.7, 380)]);
const SIT_VACANT: ToneSpec = once(&[one(985.2, 380), one(1370.6, 274), one(1776.7, 380)]);
const SIT_REORDER_LOCAL: ToneSpec = once(&[one(913.8, 274), one(1428.5, 380), one(1776.7, 380)]);
const SIT_REORDER_DISTANT: ToneSpec = once(&[one(985.2, 274), one(1370.6, 380), one(1776.7, 380)]);
const SIT_NO_CIRCUIT_LOCAL: ToneSpec = once(&[one(985.2, 380), one(1428.5, 380), one(1776.7, 380)]);
const SIT_NO_CIRCUIT_DISTANT: ToneSpec =
    once(&[one(913.8, 380), one(1370.6, 380), one(1776.7, 380)]);
const SIT_INEFFECTIVE: ToneSpec = once(&[one(913.8, 380), one(1428.5, 274), one(1776.7, 380)]);
/// ITU-T E.180, clause 7: 950, 1400 and 1800 Hz, 330 ms each.
const SIT_E180: ToneSpec = once(&[one(950.0, 330), one(1400.0, 330), one(1800.0, 330)]);
