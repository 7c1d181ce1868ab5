//! Tones of a plan that are heard in windows of one length, recognised by frequency, cadence and
//! level: the work of [`crate::progress`], whose header says how and within which limits.

use crate::{
    bank::Hop,
    cadence::heard_as,
    pattern::{EDGE_LAG, Kind, Known, Pair, Sequence, bands_of, frames_for, is_even, ms},
    plan::{MAX_BURSTS, ToneDef},
    progress::{ProgressEvent, ProgressFrame},
    segment::{Ended, Segmenter, Sound},
    simd::{Kernels, Path},
};
use arrayvec::ArrayVec;
use types::{
    frame::FRAME_TICKS,
    tick::{Tick, Ticks},
    tone::{SitKind, Tone},
};

/// Some of a plan's tones, listened for in windows of one length.
#[derive(Clone, Debug)]
pub(crate) struct Recogniser {
    segmenter: Segmenter,
    known: Vec<Known>,
    active: Option<Active>,
    /// The last sounds, oldest first.
    past: ArrayVec<Ended, MAX_BURSTS>,
    /// How long the sound that goes on must last until it is looked at next; `None` once it
    /// has been told.
    due: Option<Ticks>,
    /// Samples were lost in the gap that goes on: it is measured from here.
    gap_since: Tick,
    lost: bool,
}

/// The tone that is being heard, as an index into the known ones.
#[derive(Clone, Copy, Debug)]
struct Active {
    known: usize,
    last_heard: Tick,
    /// Told so far.
    cycles: u16,
    /// What the sound that goes on may last as a part of it.
    outlasted_after: Ticks,
}

/// What a sound that goes on must be.
#[derive(Clone, Copy, Debug)]
struct Certain {
    known: usize,
    tone: Tone,
    error: f32,
    start: Tick,
}

/// A gap longer than any cadence forgets what was before.
const FORGET: Ticks = Ticks::secs(20);

/// Power of a gap, as a share of the burst's, above which it is no pause: 6 dB, and 8 dB where
/// the gap is so long that the edges of its bursts don't count.
const QUIET: f32 = 0.25;
const QUIET_LONG: f32 = 0.16;
const LONG: Ticks = Ticks::ms(1000);

/// How often a sound that goes on is looked at, once it may be something.
const LOOK_AGAIN: Ticks = Ticks::ms(40);

/// A form for no kind must be this much nearer than any kind's.
const KINDS_FIRST: f32 = 1.5;

impl Recogniser {
    /// For those of all the tones of a plan that are heard in windows of so many frames.
    pub fn new(frames: usize, all: &[ToneDef], path: Path) -> Option<Recogniser> {
        let own: Vec<ToneDef> = all
            .iter()
            .filter(|def| frames_for(def) == frames)
            .cloned()
            .collect();
        if own.is_empty() {
            return None;
        }
        let mut segmenter = Segmenter::of_bands(&bands_of(&own, frames), path);
        let bursts = own.iter().flat_map(|def| def.bursts.iter());
        segmenter.expect(&bursts.map(heard_as).collect::<Vec<_>>());
        Some(Recogniser {
            segmenter,
            known: own.iter().map(|def| Known::new(def, all)).collect(),
            active: None,
            past: ArrayVec::new(),
            due: None,
            gap_since: Tick::ZERO,
            lost: false,
        })
    }

    /// Takes a frame. Whether its window is steady.
    #[inline(always)]
    pub fn hear<K: Kernels>(&mut self, hop: &Hop) -> bool {
        self.segmenter.hear::<K>(hop)
    }

    /// What the frame that was taken brings.
    pub fn tell(&mut self, steady: bool, at: Tick, frame: &mut ProgressFrame) {
        let change = self.segmenter.judge(steady, at);
        frame.tonal |= change.tonal;
        if std::mem::take(&mut self.lost) {
            self.gap_since = at;
        }
        if let Some(ended) = change.ended {
            self.burst_ended(ended, frame);
        }
        if change.began {
            self.burst_began(frame);
        }
        let now = at + FRAME_TICKS;
        if self.segmenter.sound().is_some() {
            self.burst_goes_on(now, frame);
        } else {
            self.gap_goes_on(now, frame);
        }
    }

    /// Another was told: what this one heard is over; the end of it, unless it is the same tone.
    pub fn yields_to(&mut self, other: Tone) -> Option<ProgressEvent> {
        let active = self.active.take()?;
        let tone = self.known[active.known].tone;
        let at = active.last_heard;
        (tone != other).then_some(ProgressEvent::ToneEnd { tone, at })
    }

    /// Samples are missing before the next frame. A tone that goes on is not disturbed; a burst
    /// or a pause that may have been hidden is not guessed.
    pub fn lost(&mut self, samples: u32) {
        self.segmenter.lost(samples);
        self.lost |= samples > 0;
    }

    /// Forgets all that was heard.
    pub fn reset(&mut self) {
        self.segmenter.reset();
        self.active = None;
        self.due = None;
        self.gap_since = Tick::ZERO;
        self.lost = false;
        self.forget();
    }

    fn forget(&mut self) {
        self.past.clear();
        self.forget_runs();
    }

    fn forget_runs(&mut self) {
        for known in &mut self.known {
            known.forget();
        }
    }

    fn burst_ended(&mut self, ended: Ended, frame: &mut ProgressFrame) {
        self.gap_since = ended.end;
        if let Some(active) = &mut self.active {
            active.last_heard = ended.end;
            let at = active.known;
            let on_ms = ms(ended.end.since(ended.start));
            let cadenced = self.known[at].kind == Kind::Cadenced;
            if !cadenced || !self.kin(at).any(|known| known.has_burst(&ended, on_ms)) {
                self.end_active(frame);
            }
        }
        if self.past.is_full() {
            self.past.remove(0);
        }
        self.past.push(ended);
        self.look_for_ring_burst(frame);
    }

    /// A sound began: the gap before it is complete, and with it a pair.
    fn burst_began(&mut self, frame: &mut ProgressFrame) {
        self.due = self.known.iter().filter_map(|known| known.lasts).min();
        let Some(sound) = self.segmenter.sound() else {
            return;
        };
        let (start, power, after_loss) = (sound.start, sound.power(), sound.after_loss);
        let freqs = sound.freqs();
        if let Some(at) = self.active.map(|active| active.known) {
            let limit = self.outlasted_after(at, &freqs);
            self.active = self.active.map(|active| Active {
                outlasted_after: limit,
                ..active
            });
        }
        let Some(last) = self.past.last() else {
            return;
        };
        let gap = start.since(last.end);
        let most = if gap < LONG { QUIET } else { QUIET_LONG };
        let quiet = self
            .segmenter
            .gap_power()
            .is_none_or(|gap| gap <= most * power);
        if !quiet || gap > FORGET {
            self.end_active(frame);
            self.forget();
            return;
        }
        if last.cut || after_loss {
            // Whether this pair fits cannot be known.
            self.forget_runs();
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
        let (level_dbm0, purity) = (last.level_dbm0, last.purity);
        self.tell_cadence(&freqs, level_dbm0, purity, frame);
    }

    /// Tells the cadenced tone that the pairs so far have made certain, when the sound that
    /// begins now is one of its bursts as well.
    fn tell_cadence(
        &mut self,
        begins: &[f32],
        level_dbm0: f32,
        purity: f32,
        frame: &mut ProgressFrame,
    ) {
        let certain = self.known.iter().enumerate().filter_map(|(at, known)| {
            let run = known.longest_run();
            let enough =
                known.kind == Kind::Cadenced && usize::from(run.pairs) >= known.pairs_needed;
            (enough && known.sounding(begins).is_some()).then_some((at, *run))
        });
        let best = certain.min_by(|a, b| a.1.error.total_cmp(&b.1.error));
        let broken = |at| self.kin(at).all(|known| known.longest_run().pairs == 0);
        if self.active.is_some_and(|active| broken(active.known)) {
            self.end_active(frame);
        }
        let Some((at, run)) = best else {
            return;
        };
        let cycle = self.known[at].bursts.len() as u16;
        let certain_from = self.known[at].pairs_needed as u16;
        let whole = run.pairs.is_multiple_of(cycle) || run.pairs == certain_from;
        let told = match self.active {
            Some(active) if self.known[active.known].tone == self.known[at].tone => active.cycles,
            _ => {
                self.end_active(frame);
                0
            }
        };
        // After a loss the run is new, the tone is not.
        let cycles = (run.pairs / cycle).max(told + u16::from(whole));
        self.activate(at, run.start, cycles);
        if whole {
            frame.events.push(ProgressEvent::Tone {
                tone: self.known[at].tone,
                cycles,
                start: run.start,
                level_dbm0,
                confidence: confidence(run.error, f32::from(run.pairs), purity),
            });
        }
    }

    fn activate(&mut self, known: usize, start: Tick, cycles: u16) {
        let sound = self.segmenter.sound();
        let limit = sound.map(|sound| self.outlasted_after(known, &sound.freqs()));
        self.active = Some(Active {
            known,
            last_heard: self.past.last().map_or(start, |last| last.end.max(start)),
            cycles,
            outlasted_after: limit.unwrap_or(Ticks(u64::MAX)),
        });
    }

    fn burst_goes_on(&mut self, now: Tick, frame: &mut ProgressFrame) {
        let Some(sound) = self.segmenter.sound() else {
            return;
        };
        let lasted = now.since(sound.whole_since);
        if self
            .active
            .is_some_and(|active| lasted > active.outlasted_after)
        {
            self.end_active(frame);
        }
        if self.due.is_none_or(|due| lasted < due) {
            return;
        }
        self.due = self.next_look(lasted);
        let Some(sound) = self.segmenter.sound() else {
            return;
        };
        let Some(certain) = self.certain_while_sounding(sound, lasted) else {
            return;
        };
        let (level_dbm0, purity) = (sound.level_dbm0(), sound.purity());
        self.due = None;
        if self
            .active
            .is_some_and(|active| self.known[active.known].tone == certain.tone)
        {
            return;
        }
        self.end_active(frame);
        let early = self.known[certain.known].kind == Kind::Cadenced;
        self.activate(certain.known, now, u16::from(!early));
        frame.events.push(ProgressEvent::Tone {
            tone: certain.tone,
            cycles: u16::from(!early),
            start: certain.start,
            level_dbm0,
            confidence: confidence(certain.error, if early { 0.5 } else { 3.0 }, purity),
        });
    }

    /// When a sound that has lasted so long is to be looked at next.
    fn next_look(&self, lasted: Ticks) -> Option<Ticks> {
        let later = self.known.iter().filter_map(|known| known.lasts);
        let next = later.filter(|lasts| *lasts > lasted).min();
        let again = Ticks(lasted.0 + LOOK_AGAIN.0);
        Some(next.map_or(again, |next| next.min(again)))
    }

    /// The tone that a sound must be, now that it has lasted so long.
    fn certain_while_sounding(&self, sound: &Sound, lasted: Ticks) -> Option<Certain> {
        let freqs = sound.freqs();
        if let Some(sequence) = self.sequence(sound, &freqs, lasted) {
            return Some(sequence);
        }
        let even = is_even(freqs.len(), sound.purity(), sound.unevenness());
        let fitting = self.known.iter().enumerate().filter_map(|(at, known)| {
            let long_enough = known.lasts.is_some_and(|lasts| lasted >= lasts);
            if !long_enough || known.kind == Kind::Once || !even {
                return None;
            }
            Some((at, known.prefix(), known.sounding(&freqs)?))
        });
        // A prefix that was heard makes stutter dial tone of a dial tone.
        let best = fitting.max_by(|a, b| a.1.cmp(&b.1).then(b.2.total_cmp(&a.2)));
        best.map(|(known, _, error)| Certain {
            known,
            tone: self.known[known].tone,
            error,
            start: match self.known[known].kind {
                Kind::Steady => self.known[known].start(sound.start),
                _ => sound.start,
            },
        })
    }

    /// The special information tone whose last part this is.
    fn sequence(&self, sound: &Sound, freqs: &[f32], lasted: Ticks) -> Option<Certain> {
        let mut best: Option<(usize, Sequence, f32)> = None;
        for (at, known) in self.known.iter().enumerate() {
            if known.kind != Kind::Once || known.lasts.is_none_or(|lasts| lasted < lasts) {
                continue;
            }
            let Some(heard) = known.sequence(&self.past, sound.start, freqs) else {
                continue;
            };
            let sit = matches!(known.tone, Tone::Sit(_));
            if !heard.fits && !sit {
                continue;
            }
            let last = if known.tone == Tone::Sit(SitKind::Unknown) {
                KINDS_FIRST
            } else {
                0.0
            };
            let rank = heard.distance + last + if heard.fits { 0.0 } else { 1000.0 };
            if best.is_none_or(|(_, _, least)| rank < least) {
                best = Some((at, heard, rank));
            }
        }
        let (known, heard, _) = best?;
        Some(Certain {
            known,
            tone: match heard.fits {
                true => self.known[known].tone,
                false => Tone::Sit(SitKind::Unknown),
            },
            error: heard.worst.min(1.0),
            start: heard.start,
        })
    }

    fn gap_goes_on(&mut self, now: Tick, frame: &mut ProgressFrame) {
        let Some(last) = self.past.last() else {
            return;
        };
        let gap = now.since(self.gap_since.max(last.end));
        if let Some(active) = self.active
            && gap > self.longest_gap_after(active.known, last) + EDGE_LAG
        {
            self.end_active(frame);
        }
        if gap > FORGET {
            self.forget();
        }
    }

    /// Ringback whose frequency others share: known by the length of one burst.
    fn look_for_ring_burst(&mut self, frame: &mut ProgressFrame) {
        let Some(last) = self.past.last() else {
            return;
        };
        let on_ms = ms(last.end.since(last.start));
        // A quarter of the bursts of a longer cadence is no proof; half a second is.
        let even = is_even(last.freqs.len(), last.purity, last.unevenness);
        if self.active.is_some() || on_ms < 500.0 || last.cut || !even {
            return;
        }
        let mut ringback = None;
        for (at, known) in self.known.iter().enumerate() {
            match (known.burst_error(last, on_ms), known.tone) {
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
        let event = ProgressEvent::Tone {
            tone: Tone::Ringback,
            cycles: 0,
            start: last.start,
            level_dbm0: last.level_dbm0,
            confidence: confidence(error, 0.5, last.purity),
        };
        let start = last.start;
        self.activate(at, start, 0);
        frame.events.push(event);
    }

    /// The cadences of a tone's meaning: a network may have several, and which it is shows only
    /// with time.
    fn kin(&self, at: usize) -> impl Iterator<Item = &Known> {
        let own = &self.known[at];
        let same = |known: &&Known| known.tone == own.tone && known.kind == own.kind;
        self.known.iter().filter(same)
    }

    fn outlasted_after(&self, at: usize, freqs: &[f32]) -> Ticks {
        let limits = self.kin(at).map(|known| known.outlasted_after(freqs));
        limits.max().unwrap_or(Ticks::ZERO)
    }

    fn longest_gap_after(&self, at: usize, sound: &Ended) -> Ticks {
        let gaps = self.kin(at).map(|known| known.longest_gap_after(sound));
        gaps.max().unwrap_or(Ticks::ZERO)
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
fn confidence(error: f32, heard: f32, purity: f32) -> f32 {
    let pure = (purity / 0.9).min(1.0);
    (1.0 - 0.4 * error) * (1.0 - 0.5 / (1.0 + heard)) * pure
}
