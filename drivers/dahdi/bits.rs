//! Trunks on a digital span whose hooks and grounds are bits.
//!
//! Such a channel is configured as `cas`: the kernel passes the four bits on as they are and
//! interprets nothing. Its own E&M and ground start would hide what a trunk must be judged by:
//! they filter winks by times of their own, hold an on-hook back until they are sure, and R2 they
//! do not know. One way for all three leaves times and meaning to the controller. The idle bits of
//! the channel's configuration are what the kernel sends when the controller dies: they must be
//! those of an idle trunk, [`Bits::idle`].
//!
//! Limits: the kernel tells that bits have changed, not when nor to what, and keeps only those that
//! came last. A change is stamped when it is read, and bits that were there between two readings
//! and are so no longer have never been.
//!
//! | | idle | seized | the far end, idle | the far end, else |
//! |---|---|---|---|---|
//! | E&M | 0000 | 1111 | A = 0 | A = 1: off-hook |
//! | ground start | 0101 | 0000: ring ground, 1111: loop | A = 1: tip open | 01: tip ground, B = 0: ringing |
//! | R2 | 10 and C, D | as commanded | told as they are | |

use arrayvec::ArrayVec;
use types::edge::{Abcd, Edge, PortCommand};

/// What the bits of a channel stand for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bits {
    Em,
    /// The telephone's side of a ground start line.
    GroundStart,
    /// R2, with bits C and D that never change.
    R2 {
        cd: u8,
    },
}

const ON: Abcd = Abcd::new(0b1111);
const OFF: Abcd = Abcd::new(0b0000);
/// Ground start: loop open from us, tip ground from the exchange.
const B_ALONE: Abcd = Abcd::new(0b0101);

impl Bits {
    /// What an idle trunk sends.
    pub fn idle(self) -> Abcd {
        match self {
            Bits::Em => OFF,
            Bits::GroundStart => B_ALONE,
            Bits::R2 { cd } => Abcd::new(0b1000 | cd),
        }
    }

    /// What a command sends; `None` when it means nothing here.
    pub fn sent(self, command: PortCommand) -> Option<Abcd> {
        match (self, command) {
            (_, PortCommand::OnHook) => Some(self.idle()),
            (Bits::Em | Bits::GroundStart, PortCommand::OffHook) => Some(ON),
            (Bits::GroundStart, PortCommand::RingGround) => Some(OFF),
            (Bits::R2 { .. }, PortCommand::Bits(bits)) => Some(bits),
            _ => None,
        }
    }

    /// The far end's state as an edge.
    pub fn standing(self, bits: Abcd) -> Edge {
        match self {
            Bits::Em if a(bits) => Edge::FarOffHook,
            Bits::Em => Edge::FarOnHook,
            Bits::GroundStart if grounded(bits) => Edge::TipGround,
            Bits::GroundStart => Edge::TipOpen,
            Bits::R2 { .. } => Edge::Bits(bits),
        }
    }

    /// What changed at the far end.
    pub fn told(self, before: Abcd, now: Abcd) -> ArrayVec<Edge, 2> {
        let mut edges = ArrayVec::new();
        if self.standing(before) != self.standing(now) {
            edges.push(self.standing(now));
        }
        if self == Bits::GroundStart && b(before) != b(now) {
            edges.push(if b(now) {
                Edge::RingStop
            } else {
                Edge::RingStart
            });
        }
        edges
    }

    /// The exchange's side: what it sends for an edge of its own.
    pub fn far_sends(self, edge: Edge) -> Option<Abcd> {
        match (self, edge) {
            (Bits::Em, Edge::FarOffHook) => Some(ON),
            (Bits::Em, Edge::FarOnHook) => Some(OFF),
            (Bits::GroundStart, Edge::TipGround | Edge::RingStop) => Some(B_ALONE),
            (Bits::GroundStart, Edge::TipOpen) => Some(ON),
            (Bits::GroundStart, Edge::RingStart) => Some(OFF),
            (Bits::R2 { .. }, Edge::Bits(bits)) => Some(bits),
            _ => None,
        }
    }

    /// The exchange's side: what the bits that it receives command.
    pub fn far_takes(self, bits: Abcd) -> PortCommand {
        match self {
            Bits::Em | Bits::GroundStart if a(bits) => PortCommand::OffHook,
            Bits::GroundStart if !b(bits) => PortCommand::RingGround,
            Bits::R2 { .. } if !a(bits) => PortCommand::Bits(bits),
            _ => PortCommand::OnHook,
        }
    }
}

fn a(bits: Abcd) -> bool {
    bits.bits() & 0b1000 != 0
}

fn b(bits: Abcd) -> bool {
    bits.bits() & 0b0100 != 0
}

/// An exchange that rings has grounded the tip.
fn grounded(bits: Abcd) -> bool {
    !a(bits) || !b(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bit_that_means_nothing_tells_nothing() {
        let told = |bits: Bits, from, to| bits.told(Abcd::new(from), Abcd::new(to)).to_vec();
        assert_eq!(told(Bits::Em, 0b0000, 0b0111), []);
        assert_eq!(told(Bits::Em, 0b0111, 0b1111), [Edge::FarOffHook]);
        assert_eq!(told(Bits::GroundStart, 0b1111, 0b1100), []);
    }

    #[test]
    fn ringing_keeps_the_tip_grounded() {
        let told = |from, to| {
            Bits::GroundStart
                .told(Abcd::new(from), Abcd::new(to))
                .to_vec()
        };
        assert_eq!(told(0b1111, 0b0000), [Edge::TipGround, Edge::RingStart]);
        assert_eq!(told(0b0000, 0b0101), [Edge::RingStop]);
        assert_eq!(told(0b0101, 0b1111), [Edge::TipOpen]);
    }

    #[test]
    fn what_one_side_sends_the_other_takes() {
        for (bits, command) in [
            (Bits::Em, PortCommand::OffHook),
            (Bits::Em, PortCommand::OnHook),
            (Bits::GroundStart, PortCommand::RingGround),
            (Bits::GroundStart, PortCommand::OffHook),
            (Bits::GroundStart, PortCommand::OnHook),
            (Bits::R2 { cd: 1 }, PortCommand::Bits(Abcd::new(0b0001))),
            (Bits::R2 { cd: 1 }, PortCommand::OnHook),
        ] {
            let sent = bits.sent(command).expect("it is sent");
            assert_eq!(bits.far_takes(sent), command, "{bits:?}");
        }
        for (bits, edge) in [
            (Bits::Em, Edge::FarOffHook),
            (Bits::Em, Edge::FarOnHook),
            (Bits::GroundStart, Edge::TipGround),
            (Bits::GroundStart, Edge::TipOpen),
            (Bits::R2 { cd: 1 }, Edge::Bits(Abcd::new(0b1101))),
        ] {
            let sent = bits.far_sends(edge).expect("it is sent");
            assert_eq!(bits.standing(sent), edge, "{bits:?}");
        }
    }
}
