//! A DAHDI channel as a [`Port`].

use super::{
    block_clock::BlockClock,
    channel::{Channel, Event, Grip, Hook, Moved, PulseTiming, QUEUE, Role},
};
use crate::port::{Cutoff, Descriptor, Port, PortCounters, PortError, Read, Write};
use std::{collections::VecDeque, sync::Arc};
use types::{
    edge::{Edge, EdgeAt, HookState, PortCommand},
    frame::{FRAME, Frame, Law},
    tick::{Tick, Ticks},
};

/// Edges that wait to be taken. The kernel keeps 64 events; more is a storm, not a telephone.
const EDGES: usize = 64;
/// After a disconnect signal the kernel takes no off-hook for 800 ms.
const REFEED: Ticks = Ticks::ms(850);
/// While battery is lost the channel is asked this often whether it is back.
const BATTERY_LOOK: Ticks = Ticks::ms(10);
const PULSES: PulseTiming = PulseTiming {
    break_: Ticks::ms(60),
    make: Ticks::ms(40),
    between: Ticks::ms(700),
};

/// What a port is to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wiring {
    pub channel: u16,
    /// [`Role::Feeds`] for a telephone, [`Role::IsFed`] for a trunk.
    pub role: Role,
    pub law: Law,
    /// Blocks of silence that a flush puts before what is sent (1 to 4). Two bear a wake-up that
    /// is 9 ms late.
    pub slack: usize,
}

/// One channel. It is opened when it is first used, and again after it failed.
#[derive(Debug)]
pub struct DahdiPort {
    wiring: Wiring,
    channel: Option<Channel>,
    /// How often it was opened.
    openings: u32,
    grip: Arc<Grip>,
    media: bool,
    clock: BlockClock,
    counters: PortCounters,
    edges: VecDeque<EdgeAt>,
    edges_dropped: u64,
    last_edge: Tick,
    /// What we told the channel of its hook.
    off_hook: bool,
    /// When to feed the phone again after a disconnect signal.
    refeed_at: Option<Tick>,
    /// Battery is lost; when to ask next whether it is back.
    battery_at: Option<Tick>,
    reversed: bool,
    /// The kernel sends dial pulses.
    pulsing: bool,
}

impl DahdiPort {
    /// A port that is not open yet: its first use opens it.
    ///
    /// # Errors
    /// When the system has no descriptors left.
    pub fn new(wiring: Wiring) -> Result<DahdiPort, PortError> {
        Ok(DahdiPort {
            wiring,
            channel: None,
            openings: 0,
            grip: Arc::new(Grip::new()?),
            media: false,
            clock: BlockClock::new(),
            counters: PortCounters::default(),
            edges: VecDeque::with_capacity(EDGES),
            edges_dropped: 0,
            last_edge: Tick::ZERO,
            off_hook: false,
            refeed_at: None,
            battery_at: None,
            reversed: false,
            pulsing: false,
        })
    }

    /// Opens the channel now, to learn at once what is wrong with it.
    pub fn open(wiring: Wiring) -> Result<DahdiPort, PortError> {
        let mut port = DahdiPort::new(wiring)?;
        port.channel()?;
        Ok(port)
    }

    /// Edges that found the queue full.
    pub fn edges_dropped(&self) -> u64 {
        self.edges_dropped
    }

    fn channel(&mut self) -> Result<&Channel, PortError> {
        if self.channel.is_none() {
            let channel = Channel::open(self.wiring.channel, self.wiring.law)?;
            if channel.role()? != self.wiring.role {
                return Err(PortError::Unsupported(match self.wiring.role {
                    Role::Feeds => "feeding a telephone: the channel is configured as a trunk",
                    Role::IsFed => "being a trunk: the channel is configured to feed a telephone",
                }));
            }
            self.grip.follow(&channel)?;
            self.openings = self.openings.wrapping_add(1);
            // Opening has hung it up.
            self.off_hook = false;
            self.refeed_at = None;
            self.battery_at = None;
            self.reversed = false;
            self.pulsing = false;
            self.channel = Some(channel);
        }
        Ok(self.channel.as_ref().expect("it was opened above"))
    }

    /// Passes a result on; a channel that is gone is let go, to be opened anew.
    fn check<T>(&mut self, result: Result<T, PortError>) -> Result<T, PortError> {
        if matches!(result, Err(PortError::Gone | PortError::Driver(_))) {
            self.channel = None;
            let _ = self.grip.let_go();
        }
        result
    }

    /// Takes all events of the kernel.
    fn take_events(&mut self, now: Tick) -> Result<(), PortError> {
        let before = self.edges.len();
        loop {
            let event = self.channel()?.event();
            let Some(event) = self.check(event)? else {
                break;
            };
            self.take_event(now, event)?;
        }
        self.look_after(now)?;
        self.stamp(now, before);
        Ok(())
    }

    /// The kernel tells the order of events, not their times: the last happened by now, the others
    /// before it.
    fn stamp(&mut self, now: Tick, from: usize) {
        let mut at = now.0.saturating_sub((self.edges.len() - from) as u64);
        for edge in self.edges.iter_mut().skip(from) {
            at = (at + 1).max(self.last_edge.0 + 1);
            edge.at = Tick(at);
            self.last_edge = edge.at;
        }
    }

    /// What no event tells.
    fn look_after(&mut self, now: Tick) -> Result<(), PortError> {
        if self.refeed_at.is_some_and(|at| at <= now) {
            self.feed(now, self.media)?;
        }
        self.look_for_battery(now)
    }

    fn take_event(&mut self, now: Tick, event: Event) -> Result<(), PortError> {
        let feeds = self.wiring.role == Role::Feeds;
        match event {
            Event::RingOffHook if feeds => self.push(now, Edge::LoopClosed),
            Event::RingOffHook => self.push(now, Edge::RingStop),
            Event::OnHook if feeds => self.loop_opened(now)?,
            Event::OnHook => {
                self.battery_at = Some(now + BATTERY_LOOK);
                self.push(now, Edge::BatteryLost);
            }
            Event::WinkFlash if feeds => self.push(now, Edge::Flash),
            Event::RingBegin => self.push(now, Edge::RingStart),
            Event::Polarity => {
                self.reversed = !self.reversed;
                self.push(
                    now,
                    if self.reversed {
                        Edge::PolarityReversed
                    } else {
                        Edge::PolarityNormal
                    },
                );
            }
            Event::DialComplete => {
                self.pulsing = false;
                self.push(now, Edge::PulsesSent);
            }
            Event::Alarm => self.push(now, Edge::AlarmOn),
            Event::NoAlarm => self.push(now, Edge::AlarmOff),
            Event::Removed => return self.check(Err(PortError::Gone)),
            Event::WinkFlash | Event::Other(_) => {}
        }
        Ok(())
    }

    /// The phone went on-hook; with media off nobody needs its line any more.
    fn loop_opened(&mut self, now: Tick) -> Result<(), PortError> {
        self.push(now, Edge::LoopOpen);
        if !self.media && self.off_hook {
            self.set_hook(Hook::OnHook)?;
        }
        Ok(())
    }

    /// The return of battery is told by no event.
    fn look_for_battery(&mut self, now: Tick) -> Result<(), PortError> {
        if self.battery_at.is_none_or(|at| now < at) {
            return Ok(());
        }
        let params = self.channel()?.params();
        const BATTERY: i32 = 1;
        if self.check(params)?.rxhooksig == BATTERY {
            self.battery_at = None;
            self.push(now, Edge::BatteryBack);
        } else {
            self.battery_at = Some(now + BATTERY_LOOK);
        }
        Ok(())
    }

    fn push(&mut self, now: Tick, edge: Edge) {
        if self.edges.len() == EDGES {
            self.edges_dropped += 1;
            return;
        }
        self.edges.push_back(EdgeAt { at: now, edge });
    }

    fn set_hook(&mut self, hook: Hook) -> Result<(), PortError> {
        let set = self.channel()?.hook(hook);
        self.check(set)?;
        self.off_hook = hook == Hook::OffHook;
        Ok(())
    }

    /// Restarts both queues, the one to be sent with silence in it.
    fn prime(&mut self, now: Tick) -> Result<(), PortError> {
        let flushed = self.channel()?.flush();
        self.check(flushed)?;
        let silence = self.wiring.law.silence();
        let mut primed = 0;
        for _ in 0..self.wiring.slack.clamp(1, QUEUE) {
            primed += FRAME * usize::from(self.send(now, &silence)? == Moved::Block);
        }
        self.clock.flush(now, primed);
        Ok(())
    }

    /// Writes a block, past events that wait.
    fn send(&mut self, now: Tick, frame: &Frame) -> Result<Moved, PortError> {
        if self.pulsing {
            // Writing would end the pulses that the kernel sends.
            return Ok(Moved::Block);
        }
        let mut moved = self.channel()?.write(frame);
        if moved == Ok(Moved::EventsFirst) {
            self.take_events(now)?;
            moved = self.channel()?.write(frame);
        }
        self.check(moved)
    }

    fn set_media(&mut self, now: Tick, on: bool) -> Result<(), PortError> {
        self.media = on;
        if self.wiring.role == Role::Feeds {
            self.feed(now, on)?;
        }
        if on { self.prime(now) } else { Ok(()) }
    }

    /// A card's line driver is active while the port is off-hook. The end of media is no
    /// disconnect signal: a phone that is still off-hook keeps its feed until it hangs up.
    fn feed(&mut self, now: Tick, on: bool) -> Result<(), PortError> {
        self.refeed_at = None;
        if on && !self.off_hook {
            match self.set_hook(Hook::OffHook) {
                Err(PortError::Busy) => {
                    self.refeed_at = Some(now + REFEED);
                    Ok(())
                }
                set => set,
            }
        } else if !on && self.off_hook && self.phone_hook()? == HookState::OnHook {
            self.set_hook(Hook::OnHook)
        } else {
            Ok(())
        }
    }

    fn phone_hook(&self) -> Result<HookState, PortError> {
        let Some(channel) = &self.channel else {
            return Ok(HookState::Unknown);
        };
        let off_hook = channel.params()?.rxisoffhook != 0;
        Ok(if off_hook {
            HookState::OffHook
        } else {
            HookState::OnHook
        })
    }

    fn trunk_hook(&self) -> Result<HookState, PortError> {
        let Some(channel) = &self.channel else {
            return Ok(HookState::Unknown);
        };
        const ON_HOOK: i32 = 0;
        let on_hook = channel.params()?.txhooksig == ON_HOOK;
        Ok(if on_hook {
            HookState::OnHook
        } else {
            HookState::OffHook
        })
    }

    /// Battery off the phone: the kernel's disconnect lasts half a second, whatever is asked for.
    fn break_loop(&mut self, now: Tick) -> Result<(), PortError> {
        if !self.off_hook {
            self.set_hook(Hook::OffHook)?;
        }
        self.set_hook(Hook::OnHook)?;
        self.refeed_at = self.media.then_some(now + REFEED);
        if self.media { self.prime(now) } else { Ok(()) }
    }

    fn trunk_on_hook(&mut self, now: Tick) -> Result<(), PortError> {
        self.battery_at = None;
        self.pulsing = false;
        self.set_hook(Hook::OnHook)?;
        if self.media { self.prime(now) } else { Ok(()) }
    }
}

impl Port for DahdiPort {
    fn law(&self) -> Law {
        self.wiring.law
    }

    fn descriptor(&self) -> Option<Descriptor> {
        let channel = self.channel.as_ref()?;
        Some(Descriptor {
            fd: channel.descriptor(),
            opening: self.openings,
        })
    }

    fn read(&mut self, now: Tick, frame: &mut Frame) -> Result<Read, PortError> {
        if !self.media {
            self.take_events(now)?;
        }
        if !self.edges.is_empty() {
            return Ok(Read::EdgesFirst);
        }
        if !self.media {
            return Ok(Read::Empty);
        }
        let moved = self.channel()?.read(frame);
        match self.check(moved)? {
            Moved::Block => {
                let (end, lost) = self.clock.read(now, &mut self.counters);
                Ok(Read::Frame { end, lost })
            }
            Moved::NotNow => {
                self.clock.empty(now, &mut self.counters);
                Ok(Read::Empty)
            }
            Moved::EventsFirst => {
                self.take_events(now)?;
                Ok(Read::EdgesFirst)
            }
        }
    }

    fn write(&mut self, now: Tick, frame: &Frame) -> Result<Write, PortError> {
        if !self.media {
            return Ok(Write::Full);
        }
        match self.send(now, frame)? {
            Moved::Block => {
                self.clock.written(now, &mut self.counters);
                Ok(Write::Taken)
            }
            Moved::NotNow | Moved::EventsFirst => Ok(Write::Full),
        }
    }

    fn edge(&mut self, now: Tick) -> Result<Option<EdgeAt>, PortError> {
        if self.edges.is_empty() {
            self.take_events(now)?;
        }
        Ok(self.edges.pop_front())
    }

    fn command(&mut self, now: Tick, command: PortCommand) -> Result<(), PortError> {
        match (command, self.wiring.role) {
            (PortCommand::Media(on), _) => self.set_media(now, on),
            (PortCommand::OnHook, Role::IsFed) => self.trunk_on_hook(now),
            (PortCommand::OffHook, Role::IsFed) => self.set_hook(Hook::OffHook),
            (PortCommand::Pulse(digits), Role::IsFed) => {
                let sent = self.channel()?.pulse(&digits, PULSES);
                self.check(sent)?;
                self.pulsing = true;
                Ok(())
            }
            (PortCommand::LoopOpen(_), Role::Feeds) => self.break_loop(now),
            (PortCommand::Ring(on), Role::Feeds) => {
                let hook = if on { Hook::Ring } else { Hook::RingOff };
                let set = self.channel()?.hook(hook);
                self.check(set)
            }
            (PortCommand::OnHook, Role::Feeds) => Ok(()),
            (PortCommand::OffHook | PortCommand::Pulse(_), Role::Feeds) => Err(
                PortError::Unsupported("a handset port has no loop to close"),
            ),
            (PortCommand::LoopOpen(_) | PortCommand::Ring(_), Role::IsFed) => {
                Err(PortError::Unsupported("a trunk port feeds no loop"))
            }
        }
    }

    fn hook(&self) -> Result<HookState, PortError> {
        match self.wiring.role {
            Role::Feeds => self.phone_hook(),
            Role::IsFed => self.trunk_hook(),
        }
    }

    fn flush(&mut self, now: Tick) -> Result<(), PortError> {
        self.prime(now)
    }

    fn counters(&self) -> PortCounters {
        self.counters
    }

    fn cutoff(&self) -> Result<Box<dyn Cutoff>, PortError> {
        Ok(Box::new(DahdiCutoff(Arc::clone(&self.grip))))
    }
}

impl Drop for DahdiPort {
    /// On-hook, and closed though a hand from outside outlives the port.
    fn drop(&mut self) {
        if let Some(channel) = &self.channel {
            let _ = channel.hook(Hook::OnHook);
        }
        let _ = self.grip.let_go();
    }
}

#[derive(Debug)]
struct DahdiCutoff(Arc<Grip>);

impl Cutoff for DahdiCutoff {
    fn on_hook(&self) -> Result<(), PortError> {
        self.0.on_hook()
    }
}
