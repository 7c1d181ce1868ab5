//! What the filter that cancels takes over from the one that learns.
//!
//! How: the regression of the cancelling filter's errors upon the difference of the two
//! filters' estimates tells which part of that difference is true, and how sure that is. Only
//! what is beyond doubt is taken over, and while errors are far above what they usually are, for
//! somebody speaks or the path has changed, only what explains most of them. Two voices of one
//! pitch look like an echo for a while, but explain little.
//!
//! Where next to nothing of the difference is true the learning filter starts again from the
//! cancelling one; where more than all of it is, it learns too slowly: the path has changed, and
//! it is told to doubt what it knows.

use super::learner::{Errors, Learner};
use crate::simd::fir;
use types::frame::FRAME;

#[derive(Clone, Copy, Debug)]
pub(super) struct Transfer {
    sums: Sums,
    /// What errors usually are, in parts of what is sent.
    usual: f32,
}

/// Over the last frames, older ones fading.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    /// The cancelling filter's errors, squared.
    error: f32,
    /// These times the difference of the estimates.
    product: f32,
    /// That difference, squared.
    difference: f32,
    /// What was sent, squared.
    sent: f32,
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

/// Errors so many times as large as usual are somebody's voice, or another path. Then so much
/// of them must be explained.
const SUSPICIOUS: f32 = 8.0;
const EXPLAINED: f32 = 0.7;

/// The usual errors are followed down in a tenth of a second, up 0.4 dB a second.
const USUAL_DOWN: f32 = 0.1;
const USUAL_UP: f32 = 1.001;

/// By how much the learning filter doubts a path that changed.
const DOUBTS: f32 = 4.0;

impl Transfer {
    pub fn new() -> Transfer {
        Transfer {
            sums: Sums::default(),
            usual: 1.0,
        }
    }

    /// What was before is not to be compared with what comes.
    pub fn interrupt(&mut self) {
        self.sums = Sums::default();
    }

    /// Weighs a frame of errors, and changes the filters accordingly.
    pub fn weigh(&mut self, errors: &Errors, cancelling: &mut [f32], learner: &mut Learner) {
        let sums = &mut self.sums;
        sums.add(errors);
        if sums.difference <= LEAST * sums.error {
            return;
        }
        let part = sums.product / sums.difference;
        let deviation = sums.deviation(part);
        if part - TOO_SLOW * deviation > 1.0 {
            learner.doubt(DOUBTS);
        }
        let explained = part * sums.product >= EXPLAINED * sums.error;
        let suspicious = Self::follow(&mut self.usual, sums.error / sums.sent);
        if part > TAKES_OVER * deviation && (explained || !suspicious) {
            let doubt = TAKES_OVER * deviation / part;
            let take = part.min(1.0) * (1.0 - doubt * doubt);
            for (to, from) in cancelling.iter_mut().zip(&learner.taps) {
                *to += take * (from - *to);
            }
            sums.taken(take);
        } else if part + FALSE * deviation < WRONG {
            learner.taps.copy_from_slice(cancelling);
            sums.product = 0.0;
            sums.difference = 0.0;
        }
    }

    /// Follows the errors; tells whether these are larger than one trusts.
    fn follow(usual: &mut f32, errors: f32) -> bool {
        if errors < *usual {
            *usual += USUAL_DOWN * (errors - *usual);
        } else {
            *usual *= USUAL_UP;
        }
        errors > SUSPICIOUS * *usual
    }
}

impl Sums {
    fn add(&mut self, errors: &Errors) {
        let (cancelling, learning) = (&errors.cancelling, &errors.learning);
        let apart: [f32; FRAME] = std::array::from_fn(|n| cancelling[n] - learning[n]);
        self.error = FADES * self.error + fir::energy(cancelling);
        self.product = FADES * self.product + fir::product(cancelling, &apart);
        self.difference = FADES * self.difference + fir::energy(&apart);
        self.sent = FADES * self.sent + errors.sent;
        self.samples = FADES * self.samples + FRAME as f32;
    }

    /// The standard deviation of the part of the difference that is true.
    fn deviation(&self, part: f32) -> f32 {
        let unexplained = (self.error - part * self.product).max(0.0);
        (unexplained / (self.difference * INDEPENDENT * self.samples)).sqrt()
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
