//! The measurements of an episode: what was before, in and after a silence, compared.

use super::{
    cepstrum::CEPSTRA,
    episode::Episode,
    front::OCTAVES,
    half::VoiceOf,
    inputs::{Input::*, Inputs},
    levels::Levels,
    stats::{Moments, Stats},
};

/// What talkers' cepstra vary by from half second to half second, as variances.
const USUAL: [f32; CEPSTRA] = [
    0.06, 0.05, 0.04, 0.03, 0.025, 0.02, 0.015, 0.015, 0.012, 0.01,
];

/// Share of the newest half second of voice in the running mean of a talker, once there are some.
const TURN: f32 = 0.3;

/// How far the voices after a silence are from those before it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Talkers {
    heard: f32,
    /// Sum of squared distances by half second.
    color: f32,
    /// Running mean, [`TURN`] of it new, and how far the first two seconds were off.
    turn: [f32; CEPSTRA],
    first: f32,
    /// The same of pitch.
    tone: f32,
    most_tone: f32,
    /// Odds that some of it was another voice.
    other: f32,
}

impl Talkers {
    pub fn hear(&mut self, before: &Stats, voice: &VoiceOf) {
        if before.pitch.count < 2.0 {
            return;
        }
        let pitch = voice.pitch - before.pitch.mean();
        let spread = before.pitch.variance() + 0.008;
        self.heard += 1.0;
        let share = TURN.max(1.0 / self.heard);
        let (mut color, mut turn) = (0.0, 0.0);
        for k in 0..CEPSTRA {
            let variance = usual_variance(&before.cepstra[k], k);
            let off = voice.cepstra[k] - before.cepstra[k].mean();
            color += off * off / variance;
            self.turn[k] += share * (off - self.turn[k]);
            turn += self.turn[k] * self.turn[k] / variance;
        }
        color /= CEPSTRA as f32;
        turn /= CEPSTRA as f32;
        self.color += color.min(8.0);
        self.other = (self.other + (color.min(8.0) - 1.5) * 0.5).max(0.0);
        self.tone += share * (pitch - self.tone);
        if self.heard >= 3.0 {
            self.most_tone = self.most_tone.max(self.tone * self.tone / spread);
        }
        if self.heard <= 4.0 {
            self.first = turn;
        }
    }

    pub fn is_empty(&self) -> bool {
        self.heard == 0.0
    }

    fn mean(&self, sum: f32) -> f32 {
        sum / self.heard.max(1.0)
    }
}

fn usual_variance(moments: &Moments, k: usize) -> f32 {
    (moments.count * moments.variance() + 6.0 * USUAL[k]) / (moments.count + 6.0)
}

/// Counts grow less and less sure.
fn sure(count: f32) -> f32 {
    count / (count + 4.0)
}

/// The noise of the three stretches against one another.
struct Compared {
    left: Differences,
    back: Differences,
    changed: Differences,
    pauses: Differences,
    /// How sure the first, the third and the last of these are.
    known: [f32; 3],
}

fn compared(e: &Episode) -> Compared {
    let (before, gap, after) = (&e.before, &e.gap, &e.after);
    let quiet = quiet(before);
    let settled = before.noise[0].count >= 1.0 && after.noise[0].count >= 2.0;
    let (noise_before, noise_after) = if settled {
        (&before.noise, &after.noise)
    } else {
        (&before.pause, &after.pause)
    };
    let known = |a: &[Levels; OCTAVES], b: &[Levels; OCTAVES]| sure(a[0].count.min(b[0].count));
    Compared {
        left: differences(quiet, &gap.noise),
        back: differences(&gap.noise, &after.noise),
        changed: differences(noise_before, noise_after),
        pauses: differences(&before.pause, &after.pause),
        known: [
            known(quiet, &gap.noise),
            known(noise_before, noise_after),
            known(&before.pause, &after.pause),
        ],
    }
}

/// The noise of a stretch; where a long pause was never heard in it, of short ones.
fn quiet(stats: &Stats) -> &[Levels; OCTAVES] {
    if stats.noise[0].count >= 1.0 {
        &stats.noise
    } else {
        &stats.pause
    }
}

pub(super) fn inputs(e: &Episode) -> Inputs {
    let mut inputs = Inputs::NONE;
    noises(&compared(e), &mut inputs);
    silence(e, &mut inputs);
    echoes(e, &mut inputs);
    levels(e, &mut inputs);
    talkers(e, &mut inputs);
    inputs
}

fn noises(noise: &Compared, to: &mut Inputs) {
    to[GapMean] = noise.left.mean;
    to[GapMost] = noise.left.most;
    to[GapApart] = noise.left.apart;
    to[GapSharp] = noise.left.sharp;
    to[GapFavor] = noise.left.favor;
    to[GapKnown] = noise.known[0];
    to[BackMean] = noise.back.mean;
    to[BackMost] = noise.back.most;
    to[BackApart] = noise.back.apart;
    to[BackSharp] = noise.back.sharp;
    to[BackFavor] = noise.back.favor;
    to[NoiseMean] = noise.changed.mean;
    to[NoiseMost] = noise.changed.most;
    to[NoiseApart] = noise.changed.apart;
    to[NoiseSharp] = noise.changed.sharp;
    to[NoiseFavor] = noise.changed.favor;
    to[NoiseKnown] = noise.known[1];
    to[PauseMean] = noise.pauses.mean;
    to[PauseMost] = noise.pauses.most;
    to[PauseApart] = noise.pauses.apart;
    to[PauseFavor] = noise.pauses.favor;
    to[PauseKnown] = noise.known[2];
    to[Undone] = undone(noise);
}

fn silence(e: &Episode, to: &mut Inputs) {
    let flag = |there: bool| f32::from(u8::from(there));
    to[GapFlutter] = e.gap.flutter.mean().min(4.0);
    to[SilentFor] = e.silent_for.max(1.0).log2();
    to[Unusual] = (e.silent_for / e.usual_silence.max(4.0)).log2();
    to[Steps] = e.steps.min(4.0);
    to[ClickFirst] = e.clicks.first;
    to[ClickPair] = e.clicks.pair;
    to[ClickLast] = e.clicks.last;
    to[ClickAtStep] = e.clicks.step;
    to[ClickRate] = e.clicks_a_minute.min(30.0);
    to[Ringing] = flag(e.tones.ringback.is_some());
    to[Dialing] = flag(e.tones.dial.is_some());
    to[Digits] = flag(e.tones.dtmf.is_some());
    to[Music] = flag(e.tones.music.is_some());
    to[Returned] = flag(e.joined.is_some());
    to[Stepped] = flag(e.stepped);
}

fn echoes(e: &Episode, to: &mut Inputs) {
    let (before, gap, after) = (&e.before.echo, &e.gap.echo, &e.after.echo);
    to[EchoGap] = unlike(before, gap, 4.0);
    to[EchoAfter] = unlike(before, after, 4.0);
    to[EchoBack] = unlike(gap, after, 4.0);
    to[EchoKnown] = sure(before[0].count.min(after[0].count));
    to[EchoGapKnown] = sure(before[0].count.min(gap[0].count));
    to[EchoFavor] = favor(before, after, 4.0, 16.0);
    to[EchoGapFavor] = favor(before, gap, 4.0, 16.0);
}

fn levels(e: &Episode, to: &mut Inputs) {
    let (before, after) = (&e.before.level, &e.after.level);
    to[LevelUnlike] = unlike(&[*before], &[*after], 4.0);
    if before.count >= 1.0 && after.count >= 1.0 {
        to[LevelMore] = after.mean() - before.mean();
    }
    to[LevelVaries] = after.variance().sqrt().min(8.0);
    to[LevelVaried] = before.variance().sqrt().min(8.0);
    to[LevelFavor] = favor(&[*before], &[*after], 4.0, 9.0);
}

fn talkers(e: &Episode, to: &mut Inputs) {
    let (before, after, t) = (&e.before, &e.after, &e.talkers);
    let alone = after.alone.max(20.0);
    to[PitchUnlike] = unlike(&[before.pitch], &[after.pitch], 0.01);
    if t.heard > 0.0 {
        to[PitchOff] = (after.pitch.mean() - before.pitch.mean()).abs();
    }
    to[PitchSpread] = after.pitch.variance().sqrt() - before.pitch.variance().sqrt();
    to[PitchMost] = t.most_tone.min(12.0);
    to[ShapeUnlike] = unlike(&before.shape, &after.shape, 3.0);
    to[ColorUnlike] = color(before, after);
    to[ColorMean] = (t.mean(t.color) - 1.0) * sure(t.heard);
    to[ColorFirst] = t.first.min(8.0);
    to[OtherVoice] = t.other.min(20.0);
    to[VoiceFavor] = voice_favors(before, after);
    to[FarShare] = after.far / alone;
    to[VoicedShare] = after.pitch.count / after.level.count.max(2.0);
    to[LoudShare] = after.loud / alone;
}

/// How much nearer the noise after the silence is to that before it than that of the silence: of a
/// connection that comes back as it was, what changed is undone.
fn undone(noise: &Compared) -> f32 {
    const LEAST: f32 = 0.3;
    if noise.known[0] == 0.0 || noise.known[1] == 0.0 {
        return 0.0;
    }
    ((noise.left.size + LEAST) / (noise.changed.size + LEAST)).log2()
}

/// The silence sounds as what was before it, or nothing else is known.
pub(super) fn is_like(before: &Stats, gap: &Stats) -> bool {
    let quiet = quiet(before);
    let off = differences(quiet, &gap.noise);
    off.most < 2.0 && off.mean.abs() < 1.0
}

/// Of two silences after another, the first is more like what was before.
pub(super) fn is_nearer(before: &Stats, first: &Stats, second: &Stats) -> bool {
    let quiet = quiet(before);
    let (first, second) = (
        differences(quiet, &first.noise),
        differences(quiet, &second.noise),
    );
    first.most + first.mean.abs() < second.most + second.mean.abs()
}

/// Of a noise's own levels by octave: the mean difference, the largest, and how far they are apart.
#[derive(Default)]
struct Differences {
    mean: f32,
    most: f32,
    apart: f32,
    /// In units of what they can be off, as a logarithm.
    sharp: f32,
    /// Root of the mean square.
    size: f32,
    /// As [`favors`].
    favor: f32,
}

/// How much likelier (as a logarithm) a difference is if there was a change, such ones spreading by
/// `usual`, than if there was none and it comes from what is not known exactly; both as variances.
fn favors(off: f32, doubt: f32, usual: f32) -> f32 {
    let share = usual / (doubt * (doubt + usual));
    0.5 * (off * off * share - (1.0 + usual / doubt).ln())
}

const MOST_FAVOR: f32 = 10.0;

/// Of a noise by another connection, in dB squared.
const USUAL_NOISE: f32 = 9.0;

fn differences(before: &[Levels; OCTAVES], after: &[Levels; OCTAVES]) -> Differences {
    let mut all = Differences::default();
    if before[0].count < 0.5 || after[0].count < 0.5 {
        return all;
    }
    for (before, after) in before.iter().zip(after) {
        let off = after.own() - before.own();
        all.mean += off / OCTAVES as f32;
        all.most = all.most.max(off.abs());
        all.apart += before.apart(after) / OCTAVES as f32;
        let doubt = 0.8 * (1.0 / before.count + 1.0 / after.count) + 0.02;
        all.sharp += off * off / doubt / OCTAVES as f32;
        all.size += off * off / OCTAVES as f32;
        all.favor += favors(off, doubt + 0.05, USUAL_NOISE);
    }
    all.favor = all.favor.min(MOST_FAVOR);
    all.size = all.size.sqrt();
    all.sharp = (1.0 + all.sharp).log2();
    all.mean = all.mean.clamp(-12.0, 12.0);
    all.most = all.most.min(12.0);
    all
}

/// How unlike the colours of the voices are, in units of what their means can be off.
fn color(before: &Stats, after: &Stats) -> f32 {
    let (b, a) = (before.cepstra[0].count, after.cepstra[0].count);
    if b < 1.0 || a < 1.0 {
        return 0.0;
    }
    let squares = (0..CEPSTRA).map(|k| {
        let off = after.cepstra[k].mean() - before.cepstra[k].mean();
        let doubt = usual_variance(&before.cepstra[k], k) * (1.0 / b + 1.0 / a + 0.03);
        off * off / doubt
    });
    (1.0 + squares.sum::<f32>() / CEPSTRA as f32).log2()
}

/// As [`favors`], of the colours of the voices.
fn voice_favors(before: &Stats, after: &Stats) -> f32 {
    let (b, a) = (before.cepstra[0].count, after.cepstra[0].count);
    if b < 1.0 || a < 1.0 {
        return 0.0;
    }
    let all = (0..CEPSTRA).map(|k| {
        let off = after.cepstra[k].mean() - before.cepstra[k].mean();
        let usual = usual_variance(&before.cepstra[k], k);
        favors(off, usual * (1.0 / b + 1.0 / a + 0.03), usual)
    });
    all.sum::<f32>().min(MOST_FAVOR)
}

/// As [`favors`], of measurements in parts.
fn favor<const N: usize>(
    before: &[Moments; N],
    after: &[Moments; N],
    least: f32,
    usual: f32,
) -> f32 {
    if before[0].count < 0.5 || after[0].count < 0.5 {
        return 0.0;
    }
    let pairs = before.iter().zip(after);
    let all = pairs.map(|(b, a)| {
        let each = b.variance() + least;
        let doubt = each * (1.0 / b.count + 1.0 / a.count + 0.1);
        favors(a.mean() - b.mean(), doubt, usual)
    });
    all.sum::<f32>().min(MOST_FAVOR)
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
