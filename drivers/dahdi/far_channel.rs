//! A simulated party at the other end of a DAHDI channel: the telephone or the exchange that a
//! test, a demonstration or a training system puts behind real signalling.

use super::{
    bits::Bits,
    block_clock::BlockClock,
    channel::{Channel, Event, Hook, Moved, QUEUE, Role},
};
use crate::{
    port::{PortCounters, PortError},
    sim::{
        clocked::Clock,
        copper::{Copper, Path},
        far_end::{Edges, FarEnd, Side},
        law,
        transcript::Transcript,
    },
};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::{
    collections::VecDeque,
    os::fd::AsFd,
    panic,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};
use types::{
    edge::{Abcd, Edge, EdgeAt, PortCommand},
    frame::{FRAME, Frame, Law, Samples},
    tick::{Tick, Ticks},
};

/// What a party does to its loop is done this much later than it decided, so that it can be done
/// at its moment though it is only known once a frame is over.
const DELAY: Ticks = Ticks::ms(20);
/// How long the kernel's disconnect signal lasts.
const DISCONNECT: Ticks = Ticks::ms(500);

/// A far end, its channel and the copper between.
#[derive(Debug)]
pub struct FarChannel<F: FarEnd> {
    far: F,
    channel: Channel,
    law: Law,
    expand: law::Expand,
    path: Path,
    clock: Clock,
    blocks: BlockClock,
    counters: PortCounters,
    actions: VecDeque<EdgeAt>,
    /// The polarity that the far end wants, and the one that its line took.
    reversed: bool,
    is_reversed: bool,
    /// Signalled by bits: what they mean, and those that came in last.
    bits: Option<(Bits, Abcd)>,
    /// The queues are to begin anew: the channel was hung up.
    restarts: bool,
    /// The next tick that the far end lives.
    at: Tick,
}

impl<F: FarEnd> FarChannel<F> {
    /// The channel is the other end of the controller's: it feeds where that is fed.
    pub fn open(
        far: F,
        number: u16,
        law: Law,
        copper: Copper,
        seed: u64,
        clock: Clock,
    ) -> Result<FarChannel<F>, PortError> {
        let channel = Channel::open(number, law)?;
        let wanted = match far.side() {
            Side::Phone => Role::IsFed,
            Side::Trunk => Role::Feeds,
        };
        if channel.role()? != wanted {
            return Err(PortError::Unsupported("the far end's side of the loop"));
        }
        if wanted == Role::Feeds {
            // A card keeps the polarity of the last party.
            match channel.reverse(false) {
                Ok(_) | Err(PortError::Unsupported(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(FarChannel::with(far, channel, law, copper, seed, clock))
    }

    /// An exchange at the other end of a trunk that is signalled by bits.
    pub fn open_bits(
        far: F,
        (number, bits): (u16, Bits),
        law: Law,
        copper: Copper,
        seed: u64,
        clock: Clock,
    ) -> Result<FarChannel<F>, PortError> {
        let channel = Channel::open(number, law)?;
        let received = channel.bits()?;
        if let Some(idle) = far.standing().and_then(|edge| bits.far_sends(edge)) {
            channel.send_bits(idle)?;
        }
        let mut far = FarChannel::with(far, channel, law, copper, seed, clock);
        far.bits = Some((bits, received));
        Ok(far)
    }

    /// The far end is reached by octets: each that nothing changes arrives as it was.
    pub fn digital(mut self) -> FarChannel<F> {
        self.expand = law::expand_apart;
        self
    }

    fn with(
        far: F,
        channel: Channel,
        law: Law,
        copper: Copper,
        seed: u64,
        clock: Clock,
    ) -> FarChannel<F> {
        FarChannel {
            far,
            channel,
            law,
            expand: law::expand,
            path: Path::new(&copper, seed),
            clock,
            blocks: BlockClock::new(),
            counters: PortCounters::default(),
            actions: VecDeque::new(),
            reversed: false,
            is_reversed: false,
            bits: None,
            restarts: true,
            at: clock.now(),
        }
    }

    /// Lives until told to stop; the transcript, and what its channel lost.
    ///
    /// # Errors
    /// When the channel fails; as [`PortError::Unsupported`] when the far end reverses the line
    /// and the span has no polarity, so that nobody takes what was never sent for unheard.
    pub fn run(mut self, stop: &AtomicBool) -> Result<(Transcript, PortCounters), PortError> {
        while !stop.load(Ordering::Acquire) {
            if self.restarts {
                self.restart()?;
            }
            self.wait()?;
            self.act(self.clock.now())?;
            self.drive_polarity()?;
            self.take_events()?;
            if !self.restarts {
                self.take_blocks()?;
            }
        }
        Ok((self.far.take_transcript(), self.counters))
    }

    /// Lives on a thread of its own, on which `first` is done before.
    pub fn live(self, first: impl FnOnce() + Send + 'static) -> Living
    where
        F: 'static,
    {
        let stop = Arc::new(AtomicBool::new(false));
        let its = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            first();
            self.run(&its)
        });
        Living {
            stop,
            thread: Some(thread),
        }
    }

    /// Restarts both queues, the one to be sent with silence in it.
    fn restart(&mut self) -> Result<(), PortError> {
        // What is told meanwhile may ask for the next.
        self.restarts = false;
        self.channel.flush()?;
        let silence = self.law.silence();
        let mut primed = 0;
        for _ in 0..QUEUE / 2 {
            primed += FRAME * usize::from(self.send(&silence)? == Moved::Block);
        }
        self.blocks.flush(self.clock.now(), primed);
        Ok(())
    }

    /// Writes a block, past events that wait: while one does, the kernel takes none.
    fn send(&mut self, frame: &Frame) -> Result<Moved, PortError> {
        loop {
            match self.channel.write(frame)? {
                Moved::EventsFirst => self.take_events()?,
                moved => return Ok(moved),
            }
        }
    }

    fn wait(&self) -> Result<(), PortError> {
        let now = self.clock.now();
        let next = self
            .actions
            .front()
            .map_or(Ticks::ms(20), |a| a.at.since(now));
        let mut wanted = [PollFd::new(
            self.channel.as_fd(),
            PollFlags::POLLIN | PollFlags::POLLPRI,
        )];
        let ms = next.as_ms().min(20) as u16;
        match poll(&mut wanted, PollTimeout::from(ms)) {
            Ok(_) | Err(nix::errno::Errno::EINTR) => Ok(()),
            Err(error) => Err(PortError::Driver(error as i32)),
        }
    }

    /// What the far end did to the line, when its time has come.
    fn act(&mut self, now: Tick) -> Result<(), PortError> {
        while self.actions.front().is_some_and(|a| a.at <= now) {
            let Some(EdgeAt { edge, .. }) = self.actions.pop_front() else {
                break;
            };
            if let Some((bits, _)) = self.bits {
                if let Some(sent) = bits.far_sends(edge) {
                    self.channel.send_bits(sent)?;
                }
                continue;
            }
            let hook = match edge {
                Edge::LoopClosed => Hook::OffHook,
                Edge::LoopOpen | Edge::BatteryLost => Hook::OnHook,
                Edge::RingStart => Hook::Ring,
                Edge::RingStop => Hook::RingOff,
                Edge::PolarityReversed | Edge::PolarityNormal => {
                    self.reversed = edge == Edge::PolarityReversed;
                    continue;
                }
                // The kernel ends its disconnect signal by itself; alarms are the span's.
                _ => continue,
            };
            match self.channel.hook(hook) {
                // The line was seized in this moment: the event that says so comes next.
                Err(PortError::Busy) if hook == Hook::Ring => continue,
                done => done?,
            }
            self.restarts |= hook == Hook::OnHook;
        }
        Ok(())
    }

    /// A line that is rung, or without battery, takes its polarity afterwards.
    fn drive_polarity(&mut self) -> Result<(), PortError> {
        if self.reversed != self.is_reversed && self.channel.reverse(self.reversed)? {
            self.is_reversed = self.reversed;
        }
        Ok(())
    }

    fn take_events(&mut self) -> Result<(), PortError> {
        while let Some(event) = self.channel.event()? {
            let now = self.clock.now();
            match (event, self.far.side()) {
                (Event::BitsChanged, _) => self.take_bits()?,
                (Event::RingOffHook, Side::Trunk) => {
                    // Only a line in use can be disconnected by the kernel.
                    self.channel.hook(Hook::OffHook)?;
                    self.far.command(now, PortCommand::OffHook);
                }
                (Event::OnHook, Side::Trunk) => {
                    self.far.command(now, PortCommand::OnHook);
                    self.channel.hook(Hook::OnHook)?;
                    self.restarts = true;
                }
                (Event::OnHook, Side::Phone) => {
                    self.far.command(now, PortCommand::LoopOpen(DISCONNECT));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn take_bits(&mut self) -> Result<(), PortError> {
        let received = self.channel.bits()?;
        if let Some((bits, before)) = &mut self.bits
            && std::mem::replace(before, received) != received
        {
            self.far.command(self.at, bits.far_takes(received));
        }
        Ok(())
    }

    fn take_blocks(&mut self) -> Result<(), PortError> {
        let mut frame: Frame = self.law.silence();
        loop {
            let now = self.clock.now();
            match self.channel.read(&mut frame)? {
                Moved::Block => {
                    let (end, _) = self.blocks.read(now, &mut self.counters);
                    self.frame(end, &mut frame);
                    if self.send(&frame)? == Moved::Block {
                        self.blocks.written(now, &mut self.counters);
                    }
                }
                Moved::NotNow => {
                    self.blocks.empty(now, &mut self.counters);
                    return Ok(());
                }
                Moved::EventsFirst => self.take_events()?,
            }
            if self.restarts {
                return Ok(());
            }
        }
    }

    /// One block of the far end's life.
    fn frame(&mut self, end: Tick, frame: &mut Frame) {
        let mut sent: Samples = [0; FRAME];
        (self.expand)(self.law, frame, &mut sent);
        let mut heard: Samples = [0; FRAME];
        self.path.outward(&sent, &mut heard);
        let mut emitted: Samples = [0; FRAME];
        let mut edges = Edges::new();
        let begin = Tick(end.0.saturating_sub(FRAME as u64)).max(self.at);
        self.far.frame(begin, &heard, &mut emitted, &mut edges);
        self.at = begin + types::frame::FRAME_TICKS;
        let mut arrives: Samples = [0; FRAME];
        self.path.to_codec(&emitted, &sent, &mut arrives);
        law::compress(self.law, &arrives, frame);
        for EdgeAt { at, edge } in edges {
            self.actions.push_back(EdgeAt {
                at: at + DELAY,
                edge,
            });
        }
    }
}

/// What a far end heard and said, and what its channel lost.
pub type Lived = Result<(Transcript, PortCounters), PortError>;

/// A far end on a thread of its own, until it is ended or this is dropped.
#[derive(Debug)]
pub struct Living {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Lived>>,
}

impl Living {
    /// Has it end soon, without waiting for it: where many are ended.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Release);
    }

    /// Ends it.
    ///
    /// # Errors
    /// Those of [`FarChannel::run`].
    ///
    /// # Panics
    /// When it did.
    pub fn end(mut self) -> Lived {
        self.stop();
        let thread = self.thread.take().expect("it is ended once");
        thread
            .join()
            .unwrap_or_else(|why| panic::resume_unwind(why))
    }
}

impl Drop for Living {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl<F: FarEnd> Drop for FarChannel<F> {
    fn drop(&mut self) {
        if self.is_reversed {
            let _ = self.channel.reverse(false);
        }
    }
}
