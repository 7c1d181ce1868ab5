//! Complex numbers: an amplitude with its phase.

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Phasor {
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

    /// To five digits.
    #[inline(always)]
    pub fn angle(self) -> f32 {
        use std::f32::consts::{FRAC_PI_2, PI};
        let (x, y) = (self.re.abs(), self.im.abs());
        let most = x.max(y);
        if most == 0.0 {
            return 0.0;
        }
        let a = x.min(y) / most;
        let s = a * a;
        let high = 0.193_543_46 - s * (0.116_432_87 - s * (0.052_653_32 - s * 0.011_721_2));
        let low = a * (0.999_977_26 - s * (0.332_623_47 - s * high));
        let half = if y > x { FRAC_PI_2 - low } else { low };
        let whole = if self.re < 0.0 { PI - half } else { half };
        whole.copysign(self.im)
    }
}
