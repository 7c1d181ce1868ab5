//! DTMF digits.
//!
//! What: finds the sixteen digits of ITU-T Q.23 with their exact beginning and end, and
//! warns of what may become one.
//!
//! How: each 5 ms the spectrum of the last 20 ms is taken at the eight frequencies. The
//! window is a hit when one row and one column stand out, explain most of its power, are
//! where they should be (by the turn of their phases) and differ by no more than the
//! allowed twist. A tone that fills a window only partly explains only that part of what
//! its amplitude would, so the number of hits in a row measures its length. A steady dial
//! tone that was there before the digit is taken off the power to be explained.
//!
//! Limits (ITU-T Q.24, the stricter of its columns):
//! - frequency: accepted to 1.5 %, rejected from 3.5 %;
//! - level: accepted from +3 down to -32 dBm0 (both tones), rejected at -55;
//! - twist: accepted from +4 to -8 dB (high less low), rejected beyond +9 and -13;
//! - length: accepted from 40 ms, rejected to 23 ms; pause 40 ms; an interruption of
//!   10 ms is bridged; two digits within 93 ms are two;
//! - signal to noise 12 dB; under dial tone up to 10 dB stronger than the digit;
//! - a digit is told at most 45 ms after it began.

use crate::{
    SAMPLE_RATE,
    bank_before::{Bank, Bins, Lanes, scallop, to_float},
    level::power_dbm0,
    tone_gen::{COLUMNS, KEYPAD, ROWS},
};
use arrayvec::ArrayVec;
use types::{
    digits::Digit,
    frame::{FRAME, Samples},
    tick::{Tick, Ticks},
};

/// How eager the detector is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Profile {
    /// Nobody talks: digits to a prompt. Every key must count.
    PinEntry,
    /// People talk: their voices must not be taken for digits.
    Talk,
}

/// What a frame held.
#[derive(Clone, Debug, Default)]
pub struct DtmfFrame {
    pub events: ArrayVec<DtmfEvent, 2>,
    /// The frame already looks like DTMF, though nothing may be accepted yet: a bridge
    /// that mutes such frames lets at most two frames of a digit pass.
    pub suspect: bool,
    /// Somebody else's receiver might take the frame for DTMF, at the end of a line that changes
    /// the twist or behind a filter that takes other tones away: what may not reach such a
    /// receiver is muted by this. Voices have it now and then.
    pub guarded: bool,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum DtmfEvent {
    /// A digit has lasted long enough to count. Level is that of both tones together;
    /// twist is the high tone's level less the low tone's.
    Start {
        digit: Digit,
        start: Tick,
        level_dbm0: f32,
        twist_db: f32,
    },
    End {
        digit: Digit,
        start: Tick,
        end: Tick,
    },
}

/// The detector. One a leg.
#[derive(Clone, Debug)]
pub struct Dtmf {
    limits: &'static Limits,
    keys: Window,
    below: Window,
    energies: [f32; HOPS],
    newest: usize,
    /// Hops until the window holds only samples without a break.
    refill: usize,
    hum: Hum,
    candidate: Option<Candidate>,
    guard: Guard,
    active: Option<Active>,
    /// So many samples were lost that the digit before is over.
    cut: Option<Ticks>,
}

/// The last hops of a bank and their sums, now and one hop ago.
#[derive(Clone, Debug)]
struct Window {
    bank: Bank<HOP>,
    ring: [Bins; HOPS],
    sums: [Bins; 2],
}

/// What differs between the profiles.
#[derive(Debug)]
struct Limits {
    /// Share of a window's power that the two tones explain.
    explained: f32,
    /// Frequency error of a digit, as a share.
    offset: f32,
    /// Hops without a hit that a candidate survives.
    misses: u8,
    /// Power ratio within which each tone must keep.
    uneven: f32,
}

/// One window that looks like a digit.
#[derive(Clone, Copy, Debug)]
struct Hit {
    key: u8,
    /// Mean squares, corrected for their distance from the bins.
    row: f32,
    column: f32,
    /// Frequency errors as shares.
    offsets: (f32, f32),
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    key: u8,
    hits: u8,
    misses: u8,
    first_end: Tick,
    first_power: f32,
    /// Sums over the hits after the first two, whose windows are full.
    rows: f32,
    columns: f32,
    offsets: (f32, f32),
    measured: f32,
    least: (f32, f32),
    most: (f32, f32),
}

#[derive(Clone, Copy, Debug)]
struct Active {
    digit: Digit,
    key: u8,
    start: Tick,
    plateau: f32,
    /// When its amplitude fell, and for how many hops it has been low.
    falling: Option<Tick>,
    low: u8,
    /// Hops since the last hit.
    unlike: u8,
    last_hit: Tick,
    /// Hits in a row of another digit.
    other: u8,
}

/// Steady power below the digits' band: a dial tone, say.
#[derive(Clone, Copy, Debug, Default)]
struct Hum {
    power: f32,
    hops: u8,
}

const HOP: usize = 40;
const HOPS: usize = 4;
const WINDOW: usize = HOP * HOPS;

/// Hits that make a digit: with a window of four hops, 33 ms.
const HITS: u8 = 5;

/// Least mean square of both tones (-36 dBm0) and of each (-44 dBm0).
const LEAST: f32 = 62_500.0;
const LEAST_EACH: f32 = 9_900.0;

/// Allowed twist as a power ratio, high over low: +6.5 and -10.5 dB.
const MOST_TWIST: f32 = 4.5;
const LEAST_TWIST: f32 = 0.09;

/// The next strongest row or column has at most this share (-5 dB).
const SECOND: f32 = 0.32;

/// Frequency error of a single window, measured while it may still fill.
const WINDOW_OFFSET: f32 = 0.03;

const PIN_ENTRY: Limits = Limits {
    explained: 0.62,
    offset: 0.025,
    misses: 3,
    uneven: 4.0,
};
const TALK: Limits = Limits {
    explained: 0.70,
    offset: 0.024,
    misses: 1,
    uneven: 3.0,
};

/// Orthogonal over the window, they hold nearly all power from 225 to 525 Hz.
const BELOW: [f32; 6] = [250.0, 300.0, 350.0, 400.0, 450.0, 500.0];

/// Hops that a hum must be steady, its share of all power, and how it may vary.
const HUM_HOPS: u8 = 16;
const HUM_SHARE: f32 = 0.75;
const HUM_VARIES: f32 = 1.8;

impl Dtmf {
    pub fn new(profile: Profile) -> Dtmf {
        let mut keys = [0.0; 8];
        keys[..4].copy_from_slice(&ROWS);
        keys[4..].copy_from_slice(&COLUMNS);
        Dtmf {
            limits: match profile {
                Profile::PinEntry => &PIN_ENTRY,
                Profile::Talk => &TALK,
            },
            keys: Window::new(&keys),
            below: Window::new(&BELOW),
            energies: [0.0; HOPS],
            newest: 0,
            refill: 0,
            hum: Hum::default(),
            candidate: None,
            guard: Guard::default(),
            active: None,
            cut: None,
        }
    }

    pub fn process(&mut self, samples: &Samples, at: Tick) -> DtmfFrame {
        let mut frame = DtmfFrame::default();
        if let (Some(lost), Some(active)) = (self.cut.take(), self.active) {
            self.active = None;
            frame
                .events
                .push(active.ended((at - lost).max(active.start)));
        }
        let samples: [f32; FRAME] = to_float(samples);
        let (hops, _) = samples.as_chunks::<HOP>();
        for (n, hop) in hops.iter().enumerate() {
            let end = at + Ticks(((n + 1) * HOP) as u64);
            self.hop(hop, end, &mut frame);
        }
        frame.suspect |= self.active.is_some();
        frame.guarded |= frame.suspect;
        frame
    }

    /// Forgets all that was heard, in place.
    pub fn reset(&mut self) {
        self.refill = HOPS;
        self.hum = Hum::default();
        self.candidate = None;
        self.guard = Guard::default();
        self.active = None;
        self.cut = None;
    }

    /// Samples are missing before the next frame. A digit goes on if fewer than 20 ms are.
    pub fn lost(&mut self, samples: u32) {
        if samples == 0 {
            return;
        }
        self.refill = HOPS;
        self.candidate = None;
        self.guard = Guard::default();
        if samples as usize >= WINDOW {
            let before = self.cut.map_or(0, |cut| cut.0);
            self.cut = Some(Ticks(before + u64::from(samples)));
        }
    }

    fn hop(&mut self, samples: &[f32; HOP], end: Tick, frame: &mut DtmfFrame) {
        self.newest = (self.newest + 1) % HOPS;
        self.energies[self.newest] = samples.iter().map(|s| s * s).sum();
        self.keys.take(samples, self.newest);
        self.below.take(samples, self.newest);
        if self.refill > 0 {
            self.refill -= 1;
            return;
        }
        let powers = self.keys.powers();
        let total = self.energies.iter().sum::<f32>() / WINDOW as f32;
        let hum = self.hum.follow(self.below.powers().iter().sum(), total);
        let hit = self.hit(&powers, total - hum);
        frame.suspect |= hit.is_some();
        let offset = |lane| self.keys.offset(lane);
        frame.guarded |= self.guard.follow(&powers, offset) || hit.is_some();
        if self.active.is_some() {
            self.follow(hit, &powers, end, frame);
        }
        if self.active.is_none() {
            self.consider(hit, end, frame);
        }
    }

    fn hit(&self, powers: &Lanes, total: f32) -> Option<Hit> {
        let (row, rows) = strongest(&powers[..4])?;
        let (column, columns) = strongest(&powers[4..])?;
        let offset_row = self.keys.offset(row);
        let offset_column = self.keys.offset(4 + column);
        let row_power = rows / share_seen(offset_row);
        let column_power = columns / share_seen(offset_column);
        let twist = column_power / row_power;
        let offsets = (offset_row / ROWS[row], offset_column / COLUMNS[column]);
        let both = row_power + column_power;
        let strong = both >= LEAST && row_power.min(column_power) >= LEAST_EACH;
        let level = (LEAST_TWIST..=MOST_TWIST).contains(&twist);
        let near = offsets.0.abs().max(offsets.1.abs()) <= WINDOW_OFFSET;
        (strong && level && near && both >= self.limits.explained * total).then_some(Hit {
            key: (4 * row + column) as u8,
            row: row_power,
            column: column_power,
            offsets,
        })
    }

    fn consider(&mut self, hit: Option<Hit>, end: Tick, frame: &mut DtmfFrame) {
        match (hit, &mut self.candidate) {
            (Some(hit), Some(candidate)) if hit.key == candidate.key => candidate.add(&hit),
            (Some(hit), _) => self.candidate = Some(Candidate::new(&hit, end)),
            (None, Some(candidate)) => {
                candidate.misses += 1;
                if candidate.misses > self.limits.misses {
                    self.candidate = None;
                }
            }
            (None, None) => {}
        }
        let Some(candidate) = self.candidate else {
            return;
        };
        if candidate.hits < HITS || hit.is_none() {
            return;
        }
        self.candidate = None;
        if candidate.is_digit(self.limits) {
            self.accept(&candidate, end, frame);
        }
    }

    fn accept(&mut self, candidate: &Candidate, end: Tick, frame: &mut DtmfFrame) {
        let row = candidate.rows / candidate.measured;
        let column = candidate.columns / candidate.measured;
        let part = (candidate.first_power / (row + column)).sqrt().min(1.0);
        let start = candidate.first_end - Ticks((part * WINDOW as f32) as u64);
        let digit = Digit::parse(KEYPAD[usize::from(candidate.key)]).expect("a key is a digit");
        self.active = Some(Active {
            digit,
            key: candidate.key,
            start,
            plateau: row + column,
            falling: None,
            low: 0,
            unlike: 0,
            last_hit: end,
            other: 0,
        });
        let level_dbm0 = power_dbm0(row + column);
        let start = DtmfEvent::Start {
            digit,
            start,
            level_dbm0,
            twist_db: 10.0 * (column / row).log10(),
        };
        // Full only when a digit ended, one began and ended within 10 ms: it cannot.
        let _ = frame.events.try_push(start);
    }

    fn follow(&mut self, hit: Option<Hit>, powers: &Lanes, end: Tick, frame: &mut DtmfFrame) {
        let Some(active) = &mut self.active else {
            return;
        };
        let over = active.follow(hit, powers, end);
        if let Some(over) = over {
            let _ = frame.events.try_push(active.ended(over));
            self.active = None;
            self.candidate = None;
        }
    }
}

impl Window {
    fn new(freqs: &[f32]) -> Window {
        Window {
            bank: Bank::new(freqs),
            ring: [Bins::ZERO; HOPS],
            sums: [Bins::ZERO; 2],
        }
    }

    fn take(&mut self, samples: &[f32; HOP], newest: usize) {
        self.ring[newest] = self.bank.hop(samples);
        let mut sum = Bins::ZERO;
        self.ring.iter().for_each(|hop| sum.add(hop));
        self.sums = [sum, self.sums[0]];
    }

    /// The mean squares of sines with these magnitudes.
    fn powers(&self) -> Lanes {
        const SCALE: f32 = 2.0 / (WINDOW * WINDOW) as f32;
        self.sums[0].powers().map(|power| power * SCALE)
    }

    /// Hz between the heard frequency and the lane's.
    fn offset(&self, lane: usize) -> f32 {
        const HOPS_A_SECOND: f32 = SAMPLE_RATE as f32 / HOP as f32;
        let (re, im) = self.sums[0].turn_since(&self.sums[1], lane);
        im.atan2(re) * HOPS_A_SECOND / std::f32::consts::TAU
    }
}

impl Candidate {
    fn new(hit: &Hit, end: Tick) -> Candidate {
        Candidate {
            key: hit.key,
            hits: 1,
            misses: 0,
            first_end: end,
            first_power: hit.row + hit.column,
            rows: 0.0,
            columns: 0.0,
            offsets: (0.0, 0.0),
            measured: 0.0,
            least: (f32::MAX, f32::MAX),
            most: (0.0, 0.0),
        }
    }

    fn add(&mut self, hit: &Hit) {
        self.hits += 1;
        if self.hits <= 2 {
            return;
        }
        self.rows += hit.row;
        self.columns += hit.column;
        self.offsets.0 += hit.offsets.0;
        self.offsets.1 += hit.offsets.1;
        self.measured += 1.0;
        self.least = (self.least.0.min(hit.row), self.least.1.min(hit.column));
        self.most = (self.most.0.max(hit.row), self.most.1.max(hit.column));
    }

    fn is_digit(&self, limits: &Limits) -> bool {
        let offset = self.offsets.0.abs().max(self.offsets.1.abs()) / self.measured;
        offset <= limits.offset
            && self.most.0 <= limits.uneven * self.least.0
            && self.most.1 <= limits.uneven * self.least.1
    }
}

impl Active {
    /// Takes a window into account; returns when the digit ended, if it did.
    fn follow(&mut self, hit: Option<Hit>, powers: &Lanes, end: Tick) -> Option<Tick> {
        /// Hops at low amplitude that end a digit: more than an interruption of 10 ms has.
        const LOW_HOPS: u8 = 2;
        /// Hops in which something else covers the digit.
        const UNLIKE_HOPS: u8 = 20;
        const OTHER_HOPS: u8 = 3;
        let key = usize::from(self.key);
        let power = powers[key / 4] + powers[4 + key % 4];
        let part = (power / self.plateau).sqrt();
        match hit {
            Some(hit) if hit.key == self.key => {
                self.unlike = 0;
                self.other = 0;
                self.last_hit = end;
            }
            Some(_) => self.other += 1,
            None => self.unlike = self.unlike.saturating_add(1),
        }
        if part >= 0.6 {
            self.falling = None;
        } else if part < 0.5 && self.falling.is_none() {
            let missing = (1.0 - part) * WINDOW as f32;
            self.falling = Some((end - Ticks(missing as u64)).max(self.start));
        }
        self.low = if part < 0.4 { self.low + 1 } else { 0 };
        if self.low >= LOW_HOPS {
            return self.falling;
        }
        (self.unlike >= UNLIKE_HOPS || self.other >= OTHER_HOPS).then_some(self.last_hit)
    }

    fn ended(&self, end: Tick) -> DtmfEvent {
        DtmfEvent::End {
            digit: self.digit,
            start: self.start,
            end,
        }
    }
}

/// Two steady tones of a key, whatever sounds beside them.
#[derive(Clone, Copy, Debug, Default)]
struct Guard {
    key: usize,
    row: f32,
    column: f32,
    /// Hops in a row.
    hops: u8,
}

impl Guard {
    /// Hops that make a key; with the window's own length 30 ms, less than any receiver needs.
    const HOPS: u8 = 3;
    /// 16 dB either way: a receiver's 6 and 10 dB, and what a long line adds.
    const TWIST: f32 = 40.0;
    /// From hop to hop, once the window is full.
    const UNEVEN: f32 = 2.0;

    fn follow(&mut self, powers: &Lanes, offset: impl Fn(usize) -> f32) -> bool {
        let seen = Guard::tones(powers).filter(|&(row, column, ..)| {
            let errors = [
                offset(row) / ROWS[row],
                offset(4 + column) / COLUMNS[column],
            ];
            errors.iter().all(|error| error.abs() <= WINDOW_OFFSET)
        });
        let Some((row, column, rows, columns)) = seen else {
            self.hops = 0;
            return false;
        };
        let key = 4 * row + column;
        let even =
            |now: f32, before: f32| now <= before * Guard::UNEVEN && before <= now * Guard::UNEVEN;
        let same = key == self.key && even(rows, self.row) && even(columns, self.column);
        self.hops = if same { self.hops.saturating_add(1) } else { 1 };
        (self.key, self.row, self.column) = (key, rows, columns);
        self.hops >= Guard::HOPS
    }

    fn tones(powers: &Lanes) -> Option<(usize, usize, f32, f32)> {
        let (row, rows) = strongest(&powers[..4])?;
        let (column, columns) = strongest(&powers[4..])?;
        let twist = columns / rows;
        let level = (1.0 / Guard::TWIST..=Guard::TWIST).contains(&twist);
        (level && rows.min(columns) >= LEAST_EACH).then_some((row, column, rows, columns))
    }
}

impl Hum {
    /// Takes the power of the low band in a window of this total; returns what of it is a
    /// tone that was there for some time.
    fn follow(&mut self, below: f32, total: f32) -> f32 {
        let steady = below < HUM_VARIES * self.power && self.power < HUM_VARIES * below;
        let alone = below >= HUM_SHARE * total;
        if !steady {
            *self = Hum {
                power: below,
                hops: 0,
            };
            return 0.0;
        }
        if alone {
            self.power += 0.1 * (below - self.power);
            self.hops = self.hops.saturating_add(1).min(HUM_HOPS);
        } else if self.hops < HUM_HOPS {
            // Something else sounds before the hum was known as one.
            self.hops = 0;
        }
        if self.hops == HUM_HOPS { below } else { 0.0 }
    }
}

/// The strongest of a group and its power, if it stands out.
fn strongest(group: &[f32]) -> Option<(usize, f32)> {
    let mut best = 0;
    for at in 1..group.len() {
        if group[at] > group[best] {
            best = at;
        }
    }
    let limit = SECOND * group[best];
    let alone = group
        .iter()
        .enumerate()
        .all(|(at, &power)| at == best || power <= limit);
    alone.then_some((best, group[best]))
}

/// The share of a sine's power that a bin sees at this offset.
fn share_seen(offset_hz: f32) -> f32 {
    let seen = scallop(offset_hz, WINDOW);
    (seen * seen).max(0.2)
}
