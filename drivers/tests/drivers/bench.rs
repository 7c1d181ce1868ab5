//! A controller's stand-in: drives one simulated port on virtual time and keeps what came.

use drivers::{
    port::{Port, Read},
    sim::{
        copper::Copper,
        exchange::{Exchange, line::ExchangeLine, routes::Routes},
        far_end::FarEnd,
        handset::{Handset, HandsetScript},
        keypad::KeyTone,
        law,
        script::Step,
        sim_port::SimPort,
        transcript::Transcript,
    },
};
use std::{collections::VecDeque, sync::Arc};
use types::{
    digits::Digit,
    edge::{Edge, EdgeAt, PortCommand},
    frame::{FRAME, FRAME_TICKS, Law},
    tick::{Tick, Ticks},
};

pub struct Bench<F: FarEnd> {
    pub port: SimPort<F>,
    pub now: Tick,
    /// What the port received; `heard_from` is the tick of its first sample.
    pub heard: Vec<i16>,
    heard_from: Tick,
    pub edges: Vec<EdgeAt>,
    to_say: VecDeque<i16>,
}

pub fn trunk(line: ExchangeLine, routes: Routes) -> Bench<Exchange> {
    trunk_over(line, routes, Copper::clear())
}

pub fn trunk_over(line: ExchangeLine, routes: Routes, copper: Copper) -> Bench<Exchange> {
    let mut bench = Bench::new(SimPort::trunk(
        line,
        Arc::new(routes),
        copper,
        Law::Mu,
        1,
        0,
    ));
    bench.command(PortCommand::Media(true));
    bench
}

pub fn handset(steps: Vec<Step>) -> Bench<Handset> {
    let script = HandsetScript::new(steps);
    let mut bench = Bench::new(SimPort::handset(script, Copper::clear(), Law::Mu, 1, 0));
    bench.command(PortCommand::Media(true));
    bench
}

impl<F: FarEnd> Bench<F> {
    pub fn new(port: SimPort<F>) -> Bench<F> {
        Bench {
            port,
            now: Tick::ZERO,
            heard: Vec::new(),
            heard_from: Tick::ZERO,
            edges: Vec::new(),
            to_say: VecDeque::new(),
        }
    }

    pub fn command(&mut self, command: PortCommand) {
        self.port
            .command(self.now, command)
            .expect("a good command");
    }

    /// Lets this much time pass, saying what is left to say.
    pub fn run(&mut self, length: Ticks) {
        let end = self.now + length;
        while self.now < end {
            self.now += FRAME_TICKS;
            self.frame();
        }
    }

    pub fn run_ms(&mut self, ms: u64) {
        self.run(Ticks::ms(ms));
    }

    pub fn say(&mut self, samples: &[i16]) {
        self.to_say.extend(samples);
    }

    /// Queues digits and lets them pass.
    pub fn key(&mut self, digits: &str, on_ms: u64, level: f64, twist: f64) {
        for digit in digits.bytes() {
            let samples = key_samples(digit, on_ms, level, twist);
            self.say(&samples);
            self.say(&[0; 8 * 80]);
        }
        self.run(Ticks(self.to_say.len() as u64 + 400));
    }

    pub fn dial(&mut self, digits: &str) {
        self.key(digits, 80, -8.0, 0.0);
    }

    /// Seizes and waits for dial tone's time.
    pub fn seize(&mut self) {
        self.command(PortCommand::OffHook);
        self.run_ms(600);
    }

    /// What was heard in this stretch before now.
    pub fn last_heard(&self, ms: usize) -> &[i16] {
        &self.heard[self.heard.len() - 8 * ms..]
    }

    /// What was heard between two ticks.
    pub fn heard_between(&self, from: Tick, to: Tick) -> &[i16] {
        let place = |tick: Tick| tick.since(self.heard_from).0 as usize;
        &self.heard[place(from)..place(to)]
    }

    pub fn edge(&self, edge: Edge) -> Option<Tick> {
        self.edges.iter().find(|e| e.edge == edge).map(|e| e.at)
    }

    pub fn transcript(&self) -> &Transcript {
        self.port.transcript()
    }

    fn frame(&mut self) {
        let mut frame = self.port.law().silence();
        loop {
            match self.port.read(self.now, &mut frame).expect("a good read") {
                Read::Empty => return,
                Read::EdgesFirst => {
                    while let Some(edge) = self.port.edge(self.now).expect("a good port") {
                        self.edges.push(edge);
                    }
                }
                Read::Frame { end, lost } => {
                    assert_eq!(lost, 0, "a bench is never late");
                    if self.heard.is_empty() {
                        self.heard_from = Tick(end.0 - FRAME as u64);
                    }
                    let mut samples = [0; FRAME];
                    law::expand(self.port.law(), &frame, &mut samples);
                    self.heard.extend_from_slice(&samples);
                    self.answer();
                }
            }
        }
    }

    fn answer(&mut self) {
        let mut samples = [0; FRAME];
        for sample in &mut samples {
            *sample = self.to_say.pop_front().unwrap_or(0);
        }
        let mut frame = self.port.law().silence();
        law::compress(self.port.law(), &samples, &mut frame);
        self.port.write(self.now, &frame).expect("a good write");
    }
}

pub fn key_samples(digit: u8, on_ms: u64, level: f64, twist: f64) -> Vec<i16> {
    let mut tone = KeyTone::new(Digit::parse(digit).expect("a digit"), level, twist);
    (0..8 * on_ms)
        .map(|_| tone.sample().round() as i16)
        .collect()
}

pub fn sine(hz: f64, level_dbm0: f64, ms: usize) -> Vec<i16> {
    let peak = 22_303.0 * 10f64.powf(level_dbm0 / 20.0);
    (0..8 * ms)
        .map(|n| (peak * (std::f64::consts::TAU * hz * n as f64 / 8000.0).sin()).round() as i16)
        .collect()
}

/// The level of one frequency in a stretch, in dBm0, by correlation with sine and cosine under
/// a Hann window.
pub fn level_at(samples: &[i16], hz: f64) -> f64 {
    let (mut re, mut im, mut weight) = (0.0, 0.0, 0.0);
    for (n, &sample) in samples.iter().enumerate() {
        let place = std::f64::consts::TAU * n as f64 / samples.len() as f64;
        let window = 0.5 - 0.5 * place.cos();
        let angle = std::f64::consts::TAU * hz * n as f64 / 8000.0;
        re += window * f64::from(sample) * angle.cos();
        im += window * f64::from(sample) * angle.sin();
        weight += window;
    }
    let peak = 2.0 * (re * re + im * im).sqrt() / weight;
    20.0 * (peak / 22_303.0).max(1e-5).log10()
}

/// Fails unless exactly these frequencies (of a set of usual ones) are at these levels.
pub fn assert_tones(samples: &[i16], wanted: &[(f64, f64)]) {
    for &(hz, level) in wanted {
        let found = level_at(samples, hz);
        assert!(
            (found - level).abs() < 1.0,
            "{hz} Hz at {found:.1} dBm0, not {level}"
        );
    }
    for hz in [350.0, 400.0, 440.0, 480.0, 620.0, 950.0, 1400.0, 1800.0] {
        if wanted.iter().all(|(w, _)| (w - hz).abs() > 60.0) {
            let found = level_at(samples, hz);
            assert!(found < -45.0, "{hz} Hz is there too, at {found:.1} dBm0");
        }
    }
}

pub fn level_dbm0(samples: &[i16]) -> f64 {
    drivers::sim::level::dbm0(samples)
}
