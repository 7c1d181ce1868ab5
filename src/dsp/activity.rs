//! Speech activity of one frame.
//!
//! What: whether a 10 ms frame stands out of the noise of the line, and whether what it holds
//! has a pitch. The voice detector and the answer classifier build on it.
//!
//! How: a band around 500 Hz, where voiced speech has most of its power and white noise a
//! seventh of its own, is cut out by a sum of four samples and a difference over a millisecond,
//! at half the rate. Its level is compared with a floor that follows the least of the last second.
//! The signs of its samples, 128 of them in one word, are compared with themselves some
//! milliseconds earlier: voiced speech agrees at its pitch period, noise at none.
//!
//! Limits: pitch from 80 to 400 Hz. Speech 6 dB over white noise of -33 dBm0 is active for most of
//! its voiced part; sounds without a voice (s, f) are not active by the band, only loud. ITU-T
//! P.56, clause 5, defines speech level; no standard defines activity.

use crate::level::{SILENCE_DBM0, ZERO_DBM0_PEAK};
use types::frame::{FRAME, Samples};

/// What a frame held.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Activity {
    /// Level of the whole band.
    pub level_dbm0: f32,
    /// Level of the voice band.
    pub band_dbm0: f32,
    /// Mean square of the whole band in sample units.
    pub power: f32,
    /// Noise in the whole band, and how far the frame is above it.
    pub floor_dbm0: f32,
    pub above_db: f32,
    /// The voice band stands out of the noise.
    pub active: bool,
    /// The frames up to this one stand out a little: speech that fades, if there was speech.
    pub fades: bool,
    /// Anything stands out of the noise.
    pub loud: bool,
    /// How well the voice band agrees with itself one pitch period ago, 0 to 1: measured in every
    /// third active frame, zero in frames that are not active.
    pub voicing: f32,
}

impl Activity {
    /// Of a line that nothing was heard on.
    pub(crate) const NONE: Activity = Activity {
        level_dbm0: SILENCE_DBM0,
        band_dbm0: SILENCE_DBM0,
        power: 0.0,
        floor_dbm0: AT_FIRST_DBM0,
        above_db: SILENCE_DBM0 - AT_FIRST_DBM0,
        active: false,
        fades: false,
        loud: false,
        voicing: 0.0,
    };
}

/// The measuring part. One a leg.
#[derive(Clone, Debug)]
pub(crate) struct ActivityMeter {
    /// The last sums of four samples, and the last of two.
    before: [i32; 4],
    last_pair: i32,
    signs: u128,
    /// Voicing of an active frame, and for how many more it holds.
    voicing: f32,
    held: u8,
    /// Level of the voice band over some frames.
    smooth_dbm0: f32,
    band: Floor,
    whole: Floor,
}

/// The level of the noise: the least smoothed level of the last second.
#[derive(Clone, Copy, Debug)]
struct Floor {
    smooth: f32,
    /// Least of each finished part of the last second, and of the part that goes on.
    parts: [f32; PARTS],
    least: f32,
    frames: u8,
    dbm0: f32,
}

/// Samples of the voice band in a frame.
const BAND: usize = FRAME / 2;

/// Power gain of the voice band at 500 Hz.
const BAND_GAIN: f32 = 52.5;

/// The shortest pitch period in quarters of a millisecond, how many are tried, two quarters apart,
/// and the samples compared.
const SHORTEST: u32 = 10;
const PERIODS: usize = 21;
const COMPARED: f32 = 64.0;

/// Active frames that take the voicing of the one before.
const HOLDS: u8 = 2;

const PARTS: usize = 4;
const PART_FRAMES: u8 = 32;

/// The floor before anything is known: white noise of -28 dBm0. It comes down at once.
const AT_FIRST_DBM0: f32 = -36.0;

/// The mean of noise lies so much above the least of its smoothed level.
const LEAST_TO_MEAN_DB: f32 = 1.5;
/// Floors go no lower.
const LEAST_DBM0_FOLLOWED: f32 = -75.0;
const SMOOTH: f32 = 0.25;
const RISE_DB: f32 = 0.08;

/// How far above the floor a frame is active or loud, and never below which level.
const ABOVE_DB: f32 = 5.0;
const FADES_DB: f32 = 3.0;
const LEAST_BAND_DBM0: f32 = -46.0;
const LEAST_DBM0: f32 = -42.0;

impl ActivityMeter {
    pub fn new() -> ActivityMeter {
        ActivityMeter {
            before: [0; 4],
            last_pair: 0,
            signs: 0,
            voicing: 0.0,
            held: 0,
            smooth_dbm0: AT_FIRST_DBM0,
            band: Floor::new(),
            whole: Floor::new(),
        }
    }

    pub fn frame(&mut self, samples: &Samples) -> Activity {
        let (energy, band_energy) = self.energies(samples);
        let power = energy / FRAME as f32;
        let level_dbm0 = dbm0(power);
        let band_dbm0 = dbm0(band_energy / (BAND as f32 * BAND_GAIN));
        let active = band_dbm0 > LEAST_BAND_DBM0.max(self.band.dbm0 + ABOVE_DB);
        let loud = active || level_dbm0 > LEAST_DBM0.max(self.whole.dbm0 + ABOVE_DB);
        self.smooth_dbm0 += 0.4 * (band_dbm0.max(LEAST_DBM0_FOLLOWED) - self.smooth_dbm0);
        let fades = self.smooth_dbm0 > LEAST_BAND_DBM0.max(self.band.dbm0 + FADES_DB);
        let floor_dbm0 = self.whole.dbm0;
        self.band.follow(band_dbm0);
        self.whole.follow(level_dbm0);
        let voicing = if active { self.voicing() } else { 0.0 };
        Activity {
            level_dbm0,
            band_dbm0,
            power,
            floor_dbm0,
            above_db: level_dbm0 - floor_dbm0,
            active,
            fades,
            loud,
            voicing,
        }
    }

    /// Of a frame in which nothing is but the noise.
    pub fn nothing(&self) -> Activity {
        Activity {
            level_dbm0: self.whole.dbm0,
            band_dbm0: self.band.dbm0,
            floor_dbm0: self.whole.dbm0,
            above_db: 0.0,
            ..Activity::NONE
        }
    }

    /// Samples are missing: periods before and after do not belong together.
    pub fn lost(&mut self) {
        self.signs = 0;
    }

    pub fn reset(&mut self) {
        *self = ActivityMeter::new();
    }

    /// Energy of the frame, and of its voice band.
    fn energies(&mut self, samples: &Samples) -> (f32, f32) {
        let mut squares = [0.0f32; 4];
        for chunk in samples.as_chunks::<8>().0 {
            // The two least values in one pair would be too much for an i32.
            let chunk = chunk.map(|sample| i32::from(sample.max(-i16::MAX)));
            for (n, square) in squares.iter_mut().enumerate() {
                let (a, b) = (chunk[2 * n], chunk[2 * n + 1]);
                *square += (a * a + b * b) as f32;
            }
        }
        // Sums of four at each second sample, and how far each is from the one a millisecond ago.
        let mut sums = [0i32; BAND + 4];
        sums[..4].copy_from_slice(&self.before);
        let mut pairs = [0i32; BAND + 1];
        pairs[0] = self.last_pair;
        for (n, pair) in pairs[1..].iter_mut().enumerate() {
            *pair = i32::from(samples[2 * n]) + i32::from(samples[2 * n + 1]);
        }
        for (n, sum) in sums[4..].iter_mut().enumerate() {
            *sum = pairs[n] + pairs[n + 1];
        }
        self.last_pair = pairs[BAND];
        self.before.copy_from_slice(&sums[BAND..]);
        let differences: [i32; BAND] = std::array::from_fn(|n| sums[n + 4] - sums[n]);
        let mut band = [0.0f32; 4];
        for four in differences.as_chunks::<4>().0 {
            for (square, &difference) in band.iter_mut().zip(four) {
                *square += difference as f32 * difference as f32;
            }
        }
        let mut signs = 0u64;
        for eight in differences.as_chunks::<8>().0 {
            let bits: [i32; 8] = std::array::from_fn(|n| i32::from(eight[n] > 0) * (128 >> n));
            signs = signs << 8 | bits.iter().sum::<i32>() as u64;
        }
        self.signs = self.signs << BAND | u128::from(signs);
        (squares.iter().sum(), band.iter().sum())
    }

    /// The best agreement with what was one pitch period earlier.
    fn voicing(&mut self) -> f32 {
        if self.held > 0 {
            self.held -= 1;
            return self.voicing;
        }
        let (now, before) = (self.signs as u64, (self.signs >> 64) as u64);
        // Differences and the period in one number, so that the least tells both.
        let differences = |period: u32| {
            let earlier = now >> period | before << (64 - period);
            (now ^ earlier).count_ones() << 8 | period
        };
        // Every second one, then the neighbours of the best.
        let mut tried = [0; PERIODS];
        for (n, tried) in tried.iter_mut().enumerate() {
            *tried = differences(SHORTEST + 2 * n as u32);
        }
        let best = tried.iter().fold(u32::MAX, |a, &b| a.min(b));
        let period = best & 0xff;
        let best = best
            .min(differences(period - 1))
            .min(differences(period + 1));
        self.voicing = 1.0 - 2.0 * ((best >> 8) as f32 / COMPARED).min(0.5);
        self.held = HOLDS;
        self.voicing
    }
}

impl Floor {
    fn new() -> Floor {
        Floor {
            smooth: AT_FIRST_DBM0,
            parts: [AT_FIRST_DBM0; PARTS],
            least: AT_FIRST_DBM0,
            frames: 0,
            dbm0: AT_FIRST_DBM0,
        }
    }

    fn follow(&mut self, dbm0: f32) {
        self.smooth += SMOOTH * (dbm0.max(LEAST_DBM0_FOLLOWED) - self.smooth);
        self.least = self.least.min(self.smooth);
        self.frames += 1;
        if self.frames == PART_FRAMES {
            self.parts.rotate_left(1);
            self.parts[PARTS - 1] = self.least;
            self.least = self.smooth;
            self.frames = 0;
        }
        let least = self.parts.iter().fold(self.least, |a, &b| a.min(b));
        self.dbm0 = (least + LEAST_TO_MEAN_DB).min(self.dbm0 + RISE_DB);
    }
}

/// The level of a mean square, to 0.01 dB: the exponent and a polynomial of the mantissa.
fn dbm0(mean_square: f32) -> f32 {
    const REFERENCE: f32 = ZERO_DBM0_PEAK * ZERO_DBM0_PEAK / 2.0;
    const DB_PER_OCTAVE: f32 = 3.010_3;
    let bits = (mean_square / REFERENCE).max(1e-12).to_bits();
    let exponent = (bits >> 23) as f32 - 127.0;
    let x = f32::from_bits(bits & 0x007f_ffff | 0x3f80_0000) - 1.0;
    let log2 = x * (1.441_82 + x * (-0.708_44 + x * (0.415_32 + x * (-0.194_0 + x * 0.045_3))));
    (DB_PER_OCTAVE * (exponent + log2)).max(SILENCE_DBM0)
}
