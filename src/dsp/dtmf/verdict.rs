//! Whether what looks like a key is one, and where exactly it begins and ends.
//!
//! Both tones are fitted to each 5 ms of the last 70 ms, at the frequencies that they have. The
//! blocks in which both are as strong as in the middle are the digit. A digit is steady in
//! amplitude and frequency, but for what the noise beside it makes; both its tones begin at once,
//! at their full amplitude; and what they leave unexplained is noise, which cannot be foretold
//! from one sample to the next. Voices fail in at least one of these.

use super::{
    Profile, Recent,
    blocks::{BLOCK, BLOCKS, Blocks, FIRST, SEEN},
    edge::{age, share},
    screen::{Pair, Screen, Tones},
    steady::{Steady, lag},
};
use crate::{
    SAMPLE_RATE,
    bank::HOP,
    level::power_dbm0,
    simd::{Kernels, Work, blocks::GROUPS},
    wave::Phasor,
};
use std::ops::Range;

/// What differs between the profiles.
#[derive(Debug)]
pub(super) struct Limits {
    /// Samples that a digit must have lasted; in noise.
    shortest: f32,
    shortest_in_noise: f32,
    /// Frequency error, as a share; under a dial tone.
    offset: f32,
    offset_in_hum: f32,
    /// Share of its power that a tone has before a beginning that is sharp; under a dial tone.
    before: f32,
    before_in_hum: f32,
    plain: Most,
    in_hum: Most,
    /// Of a digit before which there is noise, or the ringing of a dial tone that began with it.
    noisy: Most,
    ringing: Most,
    /// Of a digit that doesn't begin sharply: it was broken, or something sounded over it. What it
    /// leaves must be as good as nothing: notes of music fade, and have their harmonics there.
    running: Most,
    running_in_hum: Most,
}

/// How a digit begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Beginning {
    Sharp,
    /// Something of the tones is there before, but no more than noise or a filter makes.
    Covered,
    /// Long ago, or softly.
    Unseen,
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
    shortest_in_noise: 256.0,
    offset: 0.024,
    offset_in_hum: 0.021,
    before: 0.4,
    before_in_hum: 0.06,
    plain: most(0.38, 0.05, 0.1, 0.0),
    in_hum: most(0.2, 0.06, 0.06, 0.07),
    noisy: most(0.38, 0.03, 0.1, 0.0),
    ringing: most(0.2, 0.06, 0.02, 0.07),
    running: most(0.1, 0.005, 0.004, 0.0),
    running_in_hum: most(0.1, 0.01, 0.004, 0.002),
};
const TALK: Limits = Limits {
    shortest: 264.0,
    shortest_in_noise: 300.0,
    offset: 0.022,
    offset_in_hum: 0.019,
    before: 0.18,
    before_in_hum: 0.03,
    plain: most(0.3, 0.025, 0.045, 0.0),
    in_hum: most(0.13, 0.03, 0.045, 0.07),
    noisy: most(0.3, 0.012, 0.045, 0.0),
    ringing: most(0.13, 0.03, 0.008, 0.07),
    running: most(0.05, 0.003, 0.001, 0.0),
    running_in_hum: most(0.05, 0.005, 0.001, 0.001),
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

/// From this share of all power on, what lies below the rows is taken for a dial tone; from the
/// other on it may hide a beginning.
const HUM: f32 = 0.1;
const FAINT_HUM: f32 = 0.01;

/// What comes through the low-pass filter where a digit begins, as a share of the digit's power and
/// of what its hum may have: 1.6 % of a sharp beginning.
const LEAKS: f32 = 0.23;

/// Least mean square of both tones (-37 dBm0).
const LEAST: f32 = 50_000.0;

/// A first look at frequencies may be this much further off.
const ROUGHLY: f32 = 1.6;

/// A block is of the digit when both tones have this share of the middle's power.
const PART: f32 = 0.3;

/// A block at the end of what is seen is left out when the tones fill it with less than this share.
const PARTLY: f32 = 0.5;

/// More than this share left is noise: what is heard may yet turn out to be a voice.
const NOISE: f32 = 0.08;

/// How much more unsteady noise may make a tone, as a share of what is left: a tenth of it in equal
/// tones, twice that in the weaker one of two 5 dB apart.
const FROM_NOISE: f32 = 0.2;

/// Square of the amplitude that a digit may lack right after it began, as a share of what is left:
/// 5.5 standard deviations of what noise takes over two blocks.
const LACKING: f32 = 0.38;

/// Blocks before its first whole one that tell how a digit begins.
const BEFORE: usize = 3;

/// The first of the four blocks that are taken for the middle of a digit under a dial tone.
const MIDDLE: usize = FIRST + 8;

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
    /// What lies below the rows in this window, if it is known.
    pub below: Option<f32>,
    pub limits: &'a Limits,
    pub screen: &'a Screen,
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

    fn most(&self, hum: bool, beginning: Beginning) -> &Most {
        match (beginning, hum) {
            (Beginning::Sharp, false) => &self.plain,
            (Beginning::Sharp, true) => &self.in_hum,
            (Beginning::Covered, false) => &self.noisy,
            (Beginning::Covered, true) => &self.ringing,
            (Beginning::Unseen, false) => &self.running,
            (Beginning::Unseen, true) => &self.running_in_hum,
        }
    }
}

impl Work for Judge<'_> {
    type Output = Option<Found>;

    #[inline(always)]
    fn run<K: Kernels>(self) -> Option<Found> {
        let pair = |ago: usize| self.screen.pair(self.tones, ago);
        let pairs = [pair(0), pair(1), pair(2), pair(3)];
        // A dial tone that leaks into the hops' bins says nothing of how long the digit is.
        let long = may_be_long_enough(&pairs);
        if !long && !self.screen.is_covered(self.tones) {
            return None;
        }
        let hum = self.screen.hum::<K>(self.tones, self.recent, self.below);
        if hum > HUM {
            return self.in_hum::<K>();
        }
        if !long {
            return None;
        }
        let found = self.plain::<K>(&pairs);
        match hum > FAINT_HUM {
            true => found.or_else(|| self.in_hum::<K>()),
            false => found,
        }
    }
}

impl Judge<'_> {
    #[inline(always)]
    fn plain<K: Kernels>(&self, pairs: &[Pair; 4]) -> Option<Found> {
        let core = core(pairs);
        if !is_even(&pairs[core], &pairs[core + 1]) {
            return None;
        }
        let (now, then) = (&pairs[core], &pairs[core + 1]);
        let turn = |tone: usize| self.screen.turn(now, then, self.tones, tone);
        let off = [turn(0), turn(1)].map(|turn| turn.angle() / HOP as f32);
        let mut blocks = Blocks::of(self.recent, self.tones, off, false);
        self.weigh::<K>(&mut blocks, BLOCKS - 2 * core - 4..BLOCKS - 2 * core)
    }

    /// A dial tone leaks into a hop's bins: the middle tells the frequencies.
    #[inline(always)]
    fn in_hum<K: Kernels>(&self) -> Option<Found> {
        let middle = MIDDLE..MIDDLE + 4;
        let mut blocks = Blocks::of(self.recent, self.tones, [0.0; 2], true);
        blocks.look::<K>(MIDDLE / 4..GROUPS);
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
        // Most digits are judged as soon as they may be: the oldest blocks are before them.
        blocks.look::<K>(1..GROUPS);
        let (mut reference, mut span) = extent::<K>(blocks, &middle)?;
        if span.start < 4 + BEFORE {
            blocks.look::<K>(0..1);
            (reference, span) = extent::<K>(blocks, &middle)?;
        }
        // The first block and the last may be filled in part only; and a dial tone that begins
        // with the digit rings in the filter.
        let good = blocks.good();
        let cut =
            |edge: bool, at: usize| usize::from(edge || share(blocks, at, &reference) < PARTLY);
        let inside = span.start + cut(span.start > good.start, span.start)
            ..span.end - cut(span.end < good.end, span.end - 1);
        let limits = self.limits;
        let (offset, before) = match hum {
            true => (limits.offset_in_hum, limits.before_in_hum),
            false => (limits.offset, limits.before),
        };
        let beginning = beginning(blocks, &span, &reference, before);
        let inside = match beginning {
            Beginning::Unseen => solid::<K>(blocks, inside, &reference),
            _ => inside,
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
        let rest = rest::<K>(blocks, inside, &steady, limits.most(hum, beginning))?;
        let age = age::<K>(blocks, &steady, span.start, &reference);
        let shortest = match rest <= NOISE {
            true => limits.shortest,
            false if swells(blocks, &steady, age, rest) => return None,
            false => limits.shortest_in_noise,
        };
        let tail = tail(blocks, span.end, &reference);
        (age as f32 - tail >= shortest).then_some(Found { age, sound })
    }

    /// Whether frequencies so many radians a sample off are at most this share off.
    #[inline(always)]
    fn is_in_tune(&self, off: [f32; 2], most: f32) -> bool {
        const ANGLE: f32 = std::f32::consts::TAU / SAMPLE_RATE as f32;
        let nominal = self.tones.hz();
        (0..2).all(|tone| off[tone].abs() <= most * ANGLE * nominal[tone])
    }
}

/// The share that two steady tones leave of these blocks, when that is no more than noise.
#[inline(always)]
fn rest<K: Kernels>(
    blocks: &Blocks,
    inside: Range<usize>,
    steady: &Steady,
    most: &Most,
) -> Option<f32> {
    if steady.unsteady > most.unsteady + FROM_NOISE * most.rest {
        return None;
    }
    if blocks.hum() && most.hum < blocks.hum_rest(LEAKS * most.hum * steady.power()) {
        return None;
    }
    let energy = blocks.energy::<K>(inside.clone());
    let explained: f32 = blocks.fits.explained[inside.clone()].iter().sum();
    let rest = 1.0 - explained / energy - steady.untold();
    if rest > most.rest || steady.unsteady > most.unsteady + FROM_NOISE * rest {
        return None;
    }
    // What isn't there cannot be foretold: most digits need no look at it.
    let is_noise = rest <= most.voiced || rest * foretold(blocks, inside) <= most.voiced;
    is_noise.then_some(rest)
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
pub(super) fn whole<K: Kernels>(blocks: &Blocks, reference: &[f32; 2]) -> u32 {
    let least = [PART * reference[0], PART * reference[1]];
    let bits = K::both(&blocks.fits.squares, least);
    let good = blocks.good();
    bits & ((1 << good.end) - (1 << good.start))
}

/// Squared amplitudes in the middle, and the blocks around it in which both tones are as strong.
#[inline(always)]
fn extent<K: Kernels>(blocks: &Blocks, middle: &Range<usize>) -> Option<([f32; 2], Range<usize>)> {
    let reference = reference(blocks, middle);
    let other = !whole::<K>(blocks, &reference);
    let before = other & ((1 << middle.end) - 1);
    let start = (32 - before.leading_zeros()) as usize;
    let end = middle.end + (other >> middle.end).trailing_zeros() as usize;
    (start <= middle.start).then_some((reference, start..end))
}

/// `most`: the share of its power that a tone may have before it begins sharply.
#[inline(always)]
fn beginning(blocks: &Blocks, span: &Range<usize>, reference: &[f32; 2], most: f32) -> Beginning {
    /// What the filter may ring.
    const RINGING: f32 = 0.1;
    let first = blocks.good().start;
    // The block next to the digit holds a part of it.
    let Some(late) = span.start.checked_sub(2).filter(|&late| late >= first) else {
        return Beginning::Unseen;
    };
    let early = late.saturating_sub(1).max(first);
    let [late, early] = [late, early].map(|at| {
        let share = |tone: usize| blocks.fits.squares[tone][at] / reference[tone];
        [share(0), share(1)]
    });
    let greater = |shares: [f32; 2]| shares[0].max(shares[1]);
    let mean = greater([0.5 * (late[0] + early[0]), 0.5 * (late[1] + early[1])]);
    let covered = match blocks.hum() {
        true => greater(late) <= RINGING && greater(early) <= most,
        false => mean <= most,
    };
    match covered {
        _ if greater(late) <= most => Beginning::Sharp,
        true => Beginning::Covered,
        false => Beginning::Unseen,
    }
}

/// Whether a sound of this age is weaker after its beginning than noise of this share explains: a
/// digit has its full amplitude at once, a voice in noise rises to it.
#[inline(always)]
fn swells(blocks: &Blocks, steady: &Steady, age: usize, rest: f32) -> bool {
    let first = BLOCKS - age.min(SEEN * BLOCK) / BLOCK;
    let (mut lack, mut whole) = (0.0, 0.0);
    for at in first..(first + 2).min(BLOCKS) {
        for (tone, full) in steady.at(blocks, at).into_iter().enumerate() {
            let (re, im) = (blocks.fits.re[tone][at], blocks.fits.im[tone][at]);
            lack += full.square() - (full.re * re + full.im * im);
            whole += full.square();
        }
    }
    lack > 0.0 && lack * lack > LACKING * rest * whole * whole
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
    let mut rest = [0.0; SEEN * BLOCK + 8];
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
