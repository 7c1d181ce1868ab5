//! A detector's marks on the set: what it found, when, and what it called third without one.

use super::{
    call::{ALONE, Call, JOINED, Kind, drawn_kind},
    corpus::Corpus,
};
use dsp::{
    data::DataSignals,
    dtmf::{Dtmf, DtmfEvent, Profile},
    plan::TonePlan,
    progress::Progress,
    three_way::Facts,
};
use types::{
    frame::{FRAME, FRAME_TICKS, Samples},
    tick::Tick,
};

/// After this many seconds from the joining, finding is too late.
const FOUND_WITHIN: f32 = 30.0;

/// Two reports within so many seconds are one.
const SAME: f32 = 60.0;

/// A call's frames with what the other detectors say of them, as a line listens to its trunk.
pub fn listen(call: &Call, plan: &TonePlan, mut take: impl FnMut(&Samples, &Samples, Tick, Facts)) {
    let mut dtmf = Dtmf::new(Profile::Talk);
    let mut progress = Progress::new(plan);
    let mut data = DataSignals::new();
    let mut digit = false;
    let mut at = Tick::ZERO;
    let frames = call
        .phone
        .chunks_exact(FRAME)
        .zip(call.trunk.chunks_exact(FRAME));
    for (phone, trunk) in frames {
        let phone: &Samples = phone.try_into().expect("a frame");
        let trunk: &Samples = trunk.try_into().expect("a frame");
        let keyed = dtmf.process(trunk, at);
        let heard = progress.process(trunk, at);
        let signals = data.process(trunk, at);
        for event in &keyed.events {
            digit = matches!(event, DtmfEvent::Start { .. });
        }
        let facts = Facts::of(&heard, &keyed, &signals, digit);
        take(phone, trunk, at, facts);
        at += FRAME_TICKS;
    }
}

/// A call's score over time: the tick and the score at each half second that it changed.
#[derive(Clone, Debug)]
pub struct Scored {
    pub kind: Kind,
    pub seed: u64,
    pub hours: f32,
    /// Seconds.
    pub third: Option<(f32, f32)>,
    /// As [`Call::hidden`].
    pub hidden: bool,
    /// Seconds and score, where it changed.
    pub scores: Vec<(f32, f32)>,
}

impl Scored {
    pub fn new(call: &Call, seed: u64) -> Scored {
        let seconds = |at: usize| at as f32 / 8000.0;
        Scored {
            kind: call.kind,
            seed,
            hours: seconds(call.trunk.len()) / 3600.0,
            third: call
                .third
                .map(|(left, joined)| (seconds(left), seconds(joined))),
            hidden: call.hidden,
            scores: Vec::new(),
        }
    }

    pub fn add(&mut self, at: Tick, score: f32) {
        if self.scores.last().is_none_or(|last| last.1 != score) {
            self.scores.push((at.0 as f32 / 8000.0, score));
        }
    }

    /// Seconds from the joining until the score reached the threshold; `None` when it did not in
    /// time. Negative: while the far end was still away.
    pub fn found(&self, threshold: f32) -> Option<f32> {
        let (left, joined) = self.third?;
        let in_time = |at: f32| at >= left && at <= joined + FOUND_WITHIN;
        let mut reached = self
            .scores
            .iter()
            .filter(|(at, score)| in_time(*at) && *score >= threshold);
        reached.next().map(|(at, _)| at - joined)
    }

    /// How often the threshold was reached where nothing happened.
    pub fn false_alarms(&self, threshold: f32) -> usize {
        let left = self.third.map_or(f32::MAX, |(left, _)| left);
        let (mut count, mut last) = (0, f32::MIN);
        for (at, score) in &self.scores {
            if *score >= threshold && *at < left {
                count += usize::from(*at - last > SAME);
                last = *at;
            }
        }
        count
    }
}

/// A detector that is started anew for each call; it tells the score after each frame.
pub trait Listener {
    fn frame(&mut self, phone: &Samples, trunk: &Samples, at: Tick, facts: Facts) -> f32;
}

/// Calls `first..first + count` of the part: with a third party or without.
pub fn run<L: Listener>(
    corpus: &Corpus,
    plan: &TonePlan,
    joined: bool,
    seeds: std::ops::Range<u64>,
    start: impl Fn() -> L,
) -> Vec<Scored> {
    let of: &[(Kind, f32)] = if joined { &JOINED } else { &ALONE };
    seeds
        .map(|seed| one(corpus, plan, of, seed, start()))
        .collect()
}

/// The long form: so many calls with a third party, and so many hours without.
pub fn run_hours<L: Listener>(
    corpus: &Corpus,
    plan: &TonePlan,
    (joined, hours): (u64, f32),
    seed: u64,
    start: impl Fn() -> L,
) -> Vec<Scored> {
    let mut scored = run(corpus, plan, true, seed..seed + joined, &start);
    let (mut run, mut seed) = (0.0, seed);
    while run < hours {
        let call = one(corpus, plan, &ALONE, seed, start());
        run += call.hours;
        seed += 1;
        scored.push(call);
    }
    scored
}

fn one(
    corpus: &Corpus,
    plan: &TonePlan,
    of: &[(Kind, f32)],
    seed: u64,
    mut listener: impl Listener,
) -> Scored {
    let call = Call::new(corpus, drawn_kind(corpus.part, of, seed), seed);
    let mut scored = Scored::new(&call, seed);
    listen(&call, plan, |phone, trunk, at, facts| {
        let score = listener.frame(phone, trunk, at, facts);
        scored.add(at, score);
    });
    scored
}

/// A point of the operating curve.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    pub threshold: f32,
    /// Of the calls with a third party, the share that was found in time.
    pub found: f32,
    pub false_alarms_an_hour: f32,
    /// Seconds from the joining, half of what was found earlier.
    pub latency: f32,
}

/// The marks at this threshold.
pub fn point(scored: &[Scored], threshold: f32) -> Point {
    let events: Vec<&Scored> = scored.iter().filter(|s| s.third.is_some()).collect();
    let mut after: Vec<f32> = events.iter().filter_map(|s| s.found(threshold)).collect();
    after.sort_by(f32::total_cmp);
    let alone = || scored.iter().filter(|s| s.third.is_none());
    let hours: f32 = alone().map(|s| s.hours).sum();
    let alarms: usize = alone().map(|s| s.false_alarms(threshold)).sum();
    Point {
        threshold,
        found: after.len() as f32 / events.len().max(1) as f32,
        false_alarms_an_hour: alarms as f32 / hours.max(1e-6),
        latency: after.get(after.len() / 2).copied().unwrap_or(f32::NAN),
    }
}
