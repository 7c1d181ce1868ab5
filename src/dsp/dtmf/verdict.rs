//! Whether what looks like a key is one, and where exactly it begins and ends.
//!
//! Both tones are fitted to each 5 ms of the last 70 ms, at the frequencies that they have. The
//! blocks in which both are as strong as in the middle are the digit. A digit is steady in
//! amplitude and frequency, both its tones begin at once, and what they leave unexplained is
//! noise, which cannot be foretold from one sample to the next. Voices fail in at least one of
//! these.

use super::{
    Profile, Recent,
    blocks::{BLOCK, BLOCKS, Blocks},
    phasor::Phasor,
    screen::{Pair, Screen, Tones},
    steady::{Steady, lag},
};
use crate::{
    SAMPLE_RATE,
    bank::HOP,
    level::power_dbm0,
    simd::{Kernels, Work, blocks::GROUPS},
};
use std::ops::Range;

/// What differs between the profiles.
#[derive(Debug)]
pub(super) struct Limits {
    /// Samples that a digit must have lasted.
    shortest: f32,
    /// Frequency error, as a share; under a dial tone.
    offset: f32,
    offset_in_hum: f32,
    /// Share of its power that a tone has before a beginning that is sharp; under a dial tone.
    before: f32,
    before_in_hum: f32,
    plain: Most,
    in_hum: Most,
    /// Of a digit that doesn't begin sharply: it was broken, or something sounded over it. What it
    /// leaves must be as good as nothing: notes of music fade, and have their harmonics there.
    running: Most,
    running_in_hum: Most,
}

/// The most that a digit may have of what isn't two steady tones, as shares of power.
#[derive(Debug)]
struct Most {
    /// What the two tones leave unexplained.
    rest: f32,
    /// What of it could be foretold.
    voiced: f32,
    /// What of a tone isn't of one frequency and amplitude, without what noise makes.
    unsteady: f32,
    /// What of a dial tone isn't two sines.
    hum: f32,
}

const PIN_ENTRY: Limits = Limits {
    shortest: 256.0,
    offset: 0.024,
    offset_in_hum: 0.021,
    before: 0.4,
    before_in_hum: 0.06,
    plain: most(0.38, 0.05, 0.16, 0.0),
    in_hum: most(0.2, 0.06, 0.08, 0.07),
    running: most(0.1, 0.005, 0.025, 0.0),
    running_in_hum: most(0.1, 0.01, 0.025, 0.002),
};
const TALK: Limits = Limits {
    shortest: 264.0,
    offset: 0.022,
    offset_in_hum: 0.019,
    before: 0.18,
    before_in_hum: 0.03,
    plain: most(0.3, 0.025, 0.07, 0.0),
    in_hum: most(0.13, 0.03, 0.06, 0.07),
    running: most(0.05, 0.002, 0.01, 0.0),
    running_in_hum: most(0.05, 0.005, 0.01, 0.001),
};

const fn most(rest: f32, voiced: f32, unsteady: f32, hum: f32) -> Most {
    Most {
        rest,
        voiced,
        unsteady,
        hum,
    }
}

/// High over low as a power ratio: +6.5 and -10.5 dB.
const MOST_TWIST: f32 = 4.5;
const LEAST_TWIST: f32 = 0.09;

/// Least mean square of both tones (-37 dBm0).
const LEAST: f32 = 50_000.0;

/// A first look at frequencies may be this much further off.
const ROUGHLY: f32 = 1.6;

/// Groups of blocks in which the end of a digit is looked for.
const LATE: usize = 3;

/// A block is of the digit when both tones have this share of the middle's power.
const PART: f32 = 0.25;

/// How unsteady white noise makes a tone, as a share of what is left: a fit of a block takes four
/// of its forty samples' worth.
const FROM_NOISE: f32 = 0.1;

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
    pub recent: &'a Recent,
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

    fn most(&self, hum: bool, sharp: bool) -> &Most {
        match (hum, sharp) {
            (false, true) => &self.plain,
            (true, true) => &self.in_hum,
            (false, false) => &self.running,
            (true, false) => &self.running_in_hum,
        }
    }
}

impl Work for Judge<'_> {
    type Output = Option<Found>;

    #[inline(always)]
    fn run<K: Kernels>(self) -> Option<Found> {
        let pair = |ago: usize| self.screen.pair(self.tones, ago);
        let pairs = [pair(0), pair(1), pair(2), pair(3)];
        if !may_be_long_enough(&pairs) {
            return None;
        }
        let core = core(&pairs);
        let hum = self.screen.hums::<K>(self.tones, self.recent);
        if hum {
            return self.in_hum::<K>();
        }
        if !is_even(&pairs[core], &pairs[core + 1]) {
            return None;
        }
        let (now, then) = (&pairs[core], &pairs[core + 1]);
        let turn = |tone: usize| self.screen.turn(now, then, self.tones, tone);
        let off = [turn(0), turn(1)].map(|turn| turn.angle() / HOP as f32);
        let mut blocks = Blocks::of(self.tones, off, false);
        blocks.fill(self.recent);
        self.weigh::<K>(&mut blocks, BLOCKS - 2 * core - 4..BLOCKS - 2 * core)
    }
}

impl Judge<'_> {
    /// A dial tone leaks into a hop's bins: the middle tells the frequencies.
    #[inline(always)]
    fn in_hum<K: Kernels>(&self) -> Option<Found> {
        const GROUP: usize = 2;
        let middle = 4 * GROUP..4 * GROUP + 4;
        let mut blocks = Blocks::of(self.tones, [0.0; 2], true);
        blocks.fill(self.recent);
        blocks.look::<K>(GROUP..GROUP + 1);
        let reference = reference(&blocks, &middle);
        if !middle
            .clone()
            .all(|at| whole::<K>(&blocks, &reference) & (1 << at) != 0)
        {
            return None;
        }
        let steady = Steady::of::<K>(&blocks, &middle, 1);
        let off = steady.off.map(|off| off / BLOCK as f32);
        if !self.is_in_tune(off, ROUGHLY * self.limits.offset_in_hum) {
            return None;
        }
        blocks.tune(self.tones, off);
        self.weigh::<K>(&mut blocks, middle)
    }

    #[inline(always)]
    fn weigh<K: Kernels>(&self, blocks: &mut Blocks, middle: Range<usize>) -> Option<Found> {
        let hum = blocks.hum();
        blocks.look::<K>(0..GROUPS);
        let (reference, span) = extent::<K>(blocks, middle)?;
        // The first block and the last may be filled in part only; and a dial tone that begins
        // with the digit rings in the filter.
        let good = blocks.good();
        let cut = |edge: bool, at: usize| usize::from(edge || !is_full(blocks, at, &reference));
        let inside = span.start + cut(span.start > good.start, span.start)
            ..span.end - cut(span.end < good.end, span.end - 1);
        let limits = self.limits;
        let (offset, before_most) = match hum {
            true => (limits.offset_in_hum, limits.before_in_hum),
            false => (limits.offset, limits.before),
        };
        let sharp = before(blocks, &span, &reference).is_some_and(|before| before <= before_most);
        let inside = match sharp {
            true => inside,
            false => solid::<K>(blocks, inside, &reference),
        };
        let steady = Steady::of::<K>(blocks, &inside, lag(&inside));
        let sound = Sound {
            tones: self.tones,
            powers: steady.amplitudes.map(|tone| 0.5 * tone.square()),
            off: [0, 1].map(|tone| blocks.tones[tone].off + steady.off[tone] / BLOCK as f32),
            hum,
        };
        let is_loud = sound.powers[0] + sound.powers[1] >= LEAST;
        if !is_loud || !sound.twist_is_allowed() || !self.is_in_tune(sound.off, offset) {
            return None;
        }
        if !is_evident::<K>(blocks, inside, &steady, limits.most(hum, sharp)) {
            return None;
        }
        let age = age::<K>(blocks, &steady, span.start, &reference);
        let tail = tail(blocks, span.end, &reference);
        (age as f32 - tail >= limits.shortest).then_some(Found { age, sound })
    }

    /// Whether frequencies so many radians a sample off are at most this share off.
    #[inline(always)]
    fn is_in_tune(&self, off: [f32; 2], most: f32) -> bool {
        const ANGLE: f32 = std::f32::consts::TAU / SAMPLE_RATE as f32;
        let nominal = self.tones.hz();
        (0..2).all(|tone| off[tone].abs() <= most * ANGLE * nominal[tone])
    }
}

impl Work for Ended<'_> {
    type Output = usize;

    #[inline(always)]
    fn run<K: Kernels>(self) -> usize {
        let sound = self.sound;
        let mut blocks = Blocks::of(sound.tones, sound.off, sound.hum);
        blocks.fill(self.recent);
        blocks.look::<K>(GROUPS - LATE..GROUPS);
        let powers = sound.powers.map(|power| 2.0 * power);
        let whole = whole::<K>(&blocks, &powers);
        if whole == 0 {
            return 4 * LATE * BLOCK;
        }
        let last = whole.ilog2() as usize;
        let first = last.saturating_sub(3).max(4 * (GROUPS - LATE));
        let known = first..last + 1;
        let steady = Steady::of::<K>(&blocks, &known, lag(&known));
        let at = last + usize::from(is_full(&blocks, last, &powers));
        if at == blocks.good().end {
            return (BLOCKS - at) * BLOCK;
        }
        (BLOCKS - at) * BLOCK - longest::<K>(&gains(&blocks, &steady, at))
    }
}

/// Whether two steady tones are all that these blocks hold, but for noise.
#[inline(always)]
fn is_evident<K: Kernels>(
    blocks: &Blocks,
    inside: Range<usize>,
    steady: &Steady,
    most: &Most,
) -> bool {
    if steady.unsteady > most.unsteady + FROM_NOISE * most.rest {
        return false;
    }
    if blocks.hum() && blocks.hum_rest() > most.hum {
        return false;
    }
    let energy = blocks.energy::<K>(inside.clone());
    let explained: f32 = blocks.fits.explained[inside.clone()].iter().sum();
    let rest = 1.0 - explained / energy - steady.untold();
    if rest > most.rest || steady.unsteady > most.unsteady + FROM_NOISE * rest {
        return false;
    }
    // What isn't there cannot be foretold: most digits need no look at it.
    rest <= most.voiced || rest * foretold(blocks, inside) <= most.voiced
}

/// Whether there is something of the tones 30 to 40 ms ago, as there must be.
#[inline(always)]
fn may_be_long_enough(pairs: &[Pair; 4]) -> bool {
    let [_, late, early, first] = [0, 1, 2, 3].map(|ago| power(&pairs[ago]));
    let most = late.max(early);
    early >= 0.5 * most && first >= 0.05 * most
}

#[inline(always)]
fn power(pair: &Pair) -> f32 {
    let [row, column] = pair.powers();
    row + column
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
    usize::from(power(&pairs[2]) > power(&pairs[0]))
}

/// Squared amplitudes in the middle.
#[inline(always)]
fn reference(blocks: &Blocks, middle: &Range<usize>) -> [f32; 2] {
    let mut reference = [0.0; 2];
    for (tone, reference) in reference.iter_mut().enumerate() {
        let squares = &blocks.fits.squares[tone][middle.clone()];
        *reference = 0.25 * squares.iter().sum::<f32>();
    }
    reference
}

/// A bit for each block in which both tones are about as strong as this.
#[inline(always)]
fn whole<K: Kernels>(blocks: &Blocks, reference: &[f32; 2]) -> u32 {
    let least = [PART * reference[0], PART * reference[1]];
    let bits = K::both(&blocks.fits.squares, least);
    let good = blocks.good();
    bits & ((1 << good.end) - (1 << good.start))
}

/// Squared amplitudes in the middle, and the blocks around it in which both tones are as strong.
#[inline(always)]
fn extent<K: Kernels>(blocks: &Blocks, middle: Range<usize>) -> Option<([f32; 2], Range<usize>)> {
    let reference = reference(blocks, &middle);
    let other = !whole::<K>(blocks, &reference);
    let before = other & ((1 << middle.end) - 1);
    let start = (32 - before.leading_zeros()) as usize;
    let end = middle.end + (other >> middle.end).trailing_zeros() as usize;
    (start <= middle.start).then_some((reference, start..end))
}

/// The greater share of a tone's power that was there before the digit began.
#[inline(always)]
fn before(blocks: &Blocks, span: &Range<usize>, reference: &[f32; 2]) -> Option<f32> {
    // The block next to the digit holds a part of it.
    let late = span.start.checked_sub(2)?;
    let first = blocks.good().start;
    if late < first {
        return None;
    }
    let early = late.saturating_sub(1).max(first);
    // A filter rings there when the dial tone begins with the digit; noise is less in two than in one.
    let late = if blocks.hum() { early } else { late };
    let share = |tone: usize| {
        let squares = &blocks.fits.squares[tone];
        0.5 * (squares[early] + squares[late]) / reference[tone]
    };
    Some(share(0).max(share(1)))
}

/// The last of these blocks that neither an edge nor a break touches.
#[inline(always)]
fn solid<K: Kernels>(blocks: &Blocks, inside: Range<usize>, reference: &[f32; 2]) -> Range<usize> {
    const SOLID: f32 = 0.85;
    const LEAST: usize = 6;
    let solid = K::both(&blocks.fits.squares, reference.map(|square| SOLID * square));
    let within = solid & ((1 << inside.end) - (1 << inside.start));
    if within == 0 {
        return inside;
    }
    let end = within.ilog2() as usize + 1;
    let broken = !within & ((1 << end) - 1);
    let start = (u32::BITS - broken.leading_zeros()) as usize;
    match end - start >= LEAST {
        true => start..end,
        false => inside,
    }
}

/// Samples since the beginning: where the digit explains the samples from on.
#[inline(always)]
fn age<K: Kernels>(blocks: &Blocks, steady: &Steady, from: usize, reference: &[f32; 2]) -> usize {
    if from == blocks.good().start {
        return BLOCKS * BLOCK;
    }
    let at = from - usize::from(is_full(blocks, from, reference));
    let gains = gains(blocks, steady, at);
    let mut back = [0.0; BLOCK];
    for n in 0..BLOCK {
        back[n] = gains[BLOCK - 1 - n];
    }
    (BLOCKS - 1 - at) * BLOCK + longest::<K>(&back)
}

/// Whether both tones fill a block: the edge is in the next one.
#[inline(always)]
fn is_full(blocks: &Blocks, at: usize, reference: &[f32; 2]) -> bool {
    const FULL: f32 = 0.9;
    let [rows, columns] = &blocks.fits.squares;
    rows[at] >= FULL * reference[0] && columns[at] >= FULL * reference[1]
}

/// What each sample of a block loses in power when the digit is taken off.
#[inline(always)]
fn gains(blocks: &Blocks, steady: &Steady, at: usize) -> [f32; BLOCK] {
    let sound = blocks.sound(steady.at(blocks, at));
    let samples = blocks.block(at);
    let mut gains = [0.0; BLOCK];
    for n in 0..BLOCK {
        gains[n] = sound[n] * (samples[n] - 0.5 * sound[n]);
    }
    gains
}

/// How many samples from the first on gain most: the edge to the nearest eight, then exactly.
#[inline(always)]
fn longest<K: Kernels>(gains: &[f32; BLOCK]) -> usize {
    const STEP: usize = 8;
    let (mut best, mut all, mut edge) = (0.0, 0.0, 0);
    for (n, part) in gains.as_chunks::<STEP>().0.iter().enumerate() {
        all += K::sum(part);
        if all > best {
            (best, edge) = (all, (n + 1) * STEP);
        }
    }
    let from = edge.saturating_sub(STEP);
    let (mut best, mut all, mut longest) = (0.0, 0.0, from);
    for (n, gain) in gains[from..(edge + STEP).min(BLOCK)].iter().enumerate() {
        all += gain;
        if all > best {
            (best, longest) = (all, from + n + 1);
        }
    }
    longest
}

/// Samples since the end, by how much of the block after the last whole one it fills.
#[inline(always)]
fn tail(blocks: &Blocks, end: usize, reference: &[f32; 2]) -> f32 {
    let part = if end < blocks.good().end {
        let [rows, columns] = &blocks.fits.squares;
        let power = rows[end] + columns[end];
        (power / (reference[0] + reference[1])).sqrt().min(1.0)
    } else if end < BLOCKS {
        // Not to be seen through the filter.
        0.5
    } else {
        0.0
    };
    ((BLOCKS - end) as f32 - part) * BLOCK as f32
}

/// The share of what the tones leave that could be foretold from the three samples before: nearly
/// none of white noise, much of a voice (Levinson's recursion on the first four correlations).
#[inline(always)]
fn foretold(blocks: &Blocks, inside: Range<usize>) -> f32 {
    let mut rest = [0.0; BLOCKS * BLOCK + 8];
    let fits = &blocks.fits;
    let count = BLOCK * inside.len();
    for (to, at) in rest.as_chunks_mut::<BLOCK>().0.iter_mut().zip(inside) {
        let tones = [0, 1].map(|tone| Phasor {
            re: fits.re[tone][at],
            im: fits.im[tone][at],
        });
        let sound = blocks.sound(tones);
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
