//! Cuts audio into sounds of known frequencies and the gaps between them.
//!
//! What: for each stretch in which a few frequencies of a given set hold nearly all the
//! power, its exact frequencies, its level, its beginning and its end.
//!
//! How: each 10 ms the spectrum of the last 50 ms (20 ms above 700 Hz) is taken at the
//! set's frequencies. A window is steady when the strong ones explain most of its power
//! and each is where it should be, measured by the turn of its phase. Three steady
//! windows alike begin a sound; it ends when its amplitude has fallen to half. As the
//! amplitude in a window that a sound fills only partly is proportional to the part, both
//! edges are found to a few milliseconds although the window is longer.
//!
//! Limits: sounds from about 50 ms; frequencies in one set at least 25 Hz apart below
//! 700 Hz, to be heard together; signal to noise 10 dB; level from -42 dBm0; twist
//! between the frequencies of a sound up to 10 dB.

use crate::{
    SAMPLE_RATE,
    bank::{Bank, Bins, LANES, Turned, scallop},
    level::power_dbm0,
    plan::MAX_FREQS,
    simd::Path,
};
use arrayvec::ArrayVec;
use std::sync::Arc;
use types::{
    frame::{FRAME, FRAME_TICKS, Samples},
    tick::{Tick, Ticks},
};

/// What one frame changed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    /// A sound began (some frames ago): [`Segmenter::sound`] is it.
    pub began: bool,
    /// A sound ended (some frames ago).
    pub ended: Option<Ended>,
    /// This frame's window holds frequencies of the set and nothing else.
    pub tonal: bool,
}

/// A sound that is over.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    pub freqs: ArrayVec<f32, MAX_FREQS>,
    pub start: Tick,
    pub end: Tick,
    pub level_dbm0: f32,
}

#[derive(Clone, Debug)]
pub(crate) struct Segmenter {
    freqs: Vec<f32>,
    bank: Arc<Bank>,
    turned: Box<[Turned]>,
    /// What the bank gave for the last frame.
    bins: Box<[Bins]>,
    /// The last hops of each group, newest at `newest`.
    rings: Vec<[Bins; LONG]>,
    newest: usize,
    windows: Vec<Windows>,
    energies: [f32; ENERGIES],
    frames: u64,
    /// Hops until every window holds only samples without a break.
    refill: usize,
    onset: Option<Onset>,
    sound: Option<Sound>,
    gap: Gap,
}

/// The sums over the long and the short window of one group, now and one hop ago.
#[derive(Clone, Debug)]
struct Windows {
    long: [Bins; 2],
    short: [Bins; 2],
}

/// A sound that goes on.
#[derive(Clone, Debug)]
pub(crate) struct Sound {
    lanes: Lanes,
    pub start: Tick,
    /// Amplitude that a whole window has.
    plateau: f32,
    /// Least and most amplitude since the first whole window.
    range: (f32, f32),
    turns: [(f32, f32); MAX_FREQS],
    powers: [f32; MAX_FREQS],
    measured: f32,
    hops: usize,
    unsteady: usize,
}

/// Steady windows that may become a sound.
#[derive(Clone, Debug)]
struct Onset {
    lanes: Lanes,
    hops: usize,
    /// Amplitudes of the first steady window and of the one before.
    amplitudes: [f32; 2],
    first_end: Tick,
}

/// The gap after the last sound.
#[derive(Clone, Copy, Debug, Default)]
struct Gap {
    since: Tick,
    energy: f32,
    frames: u32,
}

/// Indices into the set, ascending.
type Lanes = ArrayVec<u8, MAX_FREQS>;

/// The spectrum of a window, reduced to what is strong.
#[derive(Debug)]
struct Spectrum {
    lanes: Lanes,
    steady: bool,
}

/// Hops in the long and the short window, and the frequency between the two.
const LONG: usize = 5;
const SHORT: usize = 2;
const SHORT_FROM_HZ: f32 = 700.0;

/// Frames whose energy is kept; gaps are measured this far behind, where no onset that is
/// not yet known can be.
const ENERGIES: usize = 8;
const GAP_LAG: u64 = 6;

/// Share of a window's power that its strong frequencies must explain.
const EXPLAINED: f32 = 0.62;

/// A frequency counts from this share of the strongest one's power (10 dB).
const TWIST: f32 = 0.1;

/// Two lanes that measure frequencies closer than this see the same one.
const SAME_HZ: f32 = 12.0;

/// Least mean square of a steady window: -42 dBm0.
const FLOOR: f32 = 15_700.0;

/// Steady windows that begin a sound, unsteady ones that break it.
const ONSET_HOPS: usize = 3;
const BREAK_HOPS: usize = 10;

impl Segmenter {
    /// The frequencies to know, in Hz.
    pub fn new(mut freqs: Vec<f32>) -> Segmenter {
        freqs.sort_by(f32::total_cmp);
        freqs.dedup_by(|a, b| (*a - *b).abs() < 1.0);
        assert!(freqs.len() <= usize::from(u8::MAX), "too many frequencies");
        let bank = Bank::new(&freqs, Path::best());
        let windows = Windows {
            long: [Bins::ZERO; 2],
            short: [Bins::ZERO; 2],
        };
        Segmenter {
            rings: vec![[Bins::ZERO; LONG]; bank.groups()],
            windows: vec![windows; bank.groups()],
            turned: bank.start(),
            bins: vec![Bins::ZERO; bank.groups()].into(),
            freqs,
            bank,
            newest: 0,
            energies: [0.0; ENERGIES],
            frames: 0,
            refill: 0,
            onset: None,
            sound: None,
            gap: Gap::default(),
        }
    }

    pub fn process(&mut self, samples: &Samples, at: Tick) -> Change {
        let end = at + FRAME_TICKS;
        self.take(samples, at);
        if self.refill > 0 {
            self.refill -= 1;
            return Change {
                tonal: self.sound.is_some(),
                ..Change::default()
            };
        }
        let spectrum = self.spectrum(&self.expected());
        let mut change = Change {
            tonal: spectrum.steady,
            ..Change::default()
        };
        change.ended = self.follow(&spectrum, end);
        if self.sound.is_none() {
            change.began = self.look_for_onset(spectrum, end);
        }
        change.tonal |= self.sound.is_some();
        change
    }

    /// Samples are missing: no window may span the break.
    pub fn lost(&mut self) {
        self.refill = LONG;
        self.onset = None;
    }

    pub fn reset(&mut self) {
        self.refill = LONG;
        self.onset = None;
        self.sound = None;
        self.gap = Gap::default();
    }

    pub fn sound(&self) -> Option<&Sound> {
        self.sound.as_ref()
    }

    pub fn freqs_of(&self, sound: &Sound) -> ArrayVec<f32, MAX_FREQS> {
        let turned = sound.lanes.iter().zip(&sound.turns);
        let mut freqs: ArrayVec<f32, MAX_FREQS> = turned
            .map(|(&lane, turn)| self.freqs[usize::from(lane)] + hz_of(*turn))
            .collect();
        freqs.sort_by(f32::total_cmp);
        freqs
    }

    /// The mean square of the gap before the sound that just began, if it was long enough.
    pub fn gap_power(&self) -> Option<f32> {
        (self.gap.frames > 0).then(|| self.gap.energy / (self.gap.frames as usize * FRAME) as f32)
    }

    fn take(&mut self, samples: &Samples, at: Tick) {
        let (turned, bins) = (&mut *self.turned, &mut *self.bins);
        let [energy] = self.bank.hop([samples], [turned], [bins]);
        self.newest = (self.newest + 1) % LONG;
        let before = (self.newest + LONG - 1) % LONG;
        let groups = self.bins.iter().zip(&mut self.rings);
        for ((bins, ring), windows) in groups.zip(&mut self.windows) {
            ring[self.newest] = *bins;
            let mut short = ring[self.newest];
            short.add(&ring[before]);
            let mut long = Bins::ZERO;
            ring.iter().for_each(|hop| long.add(hop));
            windows.long = [long, windows.long[0]];
            windows.short = [short, windows.short[0]];
        }
        self.energies[(self.frames % ENERGIES as u64) as usize] = energy;
        self.measure_gap(at);
        self.frames += 1;
    }

    fn measure_gap(&mut self, at: Tick) {
        let Some(lagged) = self.frames.checked_sub(GAP_LAG) else {
            return;
        };
        let lagged_at = at - Ticks(GAP_LAG * FRAME as u64);
        // The frame after the end may still hold the echo of the sound.
        if self.sound.is_none() && lagged_at >= self.gap.since + FRAME_TICKS {
            self.gap.energy += self.energies[(lagged % ENERGIES as u64) as usize];
            self.gap.frames += 1;
        }
    }

    fn hops_of(&self, lane: usize) -> usize {
        if self.freqs[lane] < SHORT_FROM_HZ {
            LONG
        } else {
            SHORT
        }
    }

    /// The window of a lane now and one hop ago, and its length in hops.
    fn window(&self, lane: usize) -> (&[Bins; 2], usize) {
        let windows = &self.windows[lane / LANES];
        match self.hops_of(lane) {
            LONG => (&windows.long, LONG),
            _ => (&windows.short, SHORT),
        }
    }

    /// The mean square that a sine with this lane's magnitude has.
    fn power(&self, lane: usize, ago: usize) -> f32 {
        let (sums, hops) = self.window(lane);
        let (re, im) = (sums[ago].re[lane % LANES], sums[ago].im[lane % LANES]);
        let n = (hops * FRAME) as f32;
        2.0 * (re * re + im * im) / (n * n)
    }

    fn turn(&self, lane: usize) -> (f32, f32) {
        let ([now, before], _) = self.window(lane);
        now.turn_since(before, lane % LANES)
    }

    /// The lanes in which a sound was seen last.
    fn expected(&self) -> Lanes {
        let lanes = self.sound.as_ref().map(|sound| &sound.lanes);
        let lanes = lanes.or(self.onset.as_ref().map(|onset| &onset.lanes));
        lanes.cloned().unwrap_or_default()
    }

    fn spectrum(&self, expected: &Lanes) -> Spectrum {
        let mut spectrum = Spectrum {
            lanes: Lanes::new(),
            steady: false,
        };
        let powers = (0..self.freqs.len()).map(|lane| (lane, self.power(lane, 0)));
        let Some((top, top_power)) = powers.max_by(|a, b| a.1.total_cmp(&b.1)) else {
            return spectrum;
        };
        let total = self.total_power(self.hops_of(top));
        // A quarter of the explained share cannot be made up by the other frequencies.
        if total < FLOOR || top_power < 0.1 * total {
            return spectrum;
        }
        spectrum.steady = true;
        let mut explained = 0.0;
        let mut seen: ArrayVec<(f32, f32, u8), MAX_FREQS> = ArrayVec::new();
        for lane in 0..self.freqs.len() {
            let power = self.power(lane, 0);
            if power < TWIST * top_power {
                continue;
            }
            let offset = hz_of(self.turn(lane));
            let hz = self.freqs[lane] + offset;
            if let Some(same) = seen.iter_mut().find(|s| (s.0 - hz).abs() < SAME_HZ) {
                // Between two lanes, noise would make it jump from one to the other.
                let held = |lane: u8| if expected.contains(&lane) { 3.0 } else { 1.0 };
                if same.1 * held(same.2) < power * held(lane as u8) {
                    *same = (hz, power, lane as u8);
                }
            } else if seen.try_push((hz, power, lane as u8)).is_err() {
                spectrum.steady = false;
            }
        }
        for &(hz, power, lane) in &seen {
            let nominal = self.freqs[usize::from(lane)];
            let offset = hz - nominal;
            spectrum.steady &= offset.abs() <= 0.03 * nominal + 3.0;
            let seen_share = scallop(offset, self.hops_of(usize::from(lane)) * FRAME);
            explained += power / (seen_share * seen_share).max(0.1);
            spectrum.lanes.push(lane);
        }
        spectrum.lanes.sort_unstable();
        spectrum.steady &= explained >= EXPLAINED * total;
        spectrum
    }

    /// The mean square of the last frames.
    fn total_power(&self, frames: usize) -> f32 {
        let newest = self.frames + ENERGIES as u64 - 1;
        let sum: f32 = (0..frames as u64)
            .map(|back| self.energies[((newest - back) % ENERGIES as u64) as usize])
            .sum();
        sum / (frames * FRAME) as f32
    }

    /// The amplitude of a sound now, or one hop ago.
    fn amplitude(&self, lanes: &Lanes, ago: usize) -> f32 {
        let powers = lanes.iter().map(|&lane| self.power(usize::from(lane), ago));
        powers.sum::<f32>().sqrt()
    }

    /// Follows the sound that goes on; returns it when it ended.
    fn follow(&mut self, spectrum: &Spectrum, end: Tick) -> Option<Ended> {
        let mut sound = self.sound.take()?;
        let amplitude = self.amplitude(&sound.lanes, 0);
        let window = self.hops_of(usize::from(sound.lanes[0]));
        let part = amplitude / sound.plateau;
        sound.hops += 1;
        if part < 0.5 {
            let missing = (1.0 - part) * (window * FRAME) as f32;
            return Some(self.end(sound, end - Ticks(missing as u64)));
        }
        if spectrum.steady && spectrum.lanes == sound.lanes {
            sound.unsteady = 0;
            self.measure(&mut sound, amplitude, window);
        } else {
            sound.unsteady += 1;
        }
        if sound.unsteady >= BREAK_HOPS {
            let since = Ticks((BREAK_HOPS * FRAME) as u64);
            return Some(self.end(sound, end - since));
        }
        self.sound = Some(sound);
        None
    }

    fn measure(&self, sound: &mut Sound, amplitude: f32, window: usize) {
        if sound.hops < window {
            sound.plateau = sound.plateau.max(amplitude);
            return;
        }
        sound.plateau += 0.2 * (amplitude - sound.plateau);
        sound.range = (sound.range.0.min(amplitude), sound.range.1.max(amplitude));
        for (at, &lane) in sound.lanes.iter().enumerate() {
            let lane = usize::from(lane);
            let turn = self.turn(lane);
            sound.turns[at].0 += turn.0;
            sound.turns[at].1 += turn.1;
            let seen_share = scallop(hz_of(turn), self.hops_of(lane) * FRAME);
            sound.powers[at] += self.power(lane, 0) / (seen_share * seen_share).max(0.1);
        }
        sound.measured += 1.0;
    }

    fn end(&mut self, sound: Sound, end: Tick) -> Ended {
        let end = end.max(sound.start);
        self.onset = None;
        self.gap = Gap {
            since: end,
            ..Gap::default()
        };
        Ended {
            freqs: self.freqs_of(&sound),
            start: sound.start,
            end,
            level_dbm0: sound.level_dbm0(),
        }
    }

    fn look_for_onset(&mut self, spectrum: Spectrum, end: Tick) -> bool {
        if !spectrum.steady || spectrum.lanes.is_empty() {
            self.onset = None;
            return false;
        }
        let amplitude = self.amplitude(&spectrum.lanes, 0);
        match &mut self.onset {
            Some(onset) if onset.lanes == spectrum.lanes => onset.hops += 1,
            _ => {
                self.onset = Some(Onset {
                    amplitudes: [amplitude, self.amplitude(&spectrum.lanes, 1)],
                    lanes: spectrum.lanes,
                    hops: 1,
                    first_end: end,
                });
            }
        }
        let Some(onset) = self.onset.take_if(|onset| onset.hops >= ONSET_HOPS) else {
            return false;
        };
        let window = self.hops_of(usize::from(onset.lanes[0])) * FRAME;
        let mut sound = Sound {
            start: onset.start(amplitude, window),
            plateau: amplitude,
            range: (f32::MAX, 0.0),
            turns: [(0.0, 0.0); MAX_FREQS],
            powers: [0.0; MAX_FREQS],
            measured: 0.0,
            hops: ONSET_HOPS,
            unsteady: 0,
            lanes: onset.lanes,
        };
        sound.start = sound.start.max(self.gap.since);
        // A first measure, so that even the shortest sound has its frequencies.
        for (at, &lane) in sound.lanes.iter().enumerate() {
            let lane = usize::from(lane);
            sound.turns[at] = self.turn(lane);
            sound.powers[at] = self.power(lane, 0);
        }
        sound.measured = 1.0;
        self.sound = Some(sound);
        true
    }
}

impl Onset {
    /// When the sound began, from the part of a whole window's amplitude that was there.
    fn start(&self, whole: f32, window: usize) -> Tick {
        let [first, before] = self
            .amplitudes
            .map(|amplitude| (amplitude / whole).min(1.0));
        // The phase of the first window with sound in it says nothing yet: it may have been
        // passed over although it was half full.
        let (part, end) = if first < 0.95 {
            (first, self.first_end)
        } else {
            (before, self.first_end - FRAME_TICKS)
        };
        end - Ticks((part * window as f32) as u64)
    }
}

impl Sound {
    /// The level of all frequencies together.
    pub fn level_dbm0(&self) -> f32 {
        power_dbm0(self.power())
    }

    /// The mean square.
    pub fn power(&self) -> f32 {
        self.powers.iter().sum::<f32>() / self.measured
    }

    /// Whether its level stayed within a few dB.
    pub fn is_even(&self) -> bool {
        self.range.1 <= 1.6 * self.range.0
    }
}

/// The offset of a frequency whose phase turned this much over one hop.
fn hz_of(turn: (f32, f32)) -> f32 {
    let hops_a_second = (SAMPLE_RATE as usize / FRAME) as f32;
    turn.1.atan2(turn.0) * hops_a_second / std::f32::consts::TAU
}
