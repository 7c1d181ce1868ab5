//! The simulation's own random numbers and noise: xorshift from a seed, so that the same seed
//! gives the same bytes.

use crate::sim::level;

/// Xorshift64* (Marsaglia 2003, Vigna 2016).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Any seed will do; it is scrambled first so that near seeds differ.
    pub fn new(seed: u64) -> Random {
        let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Random((z ^ (z >> 31)) | 1)
    }

    pub fn bits(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// True in this share of cases (0 to 1).
    pub fn chance(&mut self, ratio: f64) -> bool {
        ratio > 0.0 && ((self.bits() >> 11) as f64) < ratio * (1u64 << 53) as f64
    }

    /// About normal, variance one: the sum of four uniform 16-bit numbers.
    pub fn normal(&mut self) -> f64 {
        let bits = self.bits();
        let sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48);
        // Each uniform number has the variance 65536^2 / 12; four of them, 65536^2 / 3.
        (sum as f64 - 131_070.0) / (65_536.0 / 1.732_050_807_568_877_2)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Colour {
    White,
    /// Falls by 3 dB an octave, as room and line noise roughly do.
    Pink,
}

/// A source of noise of a given level.
#[derive(Clone, Debug)]
pub struct Noise {
    random: Random,
    colour: Colour,
    gain: f64,
    poles: [f64; 3],
}

/// The root mean square of the pink filter's output for white noise of variance one, from the
/// sum of its squared impulse response.
const PINK_RMS: f64 = 2.979;

impl Noise {
    pub fn new(colour: Colour, level_dbm0: f64, seed: u64) -> Noise {
        let rms = level::POWER_0_DBM0.sqrt() * level::gain(level_dbm0);
        let gain = match colour {
            Colour::White => rms,
            Colour::Pink => rms / PINK_RMS,
        };
        Noise {
            random: Random::new(seed),
            colour,
            gain,
            poles: [0.0; 3],
        }
    }

    pub fn sample(&mut self) -> f64 {
        let white = self.random.normal();
        let value = match self.colour {
            Colour::White => white,
            Colour::Pink => self.pink(white),
        };
        self.gain * value
    }

    /// Three first-order poles, Kellet's economy approximation of -3 dB an octave.
    fn pink(&mut self, white: f64) -> f64 {
        let [a, b, c] = &mut self.poles;
        *a = 0.99765 * *a + white * 0.099_046;
        *b = 0.963 * *b + white * 0.296_516_4;
        *c = 0.57 * *c + white * 1.052_691_3;
        *a + *b + *c + white * 0.1848
    }
}
