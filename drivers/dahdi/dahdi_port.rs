//! A DAHDI channel as a [`Port`].

mod by_bits;
mod lost;

use super::{
    bits::Bits,
    block_clock::BlockClock,
    channel::{Channel, Event, Grip, Hook, Moved, PulseTiming, QUEUE, Role},
    cutoff::DahdiCutoff,
    polarity::Polarity,
    setup::{Setup, Signalling},
};
use crate::port::{
    Cutoff, Descriptor, JoinKey, Joinable, Port, PortCounters, PortError, Read, Write,
};
use std::{collections::VecDeque, sync::Arc};
use types::{
    edge::{Abcd, Edge, EdgeAt, HookState, PortCommand},
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
    /// [`Role::Feeds`] for a telephone, [`Role::IsFed`] or [`Role::Bits`] for a trunk.
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
    setup: Setup,
    channel: Option<Channel>,
    grip: Arc<Grip>,
    media: bool,
    clock: BlockClock,
    counters: PortCounters,
    edges: VecDeque<EdgeAt>,
    last_edge: Tick,
    /// Edges found no room: how things stand is to be told once more.
    untold: bool,
    /// When to compare the channel's state next.
    state_at: Tick,
    /// What we told the channel of its hook.
    off_hook: bool,
    /// When to feed the phone again after a disconnect signal.
    refeed_at: Option<Tick>,
    /// Battery is lost; when to ask next whether it is back.
    battery_at: Option<Tick>,
    polarity: Polarity,
    /// The kernel sends dial pulses.
    pulsing: bool,
    /// It has sent them: what was kept from it meanwhile left its queue empty.
    ran_dry: bool,
    /// Signalled by bits: those that came in last.
    bits: Abcd,
    /// The span is in alarm, as far as was told.
    alarm: bool,
}

impl DahdiPort {
    /// A port that is not open yet: its first use opens it.
    ///
    /// # Errors
    /// When the system has no descriptors left.
    pub fn new(wiring: Wiring) -> Result<DahdiPort, PortError> {
        Ok(DahdiPort {
            wiring,
            setup: Setup::default(),
            channel: None,
            grip: Arc::new(Grip::new()?),
            media: false,
            clock: BlockClock::new(),
            counters: PortCounters::default(),
            edges: VecDeque::with_capacity(EDGES),
            last_edge: Tick::ZERO,
            untold: false,
            state_at: Tick::ZERO,
            off_hook: false,
            refeed_at: None,
            battery_at: None,
            polarity: Polarity::default(),
            pulsing: false,
            bits: Abcd::new(0),
            alarm: false,
            ran_dry: false,
        })
    }

    /// What each opening sets beside law and queues.
    pub fn with_setup(mut self, setup: Setup) -> DahdiPort {
        self.setup = setup;
        self
    }

    /// Opens the channel now, to learn at once what is wrong with it.
    pub fn open(wiring: Wiring) -> Result<DahdiPort, PortError> {
        DahdiPort::new(wiring)?.open_now()
    }

    /// The same of a port that was set up.
    pub fn open_now(mut self) -> Result<DahdiPort, PortError> {
        self.channel()?;
        Ok(self)
    }

    fn channel(&mut self) -> Result<&Channel, PortError> {
        if self.channel.is_none() {
            let (channel, alarm) = self.opened()?;
            self.grip.follow(&channel, self.wiring.role)?;
            self.counters.openings += 1;
            // Opening has hung it up.
            self.off_hook = false;
            self.refeed_at = None;
            self.battery_at = None;
            self.polarity = Polarity::default();
            self.pulsing = false;
            self.ran_dry = false;
            self.channel = Some(channel);
            if let Role::Bits(bits) = self.wiring.role {
                self.bits_on_hook(self.last_edge + Ticks(1), bits)?;
            }
            // What happened to the span while nobody had the channel open is told by no event.
            self.set_alarm(alarm);
        }
        Ok(self.channel.as_ref().expect("it was opened above"))
    }

    /// The channel newly opened and set up, and whether its span is in alarm.
    fn opened(&self) -> Result<(Channel, bool), PortError> {
        let (wiring, setup) = (&self.wiring, &self.setup);
        let channel = Channel::open_with(wiring.channel, wiring.law, setup.debounce)?;
        let params = channel.params()?;
        let found = Signalling(params.sigtype);
        let right = match (setup.signalling, wiring.role) {
            (Some(wanted), _) => found == wanted,
            (None, Role::Bits(_)) => found == Signalling::CAS,
            (None, _) => channel.role()? == wiring.role,
        };
        if !right {
            return Err(PortError::Signalling);
        }
        channel.set_gains(wiring.law, setup)?;
        Ok((channel, params.chan_alarms != 0))
    }

    fn set_alarm(&mut self, alarm: bool) {
        let told = std::mem::replace(&mut self.alarm, alarm);
        if told != alarm {
            let edge = if alarm { Edge::AlarmOn } else { Edge::AlarmOff };
            self.push(self.last_edge + Ticks(1), edge);
        }
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
        if std::mem::take(&mut self.ran_dry) {
            self.fill_up()?;
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
        if let Some(edge) = self.polarity.passed(now) {
            self.push(now, edge);
        }
        self.look_for_battery(now)?;
        self.look_at_state(now)
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
            Event::Polarity if !feeds => {
                let edge = self.polarity.changed(now, self.off_hook);
                self.push(now, edge);
            }
            Event::DialComplete => {
                self.ran_dry = std::mem::take(&mut self.pulsing) && self.media;
                self.push(now, Edge::PulsesSent);
            }
            Event::BitsChanged => self.take_bits(now)?,
            Event::Alarm => self.set_alarm(true),
            Event::NoAlarm => self.set_alarm(false),
            Event::Removed => return self.check(Err(PortError::Gone)),
            Event::WinkFlash | Event::Polarity | Event::Other(_) => {}
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
            self.counters.edges_dropped += 1;
            self.untold = true;
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

    fn slack(&self) -> usize {
        self.wiring.slack.clamp(1, QUEUE)
    }

    /// Restarts both queues, the one to be sent with silence in it.
    fn prime(&mut self, now: Tick) -> Result<(), PortError> {
        let flushed = self.channel()?.flush();
        self.check(flushed)?;
        let silence = self.wiring.law.silence();
        let mut primed = 0;
        for _ in 0..self.slack() {
            primed += FRAME * usize::from(self.send(now, &silence)? == Moved::Block);
        }
        self.clock.flush(now, primed);
        Ok(())
    }

    /// Puts the slack back into an empty queue; what is received goes on as it was.
    fn fill_up(&mut self) -> Result<(), PortError> {
        let silence = self.wiring.law.silence();
        for _ in 0..self.slack() {
            let filled = self.channel()?.write(&silence);
            self.check(filled)?;
        }
        Ok(())
    }

    /// Writes a block, past events that wait.
    fn send(&mut self, now: Tick, frame: &Frame) -> Result<Moved, PortError> {
        if self.pulsing {
            // Writing would end the pulses that the kernel sends.
            return Ok(Moved::Block);
        }
        loop {
            let moved = self.channel()?.write(frame);
            match self.check(moved)? {
                Moved::EventsFirst => self.take_events(now)?,
                moved => return Ok(moved),
            }
        }
    }

    fn set_media(&mut self, now: Tick, on: bool) -> Result<(), PortError> {
        self.media = on;
        if self.wiring.role == Role::Feeds {
            self.feed(now, on)?;
        }
        if self.setup.echo_taps > 0 {
            let taps = if on { self.setup.echo_taps } else { 0 };
            let set = self.channel()?.cancel_echo(taps);
            self.check(set)?;
        }
        if on {
            return self.prime(now);
        }
        if self.alarm {
            // Whoever holds an idle port next is to know.
            self.push(now, Edge::AlarmOn);
        }
        Ok(())
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
        let Some(channel) = self.channel.as_ref().filter(|_| !self.alarm) else {
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
        if self.pulsing {
            // Each pulse is an on-hook of its own.
            return Ok(HookState::Unknown);
        }
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

    fn trunk_off_hook(&mut self, now: Tick) -> Result<(), PortError> {
        self.take_events(now)?;
        self.polarity.off_hook();
        self.set_hook(Hook::OffHook)
    }

    fn trunk_on_hook(&mut self, now: Tick) -> Result<(), PortError> {
        self.pulsing = false;
        self.set_hook(Hook::OnHook)?;
        self.polarity.on_hook(now);
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
            opening: self.counters.openings as u32,
        })
    }

    fn waiting(&self) -> usize {
        self.slack() - 1
    }

    fn read(&mut self, now: Tick, frame: &mut Frame) -> Result<Read, PortError> {
        if !self.media || self.alarm {
            self.take_events(now)?;
        }
        if !self.edges.is_empty() {
            return Ok(Read::EdgesFirst);
        }
        if !self.media {
            return Ok(Read::Empty);
        }
        if self.alarm {
            return Err(PortError::Alarm);
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
            (PortCommand::OnHook, Role::Bits(bits)) => self.bits_on_hook(now, bits),
            (_, Role::Bits(bits)) => self.send_bits(command, bits),
            (PortCommand::OnHook, Role::IsFed) => self.trunk_on_hook(now),
            (PortCommand::OffHook, Role::IsFed) => self.trunk_off_hook(now),
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
            (PortCommand::RingGround | PortCommand::Bits(_), _) => {
                Err(PortError::Unsupported("signalling by bits"))
            }
            (PortCommand::LoopOpen(_) | PortCommand::Ring(_), Role::IsFed) => {
                Err(PortError::Unsupported("a trunk port feeds no loop"))
            }
        }
    }

    fn hook(&self) -> Result<HookState, PortError> {
        match self.wiring.role {
            Role::Feeds => self.phone_hook(),
            Role::IsFed => self.trunk_hook(),
            Role::Bits(bits) => self.bits_hook(bits),
        }
    }

    fn flush(&mut self, now: Tick) -> Result<(), PortError> {
        self.prime(now)
    }

    fn counters(&self) -> PortCounters {
        self.counters
    }

    fn join_key(&self) -> Option<JoinKey> {
        Some(JoinKey(Joinable::Dahdi(self.wiring.channel)))
    }

    fn join(&mut self, _now: Tick, other: Option<&JoinKey>) -> Result<(), PortError> {
        let other = match other {
            // A closed channel has left its join, and is taken out again when it is opened.
            None if self.channel.is_none() => return Ok(()),
            None => None,
            Some(JoinKey(Joinable::Dahdi(channel))) => Some(*channel),
            Some(_) => return Err(PortError::Unsupported("joining another driver's port")),
        };
        let joined = self.channel()?.join(other);
        self.check(joined)
    }

    fn cutoff(&self) -> Result<Box<dyn Cutoff>, PortError> {
        let grip = Arc::clone(&self.grip);
        Ok(Box::new(DahdiCutoff(grip, self.wiring.channel)))
    }
}

impl Drop for DahdiPort {
    /// On-hook, and closed though a hand from outside outlives the port.
    fn drop(&mut self) {
        if let Some(channel) = &self.channel {
            let _ = channel.join(None);
            let _ = match self.wiring.role {
                Role::Bits(bits) => channel.send_bits(bits.idle()),
                Role::Feeds | Role::IsFed => channel.hook(Hook::OnHook),
            };
        }
        let _ = self.grip.let_go();
    }
}
