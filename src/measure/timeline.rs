//! What happened on the wires, in order, with its times.
//!
//! What: each raw edge with when it came, how long the state before it had lasted, and what that
//! length usually is; and what only a sequence tells (a ring's cadence, a disconnect).
//!
//! Limits: times are those of the edges: a sample in simulation, the card's debounce and a block on
//! a card (3 ms and 10 ms).

use types::{
    edge::{Edge, EdgeAt},
    tick::{Tick, Ticks},
};

/// An edge in its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    pub at: Tick,
    pub edge: Edge,
    /// Since the edge that began the state which this one ends.
    pub lasted: Option<Ticks>,
}

/// The edges of a line, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    entries: Vec<Entry>,
}

impl Timeline {
    pub fn edge(&mut self, edge: EdgeAt) -> Entry {
        let opposite = begun_by(edge.edge);
        let begin = self.entries.iter().rev().find(|e| Some(e.edge) == opposite);
        let entry = Entry {
            at: edge.at,
            edge: edge.edge,
            lasted: begin.map(|begin| edge.at.since(begin.at)),
        };
        self.entries.push(entry);
        entry
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

/// The edge that began what this one ends.
fn begun_by(edge: Edge) -> Option<Edge> {
    Some(match edge {
        Edge::LoopOpen => Edge::LoopClosed,
        Edge::LoopClosed => Edge::LoopOpen,
        Edge::RingStop => Edge::RingStart,
        Edge::RingStart => Edge::RingStop,
        Edge::BatteryBack => Edge::BatteryLost,
        Edge::BatteryLost => Edge::BatteryBack,
        Edge::PolarityNormal => Edge::PolarityReversed,
        Edge::PolarityReversed => Edge::PolarityNormal,
        Edge::AlarmOff => Edge::AlarmOn,
        Edge::FarOffHook => Edge::FarOnHook,
        Edge::FarOnHook => Edge::FarOffHook,
        Edge::TipGround => Edge::TipOpen,
        Edge::TipOpen => Edge::TipGround,
        _ => return None,
    })
}

impl Entry {
    /// What was seen, in a technician's words.
    pub fn words(&self) -> String {
        words(self.edge)
    }

    /// What a state of that length usually was.
    pub fn usual(&self) -> Option<&'static str> {
        let ms = self.lasted?.as_ms();
        Some(match (self.edge, ms) {
            (Edge::LoopClosed, 0..20) => "contact bounce",
            (Edge::LoopClosed, 20..120) => "a dial pulse",
            (Edge::LoopClosed, 120..400) => "a hook flash",
            (Edge::LoopClosed, _) => "it was on-hook",
            (Edge::BatteryBack, 0..100) => "a hit on the line, no disconnect",
            (Edge::BatteryBack, 100..350) => "a short loop break: less than most exchanges give",
            (Edge::BatteryBack, 350..1500) => "a disconnect signal (kewl start)",
            (Edge::BatteryBack, _) => "the line was dead",
            (Edge::RingStop, 1500..2500) => "an American ring (2 s on, 4 s off)",
            (Edge::RingStop, 300..500) => "a British ring (0.4 s twice)",
            (Edge::RingStop, 800..1200) => "a European ring (1 s on, 4 or 5 s off)",
            _ => return None,
        })
    }
}

/// An edge in a technician's words.
pub fn words(edge: Edge) -> String {
    match edge {
        Edge::LoopClosed => "loop closed".into(),
        Edge::LoopOpen => "loop open".into(),
        Edge::Flash => "flash (told by the card)".into(),
        Edge::Pulses(count) => format!("{count} dial pulses (told by the card)"),
        Edge::RingStart => "ringing begins".into(),
        Edge::RingStop => "ringing stops".into(),
        Edge::BatteryLost => "battery lost".into(),
        Edge::BatteryBack => "battery back".into(),
        Edge::PolarityReversed => "polarity reversed".into(),
        Edge::PolarityNormal => "polarity normal".into(),
        Edge::FarOffHook => "the far end is off-hook".into(),
        Edge::FarOnHook => "the far end is on-hook".into(),
        Edge::TipGround => "tip grounded".into(),
        Edge::TipOpen => "tip open".into(),
        Edge::Bits(bits) => format!("signalling bits {bits:?}"),
        Edge::PulsesSent => "our dial pulses are sent".into(),
        Edge::AlarmOn => "span alarm".into(),
        Edge::AlarmOff => "span alarm over".into(),
    }
}
