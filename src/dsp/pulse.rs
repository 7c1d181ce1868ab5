//! Pulse digits of a far end's dial, heard as clicks.
//!
//! What: tells the digits that a called party dials with a rotary or pulsing telephone while the
//! connection stands: each break and each make of the loop arrives as a click.
//!
//! How: clicks ([`crate::click`]) are kept until none came for 220 ms. Then the two combs that explain
//! them best are looked for: breaks one period apart, makes at a constant part of the period after
//! them; either may have gaps, as contacts and networks swallow clicks. The period
//! must be one of a dial, what is left over must be little, and before, after and between the
//! clicks nothing may be that is as loud. Clicks of the dial's own rest contact beside the
//! train are left over.
//!
//! Limits: 8 to 12 and 18 to 22 pulses a second (ITU-T Q.23 leaves pulsing to the countries: 10 pps in
//! nearly all, 20 in some), break 50 to 75 % of the period, clicks from -35 dBm0 that stand
//! 11 dB out of noise and echo; under -45 dBm0 none is certain. While we speak ourselves it listens
//! behind the filter of an echo canceller, before its suppressor
//! ([`crate::echo::Canceller::filtered`]): with the whole echo it tells some 60 % of the digits instead
//! of 97 %, behind the suppressor as well 1 to 2 % fewer. A digit is told 220 ms after its last click.
//! A digit 1 is one pair of clicks, which a knock can be too: its confidence stays below
//! [`CERTAIN`], and whoever asks for a digit to accept a call asks for one of several pulses.

use crate::click::{Click, Clicks};
use arrayvec::ArrayVec;
use types::{
    digits::Digit,
    frame::{FRAME_TICKS, Samples},
    tick::{Tick, Ticks},
};

/// A digit that was dialed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PulseEvent {
    /// Ten pulses are 0.
    pub digit: Digit,
    /// First and last click of the train.
    pub start: Tick,
    pub end: Tick,
    /// 0 to 1; the part of the expected clicks that were heard, and how evenly.
    pub confidence: f32,
}

/// What a digit's confidence must reach before it counts as an answer to a question.
pub const CERTAIN: f32 = 0.6;

/// The detector. One a leg.
#[derive(Clone, Debug)]
pub struct PulseDigits {
    clicks: Clicks,
    train: ArrayVec<Click, TRAIN>,
}

/// The most clicks that are looked at together: ten pulses, the rest contact and a few more.
const TRAIN: usize = 32;

/// A train is over when no click came for this long.
const OVER: Ticks = Ticks::ms(220);

impl Default for PulseDigits {
    fn default() -> PulseDigits {
        PulseDigits::new()
    }
}

impl PulseDigits {
    pub fn new() -> PulseDigits {
        PulseDigits {
            clicks: Clicks::new(),
            train: ArrayVec::new(),
        }
    }

    pub fn process(&mut self, samples: &Samples, at: Tick) -> ArrayVec<PulseEvent, 1> {
        for click in self.clicks.process(samples, at) {
            if self.train.is_full() {
                // Rattling, no dial.
                self.train.clear();
            }
            self.train.push(click);
        }
        let over = |last: &Click| (at + FRAME_TICKS).since(last.at) >= OVER;
        let mut events = ArrayVec::new();
        if self.train.last().is_some_and(over) {
            events.extend(Combs::of(&self.train).and_then(|combs| combs.digit()));
            self.train.clear();
        }
        events
    }

    /// What was before is no part of a digit any more.
    pub fn lost(&mut self, samples: u32) {
        if samples > 0 {
            self.clicks.lost(samples);
            self.train.clear();
        }
    }

    pub fn reset(&mut self) {
        self.clicks.reset();
        self.train.clear();
    }
}

/// Breaks and makes, as far as they were heard.
#[derive(Clone, Copy, Debug)]
struct Combs {
    start: Tick,
    end: Tick,
    pulses: u8,
    heard: u8,
    /// Clicks heard, less those missing and those left over.
    score: f32,
    /// Clicks that are left over, inside and outside.
    stray: [u8; 2],
    /// Mean distance of a comb's levels from their mean.
    uneven_db: f32,
    /// How far the clicks stand out of what is before them, and how loud they are, on average.
    rise_db: f32,
    level_dbm0: f32,
}

/// Periods in ms.
const PERIODS: [(f32, f32); 2] = [(80.0, 128.0), (44.0, 57.0)];

/// The part of a period that the loop is open.
const BREAK: (f32, f32) = (0.46, 0.78);
const MEAN_BREAK: f32 = 0.61;

/// How far a click may be from where the one before it puts it, in ms and of a period.
const JITTER_MS: f32 = 3.5;
const JITTER: f32 = 0.04;

/// The same for a click at an edge whose fellow is missing.
const EDGE_MS: f32 = 3.0;

/// What a click that is missing costs, one that is left over inside and one outside.
const MISSING: f32 = 0.5;
const INSIDE: f32 = 0.8;
const OUTSIDE: f32 = 0.25;

/// The most pulses of a digit.
const PULSES: usize = 10;

impl Combs {
    /// The combs that explain the clicks best.
    fn of(train: &[Click]) -> Option<Combs> {
        let first = train.first()?.at;
        let mut times: ArrayVec<f32, TRAIN> = ArrayVec::new();
        times.extend(
            train
                .iter()
                .map(|click| click.at.since(first).0 as f32 / 8.0),
        );
        let mut best: Option<Combs> = None;
        let mut keep = |combs: Combs| {
            if best.is_none_or(|b| combs.score > b.score) {
                best = Some(combs);
            }
        };
        for from in 0..times.len() {
            for to in from + 1..times.len() {
                let apart = times[to] - times[from];
                if PERIODS.iter().any(|p| (p.0..=p.1).contains(&apart)) {
                    Combs::with(train, &times, from, apart, &mut keep);
                }
                for (least, most) in PERIODS {
                    // One pulse has no period: its break must be some dial's.
                    if (least * BREAK.0..=most * BREAK.1).contains(&apart) {
                        let period = (apart / MEAN_BREAK).clamp(least, most);
                        Combs::with(train, &times, from, period, &mut keep);
                    }
                }
            }
        }
        best
    }

    /// The combs of this period whose first break is click `from`.
    fn with(
        train: &[Click],
        times: &[f32],
        from: usize,
        period: f32,
        keep: &mut impl FnMut(Combs),
    ) {
        for make in from + 1..times.len() {
            let open = (times[make] - times[from]) / period;
            if open > BREAK.1 {
                break;
            }
            if open >= BREAK.0 {
                let mut comb = Comb::along(times, period, [Some(from), Some(make)], open);
                comb.settle_edges(train, times, period, open);
                keep(comb.judge(train, times));
            }
        }
        keep(Comb::along(times, period, [Some(from), None], 0.0).judge(train, times));
    }

    fn digit(&self) -> Option<PulseEvent> {
        /// What one pair of clicks is worth at most.
        const ONE: f32 = 0.4;
        /// A train so long needs only half of its clicks, and is worth more.
        const LONG: usize = 5;
        const MORE: f32 = 0.1;
        /// A contact stands out so far. The pulses of a low voice, as even as a fast dial, and the beats
        /// of music stand out less.
        const STANDS_OUT_DB: f32 = 10.5;
        /// What an echo canceller leaves of our own words clicks as softly; a dial behind the longest line
        /// is 10 dB above.
        const FAINT_DBM0: f32 = -45.0;
        let expected = 2.0 * f32::from(self.pulses);
        let fits = (self.score / expected).max(0.0);
        let even = 1.0 - (self.uneven_db / 12.0).min(0.5);
        let (heard, pulses) = (usize::from(self.heard), usize::from(self.pulses));
        let enough = heard >= 2 && (heard > pulses || pulses >= LONG - 1);
        let [inside, outside] = self.stray;
        // The dial's rest contact clicks once before and once after.
        let alone = outside <= 2 && (inside == 0 || pulses >= LONG - 1);
        let mut confidence = fits.sqrt() * even;
        if pulses >= LONG && inside == 0 {
            confidence = (confidence + MORE).min(1.0);
        }
        if pulses == 1 || (pulses < LONG && !alone) {
            confidence = confidence.min(ONE);
        }
        if self.level_dbm0 < FAINT_DBM0 {
            confidence = confidence.min(ONE);
        }
        if self.rise_db < STANDS_OUT_DB {
            confidence = confidence.min(CERTAIN * self.rise_db / STANDS_OUT_DB);
        }
        enough.then_some(PulseEvent {
            digit: Digit::decimal(self.pulses % 10)?,
            start: self.start,
            end: self.end,
            confidence,
        })
    }
}

/// Which click is the break and the make of each pulse.
#[derive(Clone, Debug)]
struct Comb {
    pulses: ArrayVec<[Option<usize>; 2], PULSES>,
}

impl Comb {
    /// Follows the train pulse by pulse; each is where the one before puts it.
    fn along(times: &[f32], period: f32, first: [Option<usize>; 2], open: f32) -> Comb {
        let jitter = JITTER_MS + JITTER * period;
        let near = |expected: f32| {
            let off = |at: &usize| (times[*at] - expected).abs();
            let closest = (0..times.len()).min_by(|a, b| off(a).total_cmp(&off(b)));
            closest.filter(|at| off(at) <= jitter)
        };
        let mut comb = Comb {
            pulses: ArrayVec::new(),
        };
        comb.pulses.push(first);
        let at = |index: Option<usize>| index.map(|index| times[index]);
        let mut last = at(first[0]).unwrap_or(0.0);
        let mut missed = 0;
        while !comb.pulses.is_full() && missed < 2 {
            let expected = last + period;
            let found = near(expected);
            let make = if open > 0.0 {
                near(at(found).unwrap_or(expected) + open * period)
            } else {
                None
            };
            missed = if found.is_none() && make.is_none() {
                missed + 1
            } else {
                0
            };
            // Half of what was off is the dial's own pace.
            let seen = at(found).or(at(make).map(|make| make - open * period));
            last = seen.map_or(expected, |seen| 0.5 * (expected + seen));
            comb.pulses.push([found, make]);
        }
        while comb.pulses.last() == Some(&[None, None]) {
            comb.pulses.pop();
        }
        comb
    }

    /// What lies at the edges with one click where the others have two is the dial's rest contact,
    /// unless it is just where and as loud as a make would be.
    fn settle_edges(&mut self, train: &[Click], times: &[f32], period: f32, open: f32) {
        if open > 0.0
            && !self.pulses.is_full()
            && let [Some(first), _] = self.pulses[0]
        {
            let expected = times[first] - (1.0 - open) * period;
            let at = (0..first).find(|&at| (times[at] - expected).abs() <= EDGE_MS);
            if let Some(at) = at.filter(|&at| self.is_like_makes(train, at)) {
                self.pulses.insert(0, [None, Some(at)]);
            }
        }
        self.trim(train, times, period);
    }

    fn is_like_makes(&self, train: &[Click], at: usize) -> bool {
        /// dB.
        const LIKE: f32 = 3.5;
        let makes = || {
            self.pulses
                .iter()
                .filter_map(|pulse| pulse[1])
                .filter(|&make| make != at)
        };
        let count = makes().count();
        let mean = makes().map(|make| train[make].level_dbm0).sum::<f32>() / count.max(1) as f32;
        count >= 2 && (train[at].level_dbm0 - mean).abs() <= LIKE
    }

    fn trim(&mut self, train: &[Click], times: &[f32], period: f32) {
        const WELL_HEARD: f32 = 0.7;
        while let Some((&last, before)) = self.pulses.split_last() {
            let heard = |side: usize| {
                let heard = before.iter().filter(|pulse| pulse[side].is_some());
                heard.count() as f32 / before.len().max(1) as f32
            };
            let lacks = (0..2).any(|side| last[side].is_none() && heard(side) >= WELL_HEARD);
            let made = match (last, before.last()) {
                ([None, Some(make)], Some([_, Some(previous)])) => {
                    let apart = times[make] - times[*previous];
                    let there = (apart - period).abs() <= EDGE_MS;
                    there && heard(0) < 1.0 && self.is_like_makes(train, make)
                }
                _ => false,
            };
            if before.is_empty() || !lacks || made {
                break;
            }
            self.pulses.pop();
        }
    }

    fn judge(&self, train: &[Click], times: &[f32]) -> Combs {
        let heard = self.pulses.iter().flatten().flatten();
        let mean = |of: fn(&Click) -> f32| {
            let clicks = heard.clone().map(|&at| of(&train[at]));
            clicks.sum::<f32>() / heard.clone().count().max(1) as f32
        };
        let first = heard.clone().copied().min().unwrap_or(0);
        let last = heard.clone().copied().max().unwrap_or(0);
        let count = heard.clone().count();
        let inside = last + 1 - first - count.min(last + 1 - first);
        let outside = times.len() - (last + 1 - first);
        let missing = 2 * self.pulses.len() - count;
        Combs {
            start: train[first].at,
            end: train[last].at,
            pulses: self.pulses.len() as u8,
            heard: count as u8,
            stray: [inside as u8, outside as u8],
            score: count as f32
                - MISSING * missing as f32
                - INSIDE * inside as f32
                - OUTSIDE * outside as f32,
            uneven_db: (0..2)
                .map(|side| self.uneven(train, side))
                .fold(0.0, f32::max),
            rise_db: mean(|click| click.rise_db),
            level_dbm0: mean(|click| click.level_dbm0),
        }
    }

    /// How much the levels of the breaks, or of the makes, differ among themselves.
    fn uneven(&self, train: &[Click], side: usize) -> f32 {
        let levels = || {
            let heard = self.pulses.iter().filter_map(move |pulse| pulse[side]);
            heard.map(|at| train[at].level_dbm0)
        };
        let count = levels().count().max(1) as f32;
        let mean = levels().sum::<f32>() / count;
        levels().map(|level| (level - mean).abs()).sum::<f32>() / count
    }
}
