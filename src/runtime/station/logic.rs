//! The line that a station runs.

use line::{Input, Outputs, keeper::TrunkState};
use types::tick::Tick;

/// What a station needs of a line. [`line::Line`] is the one there is; tests script others.
pub trait LineLogic: Send {
    fn handle(&mut self, now: Tick, input: Input<'_>) -> Outputs;
    fn deadline(&self) -> Option<Tick>;
    fn phase(&self) -> &'static str;
    /// Whether the phone is being told something.
    fn speaks(&self) -> bool {
        false
    }
    /// The state of the phone's own trunk.
    fn own_trunk(&self, _now: Tick) -> Option<TrunkState> {
        None
    }
}

impl LineLogic for line::Line {
    fn handle(&mut self, now: Tick, input: Input<'_>) -> Outputs {
        line::Line::handle(self, now, input)
    }

    fn deadline(&self) -> Option<Tick> {
        line::Line::deadline(self)
    }

    fn phase(&self) -> &'static str {
        line::Line::phase(self)
    }

    fn speaks(&self) -> bool {
        line::Line::speaks(self)
    }

    fn own_trunk(&self, now: Tick) -> Option<TrunkState> {
        line::Line::own_trunk(self, now)
    }
}
