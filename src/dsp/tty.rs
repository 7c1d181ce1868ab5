//! Text telephones (TTY, Baudot).
//!
//! What: presence of a text telephone, with its speed, from its second character at the latest.
//!
//! How: each 5 ms the amplitudes at mark and space give the balance of the two, which moves
//! linearly while a bit changes within the hop: the time of each edge is known to a millisecond.
//! A character is a start bit, five data bits and a stop bit whose edges all lie at multiples of
//! the bit time after its first edge. Characters that follow each other, or one behind a carrier,
//! with enough edges between them, are a text telephone.
//!
//! Limits: 1400 Hz mark, 1800 Hz space, within 1 %; 45.45 and 50 bit/s within 4 % (TIA-825-A, 3;
//! ITU-T V.18, annex A); 0 to -35 dBm0, signal to noise 10 dB.

use crate::{
    data::{HOP, HOP_TICKS, Hop, TTY_MARK, TTY_SPACE},
    level::power_dbm0,
    modem::LEAST,
};
use arrayvec::ArrayVec;
use types::tick::{Tick, Ticks};

/// Bits a second.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Speed {
    /// 45.45: North America.
    Baud45,
    Baud50,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum TtyEvent {
    /// A text telephone sends, since `start`; told once until it has stopped.
    Began {
        speed: Speed,
        start: Tick,
        level_dbm0: f32,
        /// 0 to 1.
        confidence: f32,
    },
    /// It was last heard at `at`, and has been still for two seconds.
    Ended { at: Tick },
}

/// The detector. One a leg, fed by [`DataSignals`](crate::data::DataSignals).
#[derive(Clone, Debug)]
pub(crate) struct Tty {
    /// What the line carried in the last settled hop.
    state: State,
    since: Tick,
    /// Balance of the one hop that may lie between two states.
    between: Option<f32>,
    character: Option<Character>,
    seen: Seen,
    told: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// Neither mark nor space.
    Other,
    Mark,
    Space,
}

/// A character that is being received.
#[derive(Clone, Debug)]
struct Character {
    start: Tick,
    /// Edges after the first, in ms from it.
    edges: ArrayVec<f32, 6>,
}

/// What speaks for a text telephone so far.
#[derive(Clone, Copy, Debug)]
struct Seen {
    start: Tick,
    last: Tick,
    characters: u32,
    edges: u32,
    /// Mean squares of the edges' errors at the two speeds, summed.
    errors: [f32; 2],
    power: f32,
    share: f32,
    hops: f32,
}

const BIT_MS: [f32; 2] = [22.0, 20.0];
const SPEEDS: [Speed; 2] = [Speed::Baud45, Speed::Baud50];

/// How far an edge may lie from a multiple of the bit time.
const EDGE_MS: f32 = 4.5;

/// Share of the power that mark and space explain, and the balance of a settled bit.
pub(crate) const EXPLAINED: f32 = 0.6;
const SETTLED: f32 = 0.6;

/// A mark of this length before the first character is a carrier (TIA-825-A asks for 150 ms).
const CARRIER: Ticks = Ticks::ms(100);

/// Edges in all characters together that make it certain.
const EDGES: u32 = 6;

/// Between two characters of one text.
const APART: Ticks = Ticks::secs(2);

impl Tty {
    pub fn new() -> Tty {
        Tty {
            state: State::Other,
            since: Tick::ZERO,
            between: None,
            character: None,
            seen: Seen::NOTHING,
            told: false,
        }
    }

    #[inline(always)]
    pub fn hop(&mut self, hop: &Hop, end: Tick) -> Option<TtyEvent> {
        let total = hop.energy / HOP as f32;
        let other = total < LEAST || !hop.may_hold([TTY_MARK, TTY_SPACE], EXPLAINED);
        if other && self.state == State::Other {
            return self.silence(end);
        }
        self.follow(hop, total, end)
    }

    fn follow(&mut self, hop: &Hop, total: f32, end: Tick) -> Option<TtyEvent> {
        match self.balance(hop, total) {
            None => self.become_state(State::Other, end - HOP_TICKS),
            Some(balance) if balance.abs() < SETTLED => {
                if self.between.replace(balance).is_some() {
                    self.become_state(State::Other, end - HOP_TICKS);
                }
            }
            Some(balance) => self.settle(balance, end),
        }
        let complete = self.character_complete(end);
        complete.or_else(|| self.silence(end))
    }

    /// Whether nothing has begun.
    #[inline(always)]
    pub fn is_idle(&self) -> bool {
        self.state == State::Other && self.seen.characters == 0
    }

    /// Whether a text telephone has been told and not ended, or a character is being received.
    pub fn hears(&self) -> bool {
        self.told && self.state != State::Other
            || self.seen.characters > 0 && self.character.is_some()
    }

    /// Samples are missing: the character that they were part of is not counted.
    pub fn lost(&mut self) {
        self.character = None;
        self.between = None;
        self.state = State::Other;
    }

    pub fn reset(&mut self) {
        *self = Tty::new();
    }

    /// -1 all space, 1 all mark; none when there is something else.
    fn balance(&mut self, hop: &Hop, total: f32) -> Option<f32> {
        if total < LEAST {
            return None;
        }
        let (mark, space) = (hop.amplitude(TTY_MARK), hop.amplitude(TTY_SPACE));
        let both = (mark + space) * (mark + space);
        if both < EXPLAINED * total {
            return None;
        }
        self.seen.power += total;
        self.seen.share += (both / total).min(1.0);
        self.seen.hops += 1.0;
        Some((mark - space) / (mark + space))
    }

    /// A hop that is all mark or all space.
    fn settle(&mut self, balance: f32, end: Tick) {
        let state = if balance > 0.0 {
            State::Mark
        } else {
            State::Space
        };
        let start = end - HOP_TICKS;
        let edge = match self.between.take() {
            // The part of the hop before that still had the old state.
            Some(between) => {
                let mark = (1.0 + between) / 2.0;
                let old = if state == State::Mark {
                    1.0 - mark
                } else {
                    mark
                };
                start - HOP_TICKS + Ticks((old * HOP as f32) as u64)
            }
            None => start,
        };
        if state != self.state {
            self.become_state(state, edge);
        }
    }

    fn become_state(&mut self, state: State, at: Tick) {
        if state == self.state {
            return;
        }
        let before = std::mem::replace(&mut self.state, state);
        let lasted = at.since(self.since);
        self.since = at;
        if before == State::Other && self.seen.characters == 0 {
            // What sounded at these frequencies earlier was something else.
            self.seen = Seen::NOTHING;
        }
        if state == State::Other {
            self.between = None;
            self.character = None;
            return;
        }
        if let Some(character) = &mut self.character {
            let edge = at.since(character.start).0 as f32 / 8.0;
            if character.edges.try_push(edge).is_err() {
                self.character = None;
            }
        } else if state == State::Space {
            if before == State::Mark && lasted >= CARRIER && self.seen.characters == 0 {
                self.seen.carrier(at - lasted);
            }
            self.character = Some(Character {
                start: at,
                edges: ArrayVec::new(),
            });
        }
    }

    /// A character is complete when its stop bit has lasted nearly one bit.
    fn character_complete(&mut self, now: Tick) -> Option<TtyEvent> {
        /// Six and nine tenths of a bit at 50 bit/s, and the lag of a hop.
        const COMPLETE: Ticks = Ticks::ms(138 + 5);
        let character = self.character.as_ref()?;
        if now.since(character.start) < COMPLETE {
            return None;
        }
        let character = self.character.take()?;
        let errors = BIT_MS.map(|bit| character.error(bit));
        if self.state != State::Mark || errors == [None, None] {
            self.seen = Seen::NOTHING;
            return None;
        }
        self.seen.add(&character, errors, now);
        if self.told || self.seen.characters < 2 || self.seen.edges < EDGES {
            return None;
        }
        self.told = true;
        Some(self.seen.began())
    }

    fn silence(&mut self, now: Tick) -> Option<TtyEvent> {
        if self.seen.characters == 0 || now.since(self.seen.last) < APART {
            return None;
        }
        let at = self.seen.last;
        self.seen = Seen::NOTHING;
        std::mem::take(&mut self.told).then_some(TtyEvent::Ended { at })
    }
}

impl Character {
    /// The mean square by which its edges miss multiples of a bit, if none misses too far.
    fn error(&self, bit_ms: f32) -> Option<f32> {
        let mut sum = 0.0;
        for &edge in &self.edges {
            let bits = (edge / bit_ms).round();
            let error = edge - bits * bit_ms;
            if !(1.0..=6.0).contains(&bits) || error.abs() > EDGE_MS {
                return None;
            }
            sum += error * error;
        }
        (!self.edges.is_empty()).then(|| sum / self.edges.len() as f32)
    }
}

impl Seen {
    const NOTHING: Seen = Seen {
        start: Tick::ZERO,
        last: Tick::ZERO,
        characters: 0,
        edges: 0,
        errors: [0.0; 2],
        power: 0.0,
        share: 0.0,
        hops: 0.0,
    };

    /// A carrier is as good as a character.
    fn carrier(&mut self, start: Tick) {
        self.start = start;
        self.last = start;
        self.characters = 1;
        self.edges = 2;
    }

    fn add(&mut self, character: &Character, errors: [Option<f32>; 2], now: Tick) {
        if self.characters == 0 {
            self.start = character.start;
        }
        self.characters += 1;
        self.edges += character.edges.len() as u32 + 1;
        self.last = now;
        for (sum, error) in self.errors.iter_mut().zip(errors) {
            *sum += error.unwrap_or(EDGE_MS * EDGE_MS);
        }
    }

    fn began(&self) -> TtyEvent {
        let best = if self.errors[1] < self.errors[0] {
            1
        } else {
            0
        };
        let error = (self.errors[best] / self.characters as f32).sqrt() / EDGE_MS;
        let share = (self.share / self.hops.max(1.0) + 0.05).min(1.0);
        TtyEvent::Began {
            speed: SPEEDS[best],
            start: self.start,
            level_dbm0: power_dbm0(self.power / self.hops.max(1.0)),
            confidence: share * (1.0 - 0.3 * error.min(1.0)),
        }
    }
}
