//! What there is: spans and their channels, as the control device tells them. Nothing is opened that
//! a call could be on, and nothing is changed.

use super::ioctl::{self, Params, SpanInfo};
use crate::port::PortError;
use nix::errno::Errno;
use std::fs::File;
use types::frame::Law;

/// A span's state and what its card has counted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Span {
    pub number: u16,
    pub name: String,
    pub description: String,
    pub kind: String,
    pub alarms: Vec<&'static str>,
    /// Channels, configured and in all.
    pub configured: u16,
    pub channels: u16,
    /// The span that gives the clock; 0 is its own.
    pub clock_from: u16,
    pub counters: SpanCounters,
}

/// Errors that a card has counted; cards without a counter keep it at zero.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct SpanCounters {
    pub bipolar_violations: u32,
    pub crc4: u32,
    pub e_bits: u32,
    pub frame_alignment: u32,
    pub framing: u32,
    pub code_violations: u32,
    pub bit_errors: u32,
    pub errored_seconds: u32,
    pub missed_interrupts: u32,
}

/// How a channel is configured, and its state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChannelState {
    pub number: u16,
    pub span: u16,
    pub name: String,
    pub signalling: Signalling,
    pub law: Law,
    /// Off-hook as the channel receives it: the phone's, or on a trunk that it rings.
    pub receives_off_hook: bool,
    pub in_alarm: bool,
}

/// The kinds of signalling that DAHDI has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signalling {
    None,
    /// It feeds a telephone (fxo signalling): loop start, ground start, kewl start.
    FeedsPhone(Start),
    /// It is a telephone on an exchange's line (fxs signalling).
    Trunk(Start),
    EAndM,
    Clear,
    Cas,
    Other(i32),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Start {
    Loop,
    Ground,
    Kewl,
}

impl Signalling {
    fn of(bits: i32) -> Signalling {
        const FXO: i32 = 1 << 12;
        const FXS: i32 = 1 << 13;
        match bits {
            0 => Signalling::None,
            b if b == 1 | FXS => Signalling::Trunk(Start::Loop),
            b if b == 2 | FXS => Signalling::Trunk(Start::Ground),
            b if b == 4 | FXS => Signalling::Trunk(Start::Kewl),
            b if b == 8 | FXO => Signalling::FeedsPhone(Start::Loop),
            b if b == 16 | FXO => Signalling::FeedsPhone(Start::Ground),
            b if b == 32 | FXO => Signalling::FeedsPhone(Start::Kewl),
            64 => Signalling::EAndM,
            128 => Signalling::Clear,
            0x8000 => Signalling::Cas,
            other => Signalling::Other(other),
        }
    }

    /// The word that DAHDI's own configuration has for it.
    pub fn word(self) -> &'static str {
        match self {
            Signalling::None => "none",
            Signalling::FeedsPhone(Start::Loop) => "fxols",
            Signalling::FeedsPhone(Start::Ground) => "fxogs",
            Signalling::FeedsPhone(Start::Kewl) => "fxoks",
            Signalling::Trunk(Start::Loop) => "fxsls",
            Signalling::Trunk(Start::Ground) => "fxsgs",
            Signalling::Trunk(Start::Kewl) => "fxsks",
            Signalling::EAndM => "e&m",
            Signalling::Clear => "clear",
            Signalling::Cas => "cas",
            Signalling::Other(_) => "other",
        }
    }
}

/// The control device.
#[derive(Debug)]
pub struct Control(File);

/// Spans are numbered from 1; this is the most that DAHDI has.
const MOST_SPANS: u16 = 128;

impl Control {
    /// # Errors
    /// [`PortError::Gone`] where DAHDI is not loaded, [`PortError::Denied`] without permission.
    pub fn open() -> Result<Control, PortError> {
        let file = File::options()
            .read(true)
            .write(true)
            .open("/dev/dahdi/ctl");
        file.map(Control).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => PortError::Gone,
            std::io::ErrorKind::PermissionDenied => PortError::Denied,
            _ => PortError::Driver(error.raw_os_error().unwrap_or_default()),
        })
    }

    /// All spans there are.
    pub fn spans(&self) -> Result<Vec<Span>, PortError> {
        let mut spans = Vec::new();
        for number in 1..=MOST_SPANS {
            match ioctl::span(&self.0, i32::from(number)) {
                Ok(info) => spans.push(span(number, &info)),
                // Spans may have gaps between their numbers.
                Err(Errno::EINVAL | Errno::ENODEV | Errno::ENXIO | Errno::ENOSYS) => {}
                Err(error) => return Err(PortError::Driver(error as i32)),
            }
        }
        Ok(spans)
    }

    /// A channel's state; none where there is no such channel.
    pub fn channel(&self, number: u16) -> Result<Option<ChannelState>, PortError> {
        match ioctl::params(&self.0, number) {
            Ok(params) => Ok(Some(channel(number, &params))),
            Err(Errno::EINVAL | Errno::ENODEV | Errno::ENXIO) => Ok(None),
            Err(error) => Err(PortError::Driver(error as i32)),
        }
    }
}

fn span(number: u16, info: &SpanInfo) -> Span {
    // Copies: the fields of a packed structure can't be referred to.
    let [bipolar_violations, crc4, e_bits, frame_alignment] = { info.errors }.map(|n| n as u32);
    let [framing, code_violations, bit_errors, _, errored_seconds] = { info.counts };
    Span {
        number,
        name: text(&{ info.name }),
        description: text(&{ info.desc }),
        kind: text(&{ info.spantype }),
        alarms: alarms(info.alarms),
        configured: info.numchans as u16,
        channels: info.totalchans as u16,
        clock_from: info.syncsrc as u16,
        counters: SpanCounters {
            bipolar_violations,
            crc4,
            e_bits,
            frame_alignment,
            framing,
            code_violations,
            bit_errors,
            errored_seconds,
            missed_interrupts: info.irqmisses as u32,
        },
    }
}

fn channel(number: u16, params: &Params) -> ChannelState {
    const A_LAW: i32 = 2;
    ChannelState {
        number,
        span: params.spanno as u16,
        name: text(&params.name),
        signalling: Signalling::of(params.sigtype),
        law: if params.curlaw == A_LAW {
            Law::A
        } else {
            Law::Mu
        },
        receives_off_hook: params.rxisoffhook != 0,
        in_alarm: params.chan_alarms != 0,
    }
}

fn alarms(bits: i32) -> Vec<&'static str> {
    const NAMES: [(i32, &str); 8] = [
        (1, "recovering"),
        (2, "loopback"),
        (4, "yellow"),
        (8, "red"),
        (16, "blue"),
        (32, "not open"),
        (256, "loss of signal"),
        (512, "loss of frame"),
    ];
    let set = NAMES.iter().filter(|(bit, _)| bits & bit != 0);
    set.map(|(_, name)| *name).collect()
}

/// Text up to its zero.
fn text(octets: &[u8]) -> String {
    let end = octets.iter().position(|&o| o == 0).unwrap_or(octets.len());
    String::from_utf8_lossy(&octets[..end]).into_owned()
}
