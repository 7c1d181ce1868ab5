//! Trials of call-progress tones, and their score.
//!
//! What: a trial is one tone of one network as an exchange plays it, strayed in level, twist,
//! frequency and cadence, in white noise, through a law, from a random moment on. It is labelled
//! by whether it lies in the region in which a detector must find it.
//!
//! How: three trials in five are of North America's dial tone, busy, reorder, ringback and
//! special information tones, in turn; the others go through every tone of every network that
//! has a table. Each impairment is drawn on its own, in most trials within the region. An
//! exchange strays in all frequencies and all lengths alike, or in each on its own.
//!
//! Limits: the must-detect region is 0 to -35 dBm0 a tone, 6 dB of twist, 2 % in frequency, 15 %
//! in each length, 10 dB of signal (all frequencies of the weakest burst) over noise (0 to 4 kHz). ITU-T
//! E.180 keeps exchanges within 1 to 2 % and 10 %. Beyond it: to 3 dBm0 and -42 dBm0, 10 dB,
//! 3.5 %, 22 %, 3 dB of signal to noise.

use crate::random::Random;
use dsp::{
    g711,
    level::sine_peak,
    plan::{Burst, ToneDef, TonePlan},
    tone_gen::ToneGen,
};
use std::{collections::BTreeMap, fmt};
use types::{frame::Law, tone::Tone};

/// How many trials the comparison with others runs.
pub const FULL: usize = 1800;

/// One tone of one network, and what the line does to it.
#[derive(Clone, PartialEq, Debug)]
pub struct Trial {
    /// The network's name in the tables.
    pub country: &'static str,
    /// The tone as it is played: frequencies, lengths and levels have strayed.
    pub played: ToneDef,
    /// What it may be told as: the tone, and any other of the plan that comes as close.
    pub right: Vec<Tone>,
    pub strain: Strain,
    /// Whether a detector must find it.
    pub must: bool,
    law: Law,
    seed: u64,
}

/// How far a trial lies from the tone of the table.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Strain {
    /// Of the strongest frequency in the strongest burst.
    pub level_dbm0: f32,
    /// How much weaker the weakest burst is.
    pub step_db: f32,
    /// The last frequency less the first, in dB.
    pub twist_db: f32,
    /// Of all frequencies together.
    pub total_dbm0: f32,
    /// Of all frequencies in the weakest burst over white noise.
    pub snr_db: Option<f32>,
    /// The largest share by which a frequency and a length are wrong.
    pub hz: f32,
    pub time: f32,
}

/// What a detector told of a trial.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Told {
    pub tone: Tone,
    /// Samples it had consumed by then.
    pub sample: usize,
}

/// A trial that was not told right.
#[derive(Clone, PartialEq, Debug)]
pub struct Missed {
    /// Its place in the suite.
    pub at: usize,
    pub trial: Trial,
    pub told: Vec<Told>,
}

/// The marks of one kind of trial.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Mark {
    pub trials: usize,
    /// Told as what they are, and as nothing else.
    pub right: usize,
    /// Told as something that they are not, at any time.
    pub wrong: usize,
    /// Milliseconds from the tone's beginning to the first right word, ascending.
    pub latencies: Vec<f32>,
}

/// The marks by what was played.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Score {
    /// Inside the must-detect region.
    pub must: BTreeMap<Class, Mark>,
    /// Outside.
    pub beyond: BTreeMap<Class, Mark>,
    /// The trials that were missed or mistaken.
    pub missed: Vec<Missed>,
}

/// What marks are gathered by: North America's tones by name, other networks' together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Class {
    Dial,
    Busy,
    Reorder,
    Ringback,
    Sit,
    /// Any other of North America's.
    Other,
    /// Every tone of another network.
    World,
}

const MAIN: [Class; 5] = [
    Class::Dial,
    Class::Busy,
    Class::Reorder,
    Class::Ringback,
    Class::Sit,
];

/// The must-detect region.
const MUST_LEVEL: std::ops::RangeInclusive<f32> = -35.0..=0.0;
const MUST_TWIST: f32 = 6.0;
/// Of all frequencies: two of 0 dBm0. More is beyond the laws' full load.
const MUST_TOTAL: f32 = 3.1;
const MUST_SNR: f32 = 10.0;
const MUST_HZ: f32 = 0.02;
const MUST_TIME: f32 = 0.15;

/// Frequencies that sound together don't stray towards each other beyond this.
const NEAREST_HZ: f32 = 24.0;

/// How many of all draws of one impairment lie inside.
const INSIDE: f64 = 0.95;

/// The silence before a tone, with the noise of the line, in samples.
const BEFORE: std::ops::Range<usize> = 1600..4000;

/// A suite of so many trials. The same seed gives the same samples.
pub fn trials(seed: u64, size: usize) -> Vec<Trial> {
    let plans: Vec<(&'static str, TonePlan)> = tonetables::codes()
        .map(|code| {
            (
                code,
                tonetables::load(code).expect("a built-in table").tones,
            )
        })
        .collect();
    let home = plans
        .iter()
        .position(|(code, _)| *code == "us")
        .expect("North America");
    let world: Vec<(usize, usize)> = (0..plans.len())
        .flat_map(|at| (0..plans[at].1.tones.len()).map(move |tone| (at, tone)))
        .filter(|&(at, tone)| plans[at].1.tones[tone].same_as.is_none())
        .collect();
    let trial = |n: usize| {
        let (at, tone) = match n % 5 {
            0..3 => (home, main_tone(&plans[home].1, n / 5 * 3 + n % 5)),
            _ => world[(n / 5 * 2 + n % 5 - 3 + seed as usize) % world.len()],
        };
        let mut rng = Random::for_case(seed, n as u64);
        Trial::draw(&mut rng, plans[at].0, &plans[at].1, tone)
    };
    (0..size).map(trial).collect()
}

/// The place of the tone whose turn it is: five classes, and within them each form.
fn main_tone(plan: &TonePlan, turn: usize) -> usize {
    let class = MAIN[turn % MAIN.len()];
    let of_class: Vec<usize> = (0..plan.tones.len())
        .filter(|&at| class_of("us", plan.tones[at].tone) == class)
        .collect();
    of_class[turn / MAIN.len() % of_class.len()]
}

fn class_of(country: &str, tone: Tone) -> Class {
    match tone {
        _ if country != "us" => Class::World,
        Tone::Dial => Class::Dial,
        Tone::Busy => Class::Busy,
        Tone::Reorder => Class::Reorder,
        Tone::Ringback => Class::Ringback,
        Tone::Sit(_) => Class::Sit,
        _ => Class::Other,
    }
}

impl Trial {
    fn draw(rng: &mut Random, country: &'static str, plan: &TonePlan, tone: usize) -> Trial {
        let nominal = &plan.tones[tone];
        let (mut played, mut strain) = stray(rng, nominal);
        set_levels(rng, &mut played, &mut strain);
        strain.snr_db = match rng.chance(INSIDE) {
            true => *rng.choose(&[None, Some(30.0), Some(20.0), Some(15.0), Some(10.0)]),
            false => Some(*rng.choose(&[8.0, 6.0, 3.0])),
        };
        let mut trial = Trial {
            country,
            right: right_for(plan, &played, nominal.tone),
            must: false,
            played,
            strain,
            law: *rng.choose(&[Law::Mu, Law::A]),
            seed: rng.next_u64(),
        };
        trial.strain.total_dbm0 = trial.total_dbm0();
        trial.must = trial.strain.must();
        trial
    }

    pub fn class(&self) -> Class {
        class_of(self.country, self.right[0])
    }

    /// When the tone begins, in samples.
    pub fn start(&self) -> usize {
        BEFORE.start + Random::new(self.seed).below(BEFORE.len())
    }

    /// What the line brings.
    pub fn audio(&self) -> Vec<i16> {
        let mut rng = Random::new(self.seed);
        let start = BEFORE.start + rng.below(BEFORE.len());
        let mut audio = vec![0; start + self.length()];
        self.play(&mut audio[start..]);
        if let Some(snr) = self.strain.snr_db {
            let weakest = self.total_dbm0() - self.strain.step_db;
            add_noise(&mut rng, &mut audio, weakest - snr);
        }
        let mut octets = vec![0; audio.len()];
        g711::encode(self.law, &audio, &mut octets);
        g711::decode(self.law, &octets, &mut audio);
        audio
    }

    /// Each frequency with a generator of its own, which gives it a level of its own.
    fn play(&self, audio: &mut [i16]) {
        let most = self
            .played
            .bursts
            .iter()
            .map(|burst| burst.freqs().len())
            .max();
        let mut sum = vec![0f32; audio.len()];
        for at in 0..most.unwrap_or(0) {
            let mut part = vec![0; audio.len()];
            ToneGen::new(&self.alone(at)).fill(&mut part);
            for (sum, part) in sum.iter_mut().zip(part) {
                *sum += f32::from(part);
            }
        }
        for (sample, sum) in audio.iter_mut().zip(sum) {
            *sample = sum.round() as i16;
        }
    }

    /// The tone with only one of each burst's frequencies, at its own level.
    fn alone(&self, at: usize) -> ToneDef {
        let mut def = self.played.clone();
        for burst in &mut def.bursts {
            let count = burst.freqs().len();
            let hz = burst
                .freqs()
                .get(at)
                .map(std::slice::from_ref)
                .unwrap_or(&[]);
            let weaker = self.strain.level_dbm0 - burst.level_dbm0;
            let level = self.level_of(at, count) - weaker;
            *burst = remade(burst, hz, level, burst.on_ms, burst.off_ms);
        }
        def
    }

    fn level_of(&self, at: usize, count: usize) -> f32 {
        let twist = self.strain.twist_db;
        let share = if count > 1 {
            at as f32 / (count - 1) as f32
        } else {
            0.0
        };
        let weakness = if twist < 0.0 {
            -twist * share
        } else {
            twist * (1.0 - share)
        };
        self.strain.level_dbm0 - if count > 1 { weakness } else { 0.0 }
    }

    fn total_dbm0(&self) -> f32 {
        let count = self.played.bursts[0].freqs().len();
        let powers = (0..count).map(|at| 10f32.powf(self.level_of(at, count) / 10.0));
        10.0 * powers.sum::<f32>().log10()
    }

    /// Two cycles and a half of a cadence, two seconds at least.
    fn length(&self) -> usize {
        let cycle: u32 = self.played.bursts.iter().map(|b| b.on_ms + b.off_ms).sum();
        let ms = match self.played.bursts.iter().any(|burst| burst.on_ms == 0) {
            true => cycle + 4000,
            false if self.played.repeat => (cycle * 5 / 2).max(2000),
            false => cycle + 1000,
        };
        ms as usize * 8
    }
}

impl Strain {
    fn must(&self) -> bool {
        let weakest = self.level_dbm0 - self.twist_db.abs() - self.step_db;
        MUST_LEVEL.contains(&self.level_dbm0)
            && MUST_LEVEL.contains(&weakest)
            && self.total_dbm0 <= MUST_TOTAL
            && self.twist_db.abs() <= MUST_TWIST
            && self.snr_db.is_none_or(|snr| snr >= MUST_SNR)
            && self.hz <= MUST_HZ + 1e-5
            && self.time <= MUST_TIME + 1e-5
    }
}

/// Draws the errors of frequencies and lengths.
fn stray(rng: &mut Random, nominal: &ToneDef) -> (ToneDef, Strain) {
    let hz = match rng.chance(INSIDE) {
        true => *rng.choose(&[0.0, 0.01, MUST_HZ]),
        false => *rng.choose(&[0.025, 0.03, 0.035]),
    };
    let time = match rng.chance(INSIDE) {
        true => *rng.choose(&[0.0, 0.05, 0.10, MUST_TIME]),
        false => *rng.choose(&[0.18, 0.22]),
    };
    let mut hz_errors = Errors::new(rng, hz);
    // One generator makes a frequency in all bursts.
    let mut generators: Vec<(f32, f32)> = Vec::new();
    let mut time_errors = Errors::new(rng, time);
    let mut played = nominal.clone();
    for burst in &mut played.bursts {
        let mut strayed = |hz: f32, rng: &mut Random| {
            if let Some((_, strayed)) = generators.iter().find(|(of, _)| *of == hz) {
                return *strayed;
            }
            generators.push((hz, hz * hz_errors.next(rng)));
            generators[generators.len() - 1].1
        };
        let mut freqs: Vec<f32> = burst.freqs().iter().map(|&f| strayed(f, rng)).collect();
        if freqs.windows(2).any(|pair| pair[1] - pair[0] < NEAREST_HZ) {
            // They would no longer be two to hear.
            freqs = burst.freqs().iter().map(|f| f * (1.0 - hz)).collect();
        }
        let on_ms = (burst.on_ms as f32 * time_errors.next(rng)).round() as u32;
        let off_ms = (burst.off_ms as f32 * time_errors.next(rng)).round() as u32;
        *burst = remade(burst, &freqs, burst.level_dbm0, on_ms, off_ms);
    }
    let strain = Strain {
        level_dbm0: 0.0,
        step_db: 0.0,
        twist_db: 0.0,
        total_dbm0: 0.0,
        snr_db: None,
        hz,
        time,
    };
    (played, strain)
}

/// A burst of the same modulation.
fn remade(burst: &Burst, freqs: &[f32], level_dbm0: f32, on_ms: u32, off_ms: u32) -> Burst {
    let mut remade = Burst::new(freqs, level_dbm0, on_ms, off_ms);
    remade.modulation = burst.modulation;
    remade
}

/// Factors that stray by one share: all to the same side, or each to a side of its own.
struct Errors {
    share: f32,
    alike: Option<f32>,
}

impl Errors {
    fn new(rng: &mut Random, share: f32) -> Errors {
        let side = *rng.choose(&[-1.0, 1.0]);
        let alike = rng.chance(0.5);
        Errors {
            share,
            alike: alike.then_some(1.0 + side * share),
        }
    }

    fn next(&mut self, rng: &mut Random) -> f32 {
        let side = *rng.choose(&[-1.0, 1.0]);
        self.alike.unwrap_or(1.0 + side * self.share)
    }
}

/// Draws the level, and the twist, which only two frequencies and more can have. Bursts keep the
/// steps between them.
fn set_levels(rng: &mut Random, played: &mut ToneDef, strain: &mut Strain) {
    let levels = || played.bursts.iter().map(|burst| burst.level_dbm0);
    let strongest = levels().fold(f32::MIN, f32::max);
    let step = strongest - levels().fold(f32::MAX, f32::min);
    let pair = played.bursts.iter().any(|burst| burst.freqs().len() > 1);
    let most = if rng.chance(INSIDE) { MUST_TWIST } else { 10.0 };
    let twist = if pair { between(rng, -most, most) } else { 0.0 };
    let level = match rng.chance(INSIDE) {
        true => between(
            rng,
            MUST_LEVEL.start() + twist.abs() + step,
            *MUST_LEVEL.end(),
        ),
        false if rng.chance(0.25) => between(rng, 0.0, 3.0),
        false => between(rng, -42.0, -35.0),
    };
    for burst in &mut played.bursts {
        burst.level_dbm0 += level - strongest;
    }
    strain.level_dbm0 = level;
    strain.step_db = step;
    strain.twist_db = twist;
}

/// The tone, then all others of the plan in whose region this lies as well: nobody could say
/// which of them it is.
fn right_for(plan: &TonePlan, played: &ToneDef, tone: Tone) -> Vec<Tone> {
    let mut right = vec![tone];
    for def in &plan.tones {
        if def.tone != tone && (within(played, def) || within_sequence(played, def)) {
            right.push(def.tone);
        }
    }
    right
}

/// Whether each pair of what is played lies in the other's region, from any burst on.
fn within(played: &ToneDef, other: &ToneDef) -> bool {
    let (a, b) = (&played.bursts, &other.bursts);
    if !played.repeat || !other.repeat || b.is_empty() {
        return false;
    }
    (0..b.len()).any(|from| {
        let pair = |i: usize| (&a[i % a.len()], &b[(from + i) % b.len()]);
        let louder = |i: usize| pair(i).0.level_dbm0 - pair(i).1.level_dbm0;
        (0..a.len() * b.len())
            .all(|i| near(pair(i).0, pair(i).1) && (louder(i) - louder(0)).abs() < 1.0)
    })
}

fn within_sequence(played: &ToneDef, other: &ToneDef) -> bool {
    let (a, b) = (&played.bursts, &other.bursts);
    !played.repeat
        && !other.repeat
        && a.len() == b.len()
        && a.iter().zip(b).all(|(a, b)| near(a, b))
}

fn near(a: &Burst, b: &Burst) -> bool {
    let share = |x: f32, y: f32, most: f32| (x - y).abs() <= most * y + 1e-3;
    a.freqs().len() == b.freqs().len()
        && a.modulation == b.modulation
        && a.freqs()
            .iter()
            .zip(b.freqs())
            .all(|(x, y)| share(*x, *y, MUST_HZ))
        && share(a.on_ms as f32, b.on_ms as f32, MUST_TIME)
        && share(a.off_ms as f32, b.off_ms as f32, MUST_TIME)
}

impl Score {
    /// Runs `detector` over the trials: it is given the trial and its audio and tells what it
    /// heard, in order. Which words count as right is for `same` to say: a detector may not know
    /// every kind.
    pub fn of(
        trials: &[Trial],
        mut detector: impl FnMut(&Trial, &[i16]) -> Vec<Told>,
        same: impl Fn(Tone, Tone) -> bool,
    ) -> Score {
        let mut score = Score::default();
        for (at, trial) in trials.iter().enumerate() {
            let told = detector(trial, &trial.audio());
            let right = |told: &&Told| trial.right.iter().any(|&tone| same(tone, told.tone));
            let first = told.iter().find(right);
            let wrong = told.iter().any(|told| !right(&told));
            let marks = if trial.must {
                &mut score.must
            } else {
                &mut score.beyond
            };
            let mark = marks.entry(trial.class()).or_default();
            mark.trials += 1;
            mark.wrong += usize::from(wrong);
            if let (Some(first), false) = (first, wrong) {
                mark.right += 1;
                let late = first.sample.saturating_sub(trial.start());
                mark.latencies.push(late as f32 / 8.0);
            } else {
                let trial = trial.clone();
                score.missed.push(Missed { at, trial, told });
            }
        }
        let marks = score.must.values_mut().chain(score.beyond.values_mut());
        marks.for_each(|mark| mark.latencies.sort_by(f32::total_cmp));
        score
    }
}

/// The marks a line each, then what was missed of that which must be found.
impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for (region, marks) in [("must", &self.must), ("beyond", &self.beyond)] {
            for (class, mark) in marks {
                writeln!(f, "{region:6} {class:?}: {mark}")?;
            }
        }
        let must = |missed: &&Missed| missed.trial.must;
        self.missed.iter().filter(must).try_for_each(|missed| {
            let Missed { at, trial, told } = missed;
            writeln!(f, "trial {at}: {trial}")?;
            let told = told.iter().map(|t| (t.tone, t.sample / 8));
            writeln!(f, "    told (ms): {:?}", told.collect::<Vec<_>>())
        })
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} of {}, {} wrong", self.right, self.trials, self.wrong)?;
        match self.median_ms() {
            Some(ms) => write!(f, ", median {ms:.1} ms"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} {:?}", self.country, self.right[0])?;
        for burst in &self.played.bursts {
            let by = burst
                .modulation
                .map_or(String::new(), |hz| format!("x{hz}"));
            let (hz, on, off) = (burst.freqs(), burst.on_ms, burst.off_ms);
            write!(f, ", {hz:.1?}{by} Hz on {on} off {off} ms")?;
        }
        let Strain {
            level_dbm0,
            twist_db,
            snr_db,
            hz,
            time,
            ..
        } = self.strain;
        write!(f, "; {level_dbm0:.1} dBm0, twist {twist_db:.1} dB, ")?;
        match snr_db {
            Some(db) => write!(f, "signal to noise {db} dB")?,
            None => write!(f, "no noise")?,
        }
        write!(f, ", frequency {hz}, cadence {time}, seed {:#x}", self.seed)
    }
}

impl Mark {
    /// The marks of several kinds together.
    pub fn sum<'a>(marks: impl IntoIterator<Item = &'a Mark>) -> Mark {
        let mut sum = Mark::default();
        for mark in marks {
            sum.trials += mark.trials;
            sum.right += mark.right;
            sum.wrong += mark.wrong;
            sum.latencies.extend(&mark.latencies);
        }
        sum.latencies.sort_by(f32::total_cmp);
        sum
    }

    /// The share told right.
    pub fn share(&self) -> f32 {
        self.right as f32 / self.trials.max(1) as f32
    }

    /// The median time to the first right word in milliseconds; `None` when there was none.
    pub fn median_ms(&self) -> Option<f32> {
        self.latencies.get(self.latencies.len() / 2).copied()
    }
}

fn between(rng: &mut Random, from: f32, to: f32) -> f32 {
    rng.uniform(f64::from(from), f64::from(to)) as f32
}

fn add_noise(rng: &mut Random, samples: &mut [i16], dbm0: f32) {
    let rms = sine_peak(dbm0) / std::f32::consts::SQRT_2;
    for sample in samples {
        *sample = (f32::from(*sample) + rms * rng.normal() as f32).round() as i16;
    }
}
