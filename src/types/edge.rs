//! Raw events of a port, before anybody interprets them, and the commands a port takes.

use crate::{
    digits::Digits,
    tick::{Tick, Ticks},
};

/// An event of a port and when it happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EdgeAt {
    pub at: Tick,
    pub edge: Edge,
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
    /// The pulse dialing that was commanded is finished.
    PulsesSent,
    AlarmOn,
    AlarmOff,
}

/// What a port can be told to do. All take effect at once; none waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PortCommand {
    /// Trunk: close the loop (seize).
    OffHook,
    /// Trunk: open the loop (release).
    OnHook,
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
