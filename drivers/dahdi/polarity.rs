//! A trunk's polarity against that at rest, of which the kernel tells only that it changed.
//!
//! What: whether the line is reversed, from the changes.
//! How: a line that is on-hook and has kept its polarity for [`RESTS`] is at rest, and as it is
//!   then, it is normal. So a change that was missed, or a reversal that the exchange keeps, ends
//!   with its call.
//! Limits: within a call a missed change turns the meaning of the next one round.

use types::{
    edge::Edge,
    tick::{Tick, Ticks},
};

/// How long the polarity stays on-hook before it counts as that at rest.
pub const RESTS: Ticks = Ticks::secs(1);

#[derive(Clone, Copy, Default, Debug)]
pub struct Polarity {
    reversed: bool,
    /// When the line will be at rest, if nothing happens to it.
    rests_at: Option<Tick>,
}

impl Polarity {
    /// The kernel told of a change.
    pub fn changed(&mut self, now: Tick, off_hook: bool) -> Edge {
        self.reversed = !self.reversed;
        self.rests_at = (!off_hook).then_some(now + RESTS);
        if self.reversed {
            Edge::PolarityReversed
        } else {
            Edge::PolarityNormal
        }
    }

    pub fn off_hook(&mut self) {
        self.rests_at = None;
    }

    pub fn on_hook(&mut self, now: Tick) {
        self.rests_at = self.reversed.then_some(now + RESTS);
    }

    /// Time alone: a line that came to rest reversed is normal from now on.
    pub fn passed(&mut self, now: Tick) -> Option<Edge> {
        self.rests_at.take_if(|at| *at <= now)?;
        std::mem::take(&mut self.reversed).then_some(Edge::PolarityNormal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Tick {
        Tick::ZERO + Ticks::ms(ms)
    }

    #[test]
    fn a_call_ends_with_the_line_as_it_began() {
        let mut line = Polarity::default();
        line.off_hook();
        assert_eq!(line.changed(at(0), true), Edge::PolarityReversed);
        assert_eq!(line.passed(at(60_000)), None);
        line.on_hook(at(60_000));
        assert_eq!(line.changed(at(60_400), false), Edge::PolarityNormal);
        assert_eq!(line.passed(at(70_000)), None);
    }

    #[test]
    fn a_reversal_that_stays_is_normal_once_the_line_rests() {
        let mut line = Polarity::default();
        line.changed(at(0), true);
        line.on_hook(at(1000));
        assert_eq!(line.passed(at(1999)), None);
        assert_eq!(line.passed(at(2000)), Some(Edge::PolarityNormal));
        line.off_hook();
        assert_eq!(line.changed(at(3000), true), Edge::PolarityReversed);
    }

    #[test]
    fn a_line_that_is_seized_before_it_rests_keeps_what_it_was() {
        let mut line = Polarity::default();
        line.changed(at(0), true);
        line.on_hook(at(1000));
        line.off_hook();
        assert_eq!(line.passed(at(5000)), None);
        assert_eq!(line.changed(at(6000), true), Edge::PolarityNormal);
    }
}
