//! The central office at the other end of one trunk: its line circuit, register and the
//! connections it makes. Loop start and kewl start; ground start, E&M and R2 by `signalling`.

pub mod line;
pub mod r2;
pub mod routes;
pub mod signalling;
mod switch;

use crate::sim::{
    called_office::CalledOffice,
    dtmf_register::DtmfRegister,
    exchange::{
        line::ExchangeLine,
        routes::Routes,
        signalling::{Held, LineSignalling},
        switch::State,
    },
    far_end::{Edges, FarEnd, Side},
    tone_player::TonePlayer,
    transcript::{Event, Transcript},
};
use std::sync::Arc;
use types::{
    digits::{Digit, Digits},
    edge::{Abcd, Edge, EdgeAt, HookState, PortCommand},
    frame::{FRAME, FRAME_TICKS, Samples},
    tick::{Tick, Ticks},
};

/// The loop open no longer than this is a dial pulse.
const LONGEST_PULSE: Ticks = Ticks::ms(150);
/// Shorter openings are contact bounce.
const SHORTEST_PULSE: Ticks = Ticks::ms(10);
/// The loop closed this long ends a pulsed digit.
const PULSE_DIGIT_END: Ticks = Ticks::ms(250);

#[derive(Debug)]
pub struct Exchange {
    line: ExchangeLine,
    routes: Arc<Routes>,
    state: State,
    loop_: Loop,
    feed: Feed,
    register: DtmfRegister,
    signals: Held,
    dialed: Digits,
    tones: TonePlayer,
    far: CalledOffice,
    /// Incoming calls that are over or were missed.
    incoming_done: usize,
    now: Tick,
    transcript: Transcript,
}

/// The loop as the port's relay leaves it, and the pulses seen in it.
#[derive(Clone, Copy, Debug, Default)]
struct Loop {
    closed: bool,
    since: Tick,
    pulses: u8,
}

/// What the exchange puts on the wires, as last told to the port.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Feed {
    battery: bool,
    reversed: bool,
    ringing: bool,
    /// E&M: off-hook. Ground start: the tip is grounded. R2: the bits.
    off_hook: bool,
    tip: bool,
    bits: u8,
}

impl Feed {
    const IDLE: Feed = Feed {
        battery: true,
        reversed: false,
        ringing: false,
        off_hook: false,
        tip: false,
        bits: 0b1001,
    };
}

impl Exchange {
    pub fn new(line: ExchangeLine, routes: Arc<Routes>) -> Exchange {
        let feed = Feed {
            bits: line.signalling.idle_bits(),
            ..Feed::IDLE
        };
        Exchange {
            transcript: Transcript::with_capacity(line.keep),
            far: CalledOffice::new(line.plan),
            signals: Held::new(&line.signalling),
            line,
            routes,
            state: State::Idle,
            loop_: Loop::default(),
            feed,
            register: DtmfRegister::new(),
            dialed: Digits::EMPTY,
            tones: TonePlayer::default(),
            incoming_done: 0,
            now: Tick::ZERO,
        }
    }

    fn close_loop(&mut self, at: Tick) {
        if self.loop_.closed {
            return;
        }
        let open = at.since(self.loop_.since);
        self.loop_.closed = true;
        self.loop_.since = at;
        match self.state {
            State::Idle => self.seize(at),
            State::Rung { .. } => self.glare(at),
            State::Held { .. } => self.reseize_held(at),
            _ if open < SHORTEST_PULSE => {}
            _ if open <= LONGEST_PULSE => self.pulse(),
            _ => self.flash(at, open),
        }
    }

    fn open_loop(&mut self, at: Tick) {
        if self.loop_.closed {
            self.loop_.closed = false;
            self.loop_.since = at;
        }
    }

    fn pulse(&mut self) {
        self.loop_.pulses = self.loop_.pulses.saturating_add(1);
        if matches!(self.state, State::Register { .. }) {
            self.tones.stop();
        }
    }

    /// What the loop has been doing up to `at`: the end of a pulsed digit, or a release.
    fn watch_loop(&mut self, at: Tick) -> Option<Digit> {
        let lasting = at.since(self.loop_.since);
        if self.loop_.closed && self.loop_.pulses > 0 && lasting >= PULSE_DIGIT_END {
            let pulses = std::mem::take(&mut self.loop_.pulses);
            let digit = Digit::decimal(pulses % 10).filter(|_| pulses <= 10);
            if let Some(digit) = digit {
                self.transcript
                    .note(at, Event::Digit { digit, pulse: true });
            }
            return digit;
        }
        let released = !self.loop_.closed && lasting >= self.line.release;
        if released && !self.state.is_released() {
            self.release(at);
        }
        None
    }

    fn keyed(&mut self, at: Tick, heard: &Samples) -> Option<Digit> {
        let digit = self.register.hear(heard)?;
        self.transcript.note(
            at,
            Event::Digit {
                digit,
                pulse: false,
            },
        );
        Some(digit)
    }

    /// Tells the port what changed on the wires.
    fn drive(&mut self, at: Tick, wanted: Feed, edges: &mut Edges) {
        let mut tell = |changed: bool, edge: Edge, event: Event| {
            if changed {
                let _ = edges.try_push(EdgeAt { at, edge });
                self.transcript.note(at, event);
            }
        };
        let was = self.feed;
        tell(
            was.battery && !wanted.battery,
            Edge::BatteryLost,
            Event::BatteryLost,
        );
        tell(
            !was.battery && wanted.battery,
            Edge::BatteryBack,
            Event::BatteryBack,
        );
        tell(
            !was.reversed && wanted.reversed,
            Edge::PolarityReversed,
            Event::PolarityReversed,
        );
        tell(
            was.reversed && !wanted.reversed,
            Edge::PolarityNormal,
            Event::PolarityNormal,
        );
        tell(
            !was.ringing && wanted.ringing,
            Edge::RingStart,
            Event::RingStart,
        );
        tell(
            was.ringing && !wanted.ringing,
            Edge::RingStop,
            Event::RingStop,
        );
        tell(
            !was.off_hook && wanted.off_hook,
            Edge::FarOffHook,
            Event::FarOffHook,
        );
        tell(
            was.off_hook && !wanted.off_hook,
            Edge::FarOnHook,
            Event::FarOnHook,
        );
        tell(!was.tip && wanted.tip, Edge::TipGround, Event::TipGround);
        tell(was.tip && !wanted.tip, Edge::TipOpen, Event::TipOpen);
        let bits = Abcd::new(wanted.bits);
        tell(was.bits != wanted.bits, Edge::Bits(bits), Event::Bits(bits));
        self.feed = wanted;
    }
}

impl FarEnd for Exchange {
    fn side(&self) -> Side {
        Side::Trunk
    }

    fn frame(&mut self, at: Tick, heard: &Samples, out: &mut Samples, edges: &mut Edges) {
        self.now = at + FRAME_TICKS;
        out.fill(0);
        let connected = self.loop_.closed && self.feed.battery;
        let silence = [0; FRAME];
        let heard = if connected { heard } else { &silence };
        let pulsed = self.watch_loop(at);
        let keyed = if connected && !matches!(self.line.signalling, LineSignalling::R2(_)) {
            self.keyed(at, heard)
        } else {
            None
        };
        self.step(at, heard, keyed.or(pulsed), out);
        let wanted = self.wanted_feed(at);
        self.drive(at, wanted, edges);
        if !connected || !self.feed.battery {
            out.fill(0);
        }
        if self.loop_.closed || !self.state.is_released() {
            self.transcript.keep(at, heard, out);
        }
    }

    fn command(&mut self, at: Tick, command: PortCommand) {
        match command {
            PortCommand::OffHook => {
                if !self.loop_.closed && self.state.is_released() {
                    self.transcript.note(at, Event::OffHook);
                }
                self.close_loop(at);
            }
            PortCommand::OnHook => {
                self.signals.asked = None;
                self.open_loop(at);
            }
            PortCommand::RingGround => {
                self.transcript.note(at, Event::RingGround);
                self.signals.asked = Some(at);
            }
            PortCommand::Bits(bits) if bits.ab() == 0 => self.command(at, PortCommand::OffHook),
            PortCommand::Bits(_) => self.open_loop(at),
            _ => {}
        }
    }

    fn standing(&self) -> Option<Edge> {
        signalling::standing(&self.line.signalling, &self.feed)
    }

    fn hook(&self) -> HookState {
        if self.loop_.closed {
            HookState::OffHook
        } else {
            HookState::OnHook
        }
    }

    fn next_action(&self) -> Option<Tick> {
        let fed = self.feed.battery == self.line.battery;
        let asked = self.signals.asked.is_some() || self.feed.tip;
        let restless = asked || self.line.signalling.is_restless();
        if self.loop_.closed || !matches!(self.state, State::Idle) || !fed || restless {
            return Some(self.now);
        }
        let incoming = self.line.incoming.get(self.incoming_done)?;
        Some(incoming.at)
    }

    fn finished(&self) -> bool {
        matches!(self.state, State::Idle) && self.incoming_done == self.line.incoming.len()
    }

    fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    fn take_transcript(&mut self) -> Transcript {
        std::mem::take(&mut self.transcript)
    }
}
