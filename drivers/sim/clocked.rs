//! A simulated port on the real clock: a timer descriptor that fires when a block is complete
//! and, with media off, when the far end is about to do something.

use crate::{
    port::{Cutoff, Descriptor, JoinKey, Port, PortCounters, PortError, Read, Write},
    sim::{far_end::FarEnd, sim_port::SimPort},
};
use nix::{
    sys::{
        time::TimeSpec,
        timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags},
    },
    time::clock_gettime,
};
use std::{
    os::fd::{AsFd, AsRawFd, BorrowedFd},
    time::Duration,
};
use types::{
    edge::{EdgeAt, HookState, PortCommand},
    frame::{FRAME, Frame, Law},
    tick::{Tick, Ticks},
};

const TICK_NS: u64 = 1_000_000_000 / Ticks::PER_SECOND;

/// Ticks of CLOCK_MONOTONIC from an origin that all ports and lines share.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Clock {
    origin: Duration,
}

impl Clock {
    /// `origin` is the reading of CLOCK_MONOTONIC at tick 0.
    pub fn new(origin: Duration) -> Clock {
        Clock { origin }
    }

    /// Tick 0 is now.
    pub fn starting_now() -> Clock {
        Clock::new(monotonic())
    }

    pub fn now(&self) -> Tick {
        let since = monotonic().saturating_sub(self.origin);
        Tick(since.as_nanos() as u64 / TICK_NS)
    }

    fn instant(&self, tick: Tick) -> TimeSpec {
        TimeSpec::from_duration(self.origin + Duration::from_nanos(tick.0 * TICK_NS))
    }
}

fn monotonic() -> Duration {
    clock_gettime(nix::time::ClockId::CLOCK_MONOTONIC)
        .expect("every Linux has CLOCK_MONOTONIC")
        .into()
}

/// When the timer is set to fire.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Armed {
    Never,
    Once(Tick),
    /// Every block, at this place in the 80 ticks.
    Blocks(u64),
}

/// A [`SimPort`] whose descriptor tells when to read it.
#[derive(Debug)]
pub struct Clocked<F: FarEnd> {
    port: SimPort<F>,
    clock: Clock,
    timer: TimerFd,
    armed: Armed,
}

impl<F: FarEnd> Clocked<F> {
    /// The far end's life begins now.
    pub fn new(port: SimPort<F>, clock: Clock) -> Result<Clocked<F>, PortError> {
        let flags = TimerFlags::TFD_NONBLOCK | TimerFlags::TFD_CLOEXEC;
        let timer = TimerFd::new(ClockId::CLOCK_MONOTONIC, flags).map_err(failed)?;
        let mut clocked = Clocked {
            port: port.start_at(clock.now()),
            clock,
            timer,
            armed: Armed::Never,
        };
        clocked.arm()?;
        Ok(clocked)
    }

    /// The port without its clock.
    pub fn into_inner(self) -> SimPort<F> {
        self.port
    }

    pub fn port(&self) -> &SimPort<F> {
        &self.port
    }

    fn arm(&mut self) -> Result<(), PortError> {
        let wanted = if self.port.media() {
            Armed::Blocks(self.port.block_end().0 % FRAME as u64)
        } else {
            self.port.wake().map_or(Armed::Never, Armed::Once)
        };
        if wanted == self.armed {
            return Ok(());
        }
        let absolute = TimerSetTimeFlags::TFD_TIMER_ABSTIME;
        let set = match wanted {
            Armed::Never => self.timer.unset(),
            Armed::Once(tick) => {
                let at = Expiration::OneShot(self.clock.instant(tick));
                self.timer.set(at, absolute)
            }
            Armed::Blocks(_) => {
                let block = Duration::from_nanos(FRAME as u64 * TICK_NS);
                let first = self.clock.instant(self.port.block_end());
                let at = Expiration::IntervalDelayed(first, TimeSpec::from_duration(block));
                self.timer.set(at, absolute)
            }
        };
        self.armed = wanted;
        set.map_err(failed)
    }

    /// Takes the timer's expirations and says what time it is after that: a block that
    /// completes in between is read now, as its expiration is gone.
    fn drain(&mut self, now: Tick) -> Tick {
        let _ = self.timer.wait();
        now.max(self.clock.now())
    }
}

impl<F: FarEnd> AsFd for Clocked<F> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.timer.as_fd()
    }
}

fn failed(error: nix::Error) -> PortError {
    PortError::Driver(error as i32)
}

impl<F: FarEnd> Port for Clocked<F> {
    fn law(&self) -> Law {
        self.port.law()
    }

    fn descriptor(&self) -> Option<Descriptor> {
        Some(Descriptor {
            fd: self.timer.as_fd().as_raw_fd(),
            opening: 0,
        })
    }

    fn read(&mut self, now: Tick, frame: &mut Frame) -> Result<Read, PortError> {
        let mut read = self.port.read(now, frame)?;
        if read == Read::Empty {
            let later = self.drain(now);
            read = self.port.read(later, frame)?;
        }
        self.arm()?;
        Ok(read)
    }

    fn write(&mut self, now: Tick, frame: &Frame) -> Result<Write, PortError> {
        self.port.write(now, frame)
    }

    fn edge(&mut self, now: Tick) -> Result<Option<EdgeAt>, PortError> {
        let mut edge = self.port.edge(now)?;
        if edge.is_none() && !self.port.media() {
            let later = self.drain(now);
            edge = self.port.edge(later)?;
        }
        self.arm()?;
        Ok(edge)
    }

    fn command(&mut self, now: Tick, command: PortCommand) -> Result<(), PortError> {
        self.port.command(now, command)?;
        self.arm()
    }

    fn hook(&self) -> Result<HookState, PortError> {
        self.port.hook()
    }

    fn flush(&mut self, now: Tick) -> Result<(), PortError> {
        self.port.flush(now)?;
        self.arm()
    }

    fn counters(&self) -> PortCounters {
        self.port.counters()
    }

    fn join_key(&self) -> Option<JoinKey> {
        self.port.join_key()
    }

    fn join(&mut self, now: Tick, other: Option<&JoinKey>) -> Result<(), PortError> {
        self.port.join(now, other)
    }

    fn cutoff(&self) -> Result<Box<dyn Cutoff>, PortError> {
        self.port.cutoff()
    }
}
