//! Signals of fax machines, modems and text telephones.
//!
//! What: each signal once a case, after a second of the line's noise: 0 to -35 dBm0, 1 % up or down in
//! frequency (CNG 38 Hz), half of the cases with noise 10 dB under the signal, through either law.
//!
//! How: phases run on through frequency changes, as modems' do. Calling tones come as two bursts,
//! answer tones last 2.6 to 4 s, flags 0.85 to 1.15 s with data after, and texts are 4 to 20
//! characters at random with shifts, after a carrier or without.
//!
//! Limits: ITU-T T.30 (4.2, 5.3.1), V.25 (4), V.8 (6.2), TIA-825-A (3), V.18 annex A.

use crate::{
    mix::{self, Color},
    random::Random,
};
use dsp::{
    data::{DataFrame, DataSignals},
    level::sine_peak,
    modem::{ModemEvent, Signal},
    tty::{Speed, TtyEvent},
};
use types::{
    frame::{FRAME, Law},
    tick::Tick,
};

/// What is sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sent {
    Modem(Signal),
    Text(Speed),
}

pub const SENT: [Sent; 10] = [
    Sent::Modem(Signal::FaxCalling),
    Sent::Modem(Signal::DataCalling),
    Sent::Modem(answer(false, false)),
    Sent::Modem(answer(true, false)),
    Sent::Modem(answer(false, true)),
    Sent::Modem(answer(true, true)),
    Sent::Modem(Signal::BellAnswer),
    Sent::Modem(Signal::FaxPreamble),
    Sent::Text(Speed::Baud45),
    Sent::Text(Speed::Baud50),
];

const fn answer(reversals: bool, modulated: bool) -> Signal {
    Signal::Answer {
        reversals,
        modulated,
    }
}

/// One signal on a line.
#[derive(Clone, Debug)]
pub struct Case {
    pub sent: Sent,
    pub samples: Vec<i16>,
    pub start: Tick,
    pub level_dbm0: f32,
    /// When a text has sent two characters; the start of others.
    pub known: Tick,
}

impl Case {
    pub fn new(sent: Sent, seed: u64, number: u64) -> Case {
        let mut random = Random::for_case(seed, number);
        let level = random.uniform(-35.0, 0.0);
        let mut wave = Wave::new(&mut random, sent);
        let start = wave.samples.len();
        match sent {
            Sent::Modem(signal) => wave.modem(signal, &mut random),
            Sent::Text(speed) => wave.text(speed, &mut random),
        }
        let known = wave.known.unwrap_or(start);
        let mut samples = wave.samples;
        mix::gain(&mut samples, level);
        samples.extend([0.0; 8000]);
        let noise = match random.chance(0.5) {
            true => (level - 10.0).min(-13.0),
            false => (level - 30.0).max(-60.0),
        };
        mix::add_noise(&mut samples, Color::White, noise, &mut random);
        let mut samples = mix::to_pcm(&samples);
        let law = *random.choose(&[Law::Mu, Law::A]);
        mix::companded(law, &mut samples);
        Case {
            sent,
            samples,
            start: Tick(start as u64),
            level_dbm0: level as f32,
            known: Tick(known as u64),
        }
    }
}

/// A wave of 0 dBm0 that is being written.
#[derive(Debug)]
struct Wave {
    samples: Vec<f32>,
    phase: f64,
    /// Error in frequency, as a factor, and in Hz.
    factor: f64,
    hz_off: f64,
    known: Option<usize>,
}

impl Wave {
    fn new(random: &mut Random, sent: Sent) -> Wave {
        let lead = 8000 + random.below(800);
        let (factor, hz_off) = match sent {
            Sent::Modem(Signal::FaxCalling) => (1.0, random.uniform(-38.0, 38.0)),
            _ => (random.uniform(0.99, 1.01), 0.0),
        };
        Wave {
            samples: vec![0.0; lead],
            phase: random.unit(),
            factor,
            hz_off,
            known: None,
        }
    }

    fn modem(&mut self, signal: Signal, random: &mut Random) {
        match signal {
            Signal::FaxCalling => self.bursts(1100.0, (0.425, 0.575), (2.55, 3.45), random),
            Signal::DataCalling => self.bursts(1300.0, (0.5, 0.7), (1.5, 2.0), random),
            Signal::Answer {
                reversals,
                modulated,
            } => self.answer_tone(reversals, modulated, random),
            Signal::BellAnswer => self.tone(2225.0, random.uniform(1.5, 3.0)),
            Signal::FaxPreamble => self.preamble(random),
        }
    }

    fn bursts(&mut self, hz: f64, on: (f64, f64), off: (f64, f64), random: &mut Random) {
        for _ in 0..2 {
            self.tone(hz, random.uniform(on.0, on.1));
            self.silence(random.uniform(off.0, off.1));
        }
    }

    fn answer_tone(&mut self, reversals: bool, modulated: bool, random: &mut Random) {
        let length = (random.uniform(2.6, 4.0) * 8000.0) as usize;
        let each = (random.uniform(0.425, 0.475) * 8000.0) as usize;
        let depth = if modulated {
            random.uniform(0.19, 0.21)
        } else {
            0.0
        };
        let from = self.samples.len();
        for n in 0..length {
            if reversals && n > 0 && n % each == 0 {
                self.phase += 0.5;
            }
            let swing = (std::f64::consts::TAU * 15.0 * n as f64 / 8000.0).sin();
            self.sample(2100.0);
            self.samples[from + n] *= (1.0 + depth * swing) as f32;
        }
    }

    /// Flags, then octets at random.
    fn preamble(&mut self, random: &mut Random) {
        let flags = (random.uniform(0.85, 1.15) * 300.0 / 8.0) as usize;
        let octets: Vec<u8> = (0..20).map(|_| random.below(256) as u8).collect();
        let from = self.samples.len();
        for (n, octet) in [vec![0x7e; flags], octets].concat().into_iter().enumerate() {
            for bit in 0..8 {
                let hz = if octet >> bit & 1 == 1 {
                    1650.0
                } else {
                    1850.0
                };
                let end = from + ((n * 8 + bit + 1) as f64 * 8000.0 / 300.0) as usize;
                while self.samples.len() < end {
                    self.sample(hz);
                }
            }
        }
    }

    fn text(&mut self, speed: Speed, random: &mut Random) {
        let bit = match speed {
            Speed::Baud45 => 8.0 * 22.0,
            Speed::Baud50 => 8.0 * 20.0,
        };
        if random.chance(0.7) {
            self.tone(1400.0, 0.15);
        }
        let stop = if random.chance(0.5) { 1.5 } else { 2.0 };
        let count = 4 + random.below(17);
        for n in 0..count {
            let code = match random.below(8) {
                0 => 0b11111,
                1 => 0b11011,
                _ => random.below(32),
            };
            let mut bits = vec![0];
            bits.extend((0..5).map(|bit| code >> bit & 1));
            let from = self.samples.len() as f64;
            for (at, &value) in bits.iter().enumerate() {
                self.until(
                    from + bit * (at + 1) as f64,
                    if value == 1 { 1400.0 } else { 1800.0 },
                );
            }
            self.until(from + bit * (6.0 + stop), 1400.0);
            // A typist is slower than the machine, now and then.
            if random.chance(0.2) {
                self.tone(1400.0, random.uniform(0.02, 0.2));
            }
            if n == 1 {
                self.known = Some(self.samples.len());
            }
        }
        self.tone(1400.0, random.uniform(0.15, 0.3));
    }

    fn until(&mut self, end: f64, hz: f64) {
        while (self.samples.len() as f64) < end {
            self.sample(hz);
        }
    }

    fn tone(&mut self, hz: f64, s: f64) {
        self.until(self.samples.len() as f64 + s * 8000.0, hz);
    }

    fn silence(&mut self, s: f64) {
        self.samples.extend(vec![0.0; (s * 8000.0) as usize]);
    }

    fn sample(&mut self, hz: f64) {
        self.phase += (hz * self.factor + self.hz_off) / 8000.0;
        let peak = f64::from(sine_peak(0.0));
        let value = (self.phase * std::f64::consts::TAU).sin() * peak;
        self.samples.push(value as f32);
    }
}

/// All that is told of these samples, with the tick at which it was.
pub fn told(samples: &[i16]) -> Vec<(Tick, DataFrame)> {
    let mut signals = DataSignals::new();
    let mut told = Vec::new();
    for (n, frame) in samples.as_chunks::<FRAME>().0.iter().enumerate() {
        let at = Tick((n * FRAME) as u64);
        let frame = signals.process(frame, at);
        if !frame.modem.is_empty() || frame.tty.is_some() {
            told.push((at + types::frame::FRAME_TICKS, frame));
        }
    }
    told
}

/// What came out of a case.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Outcome {
    /// The last that was told is what was sent.
    pub right: bool,
    /// Something else was told that is not on the way to it.
    pub wrong: bool,
    /// Ms from [`Case::known`] to the first telling.
    pub delay_ms: i64,
    /// Ms by which the start, and dB by which the level is off.
    pub start_ms: i64,
    pub level_db: f32,
    pub confidence: f32,
}

/// Runs a case.
pub fn run(case: &Case) -> Outcome {
    let mut outcome = Outcome::default();
    let mut first = true;
    for (at, frame) in told(&case.samples) {
        let modem = frame.modem.iter().filter_map(|event| match *event {
            ModemEvent::Heard {
                signal,
                start,
                level_dbm0,
                confidence,
            } => Some((Sent::Modem(signal), start, level_dbm0, confidence)),
            ModemEvent::Ended { .. } => None,
        });
        let text = frame.tty.iter().filter_map(|event| match *event {
            TtyEvent::Began {
                speed,
                start,
                level_dbm0,
                confidence,
            } => Some((Sent::Text(speed), start, level_dbm0, confidence)),
            TtyEvent::Ended { .. } => None,
        });
        for (heard, start, level_dbm0, confidence) in modem.chain(text) {
            outcome.right = heard == case.sent;
            outcome.wrong |= !may_become(heard, case.sent);
            if first {
                outcome.delay_ms = ms(at, case.known);
                outcome.start_ms = ms(start, case.start);
                outcome.level_db = level_dbm0 - case.level_dbm0;
                outcome.confidence = confidence;
                first = false;
            }
        }
    }
    outcome
}

fn ms(at: Tick, from: Tick) -> i64 {
    (at.0 as i64 - from.0 as i64) / 8
}

/// Whether what was heard is what was sent, or what is told before all of it is known.
fn may_become(heard: Sent, sent: Sent) -> bool {
    match (heard, sent) {
        (
            Sent::Modem(Signal::Answer {
                reversals,
                modulated,
            }),
            Sent::Modem(Signal::Answer {
                reversals: r,
                modulated: m,
            }),
        ) => (!reversals || r) && (!modulated || m),
        (heard, sent) => heard == sent,
    }
}
