//! The spectrum of the last 20 ms at the eight frequencies, and whether it looks like a key.

use super::Recent;
use crate::{
    SAMPLE_RATE,
    bank::{Bins, Group, HOP, Hop, LANES, Lanes, fold},
    simd::{Kernels, Path, Work},
    tone_gen::{COLUMNS, KEYPAD, ROWS},
    wave::Phasor,
};
use std::sync::LazyLock;
use types::{digits::Digit, frame::FRAME};

/// What all detectors share.
#[derive(Debug)]
struct Keys {
    group: Group,
    below: Group,
    /// How much of a column's tone a row's bin sees, and the other way, within a hop; and what
    /// makes amplitudes of bins without it.
    cross: [[(f32, f32); 4]; 4],
    /// Cosine of the most that each may turn over a hop to be in tune for anybody.
    in_tune: Lanes,
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys {
    in_tune: FREQS.map(|hz| {
        const OFF: f32 = 0.032;
        let turn = std::f32::consts::TAU * OFF * hz * HOP as f32 / SAMPLE_RATE as f32;
        if turn < std::f32::consts::PI {
            turn.cos()
        } else {
            -1.0
        }
    }),
    group: Group::new(&FREQS),
    below: Group::new(&BELOW),
    cross: std::array::from_fn(|row| {
        std::array::from_fn(|column| {
            let half = std::f64::consts::PI * f64::from(COLUMNS[column] - ROWS[row]) / 8000.0;
            let cross = (half * HOP as f64).sin() / (half.sin() * HOP as f64);
            let scale = 2.0 / (HOP as f64 * (1.0 - cross * cross));
            (cross as f32, scale as f32)
        })
    }),
});

pub(super) const FREQS: [f32; LANES] = {
    let [a, b, c, d] = ROWS;
    let [e, f, g, h] = COLUMNS;
    [a, b, c, d, e, f, g, h]
};

/// Orthogonal over the window, they hold nearly all power from 225 to 525 Hz.
const BELOW: [f32; 6] = [250.0, 300.0, 350.0, 400.0, 450.0, 500.0];

/// Hops of a window, and those that are kept.
const HOPS: usize = 2;
const HISTORY: usize = 4;

/// A sum of squares in a hop (-52 dBm0) so low that the second of them holds nothing.
const QUIET: f32 = 1_600.0 * HOP as f32;

/// Least mean square of each tone (-44 dBm0).
const LEAST_EACH: f32 = 9_900.0;

/// The next strongest row or column has at most this share of the strongest's power (-4 dB).
const SECOND: f32 = 0.42;

/// More than this share (-5 dB) of the strongest's power comes near it.
const NEAR: f32 = 0.32;

/// Share of the window's power that the tones of a hit explain.
const EXPLAINED: f32 = 0.5;
const EXPLAINED_IN_HUM: f32 = 0.3;
const CLEAR: f32 = 0.6;

/// A dial tone of more than the rest of the power covers any digit.
const UNDER_HUM: f32 = 0.03;

/// Power ratios, high over low: 16 dB either way for tones at all, +8 and -13 dB for a hit.
const TWIST: f32 = 40.0;
const HIT_TWIST: std::ops::RangeInclusive<f32> = 0.05..=6.3;

#[derive(Clone, Debug)]
pub(super) struct Screen {
    keys: &'static Keys,
    /// Bins of the last hops, each in the phase of its own middle.
    hops: [Bins; HISTORY],
    newest: usize,
    /// Sums of squares of the last hops, newest first.
    energies: [f32; HISTORY],
    /// Mean squares of sines with the window's magnitudes.
    powers: Lanes,
    /// A bit for each row and column that comes near the strongest, where one of each stands out.
    near: u32,
    /// Hops until the window is of one piece.
    refill: usize,
}

/// A window that looks like a key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    pub tones: Tones,
    /// Without doubt, but for how long it lasts.
    pub clear: bool,
    /// Found beneath something else, as the window before had the same tones: the mean square of what
    /// lies below the rows.
    pub below: Option<f32>,
}

/// A row and a column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Tones {
    pub row: usize,
    pub column: usize,
}

/// A row and a column in the hops of the window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub tones: Tones,
    pub now: Pair,
    pub then: Pair,
}

/// The amplitudes of row and column in a hop, in sample units.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair(pub [Phasor; 2]);

impl Screen {
    pub fn new() -> Screen {
        Screen {
            keys: &KEYS,
            hops: [Bins::ZERO; HISTORY],
            newest: 0,
            energies: [0.0; HISTORY],
            powers: [0.0; LANES],
            near: 0,
            refill: 0,
        }
    }

    pub fn restart(&mut self) {
        self.refill = HOPS;
    }

    #[inline(always)]
    pub fn take<K: Kernels>(&mut self, hop: &Hop) {
        let [a, b, c, _] = self.energies;
        self.energies = [hop.energy, a, b, c];
        self.refill = self.refill.saturating_sub(1);
        if hop.energy < QUIET && self.energies[1] < QUIET {
            self.newest = (self.newest + 1) % HISTORY;
            self.hops[self.newest] = Bins::ZERO;
            self.powers = [0.0; LANES];
            return;
        }
        let bins = self.keys.group.middle::<K>(&hop.folded);
        self.put::<K>(bins);
    }

    /// The newest hop is these bins.
    #[inline(always)]
    pub fn put<K: Kernels>(&mut self, bins: Bins) {
        self.newest = (self.newest + 1) % HISTORY;
        let before = self.hop(1);
        let window = bins.after::<K, _>(before, &self.keys.group);
        // Half of the square of twice the mean.
        const SCALE: f32 = 2.0 / ((HOPS * HOP) as f32 * (HOPS * HOP) as f32);
        self.powers = window.powers::<K>(SCALE);
        self.hops[self.newest] = bins;
    }

    /// The row and the column that stand out.
    #[inline(always)]
    pub fn tones<K: Kernels>(&mut self) -> Option<Tones> {
        let ([row, column], strong) = K::peaks(&self.powers, SECOND);
        if row.min(column) < LEAST_EACH || self.refill > 0 {
            return None;
        }
        if row > TWIST * column || column > TWIST * row {
            return None;
        }
        let (rows, columns) = (strong & 15, strong >> 4);
        if !rows.is_power_of_two() || !columns.is_power_of_two() {
            return None;
        }
        (_, self.near) = K::peaks(&self.powers, NEAR);
        Some(Tones {
            row: rows.trailing_zeros() as usize,
            column: columns.trailing_zeros() as usize,
        })
    }

    /// `again`: the window before had the same tones.
    pub fn hit(&self, key: &Key, again: bool, recent: &Recent, path: Path) -> Option<Hit> {
        let tones = key.tones;
        let [rows, columns] = key.powers();
        if !HIT_TWIST.contains(&(columns / rows)) {
            return None;
        }
        let total = self.total();
        let explained = rows + columns;
        let mut above = total;
        let mut below = None;
        if explained < EXPLAINED * total {
            if !again || explained < UNDER_HUM * total {
                return None;
            }
            let found = path.run(Below {
                screen: self,
                recent,
            });
            above -= found;
            below = Some(found);
            if explained < EXPLAINED_IN_HUM * above {
                return None;
            }
        }
        Some(Hit {
            tones,
            clear: explained >= CLEAR * above && self.stand_out() && self.in_tune(key),
            below,
        })
    }

    /// Whether no other row or column comes near the tones of the window.
    pub fn stand_out(&self) -> bool {
        self.near.count_ones() == 2
    }

    /// Whether both frequencies are near enough to a key's for somebody's receiver, by what they
    /// have turned between the last two hops.
    pub fn in_tune(&self, key: &Key) -> bool {
        (0..2).all(|tone| {
            let lane = key.tones.lanes()[tone];
            let turn = self.turn(&key.now, &key.then, key.tones, tone);
            turn.re >= self.keys.in_tune[lane] * turn.square().sqrt()
        })
    }

    /// These tones in the window.
    #[inline(always)]
    pub fn key(&self, tones: Tones) -> Key {
        Key {
            tones,
            now: self.pair(tones, 0),
            then: self.pair(tones, 1),
        }
    }

    /// Whether there was sound enough 30 to 40 ms ago for a digit that is now long enough.
    #[inline(always)]
    pub fn may_be_long(&self) -> bool {
        const PART: f32 = 0.04;
        let [_, late, early, first] = self.energies;
        first >= PART * late.max(early)
    }

    /// Each tone of a hop, without what the other leaves in its bin.
    #[inline(always)]
    pub fn pair(&self, tones: Tones, ago: usize) -> Pair {
        let bins = self.hop(ago);
        let (cross, scale) = self.keys.cross[tones.row][tones.column];
        let [row, column] = tones.lanes();
        let (a, b) = (bins.re[row], bins.im[row]);
        let (c, d) = (bins.re[column], bins.im[column]);
        Pair([
            Phasor {
                re: scale * (a - cross * c),
                im: scale * (b - cross * d),
            },
            Phasor {
                re: scale * (c - cross * a),
                im: scale * (d - cross * b),
            },
        ])
    }

    /// What a tone has turned from one hop to the next beyond its nominal frequency.
    #[inline(always)]
    pub fn turn(&self, now: &Pair, then: &Pair, tones: Tones, tone: usize) -> Phasor {
        let (re, im) = self.keys.group.step(tones.lanes()[tone]);
        now.0[tone].times(then.0[tone].times(Phasor { re, im: -im }).conjugate())
    }

    /// The share of the window's power that lies below the rows; 0 where the tones leave none.
    /// `below`: it is known already.
    #[inline(always)]
    pub fn hum<K: Kernels>(&self, tones: Tones, recent: &Recent, below: Option<f32>) -> f32 {
        const ALL: f32 = 0.99;
        let total = self.total();
        let explained: f32 = self.key(tones).powers().iter().sum();
        match explained < ALL * total {
            true => below.unwrap_or_else(|| self.below::<K>(recent)) / total,
            false => 0.0,
        }
    }

    /// The bins of a hop.
    #[inline(always)]
    pub fn hop(&self, ago: usize) -> &Bins {
        &self.hops[(self.newest + HISTORY - ago) % HISTORY]
    }

    /// Whether all rows and columns have less than this share of the window's power.
    #[inline(always)]
    pub fn keys_have_less_than<K: Kernels>(&self, share: f32) -> bool {
        self.refill == 0 && K::sum(&self.powers) < share * self.total()
    }

    /// Whether most of the window's power is something else's.
    pub fn is_covered(&self, tones: Tones) -> bool {
        let explained: f32 = self.key(tones).powers().iter().sum();
        explained < EXPLAINED * self.total()
    }

    /// The mean square of all, in the window.
    #[inline(always)]
    fn total(&self) -> f32 {
        (self.energies[0] + self.energies[1]) / (HOPS * HOP) as f32
    }

    /// The mean square of what lies below the rows, in the window.
    #[inline(always)]
    fn below<K: Kernels>(&self, recent: &Recent) -> f32 {
        let (before, now) = (recent.frame(1), recent.frame(0));
        let (before, now) = (fold::<K>(&before), fold::<K>(&now));
        let before = self.keys.below.middle::<K>(&before.folded);
        let now = self.keys.below.middle::<K>(&now.folded);
        let window = now.after::<K, _>(&before, &self.keys.below);
        const SCALE: f32 = 2.0 / ((HOPS * FRAME) as f32 * (HOPS * FRAME) as f32);
        SCALE * window.powers::<K>(1.0).iter().sum::<f32>()
    }
}

/// To be found: the mean square of what lies below the rows.
struct Below<'a> {
    screen: &'a Screen,
    recent: &'a Recent,
}

impl Work for Below<'_> {
    type Output = f32;

    #[inline(always)]
    fn run<K: Kernels>(self) -> f32 {
        self.screen.below::<K>(self.recent)
    }
}

impl Tones {
    pub fn digit(self) -> Digit {
        Digit::parse(KEYPAD[4 * self.row + self.column]).expect("a key is a digit")
    }

    pub fn hz(self) -> [f32; 2] {
        [ROWS[self.row], COLUMNS[self.column]]
    }

    pub fn lanes(self) -> [usize; 2] {
        [self.row, 4 + self.column]
    }
}

impl Key {
    /// Mean squares of row and column, over the hops of the window.
    #[inline(always)]
    pub fn powers(&self) -> [f32; 2] {
        let (now, then) = (self.now.powers(), self.then.powers());
        [0.5 * (now[0] + then[0]), 0.5 * (now[1] + then[1])]
    }
}

impl Pair {
    /// Mean squares.
    #[inline(always)]
    pub fn powers(&self) -> [f32; 2] {
        [0.5 * self.0[0].square(), 0.5 * self.0[1].square()]
    }
}
