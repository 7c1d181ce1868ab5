//! Tables of each tone, at each of several frequencies around its own.

use super::{
    blocks::{TAPS, low_pass},
    screen::FREQS,
};
use crate::{
    SAMPLE_RATE,
    simd::blocks::{BEFORE, BLOCK, BLOCKS, LONG, Row, SHORT},
    wave::Phasor,
};
use std::{f64::consts::TAU, sync::LazyLock};

/// What 1.0 is in a row.
pub(super) const ROW_ONE: f64 = 4096.0;

/// Frequencies of a tone: up to three steps of 0.7 % off.
const STEPS: usize = 7;
const STEP: f32 = 0.007;

/// The block whose phase is that of a whole wave: the middle of those that are looked at.
pub(super) const ORIGIN: usize = BLOCKS / 2 + 2;

#[derive(Debug)]
pub(super) struct Tone {
    /// Cosine and sine over a block, from its middle.
    pub plain: [Row<SHORT>; 2],
    /// What the high-pass filter makes of both: the filtered samples need not be known.
    pub filtered: [Row<LONG>; 2],
    /// Turns of each block back to the origin's phase: cosines and sines.
    pub back: [[f32; BLOCKS]; 2],
    /// Sums of squares of both over a block.
    squares: [f32; 2],
    lane: usize,
    step: usize,
    /// Radians a sample, and how many of them it is off.
    pub angle: f32,
    pub off: f32,
}

/// The inverse of a symmetric system of two.
#[derive(Debug)]
pub(super) struct System {
    pub aa: f32,
    pub ab: f32,
    pub bb: f32,
}

/// Of one row with one column.
type Pairs = [[[System; 2]; STEPS]; STEPS];

struct Tables {
    tones: [[Tone; STEPS]; FREQS.len()],
    /// Of cosines and of sines.
    systems: [[Pairs; 4]; 4],
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let tones: [[Tone; STEPS]; FREQS.len()] =
        std::array::from_fn(|lane| std::array::from_fn(|step| Tone::new(lane, step)));
    let pairs = |rows: &[Tone; STEPS], columns: &[Tone; STEPS]| -> Pairs {
        std::array::from_fn(|a| {
            std::array::from_fn(|b| [0, 1].map(|part| system([&rows[a], &columns[b]], part)))
        })
    };
    let systems = std::array::from_fn(|row| {
        std::array::from_fn(|column| pairs(&tones[row], &tones[4 + column]))
    });
    Tables { tones, systems }
});

/// Makes the tables, if that has not been done.
pub(super) fn prepare() {
    LazyLock::force(&TABLES);
}

/// The table that is nearest to a tone so many radians a sample off.
#[inline(always)]
pub(super) fn tone(lane: usize, off: f32) -> &'static Tone {
    let tones = &TABLES.tones[lane];
    let step = off / (STEP * tones[STEPS / 2].angle) + (STEPS / 2) as f32;
    &tones[((step + 0.5).max(0.0) as usize).min(STEPS - 1)]
}

/// The systems of cosines and of sines.
#[inline(always)]
pub(super) fn systems([row, column]: [&Tone; 2]) -> &'static [System; 2] {
    &TABLES.systems[row.lane][column.lane - 4][row.step][column.step]
}

fn system([a, b]: [&Tone; 2], part: usize) -> System {
    let ab = cross(&a.plain[part], &b.plain[part]);
    System::inverse(a.squares[part], ab, b.squares[part])
}

fn cross(a: &Row<SHORT>, b: &Row<SHORT>) -> f32 {
    let pairs = a.0.as_flattened().iter().zip(b.0.as_flattened());
    let sum: i32 = pairs.map(|(&a, &b)| i32::from(a) * i32::from(b)).sum();
    sum as f32 * (1.0 / (ROW_ONE * ROW_ONE)) as f32
}

impl System {
    fn inverse(aa: f32, ab: f32, bb: f32) -> System {
        let one = 1.0 / (aa * bb - ab * ab);
        System {
            aa: bb * one,
            ab: -ab * one,
            bb: aa * one,
        }
    }
}

impl Tone {
    fn new(lane: usize, step: usize) -> Tone {
        let share = f64::from(STEP) * (step as f64 - (STEPS / 2) as f64);
        let nominal = TAU * f64::from(FREQS[lane]) / f64::from(SAMPLE_RATE);
        let angle = nominal * (1.0 + share);
        let wave = |part: usize, at: i32| -> f64 {
            let angle = angle * (f64::from(at) - (BLOCK as f64 - 1.0) / 2.0);
            if part == 0 { angle.cos() } else { angle.sin() }
        };
        let plain = [0, 1].map(|part| {
            row(|at| {
                if at < BLOCK {
                    wave(part, at as i32)
                } else {
                    0.0
                }
            })
        });
        let low: [f64; TAPS] = std::array::from_fn(low_pass);
        let filtered = [0, 1].map(|part| {
            row(|at| {
                let at = at as i32 - BEFORE as i32;
                let below = (0..BLOCK as i32).map(|n| {
                    let tap = (at - n).unsigned_abs() as usize;
                    if tap < TAPS {
                        low[tap] * wave(part, n)
                    } else {
                        0.0
                    }
                });
                let here = (0..BLOCK as i32).contains(&at);
                (if here { wave(part, at) } else { 0.0 }) - below.sum::<f64>()
            })
        });
        let turn = |block: usize| -angle * BLOCK as f64 * (block as f64 - ORIGIN as f64);
        Tone {
            squares: [0, 1].map(|part| {
                let squares = (0..BLOCK as i32).map(|at| wave(part, at).powi(2));
                squares.sum::<f64>() as f32
            }),
            plain,
            filtered,
            back: [
                std::array::from_fn(|block| turn(block).cos() as f32),
                std::array::from_fn(|block| turn(block).sin() as f32),
            ],
            lane,
            step,
            angle: angle as f32,
            off: (angle - nominal) as f32,
        }
    }

    /// The turn of this tone from the origin to a block.
    #[inline(always)]
    pub fn to_block(&self, block: usize) -> Phasor {
        Phasor {
            re: self.back[0][block],
            im: -self.back[1][block],
        }
    }
}

fn row<const N: usize>(value: impl Fn(usize) -> f64) -> Row<N> {
    let mut row = Row([[0; 16]; N]);
    let mut sum = 0.0;
    for (at, to) in row.0.as_flattened_mut().iter_mut().enumerate() {
        let value = (ROW_ONE * value(at)).round();
        sum += value.abs();
        *to = value as i16;
    }
    assert!(sum < f64::from(1 << 18), "the kernel's sums would overflow");
    row
}
