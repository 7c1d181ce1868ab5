//! Episodes: the far end falls silent, and is heard again. What was before, in and after the
//! silence is compared.

use super::{
    Evidence, NO_EPISODE, ThreeWayEvent, ThreeWayEvidence, ThreeWayFrame,
    front::OCTAVES,
    half::{HALF_SECOND, Half},
    inputs::Inputs,
    levels::Levels,
    measure::{self, Talkers},
    stats::{LEAST_NOISE, Stats, db},
    weights,
};
use crate::click::Click;
use arrayvec::ArrayVec;
use types::{
    frame::FRAME_TICKS,
    tick::{Tick, Ticks},
    tone::Tone,
};

/// Episodes that are open at once.
const OPEN: usize = 3;

/// Half seconds without the far end that open an episode.
const SILENT: usize = 4;

/// Frames of the far end that are still silence: a click, a bit of crosstalk.
const STRAY: u8 = 4;

/// Frames within two half seconds that end it.
const BACK: u8 = 60;
/// Frames of a voice that do.
const VOICE: u8 = 10;

/// Half seconds of another noise that are more than the flash itself.
const SHORTEST: f32 = 4.0;
/// Half seconds within which nobody has dialed a third and talked to them.
const CONSULTED: f32 = 8.0;

/// What is before an episode is taken this many half seconds late: the silence is no part of it.
const LATE: usize = SILENT + 2;

/// Half seconds that an episode is judged after the far end came back, and that it may be
/// silent.
const JUDGED: f32 = 80.0;
const LONGEST: f32 = 360.0;

/// Frames without the phone that say whether there was a pause, and half seconds without one that
/// are music.
const ALONE: u8 = 10;
const MUSIC: usize = 8;
/// What a pause takes off their count, and how far it goes.
const BROKEN: usize = 4;
const MUSIC_MOST: usize = 16;
/// Half seconds after which music is no part of a hold any more.
const HOLD: u64 = 40;

/// Of what was before, per half second: 40 s.
const FADE: f32 = 0.988;

const CLICKS: usize = 16;

/// Half seconds of a call before which nothing is compared.
const KNOWN: f32 = 12.0;

#[derive(Clone, Debug)]
pub(super) struct Episodes {
    before: Stats,
    late: ArrayVec<Half, LATE>,
    silent: usize,
    /// Half seconds without a pause, less what pauses take off.
    unbroken: usize,
    clicks: ArrayVec<Click, CLICKS>,
    open: ArrayVec<Episode, OPEN>,
    /// Clicks and half seconds of the call so far, and its longest silence that ended.
    clicked: f32,
    heard_for: f32,
    quiet_for: f32,
    longest: f32,
    score: f32,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Episode {
    left: Tick,
    pub joined: Option<Tick>,
    pub before: Stats,
    pub gap: Stats,
    pub after: Stats,
    /// Frames of the far end in the last half second.
    stray: u8,
    pub talkers: Talkers,
    /// Half seconds; of this silence, and of the longest before it.
    pub silent_for: f32,
    pub usual_silence: f32,
    pub clicks: ClicksAtEdges,
    pub clicks_a_minute: f32,
    /// Changes of the noise while nobody was heard, the last one, and whether it ended the silence.
    pub steps: f32,
    step_at: Option<Tick>,
    pub stepped: bool,
    waiting: Option<Half>,
    earlier: Option<Earlier>,
    pub tones: Tones,
    score: f32,
    told: bool,
}

/// A part of the silence before its noise changed.
#[derive(Clone, Copy, Debug)]
struct Earlier {
    left: Tick,
    lasted: f32,
    gap: Stats,
}

/// Strength of the clicks at the edges.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ClicksAtEdges {
    /// Of the strongest one, and when it was.
    pub first: f32,
    first_at: Option<Tick>,
    /// Of two as a flash makes them, and when the second was.
    pub pair: f32,
    at: Option<Tick>,
    pub last: f32,
    /// Where the noise changed.
    pub step: f32,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tones {
    pub ringback: Option<Tick>,
    pub dial: Option<Tick>,
    pub dtmf: Option<Tick>,
    pub music: Option<Tick>,
}

impl Episodes {
    pub fn new() -> Episodes {
        Episodes {
            before: Stats::default(),
            late: ArrayVec::new(),
            silent: 0,
            unbroken: 0,
            clicks: ArrayVec::new(),
            open: ArrayVec::new(),
            clicked: 0.0,
            heard_for: 0.0,
            quiet_for: 0.0,
            longest: 0.0,
            score: NO_EPISODE,
        }
    }

    pub fn click(&mut self, click: Click) {
        if self.clicks.is_full() {
            self.clicks.remove(0);
        }
        self.clicks.push(click);
        self.clicked += 1.0;
    }

    pub fn take(&mut self, half: &Half, threshold: f32) -> ThreeWayFrame {
        self.heard_for += 1.0;
        if half.alone >= ALONE {
            let (loud, alone) = (u16::from(half.loud_alone), u16::from(half.alone));
            let whole = 8 * loud >= 7 * alone;
            self.unbroken = if whole {
                (self.unbroken + 1).min(MUSIC_MOST)
            } else {
                self.unbroken.saturating_sub(BROKEN)
            };
        }
        for episode in &mut self.open {
            episode.take(half, self.unbroken, &self.clicks);
        }
        self.open.retain(|episode| !episode.is_over());
        if self.unbroken >= MUSIC {
            // Music is nobody's voice.
            self.late.clear();
        } else {
            self.remember(half);
        }
        let best = self.open.iter().map(|e| e.score);
        self.score = best.fold(NO_EPISODE, f32::max);
        let mut frame = self.frame();
        let reached = |e: &&mut Episode| !e.told && e.score >= threshold;
        if let Some(episode) = self.open.iter_mut().find(reached) {
            episode.told = true;
            frame.event = Some(episode.event());
        }
        frame
    }

    /// Takes a half second into what was before, and sees whether the far end is silent.
    fn remember(&mut self, half: &Half) {
        if self.late.is_full() {
            let oldest = self.late.remove(0);
            // A silence that is judged is no part of what was before it.
            if !self.open.iter().any(Episode::is_quiet) {
                self.before.fade(FADE);
                self.before.add(&oldest);
            }
        }
        self.late.push(*half);
        let silent = half.far_alone <= STRAY && (half.far <= STRAY || half.alone >= ALONE);
        if silent {
            self.silent += 1;
            self.quiet_for += 1.0;
        } else if half.far_alone > STRAY && !half.is_keyed() {
            self.silent = 0;
            self.longest = self.longest.max(self.quiet_for);
            self.quiet_for = 0.0;
        }
        if self.silent >= SILENT
            && self.before.lasted >= KNOWN
            && !self.open.iter().any(Episode::is_quiet)
        {
            self.begin();
        }
    }

    pub fn frame(&self) -> ThreeWayFrame {
        ThreeWayFrame {
            score: self.score,
            event: None,
        }
    }

    pub fn best(&self) -> Option<ThreeWayEvent> {
        let best = self.open.iter().max_by(|a, b| a.score.total_cmp(&b.score));
        best.map(Episode::event)
    }

    pub fn inputs(&self) -> impl Iterator<Item = (Tick, Option<Tick>, Inputs)> {
        self.open.iter().map(|e| (e.left, e.joined, e.inputs()))
    }

    pub fn drop_open(&mut self) {
        self.open.clear();
        self.late.clear();
        self.silent = 0;
        self.score = NO_EPISODE;
    }

    pub fn forget_echo(&mut self) {
        self.before.echo = Default::default();
        for half in &mut self.late {
            half.echo = None;
        }
        for episode in &mut self.open {
            let Episode {
                before, gap, after, ..
            } = episode;
            for stats in [before, gap, after] {
                stats.echo = Default::default();
            }
        }
    }

    fn begin(&mut self) {
        let from = self.late.len().saturating_sub(SILENT);
        let left = self.late[from].start;
        let mut episode = Episode::new(left, self.before);
        for half in &self.late[from..] {
            episode.gap.add(half);
        }
        episode.silent_for = SILENT as f32;
        episode.usual_silence = self.longest;
        episode.clicks_a_minute = 120.0 * self.clicked / self.heard_for.max(40.0);
        episode.look_for_clicks(&self.clicks);
        episode.score = episode.weigh();
        if self.open.is_full() {
            // The one that says least goes, but none that is still silent.
            let closed = |e: &Episode| e.joined.is_some();
            let least = (0..OPEN)
                .filter(|&at| closed(&self.open[at]))
                .min_by(|&a, &b| self.open[a].score.total_cmp(&self.open[b].score));
            self.open.remove(least.unwrap_or(0));
        }
        self.open.push(episode);
    }
}

impl Episode {
    fn new(left: Tick, before: Stats) -> Episode {
        Episode {
            left,
            joined: None,
            before,
            gap: Stats::default(),
            after: Stats::default(),
            stray: 0,
            talkers: Talkers::default(),
            silent_for: 0.0,
            usual_silence: 0.0,
            clicks_a_minute: 0.0,
            steps: 0.0,
            step_at: None,
            stepped: false,
            waiting: None,
            earlier: None,
            clicks: ClicksAtEdges::default(),
            tones: Tones::default(),
            score: NO_EPISODE,
            told: false,
        }
    }

    fn is_over(&self) -> bool {
        self.after.lasted > JUDGED || self.silent_for > LONGEST
    }

    fn take(&mut self, half: &Half, unbroken: usize, clicks: &[Click]) {
        self.hear_tones(half);
        if self.joined.is_none() && (self.is_back(half) || self.tones.ringback.is_some()) {
            self.settle();
            self.come_back(half.start);
        }
        if unbroken == MUSIC {
            self.not_yet(half.start);
        }
        if unbroken >= MUSIC {
            self.silent_for += 1.0;
        } else if !self.is_quiet() || !self.look_for_step(half) {
            self.add(half);
        }
        self.look_for_clicks(clicks);
        self.score = self.weigh();
    }

    /// The far end speaks, or is loud for a whole second.
    fn is_back(&mut self, half: &Half) -> bool {
        let far = if half.is_keyed() { 0 } else { half.far_alone };
        let loud = far + self.stray >= BACK;
        self.stray = far;
        loud || half.voice.is_some() && far >= VOICE
    }

    /// Nobody was heard since the far end fell silent.
    fn is_quiet(&self) -> bool {
        self.joined.is_none() || self.stepped && self.talkers.is_empty()
    }

    fn add(&mut self, half: &Half) {
        if self.joined.is_none() {
            // What was last counts most: the silence may have begun before anybody left.
            self.gap.fade(0.93);
            self.gap.add(half);
            self.silent_for += 1.0;
        } else {
            self.after.add(half);
            if let Some(voice) = &half.voice {
                self.talkers.hear(&self.before, voice);
            }
        }
    }

    fn come_back(&mut self, now: Tick) {
        self.joined = Some(now);
        let Some(earlier) = self.earlier.take() else {
            return;
        };
        if self.silent_for < CONSULTED && self.silent_for < earlier.lasted {
            // So soon after the connection changed: it was the third's coming, not the leaving.
            self.joined = Some(self.left);
            self.left = earlier.left;
            self.silent_for = earlier.lasted;
            self.after = self.gap;
            self.gap = earlier.gap;
        }
    }

    /// In a silence, noise that changes at once and stays so is the switching of the connection.
    /// Returns whether this half second waits for the next one.
    fn look_for_step(&mut self, half: &Half) -> bool {
        let Some(noise) = half.noise else {
            return false;
        };
        let now = if self.joined.is_none() {
            &self.gap
        } else {
            &self.after
        };
        if !is_step(&now.noise, &noise) {
            self.settle();
            return false;
        }
        let Some(first) = self.waiting.take() else {
            self.waiting = Some(*half);
            return true;
        };
        self.step(first.start);
        self.add(&first);
        false
    }

    fn step(&mut self, at: Tick) {
        self.steps += 1.0;
        self.step_at = Some(at);
        if let Some(joined) = self.joined {
            if measure::is_nearer(&self.before, &self.gap, &self.after) {
                // The first part of the silence was nothing yet.
                self.before.absorb(&self.gap);
                self.left = joined;
                self.silent_for = self.after.lasted;
                self.gap = self.after;
            }
            self.joined = Some(at);
            self.after = Stats::default();
        } else if measure::is_like(&self.before, &self.gap) {
            // It was a silence of the same connection until now.
            self.before.absorb(&self.gap);
            self.earlier = Some(Earlier {
                left: self.left,
                lasted: self.silent_for,
                gap: self.gap,
            });
            self.left = at;
            self.silent_for = 0.0;
            self.gap = Stats::default();
        } else if self.silent_for < SHORTEST {
            self.gap = Stats::default();
        } else {
            self.joined = Some(at);
            self.stepped = true;
        }
    }

    /// What waited was no step.
    fn settle(&mut self) {
        if let Some(half) = self.waiting.take() {
            self.add(&half);
        }
    }

    fn hear_tones(&mut self, half: &Half) {
        match half.tone {
            Some(Tone::Ringback) => _ = self.tones.ringback.get_or_insert(half.start),
            Some(Tone::Dial | Tone::StutterDial) if self.joined.is_none() => {
                _ = self.tones.dial.get_or_insert(half.start);
            }
            _ => {}
        }
        if half.hum && self.joined.is_none() {
            self.tones.dial.get_or_insert(half.start);
        }
        if (half.dtmf > 0 || half.is_keyed()) && self.joined.is_none() {
            self.tones.dtmf.get_or_insert(half.start);
        }
    }

    /// What came was music: the far end is still away.
    fn not_yet(&mut self, now: Tick) {
        let since = now - Ticks(HALF.0 * HOLD);
        if self.joined.is_some_and(|joined| joined >= since) {
            self.joined = None;
            self.after = Stats::default();
            self.talkers = Talkers::default();
            self.stepped = false;
            self.tones.music = Some(now);
        }
    }

    fn look_for_clicks(&mut self, clicks: &[Click]) {
        let until = self.joined.map_or(Tick(u64::MAX), |joined| joined + HALF);
        let within = self.left - Ticks::ms(1200)..until;
        let strength = |c: &Click| ((c.rise_db - 10.0) / 10.0).clamp(0.0, 3.0);
        let found = || clicks.iter().filter(|c| within.contains(&c.at));
        for click in found() {
            if strength(click) > self.clicks.first {
                self.clicks.first = strength(click);
                self.clicks.first_at = Some(click.at);
            }
        }
        for second in found() {
            let apart = |first: &&Click| (270..1150).contains(&second.at.since(first.at).as_ms());
            for first in found().filter(apart) {
                let pair = strength(first).min(strength(second));
                if pair > self.clicks.pair {
                    self.clicks.pair = pair;
                    self.clicks.at = Some(second.at);
                }
            }
        }
        if let Some(step) = self.step_at {
            let near = |c: &&Click| c.at + Ticks::ms(700) > step && c.at < step + Ticks::ms(700);
            self.clicks.step = found()
                .filter(near)
                .map(strength)
                .fold(self.clicks.step, f32::max);
        }
        let after = self.clicks.at.unwrap_or(self.left) + Ticks::ms(1500);
        if let Some(joined) = self.joined {
            let edge = after.max(joined - Ticks::secs(6));
            let last = found().filter(|c| c.at >= edge).map(strength);
            self.clicks.last = last.fold(self.clicks.last, f32::max);
        }
    }

    fn inputs(&self) -> Inputs {
        measure::inputs(self)
    }

    fn weigh(&self) -> f32 {
        weights::score(&self.inputs())
    }

    fn event(&self) -> ThreeWayEvent {
        let pieces = weights::pieces(&self.inputs()).into_iter();
        let evidence = pieces
            .filter(|(_, weight)| *weight != 0.0)
            .map(|(kind, weight)| Evidence {
                kind,
                at: self.since(kind),
                weight,
            })
            .collect();
        ThreeWayEvent {
            left: self.left,
            joined: self.joined,
            score: self.score,
            evidence,
        }
    }

    /// When what such evidence is about began.
    fn since(&self, kind: ThreeWayEvidence) -> Tick {
        let back = self.joined.unwrap_or(self.left);
        match kind {
            ThreeWayEvidence::Click => {
                let at = self.clicks.at.or(self.clicks.first_at);
                at.unwrap_or(self.left)
            }
            ThreeWayEvidence::Silence => self.left,
            ThreeWayEvidence::DialTone => self.tones.dial.unwrap_or(self.left),
            ThreeWayEvidence::Digit => self.tones.dtmf.unwrap_or(self.left),
            ThreeWayEvidence::Ringback => self.tones.ringback.unwrap_or(back),
            ThreeWayEvidence::Level
            | ThreeWayEvidence::NoiseFloor
            | ThreeWayEvidence::EchoPath
            | ThreeWayEvidence::NewTalker => back,
        }
    }
}

const HALF: Ticks = Ticks(FRAME_TICKS.0 * HALF_SECOND as u64);

/// Whether this noise is another one, by more than chance.
fn is_step(levels: &[Levels; OCTAVES], noise: &[f32; OCTAVES]) -> bool {
    if levels[0].count < 1.5 {
        return false;
    }
    let offs: [f32; OCTAVES] =
        std::array::from_fn(|o| (db(noise[o].max(LEAST_NOISE)) - levels[o].own()).abs());
    let mean = offs.iter().sum::<f32>() / OCTAVES as f32;
    let most = offs.iter().fold(0.0f32, |a, &b| a.max(b));
    mean > 0.9 && most > 2.0
}
