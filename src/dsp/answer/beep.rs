//! The beep of an answering machine.
//!
//! What: beginning, end and frequency of a single tone, or of two together, that follows a
//! greeting.
//!
//! How: a sum of two sines obeys x(n-2) + x(n+2) = p (x(n-1) + x(n+1)) + q x(n) at every sample, one
//! sine the shorter x(n-1) + x(n+1) = p x(n). Least squares over a frame gives the coefficients, and
//! what they leave unexplained tells whether the frame is a tone. The same coefficients in frame
//! after frame are a beep; a voice does not hold its own so long.
//!
//! Limits: 400 to 2100 Hz, 150 ms to 1.5 s, 12 dB over the noise of the line. No standard exists.

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
    /// The stronger of two tones.
    pub hz: f32,
}

#[derive(Clone, Debug)]
pub(super) struct Beeps {
    /// The last four samples of the frame before.
    before: [f32; 4],
    run: Option<Run>,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    start: Tick,
    last: Tick,
    misses: u8,
    frames: u16,
    /// Sums of the products at distance 1 and 2 over the run.
    r1: f32,
    r2: f32,
    cosine: f32,
    dbm0: f32,
}

/// One frame that is a tone.
#[derive(Clone, Copy, Debug)]
struct Fit {
    cosine: f32,
    r1: f32,
    r2: f32,
}

/// Share of a frame's power that a tone may leave.
const LEFT: f32 = 0.12;
const SAME_COSINE: f32 = 0.06;
const SAME_DB: f32 = 6.0;
const MISSES: u8 = 2;
const LENGTH: (Ticks, Ticks) = (Ticks::ms(130), Ticks::ms(1600));

impl Beeps {
    pub fn new() -> Beeps {
        Beeps {
            before: [0.0; 4],
            run: None,
        }
    }

    /// Takes a frame; returns the beep that it showed to be over. `known` is a tone of the network.
    pub fn frame(
        &mut self,
        samples: &Samples,
        at: Tick,
        activity: &Activity,
        known: bool,
    ) -> Option<Beep> {
        let fit = self.fit(samples).filter(|_| activity.loud && !known);
        let Some(run) = &mut self.run else {
            self.run = fit.map(|fit| Run::new(&fit, at, activity.level_dbm0));
            return None;
        };
        if let Some(fit) = fit
            && run.is_like(&fit, activity.level_dbm0)
        {
            run.add(&fit, at, activity.level_dbm0);
            return None;
        }
        run.misses += 1;
        if run.misses <= MISSES {
            return None;
        }
        let over = run.beep();
        self.run = fit.map(|fit| Run::new(&fit, at, activity.level_dbm0));
        over
    }

    pub fn lost(&mut self) {
        self.before = [0.0; 4];
    }

    pub fn reset(&mut self) {
        *self = Beeps::new();
    }

    fn fit(&mut self, samples: &Samples) -> Option<Fit> {
        let mut x = [0.0f32; FRAME + 4];
        x[..4].copy_from_slice(&self.before);
        for (to, &from) in x[4..].iter_mut().zip(samples) {
            *to = f32::from(from);
        }
        self.before.copy_from_slice(&x[FRAME..]);
        let (mut xx, mut xu, mut uu, mut r2) = (0.0f32, 0.0f32, 0.0f32, 0.0f32);
        for w in x.array_windows::<5>() {
            let u = w[1] + w[3];
            xx += w[2] * w[2];
            xu += w[2] * u;
            uu += u * u;
            r2 += w[2] * w[0];
        }
        if xx <= 0.0 {
            return None;
        }
        let left = uu - xu * xu / xx;
        let r1 = xu / 2.0;
        (left <= LEFT * (uu + xx)).then(|| Fit {
            cosine: cosine(r1, r2),
            r1,
            r2,
        })
    }
}

impl Run {
    fn new(fit: &Fit, at: Tick, dbm0: f32) -> Run {
        Run {
            start: at,
            last: at + FRAME_TICKS,
            misses: 0,
            frames: 1,
            r1: fit.r1,
            r2: fit.r2,
            cosine: fit.cosine,
            dbm0,
        }
    }

    fn is_like(&self, fit: &Fit, dbm0: f32) -> bool {
        (fit.cosine - self.cosine).abs() <= SAME_COSINE && (dbm0 - self.dbm0).abs() <= SAME_DB
    }

    fn add(&mut self, fit: &Fit, at: Tick, dbm0: f32) {
        self.last = at + FRAME_TICKS;
        self.misses = 0;
        self.frames += 1;
        self.r1 += fit.r1;
        self.r2 += fit.r2;
        self.cosine = cosine(self.r1, self.r2);
        self.dbm0 += 0.2 * (dbm0 - self.dbm0);
    }

    fn beep(&self) -> Option<Beep> {
        let hz = self.cosine.acos() * SAMPLE_RATE as f32 / std::f32::consts::TAU;
        let lasted = self.last.since(self.start);
        let right = (380.0..=2150.0).contains(&hz) && lasted >= LENGTH.0 && lasted <= LENGTH.1;
        right.then_some(Beep {
            start: self.start,
            end: self.last,
            hz,
        })
    }
}

/// The cosine of the turn per sample of a sine in white noise, from its products at distance 1
/// and 2 (Pisarenko).
fn cosine(r1: f32, r2: f32) -> f32 {
    let c = (r2 + (r2 * r2 + 8.0 * r1 * r1).sqrt()) / (4.0 * if r1 == 0.0 { 1.0 } else { r1 });
    c.clamp(-1.0, 1.0)
}
