//! Whether what looks like a key is one, and where exactly it begins and ends.
//!
//! Both tones are fitted to each 5 ms of the last 70 ms, at the frequencies that they have. The
//! blocks in which both are as strong as in the middle are the digit. A digit is steady in
//! amplitude and frequency, both its tones begin at once, and what they leave unexplained is
//! noise, which cannot be foretold from one sample to the next. Voices fail in at least one of
//! these.

use super::{
    Profile, Recent,
    blocks::{BLOCK, BLOCKS, Basis, Blocks, Fit},
    phasor::Phasor,
    screen::{Pair, Screen, Tones},
};
use crate::{
    bank::HOP,
    level::power_dbm0,
    simd::{Kernels, Work},
};
use std::ops::Range;

/// What differs between the profiles.
#[derive(Debug)]
pub(super) struct Limits {
    /// Samples that a digit must have lasted.
    shortest: f32,
    /// Share of the power that the two tones leave unexplained.
    rest: f32,
    rest_in_hum: f32,
    /// Share of each tone's power that isn't of one frequency and amplitude; under a dial tone.
    unsteady: f32,
    unsteady_in_hum: f32,
    /// Share of the power that could be foretold, when both tones began sharply.
    voiced: f32,
    voiced_in_hum: f32,
    /// Share that is unexplained of a digit whose beginning isn't seen: it was broken, or
    /// something sounded over it.
    rest_running: f32,
    /// Share of its power that a tone has before its beginning; under a dial tone.
    before: f32,
    before_in_hum: f32,
    /// Frequency error, as a share; under a dial tone.
    offset: f32,
    offset_in_hum: f32,
    /// Share of a dial tone's power that isn't two sines.
    hum: f32,
}

const PIN_ENTRY: Limits = Limits {
    shortest: 256.0,
    rest: 0.38,
    unsteady: 0.16,
    unsteady_in_hum: 0.08,
    voiced: 0.05,
    voiced_in_hum: 0.06,
    rest_running: 0.10,
    before: 0.4,
    before_in_hum: 0.06,
    offset: 0.024,
    offset_in_hum: 0.021,
    hum: 0.07,
    rest_in_hum: 0.2,
};
const TALK: Limits = Limits {
    shortest: 264.0,
    rest: 0.30,
    unsteady: 0.07,
    unsteady_in_hum: 0.06,
    voiced: 0.025,
    voiced_in_hum: 0.03,
    rest_running: 0.05,
    before: 0.18,
    before_in_hum: 0.03,
    offset: 0.022,
    offset_in_hum: 0.019,
    hum: 0.07,
    rest_in_hum: 0.13,
};

/// High over low as a power ratio: +6.5 and -10.5 dB.
const MOST_TWIST: f32 = 4.5;
const LEAST_TWIST: f32 = 0.09;

/// Least mean square of both tones (-37 dBm0).
const LEAST: f32 = 50_000.0;

/// A block is of the digit when both tones have this share of the middle's power.
const PART: f32 = 0.3;

/// A digit that is one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// Samples since it began.
    pub age: usize,
    pub sound: Sound,
}

/// How a digit sounds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sound {
    pub tones: Tones,
    /// Mean squares.
    pub powers: [f32; 2],
    /// Radians a sample that the frequencies are off.
    pub off: [f32; 2],
    /// Under a dial tone.
    pub hum: bool,
}

/// To be found: whether these tones are a digit.
#[derive(Debug)]
pub(super) struct Judge<'a> {
    pub tones: Tones,
    pub limits: &'a Limits,
    pub screen: &'a Screen,
    pub recent: &'a Recent,
}

/// To be found: how many samples ago this ended.
#[derive(Debug)]
pub(super) struct Ended<'a> {
    pub sound: &'a Sound,
    pub screen: &'a Screen,
    pub recent: &'a Recent,
}

/// Both tones as one wave each over several blocks.
#[derive(Debug)]
struct Steady {
    /// Amplitudes with the phases of the first block's middle.
    amplitudes: [Phasor; 2],
    /// Radians a block that the frequencies are off the basis.
    off: [f32; 2],
    /// Greater share of a tone's power that isn't in the one wave.
    unsteady: f32,
}

impl Sound {
    pub fn level_dbm0(&self) -> f32 {
        power_dbm0(self.powers[0] + self.powers[1])
    }

    pub fn twist_db(&self) -> f32 {
        10.0 * (self.powers[1] / self.powers[0]).log10()
    }

    fn twist_is_allowed(&self) -> bool {
        (LEAST_TWIST..=MOST_TWIST).contains(&(self.powers[1] / self.powers[0]))
    }
}

impl Limits {
    pub fn of(profile: Profile) -> &'static Limits {
        match profile {
            Profile::PinEntry => &PIN_ENTRY,
            Profile::Talk => &TALK,
        }
    }
}

impl Work for Judge<'_> {
    type Output = Option<Found>;

    #[inline(always)]
    fn run<K: Kernels>(self) -> Option<Found> {
        let pairs = [0, 1, 2, 3].map(|ago| self.screen.pair(self.tones, ago));
        if !may_be_long_enough(&pairs) {
            return None;
        }
        let core = core(&pairs);
        let hum = self.screen.hums(self.recent);
        // A dial tone leaks into a hop's bins.
        if !hum && !is_even(&pairs[core], &pairs[core + 1]) {
            return None;
        }
        let mut blocks = Blocks::of(self.recent, hum);
        if hum && blocks.hum_rest() > self.limits.hum {
            return None;
        }
        let core = if hum { 1 } else { core };
        let middle = BLOCKS - 2 * core - 4..BLOCKS - 2 * core;
        let rough = self.rough(&pairs, core, &mut blocks, middle.clone());
        let basis = Basis::new(self.screen.half_steps(self.tones, rough));
        self.weigh(&mut blocks, &basis, middle, rough)
    }
}

impl Judge<'_> {
    /// Radians a sample that the tones are off, from the core alone.
    #[inline(always)]
    fn rough(
        &self,
        pairs: &[Pair; 4],
        core: usize,
        blocks: &mut Blocks,
        middle: Range<usize>,
    ) -> [f32; 2] {
        if blocks.hum() {
            // A dial tone leaks into a hop's bins.
            let basis = Basis::new(self.screen.half_steps(self.tones, [0.0; 2]));
            for at in middle.clone() {
                blocks.look(at, &basis);
            }
            let steady = Steady::of(blocks.fits(middle), &basis, 1);
            return steady.off.map(|off| off / BLOCK as f32);
        }
        [0, 1].map(|tone| {
            let turn = self
                .screen
                .turn(&pairs[core], &pairs[core + 1], self.tones, tone);
            turn.angle() / HOP as f32
        })
    }

    #[inline(always)]
    fn weigh(
        &self,
        blocks: &mut Blocks,
        basis: &Basis,
        middle: Range<usize>,
        rough: [f32; 2],
    ) -> Option<Found> {
        let hum = blocks.hum();
        let (reference, span) = extent(blocks, basis, middle)?;
        // The first block and the last may be filled in part only; and a dial tone that begins
        // with the digit rings in the filter.
        let good = blocks.good();
        let cut = |partly: bool| usize::from(partly);
        let inside = span.start + cut(span.start > good.start)..span.end - cut(span.end < good.end);
        let steady = Steady::of(blocks.fits(inside.clone()), basis, lag(&inside));
        let sound = Sound {
            tones: self.tones,
            powers: steady.amplitudes.map(|tone| 0.5 * tone.square()),
            off: [0, 1].map(|tone| rough[tone] + steady.off[tone] / BLOCK as f32),
            hum,
        };
        let offset = if hum {
            self.limits.offset_in_hum
        } else {
            self.limits.offset
        };
        let in_tune = self.screen.offsets(&sound).iter().all(|off| *off <= offset);
        if !in_tune || !sound.twist_is_allowed() || sound.powers[0] + sound.powers[1] < LEAST {
            return None;
        }
        let before = before(blocks, basis, &span, &reference);
        if !self.is_evident(blocks, basis, inside.clone(), &steady, before) {
            return None;
        }
        let age = age(blocks, basis, &steady, span.start, inside.start);
        let tail = tail(blocks, span.end, &reference);
        (age as f32 - tail >= self.limits.shortest).then_some(Found { age, sound })
    }

    /// `before`: the share of its power that a tone had before the digit began, if that is seen.
    #[inline(always)]
    fn is_evident(
        &self,
        blocks: &Blocks,
        basis: &Basis,
        inside: Range<usize>,
        steady: &Steady,
        before: Option<f32>,
    ) -> bool {
        let limits = self.limits;
        let fits = blocks.fits(inside.clone());
        let energy: f32 = fits.iter().map(|fit| fit.energy).sum();
        let explained: f32 = fits.iter().map(|fit| fit.explained).sum();
        let rest = 1.0 - explained / energy;
        let sharp = |most: f32| before.is_some_and(|before| before <= most);
        // What isn't there cannot be foretold: most digits need no look at it.
        let voiced = |most: f32| rest > most && rest * foretold(blocks, basis, inside) > most;
        if rest > limits.rest || steady.unsteady > limits.unsteady {
            false
        } else if blocks.hum() {
            rest <= limits.rest_in_hum
                && steady.unsteady <= limits.unsteady_in_hum
                && sharp(limits.before_in_hum)
                && !voiced(limits.voiced_in_hum)
        } else if sharp(limits.before) {
            !voiced(limits.voiced)
        } else {
            rest <= limits.rest_running
        }
    }
}

impl Work for Ended<'_> {
    type Output = usize;

    #[inline(always)]
    fn run<K: Kernels>(self) -> usize {
        let mut blocks = Blocks::of(self.recent, self.sound.hum);
        let basis = Basis::new(self.screen.half_steps(self.sound.tones, self.sound.off));
        let powers = self.sound.powers.map(|power| 2.0 * power);
        let last = blocks
            .good()
            .rev()
            .find(|&at| is_whole(&blocks.look(at, &basis), &powers));
        let Some(last) = last else {
            return BLOCKS * BLOCK;
        };
        let first = last.saturating_sub(3).max(blocks.good().start);
        for at in first..last {
            blocks.look(at, &basis);
        }
        let known = first..last + 1;
        let steady = Steady::of(blocks.fits(known.clone()), &basis, lag(&known));
        let (mut best, mut sum, mut end) = (0.0, 0.0, last * BLOCK);
        for at in last..(last + 2).min(blocks.good().end) {
            let sound = basis.sound(steady.at(&basis, at - first));
            let pairs = sound.iter().zip(blocks.block(at).iter());
            for (n, (sound, sample)) in pairs.enumerate() {
                sum += sound * (sample - 0.5 * sound);
                if sum > best {
                    (best, end) = (sum, at * BLOCK + n + 1);
                }
            }
        }
        BLOCKS * BLOCK - end
    }
}

impl Steady {
    /// `lag`: blocks over which turns are measured. The more, the finer; more than 100 Hz / lag
    /// from the basis cannot be told from less.
    #[inline(always)]
    fn of(fits: &[Fit], basis: &Basis, lag: usize) -> Steady {
        let mut steady = Steady {
            amplitudes: [Phasor::default(); 2],
            off: [0.0; 2],
            unsteady: 0.0,
        };
        let count = fits.len() as f32;
        for tone in 0..2 {
            let mut straight = [Phasor::default(); BLOCKS];
            let back_step = basis.step[tone].conjugate();
            let mut back = Phasor::ONE;
            for (to, fit) in straight.iter_mut().zip(fits) {
                *to = fit.tones[tone].times(back);
                back = back.times(back_step);
            }
            let straight = &straight[..fits.len()];
            let mut turn = Phasor::default();
            for (now, before) in straight[lag..].iter().zip(straight) {
                turn = turn.plus(now.times(before.conjugate()));
            }
            let off = turn.angle() / lag as f32;
            let back_step = Phasor::turn(-0.5 * off);
            let back_step = back_step.times(back_step);
            let (mut back, mut sum, mut power) = (Phasor::ONE, Phasor::default(), 0.0);
            for &tone in straight {
                sum = sum.plus(tone.times(back));
                power += tone.square();
                back = back.times(back_step);
            }
            steady.amplitudes[tone] = sum.scaled(1.0 / count);
            steady.off[tone] = off;
            steady.unsteady = steady.unsteady.max(1.0 - sum.square() / (count * power));
        }
        steady
    }

    /// The amplitudes so many blocks later.
    #[inline(always)]
    fn at(&self, basis: &Basis, later: usize) -> [Phasor; 2] {
        [0, 1].map(|tone| {
            let half = Phasor::turn(0.5 * self.off[tone]);
            let step = basis.step[tone].times(half).times(half);
            (0..later).fold(self.amplitudes[tone], |tone, _| tone.times(step))
        })
    }

    /// And earlier.
    #[inline(always)]
    fn back(&self, basis: &Basis, earlier: usize) -> [Phasor; 2] {
        [0, 1].map(|tone| {
            let half = Phasor::turn(0.5 * self.off[tone]);
            let step = basis.step[tone].times(half).times(half).conjugate();
            (0..earlier).fold(self.amplitudes[tone], |tone, _| tone.times(step))
        })
    }
}

/// Whether there is something of the tones 30 to 40 ms ago, as there must be.
#[inline(always)]
fn may_be_long_enough(pairs: &[Pair; 4]) -> bool {
    let [_, late, early, first] = pairs.map(|pair| pair.powers().iter().sum::<f32>());
    let most = late.max(early);
    early >= 0.5 * most && first >= 0.05 * most
}

/// Whether both tones are about as strong in one hop as in the other.
#[inline(always)]
fn is_even(one: &Pair, other: &Pair) -> bool {
    const UNEVEN: f32 = 2.5;
    let (one, other) = (one.powers(), other.powers());
    (0..2).all(|tone| one[tone] <= UNEVEN * other[tone] && other[tone] <= UNEVEN * one[tone])
}

/// How many hops ago the two strongest hops in a row end.
#[inline(always)]
fn core(pairs: &[Pair; 4]) -> usize {
    let power = |pair: &Pair| pair.powers().iter().sum::<f32>();
    usize::from(power(&pairs[2]) > power(&pairs[0]))
}

/// Squared amplitudes in the middle, and the blocks around it in which both tones are as strong.
#[inline(always)]
fn extent(
    blocks: &mut Blocks,
    basis: &Basis,
    middle: Range<usize>,
) -> Option<([f32; 2], Range<usize>)> {
    let mut reference = [0.0; 2];
    for at in middle.clone() {
        let fit = blocks.look(at, basis);
        for (sum, tone) in reference.iter_mut().zip(fit.tones) {
            *sum += 0.25 * tone.square();
        }
    }
    let fits = blocks.fits(middle.clone());
    if !fits.iter().all(|fit| is_whole(fit, &reference)) {
        return None;
    }
    let good = blocks.good();
    let (mut from, mut to) = (middle.start, middle.end);
    while from > good.start && is_whole(&blocks.look(from - 1, basis), &reference) {
        from -= 1;
    }
    while to < good.end && is_whole(&blocks.look(to, basis), &reference) {
        to += 1;
    }
    Some((reference, from..to))
}

#[inline(always)]
fn is_whole(fit: &Fit, reference: &[f32; 2]) -> bool {
    let mut tones = fit.tones.iter().zip(reference);
    tones.all(|(tone, reference)| tone.square() >= PART * reference)
}

/// The greater share of a tone's power that was there before the digit began.
#[inline(always)]
fn before(
    blocks: &mut Blocks,
    basis: &Basis,
    span: &Range<usize>,
    reference: &[f32; 2],
) -> Option<f32> {
    // The block next to the digit holds a part of it.
    let at = span.start.checked_sub(2)?;
    if at < blocks.good().start {
        return None;
    }
    let fit = blocks.look(at, basis);
    let share = |tone: usize| fit.tones[tone].square() / reference[tone];
    Some(share(0).max(share(1)))
}

/// Samples since the beginning: where the digit explains the samples from on. `known` is the
/// first block of the wave.
#[inline(always)]
fn age(blocks: &Blocks, basis: &Basis, steady: &Steady, from: usize, known: usize) -> usize {
    if from == blocks.good().start {
        return BLOCKS * BLOCK;
    }
    let (mut best, mut sum, mut start) = (0.0, 0.0, (from + 1) * BLOCK);
    for at in [from, from - 1] {
        let sound = basis.sound(steady.back(basis, known - at));
        let pairs = sound.iter().zip(blocks.block(at).iter()).enumerate();
        for (n, (sound, sample)) in pairs.rev() {
            sum += sound * (sample - 0.5 * sound);
            if sum > best {
                (best, start) = (sum, at * BLOCK + n);
            }
        }
    }
    BLOCKS * BLOCK - start
}

/// Samples since the end, by how much of the block after the last whole one it fills.
#[inline(always)]
fn tail(blocks: &Blocks, end: usize, reference: &[f32; 2]) -> f32 {
    let part = if end < blocks.good().end {
        let fit = &blocks.fits(end..end + 1)[0];
        let power: f32 = fit.tones.iter().map(|tone| tone.square()).sum();
        (power / (reference[0] + reference[1])).sqrt().min(1.0)
    } else {
        0.0
    };
    ((BLOCKS - end) as f32 - part) * BLOCK as f32
}

/// The share of what the tones leave that could be foretold from the three samples before: nearly
/// none of white noise, much of a voice (Levinson's recursion on the first four correlations).
#[inline(always)]
fn foretold(blocks: &Blocks, basis: &Basis, inside: Range<usize>) -> f32 {
    let mut rest = [0.0; BLOCKS * BLOCK + 8];
    let fits = blocks.fits(inside.clone());
    let count = BLOCK * fits.len();
    for (to, (at, fit)) in rest
        .as_chunks_mut::<BLOCK>()
        .0
        .iter_mut()
        .zip(inside.zip(fits))
    {
        let sound = basis.sound(fit.tones);
        for (to, (sample, sound)) in to.iter_mut().zip(blocks.block(at).iter().zip(&sound)) {
            *to = sample - sound;
        }
    }
    // Beyond the end is nothing, so every product may run to it.
    let mut r = [0.0; 4];
    for (lag, r) in r.iter_mut().enumerate() {
        let mut sums = [0.0; 8];
        for at in (0..count).step_by(8) {
            let (now, later) = (&rest[at..][..8], &rest[at + lag..][..8]);
            for lane in 0..8 {
                sums[lane] += now[lane] * later[lane];
            }
        }
        *r = super::blocks::sum(sums);
    }
    let whole = r[0].max(1.0);
    let (mut error, mut a) = (whole, [0.0f32; 4]);
    for order in 1..4 {
        let known: f32 = (1..order).map(|k| a[k] * r[order - k]).sum();
        let reflection = (r[order] - known) / error;
        let before = a;
        a[order] = reflection;
        for k in 1..order {
            a[k] = before[k] - reflection * before[order - k];
        }
        error *= 1.0 - reflection * reflection;
    }
    1.0 - error / whole
}

/// Half of the blocks, but no more than tells frequencies 25 Hz off.
#[inline(always)]
fn lag(blocks: &Range<usize>) -> usize {
    (blocks.len() / 2).clamp(1, 4)
}
