//! Raw events of a port, before anybody interprets them, and the commands a port takes.

use crate::{
    digits::Digits,
    tick::{Tick, Ticks},
};
use std::fmt;

/// An event of a port and when it happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EdgeAt {
    pub at: Tick,
    pub edge: Edge,
}

/// The four signalling bits of a digital channel, A the highest of the low four.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Abcd(u8);

impl Abcd {
    pub const fn new(bits: u8) -> Abcd {
        Abcd(bits & 0xf)
    }

    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Bits A and B alone, as a number from 0 to 3: the line signals of R2.
    pub const fn ab(self) -> u8 {
        self.0 >> 2
    }
}

impl fmt::Debug for Abcd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04b}", self.0)
    }
}

/// A change on the wires, not interpreted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Edge {
    /// Handset port: loop current flows (the phone went off-hook, or closed after a break).
    LoopClosed,
    /// Handset port: loop current stopped.
    LoopOpen,
    /// Handset port: the driver itself classified a short break as a flash.
    Flash,
    /// Handset port: the driver itself counted dial pulses.
    Pulses(u8),
    /// Trunk: ringing voltage started or stopped.
    RingStart,
    RingStop,
    /// Trunk: the exchange removed battery (loop break, kewl start), or restored it.
    BatteryLost,
    BatteryBack,
    /// Trunk: line polarity against its idle state.
    PolarityReversed,
    PolarityNormal,
    /// Trunk, E&M: the far end went off-hook or on-hook. Told as it is, without a minimum length:
    /// a wink is both.
    FarOffHook,
    FarOnHook,
    /// Trunk, ground start: the exchange grounded the tip, or took the ground off.
    TipGround,
    TipOpen,
    /// Trunk, R2: the signalling bits that come in are these now.
    Bits(Abcd),
    /// The pulse dialing that was commanded is finished.
    PulsesSent,
    AlarmOn,
    AlarmOff,
}

/// What a port can be told to do. All take effect at once; none waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PortCommand {
    /// Trunk: close the loop, or send off-hook on E&M (seize).
    OffHook,
    /// Trunk: open the loop, send on-hook or the idle bits (release). A trunk whose far end has a
    /// state of its own (E&M, ground start, R2) then tells that state as an edge, as it does when
    /// it is opened, so that whoever looks after the trunk from now on knows it.
    OnHook,
    /// Trunk, ground start: ground the ring (ask for service).
    RingGround,
    /// Trunk, R2: send these signalling bits.
    Bits(Abcd),
    /// Handset port: open the loop for this long (disconnect signal to the phone).
    LoopOpen(Ticks),
    /// Handset port: ring the phone, with the cadence of its network, or stop.
    Ring(bool),
    /// Trunk: send these digits as loop pulses; `Edge::PulsesSent` follows.
    Pulse(Digits),
    /// Start or stop moving audio. The port stays reserved and still reports edges.
    Media(bool),
}

/// What a port says of its hook when asked, to be reconciled against what was heard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HookState {
    /// Loop current flows.
    OffHook,
    OnHook,
    Unknown,
}
