//! DTMF digits.
//!
//! What: finds the sixteen digits of ITU-T Q.23 with their exact beginning and end, and
//! warns of what may become one.
//!
//! How: each 10 ms the filter bank gives the spectrum of the last 20 ms at the eight
//! frequencies (`screen.rs`). When the same row and column stand out twice, the samples of the
//! last 70 ms are judged (`verdict.rs`): both tones are fitted to each 5 ms (`blocks.rs`) by
//! tables of their frequencies (`rows.rs`), which hold a high-pass filter for when there is a
//! dial tone, and taken together as one wave each (`steady.rs`), whose edges are then found
//! (`edge.rs`). A digit that goes on is followed by the bank (`active.rs`). `guard.rs` warns of
//! what another receiver might take for a digit, `beneath.rs` of what it might behind a filter.
//!
//! Limits (ITU-T Q.24, the stricter of its columns; measured by `suites::dtmf` and
//! `suites::dtmf_limits`):
//! - frequency: accepted to 1.5 %, rejected from 3.5 %;
//! - level: accepted from 0 to -25 dBm0 a tone, rejected at -55;
//! - twist: accepted from +4 to -8 dB (high less low), rejected beyond +9 and -13;
//! - length: accepted from 40 ms, rejected to 23 ms; pause 40 ms; an interruption of
//!   10 ms is bridged; two digits within 93 ms are two;
//! - signal to noise 6 dB, but for four in ten thousand; dial tones from 330 to 450 Hz 12 dB
//!   stronger than the digit;
//! - told to 1 ms and, but for noise, half a dB (99 % of digits, also 15 dB above noise).

mod active;
mod beneath;
mod blocks;
mod edge;
mod guard;
mod rows;
mod screen;
mod steady;
mod verdict;

use crate::{
    bank::{Hop, SPARE_BITS},
    simd::{
        Kernels, Path, Work,
        blocks::{BEFORE, BLOCK, BLOCKS, LENGTH, Stretch},
    },
};
use active::Active;
use arrayvec::ArrayVec;
use beneath::Beneath;
use guard::Guard;
use screen::{Hit, Screen, Tones};
use types::{
    digits::Digit,
    frame::{FRAME, FRAME_TICKS, Samples},
    tick::{Tick, Ticks},
};
use verdict::{Found, Judge, Limits};

/// How eager the detector is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Profile {
    /// Nobody talks: digits to a prompt. Every key must count.
    PinEntry,
    /// People talk: their voices must not be taken for digits.
    Talk,
}

/// What a frame held.
#[derive(Clone, Debug, Default)]
pub struct DtmfFrame {
    pub events: ArrayVec<DtmfEvent, 2>,
    /// The frame already looks like DTMF, though nothing may be accepted yet: a bridge
    /// that mutes such frames lets at most two frames of a digit pass.
    pub suspect: bool,
    /// Somebody else's receiver might take the frame for DTMF, at the end of a line that changes
    /// the twist or behind a filter that takes other tones away: what may not reach such a
    /// receiver is muted by this. Voices have it now and then: once in 2 to 4 s of speech.
    pub guarded: bool,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum DtmfEvent {
    /// A digit has lasted long enough to count. Level is that of both tones together;
    /// twist is the high tone's level less the low tone's.
    Start {
        digit: Digit,
        start: Tick,
        level_dbm0: f32,
        twist_db: f32,
    },
    End {
        digit: Digit,
        start: Tick,
        end: Tick,
    },
}

/// The detector. One a leg.
#[derive(Clone, Debug)]
pub struct Dtmf {
    path: Path,
    limits: &'static Limits,
    recent: Recent,
    screen: Screen,
    guard: Guard,
    beneath: Option<Beneath>,
    candidate: Option<Candidate>,
    active: Option<Active>,
    /// So many samples were lost that the digit before is over.
    cut: Option<Ticks>,
    /// Nothing before this belongs to the next digit.
    free_since: Tick,
}

/// The last frames, without the bits that the filter bank leaves out.
#[derive(Clone, Debug)]
struct Recent {
    /// Filled in order; when it is full, the last are moved to the front.
    samples: [i16; BEFORE + KEPT * FRAME + BEYOND],
    /// Samples that there are.
    end: usize,
    /// Frames until all are of one piece.
    refill: usize,
}

/// Windows in a row that look like the same key.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    tones: Tones,
    hits: u8,
    /// Not in the last window.
    missed: bool,
}

/// Frames that a verdict looks at, and those that are there for the kernel's blocks.
const SEEN: usize = 7;
const RECENT: usize = BLOCKS * BLOCK / FRAME;
const KEPT: usize = 24;

/// What the kernel may touch after the newest frame.
const BEYOND: usize = LENGTH - BEFORE - BLOCKS * BLOCK;

impl Dtmf {
    pub fn new(profile: Profile) -> Dtmf {
        Dtmf::with_path(profile, Path::best())
    }

    /// With these instructions; all give the same facts.
    pub fn with_path(profile: Profile, path: Path) -> Dtmf {
        rows::prepare();
        Dtmf {
            path,
            limits: Limits::of(profile),
            recent: Recent {
                samples: [0; BEFORE + KEPT * FRAME + BEYOND],
                end: BEFORE + RECENT * FRAME,
                refill: 0,
            },
            screen: Screen::new(),
            guard: Guard::default(),
            beneath: None,
            candidate: None,
            active: None,
            cut: None,
            free_since: Tick::ZERO,
        }
    }

    /// It guards also what a receiver that filters dial tones out might hear beneath one: for what
    /// goes to an exchange. In speech it costs a third more.
    pub fn guarding_beneath(mut self) -> Dtmf {
        self.beneath = Some(Beneath::new());
        self
    }

    pub fn process(&mut self, samples: &Samples, at: Tick) -> DtmfFrame {
        let mut frame = DtmfFrame::default();
        self.path.run(NextFrame {
            dtmf: self,
            samples,
            at,
            frame: &mut frame,
        });
        frame
    }

    /// Forgets all that was heard, in place.
    pub fn reset(&mut self) {
        self.break_off();
        self.active = None;
        self.cut = None;
        self.free_since = Tick::ZERO;
    }

    /// Samples are missing before the next frame. A digit goes on if fewer than 20 ms are.
    pub fn lost(&mut self, samples: u32) {
        if samples == 0 {
            return;
        }
        self.break_off();
        if samples as usize >= 2 * FRAME {
            let before = self.cut.map_or(0, |cut| cut.0);
            self.cut = Some(Ticks(before + u64::from(samples)));
        }
    }

    fn break_off(&mut self) {
        self.recent.refill = SEEN;
        self.screen.restart();
        self.candidate = None;
        self.guard = Guard::default();
        if let Some(beneath) = &mut self.beneath {
            beneath.restart();
        }
    }

    pub(crate) fn path(&self) -> Path {
        self.path
    }

    #[inline(always)]
    pub(crate) fn hear<K: Kernels>(
        &mut self,
        samples: &Samples,
        hop: &Hop,
        at: Tick,
        frame: &mut DtmfFrame,
    ) {
        if self.cut.is_some() {
            self.end_at_loss(at, frame);
        }
        self.recent.take(samples);
        self.screen.take::<K>(hop);
        if let Some(beneath) = &mut self.beneath {
            frame.guarded = beneath.guards::<K>(&self.screen, &self.recent);
        }
        let tones = self.screen.tones::<K>();
        if tones.is_none() && self.active.is_none() && self.candidate.is_none() {
            self.guard.pause();
            return;
        }
        let end = at + FRAME_TICKS;
        if let (Some(active), Some(tones)) = (&mut self.active, tones)
            && active.is(tones)
            && active.goes_on(&self.screen, end)
        {
            self.guard.pass(tones);
            (frame.suspect, frame.guarded) = (true, true);
            return;
        }
        self.decide(tones, end, frame);
    }

    fn decide(&mut self, tones: Option<Tones>, end: Tick, frame: &mut DtmfFrame) {
        let again = self.guard.had(tones);
        let key = tones.map(|tones| self.screen.key(tones));
        let hit = key.as_ref().and_then(|key| {
            let (tones, screen) = (key.tones, &self.screen);
            match &self.active {
                Some(active) if active.is(tones) => Some(Hit {
                    tones,
                    clear: true,
                    below: None,
                }),
                _ => screen.hit(key, again, &self.recent, self.path),
            }
        });
        frame.suspect = hit.is_some_and(|hit| hit.clear);
        frame.guarded |= self.guard.follow(key.as_ref(), &self.screen, frame.suspect);
        let over = self.active.as_mut().and_then(|active| {
            let over = active.follow(hit.as_ref(), &self.screen, &self.recent, self.path, end)?;
            Some((over, active.ended(over)))
        });
        if let Some((over, event)) = over {
            let _ = frame.events.try_push(event);
            self.free_since = over;
            self.active = None;
            self.candidate = None;
        }
        if self.active.is_none() {
            self.consider(hit.as_ref(), end, frame);
        }
        frame.suspect |= self.active.is_some();
        frame.guarded |= frame.suspect;
    }

    fn consider(&mut self, hit: Option<&Hit>, end: Tick, frame: &mut DtmfFrame) {
        let candidate = match (hit, self.candidate) {
            (Some(hit), Some(candidate)) if candidate.tones == hit.tones => Candidate {
                hits: candidate.hits.saturating_add(1),
                missed: false,
                ..candidate
            },
            (Some(hit), _) => Candidate {
                tones: hit.tones,
                hits: 1 + u8::from(hit.below.is_some()),
                missed: false,
            },
            // A key that has just been released is looked at once more.
            (None, Some(candidate)) if !candidate.missed => Candidate {
                missed: true,
                ..candidate
            },
            (None, _) => {
                self.candidate = None;
                return;
            }
        };
        self.candidate = Some(candidate);
        if candidate.hits < 2 || self.recent.refill > 0 || !self.screen.may_be_long() {
            return;
        }
        let found = self.path.run(Judge {
            tones: candidate.tones,
            below: hit.and_then(|hit| hit.below),
            limits: self.limits,
            screen: &self.screen,
            recent: &self.recent,
        });
        if let Some(found) = found {
            self.accept(&found, end, frame);
        }
    }

    fn accept(&mut self, found: &Found, end: Tick, frame: &mut DtmfFrame) {
        let start = (end - Ticks(found.age as u64)).max(self.free_since);
        self.candidate = None;
        self.active = Some(Active::new(start, end, found));
        let start = DtmfEvent::Start {
            digit: found.sound.tones.digit(),
            start,
            level_dbm0: found.sound.level_dbm0(),
            twist_db: found.sound.twist_db(),
        };
        // Full only when a digit ended, one began and ended within 10 ms: it cannot.
        let _ = frame.events.try_push(start);
    }

    fn end_at_loss(&mut self, at: Tick, frame: &mut DtmfFrame) {
        if let (Some(lost), Some(active)) = (self.cut.take(), self.active.take()) {
            frame.events.push(active.ended(at - lost));
        }
    }
}

struct NextFrame<'a> {
    dtmf: &'a mut Dtmf,
    samples: &'a Samples,
    at: Tick,
    frame: &'a mut DtmfFrame,
}

impl Work for NextFrame<'_> {
    type Output = ();

    #[inline(always)]
    fn run<K: Kernels>(self) {
        let mut hop = Hop::NOTHING;
        hop.take::<K>(self.samples);
        self.dtmf.hear::<K>(self.samples, &hop, self.at, self.frame);
    }
}

impl Recent {
    #[inline(always)]
    fn take(&mut self, samples: &Samples) {
        if self.end == BEFORE + KEPT * FRAME {
            let front = BEFORE + (RECENT - 1) * FRAME;
            self.samples.copy_within(self.end - front..self.end, 0);
            self.end = front;
        }
        let to = &mut self.samples[self.end..][..FRAME];
        for (to, &sample) in to.iter_mut().zip(samples) {
            *to = sample >> SPARE_BITS;
        }
        self.end += FRAME;
        self.refill = self.refill.saturating_sub(1);
    }

    /// The newest blocks, as the kernel takes them.
    #[inline(always)]
    fn stretch(&self) -> &Stretch {
        let from = self.end - BLOCKS * BLOCK - BEFORE;
        let stretch = self.samples[from..].first_chunk();
        stretch.expect("as many are always kept")
    }

    /// The last frame but this many.
    #[inline(always)]
    fn frame(&self, ago: usize) -> Samples {
        let samples = &self.samples[self.end - (ago + 1) * FRAME..][..FRAME];
        std::array::from_fn(|at| samples[at] << SPARE_BITS)
    }
}
