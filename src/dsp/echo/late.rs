//! Whether what is received is only what was sent, come back.
//!
//! What: tells of each frame whether the echo of what was sent explains it, be it as late as it may;
//! how late it comes, and how much weaker. For whoever listens for words of the far party while we
//! speak ourselves and the echo may be later than a canceller reaches.
//!
//! How: both signals are whitened, halved in rate and brought to one level frame by frame, so that
//! all that counts is whether their waves agree, and correlated at all lags over a tenth of a
//! second. A correlation that chance hardly ever gives is taken for an echo's as long as it lasts;
//! one that it never gives proves the echo, and is remembered. A frame is an echo's if it is
//! no louder than that echo can be: what is louder is the far party's. An echo that might have been
//! proved again for a while, and was not, is forgotten.
//!
//! Limits: lags to [`REACH`]. The first 20 to 60 ms of a first echo are not known for one. A far
//! party is heard while we speak from 6 to 12 dB above the echo on, and in our pauses as ever. An
//! echo without the wave form of what was sent (another pitch, most codecs under 8 kbit/s) is
//! none. Of several, the strongest counts. ITU-T G.131 gives the delays and losses of connections.

use super::{
    push,
    whitener::{self, Whitener},
};
use crate::simd::{Path, fir};
use types::frame::{FRAME, Samples};

/// An echo.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Found {
    /// Samples from sending to receiving.
    pub delay: usize,
    /// Its power, in parts of that of what was sent.
    pub gain: f32,
}

/// One a trunk. Nothing here allocates once it is made.
#[derive(Clone, Debug)]
pub struct LateEcho {
    path: Path,
    sent: Front,
    received: Front,
    /// What was sent, white, oldest first.
    white: Vec<f32>,
    /// Of each frame sent, newest first: the energy of what is white of it, and its power.
    energies: [f32; BACK],
    powers: [f32; BACK],
    /// The correlation of a frame with what was sent, and the faded sum of all of them: the last
    /// is of no delay.
    products: Vec<f32>,
    sums: Vec<f32>,
    /// Faded sums of energies and powers: of what was sent so many frames before, and received.
    sent_energy: [f32; BACK],
    sent_power: [f32; BACK],
    received_energy: f32,
    received_power: f32,
    found: Option<Found>,
    /// Frames that might have proved the echo again, and did not.
    unproved: u32,
}

/// A signal as it is correlated.
#[derive(Clone, Debug)]
struct Front {
    whitener: Whitener,
    samples: [f32; whitener::TAPS + FRAME],
    white: [f32; LOWPASS + FRAME],
}

/// The lag at which most is explained, in samples of half the rate, and how much: the square of
/// the correlation in parts of its variance, if the two had nothing to do with each other.
#[derive(Clone, Copy, Debug)]
struct Likeliest {
    lag: usize,
    beyond_chance: f32,
}

/// Samples of half the rate in a frame.
const HALF: usize = FRAME / 2;
/// Frames of lags.
const LAGS: usize = 56;
/// The longest delay in samples: 560 ms, by way of a satellite.
pub const REACH: usize = LAGS * FRAME;
/// An echo's frame is of what was sent in two frames, and hybrids ring on into a third.
const SPREAD: usize = 3;
const BACK: usize = LAGS + SPREAD;

/// A tenth of a second.
const FADES: f32 = 0.9;

/// The predictor: as the canceller's.
const WHITENER: (f32, f32) = (0.7, 0.1);

/// Where voices have their power, so that every other sample will do: 3 dB down at 1.6 kHz, 25 at
/// 2.4 (a sinc under a Hamming window).
const LOWPASS: usize = 16;
const HALF_BAND: [f32; LOWPASS] = [
    -0.00315, 0.00137, 0.01343, 0.00221, -0.05215, -0.03762, 0.16549, 0.41040, 0.41040, 0.16549,
    -0.03762, -0.05215, 0.00221, 0.01343, 0.00137, -0.00315,
];

/// The mean square of a white frame counts as this at least: companding makes as much.
const LEAST_WHITE: f32 = 60.0;
/// Less energy was no sound.
const LEAST_ENERGY: f32 = 1.0;

/// Mean square of what is worth a look: -52 dBm0.
const AUDIBLE: f32 = 1500.0;

/// Squared: seven standard deviations are hardly ever chance, nine never, though two voices of one
/// pitch agree for a while.
const LIKELY: f32 = 49.0;
const PROVED: f32 = 81.0;

/// How much louder than its echo is expected a frame may be: 6 dB.
const LOUDER: f32 = 4.0;
/// How fast the gain of an echo is followed that stays where it was.
const FOLLOWS: f32 = 0.1;

/// Frames until an echo is forgotten.
const FORGETS: u32 = 60;

impl LateEcho {
    pub fn new() -> LateEcho {
        LateEcho::on(Path::best())
    }

    /// With vector instructions of choice. All give the same.
    pub fn on(path: Path) -> LateEcho {
        LateEcho {
            path,
            sent: Front::new(),
            received: Front::new(),
            white: vec![0.0; HALF * (LAGS + 1)],
            energies: [0.0; BACK],
            powers: [0.0; BACK],
            products: vec![0.0; HALF * LAGS],
            sums: vec![0.0; HALF * LAGS],
            sent_energy: [0.0; BACK],
            sent_power: [0.0; BACK],
            received_energy: 0.0,
            received_power: 0.0,
            found: None,
            unproved: 0,
        }
    }

    /// Whether a frame that is received is only what was sent before. Both are of the same 10 ms.
    pub fn process(&mut self, sent: &Samples, received: &Samples) -> bool {
        let (sent, sent_power) = self.sent.follow(self.path, sent);
        let (received, power) = self.received.follow(self.path, received);
        push(&mut self.white, &sent);
        push_front(&mut self.energies, fir::energy(&sent));
        push_front(&mut self.powers, sent_power);
        for back in 0..BACK {
            self.sent_energy[back] = FADES * self.sent_energy[back] + self.energies[back];
            self.sent_power[back] = FADES * self.sent_power[back] + self.powers[back];
        }
        self.received_energy = FADES * self.received_energy + fir::energy(&received);
        self.received_power = FADES * self.received_power + power;
        if power < AUDIBLE || self.sent_energy.iter().all(|sent| *sent < LEAST_ENERGY) {
            self.sums.iter_mut().for_each(|sum| *sum *= FADES);
            return false;
        }
        fir::filter(self.path, &received, &self.white, &mut self.products);
        for (sum, product) in self.sums.iter_mut().zip(&self.products) {
            *sum = FADES * *sum + product;
        }
        self.seek()
            .is_some_and(|echo| power <= LOUDER * self.expected(&echo))
    }

    /// The echo that was proved last.
    pub fn found(&self) -> Option<Found> {
        self.found
    }

    /// Samples of either direction are missing before the next frame. Where the echo is after
    /// that must be proved anew.
    pub fn lost(&mut self, sent: u32, received: u32) {
        if sent != received {
            self.reset();
        }
    }

    /// As new, in place.
    pub fn reset(&mut self) {
        self.sent.reset();
        self.received.reset();
        self.white.fill(0.0);
        self.sums.fill(0.0);
        self.energies.fill(0.0);
        self.powers.fill(0.0);
        self.sent_energy.fill(0.0);
        self.sent_power.fill(0.0);
        (self.received_energy, self.received_power) = (0.0, 0.0);
        (self.found, self.unproved) = (None, 0);
    }

    /// The echo that is likely now, or was proved before.
    fn seek(&mut self) -> Option<Found> {
        let Likeliest { lag, beyond_chance } = self.likeliest();
        if beyond_chance < LIKELY {
            self.doubt();
            return self.found;
        }
        let gain = self.received_power / between(&self.sent_power, lag).max(1.0);
        let mut echo = Found {
            delay: 2 * lag,
            gain: gain.min(1.0),
        };
        if beyond_chance < PROVED {
            return self.found.or(Some(echo));
        }
        if let Some(before) = &self.found
            && before.delay.abs_diff(echo.delay) <= FRAME
        {
            echo.gain = before.gain + FOLLOWS * (echo.gain - before.gain);
        }
        (self.found, self.unproved) = (Some(echo), 0);
        self.found
    }

    fn doubt(&mut self) {
        if self
            .found
            .is_some_and(|echo| self.expected(&echo) > AUDIBLE)
        {
            self.unproved += 1;
            if self.unproved == FORGETS {
                (self.found, self.unproved) = (None, 0);
            }
        }
    }

    fn likeliest(&self) -> Likeliest {
        let mut likeliest = Likeliest {
            lag: 0,
            beyond_chance: 0.0,
        };
        // What was sent is known frame by frame; within one the greatest product is the likeliest.
        for (frame, sums) in self.sums.chunks_exact(HALF).rev().enumerate() {
            let (mut at, mut most) = (0, 0.0);
            for (n, sum) in sums.iter().enumerate() {
                if sum.abs() > most {
                    (at, most) = (n, sum.abs());
                }
            }
            let lag = HALF * (frame + 1) - 1 - at;
            let sent = between(&self.sent_energy, lag);
            let beyond_chance = most * most / sent.max(self.received_energy).max(LEAST_ENERGY);
            if beyond_chance > likeliest.beyond_chance {
                likeliest = Likeliest { lag, beyond_chance };
            }
        }
        likeliest
    }

    /// The loudest that this frame is expected to be.
    fn expected(&self, echo: &Found) -> f32 {
        let sent = &self.powers[echo.delay / FRAME..][..SPREAD];
        echo.gain * sent.iter().fold(0.0f32, |a, &b| a.max(b))
    }
}

impl Default for LateEcho {
    fn default() -> LateEcho {
        LateEcho::new()
    }
}

impl Front {
    fn new() -> Front {
        Front {
            whitener: Whitener::new(WHITENER.0, WHITENER.1),
            samples: [0.0; whitener::TAPS + FRAME],
            white: [0.0; LOWPASS + FRAME],
        }
    }

    fn reset(&mut self) {
        *self = Front::new();
    }

    /// The frame, white, at half the rate and of unit power, and its own power.
    fn follow(&mut self, path: Path, frame: &Samples) -> ([f32; HALF], f32) {
        let frame = frame.map(f32::from);
        let power = fir::energy(&frame) / FRAME as f32;
        push(&mut self.samples, &frame);
        self.whitener.follow(path, &frame);
        let mut white = [0.0; FRAME];
        fir::filter(path, &self.whitener.taps, &self.samples, &mut white);
        push(&mut self.white, &white);
        let mut low = [0.0; FRAME];
        fir::filter(path, &HALF_BAND, &self.white, &mut low);
        let mut half: [f32; HALF] = std::array::from_fn(|n| low[2 * n]);
        let level = fir::energy(&half) / HALF as f32;
        let scale = 1.0 / level.max(LEAST_WHITE).sqrt();
        half.iter_mut().for_each(|sample| *sample *= scale);
        (half, power)
    }
}

/// Sums over frames, at a lag in samples of half the rate: what is received is of two of them.
fn between(sums: &[f32; BACK], lag: usize) -> f32 {
    let (back, part) = (lag / HALF, (lag % HALF) as f32 / HALF as f32);
    sums[back] + part * (sums[back + 1] - sums[back])
}

fn push_front(history: &mut [f32; BACK], newest: f32) {
    history.copy_within(..BACK - 1, 1);
    history[0] = newest;
}
