//! The signalling bits of a trunk, both ways: on a card as its kernel has them, on a simulated trunk as
//! a digital span would carry its signals.

use drivers::dahdi::{bits::Bits, channel::Role, survey};
use sallyport::site::trunk_role;
use types::{
    edge::{Abcd, Edge, PortCommand},
    trunk::TrunkSignalling,
};

/// Where a line's bits are seen.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wires {
    /// It is not signalled by bits.
    None,
    Channel(u16),
    Simulated {
        bits: Bits,
        received: Abcd,
        sent: Abcd,
    },
}

/// What is on the wires at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct BothWays {
    pub received: Abcd,
    pub sent: Abcd,
}

impl Wires {
    /// Those of a simulated trunk, which is idle.
    pub fn simulated(signalling: TrunkSignalling) -> Wires {
        let Role::Bits(bits) = trunk_role(signalling) else {
            return Wires::None;
        };
        let idle = match bits {
            Bits::Em => Edge::FarOnHook,
            Bits::GroundStart => Edge::TipOpen,
            Bits::R2 { .. } => Edge::Bits(bits.idle()),
        };
        let sent = bits.idle();
        Wires::Simulated {
            bits,
            received: bits.far_sends(idle).unwrap_or(sent),
            sent,
        }
    }

    /// The port took a command.
    pub fn commanded(&mut self, command: PortCommand) {
        if let Wires::Simulated { bits, sent, .. } = self {
            *sent = bits.sent(command).unwrap_or(*sent);
        }
    }

    /// The far end did something.
    pub fn told(&mut self, edge: Edge) {
        if let Wires::Simulated { bits, received, .. } = self {
            *received = bits.far_sends(edge).unwrap_or(*received);
        }
    }

    pub fn now(&self) -> Option<BothWays> {
        match *self {
            Wires::None => None,
            Wires::Channel(number) => survey::bits(number).map(|found| BothWays {
                received: found.received,
                sent: found.sent,
            }),
            Wires::Simulated { received, sent, .. } => Some(BothWays { received, sent }),
        }
    }
}
