//! Whether what looks like a key is one.

use super::{
    Profile, Recent,
    blocks::{BLOCK, BLOCKS, Basis, Blocks, Fit, Phasor},
    screen::{Pair, Screen, Tones},
};
use crate::{
    SAMPLE_RATE,
    bank::HOP,
    level::power_dbm0,
};

/// What differs between the profiles.
#[derive(Debug)]
pub(super) struct Limits {
    /// Samples that a digit must have lasted.
    shortest: f32,
    /// Share of the power that the two tones leave unexplained.
    rest: f32,
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
};
const TALK: Limits = Limits {
    shortest: 264.0,
    rest: 0.32,
    unsteady: 0.12,
    unsteady_in_hum: 0.06,
    voiced: 0.05,
    voiced_in_hum: 0.06,
    rest_running: 0.07,
    before: 0.2,
    before_in_hum: 0.05,
    offset: 0.022,
    offset_in_hum: 0.02,
    hum: 0.07,
};

/// High over low as a power ratio: +6.5 and -10.5 dB.
const MOST_TWIST: f32 = 4.5;
const LEAST_TWIST: f32 = 0.09;

/// Least mean square of both tones (-37 dBm0).
const LEAST: f32 = 50_000.0;

/// A block is of the digit when both tones have this share of the middle's power.
const PART: f32 = 0.3;

pub(super) enum Verdict {
    Digit(Found),
    No,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// Samples since it began.
    pub age: f32,
    /// Mean squares.
    pub powers: [f32; 2],
    /// Radians a sample.
    pub omega: [f32; 2],
    /// Under a dial tone.
    pub hum: bool,
}

impl Found {
    pub fn level_dbm0(&self) -> f32 {
        power_dbm0(self.powers[0] + self.powers[1])
    }

    pub fn twist_db(&self) -> f32 {
        10.0 * (self.powers[1] / self.powers[0]).log10()
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

#[inline(never)]
pub(super) fn judge(key: u8, limits: &Limits, screen: &Screen, recent: &Recent) -> Verdict {
    let tones = Tones::of_key(key);
    let pairs = [0, 1, 2].map(|ago| screen.pair(tones, ago));
    let hum = screen.hums(recent);
    let core = if hum { 1 } else { core(&pairs) };
    let nominal = tones.hz().map(omega);
    let rough = [0, 1].map(|tone| {
        let turn = screen.turn(&pairs[core], &pairs[core + 1], tones, tone);
        nominal[tone] + turn.angle() / HOP as f32
    });
    let plain = Blocks::of(recent);
    let mut humtone = 0.0;
    let blocks = match hum {
        true => {
            let b = plain.without_hum();
            humtone = plain.hum_is_a_tone(&b);
            b
        }
        false => plain,
    };
    let middle = BLOCKS - 2 * core - 4..BLOCKS - 2 * core;
    let rough = if hum {
        let basis = Basis::new(nominal);
        let fits = middle.clone().map(|at| basis.fit(blocks.block(at)));
        let fits: [Fit; 4] = fits.collect::<arrayvec::ArrayVec<Fit, 4>>().into_inner().unwrap();
        let steady = Steady::of_lag(&fits, &basis, 1);
        [0, 1].map(|tone| nominal[tone] + steady.off[tone] / BLOCK as f32)
    } else {
        rough
    };
    let basis = Basis::new(rough);
    let fits = blocks.fit(&basis);
    let reference = [0, 1].map(|tone| {
        0.25 * middle
            .clone()
            .map(|at| fits[at].tones[tone].square())
            .sum::<f32>()
    });
    let whole = |fit: &Fit| (0..2).all(|tone| fit.tones[tone].square() >= PART * reference[tone]);
    if !fits[middle.clone()].iter().all(whole) {
        return Verdict::No;
    }
    let mut from = middle.start;
    while from > blocks.first && whole(&fits[from - 1]) {
        from -= 1;
    }
    let mut to = middle.end;
    while to < blocks.end && whole(&fits[to]) {
        to += 1;
    }
    let good = if hum { from + 1 } else { from };
    let steady = Steady::of(&fits[good..to], &basis);
    // phases back at block `from`
    let omega = [0, 1].map(|tone| rough[tone] + steady.off[tone] / BLOCK as f32);
    let age = age(&blocks, &basis, &steady, from, good);
    let tail = if to < blocks.end {
        let total: f32 = reference.iter().sum();
        let part: f32 = fits[to].tones.iter().map(|tone| tone.square()).sum();
        ((blocks.end - to) as f32 - (part / total).sqrt().min(1.0)) * BLOCK as f32
    } else {
        0.0
    };
    let powers = steady.amplitudes.map(|tone| 0.5 * tone.square());
    let twist = powers[1] / powers[0];
    let (energy, explained) = fits[good..to].iter().fold((0.0, 0.0), |sum, fit| {
        (sum.0 + fit.energy, sum.1 + fit.explained)
    });
    let rest = 1.0 - explained / energy;
    let offsets = [0, 1].map(|tone| (omega[tone] / nominal[tone] - 1.0).abs());
    let before = if from >= blocks.first + 2 {
        [0, 1].map(|t| fits[from - 2].tones[t].square() / reference[t])
    } else {
        [9.0; 2]
    };
    let predictable = predictable(&blocks, &basis, &fits, good, to);
    #[cfg(feature = "trace")]
    if std::env::var("TRACE").is_ok() {
        eprintln!(
            "V hum {hum} {humtone:.4} bef {:.3} {:.3} key {key} from {from} to {to} core {core} age {age:.1} tail {tail:.1} rest {rest:.3} pred {predictable:.3} struct {:.4} unsteady {:.3} {:.3} offs {:.4} {:.4} twist {:.2} level {:.1}",
            before[0], before[1], rest * predictable, steady.unsteady[0],
            steady.unsteady[1],
            omega[0] / nominal[0] - 1.0,
            omega[1] / nominal[1] - 1.0,
            10.0 * twist.log10(),
            power_dbm0(powers[0] + powers[1])
        );
    }
    let tail = tail + ((BLOCKS - blocks.end) * BLOCK) as f32;
    let unsteady = steady.unsteady[0].max(steady.unsteady[1]);
    let before = before[0].max(before[1]);
    let voiced = rest * predictable;
    let evident = if hum {
        before <= limits.before_in_hum
            && voiced <= limits.voiced_in_hum
            && humtone <= limits.hum
            && unsteady <= limits.unsteady_in_hum
    } else if before <= limits.before {
        voiced <= limits.voiced
    } else {
        rest <= limits.rest_running
    };
    let digit = age - tail >= limits.shortest
        && rest <= limits.rest
        && unsteady <= limits.unsteady
        && evident
        && offsets.iter().all(|&offset| offset <= if hum { limits.offset_in_hum } else { limits.offset })
        && (LEAST_TWIST..=MOST_TWIST).contains(&twist)
        && powers[0] + powers[1] >= LEAST;
    if !digit {
        return Verdict::No;
    }
    Verdict::Digit(Found {
        age,
        powers,
        omega,
        hum,
    })
}

/// Both tones as one wave each over several blocks.
#[derive(Debug)]
struct Steady {
    /// Amplitude with the phase of the first block's middle.
    amplitudes: [Phasor; 2],
    /// Radians a block that the frequency is off the basis.
    off: [f32; 2],
    /// Share of the power that isn't in the one wave.
    unsteady: [f32; 2],
}

impl Steady {
    fn of(fits: &[Fit], basis: &Basis) -> Steady {
        Steady::of_lag(fits, basis, (fits.len() / 2).min(4))
    }

    fn of_lag(fits: &[Fit], basis: &Basis, lag: usize) -> Steady {
        let mut steady = Steady {
            amplitudes: [Phasor::default(); 2],
            off: [0.0; 2],
            unsteady: [0.0; 2],
        };
        for tone in 0..2 {
            let mut straight = [Phasor::default(); BLOCKS];
            let mut back = Phasor { re: 1.0, im: 0.0 };
            for (to, fit) in straight.iter_mut().zip(fits) {
                *to = fit.tones[tone].times(back);
                back = back.times(basis.step[tone].conjugate());
            }
            let straight = &straight[..fits.len()];
            let mut turn = Phasor::default();
            for (now, before) in straight[lag..].iter().zip(straight) {
                turn = turn.plus(now.times(before.conjugate()));
            }
            let off = turn.angle() / lag as f32;
            let back_step = Phasor::turn(-off);
            let mut back = Phasor { re: 1.0, im: 0.0 };
            let mut sum = Phasor::default();
            let mut power = 0.0;
            for &tone in straight {
                sum = sum.plus(tone.times(back));
                power += tone.square();
                back = back.times(back_step);
            }
            let count = fits.len() as f32;
            steady.amplitudes[tone] = sum.scaled(1.0 / count);
            steady.off[tone] = off;
            steady.unsteady[tone] = 1.0 - sum.square() / (count * power);
        }
        steady
    }
}

/// Samples since the beginning: where the digit explains the samples from on.
fn age(blocks: &Blocks, basis: &Basis, steady: &Steady, from: usize, good: usize) -> f32 {
    if from == blocks.first {
        return (BLOCKS * BLOCK) as f32;
    }
    let mut best = 0.0;
    let mut sum = 0.0;
    let mut start = (from + 1) * BLOCK;
    for back in 0..2 {
        let block = from - back;
        let tones = [0, 1].map(|tone| {
            let turn = basis.step[tone]
                .times(Phasor::turn(steady.off[tone]))
                .conjugate();
            (block..good).fold(steady.amplitudes[tone], |tone, _| tone.times(turn))
        });
        let sound = basis.sound(tones);
        let samples = blocks.block(block);
        for at in (0..BLOCK).rev() {
            sum += sound[at] * (samples[at] - 0.5 * sound[at]);
            if sum > best {
                best = sum;
                start = block * BLOCK + at;
            }
        }
    }
    (BLOCKS * BLOCK - start) as f32
}

/// The share of what the tones leave that could be foretold from the samples before: none of
/// white noise, most of a voice.
fn predictable(blocks: &Blocks, basis: &Basis, fits: &[Fit; BLOCKS], from: usize, to: usize) -> f32 {
    let mut rest = [0.0; BLOCKS * BLOCK];
    let (parts, _) = rest.as_chunks_mut::<BLOCK>();
    for at in from..to {
        let sound = basis.sound(fits[at].tones);
        for (to, (sample, sound)) in parts[at].iter_mut().zip(blocks.block(at).iter().zip(&sound)) {
            *to = sample - sound;
        }
    }
    let rest = &rest[from * BLOCK..to * BLOCK];
    let product = |lag: usize| -> f32 { rest[lag..].iter().zip(rest).map(|(a, b)| a * b).sum() };
    let r: [f32; 4] = std::array::from_fn(product);
    // Levinson
    let mut error = r[0].max(1.0);
    let mut a = [0.0f32; 4];
    for order in 1..4 {
        let mut sum = r[order];
        for k in 1..order {
            sum -= a[k] * r[order - k];
        }
        let k = sum / error;
        let before = a;
        a[order] = k;
        for j in 1..order {
            a[j] = before[j] - k * before[order - j];
        }
        error *= 1.0 - k * k;
    }
    1.0 - error / r[0].max(1.0)
}

/// How many hops ago the two strongest hops in a row end.
fn core(pairs: &[Pair; 3]) -> usize {
    let power = |pair: &Pair| pair.powers().iter().sum::<f32>();
    usize::from(power(&pairs[2]) > power(&pairs[0]))
}

fn omega(hz: f32) -> f32 {
    std::f32::consts::TAU * hz / SAMPLE_RATE as f32
}

/// Where the digit ended, in samples before now: to where it explains the samples.
pub(super) fn ended(omega: [f32; 2], powers: [f32; 2], hum: bool, recent: &Recent) -> f32 {
    let blocks = match hum {
        true => Blocks::of(recent).without_hum(),
        false => Blocks::of(recent),
    };
    let basis = Basis::new(omega);
    let fits = blocks.fit(&basis);
    let whole =
        |fit: &Fit| (0..2).all(|tone| 0.5 * fit.tones[tone].square() >= PART * powers[tone]);
    let Some(last) = fits.iter().rposition(whole) else {
        return (BLOCKS * BLOCK) as f32;
    };
    let first = last.saturating_sub(3);
    let steady = Steady::of(&fits[first..=last], &basis);
    let (mut best, mut sum) = (0.0, 0.0);
    let mut end = last * BLOCK;
    for block in last..(last + 2).min(BLOCKS) {
        let tones = [0, 1].map(|tone| {
            let off = Phasor::turn(steady.off[tone]);
            let step = basis.step[tone].times(off);
            (first..block).fold(steady.amplitudes[tone], |tone, _| tone.times(step))
        });
        let sound = basis.sound(tones);
        for (at, (sound, sample)) in sound.iter().zip(blocks.block(block)).enumerate() {
            sum += sound * (sample - 0.5 * sound);
            if sum > best {
                best = sum;
                end = block * BLOCK + at + 1;
            }
        }
    }
    (BLOCKS * BLOCK - end) as f32
}
