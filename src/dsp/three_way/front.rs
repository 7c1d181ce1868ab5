//! What a frame of the trunk sounds like: its power by octave, in halves of 5 ms, and a slow
//! copy of it for the pitch.

use super::{cepstrum, pitch};
use types::frame::{FRAME, Samples};

/// 250 to 500 Hz, to 1000, to 2000, to 4000.
pub(super) const OCTAVES: usize = 4;

/// A frame.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sound {
    /// Mean square by octave.
    pub octaves: [f32; OCTAVES],
    /// Mean square of each half of the frame, above 250 Hz.
    pub halves: [f32; 2],
}

impl Sound {
    pub fn power(&self) -> f32 {
        0.5 * (self.halves[0] + self.halves[1])
    }
}

#[derive(Clone, Debug)]
pub(super) struct Front {
    /// The last 40 ms at 2 kHz, oldest first.
    slow: [f32; pitch::SPAN],
    /// The last 30 ms as they are.
    whole: [f32; cepstrum::SPAN],
}

const HALF: usize = FRAME / 2;

impl Front {
    pub fn new() -> Front {
        Front {
            slow: [0.0; pitch::SPAN],
            whole: [0.0; cepstrum::SPAN],
        }
    }

    pub fn lost(&mut self) {
        *self = Front::new();
    }

    pub fn process(&mut self, samples: &Samples) -> Sound {
        self.slow.copy_within(2 * HALF / 4.., 0);
        self.whole.copy_within(FRAME.., 0);
        let newest = &mut self.whole[cepstrum::SPAN - FRAME..];
        for (to, &from) in newest.iter_mut().zip(samples) {
            *to = f32::from(from);
        }
        let mut sound = Sound::default();
        for half in 0..2 {
            let mut plain = [0.0f32; HALF];
            plain.copy_from_slice(&newest[half * HALF..(half + 1) * HALF]);
            let (sums, top) = split::<HALF, { HALF / 2 }>(&plain);
            let (slow, high) = split::<{ HALF / 2 }, { HALF / 4 }>(&sums);
            let (lower, middle) = split::<{ HALF / 4 }, { HALF / 8 }>(&slow);
            // The last octave by differences of neighbours: five samples are no pairs.
            let low = lower.windows(2).map(|pair| pair[1] - pair[0]);
            let low = low.map(|d| d * d).sum::<f32>() * (0.5 / 4.0 * 5.0);
            // A sum of 2^n samples has 2^n times the power of a mean.
            let powers = [low / 8.0, middle / 8.0, high / 4.0, top / 2.0];
            for (to, power) in sound.octaves.iter_mut().zip(powers) {
                *to += power / FRAME as f32;
            }
            sound.halves[half] = powers.iter().sum::<f32>() / HALF as f32;
            let at = pitch::SPAN - 20 + 10 * half;
            self.slow[at..at + 10].copy_from_slice(&slow);
        }
        sound
    }

    /// The pitch of the last 40 ms, as a logarithm to base 2 of Hz, if there is one.
    pub fn pitch(&self) -> Option<f32> {
        pitch::of(&self.slow)
    }

    /// The colour of the last 30 ms.
    pub fn cepstra(&self) -> [f32; cepstrum::CEPSTRA] {
        cepstrum::of(&self.whole)
    }
}

/// Sums of neighbours, and the energy of their differences: five chains of additions at once.
fn split<const N: usize, const M: usize>(samples: &[f32; N]) -> ([f32; M], f32) {
    let mut sums = [0.0; M];
    let mut energies = [0.0f32; 5];
    let tens = samples.chunks_exact(10);
    for (sums, ten) in sums.chunks_exact_mut(5).zip(tens) {
        for lane in 0..5 {
            let (a, b) = (ten[2 * lane], ten[2 * lane + 1]);
            sums[lane] = a + b;
            energies[lane] += (a - b) * (a - b);
        }
    }
    (sums, energies.iter().sum())
}
