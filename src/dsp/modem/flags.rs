//! The rhythm of V.21 flags: six ones and two zeros, again and again.

use super::{LEAST, ModemEvent, Signal};
use crate::{
    data::{HOP, HOP_TICKS, Hop, V21_MARK, V21_SPACE},
    level::power_dbm0,
};
use types::tick::{Tick, Ticks};

#[derive(Clone, Debug)]
pub(super) struct Flags {
    /// Balance of the two tones in the last hops: -1 mark, 1 space.
    balance: [f32; SPAN],
    newest: usize,
    /// Hops in a row in which the two tones explain all.
    explained: u32,
    /// Hops in a row whose span has the rhythm, and hops since.
    rhythm: u32,
    without: u32,
    power: f32,
    share: f32,
    told: bool,
}

/// Hops of three flags.
const SPAN: usize = 16;

/// Part of the balance's movement that the rhythm explains, and the balance's mean: a quarter of
/// the time space.
const EXPLAINED: f32 = 0.82;
const MEAN: std::ops::RangeInclusive<f32> = -0.75..=-0.25;

/// Share of the power that the two tones have.
pub(crate) const TONES: f32 = 0.55;

/// Hops of rhythm that tell it, and without it that end it.
const ENOUGH: u32 = 40;
const MISSES: u32 = 8;

impl Flags {
    pub fn new() -> Flags {
        Flags {
            balance: [0.0; SPAN],
            newest: 0,
            explained: 0,
            rhythm: 0,
            without: 0,
            power: 0.0,
            share: 0.0,
            told: false,
        }
    }

    #[inline(always)]
    pub fn hop(&mut self, hop: &Hop, end: Tick) -> Option<ModemEvent> {
        let total = hop.energy / HOP as f32;
        if total < LEAST || !hop.may_hold([V21_MARK, V21_SPACE], TONES) {
            self.explained = 0;
            return self.miss(end);
        }
        self.measure(hop, total, end)
    }

    fn measure(&mut self, hop: &Hop, total: f32, end: Tick) -> Option<ModemEvent> {
        let (mark, space) = (hop.amplitude(V21_MARK), hop.amplitude(V21_SPACE));
        let both = (mark + space) * (mark + space);
        if both < TONES * total {
            self.explained = 0;
            return self.miss(end);
        }
        self.explained += 1;
        self.newest = (self.newest + 1) % SPAN;
        self.balance[self.newest] = (space - mark) / (space + mark);
        if self.explained < SPAN as u32 || !self.has_rhythm() {
            return self.miss(end);
        }
        self.rhythm += 1;
        self.without = 0;
        self.power += total;
        self.share += (both / total).min(1.0);
        if self.rhythm < ENOUGH || self.told {
            return None;
        }
        self.told = true;
        let hops = self.rhythm as f32;
        Some(ModemEvent::Heard {
            signal: Signal::FaxPreamble,
            start: end - Ticks((SPAN as u64 + u64::from(self.rhythm) - 1) * HOP_TICKS.0),
            level_dbm0: power_dbm0(self.power / hops),
            confidence: (self.share / hops + 0.05).min(1.0),
        })
    }

    #[inline(always)]
    pub fn is_idle(&self) -> bool {
        self.rhythm == 0
    }

    pub fn hears(&self) -> bool {
        self.rhythm >= 4
    }

    #[inline(always)]
    pub fn lost(&mut self) {
        self.explained = 0;
    }

    #[inline(always)]
    fn miss(&mut self, end: Tick) -> Option<ModemEvent> {
        if self.rhythm == 0 {
            return None;
        }
        self.without += 1;
        if self.without <= MISSES {
            return None;
        }
        let told = self.told;
        let explained = self.explained;
        *self = Flags {
            balance: self.balance,
            newest: self.newest,
            explained,
            ..Flags::new()
        };
        told.then_some(ModemEvent::Ended {
            signal: Signal::FaxPreamble,
            at: end - Ticks(u64::from(MISSES) * HOP_TICKS.0),
        })
    }

    /// Whether the balance moves three times in the span, and twice that, and not else.
    fn has_rhythm(&self) -> bool {
        let mean = self.balance.iter().sum::<f32>() / SPAN as f32;
        if !MEAN.contains(&mean) {
            return false;
        }
        let (mut first, mut second) = ((0.0, 0.0), (0.0, 0.0));
        let mut moves = 0.0;
        for (at, &balance) in self.balance.iter().enumerate() {
            let value = balance - mean;
            moves += value * value;
            let (cos, sin) = TURNS[at * 3 % SPAN];
            first = (first.0 + value * cos, first.1 + value * sin);
            let (cos, sin) = TURNS[at * 6 % SPAN];
            second = (second.0 + value * cos, second.1 + value * sin);
        }
        let size = |z: (f32, f32)| z.0 * z.0 + z.1 * z.1;
        let rhythm = 2.0 * (size(first) + size(second)) / SPAN as f32;
        rhythm >= EXPLAINED * moves
    }
}

/// Sixteenths of a turn: cosine and sine.
const TURNS: [(f32, f32); SPAN] = [
    (1.0, 0.0),
    (0.923_879_5, 0.382_683_43),
    (0.707_106_77, 0.707_106_77),
    (0.382_683_43, 0.923_879_5),
    (0.0, 1.0),
    (-0.382_683_43, 0.923_879_5),
    (-0.707_106_77, 0.707_106_77),
    (-0.923_879_5, 0.382_683_43),
    (-1.0, 0.0),
    (-0.923_879_5, -0.382_683_43),
    (-0.707_106_77, -0.707_106_77),
    (-0.382_683_43, -0.923_879_5),
    (0.0, -1.0),
    (0.382_683_43, -0.923_879_5),
    (0.707_106_77, -0.707_106_77),
    (0.923_879_5, -0.382_683_43),
];
