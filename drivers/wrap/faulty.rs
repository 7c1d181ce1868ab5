//! A port with seeded faults, so that the controller's answers to them can be tested.

use crate::{
    port::{Cutoff, Descriptor, JoinKey, Port, PortCounters, PortError, Read, Write},
    sim::noise::Random,
};
use types::{
    edge::{Edge, EdgeAt, HookState, PortCommand},
    frame::{FRAME, FRAME_TICKS, Frame, Law},
    tick::{Tick, Ticks},
};

/// A signal of the far end's that goes away and comes back, as two edges.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Hit {
    pub at: Tick,
    pub length: Ticks,
    pub edges: [Edge; 2],
}

/// Every fault, each as the share of cases (0 to 1) or as a tick. The default is no fault.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Faults {
    pub seed: u64,
    /// Received blocks that vanish; the next one tells of them.
    pub lost_blocks: f64,
    /// Received blocks that come 10 ms late.
    pub late_blocks: f64,
    /// Written blocks that are refused once.
    pub full_writes: f64,
    /// Reads that first ask for edges although there is none.
    pub edges_first: f64,
    /// Received blocks that bring this edge, which never happened.
    pub spurious_edges: f64,
    pub spurious_edge: Option<Edge>,
    pub hit: Option<Hit>,
    /// From then on the channel is gone.
    pub gone_at: Option<Tick>,
    /// From this tick, for this long, whatever is asked of the port fails like this.
    pub fails: Option<(Tick, Ticks, PortError)>,
    /// From this tick, for this long, the span is in alarm, and edges say so.
    pub alarm: Option<(Tick, Ticks)>,
}

#[derive(Debug)]
pub struct Faulty {
    inner: Box<dyn Port>,
    faults: Faults,
    random: Random,
    /// Samples of vanished blocks since the last good one.
    lost: u32,
    /// Reads before this tick find nothing.
    late_until: Tick,
    /// The block that was late must not be so again.
    was_late: bool,
    was_full: bool,
    asked_for_edges: bool,
    spurious: Option<EdgeAt>,
    /// How many edges of the hit have been told.
    hit_told: usize,
    in_alarm: bool,
}

impl Faulty {
    pub fn new(inner: Box<dyn Port>, faults: Faults) -> Faulty {
        Faulty {
            inner,
            faults,
            random: Random::new(faults.seed),
            lost: 0,
            late_until: Tick::ZERO,
            was_late: false,
            was_full: false,
            asked_for_edges: false,
            spurious: None,
            hit_told: 0,
            in_alarm: false,
        }
    }

    fn is_gone(&self, now: Tick) -> Result<(), PortError> {
        if let Some((at, length, error)) = self.faults.fails
            && (at..at + length).contains(&now)
        {
            return Err(error);
        }
        match self.faults.gone_at {
            Some(at) if at <= now => Err(PortError::Gone),
            _ => Ok(()),
        }
    }

    fn alarm_wanted(&self, now: Tick) -> bool {
        let Some((at, length)) = self.faults.alarm else {
            return false;
        };
        (at..at + length).contains(&now)
    }

    /// The next edge of the hit, once its time has come.
    fn hit_edge(&self, now: Tick) -> Option<EdgeAt> {
        let hit = self.faults.hit?;
        let edge = *hit.edges.get(self.hit_told)?;
        let at = if self.hit_told == 0 {
            hit.at
        } else {
            hit.at + hit.length
        };
        (at <= now).then_some(EdgeAt { at, edge })
    }

    /// The inner port's next frame, less those that vanish.
    fn next_frame(&mut self, now: Tick, frame: &mut Frame) -> Result<Read, PortError> {
        loop {
            let (end, lost) = match self.inner.read(now, frame)? {
                Read::Frame { end, lost } => (end, lost),
                nothing => return Ok(nothing),
            };
            if self.random.chance(self.faults.lost_blocks) {
                self.lost += lost + FRAME as u32;
                continue;
            }
            if let Some(edge) = self.faults.spurious_edge
                && self.random.chance(self.faults.spurious_edges)
            {
                self.spurious = Some(EdgeAt { at: end, edge });
            }
            let lost = lost + std::mem::take(&mut self.lost);
            return Ok(Read::Frame { end, lost });
        }
    }
}

impl Port for Faulty {
    fn law(&self) -> Law {
        self.inner.law()
    }

    fn descriptor(&self) -> Option<Descriptor> {
        self.inner.descriptor()
    }

    fn waiting(&self) -> usize {
        self.inner.waiting()
    }

    fn read(&mut self, now: Tick, frame: &mut Frame) -> Result<Read, PortError> {
        self.is_gone(now)?;
        let hit = self.hit_edge(now).is_some();
        if hit || self.spurious.is_some() || self.in_alarm != self.alarm_wanted(now) {
            return Ok(Read::EdgesFirst);
        }
        if self.in_alarm {
            return Err(PortError::Alarm);
        }
        if now < self.late_until {
            return Ok(Read::Empty);
        }
        if !self.was_late && self.random.chance(self.faults.late_blocks) {
            self.was_late = true;
            self.late_until = now + FRAME_TICKS;
            return Ok(Read::Empty);
        }
        if !self.asked_for_edges && self.random.chance(self.faults.edges_first) {
            self.asked_for_edges = true;
            return Ok(Read::EdgesFirst);
        }
        self.was_late = false;
        self.asked_for_edges = false;
        self.next_frame(now, frame)
    }

    fn write(&mut self, now: Tick, frame: &Frame) -> Result<Write, PortError> {
        self.is_gone(now)?;
        if self.alarm_wanted(now) {
            return Err(PortError::Alarm);
        }
        self.was_full = !self.was_full && self.random.chance(self.faults.full_writes);
        if self.was_full {
            return Ok(Write::Full);
        }
        self.inner.write(now, frame)
    }

    fn edge(&mut self, now: Tick) -> Result<Option<EdgeAt>, PortError> {
        self.is_gone(now)?;
        let alarm = self.alarm_wanted(now);
        if alarm != self.in_alarm {
            self.in_alarm = alarm;
            let edge = if alarm { Edge::AlarmOn } else { Edge::AlarmOff };
            return Ok(Some(EdgeAt { at: now, edge }));
        }
        if let Some(edge) = self.hit_edge(now) {
            self.hit_told += 1;
            return Ok(Some(edge));
        }
        match self.spurious.take() {
            Some(edge) => Ok(Some(edge)),
            None => self.inner.edge(now),
        }
    }

    fn command(&mut self, now: Tick, command: PortCommand) -> Result<(), PortError> {
        self.is_gone(now)?;
        self.inner.command(now, command)
    }

    fn hook(&self) -> Result<HookState, PortError> {
        self.inner.hook()
    }

    fn flush(&mut self, now: Tick) -> Result<(), PortError> {
        self.is_gone(now)?;
        self.lost = 0;
        self.inner.flush(now)
    }

    fn counters(&self) -> PortCounters {
        self.inner.counters()
    }

    fn join_key(&self) -> Option<JoinKey> {
        self.inner.join_key()
    }

    fn join(&mut self, now: Tick, other: Option<&JoinKey>) -> Result<(), PortError> {
        if other.is_some() {
            self.is_gone(now)?;
        }
        self.inner.join(now, other)
    }

    fn cutoff(&self) -> Result<Box<dyn Cutoff>, PortError> {
        self.inner.cutoff()
    }
}
