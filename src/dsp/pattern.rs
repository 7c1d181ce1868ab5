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
    bands::{Band, LOW_BELOW_HZ, usual_frames, usual_reach},
    cadence::{
        EVEN_DB, ends_steady, freq_error, freq_error_within, heard_as, longest, pairs_needed,
        same_freqs, time_error, time_error_unbound, time_error_within, usual_error,
    },
    plan::{Burst, MAX_BURSTS, MAX_FREQS, ToneDef},
    segment::Ended,
};
use arrayvec::ArrayVec;
use types::{
    tick::{Tick, Ticks},
    tone::{SitKind, Tone},
};

/// A tone of the plan, prepared, and how much of it was heard in a row.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub tone: Tone,
    pub kind: Kind,
    pub bursts: ArrayVec<Shape, MAX_BURSTS>,
    /// Pairs in a row until it can be no other tone.
    pub pairs_needed: usize,
    /// How long its last burst must sound to be told while it does: of a steady tone, a
    /// sequence, a ringback whose frequencies are its own.
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
    /// It is modulated or its frequencies are near each other: it rises and falls slowly.
    beats: bool,
    /// More than usual.
    strays_hz: Option<f32>,
}

/// How well the last sounds fit a sequence.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Sequence {
    /// The worst error of frequencies and lengths, 1 being the tolerance; lengths may be worse.
    pub worst: f32,
    /// The sum of all errors' squares: which of several sequences is nearest.
    pub distance: f32,
    /// Its lengths fit too.
    pub fits: bool,
    pub start: Tick,
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

/// A steady tone is no note of music after this; but for dial tone, nobody is in a hurry.
const STEADY: Ticks = Ticks::ms(600);
const STEADY_AT_LEISURE: Ticks = Ticks::ms(1200);
const EARLY: Ticks = Ticks::ms(400);

/// The last part of a sequence: so long, or this share of it.
const LAST_PART: Ticks = Ticks::ms(150);
const LAST_SHARE: f32 = 0.6;

/// Hz and lengths that ITU-T E.180 lets special information tones stray.
const SIT_STRAYS_HZ: f32 = 50.0;
const SIT_PART_MS: std::ops::RangeInclusive<f32> = 200.0..=480.0;

/// Frames in the windows that tones need.
pub(crate) const GROUPS: [usize; 3] = [4, 8, 2];

/// Bursts so short that they need short windows, where no two frequencies are nearer than this.
const BRIEF_MS: u32 = 60;
const BRIEF_APART_HZ: f32 = 60.0;

/// Bursts too short for the longest windows, and what the next are able to tell apart.
const SHORT_MS: u32 = 160;
const SHORT_APART_HZ: f32 = 24.0;

/// The edges of what rises and falls so slowly are measured so much worse.
const BEATS_BELOW_HZ: f32 = 30.0;
const BEATING_MS: f32 = 12.0;

/// The longest pause between two parts of a sequence that has none.
const SEQUENCE_GAP_MS: f32 = 55.0;

/// The least share of all power, and the most amplitude over the least: of one sine, and of
/// several, which are measured less exactly.
const ALONE: (f32, f32) = (0.86, 1.14);
const TOGETHER: (f32, f32) = (0.82, 1.2);

/// What is allowed for finding an edge late.
pub(crate) const EDGE_LAG: Ticks = Ticks::ms(80);

impl Known {
    pub fn new(def: &ToneDef, all: &[ToneDef]) -> Known {
        let bursts: ArrayVec<Shape, MAX_BURSTS> = def
            .bursts
            .iter()
            .map(|burst| Shape {
                freqs: heard_as(burst),
                beats: nearest(&heard_as(burst)) < BEATS_BELOW_HZ,
                level_dbm0: burst.level_dbm0,
                on_ms: burst.on_ms,
                off_ms: burst.off_ms,
                strays_hz: (def.tone == Tone::Sit(SitKind::Unknown)).then_some(SIT_STRAYS_HZ),
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
        self.before_last().pairs
    }

    /// When it began whose last burst began then: with the first of the prefix that was heard.
    pub fn start(&self, last: Tick) -> Tick {
        match self.before_last() {
            Run { pairs: 0, .. } => last,
            run => run.start,
        }
    }

    fn before_last(&self) -> Run {
        let last = self.bursts.len() - 1;
        last.checked_sub(1)
            .map_or(Run::default(), |at| self.runs[at])
    }

    /// The error when a sound of these frequencies can be this tone's deciding burst.
    pub fn sounding(&self, freqs: &[f32]) -> Option<f32> {
        let count = self.bursts.len();
        match self.kind {
            Kind::Steady if usize::from(self.prefix()) < (count - 1).min(2) => None,
            Kind::Steady => self.bursts[count - 1].freq_error(freqs),
            _ => self
                .bursts
                .iter()
                .filter_map(|shape| shape.freq_error(freqs))
                .min_by(f32::total_cmp),
        }
    }

    /// The longest that a sound of these frequencies may last and be part of this tone.
    pub fn outlasted_after(&self, freqs: &[f32]) -> Ticks {
        if self.kind != Kind::Cadenced {
            return Ticks(u64::MAX);
        }
        let fitting = self.bursts.iter().filter(|b| b.freq_error(freqs).is_some());
        let longest = fitting.map(|b| Ticks::ms(longest(b.on_ms) as u64) + EDGE_LAG);
        longest.max().unwrap_or(Ticks::ZERO)
    }

    /// Whether a sound was one of this tone's bursts.
    pub fn has_burst(&self, sound: &Ended, on_ms: f32) -> bool {
        self.bursts.iter().any(|shape| {
            let lasted = sound.cut || shape.time_error(on_ms, shape.on_ms).is_some();
            lasted && shape.freq_error(&sound.freqs).is_some()
        })
    }

    /// The longest gap that may follow a burst.
    pub fn longest_gap_after(&self, sound: &Ended) -> Ticks {
        let on_ms = ms(sound.end.since(sound.start));
        let fitting = |shape: &&Shape| sound.cut || time_error(on_ms, shape.on_ms).is_some();
        let gaps = self.bursts.iter().filter(fitting);
        let longest_gap = gaps.map(|shape| longest(shape.off_ms));
        Ticks::ms(longest_gap.fold(0.0, f32::max) as u64)
    }

    /// Whether the last sounds, and one that goes on, are this sequence.
    pub fn sequence(&self, past: &[Ended], start: Tick, freqs: &[f32]) -> Option<Sequence> {
        let (last, before) = self.bursts.split_last()?;
        let heard = &past[past.len().checked_sub(before.len())?..];
        let mut worst = last.freq_error(freqs)?;
        let mut sequence = Sequence {
            worst,
            distance: last.distance(freqs),
            fits: true,
            start: heard.first().map_or(start, |sound| sound.start),
        };
        let next = heard.iter().skip(1).map(|sound| sound.start).chain([start]);
        for ((sound, shape), next) in heard.iter().zip(before).zip(next) {
            let off = shape.freq_error(&sound.freqs)?;
            let on_ms = ms(sound.end.since(sound.start));
            let gap_ms = ms(next.since(sound.end));
            if sound.cut || gap_ms > longest(shape.off_ms).max(SEQUENCE_GAP_MS) {
                return None;
            }
            let length = time_error_unbound(on_ms, shape.on_ms);
            sequence.fits &= length <= 1.0;
            if !SIT_PART_MS.contains(&on_ms) && length > 1.0 {
                return None;
            }
            worst = worst.max(off).max(length);
            sequence.distance += shape.distance(&sound.freqs) + length * length;
        }
        sequence.worst = worst;
        Some(sequence)
    }

    /// The error when a single burst of the tone has these frequencies and this length.
    pub fn burst_error(&self, sound: &Ended, on_ms: f32) -> Option<f32> {
        let errors = self.bursts.iter().filter_map(|shape| {
            let off = shape.freq_error(&sound.freqs)?;
            Some(time_error(on_ms, shape.on_ms)?.max(off))
        });
        errors.min_by(f32::total_cmp)
    }
}

impl Shape {
    pub fn freq_error(&self, heard: &[f32]) -> Option<f32> {
        match self.strays_hz {
            Some(most) => freq_error_within(heard, &self.freqs, |_| most),
            None => freq_error(heard, &self.freqs),
        }
    }

    /// The error of a length; `None` beyond the tolerance.
    fn time_error(&self, measured_ms: f32, nominal_ms: u32) -> Option<f32> {
        let worse = if self.beats { BEATING_MS } else { 0.0 };
        time_error_within(measured_ms, nominal_ms, worse)
    }

    /// The squares of the errors in the usual tolerance, whatever is allowed.
    fn distance(&self, heard: &[f32]) -> f32 {
        let usual = usual_error(heard, &self.freqs);
        usual * usual
    }

    pub fn fits(&self, pair: &Pair) -> Option<f32> {
        let hz = self.freq_error(&pair.sound.freqs)?;
        let like_a_tone = is_even(self.freqs.len(), pair.sound.purity, pair.sound.unevenness);
        if self.freqs[0] < LOW_BELOW_HZ && !like_a_tone {
            return None;
        }
        let on = self.time_error(pair.on_ms, self.on_ms)?;
        let off = self.time_error(pair.off_ms, self.off_ms)?;
        Some(hz.max(on).max(off))
    }
}

/// Whether a sound below 700 Hz is as pure and even as a tone of an exchange: a note of music that
/// lasts is one or the other. At 10 dB of signal to noise a tone has 0.87 and 1.15 at worst.
pub(crate) fn is_even(sines: usize, purity: f32, unevenness: f32) -> bool {
    let (pure, even) = if sines == 1 { ALONE } else { TOGETHER };
    purity >= pure && unevenness <= even
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

/// Frames in the window that a tone below 700 Hz needs: long where its frequencies lie near each
/// other, short where a burst is. No other tone of the plan has a say: a sine heard in a window
/// longer than it needs may be taken for two.
pub(crate) fn frames_for(def: &ToneDef) -> usize {
    let low = || def.bursts.iter().filter(|burst| is_low(burst));
    let apart = low().map(|burst| nearest(&heard_as(burst)));
    let apart = apart.fold(f32::MAX, f32::min);
    let shortest = low().map(|burst| burst.on_ms).filter(|ms| *ms > 0);
    let shortest = shortest.min().unwrap_or(u32::MAX);
    match usual_frames(0.0, apart) {
        4 if shortest < BRIEF_MS && apart >= BRIEF_APART_HZ => 2,
        8 if shortest < SHORT_MS && apart >= SHORT_APART_HZ => 4,
        frames => frames,
    }
}

/// What a detector of these tones must listen for, in windows of so many frames below 700 Hz.
pub(crate) fn bands_of(defs: &[ToneDef], frames: usize) -> Vec<Band> {
    let band = |def: &ToneDef, hz: f32, together: usize| Band {
        hz,
        reach: match def.tone {
            Tone::Sit(SitKind::Unknown) => SIT_STRAYS_HZ,
            _ => usual_reach(hz),
        },
        together,
        frames: match hz < LOW_BELOW_HZ {
            true => frames,
            false => usual_frames(hz, f32::MAX),
        },
    };
    let bands = defs.iter().flat_map(|def| {
        let chords = def.bursts.iter().map(heard_as);
        chords.flat_map(move |chord| {
            let together = chord.len();
            chord.into_iter().map(move |hz| band(def, hz, together))
        })
    });
    bands.collect()
}

fn is_low(burst: &Burst) -> bool {
    burst.freqs()[0] < LOW_BELOW_HZ
}

/// How near the nearest of these frequencies are.
fn nearest(freqs: &[f32]) -> f32 {
    let apart = freqs.windows(2).map(|pair| pair[1] - pair[0]);
    apart.fold(f32::MAX, f32::min)
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
            let least = match def.tone {
                Tone::Dial | Tone::StutterDial => STEADY,
                _ => STEADY_AT_LEISURE,
            };
            Some(outlasted.fold(least, Ticks::max))
        }
        Kind::Cadenced if def.tone == Tone::Ringback => {
            let shared = others().any(|other| def.bursts.iter().any(|own| same_freqs(own, other)));
            (!shared).then_some(EARLY)
        }
        Kind::Once => {
            let share = Ticks::ms((LAST_SHARE * last.on_ms as f32) as u64);
            Some(share.min(LAST_PART))
        }
        _ => None,
    }
}

pub(crate) fn ms(length: Ticks) -> f32 {
    length.0 as f32 / 8.0
}
