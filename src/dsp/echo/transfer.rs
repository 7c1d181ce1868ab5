//! What the filter that cancels takes over from the one that learns.
//!
//! How: the regression of the cancelling filter's errors upon the difference of the two
//! filters' estimates tells which part of that difference is true, and how sure that is. Only
//! what is beyond doubt is taken over. Where next to nothing is true the learning filter starts
//! again from the cancelling one; where more than all of it is, it learns too slowly: the
//! path has changed, and it is told to doubt what it knows.

use super::learner::{Errors, Learner};
use crate::simd::fir;
use types::frame::FRAME;

/// Sums over the last frames, older ones fading.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Transfer {
    /// The cancelling filter's errors, squared.
    error: f32,
    /// These times the difference of the estimates.
    product: f32,
    /// That difference, squared.
    difference: f32,
    samples: f32,
}

const FADES: f32 = 0.8;

/// Errors are not white: of so many samples each tells something new.
const INDEPENDENT: f32 = 0.5;

/// Least difference that is looked at, in parts of the errors.
const LEAST: f32 = 1e-4;

/// Standard deviations that evidence must exceed.
const TAKES_OVER: f32 = 3.0;
const TOO_SLOW: f32 = 4.0;
const FALSE: f32 = 2.0;

/// The learning filter starts again when surely less than this part is true.
const WRONG: f32 = 0.4;

/// By how much the learning filter doubts a path that changed.
const DOUBTS: f32 = 4.0;

impl Transfer {
    /// Weighs a frame of errors, and changes the filters accordingly. Tells whether the
    /// cancelling one changed.
    pub fn weigh(
        &mut self,
        errors: &Errors,
        cancelling: &mut [f32],
        learner: &mut Learner,
    ) -> bool {
        self.add(errors);
        if self.difference <= LEAST * self.error {
            return false;
        }
        let part = self.product / self.difference;
        let unexplained = (self.error - part * self.product).max(0.0);
        let deviation = (unexplained / (self.difference * INDEPENDENT * self.samples)).sqrt();
        if part - TOO_SLOW * deviation > 1.0 {
            learner.doubt(DOUBTS);
        }
        if part > TAKES_OVER * deviation {
            let doubt = TAKES_OVER * deviation / part;
            let take = part.min(1.0) * (1.0 - doubt * doubt);
            for (to, from) in cancelling.iter_mut().zip(&learner.taps) {
                *to += take * (from - *to);
            }
            self.taken(take);
            return true;
        }
        if part + FALSE * deviation < WRONG {
            learner.taps.copy_from_slice(cancelling);
            self.product = 0.0;
            self.difference = 0.0;
        }
        false
    }

    fn add(&mut self, errors: &Errors) {
        let Errors {
            cancelling,
            learning,
        } = errors;
        let apart: [f32; FRAME] = std::array::from_fn(|n| cancelling[n] - learning[n]);
        let error = fir::energy(cancelling);
        let product = fir::product(cancelling, &apart);
        let difference = fir::energy(&apart);
        self.error = FADES * self.error + error;
        self.product = FADES * self.product + product;
        self.difference = FADES * self.difference + difference;
        self.samples = FADES * self.samples + FRAME as f32;
    }

    /// The sums as they would have been with what was now taken over.
    fn taken(&mut self, part: f32) {
        let rest = 1.0 - part;
        self.error += part * part * self.difference - 2.0 * part * self.product;
        self.error = self.error.max(0.0);
        self.product = rest * (self.product - part * self.difference);
        self.difference *= rest * rest;
    }
}
