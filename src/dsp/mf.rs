//! Multifrequency signals, two of six tones: R1, R2 forward, R2 backward.
//!
//! What: finds the beginning and the end of each signal.
//!
//! How: each 5 ms a window of 15 ms, tapered by a raised cosine, is fitted with all tones of the
//! system at once (least squares, by a table), so that neighbours only 120 Hz apart and tones of
//! unequal level do not disturb each other; for R2 the tones of the other direction are fitted as
//! well, so that the echo of what is sent is no disturbance. A window is a hit when two tones stand
//! out and hold most of its power. Three hits of one signal in a row begin it, two misses end it.
//!
//! Limits. R1 (ITU-T Q.323, and what North American offices ask of a receiver): 0 to -25 dBm0 a
//! tone, silent below -35; tones up to 6 dB apart; frequency within 1.5 % and 10 Hz; signals of
//! 30 ms and pauses of 25 ms; nothing of 10 ms. R2 (Q.455): -5 to -35 dBm0 a tone, silent below
//! -42; tones up to 7 dB apart; frequency within 10 Hz; nothing of 7 ms, and an interruption of
//! 7 ms is bridged; beginning and end together told within 70 ms, each to 8 ms.

use crate::{SAMPLE_RATE, level::power_dbm0};
use arrayvec::ArrayVec;
use std::sync::LazyLock;
use types::{
    frame::{FRAME, Samples},
    mf::MfSignal,
    tick::{Tick, Ticks},
};

/// Which signals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MfKind {
    R1,
    R2Forward,
    R2Backward,
}

impl MfKind {
    /// The six tones in the order in which signals count them.
    pub const fn hz(self) -> [f32; 6] {
        match self {
            MfKind::R1 => [700.0, 900.0, 1100.0, 1300.0, 1500.0, 1700.0],
            MfKind::R2Forward => [1380.0, 1500.0, 1620.0, 1740.0, 1860.0, 1980.0],
            MfKind::R2Backward => [1140.0, 1020.0, 900.0, 780.0, 660.0, 540.0],
        }
    }

    fn limits(self) -> &'static Limits {
        match self {
            MfKind::R1 => &Limits {
                least_dbm0: -30.0,
                most_apart: 6.3,
            },
            MfKind::R2Forward | MfKind::R2Backward => &Limits {
                least_dbm0: -38.5,
                most_apart: 8.0,
            },
        }
    }
}

/// What was heard.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum MfEvent {
    Start {
        signal: MfSignal,
        start: Tick,
        /// Of both tones together.
        level_dbm0: f32,
    },
    End {
        signal: MfSignal,
        end: Tick,
    },
}

/// What one frame can bring.
pub type MfEvents = ArrayVec<MfEvent, 4>;

/// The receiver of one kind of signals.
#[derive(Clone, Debug)]
pub struct MfReceiver {
    kind: MfKind,
    fit: &'static Fit,
    recent: [f32; WINDOW + FRAME],
    candidate: Option<Run>,
    active: Option<Run>,
    cut: bool,
}

/// One signal, window after window.
#[derive(Clone, Copy, Debug)]
struct Run {
    signal: MfSignal,
    start: Tick,
    /// The middle of the last window with it.
    last: Tick,
    /// The most power of the weaker tone.
    peak: f32,
    hits: u8,
    misses: u8,
}

/// What a window shows.
#[derive(Clone, Copy, Debug)]
struct Seen {
    signal: MfSignal,
    /// Mean squares of the weaker and the stronger tone.
    weaker: f32,
    stronger: f32,
    /// All is as it should be.
    clean: bool,
}

#[derive(Debug)]
struct Limits {
    /// A tone is no weaker.
    least_dbm0: f32,
    /// Their levels differ by no more, in dB.
    most_apart: f32,
}

const WINDOW: usize = 120;
const HOP: usize = FRAME / 2;
const MIDDLE: Ticks = Ticks((WINDOW / 2) as u64);
/// The share of the power that both tones hold.
const SHARE: f32 = 0.65;
/// How far any third tone stays below the weaker, as a ratio of power (5 dB).
const THIRD: f32 = 0.316;
/// A signal goes on while its weaker tone is no more than this below its best (10 dB).
const HOLD: f32 = 0.1;
const HITS: u8 = 3;
const MISSES: u8 = 2;

impl MfReceiver {
    pub fn new(kind: MfKind) -> MfReceiver {
        static R1: LazyLock<Fit> = LazyLock::new(|| Fit::new(&MfKind::R1.hz()));
        static R2: LazyLock<Fit> = LazyLock::new(|| {
            let [forward, backward] = [MfKind::R2Forward.hz(), MfKind::R2Backward.hz()];
            Fit::new(&[forward, backward].concat())
        });
        MfReceiver {
            kind,
            fit: match kind {
                MfKind::R1 => &R1,
                MfKind::R2Forward | MfKind::R2Backward => &R2,
            },
            recent: [0.0; WINDOW + FRAME],
            candidate: None,
            active: None,
            cut: false,
        }
    }

    /// Forgets all that was heard, in place.
    pub fn reset(&mut self) {
        self.recent.fill(0.0);
        self.candidate = None;
        self.active = None;
        self.cut = false;
    }

    /// Samples are missing before the next frame: a signal that sounds ends there.
    pub fn lost(&mut self, samples: u32) {
        if samples > 0 {
            self.recent.fill(0.0);
            self.candidate = None;
            self.cut = self.active.is_some();
        }
    }

    pub fn process(&mut self, samples: &Samples, at: Tick) -> MfEvents {
        let mut events = MfEvents::new();
        if std::mem::take(&mut self.cut) {
            self.end(at, &mut events);
        }
        self.recent.copy_within(FRAME.., 0);
        for (to, &sample) in self.recent[WINDOW..].iter_mut().zip(samples) {
            *to = f32::from(sample);
        }
        for from in [HOP, FRAME] {
            let end = at + Ticks(from as u64);
            let window = self.recent[from..].first_chunk().expect("it is as long");
            let seen = self.look(window);
            self.follow(seen, end - MIDDLE, &mut events);
        }
        events
    }

    fn follow(&mut self, seen: Option<Seen>, middle: Tick, events: &mut MfEvents) {
        if let Some(run) = &mut self.active {
            let on = seen.filter(|s| s.signal == run.signal && s.weaker > HOLD * run.peak);
            if let Some(seen) = on {
                run.peak = run.peak.max(seen.weaker);
                (run.last, run.misses) = (middle, 0);
                return;
            }
            run.misses += 1;
            if run.misses == MISSES {
                let end = run.last;
                self.end(end, events);
            }
        }
        let Some(seen) = seen.filter(|s| s.clean) else {
            self.candidate = None;
            return;
        };
        if self.active.is_some_and(|run| run.signal == seen.signal) {
            return;
        }
        let run = match self.candidate {
            Some(run) if run.signal == seen.signal => Run {
                last: middle,
                hits: run.hits + 1,
                peak: run.peak.max(seen.weaker),
                ..run
            },
            _ => Run {
                signal: seen.signal,
                // Between this window and the one before.
                start: middle - Ticks(HOP as u64 / 2),
                last: middle,
                peak: seen.weaker,
                hits: 1,
                misses: 0,
            },
        };
        self.candidate = Some(run);
        if run.hits < HITS {
            return;
        }
        self.candidate = None;
        self.end(middle, events);
        self.active = Some(run);
        let _ = events.try_push(MfEvent::Start {
            signal: run.signal,
            start: run.start,
            level_dbm0: power_dbm0(seen.weaker + seen.stronger),
        });
    }

    fn end(&mut self, end: Tick, events: &mut MfEvents) {
        if let Some(run) = self.active.take() {
            let signal = run.signal;
            let _ = events.try_push(MfEvent::End { signal, end });
        }
    }

    /// The two strongest tones; `None` when all is too quiet.
    fn look(&self, window: &[f32; WINDOW]) -> Option<Seen> {
        let limits = self.kind.limits();
        let total = self.fit.total(window);
        if power_dbm0(total) < limits.least_dbm0 {
            return None;
        }
        let powers = match self.kind {
            MfKind::R1 => self.fit.powers::<8>(window),
            MfKind::R2Forward | MfKind::R2Backward => self.fit.powers::<TONES>(window),
        };
        let own_at = if self.kind == MfKind::R2Backward {
            6
        } else {
            0
        };
        let own: [f32; 6] = std::array::from_fn(|tone| powers[own_at + tone]);
        let others: f32 = powers.iter().sum::<f32>() - own.iter().sum::<f32>();
        let mut order: [usize; 6] = std::array::from_fn(|tone| tone);
        order.sort_unstable_by(|&a, &b| own[b].total_cmp(&own[a]));
        let [first, second, third, ..] = order;
        let (stronger, weaker) = (own[first], own[second]);
        let signal = MfSignal::of_pair((first.min(second), first.max(second)))?;
        let apart = power_dbm0(stronger) - power_dbm0(weaker);
        let clean = power_dbm0(weaker) >= limits.least_dbm0
            && apart <= limits.most_apart
            && own[third] <= THIRD * weaker
            && stronger + weaker >= SHARE * (total - others).max(stronger);
        Some(Seen {
            signal,
            weaker,
            stronger,
            clean,
        })
    }
}

/// R2's of both directions; R1 has fewer.
const TONES: usize = 12;
const HALF: usize = WINDOW / 2;

/// What a window is multiplied with to have the cosine and the sine part of each tone. About the
/// window's middle cosines are even and sines odd, and so are their factors: one half is enough, for
/// the sums and for the differences of the samples that lie as far from the middle.
#[derive(Debug)]
struct Fit {
    /// By sample, so that all tones of a sample are worked on at once.
    even: Box<[[f32; TONES]; HALF]>,
    odd: Box<[[f32; TONES]; HALF]>,
    taper: [f32; WINDOW],
}

impl Fit {
    /// The least squares solution: `(A' W A)^-1 A' W`, with the taper as weights `W`.
    fn new(hz: &[f32]) -> Fit {
        let columns = 2 * hz.len();
        let taper: [f64; WINDOW] = std::array::from_fn(|n| {
            let turn = std::f64::consts::TAU * (n as f64 + 0.5) / WINDOW as f64;
            (1.0 - turn.cos()) / WINDOW as f64
        });
        let value = |n: usize, column: usize| {
            let turn = std::f64::consts::TAU * f64::from(hz[column / 2]) / f64::from(SAMPLE_RATE);
            let angle = turn * (n as f64 + 0.5 - WINDOW as f64 / 2.0);
            if column.is_multiple_of(2) {
                angle.cos()
            } else {
                angle.sin()
            }
        };
        let mut system = vec![vec![0.0; columns + WINDOW]; columns];
        for (row, equation) in system.iter_mut().enumerate() {
            for n in 0..WINDOW {
                let weighted = taper[n] * value(n, row);
                equation[columns + n] = weighted;
                for (column, sum) in equation[..columns].iter_mut().enumerate() {
                    *sum += weighted * value(n, column);
                }
            }
        }
        solve(&mut system);
        let factors = |first: usize| {
            let mut rows = Box::new([[0.0; TONES]; HALF]);
            for (n, row) in rows.iter_mut().enumerate() {
                for (tone, factor) in row[..hz.len()].iter_mut().enumerate() {
                    *factor = system[2 * tone + first][columns + n] as f32;
                }
            }
            rows
        };
        Fit {
            even: factors(0),
            odd: factors(1),
            taper: taper.map(|weight| weight as f32),
        }
    }

    /// The mean square of a window.
    fn total(&self, window: &[f32; WINDOW]) -> f32 {
        let weighed = window.iter().zip(&self.taper);
        weighed
            .map(|(&sample, &weight)| weight * sample * sample)
            .sum()
    }

    /// The mean square of each of the first `N` tones; those that are none have none.
    fn powers<const N: usize>(&self, window: &[f32; WINDOW]) -> [f32; TONES] {
        let (mut cosines, mut sines) = ([0.0f32; N], [0.0f32; N]);
        let (early, late) = window.split_at(HALF);
        let pairs = early.iter().zip(late.iter().rev());
        for ((even, odd), (&one, &other)) in self.even.iter().zip(&self.odd[..]).zip(pairs) {
            let (sum, difference) = (one + other, one - other);
            for (part, &factor) in cosines.iter_mut().zip(even) {
                *part += factor * sum;
            }
            for (part, &factor) in sines.iter_mut().zip(odd) {
                *part += factor * difference;
            }
        }
        let mut powers = [0.0; TONES];
        for (power, (cosine, sine)) in powers.iter_mut().zip(cosines.iter().zip(&sines)) {
            *power = (cosine * cosine + sine * sine) / 2.0;
        }
        powers
    }
}

/// Gauss and Jordan's elimination: turns `[M | R]` into `[1 | M^-1 R]`. `M` is a matrix of sums of
/// squares, so its diagonal needs no exchange of rows.
fn solve(system: &mut [Vec<f64>]) {
    for pivot in 0..system.len() {
        let scale = system[pivot][pivot].recip();
        for value in &mut system[pivot] {
            *value *= scale;
        }
        let row = system[pivot].clone();
        for (at, other) in system.iter_mut().enumerate() {
            let factor = other[pivot];
            if at != pivot {
                for (value, from) in other.iter_mut().zip(&row) {
                    *value -= factor * from;
                }
            }
        }
    }
}
