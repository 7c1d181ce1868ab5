//! Complex numbers and sines, the same on every machine.
//!
//! What: product and angle of complex numbers as pairs, sine and cosine, sin x / x.
//!
//! How: polynomials in one fixed order; no library of the platform is called.
//!
//! Limits: angles within 0.00002, sines within 0.00001 for angles up to some thousand turns.

use crate::SAMPLE_RATE;
use std::f32::consts::{FRAC_PI_2, PI, TAU};
use types::frame::FRAME;

/// The phase that 1 Hz turns over a frame.
pub(crate) const FRAME_ANGLE: f32 = TAU * FRAME as f32 / SAMPLE_RATE as f32;

#[inline(always)]
pub(crate) fn times(a: (f32, f32), b: (f32, f32)) -> (f32, f32) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

/// The angle of a complex number, within 0.00002 (Abramowitz and Stegun 4.4.49).
#[inline(always)]
pub(crate) fn angle((re, im): (f32, f32)) -> f32 {
    let (x, y) = (re.abs(), im.abs());
    let (small, large) = if x < y { (x, y) } else { (y, x) };
    let a = small / large.max(f32::MIN_POSITIVE);
    let s = a * a;
    let odd = 0.999_866 + s * (-0.330_299_5 + s * (0.180_141 + s * (-0.085_133 + s * 0.020_835_1)));
    let octant = a * odd;
    let quadrant = if x < y { FRAC_PI_2 - octant } else { octant };
    let half = if re < 0.0 { PI - quadrant } else { quadrant };
    if im < 0.0 { -half } else { half }
}

/// Sine and cosine, within 0.00001.
#[inline(always)]
pub(crate) fn sin_cos(angle: f32) -> (f32, f32) {
    let x = angle - TAU * (angle / TAU).round_ties_even();
    // Half the angle, whose series are short.
    let h = x / 2.0;
    let s = h * h;
    let sin =
        h * (1.0 + s * (-1.0 / 6.0 + s * (1.0 / 120.0 + s * (-1.0 / 5040.0 + s / 362_880.0))));
    let cos = 1.0
        + s * (-0.5
            + s * (1.0 / 24.0 + s * (-1.0 / 720.0 + s * (1.0 / 40_320.0 - s / 3_628_800.0))));
    (2.0 * sin * cos, 1.0 - 2.0 * sin * sin)
}

#[inline(always)]
pub(crate) fn sinc(x: f32) -> f32 {
    if x.abs() < 1e-3 {
        1.0
    } else {
        sin_cos(x).0 / x
    }
}

/// An amplitude with its phase.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Phasor {
    pub re: f32,
    pub im: f32,
}

impl Phasor {
    /// A turn by at most a quarter of a circle, to six digits.
    #[inline(always)]
    pub fn turn(angle: f32) -> Phasor {
        let x = angle * angle;
        Phasor {
            re: 1.0 - x * (0.5 - x * (1.0 / 24.0 - x * (1.0 / 720.0 - x * (1.0 / 40_320.0)))),
            im: angle * (1.0 - x * (1.0 / 6.0 - x * (1.0 / 120.0 - x * (1.0 / 5040.0)))),
        }
    }

    #[inline(always)]
    pub fn square(self) -> f32 {
        self.re * self.re + self.im * self.im
    }

    #[inline(always)]
    pub fn times(self, by: Phasor) -> Phasor {
        Phasor {
            re: self.re * by.re - self.im * by.im,
            im: self.re * by.im + self.im * by.re,
        }
    }

    #[inline(always)]
    pub fn conjugate(self) -> Phasor {
        Phasor {
            re: self.re,
            im: -self.im,
        }
    }

    #[inline(always)]
    pub fn scaled(self, by: f32) -> Phasor {
        Phasor {
            re: self.re * by,
            im: self.im * by,
        }
    }

    /// As [`angle`].
    #[inline(always)]
    pub fn angle(self) -> f32 {
        angle((self.re, self.im))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles_and_sines_are_near_the_exact_ones() {
        for n in -40_000..40_000 {
            let exact = f64::from(n) * 0.001;
            let (sin, cos) = sin_cos(exact as f32);
            assert!(
                (f64::from(sin) - exact.sin()).abs() < 2e-5,
                "sine of {exact}"
            );
            assert!(
                (f64::from(cos) - exact.cos()).abs() < 2e-5,
                "cosine of {exact}"
            );
            let found = angle((cos, sin));
            let off = f64::from(found) - exact;
            let off = off - (off / std::f64::consts::TAU).round() * std::f64::consts::TAU;
            assert!(off.abs() < 5e-5, "angle {exact} found as {found}");
        }
        assert_eq!(angle((0.0, 0.0)), 0.0);
        assert_eq!(sinc(0.0), 1.0);
    }
}
