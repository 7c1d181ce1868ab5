//! Looks for the pulses of a dial that were not heard as clicks: in the gaps of a comb, after it and before
//! it.

use super::{
    Combs, JITTER, JITTER_MS,
    alike::{Found, Past, Template, power},
};
use crate::click::Click;
use types::tick::Tick;

/// A comb and what its clicks sound like.
#[derive(Debug)]
pub(super) struct Search {
    /// Of the breaks and the makes, if any were heard.
    templates: [Option<Template>; 2],
    /// Ticks.
    period: i64,
    open: i64,
    slack: usize,
    /// Mean square between the clicks.
    noise: f32,
    /// Where the breaks of the first and of the last pulse are.
    first: i64,
    last: i64,
}

/// Natural logarithm of the odds above which a pulse is there, as many places are tried; and the most
/// that a click counts.
const THERE: f32 = 10.0;
const MOST_ODDS: f32 = 40.0;

impl Search {
    pub fn new(combs: &Combs, train: &[Click], past: &Past) -> Option<Search> {
        let pace = &combs.pace;
        let pulses = &pace.clicks[..usize::from(combs.pulses)];
        let when = |click: u8| train[usize::from(click)].at;
        let side = |side: usize| pulses.iter().filter_map(move |p| p[side]).map(when);
        let open = (8.0 * pace.period * pace.open) as i64;
        let break_of = |pulse: &[Option<u8>; 2]| match *pulse {
            [Some(click), _] => Some(when(click).0 as i64),
            [None, Some(click)] => Some(when(click).0 as i64 - open),
            [None, None] => None,
        };
        let first = break_of(pulses.first()?)?;
        let last = break_of(pulses.last()?)?;
        let period = match pulses.len() as i64 - 1 {
            0 => (8.0 * pace.period) as i64,
            steps => (last - first) / steps,
        };
        let mut search = Search {
            templates: [0, 1].map(|n| Template::of(past, side(n))),
            period,
            open,
            slack: (8.0 * (JITTER_MS + JITTER * pace.period)) as usize,
            noise: 0.0,
            first,
            last,
        };
        search.noise = search.between(past, pulses.len())?;
        Some(search)
    }

    /// Mean square between the clicks, away from what they ring on.
    fn between(&self, past: &Past, pulses: usize) -> Option<f32> {
        const AFTER: i64 = 96;
        const BEFORE: i64 = 24;
        /// What rounding makes.
        const LEAST: f32 = 1.0;
        let gap = if self.open > 0 {
            self.open
        } else {
            self.period
        };
        let length = (gap - AFTER - BEFORE).max(40) as usize;
        let mut sum = 0.0;
        for pulse in 0..pulses as i64 {
            let from = self.first + pulse * self.period + AFTER;
            sum += power(past, Tick(u64::try_from(from).ok()?), length)?;
        }
        Some((sum / pulses as f32).max(LEAST))
    }

    /// How many of the clicks that are missing within the comb are there.
    pub fn within(&self, past: &Past, pulses: &[[Option<u8>; 2]]) -> f32 {
        let mut count = 0.0;
        for (n, pulse) in (0i64..).zip(pulses) {
            let opens = self.first + n * self.period;
            for (side, at) in [(0, opens), (1, opens + self.open)] {
                if pulse[side].is_some() || (side == 1 && self.open == 0) {
                    continue;
                }
                let found = self.find(past, side, at);
                count += f32::from(u8::from(found.is_some_and(|f| f.odds > THERE)));
            }
        }
        count
    }

    fn find(&self, past: &Past, side: usize, at: i64) -> Option<Found> {
        let template = self.templates[side].as_ref()?;
        template.find(past, Tick(u64::try_from(at).ok()?), self.slack, self.noise)
    }

    /// The next pulse after the last, or before the first, if it is there: its outermost click, and how
    /// many of its clicks there are.
    pub fn step(&mut self, past: &Past, later: bool) -> Option<(Tick, f32)> {
        let expected = if later {
            self.last + self.period
        } else {
            self.first - self.period
        };
        let opens = self.find(past, 0, expected);
        let heard = opens.filter(|found| found.odds > 0.0);
        let from = heard.map_or(expected, |found| found.at.0 as i64);
        let closes = if self.open > 0 {
            self.find(past, 1, from + self.open)
        } else {
            None
        };
        let both = [opens, closes];
        let odds = |found: &Option<Found>| {
            found.map_or(0.0, |found| found.odds.clamp(-MOST_ODDS, MOST_ODDS))
        };
        if both.iter().map(odds).sum::<f32>() <= THERE {
            return None;
        }
        let mut there = both.iter().flatten().filter(|found| found.odds > 0.0);
        let count = there.clone().count() as f32;
        let place = if later {
            self.last = from;
            there.next_back()
        } else {
            self.first = from;
            there.next()
        };
        Some((place?.at, count))
    }
}
