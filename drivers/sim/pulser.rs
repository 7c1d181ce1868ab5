//! Loop pulses: digits as timed breaks of the loop (ITU-T Q.23 annex, ANSI T1.401: 10 pulses a
//! second, 60 % break).

use types::{
    digits::Digits,
    tick::{Tick, Ticks},
};

/// The lengths of a dial's parts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PulseTiming {
    pub open: Ticks,
    pub closed: Ticks,
    /// Between two digits.
    pub pause: Ticks,
}

impl PulseTiming {
    pub const STANDARD: PulseTiming = PulseTiming {
        open: Ticks::ms(60),
        closed: Ticks::ms(40),
        pause: Ticks::ms(700),
    };
}

/// The loop opened or closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LoopChange {
    pub at: Tick,
    pub closed: bool,
}

/// Digits being pulsed. `*` and `#` have no pulses and are left out.
#[derive(Clone, Copy, Debug)]
pub struct Pulser {
    timing: PulseTiming,
    rest: Digits,
    pulses: u8,
    next: LoopChange,
}

impl Pulser {
    /// The first break comes at `at`. `None` when there is nothing to pulse.
    pub fn new(at: Tick, digits: Digits, timing: PulseTiming) -> Option<Pulser> {
        let mut pulser = Pulser {
            timing,
            rest: digits,
            pulses: 0,
            next: LoopChange { at, closed: false },
        };
        pulser.take_digit().then_some(pulser)
    }

    /// The next change, if it comes before `end`.
    pub fn due(&mut self, end: Tick) -> Option<LoopChange> {
        if self.finished() || self.next.at >= end {
            return None;
        }
        let change = self.next;
        if change.closed {
            self.pulses -= 1;
            let mut pause = self.timing.closed;
            if self.pulses == 0 && self.take_digit() {
                pause = self.timing.pause;
            }
            self.next = LoopChange {
                at: change.at + pause,
                closed: false,
            };
        } else {
            self.next = LoopChange {
                at: change.at + self.timing.open,
                closed: true,
            };
        }
        Some(change)
    }

    pub fn finished(&self) -> bool {
        self.pulses == 0
    }

    /// When the last make is over; to be asked when finished.
    pub fn end(&self) -> Tick {
        self.next.at
    }

    fn take_digit(&mut self) -> bool {
        while let Some(digit) = self.rest.pop_front() {
            if let Some(value) = digit.value() {
                self.pulses = if value == 0 { 10 } else { value };
                return true;
            }
        }
        false
    }
}
