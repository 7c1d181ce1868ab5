//! Episodes: the far end falls silent, and is heard again. What was before, in and after the
//! silence is compared.

use super::{
    Evidence, MOST_EVIDENCE, NO_EPISODE, ThreeWayEvent, ThreeWayEvidence, ThreeWayFrame,
    half::{HALF_SECOND, Half},
    stats::{Moments, Stats},
    weights::{CURVES, Inputs, PRIORS, both},
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
const BACK: u8 = 20;

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
const KNOWN: f32 = 20.0;

#[derive(Clone, Debug)]
pub(super) struct Episodes {
    before: Stats,
    late: ArrayVec<Half, LATE>,
    silent: usize,
    /// Half seconds without a pause, less what pauses take off.
    unbroken: usize,
    clicks: ArrayVec<Click, CLICKS>,
    open: ArrayVec<Episode, OPEN>,
    score: f32,
}

#[derive(Clone, Copy, Debug)]
struct Episode {
    left: Tick,
    joined: Option<Tick>,
    before: Stats,
    gap: Stats,
    after: Stats,
    /// Frames of the far end in the last half second.
    stray: u8,
    /// Distance of the voices after from those before, summed by half second.
    pitch_off: (f32, f32),
    shape_off: (f32, f32),
    /// Half seconds.
    silent_for: f32,
    clicks: ClicksAtEdges,
    tones: Tones,
    score: f32,
    told: bool,
}

/// Strength of the clicks at the edges.
#[derive(Clone, Copy, Debug, Default)]
struct ClicksAtEdges {
    first: f32,
    /// Of two as a flash makes them, and when the second was.
    pair: f32,
    at: Option<Tick>,
    last: f32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tones {
    ringback: Option<Tick>,
    dial: Option<Tick>,
    dtmf: Option<Tick>,
    music: Option<Tick>,
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
            score: NO_EPISODE,
        }
    }

    pub fn click(&mut self, click: Click) {
        if self.clicks.is_full() {
            self.clicks.remove(0);
        }
        self.clicks.push(click);
    }

    pub fn take(&mut self, half: &Half, threshold: f32) -> ThreeWayFrame {
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
            self.before.fade(FADE);
            self.before.add(&oldest);
        }
        self.late.push(*half);
        if half.far <= STRAY {
            self.silent += 1;
        } else if !half.is_keyed() {
            self.silent = 0;
        }
        if half.far <= STRAY
            && self.silent == SILENT
            && self.before.lasted >= KNOWN
            && self.before.level.count >= 1.0
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
    }

    fn begin(&mut self) {
        let from = self.late.len().saturating_sub(SILENT);
        let left = self.late[from].start;
        let mut episode = Episode::new(left, self.before);
        for half in &self.late[from..] {
            episode.gap.add(half);
        }
        episode.silent_for = SILENT as f32;
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
            pitch_off: (0.0, 0.0),
            shape_off: (0.0, 0.0),
            silent_for: 0.0,
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
        let far = if half.is_keyed() { 0 } else { half.far };
        let back = far + self.stray >= BACK || self.tones.ringback.is_some();
        self.stray = far;
        if self.joined.is_none() && back {
            self.joined = Some(half.start);
        }
        if unbroken == MUSIC {
            self.not_yet(half.start);
        }
        if unbroken >= MUSIC {
            self.silent_for += 1.0;
        } else if self.joined.is_none() {
            // What was last counts most: the silence may have begun before anybody left.
            self.gap.fade(0.85);
            self.gap.add(half);
            self.silent_for += 1.0;
        } else {
            self.after.add(half);
            self.compare_voice(half);
        }
        self.look_for_clicks(clicks);
        self.score = self.weigh();
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
            (self.pitch_off, self.shape_off) = ((0.0, 0.0), (0.0, 0.0));
            self.tones.music = Some(now);
        }
    }

    fn compare_voice(&mut self, half: &Half) {
        let Some(voice) = half.voice else {
            return;
        };
        if self.before.pitch.count < 2.0 {
            return;
        }
        let pitch = voice.pitch - self.before.pitch.mean();
        let spread = self.before.pitch.variance() + 0.008;
        self.pitch_off.0 += (pitch * pitch / spread).min(12.0);
        self.pitch_off.1 += 1.0;
        let mut off = 0.0;
        for (moments, &octave) in self.before.shape.iter().zip(&voice.shape) {
            let shape = 3.01 * octave - moments.mean();
            off += shape * shape / (moments.variance() + 2.0);
        }
        self.shape_off.0 += off.min(20.0);
        self.shape_off.1 += 1.0;
    }

    fn look_for_clicks(&mut self, clicks: &[Click]) {
        let until = self.joined.map_or(Tick(u64::MAX), |joined| joined + HALF);
        let within = self.left - Ticks::ms(1200)..until;
        let strength = |c: &Click| ((c.rise_db - 10.0) / 10.0).clamp(0.0, 1.5);
        let found = || clicks.iter().filter(|c| within.contains(&c.at));
        let found_strengths = found().map(strength);
        self.clicks.first = found_strengths.fold(self.clicks.first, f32::max);
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
        let after = self.clicks.at.unwrap_or(self.left) + Ticks::ms(1500);
        if let Some(joined) = self.joined {
            let edge = after.max(joined - Ticks::secs(6));
            let last = found().filter(|c| c.at >= edge).map(strength);
            self.clicks.last = last.fold(self.clicks.last, f32::max);
        }
    }

    fn inputs(&self) -> Inputs {
        let (before, gap, after) = (&self.before, &self.gap, &self.after);
        let flag = |tick: Option<Tick>| f32::from(u8::from(tick.is_some()));
        let mean = |(sum, count): (f32, f32)| if count > 0.0 { sum / count } else { 0.0 };
        let sure = |count: f32| count / (count + 2.0);
        // Where a long pause was never heard before, a short one must do.
        let quiet = if before.noise[0].count >= 1.0 {
            &before.noise
        } else {
            &before.pause
        };
        let settled = before.noise[0].count >= 1.0 && after.noise[0].count >= 2.0;
        let (noise_before, noise_after) = if settled {
            (&before.noise, &after.noise)
        } else {
            (&before.pause, &after.pause)
        };
        let quieter = unlike(quiet, &gap.noise, 1.0);
        let louder = unlike(&gap.noise, &after.noise, 1.0);
        [
            // The silence, and its clicks.
            -mean_difference(quiet, &gap.noise).clamp(-10.0, 3.0),
            quieter,
            gap.flutter.mean().min(4.0),
            (self.silent_for.max(1.0) / 4.0).log2().min(4.0),
            louder,
            self.clicks.first,
            self.clicks.pair,
            self.clicks.last,
            // The connection after it.
            mean_difference(noise_before, noise_after).abs().min(10.0),
            unlike(noise_before, noise_after, 1.0),
            unlike(&before.echo, &gap.echo, 4.0),
            unlike(&before.echo, &after.echo, 4.0),
            unlike(&[before.level], &[after.level], 4.0),
            unlike(&[before.pitch], &[after.pitch], 0.01),
            unlike(&before.shape, &after.shape, 3.0),
            // What was heard meanwhile.
            flag(self.tones.ringback),
            flag(self.tones.dial),
            flag(self.tones.dtmf),
            flag(self.joined),
            // The talkers, half second by half second, and how much of all this is known.
            sure(self.pitch_off.1),
            flag(self.tones.music),
            (mean(self.pitch_off) - 1.0) * sure(self.pitch_off.1),
            (mean(self.shape_off) - 4.0) / 4.0 * sure(self.shape_off.1),
            quieter.min(louder),
            sure(noise_before[0].count.min(noise_after[0].count)),
            sure(before.echo[0].count.min(after.echo[0].count)),
            after.far / after.alone.max(20.0),
            after.pitch.count / after.level.count.max(2.0),
            after.level.variance().sqrt().min(8.0),
            sure(before.noise[0].count.min(gap.noise[0].count)),
        ]
    }

    fn weigh(&self) -> f32 {
        let mut sums = PRIORS;
        for (curve, input) in CURVES.iter().zip(self.inputs()) {
            let worth = curve.worth(input);
            sums = [sums[0] + worth[0], sums[1] + worth[1]];
        }
        both(sums[0], sums[1])
    }

    fn event(&self) -> ThreeWayEvent {
        let mut evidence: ArrayVec<Evidence, MOST_EVIDENCE> = ArrayVec::new();
        for (curve, input) in CURVES.iter().zip(self.inputs()) {
            let worth = curve.worth(input);
            let weight = worth[0] + worth[1];
            if weight == 0.0 {
                continue;
            }
            match evidence.iter_mut().find(|e| e.kind == curve.kind) {
                Some(piece) => piece.weight += weight,
                None => evidence.push(Evidence {
                    kind: curve.kind,
                    at: self.since(curve.kind),
                    weight,
                }),
            }
        }
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
            ThreeWayEvidence::Click => self.clicks.at.unwrap_or(self.left),
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

/// The mean difference of what is measured in parts.
fn mean_difference<const N: usize>(before: &[Moments; N], after: &[Moments; N]) -> f32 {
    if before[0].count < 0.5 || after[0].count < 0.5 {
        return 0.0;
    }
    let off = before.iter().zip(after).map(|(b, a)| a.mean() - b.mean());
    off.sum::<f32>() / N as f32
}

/// How unlike two measurements in parts are: the logarithm of their squared distances in
/// units of what the means can be off. `least` is a variance that a single half second has, and a
/// tenth of it one that every mean has.
fn unlike<const N: usize>(before: &[Moments; N], after: &[Moments; N], least: f32) -> f32 {
    if before[0].count < 0.5 || after[0].count < 0.5 {
        return 0.0;
    }
    let pairs = before.iter().zip(after);
    let squares = pairs.map(|(b, a)| {
        let off = a.mean() - b.mean();
        let each = b.variance() + least;
        let doubt = each * (1.0 / b.count + 1.0 / a.count + 0.1);
        off * off / doubt
    });
    (1.0 + squares.sum::<f32>() / N as f32).log2()
}
