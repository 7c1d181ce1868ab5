//! Hits: what happens to a line now and then.
//!
//! What: impulses, and with a holding tone also dropouts, gain hits and phase hits, each counted.
//!
//! How: an impulse is a sample (behind the notch for the tone, if there is one) above a threshold;
//! after one, 143 ms are blind, so that at most seven a second count. Direct voltage is no impulse: its
//! mean, learned in the first 100 ms (half a second with a tone) and followed, is taken off. The tone is
//! turned down to zero frequency and averaged over 4 ms: its amplitude and angle there, against what they
//! were in the last second, are the rest (IEEE 743).
//!
//! Limits: impulses to 0.5 dB of the threshold; a dropout is 12 dB or more for 8 ms or more, a gain
//! hit 3 dB and a phase hit 20 degrees for 4 to 8 ms or more. The tone may be up to 5 Hz off.

use crate::{dbm0, fourier::Complex, sine, stimulus::MILLIWATT_HZ};
use std::f64::consts::{PI, TAU};
use types::frame::{FRAME, Samples};

#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Hits {
    pub impulses: u32,
    pub dropouts: u32,
    pub gain_hits: u32,
    pub phase_hits: u32,
}

/// Counts hits.
#[derive(Clone, Debug)]
pub struct HitCounter {
    threshold: f64,
    tone: Option<Holding>,
    blind: usize,
    direct: Direct,
    hits: Hits,
}

const BLIND: usize = 1143;
const DROPOUT_DB: f64 = -12.0;
const GAIN_DB: f64 = 3.0;
const PHASE: f64 = 20.0 / 180.0 * PI;
/// Samples of an average: 4 ms.
const PIECE: usize = 32;
/// What is learned of the tone first.
const LEARNS: usize = 4000;
/// How fast amplitude and angle are followed: a second.
const FOLLOWS: f64 = PIECE as f64 / 8000.0;
/// Pieces that a hit lasts at least.
const LASTS: u32 = 2;
/// Pieces before another one counts.
const REST: u32 = 25;
/// Pieces after which a changed gain is the line's own.
const STAYS: u32 = 100;

/// Samples of which the direct voltage is learned, and those over which it is then followed.
const DIRECT_LEARNS: u32 = 800;
const DIRECT_FOLLOWS: f64 = 1.0 / 8000.0;

/// The direct voltage of a line.
#[derive(Clone, Copy, Default, Debug)]
struct Direct {
    count: u32,
    mean: f64,
}

impl Direct {
    /// The sample without it; none while it is learned. What is above `most` moves it no further.
    fn without(&mut self, sample: f64, most: f64) -> Option<f64> {
        let off = sample - self.mean;
        if self.count < DIRECT_LEARNS {
            self.count += 1;
            self.mean += off / f64::from(self.count);
            return None;
        }
        self.mean += DIRECT_FOLLOWS * off.clamp(-most, most);
        Some(off)
    }
}

#[derive(Clone, Debug)]
struct Holding {
    learned: Vec<i16>,
    tone: Option<Followed>,
}

#[derive(Clone, Debug)]
struct Followed {
    /// One sample's turn, and the turn so far.
    turn: f64,
    angle: f64,
    sum: Complex,
    count: usize,
    amplitude: f64,
    phase: f64,
    /// Pieces that dropped, jumped, turned; pieces that are blind.
    runs: [u32; 3],
    rests: [u32; 3],
}

impl HitCounter {
    /// Impulses from `threshold_dbm0` (the level of a sine with that peak) on. `tone`: a holding tone
    /// of about 1004 Hz is there.
    pub fn new(threshold_dbm0: f64, tone: bool) -> HitCounter {
        let peak = f64::from(dsp::level::sine_peak(threshold_dbm0 as f32));
        HitCounter {
            threshold: peak,
            tone: tone.then(|| Holding {
                learned: Vec::with_capacity(LEARNS + FRAME),
                tone: None,
            }),
            blind: 0,
            direct: Direct::default(),
            hits: Hits::default(),
        }
    }

    pub fn hits(&self) -> Hits {
        self.hits
    }

    pub fn process(&mut self, samples: &Samples) {
        match &mut self.tone {
            None => samples.iter().for_each(|&s| self.impulse(f64::from(s))),
            Some(holding) if holding.tone.is_none() => holding.learn(samples),
            Some(_) => samples.iter().for_each(|&s| self.beside_tone(f64::from(s))),
        }
    }

    /// Samples are missing: the tone's angle is learned anew.
    pub fn lost(&mut self, samples: u32) {
        if samples > 0
            && let Some(holding) = &mut self.tone
        {
            holding.learned.clear();
            holding.tone = None;
        }
    }

    fn impulse(&mut self, sample: f64) {
        let Some(sample) = self.direct.without(sample, self.threshold) else {
            return;
        };
        if self.blind > 0 {
            self.blind -= 1;
        } else if sample.abs() >= self.threshold {
            self.hits.impulses += 1;
            self.blind = BLIND;
        }
    }

    fn beside_tone(&mut self, sample: f64) {
        let Some(tone) = self.tone.as_mut().and_then(|holding| holding.tone.as_mut()) else {
            return;
        };
        let beside = sample - tone.expected();
        let [dropout, gain, phase] = tone.next(sample);
        self.hits.dropouts += u32::from(dropout);
        self.hits.gain_hits += u32::from(gain);
        self.hits.phase_hits += u32::from(phase);
        // While the tone itself is off, what differs from it is no impulse.
        if tone.runs.iter().all(|run| *run == 0) {
            self.impulse(beside);
        }
    }
}

impl Holding {
    fn learn(&mut self, samples: &Samples) {
        self.learned.extend_from_slice(samples);
        if self.learned.len() < LEARNS {
            return;
        }
        let found = sine::near(&self.learned, f64::from(MILLIWATT_HZ));
        let length = self.learned.len() as f64;
        self.learned.clear();
        // Without a tone there is nothing to hold on to: look again.
        self.tone = found.filter(|tone| tone.above_rest_db() > 6.0).map(|tone| {
            let turn = TAU * tone.hz / 8000.0;
            Followed {
                turn,
                angle: (turn * length) % TAU,
                sum: Complex::default(),
                count: 0,
                amplitude: f64::from(dsp::level::sine_peak(tone.level_dbm0 as f32)),
                phase: tone.phase,
                runs: [0; 3],
                rests: [0; 3],
            }
        });
    }
}

impl Followed {
    /// What the tone alone would be now.
    fn expected(&self) -> f64 {
        self.amplitude * (self.angle + self.phase).sin()
    }

    /// Whether a dropout, a gain hit, a phase hit begins with this sample.
    fn next(&mut self, sample: f64) -> [bool; 3] {
        let wave = Complex::turned(-self.angle);
        self.sum = self.sum + Complex::new(sample * wave.re, sample * wave.im);
        self.count += 1;
        self.angle = (self.angle + self.turn) % TAU;
        if self.count < PIECE {
            return [false; 3];
        }
        let sum = std::mem::take(&mut self.sum);
        self.count = 0;
        let amplitude = 2.0 * sum.square().sqrt() / PIECE as f64;
        // A sine is a cosine a quarter turn late.
        let phase = sum.im.atan2(sum.re) + PI / 2.0;
        let ratio_db = 20.0 * (amplitude / self.amplitude).max(1e-6).log10();
        let turned = around(phase - self.phase);
        let dropped = ratio_db <= DROPOUT_DB;
        let is = [
            dropped,
            !dropped && ratio_db.abs() >= GAIN_DB,
            !dropped && turned.abs() >= PHASE,
        ];
        // A gain that stays is the new one.
        let stays = self.runs[1] > STAYS;
        if is == [false; 3] || stays {
            let share = if stays { 1.0 } else { FOLLOWS };
            self.amplitude += share * (amplitude - self.amplitude);
        }
        if !dropped {
            // A step of the angle is one hit: the new angle holds from then on.
            let share = if is[2] { 0.1 } else { 20.0 * FOLLOWS };
            self.phase = around(self.phase + share * turned);
        }
        self.count_runs(is)
    }

    fn count_runs(&mut self, is: [bool; 3]) -> [bool; 3] {
        std::array::from_fn(|at| {
            self.rests[at] = self.rests[at].saturating_sub(1);
            if !is[at] {
                self.runs[at] = 0;
                return false;
            }
            self.runs[at] += 1;
            let begins = self.runs[at] == LASTS && self.rests[at] == 0;
            if self.runs[at] >= LASTS {
                self.rests[at] = REST;
            }
            begins
        })
    }
}

fn around(angle: f64) -> f64 {
    (angle + PI).rem_euclid(TAU) - PI
}

/// The peak of a frame as the level of a sine that has it.
pub fn peak_dbm0(samples: &Samples) -> f64 {
    let peak = samples.iter().map(|s| s.unsigned_abs()).max().unwrap_or(0);
    dbm0(f64::from(peak) * f64::from(peak) / 2.0)
}
