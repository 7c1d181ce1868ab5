//! The discrete Fourier transform of a power of two of complex numbers.
//!
//! How: radix 2 in place, decimation in time; the factors are computed anew for each stage, so
//! that nothing is kept. It runs some times a measurement, not some times a frame.

use std::{
    f64::consts::TAU,
    ops::{Add, Div, Mul, Sub},
};

/// A complex number.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Complex {
    pub re: f64,
    pub im: f64,
}

impl Complex {
    pub const fn new(re: f64, im: f64) -> Complex {
        Complex { re, im }
    }

    /// Of length one.
    pub fn turned(angle: f64) -> Complex {
        Complex::new(angle.cos(), angle.sin())
    }

    pub fn square(self) -> f64 {
        self.re * self.re + self.im * self.im
    }

    pub fn conjugate(self) -> Complex {
        Complex::new(self.re, -self.im)
    }
}

impl Add for Complex {
    type Output = Complex;
    fn add(self, other: Complex) -> Complex {
        Complex::new(self.re + other.re, self.im + other.im)
    }
}

impl Sub for Complex {
    type Output = Complex;
    fn sub(self, other: Complex) -> Complex {
        Complex::new(self.re - other.re, self.im - other.im)
    }
}

impl Mul for Complex {
    type Output = Complex;
    fn mul(self, other: Complex) -> Complex {
        Complex::new(
            self.re * other.re - self.im * other.im,
            self.re * other.im + self.im * other.re,
        )
    }
}

impl Div for Complex {
    type Output = Complex;
    fn div(self, other: Complex) -> Complex {
        let square = other.square();
        let product = self * other.conjugate();
        Complex::new(product.re / square, product.im / square)
    }
}

/// From samples to frequencies, in place.
///
/// # Panics
/// When the length is no power of two.
pub(crate) fn transform(values: &mut [Complex]) {
    let length = values.len();
    assert!(length.is_power_of_two(), "{length} values");
    let bits = length.trailing_zeros();
    for at in 0..length {
        let other = at.reverse_bits() >> (usize::BITS - bits);
        if at < other {
            values.swap(at, other);
        }
    }
    let mut half = 1;
    while half < length {
        for k in 0..half {
            let factor = Complex::turned(-TAU * k as f64 / (2 * half) as f64);
            for low in (k..length).step_by(2 * half) {
                let (a, b) = (values[low], values[low + half] * factor);
                values[low] = a + b;
                values[low + half] = a - b;
            }
        }
        half *= 2;
    }
}

/// Back from frequencies to samples, in place.
pub(crate) fn inverse(values: &mut [Complex]) {
    let scale = 1.0 / values.len() as f64;
    values.iter_mut().for_each(|v| *v = v.conjugate());
    transform(values);
    for value in values {
        *value = Complex::new(value.re * scale, -value.im * scale);
    }
}

/// The frequencies of real samples.
pub(crate) fn spectrum(samples: &[f64]) -> Vec<Complex> {
    let mut values: Vec<Complex> = samples.iter().map(|&s| Complex::new(s, 0.0)).collect();
    transform(&mut values);
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_is_one_frequency_and_comes_back() {
        let samples: Vec<f64> = (0..64)
            .map(|n| (TAU * 5.0 * n as f64 / 64.0).cos())
            .collect();
        let mut found = spectrum(&samples);
        for (k, value) in found.iter().enumerate() {
            let wanted = if k == 5 || k == 59 { 32.0 } else { 0.0 };
            assert!(
                (value.re - wanted).abs() < 1e-9 && value.im.abs() < 1e-9,
                "{k}"
            );
        }
        inverse(&mut found);
        for (value, sample) in found.iter().zip(&samples) {
            assert!((value.re - sample).abs() < 1e-12);
        }
    }
}
