//! The beep of an answering machine.
//!
//! What: beginning, end and frequency of a single tone, or of two together, after speech.
//!
//! How: samples of one sine obey u = p x, where x is a sample and u the sum of its two neighbours;
//! of two sines v = a u + b x, where v is the sum of the next but one. Least squares over 30 ms, with
//! the products that the noise of the line has taken off, gives the coefficients; what they
//! leave unexplained, against what they leave of the noise, tells whether there is a tone.
//! Windows that agree in frequency and level are a beep; a voice holds neither so long.
//!
//! Limits: 400 to 2100 Hz, 150 ms to 1.5 s, 15 dB over the noise of the line. No standard exists.

use super::Tones;
use crate::{SAMPLE_RATE, activity::Activity};
use types::{
    frame::{FRAME, FRAME_TICKS, Samples},
    tick::{Tick, Ticks},
};

/// A beep that is over.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Beep {
    pub start: Tick,
    pub end: Tick,
    /// The lower of two tones.
    pub hz: f32,
}

#[derive(Clone, Debug)]
pub(super) struct Beeps {
    /// The last four samples of the frame before.
    before: [f32; 4],
    /// Of the last frames, newest last, and of an average frame of noise.
    products: [Products; WINDOW],
    noise: Products,
    run: Option<Run>,
    /// A beep that might be the first burst of a network's tone.
    held: Option<Beep>,
}

/// Frames that may be a beep.
#[derive(Clone, Copy, Debug)]
struct Run {
    start: Tick,
    last: Tick,
    misses: u8,
    frames: f32,
    hz: f32,
    dbm0: f32,
    known: f32,
}

/// Sums over a frame of x x, x u, u u, x v, u v, v v.
type Products = [f32; 6];

/// Frames in a window.
const WINDOW: usize = 3;

/// Share of a window's power that a tone may leave on a quiet line, and how many times what is
/// left of the noise; the noise of companding at most, which two tones' coefficients make
/// larger, and in the mean.
const LEFT: f32 = 0.002_5;
const COMPANDING: f32 = 0.000_5;
const COMPANDED: f32 = 0.000_18;
const LEFT_OF_NOISE: f32 = 1.6;

/// Quieter than this over the noise is no beep.
const ABOVE_DB: f32 = 8.0;

/// How fast the noise is learned.
const LEARN: f32 = 0.06;

/// How far frames of one beep may differ.
const SAME_HZ: f32 = 9.0;
const SAME_DB: f32 = 2.0;
const MISSES: u8 = 1;

const LENGTH: (Ticks, Ticks) = (Ticks::ms(140), Ticks::ms(1700));
const HZ: std::ops::RangeInclusive<f32> = 380.0..=2150.0;

/// A frequency of the network that sounds again within this time is its tone.
const HOLD: Ticks = Ticks::ms(800);

impl Beeps {
    pub fn new() -> Beeps {
        Beeps {
            before: [0.0; 4],
            products: [[0.0; 6]; WINDOW],
            noise: [0.0; 6],
            run: None,
            held: None,
        }
    }

    /// Takes a frame; returns the beep that it showed to be over. A frequency of the network may be
    /// a beep all the same, a digit is none.
    pub fn frame(
        &mut self,
        samples: &Samples,
        at: Tick,
        activity: &Activity,
        tones: &Tones,
    ) -> Option<Beep> {
        let known = tones.tonal;
        let products = self.products(samples);
        self.products.rotate_left(1);
        self.products[WINDOW - 1] = products;
        if !activity.loud {
            for (noise, product) in self.noise.iter_mut().zip(products) {
                *noise += LEARN * (product - *noise);
            }
        }
        let over = (activity.above_db > ABOVE_DB && !tones.digit)
            .then(|| self.lowest_hz())
            .flatten();
        let ended = self.follow(over, at, activity.level_dbm0, known);
        if let Some((beep, known)) = ended {
            if known {
                self.held = Some(beep);
                return None;
            }
            return Some(beep);
        }
        if known && self.run.is_some_and(|run| run.frames >= 4.0) {
            self.held = None;
        }
        self.held.take_if(|held| at.since(held.end) >= HOLD)
    }

    pub fn lost(&mut self) {
        self.before = [0.0; 4];
        self.run = None;
    }

    pub fn reset(&mut self) {
        *self = Beeps::new();
    }

    /// A run that is over, and whether it was of the network's frequencies.
    fn follow(
        &mut self,
        hz: Option<f32>,
        at: Tick,
        dbm0: f32,
        known: bool,
    ) -> Option<(Beep, bool)> {
        if let Some(run) = &mut self.run {
            if let Some(hz) = hz
                && run.is_like(hz, dbm0)
            {
                run.add(hz, at, dbm0, known);
                return None;
            }
            run.misses += 1;
            if run.misses <= MISSES {
                return None;
            }
        }
        let over = self.run.take().and_then(|run| run.beep());
        self.run = hz.map(|hz| Run::new(hz, at, dbm0, known));
        over
    }

    fn products(&mut self, samples: &Samples) -> Products {
        let mut x = [0.0f32; FRAME + 4];
        x[..4].copy_from_slice(&self.before);
        for (to, &from) in x[4..].iter_mut().zip(samples) {
            *to = f32::from(from);
        }
        self.before.copy_from_slice(&x[FRAME..]);
        let mut sums = [[0.0f32; 8]; 6];
        for n in (0..FRAME).step_by(8) {
            for lane in 0..8 {
                let at = n + lane;
                let (u, v) = (x[at + 1] + x[at + 3], x[at] + x[at + 4]);
                let x = x[at + 2];
                for (sum, product) in
                    sums.iter_mut()
                        .zip([x * x, x * u, u * u, x * v, u * v, v * v])
                {
                    sum[lane] += product;
                }
            }
        }
        sums.map(|sum| sum.iter().sum())
    }

    /// The frequency of the sine that explains the window, or the lower of two.
    fn lowest_hz(&self) -> Option<f32> {
        let all = |n: usize| {
            self.products
                .iter()
                .map(|products| products[n])
                .sum::<f32>()
        };
        let all: Products = std::array::from_fn(all);
        let noise = self.noise.map(|noise| noise * WINDOW as f32);
        let tone: Products = std::array::from_fn(|n| all[n] - noise[n]);
        let [xx, xu, uu, xv, uv, _] = tone;
        if xx <= 0.0 {
            return None;
        }
        let (xx, uu) = (xx - COMPANDED * xx, uu - 2.0 * COMPANDED * xx);
        let p = xu / xx;
        if left_of_u(&all, p) <= LEFT * (uu + xx) + LEFT_OF_NOISE * left_of_u(&noise, p) {
            return hz(p / 2.0);
        }
        let determinant = uu * xx - xu * xu;
        if determinant <= 1e-3 * uu * xx {
            return None;
        }
        let a = (uv * xx - xv * xu) / determinant;
        let b = (xv * uu - uv * xu) / determinant;
        let root = a * a + 4.0 * (2.0 + b);
        let companding = COMPANDING * xx * (2.0 + 2.0 * a * a + b * b);
        let left = companding + LEFT_OF_NOISE * left_of_v(&noise, a, b);
        if root < 0.0 || left_of_v(&all, a, b) > left {
            return None;
        }
        let (low, high) = ((a + root.sqrt()) / 4.0, (a - root.sqrt()) / 4.0);
        hz(high).and(hz(low))
    }
}

/// What u = p x leaves.
fn left_of_u([xx, xu, uu, ..]: &Products, p: f32) -> f32 {
    uu - 2.0 * p * xu + p * p * xx
}

/// What v = a u + b x leaves.
fn left_of_v([xx, xu, uu, xv, uv, vv]: &Products, a: f32, b: f32) -> f32 {
    vv - 2.0 * (a * uv + b * xv) + a * a * uu + 2.0 * a * b * xu + b * b * xx
}

impl Run {
    fn new(hz: f32, at: Tick, dbm0: f32, known: bool) -> Run {
        Run {
            // The window was all tone.
            start: at - Ticks((WINDOW as u64 - 1) * FRAME_TICKS.0),
            last: at + FRAME_TICKS,
            misses: 0,
            frames: 1.0,
            hz,
            dbm0,
            known: f32::from(u8::from(known)),
        }
    }

    fn is_like(&self, hz: f32, dbm0: f32) -> bool {
        (hz - self.hz).abs() <= SAME_HZ && (dbm0 - self.dbm0).abs() <= SAME_DB
    }

    fn add(&mut self, hz: f32, at: Tick, dbm0: f32, known: bool) {
        self.last = at + FRAME_TICKS;
        self.misses = 0;
        self.frames += 1.0;
        let weight = 1.0 / self.frames.min(16.0);
        self.hz += weight * (hz - self.hz);
        self.dbm0 += weight * (dbm0 - self.dbm0);
        self.known += f32::from(u8::from(known));
    }

    fn beep(&self) -> Option<(Beep, bool)> {
        let lasted = self.last.since(self.start);
        let right = HZ.contains(&self.hz) && lasted >= LENGTH.0 && lasted <= LENGTH.1;
        right.then_some((
            Beep {
                start: self.start,
                end: self.last,
                hz: self.hz,
            },
            self.known > 0.5 * self.frames,
        ))
    }
}

/// The frequency whose turn per sample has this cosine.
fn hz(cosine: f32) -> Option<f32> {
    (-1.0..=1.0)
        .contains(&cosine)
        .then(|| cosine.acos() * SAMPLE_RATE as f32 / std::f32::consts::TAU)
}
