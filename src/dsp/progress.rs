//! Call-progress tones.
//!
//! What: recognises the tones of a [`TonePlan`] by frequency, cadence and level, and tells
//! when they stop. Steady tones are told once, cadenced ones at every full cycle.
//!
//! How: `segment` cuts the audio into sounds and gaps. Each sound with
//! the gap after it is compared with every burst of every tone; a tone is told when as
//! many pairs in a row fitted it as it takes to be no other tone of the plan (busy whose
//! cadence is also the beginning of congestion needs more pairs). A steady tone is told
//! once it has outlasted every burst of the same frequencies in the plan, 500 ms at least.
//! Ringback is told early, with `cycles: 0`, when its frequencies are its own and have
//! lasted 250 ms, or when a burst is over whose length no other tone has.
//!
//! Limits: frequency 2 % (1 % above 2 kHz), cadence 15 % (E.180 lets exchanges stray 10 %),
//! level 0 to -35 dBm0, signal to noise 10 dB, bursts from 50 ms (60 ms in noise). Where a
//! plan has a ringback of the dial tone's frequency, dial tone takes 1.2 times the longest
//! ringing burst; a plan of dial tones alone ([`TonePlan::only`]) needs 500 ms everywhere.

use crate::{
    cadence::{freq_error, heard_as, time_error},
    pattern::{EDGE_LAG, Kind, Known, Pair, ms},
    plan::{MAX_BURSTS, ToneDef, TonePlan},
    segment::{Ended, Segmenter, Sound},
};
use arrayvec::ArrayVec;
use types::{
    frame::{FRAME_TICKS, Samples},
    tick::{Tick, Ticks},
    tone::{SitKind, Tone},
};

/// What a frame held.
#[derive(Clone, Debug, Default)]
pub struct ProgressFrame {
    pub events: ArrayVec<ProgressEvent, 4>,
    /// The frame holds frequencies of the plan and nothing else.
    pub tonal: bool,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum ProgressEvent {
    /// A tone is recognised: at each full cycle of a cadenced one, counted from 1; once
    /// for a steady one, and for a special information tone when its last part is over,
    /// with `cycles` 1. `cycles` 0 is a ringback that can be nothing else but has not
    /// completed a cycle.
    Tone {
        tone: Tone,
        cycles: u16,
        start: Tick,
        /// Of all frequencies together, in the last burst.
        level_dbm0: f32,
        /// 0 to 1: how well frequencies and lengths fit, and how much was heard.
        confidence: f32,
    },
    /// A recognised tone has stopped; `at` is when it was last heard.
    ToneEnd { tone: Tone, at: Tick },
}

/// The detector. One a leg.
#[derive(Clone, Debug)]
pub struct Progress {
    segmenter: Segmenter,
    known: Vec<Known>,
    active: Option<Active>,
    /// The last sounds, oldest first.
    past: ArrayVec<Ended, MAX_BURSTS>,
    /// The start of the sound that was already told as steady or early.
    told: Option<Tick>,
}

/// The tone that is being heard, as an index into the known ones.
#[derive(Clone, Copy, Debug)]
struct Active {
    known: usize,
    last_heard: Tick,
}

/// A gap longer than any cadence forgets what was before.
const FORGET: Ticks = Ticks::secs(20);

/// Power of a gap, as a share of the burst's, above which it is no pause (6 dB).
const QUIET: f32 = 0.25;

impl Progress {
    /// Allocates; nothing later does.
    pub fn new(plan: &TonePlan) -> Progress {
        let defs: Vec<ToneDef> = plan
            .tones
            .iter()
            .filter(|def| def.same_as.is_none() && !def.bursts.is_empty())
            .cloned()
            .collect();
        let freqs: Vec<f32> = defs
            .iter()
            .flat_map(|def| def.bursts.iter().flat_map(heard_as))
            .collect();
        Progress {
            segmenter: Segmenter::new(&freqs),
            known: defs.iter().map(|def| Known::new(def, &defs)).collect(),
            active: None,
            past: ArrayVec::new(),
            told: None,
        }
    }

    pub fn process(&mut self, samples: &Samples, at: Tick) -> ProgressFrame {
        let change = self.segmenter.process(samples, at);
        let mut frame = ProgressFrame {
            tonal: change.tonal,
            ..ProgressFrame::default()
        };
        if let Some(ended) = change.ended {
            self.burst_ended(ended, &mut frame);
        }
        if change.began {
            self.burst_began(&mut frame);
        }
        let now = at + FRAME_TICKS;
        if self.segmenter.sound().is_some() {
            self.burst_goes_on(now, &mut frame);
        } else {
            self.gap_goes_on(now, &mut frame);
        }
        frame
    }

    /// Samples are missing before the next frame. A tone that goes on is not disturbed.
    pub fn lost(&mut self, samples: u32) {
        if samples > 0 {
            self.segmenter.lost(samples);
        }
    }

    /// Forgets all that was heard.
    pub fn reset(&mut self) {
        self.segmenter.reset();
        self.active = None;
        self.told = None;
        self.forget();
    }

    fn forget(&mut self) {
        self.past.clear();
        for known in &mut self.known {
            known.forget();
        }
    }

    fn burst_ended(&mut self, ended: Ended, frame: &mut ProgressFrame) {
        if let Some(active) = &mut self.active {
            let known = &self.known[active.known];
            active.last_heard = ended.end;
            let on_ms = ms(ended.end.since(ended.start));
            let fits = known.bursts.iter().any(|shape| {
                freq_error(&ended.freqs, &shape.freqs).is_some()
                    && time_error(on_ms, shape.on_ms).is_some()
            });
            if known.kind != Kind::Cadenced || !fits {
                self.end_active(frame);
            }
        }
        if self.past.is_full() {
            self.past.remove(0);
        }
        self.past.push(ended);
        self.look_for_sequence(frame);
        self.look_for_ring_burst(frame);
    }

    /// A sound began: the gap before it is complete, and with it a pair.
    fn burst_began(&mut self, frame: &mut ProgressFrame) {
        let Some(sound) = self.segmenter.sound() else {
            return;
        };
        let (start, power) = (sound.start, sound.power());
        let Some(last) = self.past.last() else {
            return;
        };
        let gap = start.since(last.end);
        let quiet = self
            .segmenter
            .gap_power()
            .is_none_or(|gap| gap <= QUIET * power);
        if !quiet || gap > FORGET {
            self.end_active(frame);
            self.forget();
            return;
        }
        let pair = Pair {
            sound: last,
            on_ms: ms(last.end.since(last.start)),
            off_ms: ms(gap),
        };
        for known in &mut self.known {
            known.take(&pair);
        }
        let level_dbm0 = last.level_dbm0;
        self.tell_cadence(level_dbm0, frame);
    }

    /// Tells the cadenced tone that the pairs so far have made certain.
    fn tell_cadence(&mut self, level_dbm0: f32, frame: &mut ProgressFrame) {
        let certain = self.known.iter().enumerate().filter_map(|(at, known)| {
            let run = known.longest_run();
            let enough =
                known.kind == Kind::Cadenced && usize::from(run.pairs) >= known.pairs_needed;
            enough.then_some((at, *run))
        });
        let best = certain.min_by(|a, b| a.1.error.total_cmp(&b.1.error));
        if self
            .active
            .is_some_and(|a| self.known[a.known].longest_run().pairs == 0)
        {
            self.end_active(frame);
        }
        let Some((at, run)) = best else {
            return;
        };
        let last_heard = self.past.last().map_or(run.start, |last| last.end);
        let new = self.active.is_none_or(|active| active.known != at);
        let cycle = self.known[at].bursts.len() as u16;
        let certain_from = self.known[at].pairs_needed as u16;
        if new {
            self.end_active(frame);
        }
        self.active = Some(Active {
            known: at,
            last_heard,
        });
        if run.pairs.is_multiple_of(cycle) || run.pairs == certain_from {
            frame.events.push(ProgressEvent::Tone {
                tone: self.known[at].tone,
                cycles: run.pairs / cycle,
                start: run.start,
                level_dbm0,
                confidence: confidence(run.error, f32::from(run.pairs)),
            });
        }
    }

    fn burst_goes_on(&mut self, now: Tick, frame: &mut ProgressFrame) {
        let Some(sound) = self.segmenter.sound() else {
            return;
        };
        let (start, lasted) = (sound.start, now.since(sound.start));
        let freqs = sound.freqs();
        if let Some(active) = self.active
            && self.known[active.known].is_outlasted(&freqs, lasted)
        {
            self.end_active(frame);
        }
        if self.told == Some(start) {
            return;
        }
        let Some(sound) = self.segmenter.sound() else {
            return;
        };
        let Some((at, error)) = self.certain_while_sounding(sound, &freqs, lasted) else {
            return;
        };
        let level_dbm0 = sound.level_dbm0();
        self.told = Some(start);
        if self.active.is_some_and(|active| active.known == at) {
            return;
        }
        self.end_active(frame);
        self.active = Some(Active {
            known: at,
            last_heard: now,
        });
        let steady = self.known[at].kind == Kind::Steady;
        frame.events.push(ProgressEvent::Tone {
            tone: self.known[at].tone,
            cycles: u16::from(steady),
            start,
            level_dbm0,
            confidence: confidence(error, if steady { 3.0 } else { 0.5 }),
        });
    }

    /// The tone that a sound must be, now that it has lasted so long.
    fn certain_while_sounding(
        &self,
        sound: &Sound,
        freqs: &[f32],
        lasted: Ticks,
    ) -> Option<(usize, f32)> {
        let fitting = self.known.iter().enumerate().filter_map(|(at, known)| {
            let long_enough = known.lasts.is_some_and(|lasts| lasted >= lasts);
            let error = known.sounding(freqs).filter(|_| long_enough)?;
            Some((at, known.prefix(), error))
        });
        // A prefix that was heard makes stutter dial tone of a dial tone.
        fitting
            .filter(|(at, ..)| self.known[*at].kind != Kind::Steady || (sound.unevenness() < 1.6))
            .max_by(|a, b| a.1.cmp(&b.1).then(b.2.total_cmp(&a.2)))
            .map(|(at, _, error)| (at, error))
    }

    fn gap_goes_on(&mut self, now: Tick, frame: &mut ProgressFrame) {
        let Some(last) = self.past.last() else {
            return;
        };
        let gap = now.since(last.end);
        if let Some(active) = self.active {
            let on_ms = ms(last.end.since(last.start));
            if gap > self.known[active.known].longest_gap_after(on_ms) + EDGE_LAG {
                self.end_active(frame);
            }
        }
        if gap > FORGET {
            self.forget();
        }
    }

    /// Special information tones: told when the last part is over.
    fn look_for_sequence(&mut self, frame: &mut ProgressFrame) {
        let mut best: Option<(Tone, f32, usize)> = None;
        let mut rising = None;
        for known in self.known.iter().filter(|k| k.kind == Kind::Once) {
            let Some(heard) = known.sequence(&self.past) else {
                continue;
            };
            match (heard, known.tone) {
                (Some(error), tone) if best.is_none_or(|(_, least, _)| error < least) => {
                    best = Some((tone, error, known.bursts.len()));
                }
                (None, Tone::Sit(_)) => rising = Some(known.bursts.len()),
                _ => {}
            }
        }
        let unknown = rising.map(|parts| (Tone::Sit(SitKind::Unknown), 1.0, parts));
        let Some((tone, error, parts)) = best.or(unknown) else {
            return;
        };
        let heard = &self.past[self.past.len() - parts..];
        let (start, at) = (heard[0].start, heard[parts - 1].end);
        let level_dbm0 = heard[parts - 1].level_dbm0;
        self.end_active(frame);
        frame.events.push(ProgressEvent::Tone {
            tone,
            cycles: 1,
            start,
            level_dbm0,
            confidence: confidence(error, parts as f32),
        });
        frame.events.push(ProgressEvent::ToneEnd { tone, at });
    }

    /// Ringback whose frequency others share: known by the length of one burst.
    fn look_for_ring_burst(&mut self, frame: &mut ProgressFrame) {
        let Some(last) = self.past.last() else {
            return;
        };
        let on_ms = ms(last.end.since(last.start));
        let fits = |known: &Known| {
            let errors = known.bursts.iter().filter_map(|shape| {
                let off = freq_error(&last.freqs, &shape.freqs)?;
                Some(time_error(on_ms, shape.on_ms)?.max(off))
            });
            errors.min_by(f32::total_cmp)
        };
        let mut ringback = None;
        for (at, known) in self.known.iter().enumerate() {
            match (fits(known), known.tone) {
                (Some(error), Tone::Ringback) if known.kind == Kind::Cadenced => {
                    ringback = Some((at, error));
                }
                (Some(_), _) => return,
                (None, _) => {}
            }
        }
        let Some((at, error)) = ringback else {
            return;
        };
        // A quarter of the bursts of a longer cadence is no proof; half a second is.
        if self.active.is_some() || on_ms < 500.0 {
            return;
        }
        self.active = Some(Active {
            known: at,
            last_heard: last.end,
        });
        frame.events.push(ProgressEvent::Tone {
            tone: Tone::Ringback,
            cycles: 0,
            start: last.start,
            level_dbm0: last.level_dbm0,
            confidence: confidence(error, 0.5),
        });
    }

    fn end_active(&mut self, frame: &mut ProgressFrame) {
        if let Some(active) = self.active.take() {
            frame.events.push(ProgressEvent::ToneEnd {
                tone: self.known[active.known].tone,
                at: active.last_heard,
            });
        }
    }
}

/// 1 is certain. A perfect fit heard once is worth 0.75; the worst fit costs 0.4.
fn confidence(error: f32, heard: f32) -> f32 {
    (1.0 - 0.4 * error) * (1.0 - 0.5 / (1.0 + heard))
}
