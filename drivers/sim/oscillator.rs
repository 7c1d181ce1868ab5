//! Sines by a rotating vector in double precision: two multiplications a sample, no drift
//! that hours could show.

use crate::sim::level;
use std::f64::consts::TAU;

#[derive(Clone, Copy, Debug, Default)]
pub struct Oscillator {
    sine: f64,
    cosine: f64,
    turn_sine: f64,
    turn_cosine: f64,
    peak: f64,
}

impl Oscillator {
    /// A sine of `hz` at `level_dbm0` that starts at zero.
    pub fn new(hz: f64, level_dbm0: f64) -> Oscillator {
        let turn = TAU * hz / 8000.0;
        Oscillator {
            sine: 0.0,
            cosine: 1.0,
            turn_sine: turn.sin(),
            turn_cosine: turn.cos(),
            peak: if hz > 0.0 {
                level::peak(level_dbm0)
            } else {
                0.0
            },
        }
    }

    pub fn sample(&mut self) -> f64 {
        let value = self.peak * self.sine;
        let sine = self.sine * self.turn_cosine + self.cosine * self.turn_sine;
        self.cosine = self.cosine * self.turn_cosine - self.sine * self.turn_sine;
        self.sine = sine;
        value
    }
}
