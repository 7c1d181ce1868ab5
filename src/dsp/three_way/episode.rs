//! Episodes: the far end falls silent, and is heard again. What was before, in and after the
//! silence is compared.

use super::{
    Evidence, MOST_EVIDENCE, NO_EPISODE, ThreeWayEvent, ThreeWayFrame,
    half::{HALF_SECOND, Half},
    stats::Stats,
    weights::{INPUTS, Inputs, PRIOR, WEIGHTS},
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

/// Of what was before, per half second: 30 s.
const FADE: f32 = 0.983;

const CLICKS: usize = 16;

#[derive(Clone, Debug)]
pub(super) struct Episodes {
    before: Stats,
    late: ArrayVec<Half, LATE>,
    silent: usize,
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
    clicks: ArrayClicks,
    tones: Tones,
    score: f32,
    told: bool,
}

/// Strength of the clicks at the edges.
#[derive(Clone, Copy, Debug, Default)]
struct ArrayClicks {
    first: f32,
    pair: f32,
    last: f32,
    at: Option<Tick>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tones {
    ringback: Option<Tick>,
    dial: Option<Tick>,
    dtmf: Option<Tick>,
}

impl Episodes {
    pub fn new() -> Episodes {
        Episodes {
            before: Stats::default(),
            late: ArrayVec::new(),
            silent: 0,
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
        for episode in &mut self.open {
            episode.take(half, &self.clicks);
        }
        self.open.retain(|episode| !episode.is_over());
        if self.late.is_full() {
            let oldest = self.late.remove(0);
            self.before.fade(FADE);
            self.before.add(&oldest);
        }
        self.late.push(*half);
        self.silent = if half.far <= STRAY {
            self.silent + 1
        } else {
            0
        };
        if self.silent == SILENT && self.before.level.count >= 3.0 {
            self.begin();
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

    pub fn inputs(&self) -> impl Iterator<Item = (Tick, Inputs)> {
        self.open
            .iter()
            .map(|episode| (episode.left, episode.inputs()))
    }

    pub fn drop_open(&mut self) {
        self.open.clear();
        self.late.clear();
        self.silent = 0;
    }

    fn begin(&mut self) {
        let left = self.late[self.late.len() - SILENT].start;
        let mut episode = Episode::new(left, self.before);
        let from = self.late.len() - SILENT;
        for half in &self.late[from..] {
            episode.gap.add(half);
        }
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
            clicks: ArrayClicks::default(),
            tones: Tones::default(),
            score: NO_EPISODE,
            told: false,
        }
    }

    fn is_over(&self) -> bool {
        self.after.lasted > JUDGED || self.gap.lasted > LONGEST
    }

    fn take(&mut self, half: &Half, clicks: &[Click]) {
        self.hear_tones(half);
        let back = half.far + self.stray >= BACK || self.tones.ringback.is_some();
        self.stray = half.far;
        if self.joined.is_none() && back {
            self.joined = Some(half.start);
        }
        if self.joined.is_none() {
            self.gap.add(half);
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
        if half.dtmf > 0 && self.joined.is_none() {
            self.tones.dtmf.get_or_insert(half.start);
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
        let from = self.left - Ticks::ms(600);
        let until = self.left + Ticks::ms(1500);
        let strength = |c: &Click| ((c.rise_db - 10.0) / 10.0).clamp(0.0, 2.0);
        let mut first: Option<&Click> = None;
        for click in clicks.iter().filter(|c| c.at >= from && c.at < until) {
            self.clicks.first = self.clicks.first.max(strength(click));
            self.clicks.at.get_or_insert(click.at);
            if let Some(first) = first {
                let apart = click.at.since(first.at).as_ms();
                if (250..1200).contains(&apart) {
                    self.clicks.pair = 1.0;
                }
            }
            first = first.or(Some(click));
        }
        if let Some(joined) = self.joined {
            let edge = joined - Ticks::ms(1500)..joined + HALF;
            for click in clicks.iter().filter(|c| edge.contains(&c.at)) {
                self.clicks.last = self.clicks.last.max(strength(click));
            }
        }
    }

    fn inputs(&self) -> Inputs {
        let noise = difference(&self.before.noise, &self.gap.noise);
        let (drop, drop_shape) = (-noise.0, noise.1);
        let (rise, rise_shape) = difference(&self.before.noise, &self.after.noise);
        let (echo_gap, _) = difference(&self.before.echo, &self.gap.echo);
        let (echo_after, echo_shape) = difference(&self.before.echo, &self.after.echo);
        let sure = |count: f32| count / (count + 2.0);
        let level = if self.before.level.count > 2.0 && self.after.level.count > 0.0 {
            self.after.level.mean() - self.before.level.mean()
        } else {
            0.0
        };
        let level_sure = sure(self.after.level.count);
        let mean = |(sum, count): (f32, f32)| if count > 0.0 { sum / count } else { 0.0 };
        [
            drop.clamp(-3.0, 12.0),
            drop_shape.min(8.0),
            self.gap.flutter.mean().min(4.0),
            (self.gap.lasted.max(1.0) / 4.0).log2().min(4.0),
            (-drop).clamp(0.0, 8.0),
            self.clicks.first,
            self.clicks.pair,
            self.clicks.last,
            rise.abs().min(10.0),
            rise_shape.min(8.0),
            echo_gap.abs().min(10.0),
            (echo_after.abs() + echo_shape).min(12.0) * sure(self.after.echo[0].count),
            level.abs().min(10.0) * level_sure,
            (mean(self.pitch_off) - 1.0) * sure(self.pitch_off.1),
            (mean(self.shape_off) - 4.0) / 4.0 * sure(self.shape_off.1),
            f32::from(u8::from(self.tones.ringback.is_some())),
            f32::from(u8::from(self.tones.dial.is_some())),
            f32::from(u8::from(self.tones.dtmf.is_some())),
            f32::from(u8::from(self.joined.is_some())),
            sure(self.pitch_off.1),
        ]
    }

    fn weigh(&self) -> f32 {
        let inputs = self.inputs();
        let parts = inputs.iter().zip(&WEIGHTS);
        PRIOR
            + parts
                .map(|(input, (_, weight))| input * weight)
                .sum::<f32>()
    }

    fn event(&self) -> ThreeWayEvent {
        let inputs = self.inputs();
        let mut evidence: ArrayVec<Evidence, MOST_EVIDENCE> = ArrayVec::new();
        for at in 0..INPUTS {
            let (kind, weight) = WEIGHTS[at];
            let weight = weight * inputs[at];
            if weight == 0.0 {
                continue;
            }
            match evidence.iter_mut().find(|e| e.kind == kind) {
                Some(piece) => piece.weight += weight,
                None => evidence.push(Evidence {
                    kind,
                    at: self.left,
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
}

const HALF: Ticks = Ticks(FRAME_TICKS.0 * HALF_SECOND as u64);

/// The mean difference of what is measured in parts, and how unlike the parts differ.
fn difference<const N: usize>(
    before: &[super::stats::Moments; N],
    after: &[super::stats::Moments; N],
) -> (f32, f32) {
    if before[0].count < 0.5 || after[0].count < 0.5 {
        return (0.0, 0.0);
    }
    let off: [f32; N] = std::array::from_fn(|n| after[n].mean() - before[n].mean());
    let mean = off.iter().sum::<f32>() / N as f32;
    let spread = off.iter().map(|o| (o - mean) * (o - mean)).sum::<f32>() / N as f32;
    (mean, spread.sqrt())
}
