//! The filter that learns.
//!
//! How: both signals are whitened by a predictor of what is sent, over the whole reach of the
//! taps anew each frame, so that speech teaches as noise does. The step is a Kalman filter's
//! with one variance a tap: how far it may be from the truth. It shrinks as the tap learns,
//! grows with the energy thereabouts, so that the few taps that matter learn faster, and is
//! weighed against the errors themselves, so that a talker at the far end slows everything.

use super::{
    EchoSettings, push,
    whitener::{self, Whitener},
};
use crate::simd::{Path, fir};
use types::frame::FRAME;

#[derive(Clone, Debug)]
pub(super) struct Learner {
    path: Path,
    /// Last tap first.
    pub taps: Vec<f32>,
    variances: Vec<f32>,
    pub whitener: Whitener,
    /// What was received, and what is left of it, without the line's direct voltage.
    received: [f32; whitener::TAPS + FRAME],
    left: [f32; whitener::TAPS + FRAME],
    direct: f32,
    /// What was sent, whitened, as far back as the taps.
    white: Vec<f32>,
    step: fir::Step,
}

/// A frame of whitened errors of both filters.
#[derive(Clone, Debug)]
pub(super) struct Errors {
    /// Of the filter that learns, before it learned of them.
    pub learning: [f32; FRAME],
    /// Of the filter that cancels.
    pub cancelling: [f32; FRAME],
    /// Energy of a frame of what was sent, the mean over the reach of the taps.
    pub sent: f32,
}

/// What all taps together may be off at first: an echo 6 dB down.
const AT_FIRST: f32 = 0.25;

/// Below the Kalman filter's own, as eight samples are learned at once.
const STEP: f32 = 0.5;
const SHRINKS: f32 = 0.75;

/// How fast the path may wander: in parts of its power, a frame of speech.
const WANDERS: f32 = 1e-3;
/// The part of it that goes where the power is; the rest goes everywhere.
const LOCAL: f32 = 0.9;

const LEAST_VARIANCE: f32 = 1e-9;

/// Mean square in sample units below which what is sent teaches nothing, and the least that
/// errors count as: companding alone makes this much.
const QUIET: f32 = 16.0;
const LEAST_ERROR: f32 = 10.0;

/// How fast the direct voltage is followed: a third of a second.
const DIRECT: f32 = 0.03;

/// The predictor: 28 ms, lifting nothing that is more than 10 dB down.
const FADES: f32 = 0.7;
const LIFTS: f32 = 0.1;

impl Learner {
    pub fn new(path: Path, settings: &EchoSettings) -> Learner {
        let taps = settings.taps;
        Learner {
            path,
            taps: vec![0.0; taps],
            variances: vec![AT_FIRST / taps as f32; taps],
            whitener: Whitener::new(FADES, LIFTS),
            received: [0.0; whitener::TAPS + FRAME],
            left: [0.0; whitener::TAPS + FRAME],
            direct: 0.0,
            white: vec![0.0; taps + FRAME],
            step: fir::Step {
                size: STEP,
                floor: LEAST_ERROR,
                errors: 0.0,
                learned: 0.0,
            },
        }
    }

    pub fn reset(&mut self) {
        self.taps.fill(0.0);
        self.variances.fill(AT_FIRST / self.taps.len() as f32);
        self.whitener.reset();
        self.received.fill(0.0);
        self.left.fill(0.0);
        self.direct = 0.0;
        self.step.errors = 0.0;
        self.step.learned = 0.0;
    }

    /// Follows a frame of all signals, `sent` from as far back as the predictor and the taps
    /// reach. Learns of it when it is loud enough.
    pub fn learn(
        &mut self,
        sent: &[f32],
        received: &[f32; FRAME],
        left: &[f32; FRAME],
    ) -> Option<Errors> {
        self.direct += DIRECT * (received.iter().sum::<f32>() / FRAME as f32 - self.direct);
        push(&mut self.received, &received.map(|s| s - self.direct));
        push(&mut self.left, &left.map(|s| s - self.direct));
        let newest = sent.last_chunk().expect("taps and a frame were sent");
        self.whitener.follow(self.path, newest);

        let predictor = &self.whitener.taps;
        let reach = whitener::TAPS + self.white.len();
        fir::filter(self.path, predictor, &sent[..reach], &mut self.white);
        let mean_square = fir::energy(&self.white) / self.white.len() as f32;
        if mean_square < QUIET {
            return None;
        }
        let mut learning = [0.0; FRAME];
        fir::filter(self.path, predictor, &self.received, &mut learning);
        let mut cancelling = [0.0; FRAME];
        fir::filter(self.path, predictor, &self.left, &mut cancelling);
        fir::adapt(
            self.path,
            &mut self.taps,
            &self.variances,
            &self.white,
            &mut learning,
            &mut self.step,
        );
        self.age();
        Some(Errors {
            learning,
            cancelling,
            sent: mean_square * FRAME as f32,
        })
    }

    /// The taps may be farther off than was thought.
    pub fn doubt(&mut self, times: f32) {
        let most = AT_FIRST / self.taps.len() as f32;
        for variance in &mut self.variances {
            *variance = (*variance * times).min(most);
        }
    }

    /// The echo comes so many samples later than before, or earlier.
    pub fn shift(&mut self, later: isize) {
        let most = AT_FIRST / self.taps.len() as f32;
        super::shift(&mut self.taps, later, 0.0);
        super::shift(&mut self.variances, later, most);
    }

    /// Variances after a frame: less by what was learned, more by what may have wandered.
    fn age(&mut self) {
        let learned = std::mem::take(&mut self.step.learned);
        let all: f32 = self.variances.iter().sum();
        let shrinks = SHRINKS * fir::LANES as f32 * learned / all;
        let wanders = WANDERS * learned * fir::LANES as f32 / FRAME as f32;
        let everywhere = (1.0 - LOCAL) * fir::energy(&self.taps) / self.taps.len() as f32;
        let blocks = self.variances.chunks_exact_mut(fir::LANES);
        for (variances, taps) in blocks.zip(self.taps.chunks_exact(fir::LANES)) {
            let here = LOCAL * fir::energy(taps) / fir::LANES as f32;
            let more = wanders * (here + everywhere);
            for variance in variances {
                let less = *variance / (1.0 + shrinks * *variance);
                *variance = (less + more).max(LEAST_VARIANCE);
            }
        }
    }
}
