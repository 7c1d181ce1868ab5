//! Call-progress tones.
//!
//! What: recognises the tones of a [`TonePlan`] by frequency, cadence and level, and tells
//! when they stop. Steady tones are told once, cadenced ones at every full cycle.
//!
//! How: `segment` cuts the audio into sounds and gaps. Each sound with the gap after it is
//! compared with every burst of every tone; a tone is told when as many pairs in a row fitted it
//! as it takes to be no other tone of the plan (busy whose cadence is also the beginning of
//! congestion needs more pairs, as where only a step in level tells them apart), and one of its
//! bursts begins again. A steady tone is told once it has outlasted every burst of the same
//! frequencies in the plan, 600 ms at least (1200 ms unless it is a dial tone: notes last as
//! long), and has been as even and pure as hardly an instrument is. Ringback is told early, with
//! `cycles: 0`, when its frequencies are its own and have lasted 400 ms, or when a burst is over
//! whose length no other tone has. A special information tone is told when its third part has
//! lasted 150 ms; its kind is that of the nearest frequencies and lengths of the first two, for
//! the third is the same in all.
//!
//! Limits: found at 0 to -35 dBm0 a frequency, up to 6 dB of twist (10 at best), within 2 % in
//! frequency and 15 % in every length (E.180 lets exchanges stray 1 to 2 and 10 %), with 10 dB
//! of signal over white noise; bursts from 50 ms. Where a plan has a ringback of the dial tone's
//! frequency, dial tone takes 1.2 times the longest ringing burst; a plan of dial tones alone
//! ([`TonePlan::only`]) needs 600 ms everywhere. One pair that fits is told: who must not take
//! two notes of a melody for busy waits for the second cycle.

use crate::{
    bank::Hop,
    pattern::GROUPS,
    plan::{ToneDef, TonePlan},
    recogniser::Recogniser,
    simd::{Kernels, Path, Work},
};
use arrayvec::ArrayVec;
use types::{frame::Samples, tick::Tick, tone::Tone};

/// What a frame held.
#[derive(Clone, Debug, Default)]
pub struct ProgressFrame {
    pub events: ArrayVec<ProgressEvent, MOST_EVENTS>,
    /// The frame holds frequencies of the plan and nothing else.
    pub tonal: bool,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum ProgressEvent {
    /// A tone is recognised: at each full cycle of a cadenced one, counted from 1; once
    /// for a steady one and for a special information tone, with `cycles` 1. `cycles` 0 is a
    /// ringback that can be nothing else but has not completed a cycle.
    Tone {
        tone: Tone,
        cycles: u16,
        start: Tick,
        /// Of all frequencies together, in the last burst.
        level_dbm0: f32,
        /// 0 to 1: how near the middle of its region the tone lies, how much of it was heard, and
        /// how little else sounded. A perfect fit has 0.67 before its first cycle is whole, 0.75
        /// after one, 0.83 after two, 0.88 when steady; one at the edge of what is accepted
        /// six tenths of that.
        confidence: f32,
    },
    /// A recognised tone has stopped; `at` is when it was last heard.
    ToneEnd { tone: Tone, at: Tick },
}

/// The detector. One a leg.
#[derive(Clone, Debug)]
pub struct Progress {
    path: Path,
    recognisers: ArrayVec<Recogniser, { GROUPS.len() }>,
}

/// Whether the window of each recogniser is steady.
pub(crate) type Steady = [bool; GROUPS.len()];

/// What a recogniser can tell in a frame, and the end of what it told before.
const MOST_EVENTS: usize = 5 * GROUPS.len();

impl Progress {
    /// Allocates; nothing later does.
    pub fn new(plan: &TonePlan) -> Progress {
        Progress::with_path(plan, Path::best())
    }

    /// With these instructions; all give the same facts.
    pub fn with_path(plan: &TonePlan, path: Path) -> Progress {
        let defs: Vec<ToneDef> = plan
            .tones
            .iter()
            .filter(|def| def.same_as.is_none() && !def.bursts.is_empty())
            .cloned()
            .collect();
        let recognisers = GROUPS.iter();
        Progress {
            path,
            recognisers: recognisers
                .filter_map(|&frames| Recogniser::new(frames, &defs, path))
                .collect(),
        }
    }

    pub fn process(&mut self, samples: &Samples, at: Tick) -> ProgressFrame {
        let mut frame = ProgressFrame::default();
        let steady = self.path.run(NextFrame {
            progress: self,
            samples,
        });
        self.tell(steady, at, &mut frame);
        frame
    }

    /// Takes a frame: the first half of `process`.
    #[inline(always)]
    pub(crate) fn hear<K: Kernels>(&mut self, hop: &Hop) -> Steady {
        let mut steady = Steady::default();
        for (recogniser, steady) in self.recognisers.iter_mut().zip(&mut steady) {
            *steady = recogniser.hear::<K>(hop);
        }
        steady
    }

    /// The second half of `process`: what the frame that was taken brings.
    pub(crate) fn tell(&mut self, steady: Steady, at: Tick, frame: &mut ProgressFrame) {
        let count = self.recognisers.len();
        for (own, steady) in steady.into_iter().take(count).enumerate() {
            let before = frame.events.len();
            self.recognisers[own].tell(steady, at, frame);
            let told = frame.events[before..].iter().find_map(|event| match event {
                ProgressEvent::Tone { tone, .. } => Some(*tone),
                ProgressEvent::ToneEnd { .. } => None,
            });
            let Some(tone) = told else {
                continue;
            };
            for other in (0..count).filter(|other| *other != own) {
                if let Some(end) = self.recognisers[other].yields_to(tone) {
                    frame.events.insert(before, end);
                }
            }
        }
    }

    /// Samples are missing before the next frame. A tone that goes on is not disturbed; a burst
    /// or a pause that may have been hidden is not guessed.
    pub fn lost(&mut self, samples: u32) {
        let all = self.recognisers.iter_mut();
        all.for_each(|recogniser| recogniser.lost(samples));
    }

    /// Forgets all that was heard.
    pub fn reset(&mut self) {
        self.recognisers.iter_mut().for_each(Recogniser::reset);
    }
}

struct NextFrame<'a> {
    progress: &'a mut Progress,
    samples: &'a Samples,
}

impl Work for NextFrame<'_> {
    type Output = Steady;

    #[inline(always)]
    fn run<K: Kernels>(self) -> Steady {
        let mut hop = Hop::NOTHING;
        hop.take::<K>(self.samples);
        self.progress.hear::<K>(&hop)
    }
}
