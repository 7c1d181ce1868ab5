//! The tones of a plan, prepared for comparison with what is heard.
//!
//! What: for one tone, which bursts and gaps fit it, how many in a row did, and from when
//! on it can be no other tone.
//!
//! How: a pair (a sound and the gap after it) is compared with every burst of the tone;
//! for each burst a run counts how many pairs in a row led up to it in the tone's order.
//!
//! Limits: those of [`crate::progress`].

use crate::{
    cadence::{ends_steady, freq_error, heard_as, longest, pairs_needed, same_freqs, time_error},
    plan::{MAX_BURSTS, MAX_FREQS, ToneDef},
    segment::Ended,
};
use arrayvec::ArrayVec;
use types::{
    tick::{Tick, Ticks},
    tone::Tone,
};

/// A tone of the plan, prepared, and how much of it was heard in a row.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub tone: Tone,
    pub kind: Kind,
    pub bursts: ArrayVec<Shape, MAX_BURSTS>,
    /// Pairs in a row until it can be no other tone.
    pub pairs_needed: usize,
    /// Steady: how long it must sound. Ringback: how long until it is told early.
    pub lasts: Option<Ticks>,
    /// For each burst, the run of fitting pairs that ended with it.
    pub runs: [Run; MAX_BURSTS],
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// Bursts and pauses for ever.
    Cadenced,
    /// The last burst does not end; any before it are a prefix.
    Steady,
    /// A sequence that is over.
    Once,
}

#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub freqs: ArrayVec<f32, MAX_FREQS>,
    level_dbm0: f32,
    pub on_ms: u32,
    pub off_ms: u32,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Run {
    pub pairs: u16,
    pub start: Tick,
    /// The worst error of the run, 1 being the tolerance.
    pub error: f32,
    /// Heard less nominal level of its last burst.
    pub gain_db: f32,
}

/// A sound and the gap after it.
pub(crate) struct Pair<'a> {
    pub sound: &'a Ended,
    pub on_ms: f32,
    pub off_ms: f32,
}

const STEADY: Ticks = Ticks::ms(500);
const EARLY: Ticks = Ticks::ms(250);

/// Bursts of one tone keep their level within this.
const EVEN_DB: f32 = 5.0;

/// What is allowed for finding an edge late.
pub(crate) const EDGE_LAG: Ticks = Ticks::ms(80);

impl Known {
    pub fn new(def: &ToneDef, all: &[ToneDef]) -> Known {
        let bursts: ArrayVec<Shape, MAX_BURSTS> = def
            .bursts
            .iter()
            .map(|burst| Shape {
                freqs: heard_as(burst),
                level_dbm0: burst.level_dbm0,
                on_ms: burst.on_ms,
                off_ms: burst.off_ms,
            })
            .collect();
        let kind = match (ends_steady(def), def.repeat) {
            (true, _) => Kind::Steady,
            (false, true) => Kind::Cadenced,
            (false, false) => Kind::Once,
        };
        Known {
            tone: def.tone,
            kind,
            pairs_needed: match kind {
                Kind::Cadenced => pairs_needed(def, all),
                _ => usize::MAX,
            },
            lasts: lasts(def, kind, all),
            bursts,
            runs: [Run::default(); MAX_BURSTS],
        }
    }

    /// Forgets what was heard.
    pub fn forget(&mut self) {
        self.runs = [Run::default(); MAX_BURSTS];
    }

    /// Takes a pair into the runs.
    pub fn take(&mut self, pair: &Pair) {
        let count = self.bursts.len();
        let before = self.runs;
        for (at, shape) in self.bursts.iter().enumerate() {
            let previous = match at {
                0 if self.kind == Kind::Cadenced => before[count - 1],
                0 => Run::default(),
                _ => before[at - 1],
            };
            self.runs[at] = match shape.fits(pair) {
                Some(error) => previous.and(pair, shape, error),
                None => Run::default(),
            };
        }
    }

    pub fn longest_run(&self) -> &Run {
        let runs = self.runs[..self.bursts.len()].iter();
        runs.max_by_key(|run| run.pairs).expect("a tone has bursts")
    }

    /// How many bursts of the prefix were heard just before; enough is two, or all.
    pub fn prefix(&self) -> u16 {
        match self.bursts.len() {
            1 => 0,
            count => self.runs[count - 2].pairs,
        }
    }

    /// The error when a sound of these frequencies can be this tone's deciding burst.
    pub fn sounding(&self, freqs: &[f32]) -> Option<f32> {
        let count = self.bursts.len();
        match self.kind {
            Kind::Steady if usize::from(self.prefix()) < (count - 1).min(2) => None,
            Kind::Steady => freq_error(freqs, &self.bursts[count - 1].freqs),
            _ => self
                .bursts
                .iter()
                .filter_map(|shape| freq_error(freqs, &shape.freqs))
                .min_by(f32::total_cmp),
        }
    }

    /// Whether a sound of these frequencies, so long, cannot be part of this tone.
    pub fn is_outlasted(&self, freqs: &[f32], lasted: Ticks) -> bool {
        self.kind == Kind::Cadenced
            && !self.bursts.iter().any(|shape| {
                freq_error(freqs, &shape.freqs).is_some()
                    && ms(lasted) <= longest(shape.on_ms) + ms(EDGE_LAG)
            })
    }

    /// The longest gap that may follow a burst of this length.
    pub fn longest_gap_after(&self, on_ms: f32) -> Ticks {
        let fitting = |shape: &&Shape| time_error(on_ms, shape.on_ms).is_some();
        let longest_gap = self
            .bursts
            .iter()
            .filter(fitting)
            .map(|shape| longest(shape.off_ms));
        Ticks::ms(longest_gap.fold(0.0, f32::max) as u64)
    }

    /// Whether the last sounds are this sequence: the worst error, or `Some(None)` when
    /// only the frequencies fit.
    pub fn sequence(&self, past: &[Ended]) -> Option<Option<f32>> {
        let count = self.bursts.len();
        let heard = &past[past.len().checked_sub(count)?..];
        let mut worst = Some(0f32);
        for (at, (sound, shape)) in heard.iter().zip(&self.bursts).enumerate() {
            let off = freq_error(&sound.freqs, &shape.freqs)?;
            if at > 0 {
                let gap = ms(sound.start.since(heard[at - 1].end));
                if gap > longest(self.bursts[at - 1].off_ms) + 30.0 {
                    return None;
                }
            }
            let on_ms = ms(sound.end.since(sound.start));
            let length = time_error(on_ms, shape.on_ms);
            worst = worst
                .zip(length)
                .map(|(worst, length)| worst.max(length).max(off));
        }
        Some(worst)
    }
}

impl Shape {
    pub fn fits(&self, pair: &Pair) -> Option<f32> {
        let hz = freq_error(&pair.sound.freqs, &self.freqs)?;
        let on = time_error(pair.on_ms, self.on_ms)?;
        let off = time_error(pair.off_ms, self.off_ms)?;
        Some(hz.max(on).max(off))
    }
}

impl Run {
    pub fn and(&self, pair: &Pair, shape: &Shape, error: f32) -> Run {
        let gain_db = pair.sound.level_dbm0 - shape.level_dbm0;
        if self.pairs == 0 || (gain_db - self.gain_db).abs() > EVEN_DB {
            return Run {
                pairs: 1,
                start: pair.sound.start,
                error,
                gain_db,
            };
        }
        Run {
            pairs: self.pairs.saturating_add(1),
            // Old errors fade, so that one odd burst does not taint a long run.
            error: error.max(0.8 * self.error),
            gain_db,
            ..*self
        }
    }
}

/// How long a sound must last to be told while it sounds; `None` when it cannot be.
fn lasts(def: &ToneDef, kind: Kind, all: &[ToneDef]) -> Option<Ticks> {
    let last = def.bursts.last()?;
    let others = || {
        let others = all.iter().filter(|other| other.tone != def.tone);
        others.flat_map(|other| other.bursts.iter())
    };
    match kind {
        Kind::Steady => {
            let sharing = all
                .iter()
                .flat_map(|other| other.bursts.iter())
                .filter(|burst| burst.on_ms > 0 && same_freqs(burst, last));
            let outlasted = sharing.map(|burst| Ticks::ms(longest(burst.on_ms) as u64) + EDGE_LAG);
            Some(outlasted.fold(STEADY, Ticks::max))
        }
        Kind::Cadenced if def.tone == Tone::Ringback => {
            let shared = others().any(|other| def.bursts.iter().any(|own| same_freqs(own, other)));
            (!shared).then_some(EARLY)
        }
        _ => None,
    }
}

pub(crate) fn ms(length: Ticks) -> f32 {
    length.0 as f32 / 8.0
}
