//! The pair of wires, hybrids and noise between a port and its far end.

use crate::sim::{
    level,
    noise::{Colour, Noise},
    oscillator::Oscillator,
};
use std::f64::consts::TAU;
use types::frame::Samples;

/// What a line does to audio. Directions are seen from the port.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Copper {
    /// Loss from the far end to the port, and from the port to the far end, in dB at 1 kHz.
    pub loss_in_db: f64,
    pub loss_out_db: f64,
    /// What the port sends comes back this much weaker, so many samples later (hybrid
    /// balance, handset sidetone).
    pub echo_db: Option<f64>,
    pub echo_delay: usize,
    /// Noise at either end.
    pub noise: Option<(Colour, f64)>,
    /// Samples of delay each way.
    pub delay: usize,
    /// Level at 1336 Hz against 770 Hz, both directions, in dB; long loops lose the higher
    /// frequencies. -8 to 8.
    pub twist_db: f64,
    /// Added to every sample that the port receives.
    pub dc_offset: f64,
    /// Mains hum that the port receives: frequency (50 or 60) and level.
    pub hum: Option<(f64, f64)>,
}

impl Copper {
    /// A wire that changes nothing.
    pub const fn clear() -> Copper {
        Copper {
            loss_in_db: 0.0,
            loss_out_db: 0.0,
            echo_db: None,
            echo_delay: 0,
            noise: None,
            delay: 0,
            twist_db: 0.0,
            dc_offset: 0.0,
            hum: None,
        }
    }
}

/// A short, quiet loop of a building or to a near exchange.
impl Default for Copper {
    fn default() -> Copper {
        Copper {
            loss_in_db: 1.0,
            loss_out_db: 1.0,
            echo_db: Some(22.0),
            echo_delay: 8,
            noise: Some((Colour::White, -68.0)),
            delay: 2,
            twist_db: -0.8,
            dc_offset: 0.0,
            hum: Some((60.0, -72.0)),
        }
    }
}

/// Samples of delay that a line has room for: 64 ms.
pub const ROOM: usize = 512;

/// Makes the noise of one direction another than that of the other.
const OUTWARD: u64 = 0x6f75_7477_6172_6473;

/// A line at work.
#[derive(Clone, Debug)]
pub struct Path {
    to_port: Direction,
    to_far: Direction,
    echo_gain: f64,
    echo: Delay,
    hum: Option<Oscillator>,
    dc_offset: f64,
}

impl Path {
    pub fn new(copper: &Copper, seed: u64) -> Path {
        Path {
            to_port: Direction::new(copper, copper.loss_in_db, seed),
            to_far: Direction::new(copper, copper.loss_out_db, seed ^ OUTWARD),
            echo_gain: copper.echo_db.map_or(0.0, |db| level::gain(-db)),
            echo: Delay::new(copper.echo_delay),
            hum: copper.hum.map(|(hz, dbm0)| Oscillator::new(hz, dbm0)),
            dc_offset: copper.dc_offset,
        }
    }

    /// Becomes a line of other copper at its beginning. Delays up to those it was made with take
    /// no new memory, nor do those up to [`ROOM`].
    pub fn rewire(&mut self, copper: &Copper, seed: u64) {
        self.to_port.rewire(copper, copper.loss_in_db, seed);
        self.to_far
            .rewire(copper, copper.loss_out_db, seed ^ OUTWARD);
        self.echo_gain = copper.echo_db.map_or(0.0, |db| level::gain(-db));
        self.echo.set(copper.echo_delay);
        self.hum = copper.hum.map(|(hz, dbm0)| Oscillator::new(hz, dbm0));
        self.dc_offset = copper.dc_offset;
    }

    /// What arrives at the far end of what the port sent.
    pub fn outward(&mut self, sent: &Samples, arrives: &mut Samples) {
        for (to, &from) in arrives.iter_mut().zip(sent) {
            *to = level::clip(self.to_far.sample(f64::from(from)));
        }
    }

    /// What the port receives of what the far end emitted while the port sent.
    pub fn inward(&mut self, emitted: &Samples, sent: &Samples, arrives: &mut Samples) {
        for (at, to) in arrives.iter_mut().enumerate() {
            *to = level::clip(self.received(emitted[at], sent[at]));
        }
    }

    /// The same where a codec follows. Its decision values are whole numbers of these samples, and what
    /// is short of one stays short of it: rounding would lift half a sample over it, which is 0.4 dB of
    /// a quiet line's noise.
    pub fn to_codec(&mut self, emitted: &Samples, sent: &Samples, arrives: &mut Samples) {
        for (at, to) in arrives.iter_mut().enumerate() {
            *to = level::clip(self.received(emitted[at], sent[at]).trunc());
        }
    }

    fn received(&mut self, emitted: i16, sent: i16) -> f64 {
        let echo = self.echo_gain * self.echo.sample(f64::from(sent));
        let hum = self.hum.as_mut().map_or(0.0, Oscillator::sample);
        self.to_port.sample(f64::from(emitted)) + echo + hum + self.dc_offset
    }
}

#[derive(Clone, Debug)]
struct Direction {
    gain: f64,
    tilt: Tilt,
    delay: Delay,
    noise: Option<Noise>,
}

impl Direction {
    fn new(copper: &Copper, loss_db: f64, seed: u64) -> Direction {
        Direction {
            gain: level::gain(-loss_db),
            tilt: Tilt::new(copper.twist_db),
            delay: Delay::new(copper.delay),
            noise: copper
                .noise
                .map(|(colour, dbm0)| Noise::new(colour, dbm0, seed)),
        }
    }

    fn rewire(&mut self, copper: &Copper, loss_db: f64, seed: u64) {
        self.gain = level::gain(-loss_db);
        self.tilt = Tilt::new(copper.twist_db);
        self.delay.set(copper.delay);
        self.noise = copper
            .noise
            .map(|(colour, dbm0)| Noise::new(colour, dbm0, seed));
    }

    fn sample(&mut self, value: f64) -> f64 {
        let value = self.delay.sample(self.tilt.sample(value * self.gain));
        value + self.noise.as_mut().map_or(0.0, Noise::sample)
    }
}

/// A fixed number of samples late.
#[derive(Clone, Debug)]
struct Delay {
    kept: Vec<f64>,
    at: usize,
}

impl Delay {
    fn new(samples: usize) -> Delay {
        let mut delay = Delay {
            kept: Vec::with_capacity(samples.max(ROOM)),
            at: 0,
        };
        delay.set(samples);
        delay
    }

    fn set(&mut self, samples: usize) {
        self.kept.clear();
        self.kept.resize(samples, 0.0);
        self.at = 0;
    }

    fn sample(&mut self, value: f64) -> f64 {
        if self.kept.is_empty() {
            return value;
        }
        let late = std::mem::replace(&mut self.kept[self.at], value);
        self.at = (self.at + 1) % self.kept.len();
        late
    }
}

/// Two equal first-order sections, all poles to lose the highs, all zeros to lose the lows,
/// with no gain at 1 kHz.
#[derive(Clone, Debug)]
struct Tilt {
    /// Coefficient of both sections; zero is flat.
    coefficient: f64,
    falls: bool,
    gain: f64,
    memory: [f64; 2],
}

const LOW_HZ: f64 = 770.0;
const HIGH_HZ: f64 = 1336.0;

impl Tilt {
    fn new(twist_db: f64) -> Tilt {
        // 1 - 2 c cos w + c^2 is a zero section's gain in power, and one over a pole's.
        let section_db =
            |c: f64, hz: f64| 10.0 * (1.0 - 2.0 * c * (TAU * hz / 8000.0).cos() + c * c).log10();
        let wanted = twist_db.abs().min(8.0) / 2.0;
        let (mut least, mut most) = (0.0, 0.99);
        for _ in 0..60 {
            let middle = (least + most) / 2.0;
            if section_db(middle, HIGH_HZ) - section_db(middle, LOW_HZ) < wanted {
                least = middle;
            } else {
                most = middle;
            }
        }
        let coefficient = if wanted == 0.0 { 0.0 } else { least };
        let falls = twist_db < 0.0;
        let at_1_khz = 2.0 * section_db(coefficient, 1000.0);
        Tilt {
            coefficient,
            falls,
            gain: level::gain(if falls { at_1_khz } else { -at_1_khz }),
            memory: [0.0; 2],
        }
    }

    fn sample(&mut self, value: f64) -> f64 {
        if self.coefficient == 0.0 {
            return value;
        }
        let mut value = value * self.gain;
        for memory in &mut self.memory {
            if self.falls {
                value += self.coefficient * *memory;
                *memory = value;
            } else {
                let out = value - self.coefficient * *memory;
                *memory = value;
                value = out;
            }
        }
        value
    }
}
