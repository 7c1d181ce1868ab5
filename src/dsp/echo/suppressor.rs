//! Makes what the filter leaves of the echo inaudible.
//!
//! How: each 2 ms the power that is left is compared with the part of the echo's estimate that
//! the filter is known to leave, and with the line's noise. Where it is no more, it becomes
//! noise of the line's own level and colour; where it is more the far party speaks, and nothing
//! is changed at once. The frame is known as a whole, so an onset is not cut.

use super::{
    push,
    whitener::{self, Whitener},
};
use crate::simd::{Path, fir};
use types::frame::FRAME;

#[derive(Clone, Debug)]
pub(super) struct Suppressor {
    path: Path,
    /// The part of the echo's estimate that is left, as power.
    leak: f32,
    /// The echo's estimate, fading as a room's or a companding's traces do.
    echo: f32,
    gain: f32,
    /// Blocks since the far party was heard.
    since_near: u32,
    background: Background,
}

/// The line's noise: its power, its colour, and more of it.
#[derive(Clone, Debug)]
struct Background {
    power: f32,
    /// The least power of a frame in each of the last windows; the newest is still open.
    least: [f32; WINDOWS],
    frames: u32,
    colour: Whitener,
    /// The filter that colours noise, last tap first.
    taps: [f32; COLOUR],
    made: [f32; COLOUR + FRAME],
    seed: u32,
}

/// Samples that are judged together.
const BLOCK: usize = 16;

const LEAK_AT_FIRST: f32 = 0.1;
/// Companding leaves some -37 dB of an echo.
const LEAK_RANGE: (f32, f32) = (4e-4, 0.1);
const LEAK_DOWN: f32 = 0.2;
const LEAK_UP: f32 = 0.02;

const ECHO_FADES: f32 = 0.8;

/// Power above the expected that is the far party: 6 dB; above the noise: 5 dB.
const OVER_ECHO: f32 = 4.0;
const OVER_NOISE: f32 = 3.0;

/// 120 ms.
const HOLD: u32 = 60;

/// Per block: open within one, closed to a tenth after five.
const CLOSES: f32 = 0.63;
const SHUT: f32 = 0.01;

/// The noise is the least that came in 2 s, in windows of a quarter of a second.
const WINDOWS: usize = 8;
const WINDOW: u32 = 25;
/// How much more the mean of noise is than its least frame in that time.
const OVER_LEAST: f32 = 1.6;
const NOISE_RANGE: (f32, f32) = (1.0, 60_000.0);

/// Taps of the filter that colours.
const COLOUR: usize = 16;

impl Suppressor {
    pub fn new(path: Path) -> Suppressor {
        Suppressor {
            path,
            leak: LEAK_AT_FIRST,
            echo: 0.0,
            gain: 1.0,
            since_near: HOLD,
            background: Background::new(),
        }
    }

    pub fn reset(&mut self) {
        *self = Suppressor::new(self.path);
    }

    /// Whether the far party was heard in the last frames.
    pub fn near(&self) -> bool {
        self.since_near < HOLD
    }

    /// Listens to a frame, and where `suppress` says so changes what is `left` of it. `unknown`
    /// is the power of echo that the estimate may lack.
    pub fn process(
        &mut self,
        echo: &[f32; FRAME],
        left: &mut [f32; FRAME],
        unknown: f32,
        suppress: bool,
    ) {
        let echo_left = unknown.max(self.leak * self.echo.max(mean_square(echo)));
        self.background.listen(self.path, left, echo_left);
        let mut gains = [0.0; FRAME / BLOCK];
        let blocks = echo.chunks_exact(BLOCK).zip(left.chunks_exact(BLOCK));
        for (gain, (echo, left)) in gains.iter_mut().zip(blocks) {
            *gain = self.judge(mean_square(echo), mean_square(left));
        }
        if !suppress || (self.gain == 1.0 && gains == [1.0; FRAME / BLOCK]) {
            self.gain = 1.0;
            return;
        }
        let noise = self.background.make(self.path);
        let blocks = left.chunks_exact_mut(BLOCK).zip(noise.chunks_exact(BLOCK));
        for (to, (left, noise)) in gains.into_iter().zip(blocks) {
            self.fade(to, left, noise);
        }
    }

    /// The gain that a block should end with: 1 or next to nothing.
    fn judge(&mut self, echo: f32, left: f32) -> f32 {
        self.echo = echo.max(ECHO_FADES * self.echo);
        let noise = self.background.power;
        if self.echo < noise {
            // No echo to speak of: whatever comes is not ours.
            self.since_near = self.since_near.saturating_add(1);
            return 1.0;
        }
        let near = left > OVER_ECHO * self.leak * self.echo + OVER_NOISE * noise;
        self.since_near = if near {
            0
        } else {
            self.since_near.saturating_add(1)
        };
        if self.echo > 16.0 * noise && !self.near() {
            let leak = (left / self.echo).clamp(LEAK_RANGE.0, LEAK_RANGE.1);
            let follows = if leak < self.leak { LEAK_DOWN } else { LEAK_UP };
            self.leak += follows * (leak - self.leak);
        }
        if self.near() { 1.0 } else { 0.0 }
    }

    /// Fades a block to the gain wanted, and noise in for what fades out.
    fn fade(&mut self, to: f32, left: &mut [f32], noise: &[f32]) {
        let from = self.gain;
        self.gain = if to == 1.0 {
            1.0
        } else if from < SHUT {
            0.0
        } else {
            CLOSES * from
        };
        let step = (self.gain - from) / BLOCK as f32;
        for (n, (left, noise)) in left.iter_mut().zip(noise).enumerate() {
            let gain = from + step * n as f32;
            *left = gain * *left + (1.0 - gain * gain).sqrt() * noise;
        }
    }
}

impl Background {
    fn new() -> Background {
        let mut taps = [0.0; COLOUR];
        taps[COLOUR - 1] = 1.0;
        Background {
            power: NOISE_RANGE.0,
            least: [NOISE_RANGE.0; WINDOWS],
            frames: 0,
            colour: Whitener::new(0.95, 1e-3),
            taps,
            made: [0.0; COLOUR + FRAME],
            seed: 1,
        }
    }

    /// Follows the power of frames with next to no echo in them, and the colour of the faintest.
    fn listen(&mut self, path: Path, left: &[f32; FRAME], echo: f32) {
        let power = mean_square(left);
        if OVER_NOISE * echo > power {
            return;
        }
        let newest = &mut self.least[WINDOWS - 1];
        *newest = newest.min(power);
        let least = self.least.iter().fold(f32::INFINITY, |a, b| a.min(*b));
        self.power = (OVER_LEAST * least).clamp(NOISE_RANGE.0, NOISE_RANGE.1);
        self.frames += 1;
        if self.frames == WINDOW {
            self.frames = 0;
            self.least.copy_within(1.., 0);
            self.least[WINDOWS - 1] = f32::INFINITY;
        }
        if power < 2.0 * self.power {
            self.colour.follow(path, left);
            self.set_colour();
        }
    }

    /// The response of the predictor's inverse, at the power of the noise.
    fn set_colour(&mut self) {
        let a = &self.colour.taps;
        let mut response = [0.0; COLOUR];
        response[0] = 1.0;
        for n in 1..COLOUR {
            for k in 1..=n.min(whitener::TAPS - 1) {
                response[n] -= a[whitener::TAPS - 1 - k] * response[n - k];
            }
        }
        let gain = (1.0 / fir::energy(&response)).sqrt();
        for (tap, value) in self.taps.iter_mut().rev().zip(response) {
            *tap = gain * value;
        }
    }

    fn make(&mut self, path: Path) -> [f32; FRAME] {
        let peak = (3.0 * self.power).sqrt();
        let white: [f32; FRAME] = std::array::from_fn(|_| {
            self.seed = self
                .seed
                .wrapping_mul(1_664_525)
                .wrapping_add(1_013_904_223);
            peak * (self.seed as i32 as f32 / 2f32.powi(31))
        });
        push(&mut self.made, &white);
        let mut noise = [0.0; FRAME];
        fir::filter(path, &self.taps, &self.made, &mut noise);
        noise
    }
}

fn mean_square(samples: &[f32]) -> f32 {
    fir::energy(samples) / samples.len() as f32
}
