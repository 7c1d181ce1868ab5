//! What the traps are set with: a phone and a trunk of the driver's, raw channels behind them, and
//! audio whose every octet tells its place.

use drivers::{
    dahdi::{
        channel::{Channel, Event, Hook, Moved, Role},
        dahdi_port::{DahdiPort, Wiring},
        ioctl::{self, Params},
    },
    port::{Port, PortError, Read},
    sim::clocked::Clock,
};
use mio::{Events, Interest, Poll, Token, unix::SourceFd};
use std::{fs, path::Path, thread, time::Duration};
use types::{
    edge::{Edge, EdgeAt, PortCommand},
    frame::{Frame, Law},
    tick::{Tick, Ticks},
};

/// The channels of the spans that the guest was booted with.
#[derive(Clone, Copy, Debug)]
pub struct Bench {
    /// Whether it is the fake card's lines, with a clock of 1 ms, or local spans.
    pub card: bool,
    pub phone: u16,
    pub trunk: u16,
    /// How far from its channel the far end's is.
    pub far: u16,
    pub clock: Clock,
}

const PROC: &str = "/proc/fakecard";

pub fn failed(error: PortError) -> String {
    format!("the port failed: {error}")
}

macro_rules! ensure {
    ($condition:expr, $($text:tt)+) => {
        if !$condition {
            return Err(format!($($text)+));
        }
    };
}
pub(crate) use ensure;

pub fn sleep(ms: u64) {
    thread::sleep(Duration::from_millis(ms));
}

impl Bench {
    /// The lines of `fake.conf` or of `t1.conf`, whichever are there.
    pub fn here() -> Bench {
        let card = Path::new(PROC).exists();
        Bench {
            card,
            phone: 1,
            trunk: if card { 49 } else { 13 },
            far: 24,
            clock: Clock::starting_now(),
        }
    }

    pub fn phone(&self, slack: usize) -> Result<DahdiPort, String> {
        self.port(self.phone, Role::Feeds, slack)
    }

    pub fn trunk(&self, slack: usize) -> Result<DahdiPort, String> {
        self.port(self.trunk, Role::IsFed, slack)
    }

    fn port(&self, channel: u16, role: Role, slack: usize) -> Result<DahdiPort, String> {
        DahdiPort::open(Wiring {
            channel,
            role,
            law: Law::Mu,
            slack,
        })
        .map_err(failed)
    }

    /// The telephone's end of the phone's line.
    pub fn far_phone(&self) -> Result<Channel, String> {
        Channel::open(self.phone + self.far, Law::Mu).map_err(failed)
    }

    /// The exchange's end of the trunk's line.
    pub fn far_trunk(&self) -> Result<Channel, String> {
        Channel::open(self.trunk + self.far, Law::Mu).map_err(failed)
    }

    /// A command to the fake card.
    pub fn tell(&self, command: &str) -> Result<(), String> {
        fs::write(PROC, command).map_err(|error| format!("the fake card: {command}: {error}"))
    }

    /// What the kernel says of a channel, whoever has it open.
    pub fn params(&self, channel: u16) -> Result<Params, String> {
        let ctl = fs::File::open("/dev/dahdi/ctl").map_err(|error| error.to_string())?;
        ioctl::params(&ctl, channel).map_err(|error| error.to_string())
    }

    /// Edges of a port over this time.
    pub fn edges(&self, port: &mut DahdiPort, ms: u64) -> Result<Vec<EdgeAt>, String> {
        let end = self.clock.now() + Ticks::ms(ms);
        let mut edges = Vec::new();
        while self.clock.now() < end {
            sleep(5);
            while let Some(edge) = port.edge(self.clock.now()).map_err(failed)? {
                edges.push(edge);
            }
        }
        Ok(edges)
    }

    pub fn command(&self, port: &mut DahdiPort, command: PortCommand) -> Result<(), String> {
        port.command(self.clock.now(), command).map_err(failed)
    }
}

/// Only what happened, without when.
pub fn kinds(edges: &[EdgeAt]) -> Vec<Edge> {
    edges.iter().map(|e| e.edge).collect()
}

/// Everything that a channel has to tell.
pub fn events_of(channel: &Channel) -> Result<Vec<Event>, String> {
    let mut events = Vec::new();
    while let Some(event) = channel.event().map_err(failed)? {
        events.push(event);
    }
    Ok(events)
}

pub fn hook(channel: &Channel, hook: Hook) -> Result<(), String> {
    channel.hook(hook).map_err(failed)
}

/// Waits as the controller's threads do: edge-triggered, for blocks and events.
#[derive(Debug)]
pub struct Wakes {
    poll: Poll,
    events: Events,
}

impl Wakes {
    pub fn of(port: &DahdiPort) -> Result<Wakes, String> {
        let descriptor = port.descriptor().ok_or("the port is not open")?;
        let made = || -> std::io::Result<Poll> {
            let poll = Poll::new()?;
            let interest = Interest::READABLE | Interest::PRIORITY;
            let mut source = SourceFd(&descriptor.fd);
            poll.registry().register(&mut source, Token(0), interest)?;
            Ok(poll)
        };
        Ok(Wakes {
            poll: made().map_err(|error| error.to_string())?,
            events: Events::with_capacity(4),
        })
    }

    /// Whether the port woke us within this time.
    pub fn wait(&mut self, ms: u64) -> Result<bool, String> {
        let waited = self
            .poll
            .poll(&mut self.events, Some(Duration::from_millis(ms)));
        waited.map_err(|error| error.to_string())?;
        Ok(!self.events.is_empty())
    }
}

/// The octets of a shift register with 16 stages, 8 steps each: any two in a row tell where in
/// 8 s they stand.
#[derive(Clone, Copy, Debug)]
pub struct Places(u16);

impl Places {
    pub const PERIOD: u32 = 65_535;

    pub fn new() -> Places {
        Places(1)
    }

    pub fn fill(&mut self, frame: &mut Frame) {
        for octet in frame {
            *octet = self.step();
        }
    }

    fn step(&mut self) -> u8 {
        for _ in 0..8 {
            let s = self.0;
            let bit = (s ^ (s >> 2) ^ (s >> 3) ^ (s >> 5)) & 1;
            self.0 = (s >> 1) | (bit << 15);
        }
        (self.0 >> 8) as u8
    }
}

/// A stretch of what arrived without a gap: where it began, how long, and how many samples after
/// they had been put on the far line's wires its samples came off the other's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stretch {
    pub from: usize,
    pub samples: usize,
    pub delay: u64,
}

/// The stretches of what was heard, of at least a block.
pub fn stretches(heard: &[u8], primed: u64) -> Vec<Stretch> {
    let mut place = vec![u32::MAX; 1 << 16];
    let mut register = Places::new();
    let mut last = register.step();
    for at in 0..Places::PERIOD {
        let next = register.step();
        place[usize::from(last) << 8 | usize::from(next)] = at;
        last = next;
    }
    let mut found: Vec<Stretch> = Vec::new();
    let mut expected = u32::MAX;
    for (from, two) in heard.windows(2).enumerate() {
        let at = place[usize::from(two[0]) << 8 | usize::from(two[1])];
        if at != u32::MAX && at == expected {
            if let Some(stretch) = found.last_mut() {
                stretch.samples += 1;
            }
        } else if at != u32::MAX {
            let late = from as i64 - primed as i64 - i64::from(at);
            found.push(Stretch {
                from,
                samples: 1,
                delay: late.rem_euclid(i64::from(Places::PERIOD)) as u64,
            });
        }
        expected = match at {
            u32::MAX => at,
            _ => (at + 1) % Places::PERIOD,
        };
    }
    found.retain(|stretch| stretch.samples >= 72);
    found
}

/// Audio through the port, one block: for tests that read and write it themselves.
pub fn next_block(
    bench: &Bench,
    port: &mut DahdiPort,
    frame: &mut Frame,
) -> Result<Option<(Tick, u32)>, String> {
    loop {
        let now = bench.clock.now();
        match port.read(now, frame).map_err(failed)? {
            Read::Frame { end, lost } => return Ok(Some((end, lost))),
            Read::Empty => return Ok(None),
            Read::EdgesFirst => while port.edge(now).map_err(failed)?.is_some() {},
        }
    }
}

/// All blocks that a raw channel has; events are thrown away.
pub fn blocks_of(channel: &Channel, each: &mut dyn FnMut(&Frame)) -> Result<usize, String> {
    let mut frame = Law::Mu.silence();
    let mut blocks = 0;
    loop {
        match channel.read(&mut frame).map_err(failed)? {
            Moved::Block => {
                blocks += 1;
                each(&frame);
            }
            Moved::NotNow => return Ok(blocks),
            Moved::EventsFirst => drop(events_of(channel)?),
        }
    }
}
