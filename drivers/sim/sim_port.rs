//! A simulated port: the [`Port`] that steps its far end.
//!
//! It behaves at the trait as a DAHDI channel with 80-sample blocks does: four receive and four
//! transmit buffers, blocks that complete on the port's own phase, a transmit queue primed with
//! silence, a flush that restarts the block at the last 1 ms of the card's clock, on-hook that
//! clears the queues, edges that come before audio.

use crate::{
    handed::Handed,
    port::{Cutoff, Descriptor, JoinKey, Joinable, Port, PortCounters, PortError, Read, Write},
    sim::{
        copper::{Copper, Path},
        exchange::{Exchange, line::ExchangeLine, routes::Routes},
        far_end::{Edges, FarEnd, Side},
        handset::{Handset, HandsetScript},
        join::{self, Received as Line},
        law,
        pulser::{PulseTiming, Pulser},
        transcript::Transcript,
    },
};
use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use types::{
    edge::{Edge, EdgeAt, HookState, PortCommand},
    frame::{FRAME, FRAME_TICKS, Frame, Law, Samples},
    tick::{Tick, Ticks},
};

/// Blocks that a queue holds.
pub const QUEUE: usize = 4;
/// Edges that wait to be taken; more are dropped and counted.
pub const EDGE_QUEUE: usize = 64;
/// The card's own clock: a flush restarts the block on it.
const CHUNK: u64 = 8;
/// A block written this much after its time still goes out: the card fetches it late.
const LATENESS: Ticks = Ticks::ms(2);
/// Battery off the phone when its port is cut off from outside.
const CUT_BREAK: Ticks = Ticks::ms(500);

/// What the port and handles outside its thread share: atomics only.
#[derive(Debug, Default)]
struct Shared {
    cut: AtomicBool,
    /// To be taken out of its join, from outside.
    parted: AtomicBool,
    joined: AtomicBool,
    off_hook: AtomicBool,
    finished: AtomicBool,
}

/// A look at a port from outside its thread, also after it is gone.
#[derive(Clone, Debug)]
pub struct Handle {
    shared: Arc<Shared>,
    transcript: Handed<Transcript>,
}

impl Handle {
    /// The far end's evidence; `None` while the port lives.
    pub fn transcript(&self) -> Option<&Transcript> {
        self.transcript.get()
    }

    /// Whether loop current flowed when the far end was last stepped.
    pub fn hook(&self) -> HookState {
        let cut = self.shared.cut.load(Ordering::Acquire);
        if self.shared.off_hook.load(Ordering::Acquire) && !cut {
            HookState::OffHook
        } else {
            HookState::OnHook
        }
    }

    /// Whether the port is in a join.
    pub fn joined(&self) -> bool {
        let parted = self.shared.parted.load(Ordering::Acquire);
        self.shared.joined.load(Ordering::Acquire) && !parted
    }

    /// Whether the far end's script has come to its end.
    pub fn finished(&self) -> bool {
        self.shared.finished.load(Ordering::Acquire)
    }
}

#[derive(Clone, Copy, Debug)]
struct Received {
    frame: Frame,
    end: Tick,
    lost: u32,
}

#[derive(Clone, Copy, Debug)]
struct Queued {
    frame: Frame,
    at: Tick,
}

/// Sends what another line receives.
#[derive(Debug)]
struct Join {
    other: Arc<Line>,
    from: Tick,
    to: Option<Tick>,
}

impl Join {
    /// Puts what was joined of a block in the place of what was written.
    fn overlay(&self, start: Tick, law: Law, frame: &mut Frame) {
        let covered = |at: &Tick| self.from <= *at && self.to.is_none_or(|to| *at < to);
        for (at, octet) in (start.0..).map(Tick).zip(frame) {
            if covered(&at) {
                let there = at >= self.from + join::SILENCE && at.0 >= join::DELAY.0;
                let heard = there.then(|| self.other.at(at - join::DELAY)).flatten();
                *octet = heard.unwrap_or(law.idle());
            }
        }
    }
}

/// One simulated channel and what is at its other end.
#[derive(Debug)]
pub struct SimPort<F: FarEnd> {
    far: F,
    law: Law,
    expand: law::Expand,
    path: Path,
    shared: Arc<Shared>,
    transcript: Handed<Transcript>,
    media: bool,
    slack: usize,
    /// Where the card's clock stands against ticks.
    phase: u64,
    /// The first tick that the far end has not lived yet: the start of the block under way.
    at: Tick,
    received: VecDeque<Received>,
    lost: u32,
    queued: VecDeque<Queued>,
    /// What arrives, for those that are joined with this port; and whom it hears.
    line: Arc<Line>,
    join: Option<Join>,
    edges: VecDeque<EdgeAt>,
    pulser: Option<Pulser>,
    counters: PortCounters,
}

impl SimPort<Handset> {
    /// A handset port. `phase` (0-79): blocks complete at ticks `phase + 80 k`.
    pub fn handset(
        script: HandsetScript,
        copper: Copper,
        law: Law,
        seed: u64,
        phase: u64,
    ) -> SimPort<Handset> {
        SimPort::new(Handset::new(script), copper, law, seed, phase)
    }
}

impl SimPort<Exchange> {
    /// A trunk port. `phase` (0-79): blocks complete at ticks `phase + 80 k`.
    pub fn trunk(
        line: ExchangeLine,
        routes: Arc<Routes>,
        copper: Copper,
        law: Law,
        seed: u64,
        phase: u64,
    ) -> SimPort<Exchange> {
        SimPort::new(Exchange::new(line, routes), copper, law, seed, phase)
    }
}

impl<F: FarEnd> SimPort<F> {
    pub fn new(far: F, copper: Copper, law: Law, seed: u64, phase: u64) -> SimPort<F> {
        let phase = phase % FRAME as u64;
        SimPort {
            far,
            law,
            expand: law::expand,
            path: Path::new(&copper, seed),
            shared: Arc::default(),
            transcript: Handed::new(),
            media: false,
            slack: 1,
            phase,
            at: Tick(phase),
            received: VecDeque::with_capacity(QUEUE),
            lost: 0,
            queued: VecDeque::with_capacity(QUEUE),
            line: Arc::default(),
            join: None,
            edges: VecDeque::with_capacity(EDGE_QUEUE),
            pulser: None,
            counters: PortCounters::default(),
        }
    }

    /// Primes the transmit queue with this many blocks (0-4) instead of one.
    pub fn slack(mut self, blocks: usize) -> SimPort<F> {
        self.slack = blocks.min(QUEUE);
        self
    }

    /// What is sent is carried as octets: each that nothing changes arrives as it was.
    pub fn digital(mut self) -> SimPort<F> {
        self.expand = law::expand_apart;
        self
    }

    /// Begins the far end's life with the block that is under way at this tick.
    pub fn start_at(mut self, start: Tick) -> SimPort<F> {
        let blocks = start.0.saturating_sub(self.phase) / FRAME as u64;
        self.at = Tick(self.phase + blocks * FRAME as u64);
        self
    }

    pub fn far(&self) -> &F {
        &self.far
    }

    /// The far end's evidence so far.
    pub fn transcript(&self) -> &Transcript {
        self.far.transcript()
    }

    /// Ends the port and hands back the evidence.
    pub fn finish(mut self) -> Transcript {
        self.far.take_transcript()
    }

    /// For looking at the port from elsewhere, and for its transcript once it is dropped.
    pub fn handle(&self) -> Handle {
        Handle {
            shared: Arc::clone(&self.shared),
            transcript: self.transcript.clone(),
        }
    }

    /// When the block under way completes.
    pub fn block_end(&self) -> Tick {
        self.at + FRAME_TICKS
    }

    pub(super) fn media(&self) -> bool {
        self.media
    }

    /// When the port wants to be read while media is off.
    pub(super) fn wake(&self) -> Option<Tick> {
        if self.pulser.is_some() || self.shared.cut.load(Ordering::Relaxed) {
            return Some(self.block_end());
        }
        let action = self.far.next_action()?;
        let blocks = action.since(self.at).0 / FRAME as u64 + 1;
        Some(Tick(self.at.0 + blocks * FRAME as u64))
    }

    /// Lets the far end live until `now`.
    fn advance(&mut self, now: Tick) {
        while self.block_end() <= now {
            self.take_cut();
            if !self.skip_idle(now) {
                self.step();
            }
        }
    }

    /// With media off nobody hears the time until the far end's next action: it is left out.
    fn skip_idle(&mut self, now: Tick) -> bool {
        if self.media || self.pulser.is_some() {
            return false;
        }
        let until = self.far.next_action().unwrap_or(now).min(now);
        let blocks = until.since(self.at).0 / FRAME as u64;
        self.at += Ticks(blocks * FRAME as u64);
        blocks > 0
    }

    /// One block.
    fn step(&mut self) {
        self.send_pulses();
        let mut sent: Samples = [0; FRAME];
        if self.media {
            let mut frame = self.next_to_send();
            self.send_joined(&mut frame);
            (self.expand)(self.law, &frame, &mut sent);
        }
        let mut heard: Samples = [0; FRAME];
        self.path.outward(&sent, &mut heard);
        let mut emitted: Samples = [0; FRAME];
        let mut edges = Edges::new();
        self.far.frame(self.at, &heard, &mut emitted, &mut edges);
        let mut arrives: Samples = [0; FRAME];
        self.path.to_codec(&emitted, &sent, &mut arrives);
        self.at += FRAME_TICKS;
        if self.media {
            self.receive(&arrives);
        }
        for edge in edges {
            self.push_edge(edge);
        }
        self.share();
    }

    fn receive(&mut self, arrives: &Samples) {
        let mut frame = self.law.silence();
        law::compress(self.law, arrives, &mut frame);
        self.line.put(self.at, &frame);
        if self.received.len() == QUEUE {
            self.lost += FRAME as u32;
            self.counters.overruns += FRAME as u64;
            return;
        }
        self.received.push_back(Received {
            frame,
            end: self.at,
            lost: std::mem::take(&mut self.lost),
        });
    }

    /// The block that goes out now; silence when none was there in time.
    fn next_to_send(&mut self) -> Frame {
        let in_time = |queued: &Queued| queued.at.0 < self.at.0 + LATENESS.0;
        if self.queued.front().is_some_and(in_time)
            && let Some(queued) = self.queued.pop_front()
        {
            return queued.frame;
        }
        self.counters.underruns += FRAME as u64;
        self.law.silence()
    }

    /// What was joined of the block goes out instead of what was written for it.
    fn send_joined(&mut self, frame: &mut Frame) {
        let Some(join) = &self.join else { return };
        join.overlay(self.at, self.law, frame);
        if join.to.is_some_and(|to| to <= self.block_end()) {
            self.join = None;
        }
    }

    /// The block under way keeps what was joined of it.
    fn part(&mut self, now: Tick) {
        if let Some(join) = &mut self.join {
            join.to = Some(join.to.map_or(now, |to| to.min(now)));
        }
    }

    fn prime(&mut self) {
        self.received.clear();
        self.lost = 0;
        self.queued.clear();
        for _ in 0..self.slack {
            self.queued.push_back(Queued {
                frame: self.law.silence(),
                at: self.at,
            });
        }
    }

    fn send_pulses(&mut self) {
        let end = self.block_end();
        let Some(pulser) = &mut self.pulser else {
            return;
        };
        while let Some(change) = pulser.due(end) {
            let command = if change.closed {
                PortCommand::OffHook
            } else {
                PortCommand::OnHook
            };
            self.far.command(change.at, command);
        }
        if pulser.finished() && pulser.end() < end {
            let at = pulser.end();
            self.pulser = None;
            self.push_edge(EdgeAt {
                at,
                edge: Edge::PulsesSent,
            });
        }
    }

    fn push_edge(&mut self, edge: EdgeAt) {
        if self.edges.len() < EDGE_QUEUE {
            self.edges.push_back(edge);
        } else {
            self.counters.edges_dropped += 1;
        }
    }

    /// On-hook that came from outside.
    fn take_cut(&mut self) {
        if self.shared.parted.swap(false, Ordering::AcqRel) {
            self.part(self.at);
            self.share();
        }
        if self.shared.cut.swap(false, Ordering::AcqRel) {
            self.hang_up(self.at);
            if self.far.side() == Side::Phone {
                self.far.command(self.at, PortCommand::LoopOpen(CUT_BREAK));
            }
            self.share();
        }
    }

    /// On-hook clears the queues, as a card's driver does.
    fn hang_up(&mut self, at: Tick) {
        self.pulser = None;
        self.received.clear();
        self.queued.clear();
        if self.far.side() == Side::Trunk {
            self.far.command(at, PortCommand::OnHook);
        }
        if let Some(edge) = self.far.standing() {
            self.push_edge(EdgeAt { at, edge });
        }
    }

    fn share(&self) {
        let off_hook = self.far.hook() == HookState::OffHook;
        self.shared.off_hook.store(off_hook, Ordering::Release);
        let joined = self.join.as_ref().is_some_and(|join| join.to.is_none());
        self.shared.joined.store(joined, Ordering::Release);
        self.shared
            .finished
            .store(self.far.finished(), Ordering::Release);
    }

    fn set_media(&mut self, on: bool) {
        if on != self.media {
            self.media = on;
            self.prime();
        }
    }

    fn start_pulses(&mut self, now: Tick, digits: types::digits::Digits) {
        self.pulser = Pulser::new(now, digits, PulseTiming::STANDARD);
        if self.pulser.is_none() {
            self.push_edge(EdgeAt {
                at: now,
                edge: Edge::PulsesSent,
            });
        }
    }
}

impl<F: FarEnd> Port for SimPort<F> {
    fn law(&self) -> Law {
        self.law
    }

    fn descriptor(&self) -> Option<Descriptor> {
        None
    }

    fn read(&mut self, now: Tick, frame: &mut Frame) -> Result<Read, PortError> {
        self.advance(now);
        if !self.edges.is_empty() {
            return Ok(Read::EdgesFirst);
        }
        let Some(received) = self.received.pop_front() else {
            return Ok(Read::Empty);
        };
        *frame = received.frame;
        self.counters.frames_read += 1;
        Ok(Read::Frame {
            end: received.end,
            lost: received.lost,
        })
    }

    fn write(&mut self, now: Tick, frame: &Frame) -> Result<Write, PortError> {
        self.advance(now);
        if !self.media || self.queued.len() == QUEUE {
            return Ok(Write::Full);
        }
        self.queued.push_back(Queued {
            frame: *frame,
            at: now,
        });
        self.counters.frames_written += 1;
        Ok(Write::Taken)
    }

    fn edge(&mut self, now: Tick) -> Result<Option<EdgeAt>, PortError> {
        self.advance(now);
        Ok(self.edges.pop_front())
    }

    fn command(&mut self, now: Tick, command: PortCommand) -> Result<(), PortError> {
        self.advance(now);
        self.take_cut();
        match (command, self.far.side()) {
            (PortCommand::Media(on), _) => self.set_media(on),
            (PortCommand::OnHook, _) => self.hang_up(now),
            (
                PortCommand::OffHook | PortCommand::RingGround | PortCommand::Bits(_),
                Side::Trunk,
            ) => self.far.command(now, command),
            (PortCommand::Pulse(digits), Side::Trunk) => self.start_pulses(now, digits),
            (PortCommand::LoopOpen(_) | PortCommand::Ring(_), Side::Phone) => {
                self.far.command(now, command);
            }
            (
                PortCommand::OffHook
                | PortCommand::RingGround
                | PortCommand::Bits(_)
                | PortCommand::Pulse(_),
                Side::Phone,
            ) => {
                return Err(PortError::Unsupported(
                    "a handset port has no loop to close",
                ));
            }
            (PortCommand::LoopOpen(_) | PortCommand::Ring(_), Side::Trunk) => {
                return Err(PortError::Unsupported("a trunk port feeds no loop"));
            }
        }
        self.share();
        Ok(())
    }

    fn hook(&self) -> Result<HookState, PortError> {
        Ok(self.handle().hook())
    }

    fn flush(&mut self, now: Tick) -> Result<(), PortError> {
        self.advance(now);
        let into_chunk = (now.0 + FRAME as u64 - self.phase) % CHUNK;
        self.at = self.at.max(Tick(now.0.saturating_sub(into_chunk)));
        self.prime();
        Ok(())
    }

    fn counters(&self) -> PortCounters {
        self.counters
    }

    fn join_key(&self) -> Option<JoinKey> {
        Some(Arc::clone(&self.line).into())
    }

    fn join(&mut self, now: Tick, other: Option<&JoinKey>) -> Result<(), PortError> {
        self.advance(now);
        self.take_cut();
        match other {
            None => self.part(now),
            Some(JoinKey(Joinable::Sim(other))) => {
                self.join = Some(Join {
                    other: Arc::clone(other),
                    from: now,
                    to: None,
                });
            }
            Some(_) => return Err(PortError::Unsupported("joining another driver's port")),
        }
        self.share();
        Ok(())
    }

    fn cutoff(&self) -> Result<Box<dyn Cutoff>, PortError> {
        Ok(Box::new(SimCutoff(Arc::clone(&self.shared))))
    }
}

impl<F: FarEnd> Drop for SimPort<F> {
    fn drop(&mut self) {
        self.take_cut();
        self.transcript.leave(self.far.take_transcript());
    }
}

#[derive(Debug)]
struct SimCutoff(Arc<Shared>);

impl Cutoff for SimCutoff {
    fn on_hook(&self) -> Result<(), PortError> {
        self.0.cut.store(true, Ordering::Release);
        Ok(())
    }

    fn part(&self) -> Result<(), PortError> {
        self.0.parted.store(true, Ordering::Release);
        Ok(())
    }
}
