//! The beep of an answering machine.
//!
//! What: beginning, end and frequency of a single tone, or of two together, after speech.
//!
//! How: samples of one sine obey u = p x, where x is a sample and u the sum of its two neighbours;
//! of two sines v = a u + b x, where v is the sum of the next but one. Least squares over a frame
//! gives the coefficients, and what they leave unexplained, less what the noise of the line
//! must leave, tells whether the frame is a tone. Frames that agree in frequency and level
//! are a beep; a voice holds neither so long.
//!
//! Limits: 400 to 2100 Hz, 150 ms to 1.5 s, 15 dB over the noise of the line. No standard exists.

use crate::{SAMPLE_RATE, activity::Activity, level::power_of_dbm0};
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

/// Products of the samples of a frame with their neighbours.
#[derive(Clone, Copy, Debug, Default)]
struct Products {
    xx: f32,
    xu: f32,
    uu: f32,
    xv: f32,
    uv: f32,
    vv: f32,
}

/// Share of a frame's power that a tone may leave on a quiet line (companding leaves less), and
/// how many times what the noise leaves.
const LEFT: f32 = 0.004;
const LEFT_BY_NOISE: f32 = 2.0;

/// How far frames of one beep may differ.
const SAME_HZ: f32 = 14.0;
const SAME_DB: f32 = 3.0;
const MISSES: u8 = 1;

const LENGTH: (Ticks, Ticks) = (Ticks::ms(120), Ticks::ms(1700));
const HZ: std::ops::RangeInclusive<f32> = 380.0..=2150.0;

/// A frequency of the network that sounds again within this time is its tone.
const HOLD: Ticks = Ticks::ms(800);

impl Beeps {
    pub fn new() -> Beeps {
        Beeps {
            before: [0.0; 4],
            run: None,
            held: None,
        }
    }

    /// Takes a frame; returns the beep that it showed to be over. `known` is a frequency of the
    /// network, which may be a beep all the same.
    pub fn frame(
        &mut self,
        samples: &Samples,
        at: Tick,
        activity: &Activity,
        known: bool,
    ) -> Option<Beep> {
        let products = self.products(samples);
        let over = (activity.above_db > 12.0)
            .then(|| products.lowest_hz(activity.floor_dbm0))
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
        let [xx, xu, uu, xv, uv, vv] = sums.map(|sum| sum.iter().sum());
        Products {
            xx,
            xu,
            uu,
            xv,
            uv,
            vv,
        }
    }
}

impl Products {
    /// The frequency of the sine that explains the frame, or the lower of two.
    fn lowest_hz(&self, floor_dbm0: f32) -> Option<f32> {
        let noise = power_of_dbm0(floor_dbm0) * FRAME as f32;
        // What noise adds to the squares would bend the frequencies.
        let xx = self.xx - noise;
        let uu = self.uu - 2.0 * noise;
        let xv = self.xv;
        let uv = self.uv;
        if xx <= 0.0 {
            return None;
        }
        let p = self.xu / xx;
        let left = self.uu - 2.0 * p * self.xu + p * p * self.xx;
        let allowed = LEFT * (self.uu + self.xx) + LEFT_BY_NOISE * noise * (2.0 + p * p);
        if left <= allowed {
            return hz(p / 2.0);
        }
        let det = uu * xx - self.xu * self.xu;
        if det <= 1e-3 * uu * xx {
            return None;
        }
        let a = (uv * xx - xv * self.xu) / det;
        let b = (xv * uu - uv * self.xu) / det;
        let left = self.vv - 2.0 * (a * uv + b * xv)
            + a * a * self.uu
            + 2.0 * a * b * self.xu
            + b * b * self.xx;
        let allowed =
            LEFT * (self.vv + self.xx) + LEFT_BY_NOISE * noise * (2.0 + 2.0 * a * a + b * b);
        let root = a * a + 4.0 * (2.0 + b);
        if left > allowed || root < 0.0 {
            return None;
        }
        let (low, high) = ((a + root.sqrt()) / 4.0, (a - root.sqrt()) / 4.0);
        hz(high).and(hz(low))
    }
}

impl Run {
    fn new(hz: f32, at: Tick, dbm0: f32, known: bool) -> Run {
        Run {
            start: at,
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
