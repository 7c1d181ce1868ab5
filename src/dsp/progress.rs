//! Call-progress tones.
//!
//! What: recognises the tones of a [`TonePlan`] by frequency, cadence and level, and tells
//! when they stop. Steady tones are told once, cadenced ones at every full cycle.
//!
//! How: [`segment`](crate::segment) cuts the audio into sounds and gaps. Each sound with
//! the gap after it is compared with every burst of every tone; a tone is told when as
//! many pairs in a row fitted it as it takes to be no other tone of the plan (busy whose
//! cadence is also the beginning of congestion needs more pairs). A steady tone is told
//! once it has outlasted every burst of the same frequencies in the plan, 500 ms at least.
//! Ringback is told early, with `cycles: 0`, when its frequencies are its own and have
//! lasted 250 ms, or when a burst is over whose length no other tone has.
//!
//! Limits: frequency 2 %, cadence 15 % (E.180 lets exchanges stray 10 %), level 0 to -35
//! dBm0, signal to noise 10 dB, bursts from 50 ms. Where a plan has a ringback of the dial
//! tone's frequency, dial tone takes 1.2 times the longest ringing burst; a plan of dial
//! tones alone ([`TonePlan::only`]) needs 500 ms everywhere.

use crate::{
    cadence::{ends_steady, freq_error, heard_as, longest, pairs_needed, time_error},
    plan::{MAX_BURSTS, MAX_FREQS, ToneDef, TonePlan},
    segment::{Ended, Segmenter, Sound},
};
use arrayvec::ArrayVec;
use types::{
    frame::{FRAME_TICKS, Samples},
    tick::{Tick, Ticks},
    tone::{SitKind, Tone},
};

/// What a frame held.
#[derive(Clone, Debug, Default)]
pub struct ProgressFrame {
    pub events: ArrayVec<ProgressEvent, 4>,
    /// The frame holds frequencies of the plan and nothing else.
    pub tonal: bool,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum ProgressEvent {
    /// A tone is recognised: at each full cycle of a cadenced one, counted from 1; once
    /// for a steady one, and for a special information tone when its last part is over,
    /// with `cycles` 1. `cycles` 0 is a ringback that can be nothing else but has not
    /// completed a cycle.
    Tone {
        tone: Tone,
        cycles: u16,
        start: Tick,
        /// Of all frequencies together, in the last burst.
        level_dbm0: f32,
        /// 0 to 1: how well frequencies and lengths fit, and how much was heard.
        confidence: f32,
    },
    /// A recognised tone has stopped; `at` is when it was last heard.
    ToneEnd { tone: Tone, at: Tick },
}

/// The detector. One a leg.
#[derive(Clone, Debug)]
pub struct Progress {
    segmenter: Segmenter,
    known: Vec<Known>,
    active: Option<Active>,
    /// The last sounds, oldest first.
    past: ArrayVec<Ended, MAX_BURSTS>,
    /// The start of the sound that was already told as steady or early.
    told: Option<Tick>,
}

/// A tone of the plan, prepared, and how much of it was heard in a row.
#[derive(Clone, Debug)]
struct Known {
    tone: Tone,
    kind: Kind,
    bursts: ArrayVec<Shape, MAX_BURSTS>,
    /// Pairs in a row until it can be no other tone.
    pairs_needed: usize,
    /// Steady: how long it must sound. Ringback: how long until it is told early.
    lasts: Option<Ticks>,
    /// For each burst, the run of fitting pairs that ended with it.
    runs: [Run; MAX_BURSTS],
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// Bursts and pauses for ever.
    Cadenced,
    /// The last burst does not end; any before it are a prefix.
    Steady,
    /// A sequence that is over.
    Once,
}

#[derive(Clone, Debug)]
struct Shape {
    freqs: ArrayVec<f32, MAX_FREQS>,
    level_dbm0: f32,
    on_ms: u32,
    off_ms: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Run {
    pairs: u16,
    start: Tick,
    /// The worst error of the run, 1 being the tolerance.
    error: f32,
    /// Heard less nominal level of its last burst.
    gain_db: f32,
}

/// The tone that is being heard, as an index into the known ones.
#[derive(Clone, Copy, Debug)]
struct Active {
    known: usize,
    last_heard: Tick,
}

/// A sound and the gap after it.
struct Pair<'a> {
    sound: &'a Ended,
    on_ms: f32,
    off_ms: f32,
}

const STEADY: Ticks = Ticks::ms(500);
const EARLY: Ticks = Ticks::ms(250);

/// A gap longer than any cadence forgets what was before.
const FORGET: Ticks = Ticks::secs(20);

/// Power of a gap, as a share of the burst's, above which it is no pause (6 dB).
const QUIET: f32 = 0.25;

/// Bursts of one tone keep their level within this.
const EVEN_DB: f32 = 5.0;

/// What is allowed for finding an edge late.
const EDGE_LAG: Ticks = Ticks::ms(80);

impl Progress {
    /// Allocates; nothing later does.
    pub fn new(plan: &TonePlan) -> Progress {
        let defs: Vec<ToneDef> = plan
            .tones
            .iter()
            .filter(|def| def.same_as.is_none() && !def.bursts.is_empty())
            .cloned()
            .collect();
        let freqs = defs
            .iter()
            .flat_map(|def| def.bursts.iter().flat_map(heard_as))
            .collect();
        Progress {
            segmenter: Segmenter::new(freqs),
            known: defs.iter().map(|def| Known::new(def, &defs)).collect(),
            active: None,
            past: ArrayVec::new(),
            told: None,
        }
    }

    pub fn process(&mut self, samples: &Samples, at: Tick) -> ProgressFrame {
        let change = self.segmenter.process(samples, at);
        let mut frame = ProgressFrame {
            tonal: change.tonal,
            ..ProgressFrame::default()
        };
        if let Some(ended) = change.ended {
            self.burst_ended(ended, &mut frame);
        }
        if change.began {
            self.burst_began(&mut frame);
        }
        let now = at + FRAME_TICKS;
        if self.segmenter.sound().is_some() {
            self.burst_goes_on(now, &mut frame);
        } else {
            self.gap_goes_on(now, &mut frame);
        }
        frame
    }

    /// Samples are missing before the next frame. A tone that goes on is not disturbed.
    pub fn lost(&mut self, samples: u32) {
        if samples > 0 {
            self.segmenter.lost();
        }
    }

    /// Forgets all that was heard.
    pub fn reset(&mut self) {
        self.segmenter.reset();
        self.active = None;
        self.told = None;
        self.forget();
    }

    fn forget(&mut self) {
        self.past.clear();
        for known in &mut self.known {
            known.runs = [Run::default(); MAX_BURSTS];
        }
    }

    fn burst_ended(&mut self, ended: Ended, frame: &mut ProgressFrame) {
        if let Some(active) = &mut self.active {
            let known = &self.known[active.known];
            active.last_heard = ended.end;
            let on_ms = ms(ended.end.since(ended.start));
            let fits = known.bursts.iter().any(|shape| {
                freq_error(&ended.freqs, &shape.freqs).is_some()
                    && time_error(on_ms, shape.on_ms).is_some()
            });
            if known.kind != Kind::Cadenced || !fits {
                self.end_active(frame);
            }
        }
        if self.past.is_full() {
            self.past.remove(0);
        }
        self.past.push(ended);
        self.look_for_sequence(frame);
        self.look_for_ring_burst(frame);
    }

    /// A sound began: the gap before it is complete, and with it a pair.
    fn burst_began(&mut self, frame: &mut ProgressFrame) {
        let Some(sound) = self.segmenter.sound() else {
            return;
        };
        let (start, power) = (sound.start, sound.power());
        let Some(last) = self.past.last() else {
            return;
        };
        let gap = start.since(last.end);
        let quiet = self.segmenter.gap_power().is_none_or(|gap| gap <= QUIET * power);
        if !quiet || gap > FORGET {
            self.end_active(frame);
            self.forget();
            return;
        }
        let pair = Pair {
            sound: last,
            on_ms: ms(last.end.since(last.start)),
            off_ms: ms(gap),
        };
        for known in &mut self.known {
            known.take(&pair);
        }
        let level_dbm0 = last.level_dbm0;
        self.tell_cadence(level_dbm0, frame);
    }

    /// Tells the cadenced tone that the pairs so far have made certain.
    fn tell_cadence(&mut self, level_dbm0: f32, frame: &mut ProgressFrame) {
        let certain = self.known.iter().enumerate().filter_map(|(at, known)| {
            let run = known.longest_run();
            let enough = known.kind == Kind::Cadenced && usize::from(run.pairs) >= known.pairs_needed;
            enough.then_some((at, *run))
        });
        let best = certain.min_by(|a, b| a.1.error.total_cmp(&b.1.error));
        if self.active.is_some_and(|a| self.known[a.known].longest_run().pairs == 0) {
            self.end_active(frame);
        }
        let Some((at, run)) = best else {
            return;
        };
        let last_heard = self.past.last().map_or(run.start, |last| last.end);
        let new = self.active.is_none_or(|active| active.known != at);
        let cycle = self.known[at].bursts.len() as u16;
        let certain_from = self.known[at].pairs_needed as u16;
        if new {
            self.end_active(frame);
        }
        self.active = Some(Active {
            known: at,
            last_heard,
        });
        if run.pairs.is_multiple_of(cycle) || run.pairs == certain_from {
            frame.events.push(ProgressEvent::Tone {
                tone: self.known[at].tone,
                cycles: run.pairs / cycle,
                start: run.start,
                level_dbm0,
                confidence: confidence(run.error, f32::from(run.pairs)),
            });
        }
    }

    fn burst_goes_on(&mut self, now: Tick, frame: &mut ProgressFrame) {
        let Some(sound) = self.segmenter.sound() else {
            return;
        };
        let (start, lasted) = (sound.start, now.since(sound.start));
        let freqs = self.segmenter.freqs_of(sound);
        if let Some(active) = self.active
            && self.known[active.known].is_outlasted(&freqs, lasted)
        {
            self.end_active(frame);
        }
        if self.told == Some(start) {
            return;
        }
        let Some(sound) = self.segmenter.sound() else {
            return;
        };
        let Some((at, error)) = self.certain_while_sounding(sound, &freqs, lasted) else {
            return;
        };
        let level_dbm0 = sound.level_dbm0();
        self.told = Some(start);
        if self.active.is_some_and(|active| active.known == at) {
            return;
        }
        self.end_active(frame);
        self.active = Some(Active {
            known: at,
            last_heard: now,
        });
        let steady = self.known[at].kind == Kind::Steady;
        frame.events.push(ProgressEvent::Tone {
            tone: self.known[at].tone,
            cycles: u16::from(steady),
            start,
            level_dbm0,
            confidence: confidence(error, if steady { 3.0 } else { 0.5 }),
        });
    }

    /// The tone that a sound must be, now that it has lasted so long.
    fn certain_while_sounding(
        &self,
        sound: &Sound,
        freqs: &[f32],
        lasted: Ticks,
    ) -> Option<(usize, f32)> {
        let fitting = self.known.iter().enumerate().filter_map(|(at, known)| {
            let long_enough = known.lasts.is_some_and(|lasts| lasted >= lasts);
            let error = known.sounding(freqs).filter(|_| long_enough)?;
            Some((at, known.prefix(), error))
        });
        // A prefix that was heard makes stutter dial tone of a dial tone.
        fitting
            .filter(|(at, ..)| self.known[*at].kind != Kind::Steady || sound.is_even())
            .max_by(|a, b| a.1.cmp(&b.1).then(b.2.total_cmp(&a.2)))
            .map(|(at, _, error)| (at, error))
    }

    fn gap_goes_on(&mut self, now: Tick, frame: &mut ProgressFrame) {
        let Some(last) = self.past.last() else {
            return;
        };
        let gap = now.since(last.end);
        if let Some(active) = self.active {
            let on_ms = ms(last.end.since(last.start));
            if gap > self.known[active.known].longest_gap_after(on_ms) + EDGE_LAG {
                self.end_active(frame);
            }
        }
        if gap > FORGET {
            self.forget();
        }
    }

    /// Special information tones: told when the last part is over.
    fn look_for_sequence(&mut self, frame: &mut ProgressFrame) {
        let mut best: Option<(Tone, f32, usize)> = None;
        let mut rising = None;
        for known in self.known.iter().filter(|k| k.kind == Kind::Once) {
            let Some(heard) = known.sequence(&self.past) else {
                continue;
            };
            match (heard, known.tone) {
                (Some(error), tone) if best.is_none_or(|(_, least, _)| error < least) => {
                    best = Some((tone, error, known.bursts.len()));
                }
                (None, Tone::Sit(_)) => rising = Some(known.bursts.len()),
                _ => {}
            }
        }
        let unknown = rising.map(|parts| (Tone::Sit(SitKind::Unknown), 1.0, parts));
        let Some((tone, error, parts)) = best.or(unknown) else {
            return;
        };
        let heard = &self.past[self.past.len() - parts..];
        let (start, at) = (heard[0].start, heard[parts - 1].end);
        let level_dbm0 = heard[parts - 1].level_dbm0;
        self.end_active(frame);
        frame.events.push(ProgressEvent::Tone {
            tone,
            cycles: 1,
            start,
            level_dbm0,
            confidence: confidence(error, parts as f32),
        });
        frame.events.push(ProgressEvent::ToneEnd { tone, at });
    }

    /// Ringback whose frequency others share: known by the length of one burst.
    fn look_for_ring_burst(&mut self, frame: &mut ProgressFrame) {
        let Some(last) = self.past.last() else {
            return;
        };
        let on_ms = ms(last.end.since(last.start));
        let fits = |known: &Known| {
            let errors = known.bursts.iter().filter_map(|shape| {
                let off = freq_error(&last.freqs, &shape.freqs)?;
                Some(time_error(on_ms, shape.on_ms)?.max(off))
            });
            errors.min_by(f32::total_cmp)
        };
        let mut ringback = None;
        for (at, known) in self.known.iter().enumerate() {
            match (fits(known), known.tone) {
                (Some(error), Tone::Ringback) if known.kind == Kind::Cadenced => {
                    ringback = Some((at, error));
                }
                (Some(_), _) => return,
                (None, _) => {}
            }
        }
        let Some((at, error)) = ringback else {
            return;
        };
        // A quarter of the bursts of a longer cadence is no proof; half a second is.
        if self.active.is_some() || on_ms < 500.0 {
            return;
        }
        self.active = Some(Active {
            known: at,
            last_heard: last.end,
        });
        frame.events.push(ProgressEvent::Tone {
            tone: Tone::Ringback,
            cycles: 0,
            start: last.start,
            level_dbm0: last.level_dbm0,
            confidence: confidence(error, 0.5),
        });
    }

    fn end_active(&mut self, frame: &mut ProgressFrame) {
        if let Some(active) = self.active.take() {
            frame.events.push(ProgressEvent::ToneEnd {
                tone: self.known[active.known].tone,
                at: active.last_heard,
            });
        }
    }
}

impl Known {
    fn new(def: &ToneDef, all: &[ToneDef]) -> Known {
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

    /// Takes a pair into the runs.
    fn take(&mut self, pair: &Pair) {
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

    fn longest_run(&self) -> &Run {
        let runs = self.runs[..self.bursts.len()].iter();
        runs.max_by_key(|run| run.pairs).expect("a tone has bursts")
    }

    /// How many bursts of the prefix were heard just before; enough is two, or all.
    fn prefix(&self) -> u16 {
        match self.bursts.len() {
            1 => 0,
            count => self.runs[count - 2].pairs,
        }
    }

    /// The error when a sound of these frequencies can be this tone's deciding burst.
    fn sounding(&self, freqs: &[f32]) -> Option<f32> {
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
    fn is_outlasted(&self, freqs: &[f32], lasted: Ticks) -> bool {
        self.kind == Kind::Cadenced
            && !self.bursts.iter().any(|shape| {
                freq_error(freqs, &shape.freqs).is_some()
                    && ms(lasted) <= longest(shape.on_ms) + ms(EDGE_LAG)
            })
    }

    /// The longest gap that may follow a burst of this length.
    fn longest_gap_after(&self, on_ms: f32) -> Ticks {
        let fitting = |shape: &&Shape| time_error(on_ms, shape.on_ms).is_some();
        let longest_gap = self.bursts.iter().filter(fitting).map(|shape| longest(shape.off_ms));
        Ticks::ms(longest_gap.fold(0.0, f32::max) as u64)
    }

    /// Whether the last sounds are this sequence: the worst error, or `Some(None)` when
    /// only the frequencies fit.
    fn sequence(&self, past: &[Ended]) -> Option<Option<f32>> {
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
            worst = worst.zip(length).map(|(worst, length)| worst.max(length).max(off));
        }
        Some(worst)
    }
}

impl Shape {
    fn fits(&self, pair: &Pair) -> Option<f32> {
        let hz = freq_error(&pair.sound.freqs, &self.freqs)?;
        let on = time_error(pair.on_ms, self.on_ms)?;
        let off = time_error(pair.off_ms, self.off_ms)?;
        Some(hz.max(on).max(off))
    }
}

impl Run {
    fn and(&self, pair: &Pair, shape: &Shape, error: f32) -> Run {
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
                .filter(|burst| burst.on_ms > 0 && crate::cadence::same_freqs(burst, last));
            let outlasted = sharing.map(|burst| Ticks::ms(longest(burst.on_ms) as u64) + EDGE_LAG);
            Some(outlasted.fold(STEADY, Ticks::max))
        }
        Kind::Cadenced if def.tone == Tone::Ringback => {
            let shared = others().any(|other| {
                def.bursts.iter().any(|own| crate::cadence::same_freqs(own, other))
            });
            (!shared).then_some(EARLY)
        }
        _ => None,
    }
}

/// 1 is certain. A perfect fit heard once is worth 0.75; the worst fit costs 0.4.
fn confidence(error: f32, heard: f32) -> f32 {
    (1.0 - 0.4 * error) * (1.0 - 0.5 / (1.0 + heard))
}

fn ms(length: Ticks) -> f32 {
    length.0 as f32 / 8.0
}
