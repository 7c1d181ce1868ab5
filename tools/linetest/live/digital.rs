//! Digital channels: a clear channel of a card, and a simulated loop that is known to the bit.

use std::collections::VecDeque;

use drivers::{
    dahdi::{
        block_clock::BlockClock,
        channel::{Channel, Moved},
    },
    port::{Cutoff, Descriptor, Port, PortCounters, PortError, Read, Write},
    sim::noise::Random,
};
use std::os::fd::AsRawFd as _;
use types::{
    edge::{EdgeAt, HookState, PortCommand},
    frame::{FRAME, FRAME_TICKS, Frame, Law},
    tick::Tick,
};

/// A channel without signalling: octets in and out, and no hook.
#[derive(Debug)]
pub(crate) struct ClearPort {
    channel: Channel,
    law: Law,
    clock: BlockClock,
    counters: PortCounters,
}

impl ClearPort {
    pub fn open(number: u16, law: Law) -> Result<ClearPort, PortError> {
        Ok(ClearPort {
            channel: Channel::open(number, law)?,
            law,
            clock: BlockClock::new(),
            counters: PortCounters::default(),
        })
    }

    /// Past an event that waits: a clear channel has only those of alarms.
    fn past_events<T: PartialEq + Copy>(
        &mut self,
        waits: T,
        mut work: impl FnMut(&Channel) -> Result<T, PortError>,
    ) -> Result<T, PortError> {
        let first = work(&self.channel)?;
        if first != waits {
            return Ok(first);
        }
        while self.channel.event()?.is_some() {}
        work(&self.channel)
    }
}

impl Port for ClearPort {
    fn law(&self) -> Law {
        self.law
    }

    fn descriptor(&self) -> Option<Descriptor> {
        Some(Descriptor {
            fd: self.channel.descriptor().as_raw_fd(),
            opening: 0,
        })
    }

    fn read(&mut self, now: Tick, frame: &mut Frame) -> Result<Read, PortError> {
        match self.past_events(Moved::EventsFirst, |channel| channel.read(frame))? {
            Moved::Block => {
                let (end, lost) = self.clock.read(now, &mut self.counters);
                Ok(Read::Frame { end, lost })
            }
            _ => {
                self.clock.empty(now, &mut self.counters);
                Ok(Read::Empty)
            }
        }
    }

    fn write(&mut self, now: Tick, frame: &Frame) -> Result<Write, PortError> {
        match self.past_events(Moved::EventsFirst, |channel| channel.write(frame))? {
            Moved::Block => {
                self.clock.written(now, &mut self.counters);
                Ok(Write::Taken)
            }
            _ => Ok(Write::Full),
        }
    }

    fn edge(&mut self, _: Tick) -> Result<Option<EdgeAt>, PortError> {
        Ok(None)
    }

    fn command(&mut self, now: Tick, command: PortCommand) -> Result<(), PortError> {
        match command {
            PortCommand::Media(true) => self.flush(now),
            PortCommand::Media(false) | PortCommand::OnHook | PortCommand::OffHook => Ok(()),
            _ => Err(PortError::Unsupported("a clear channel has no signalling")),
        }
    }

    fn hook(&self) -> Result<HookState, PortError> {
        Ok(HookState::Unknown)
    }

    fn flush(&mut self, now: Tick) -> Result<(), PortError> {
        self.channel.flush()?;
        let silence = self.law.silence();
        let mut primed = 0;
        for _ in 0..super::station::SLACK {
            let moved = self.past_events(Moved::EventsFirst, |channel| channel.write(&silence))?;
            primed += FRAME * usize::from(moved == Moved::Block);
        }
        self.clock.flush(now, primed);
        Ok(())
    }

    fn counters(&self) -> PortCounters {
        self.counters
    }

    fn cutoff(&self) -> Result<Box<dyn Cutoff>, PortError> {
        Err(PortError::Unsupported("a clear channel has no hook"))
    }
}

/// What a simulated digital loop does to octets.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Faults {
    /// Octets of delay.
    pub delay: usize,
    /// Share of bits that come back wrong.
    pub errors: f64,
    /// An octet is left out each time after so many; 0: never.
    pub slip_every: u64,
    /// The lowest bit of each sixth octet is robbed.
    pub robbed: bool,
}

/// Slips that a simulated loop has octets for.
const SPARE: usize = 512;

/// Octets that come back, with known faults.
#[derive(Debug)]
pub(crate) struct DigitalLoop {
    faults: Faults,
    chance: Random,
    next: Tick,
    waiting: VecDeque<u8>,
    passed: u64,
    counters: PortCounters,
}

impl DigitalLoop {
    pub fn new(faults: Faults) -> DigitalLoop {
        let idle = Law::Mu.idle();
        // What is left out must come from somewhere.
        let spare = if faults.slip_every > 0 { SPARE } else { 0 };
        DigitalLoop {
            faults,
            chance: Random::new(1),
            next: Tick::ZERO + FRAME_TICKS,
            waiting: std::iter::repeat_n(idle, FRAME + faults.delay + spare).collect(),
            passed: 0,
            counters: PortCounters::default(),
        }
    }

    fn pass(&mut self, octet: u8) {
        self.passed += 1;
        if self.faults.slip_every > 0 && self.passed.is_multiple_of(self.faults.slip_every) {
            return;
        }
        let mut value = octet;
        for bit in 0..8 {
            if self.chance.chance(self.faults.errors) {
                value ^= 1 << bit;
            }
        }
        if self.faults.robbed && self.passed.is_multiple_of(6) {
            value &= 0xfe;
        }
        self.waiting.push_back(value);
    }
}

impl Port for DigitalLoop {
    fn law(&self) -> Law {
        Law::Mu
    }

    fn descriptor(&self) -> Option<Descriptor> {
        None
    }

    fn read(&mut self, now: Tick, frame: &mut Frame) -> Result<Read, PortError> {
        if now < self.next {
            return Ok(Read::Empty);
        }
        let end = self.next;
        self.next += FRAME_TICKS;
        for octet in frame {
            *octet = self.waiting.pop_front().unwrap_or(Law::Mu.idle());
        }
        self.counters.frames_read += 1;
        Ok(Read::Frame { end, lost: 0 })
    }

    fn write(&mut self, _: Tick, frame: &Frame) -> Result<Write, PortError> {
        frame.iter().for_each(|octet| self.pass(*octet));
        self.counters.frames_written += 1;
        Ok(Write::Taken)
    }

    fn edge(&mut self, _: Tick) -> Result<Option<EdgeAt>, PortError> {
        Ok(None)
    }

    fn command(&mut self, _: Tick, _: PortCommand) -> Result<(), PortError> {
        Ok(())
    }

    fn hook(&self) -> Result<HookState, PortError> {
        Ok(HookState::Unknown)
    }

    fn flush(&mut self, _: Tick) -> Result<(), PortError> {
        Ok(())
    }

    fn counters(&self) -> PortCounters {
        self.counters
    }

    fn cutoff(&self) -> Result<Box<dyn Cutoff>, PortError> {
        Err(PortError::Unsupported("a digital loop has no hook"))
    }
}
