//! How the phone's sound comes back from the trunk: a tracker of the envelope, 16 lags of 5 ms.
//!
//! It predicts how much of a frame can be echo, and its lags are a picture of the path. It learns
//! slowly from frames that hold more than it expects (somebody speaks there) and quickly from those
//! that hold less.

use super::front::Sound;
use types::frame::{FRAME, Samples};

pub(super) const LAGS: usize = 16;

/// Groups of lags that are compared: to 10 ms, 25, 45, 80.
pub(super) const GROUPS: usize = 4;
const EDGES: [usize; GROUPS + 1] = [0, 2, 5, 9, LAGS];

#[derive(Clone, Debug)]
pub(super) struct EchoPath {
    /// Power of the phone in the last halves of frames, newest first.
    sent: [f32; LAGS + 1],
    gains: [f32; LAGS],
    /// The phone's own noise: falls at once, rises 1 dB a second. A muted phone says nothing of it.
    noise: f32,
}

/// What the tracker says of a frame.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Echo {
    /// Mean square that is expected to be echo.
    pub expected: f32,
    /// The phone sounds, and the path could be learnt from this frame.
    pub learnt: bool,
    /// The phone sounded in the last 80 ms.
    pub sounding: bool,
}

/// A phone's sound that is loud enough to be heard in its echo: -48 dBm0, and 9 dB above the
/// phone's noise, whose echo is noise too.
const LEAST_SENT: f32 = 4_000.0;
const ABOVE_NOISE: f32 = 8.0;
const NOISE_UP: f32 = 1.0012;

/// The code of silence in either law and nothing else: the phone is muted, as while a key may be
/// down.
const MUTED: f32 = 64.0;

impl EchoPath {
    pub fn new() -> EchoPath {
        let mut gains = [0.0; LAGS];
        // Before anything is known: 14 dB of loss, near.
        gains[0] = 0.03;
        gains[1] = 0.01;
        EchoPath {
            sent: [0.0; LAGS + 1],
            gains,
            noise: LEAST_SENT,
        }
    }

    pub fn lost(&mut self) {
        self.sent = [0.0; LAGS + 1];
    }

    pub fn process(&mut self, phone: &Samples, heard: &Sound, floor: f32) -> Echo {
        let mut echo = Echo::default();
        for (half, &power) in heard.halves.iter().enumerate() {
            self.sent.copy_within(..LAGS, 1);
            self.sent[0] = mean_square(&phone[half * FRAME / 2..(half + 1) * FRAME / 2]);
            let expected = self.expected();
            echo.expected += 0.5 * expected;
            if self.sent[0] > MUTED {
                self.noise = if self.sent[0] < self.noise {
                    self.noise + 0.3 * (self.sent[0] - self.noise)
                } else {
                    self.noise * NOISE_UP
                };
            }
            let loudest = self.sent[..LAGS].iter().fold(0.0f32, |a, &b| a.max(b));
            if loudest > LEAST_SENT.max(ABOVE_NOISE * self.noise) {
                echo.sounding = true;
                echo.learnt |= self.learn(power - floor, expected);
            }
        }
        echo
    }

    fn expected(&self) -> f32 {
        let parts = self.gains.iter().zip(&self.sent);
        parts.map(|(gain, sent)| gain * sent).sum()
    }

    /// Returns whether what was heard can have been echo alone.
    fn learn(&mut self, heard: f32, expected: f32) -> bool {
        let error = heard - expected;
        let step = if error > 3.0 * expected {
            0.004
        } else if error > 0.0 {
            0.02
        } else {
            0.08
        };
        let norm: f32 = self.sent[..LAGS].iter().map(|s| s * s).sum();
        let step = step * error / norm.max(1.0);
        for (gain, sent) in self.gains.iter_mut().zip(&self.sent) {
            *gain = (*gain + step * sent).clamp(0.0, 2.0);
        }
        error < 3.0 * expected
    }

    /// Power gain of the path, by group of lags.
    pub fn profile(&self) -> [f32; GROUPS] {
        std::array::from_fn(|g| self.gains[EDGES[g]..EDGES[g + 1]].iter().sum())
    }
}

fn mean_square(samples: &[i16]) -> f32 {
    let mut sums = [0.0f32; 8];
    for eight in samples.chunks_exact(8) {
        for lane in 0..8 {
            let sample = f32::from(eight[lane]);
            sums[lane] += sample * sample;
        }
    }
    sums.iter().sum::<f32>() / samples.len() as f32
}
