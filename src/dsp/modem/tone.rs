//! One tone that goes on: its length, its level, its phase reversals and its modulation.

use super::{Hit, ModemEvent, Signal};
use crate::{
    data::{HOP_TICKS, Hop},
    level::power_dbm0,
};
use types::tick::{Tick, Ticks};

#[derive(Clone, Debug)]
pub(super) struct Run {
    lane: usize,
    start: Tick,
    last_heard: Tick,
    misses: u8,
    hits: f32,
    first_power: f32,
    power: f32,
    share: f32,
    /// Least and most power of whole windows.
    range: (f32, f32),
    turn: (f32, f32),
    reversals: Reversals,
    modulation: Modulation,
    told: Option<Signal>,
}

/// Finds jumps of half a turn in the phase.
#[derive(Clone, Debug, Default)]
struct Reversals {
    /// The tone in the last hops, newest last.
    hops: [(f32, f32); REACH + 1],
    known: usize,
    /// Hops in a row that are half a turn from the one [`REACH`] before.
    opposed: u8,
    last: Option<Tick>,
    /// The one before came in step.
    in_step: bool,
    certain: bool,
}

/// Finds the 15 Hz of ANSam.
#[derive(Clone, Copy, Debug)]
struct Modulation {
    rotor: (f32, f32),
    sum: f32,
    at_15_hz: (f32, f32),
    hops: u8,
    /// The block before was modulated.
    deep: bool,
    certain: bool,
}

/// Windows without the tone that it survives: a reversal takes three.
const MISSES: u8 = 4;

/// Most power over least that is even: modulation by a fifth has 2.25.
const EVEN: f32 = 5.0;

const REACH: usize = 4;
const REVERSAL_EACH: (Ticks, Ticks) = (Ticks::ms(395), Ticks::ms(505));

/// Hops of three periods of 15 Hz, and the turn of 15 Hz in one hop: 27 degrees.
const BLOCK: u8 = 40;
const STEP_15_HZ: (f32, f32) = (0.891_006_5, 0.453_990_5);
const DEPTH: std::ops::RangeInclusive<f32> = 0.12..=0.3;

impl Run {
    pub fn new(hit: &Hit, end: Tick) -> Run {
        Run {
            lane: hit.lane,
            start: end - HOP_TICKS - HOP_TICKS,
            last_heard: end,
            misses: 0,
            hits: 1.0,
            first_power: hit.power,
            power: hit.power,
            share: hit.share,
            range: (f32::MAX, 0.0),
            turn: (0.0, 0.0),
            reversals: Reversals::default(),
            modulation: Modulation::NONE,
            told: None,
        }
    }

    pub fn add(&mut self, hit: &Hit, hop: &Hop, end: Tick) {
        self.hits += 1.0;
        self.power += hit.power;
        self.share += hit.share;
        if self.misses == 0 && self.hits > 3.0 {
            self.range = (self.range.0.min(hit.power), self.range.1.max(hit.power));
            self.turn.0 += hit.turn.0;
            self.turn.1 += hit.turn.1;
        }
        self.misses = 0;
        self.last_heard = end;
        self.measure(hop, end);
    }

    /// A window without the tone; whether the tone survives it.
    pub fn miss(&mut self, hop: &Hop, end: Tick) -> bool {
        self.misses += 1;
        self.measure(hop, end);
        self.misses <= MISSES
    }

    /// Samples are missing: phases before and after do not belong together.
    pub fn lost(&mut self) {
        self.reversals.known = 0;
        self.reversals.last = None;
        self.reversals.in_step = false;
        self.modulation.restart();
    }

    pub fn lane(&self) -> usize {
        self.lane
    }

    /// The first window may be filled in part only, which its amplitude tells.
    pub fn start(&self) -> Tick {
        let part = (self.first_power / (self.power / self.hits))
            .sqrt()
            .min(1.0);
        self.start + Ticks(((1.0 - part) * 80.0) as u64)
    }

    pub fn last_heard(&self) -> Tick {
        self.last_heard
    }

    pub fn lasted(&self) -> Ticks {
        self.last_heard.since(self.start)
    }

    pub fn is_even(&self) -> bool {
        self.range.1 <= EVEN * self.range.0
    }

    pub fn reverses(&self) -> bool {
        self.reversals.certain
    }

    pub fn is_modulated(&self) -> bool {
        self.modulation.certain
    }

    pub fn told(&self) -> Option<Signal> {
        self.told
    }

    pub fn tell(&mut self, signal: Signal) {
        self.told = Some(signal);
    }

    pub fn heard(&self, signal: Signal, certainty: f32) -> ModemEvent {
        ModemEvent::Heard {
            signal,
            start: self.start(),
            level_dbm0: power_dbm0(self.power / self.hits),
            confidence: certainty * (self.share / self.hits + 0.05).min(1.0),
        }
    }

    fn measure(&mut self, hop: &Hop, end: Tick) {
        let z = (hop.bins.re[self.lane], hop.bins.im[self.lane]);
        self.reversals.follow(z, self.turn, self.start(), end);
        self.modulation.follow(hop.powers[self.lane].sqrt());
    }
}

impl Reversals {
    fn follow(&mut self, now: (f32, f32), turn: (f32, f32), start: Tick, end: Tick) {
        self.hops.rotate_left(1);
        self.hops[REACH] = now;
        self.known = (self.known + 1).min(REACH + 1);
        if self.known <= REACH || turn == (0.0, 0.0) {
            return;
        }
        let turned = times(now, conjugate(self.hops[0]));
        let twice = times(unit(turn), unit(turn));
        let expected = times(twice, twice);
        let agreement = times(unit(turned), conjugate(expected)).0;
        self.opposed = if agreement < -0.7 {
            self.opposed + 1
        } else {
            0
        };
        if self.opposed == 2 {
            let at = end - Ticks(3 * HOP_TICKS.0);
            let each = at.since(self.last.unwrap_or(start));
            let in_step = each >= REVERSAL_EACH.0 && each <= REVERSAL_EACH.1;
            // A break in a whistle may come in time once.
            self.certain |= in_step && self.in_step;
            self.in_step = in_step;
            self.last = Some(at);
        }
    }
}

impl Modulation {
    const NONE: Modulation = Modulation {
        rotor: (1.0, 0.0),
        sum: 0.0,
        at_15_hz: (0.0, 0.0),
        hops: 0,
        deep: false,
        certain: false,
    };

    fn follow(&mut self, amplitude: f32) {
        // A reversal or an edge is no modulation: its hop counts as the mean.
        let mean = self.sum / f32::from(self.hops.max(1));
        let dips = self.hops > 0 && amplitude < 0.65 * mean;
        let amplitude = if dips { mean } else { amplitude };
        self.sum += amplitude;
        self.at_15_hz.0 += amplitude * self.rotor.0;
        self.at_15_hz.1 += amplitude * self.rotor.1;
        self.rotor = times(self.rotor, STEP_15_HZ);
        self.hops += 1;
        if self.hops == BLOCK {
            let (re, im) = self.at_15_hz;
            let depth = 2.0 * (re * re + im * im).sqrt() / self.sum;
            let deep = DEPTH.contains(&depth);
            // A whistle that grows louder is deep once.
            self.certain |= deep && self.deep;
            self.restart();
            self.deep = deep;
        }
    }

    fn restart(&mut self) {
        *self = Modulation {
            certain: self.certain,
            ..Modulation::NONE
        };
    }
}

fn times(a: (f32, f32), b: (f32, f32)) -> (f32, f32) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

fn conjugate(a: (f32, f32)) -> (f32, f32) {
    (a.0, -a.1)
}

fn unit(a: (f32, f32)) -> (f32, f32) {
    let size = (a.0 * a.0 + a.1 * a.1).sqrt().max(1e-9);
    (a.0 / size, a.1 / size)
}
