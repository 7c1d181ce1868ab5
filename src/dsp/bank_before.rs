//! The bank as the digit detector still uses it.

use crate::SAMPLE_RATE;
pub(crate) use crate::bank::{Bins, LANES, Lanes, scallop};

/// The correlators. `HOP` is in samples.
#[derive(Clone, Debug)]
pub(crate) struct Bank<const HOP: usize> {
    /// Cosine and negated sine of each frequency at each sample of a hop.
    table: Box<[[Lanes; 2]; HOP]>,
    /// The turn of each frequency over one hop, and the turn so far.
    step: Bins,
    turned: Bins,
}

impl<const HOP: usize> Bank<HOP> {
    /// At most [`LANES`] frequencies in Hz; lanes beyond stay zero.
    pub fn new(freqs: &[f32]) -> Bank<HOP> {
        let mut table = Box::new([[[0.0; LANES]; 2]; HOP]);
        let mut step = Bins::ZERO;
        for (lane, &hz) in freqs.iter().enumerate() {
            let angle = std::f64::consts::TAU * f64::from(hz) / f64::from(SAMPLE_RATE);
            for (at, row) in table.iter_mut().enumerate() {
                row[0][lane] = (angle * at as f64).cos() as f32;
                row[1][lane] = -(angle * at as f64).sin() as f32;
            }
            step.re[lane] = (angle * HOP as f64).cos() as f32;
            step.im[lane] = -(angle * HOP as f64).sin() as f32;
        }
        let mut turned = Bins::ZERO;
        turned.re = [1.0; LANES];
        Bank {
            table,
            step,
            turned,
        }
    }

    /// Correlates the next `HOP` samples.
    pub fn hop(&mut self, samples: &[f32; HOP]) -> Bins {
        let mut re = [0.0; LANES];
        let mut im = [0.0; LANES];
        for (sample, [cos, sin]) in samples.iter().zip(self.table.iter()) {
            for lane in 0..LANES {
                re[lane] += sample * cos[lane];
                im[lane] += sample * sin[lane];
            }
        }
        let here = Bins { re, im };
        let seen = rotate(&here, &self.turned);
        self.turned = rotate(&self.turned, &self.step);
        for lane in 0..LANES {
            let (re, im) = (self.turned.re[lane], self.turned.im[lane]);
            let gain = 1.5 - 0.5 * (re * re + im * im);
            self.turned.re[lane] = re * gain;
            self.turned.im[lane] = im * gain;
        }
        seen
    }
}

#[inline]
fn rotate(bins: &Bins, by: &Bins) -> Bins {
    let mut out = Bins::ZERO;
    for lane in 0..LANES {
        out.re[lane] = bins.re[lane] * by.re[lane] - bins.im[lane] * by.im[lane];
        out.im[lane] = bins.re[lane] * by.im[lane] + bins.im[lane] * by.re[lane];
    }
    out
}

/// Samples as the banks take them.
#[inline]
pub(crate) fn to_float<const N: usize>(samples: &[i16]) -> [f32; N] {
    let mut out = [0.0; N];
    for (to, &from) in out.iter_mut().zip(samples) {
        *to = f32::from(from);
    }
    out
}
