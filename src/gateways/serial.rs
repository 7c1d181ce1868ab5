//! A card reader's serial port: opened when it is there, and again when it comes back.

use crate::card_reader::{Decoder, Fault, Format, Reading};
use serialport::{DataBits, FlowControl, Parity, SerialPort, StopBits, TTYPort};
use std::{
    io::{ErrorKind, Read},
    os::fd::{AsRawFd, RawFd},
    path::PathBuf,
    time::Duration,
};
use types::{
    credential::CardNumber,
    secret::Secret,
    tick::{Tick, Ticks},
};

/// A port that is not there is tried this often.
const TRY_EACH: Ticks = Ticks::secs(5);
/// Octets taken from a port at once, and how often in one turn: a flood of one reader keeps no other
/// waiting.
const AT_ONCE: usize = 256;
const READS_A_TURN: usize = 4;

/// What a reader is connected to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wire {
    pub port: PathBuf,
    pub baud: u32,
    pub parity: ParityBit,
    pub format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParityBit {
    /// Eight bits.
    None,
    /// Seven bits and one that makes their sum even, or odd.
    Even,
    Odd,
}

/// What happened at a reader.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    Card(Secret<CardNumber>),
    Bad(Fault),
    /// It can't be opened, or was lost: told once, until it works again.
    Lost(String),
    Works,
}

/// A reader, whether it is there or not.
#[derive(Debug)]
pub struct Reader {
    wire: Wire,
    port: Option<TTYPort>,
    decoder: Decoder,
    try_at: Tick,
    told_lost: bool,
    /// A turn left octets for the next.
    more: bool,
}

impl Reader {
    /// Nothing is opened yet.
    pub fn new(wire: Wire) -> Reader {
        Reader {
            decoder: Decoder::new(wire.format),
            wire,
            port: None,
            try_at: Tick::ZERO,
            told_lost: false,
            more: false,
        }
    }

    /// The descriptor to wait on, while the port is open. It becomes readable, or breaks, when there is
    /// something to take.
    pub fn descriptor(&self) -> Option<RawFd> {
        self.port.as_ref().map(AsRawFd::as_raw_fd)
    }

    /// When it wants its next turn though nothing comes.
    pub fn deadline(&self, now: Tick) -> Option<Tick> {
        match self.port {
            None => Some(self.try_at),
            Some(_) if self.more => Some(now),
            Some(_) => self.decoder.deadline(),
        }
    }

    /// Takes what has come; never waits.
    pub fn turn(&mut self, now: Tick, mut told: impl FnMut(Event)) {
        if self.port.is_none() {
            if now < self.try_at {
                return;
            }
            match open(&self.wire) {
                Ok(port) => {
                    self.port = Some(port);
                    self.decoder.reset();
                    if std::mem::take(&mut self.told_lost) {
                        told(Event::Works);
                    }
                }
                Err(why) => return self.lost(now, why.to_string(), told),
            }
        }
        if let Err(why) = self.take(now, &mut told) {
            self.lost(now, why, told);
        }
    }

    fn take(&mut self, now: Tick, told: &mut impl FnMut(Event)) -> Result<(), String> {
        let Some(port) = &mut self.port else {
            return Ok(());
        };
        let decoder = &mut self.decoder;
        let mut octets = Secret::new([0; AT_ONCE]);
        self.more = true;
        for _ in 0..READS_A_TURN {
            let count = match port.read(octets.expose_mut()) {
                Ok(0) => return Err("the reader is gone".to_owned()),
                Ok(count) => count,
                Err(error) if is_nothing(error.kind()) => {
                    self.more = error.kind() == ErrorKind::Interrupted;
                    break;
                }
                Err(error) => return Err(error.to_string()),
            };
            let come = &octets.expose()[..count];
            decoder.octets(now, come, |reading| told(event(reading)));
        }
        if let Some(reading) = decoder.time(now) {
            told(event(reading));
        }
        Ok(())
    }

    /// The port can't be used: it is given up, and tried again as one that was unplugged.
    pub fn lost(&mut self, now: Tick, why: String, mut told: impl FnMut(Event)) {
        self.port = None;
        self.decoder.reset();
        self.try_at = now + TRY_EACH;
        if !std::mem::replace(&mut self.told_lost, true) {
            told(Event::Lost(why));
        }
    }
}

fn event(reading: Reading) -> Event {
    match reading {
        Reading::Card(card) => Event::Card(card),
        Reading::Bad(fault) => Event::Bad(fault),
    }
}

fn is_nothing(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::TimedOut | ErrorKind::WouldBlock | ErrorKind::Interrupted
    )
}

fn open(wire: &Wire) -> serialport::Result<TTYPort> {
    let (bits, parity) = match wire.parity {
        ParityBit::None => (DataBits::Eight, Parity::None),
        ParityBit::Even => (DataBits::Seven, Parity::Even),
        ParityBit::Odd => (DataBits::Seven, Parity::Odd),
    };
    let path = wire.port.to_string_lossy();
    let port = serialport::new(path, wire.baud)
        .data_bits(bits)
        .parity(parity)
        .stop_bits(StopBits::One)
        .flow_control(FlowControl::None)
        .timeout(Duration::ZERO)
        .open_native()?;
    // What came before anybody listened is nobody's card now.
    port.clear(serialport::ClearBuffer::Input)?;
    Ok(port)
}
