//! A bank of eight single-frequency correlators.
//!
//! What: for each hop of a few milliseconds, how the samples correlate with each of eight
//! frequencies, as a complex number whose phase refers to one origin for all hops. The
//! sum of the last few hops is then the discrete Fourier transform of that window at
//! exactly these frequencies (what the Goertzel recursion gives), and the turn of its
//! phase from one window to the next is the distance of the heard frequency from the
//! bank's.
//!
//! How: multiply-adds with a table, eight frequencies side by side so that the compiler
//! fills vector registers. There is no recursion, hence no chain of dependent steps and
//! no growth of rounding errors.
//!
//! Limits: a turn is unambiguous for offsets up to half the hop rate (50 Hz for 10 ms).

use crate::SAMPLE_RATE;

/// Frequencies in a bank.
pub(crate) const LANES: usize = 8;

/// One value a frequency.
pub(crate) type Lanes = [f32; LANES];

/// What one hop, or the sum over several, gave.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bins {
    pub re: Lanes,
    pub im: Lanes,
}

impl Bins {
    pub const ZERO: Bins = Bins {
        re: [0.0; LANES],
        im: [0.0; LANES],
    };

    /// Adds another hop.
    #[inline]
    pub fn add(&mut self, hop: &Bins) {
        for lane in 0..LANES {
            self.re[lane] += hop.re[lane];
            self.im[lane] += hop.im[lane];
        }
    }

    /// Squared magnitudes.
    #[inline]
    pub fn powers(&self) -> Lanes {
        std::array::from_fn(|lane| self.re[lane] * self.re[lane] + self.im[lane] * self.im[lane])
    }

    /// This bin times the conjugate of an earlier one: its angle is the phase turned since.
    #[inline]
    pub fn turn_since(&self, earlier: &Bins, lane: usize) -> (f32, f32) {
        let (a, b) = (self.re[lane], self.im[lane]);
        let (c, d) = (earlier.re[lane], earlier.im[lane]);
        (a * c + b * d, b * c - a * d)
    }
}

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

/// How much of a sine's amplitude a window of `samples` sees when it is `offset_hz` off
/// the bin (the Dirichlet kernel, as sin x / x).
#[inline]
pub(crate) fn scallop(offset_hz: f32, samples: usize) -> f32 {
    let x = std::f32::consts::PI * offset_hz * samples as f32 / SAMPLE_RATE as f32;
    if x.abs() < 1e-3 { 1.0 } else { x.sin() / x }
}
