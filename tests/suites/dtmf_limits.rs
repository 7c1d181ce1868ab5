//! DTMF: where a detector's limits lie, and how exactly it tells what it heard.
//!
//! What: the steps of the common bench procedure of receivers. A limit is an [`Edge`]: how far all
//! digits are heard, and from where on none is. [`exactness`] compares what is told of a digit
//! (beginning, end, level, twist, and how late) with what was played.
//!
//! How: a step is some digits of any phase; all else about them is nominal. Steps go from what
//! must be accepted outwards: 0.1 % of a frequency, 0.1 dB of twist, 1 dB of level, 1 ms of time.
//!
//! Limits (ITU-T Q.24): those that an edge is compared with are the caller's; `dtmf` lists them.

use crate::{
    dtmf::{Case, Key, Listen, Score, Under},
    random::Random,
};
use dsp::tone_gen::{COLUMNS, KEYPAD, ROWS};
use types::digits::Digit;

/// Between these lies a limit; both in the unit of the steps.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Edge {
    /// All digits were heard up to here.
    pub all: f64,
    /// None was heard from here on.
    pub none: f64,
}

/// A direction away from what is nominal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    Below,
    Above,
}

impl Side {
    pub const BOTH: [Side; 2] = [Side::Below, Side::Above];

    fn sign(self) -> f64 {
        match self {
            Side::Below => -1.0,
            Side::Above => 1.0,
        }
    }
}

/// Steps from the nominal outwards; each tells how many digits were heard.
fn edge(steps: impl Iterator<Item = f64>, mut score: impl FnMut(f64) -> Score) -> Edge {
    let scores: Vec<(f64, Score)> = steps.map(|step| (step, score(step))).collect();
    let all = scores.iter().take_while(|(_, score)| score.is_all()).last();
    let some = scores.iter().rposition(|(_, score)| score.met > 0);
    let none = scores.get(some.map_or(0, |last| last + 1));
    Edge {
        all: all.map_or(f64::NAN, |(step, _)| *step),
        none: none.map_or(f64::INFINITY, |(step, _)| *step),
    }
}

/// Whole multiples of a step, without the sum's rounding.
fn steps(from: i32, to: i32, size: f64) -> impl Iterator<Item = f64> {
    let count = (to - from).abs();
    (0..=count).map(move |n| f64::from(from + n * (to - from).signum()) * size)
}

/// The eight tones, the rows first.
pub fn tones() -> impl Iterator<Item = f32> {
    ROWS.into_iter().chain(COLUMNS)
}

/// How far one tone's frequency may be off, in percent; the other tone is exact. The digits with
/// tone `tone` of [`tones`] at -17 dBm0 a tone.
///
/// # Panics
/// When there is no such tone.
pub fn bandwidth(seed: u64, trials: usize, tone: usize, side: Side, listen: &mut Listen) -> Edge {
    assert!(tone < 8, "tone {tone}");
    edge(steps(0, 50, 0.1), |percent| {
        heard(seed, trials, listen, |n, _| {
            let (row, column) = match tone {
                0..4 => (tone, n % 4),
                _ => (n % 4, tone - 4),
            };
            let mut key = Key {
                dbm0: [-17.0; 2],
                ..Key::plain(KEYPAD[4 * row + column])
            };
            key.off[usize::from(tone >= 4)] = side.sign() * percent / 100.0;
            key
        })
    })
}

/// How many dB the high tone may be stronger, or weaker, than the low one; the stronger has
/// -10 dBm0.
pub fn twist(seed: u64, trials: usize, side: Side, listen: &mut Listen) -> Edge {
    edge(steps(0, 200, 0.1), |db| {
        heard(seed, trials, listen, |n, _| {
            nth(n).twisted(-10.0, side.sign() * db)
        })
    })
}

/// The levels of each tone in dBm0, downwards from 0: the first is the least that is heard.
pub fn weakest(seed: u64, trials: usize, listen: &mut Listen) -> Edge {
    edge(steps(0, -60, 1.0), |dbm0| {
        heard(seed, trials, listen, |n, _| Key {
            dbm0: [dbm0; 2],
            ..nth(n)
        })
    })
}

/// The greatest level of each tone in dBm0 that is heard, up to where a converter clips all.
pub fn strongest(seed: u64, trials: usize, listen: &mut Listen) -> f64 {
    edge(steps(-10, 3, 1.0), |dbm0| {
        heard(seed, trials, listen, |n, _| Key {
            dbm0: [dbm0; 2],
            ..nth(n)
        })
    })
    .all
}

/// The shortest digit that is heard, in ms, and the longest that is not.
pub fn length(seed: u64, trials: usize, listen: &mut Listen) -> Edge {
    edge(steps(60, 5, 1.0), |ms| {
        heard(seed, trials, listen, |n, _| Key {
            on: (8.0 * ms) as usize,
            ..nth(n)
        })
    })
}

/// The shortest pause, in ms, after which the same digit is told again, and the longest after which
/// it never is.
pub fn pause(seed: u64, trials: usize, listen: &mut Listen) -> Edge {
    edge(steps(60, 5, 1.0), |ms| {
        repeated(seed, trials, (8.0 * ms) as usize, listen)
    })
}

/// How many of the pairs of one digit, so many samples apart, are told as two.
pub fn repeated(seed: u64, trials: usize, pause: usize, listen: &mut Listen) -> Score {
    cases(seed, trials, listen, |n, random| {
        let key = Key { pause, ..nth(n) };
        Case::new(&[key; 2], Under::Silence, random)
    })
}

/// How many trains of eight bursts of one digit, `ms` long each and 20 to 60 ms apart, are not
/// taken for it.
pub fn bursts(seed: u64, trials: usize, ms: f64, listen: &mut Listen) -> Score {
    cases(seed, trials, listen, |n, random| {
        let key = Key {
            on: (8.0 * ms) as usize,
            pause: 160 + random.below(321),
            ..nth(n)
        };
        let case = Case::new(&[key; 8], Under::Silence, random);
        Case {
            digits: String::new(),
            accept: false,
            ..case
        }
    })
}

/// By how much what was told differs from what was played: absolute values, sorted.
#[derive(Clone, Debug, Default)]
pub struct Exactness {
    pub starts_ms: Vec<f64>,
    pub ends_ms: Vec<f64>,
    pub levels_db: Vec<f64>,
    pub twists_db: Vec<f64>,
    /// From a digit's first sample until it was told.
    pub latencies_ms: Vec<f64>,
    pub heard: Score,
}

/// Digits of 40 to 100 ms, at all levels and twists that must be accepted, in silence or in white
/// noise so many dB below both tones together.
pub fn exactness(
    seed: u64,
    trials: usize,
    snr_db: Option<f64>,
    listen: &mut Listen,
) -> Exactness {
    let mut exact = Exactness::default();
    for n in 0..trials {
        let random = &mut Random::for_case(seed, n as u64);
        let twist = random.uniform(-8.0, 4.0);
        let strongest = random.uniform(-25.0 + twist.abs(), 0.0);
        let key = Key {
            on: 320 + random.below(481),
            ..nth(n).twisted(strongest, twist)
        };
        let level = both_dbm0(&key);
        let under = snr_db.map_or(Under::Silence, |snr| Under::Noise(level - snr));
        let case = Case::new(&[key], under, random);
        let told = listen(&case.audio);
        exact.heard.add(case.is_met(&told));
        let (Some(told), true) = (told.first(), case.is_met(&told)) else {
            continue;
        };
        let begin = case.begins[0];
        exact.latencies_ms.push((told.at - begin) as f64 / 8.0);
        let Some(detail) = told.detail else {
            continue;
        };
        let ms = |told: f64, played: usize| (told - played as f64).abs() / 8.0;
        exact.starts_ms.push(ms(detail.start, begin));
        let end = detail.end.map(|end| ms(end, begin + key.on));
        exact.ends_ms.extend(end);
        exact.levels_db.push((detail.level_dbm0 - level).abs());
        exact.twists_db.push((detail.twist_db - twist).abs());
    }
    for values in [
        &mut exact.starts_ms,
        &mut exact.ends_ms,
        &mut exact.levels_db,
        &mut exact.twists_db,
        &mut exact.latencies_ms,
    ] {
        values.sort_by(f64::total_cmp);
    }
    exact
}

/// The level of both tones together.
pub fn both_dbm0(key: &Key) -> f64 {
    let powers = key.dbm0.map(|dbm0| 10f64.powf(dbm0 / 10.0));
    10.0 * powers.iter().sum::<f64>().log10()
}

/// The value below which this share of sorted ones lies; not a number when there are none.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = (sorted.len() as f64 * share) as usize;
    let value = sorted.get(at.min(sorted.len().saturating_sub(1)));
    value.copied().unwrap_or(f64::NAN)
}

fn nth(n: usize) -> Key {
    Key::plain(Digit::ALL[n % 16])
}

fn heard(
    seed: u64,
    trials: usize,
    listen: &mut Listen,
    mut key: impl FnMut(usize, &mut Random) -> Key,
) -> Score {
    cases(seed, trials, listen, |n, random| {
        let key = key(n, random);
        Case::new(&[key], Under::Silence, random)
    })
}

fn cases(
    seed: u64,
    trials: usize,
    listen: &mut Listen,
    mut make: impl FnMut(usize, &mut Random) -> Case,
) -> Score {
    let mut score = Score::default();
    for n in 0..trials {
        let case = make(n, &mut Random::for_case(seed, n as u64));
        score.add(case.is_met(&listen(&case.audio)));
    }
    score
}
