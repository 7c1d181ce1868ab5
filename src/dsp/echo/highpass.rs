//! Takes away a line's direct voltage, which no echo path explains.

/// A zero at 0 Hz, a pole beside it: -3 dB at 26 Hz.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Highpass {
    before: f32,
    out: f32,
}

const POLE: f32 = 0.98;

impl Highpass {
    #[inline]
    pub fn filter<const N: usize>(&mut self, samples: &[f32; N]) -> [f32; N] {
        samples.map(|sample| {
            self.out = sample - self.before + POLE * self.out;
            self.before = sample;
            self.out
        })
    }
}
