//! The shape of a tone: its bursts, and the cycle in which they repeat.

use std::ops::Range;

use dsp::{
    level::power_dbm0,
    plan::{self, MAX_BURSTS, MAX_FREQS},
    segment::Ended,
};

use crate::row;

/// A stretch of steady frequencies on the recording. Lengths are in samples.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Sound {
    start: u64,
    end: u64,
    /// Hz and dBm0, ascending in frequency.
    tones: Vec<(f32, f32)>,
}

/// A tone's bursts in order.
#[derive(Debug)]
pub(super) struct Shape {
    pub bursts: Vec<Burst>,
    /// The cycle begins again after its last burst.
    pub repeats: bool,
    /// Whole cycles that were heard.
    pub cycles: usize,
}

/// One burst of the cycle, as it was heard each time.
#[derive(Debug)]
pub(super) struct Burst {
    sounds: Vec<Sound>,
    /// Milliseconds; empty for a sound that does not end.
    on: Vec<f32>,
    off: Vec<f32>,
}

/// Nothing is known of how long a sound was that began or ended with the recording: nearer than
/// this, in samples, it did.
const AT_THE_EDGE: u64 = 240;

/// A break that is none, in samples.
const NO_PAUSE: u64 = 240;

/// A sound to the end of the recording is steady if it lasted this long, in samples; one that
/// ends shortly before, if it lasted this long.
const STEADY: u64 = 8000;
const STEADY_BEFORE_END: u64 = 24_000;

/// The most sounds in a row that do not repeat and are still a tone: special information tones
/// have three.
const MOST_AT_ONCE: usize = 4;

/// A frequency of the recording that is as strong as this beside a sound's others is one of them,
/// though the detector did not need it to know the sound.
const AS_STRONG_DB: f32 = 8.0;

impl Sound {
    /// `freqs` are all of the recording.
    pub fn new(ended: &Ended, freqs: &[f32], heard: &[i16]) -> Sound {
        const EDGE: u64 = 160;
        let (start, end) = (ended.start.0, ended.end.0.min(heard.len() as u64));
        let inner = match (start + EDGE, end.saturating_sub(EDGE)) {
            (from, to) if from + EDGE < to => from..to,
            _ => start..end,
        };
        let inner = &heard[inner.start as usize..inner.end as usize];
        let with_level = |&hz: &f32| (hz, level(inner, hz));
        let mut tones: Vec<(f32, f32)> = ended.freqs.iter().map(with_level).collect();
        let weakest = tones.iter().map(|tone| tone.1).fold(f32::MAX, f32::min);
        // Nearer than that, it would be the side of one of them.
        let apart = 2.5 * dsp::SAMPLE_RATE as f32 / inner.len() as f32;
        let alone = |hz: &f32| ended.freqs.iter().all(|known| (known - hz).abs() > apart);
        let others = freqs.iter().filter(|hz| alone(hz)).map(with_level);
        let others = others.filter(|tone| tone.1 > weakest - AS_STRONG_DB);
        let room = MAX_FREQS.saturating_sub(tones.len());
        tones.extend(others.take(room));
        tones.sort_by(|a, b| a.0.total_cmp(&b.0));
        Sound { start, end, tones }
    }

    /// Beginning and end in ms, and the frequencies.
    pub fn shown(&self) -> (f64, f64, String) {
        let freqs = self.tones.iter().map(|tone| format!("{:.0}", tone.0));
        let freqs: Vec<String> = freqs.collect();
        (row::ms(self.start), row::ms(self.end), freqs.join("+"))
    }

    fn length(&self) -> u64 {
        self.end - self.start
    }

    /// Whether it is one that does not end by itself, after those before it.
    fn is_steady(&self, before: &[Sound], length: u64) -> bool {
        let longest = before.iter().map(Sound::length).max().unwrap_or(0);
        let after = length.saturating_sub(self.end);
        let to_the_end = after <= AT_THE_EDGE && self.length() >= STEADY;
        let nearly = after < self.length() / 2 && self.length() >= STEADY_BEFORE_END;
        self.length() >= 2 * longest && (to_the_end || nearly)
    }

    fn same_tones(&self, other: &Sound) -> bool {
        let near = |(a, b): (&(f32, f32), &(f32, f32))| (a.0 - b.0).abs() <= 3.0 + 0.012 * b.0;
        self.tones.len() == other.tones.len() && self.tones.iter().zip(&other.tones).all(near)
    }
}

/// The level of one frequency in dBm0, through a Hann window.
fn level(samples: &[i16], hz: f32) -> f32 {
    const MOST: usize = 4000;
    let samples = &samples[..samples.len().min(MOST)];
    let step = std::f64::consts::TAU * f64::from(hz) / f64::from(dsp::SAMPLE_RATE);
    let (mut re, mut im, mut sum) = (0.0, 0.0, 0.0);
    for (at, &sample) in samples.iter().enumerate() {
        let turn = (at as f64 + 0.5) / samples.len() as f64;
        let weight = 0.5 - 0.5 * (std::f64::consts::TAU * turn).cos();
        let angle = step * at as f64;
        re += weight * f64::from(sample) * angle.cos();
        im += weight * f64::from(sample) * angle.sin();
        sum += weight;
    }
    power_dbm0((2.0 * (re * re + im * im) / (sum * sum).max(1.0)) as f32)
}

/// Sounds with breaks between them that are no pauses are one.
pub(super) fn joined(sounds: Vec<Sound>) -> Vec<Sound> {
    let mut all: Vec<Sound> = Vec::new();
    for sound in sounds {
        match all.last_mut() {
            Some(last) if sound.start < last.end + NO_PAUSE && sound.same_tones(last) => {
                last.end = sound.end;
            }
            _ => all.push(sound),
        }
    }
    all
}

impl Shape {
    /// `length` is the recording's; an error says why there is no shape.
    pub fn of(sounds: &[Sound], length: u64) -> Result<Shape, String> {
        let last = sounds.last().ok_or("no sound is steady for 45 ms")?;
        let before = &sounds[..sounds.len() - 1];
        let to_the_end = last.end + AT_THE_EDGE >= length;
        if last.is_steady(before, length) {
            return Shape::steady(before, last);
        }
        let cut = usize::from(sounds[0].start < AT_THE_EDGE && sounds.len() > 2);
        let whole = cut..sounds.len() - usize::from(to_the_end);
        if whole.is_empty() {
            return Err(
                "the only sound is cut by the recording's ends, and too short to be a \
                        steady tone: record for longer"
                    .into(),
            );
        }
        // The first and the last may be cut where the line was: they need not fit.
        let (from, to) = (whole.start, whole.end);
        for part in [
            from..to,
            from..to - 1,
            from + 1..to,
            from + 1..to.max(2) - 1,
        ] {
            if let Some(shape) = Shape::cycle_of(sounds, part) {
                return Ok(shape);
            }
        }
        if whole.len() > MOST_AT_ONCE {
            return Err(format!(
                "{} sounds, and no cycle of {MAX_BURSTS} or fewer that repeats",
                whole.len()
            ));
        }
        let bursts = whole.map(|at| Burst::once(sounds, at));
        Ok(Shape {
            bursts: last_without_pause(bursts.collect()),
            repeats: false,
            cycles: 1,
        })
    }

    fn steady(before: &[Sound], last: &Sound) -> Result<Shape, String> {
        if before.len() >= MAX_BURSTS {
            return Err(format!(
                "{} bursts before the steady tone; a table knows {} at most",
                before.len(),
                MAX_BURSTS - 1
            ));
        }
        let all = [before, std::slice::from_ref(last)].concat();
        let bursts = (0..all.len()).map(|at| Burst::once(&all, at));
        let mut bursts: Vec<Burst> = bursts.collect();
        if let Some(last) = bursts.last_mut() {
            last.on.clear();
        }
        Ok(Shape {
            repeats: bursts.len() == 1,
            bursts,
            cycles: 1,
        })
    }

    /// The shortest cycle that these of the sounds are.
    fn cycle_of(sounds: &[Sound], part: Range<usize>) -> Option<Shape> {
        let longest = MAX_BURSTS.min(part.len().saturating_sub(1));
        let period = (1..=longest).find(|&period| repeats(sounds, part.clone(), period))?;
        let burst = |at| Burst::of(sounds, part.start + at..part.end, period);
        let mut bursts: Vec<Burst> = (0..period).map(burst).collect();
        // A cycle ends with its longest pause.
        let last = (0..period).max_by(|&a, &b| bursts[a].off_ms().total_cmp(&bursts[b].off_ms()));
        bursts.rotate_left(last.map_or(0, |at| at + 1) % period);
        Some(Shape {
            bursts,
            repeats: true,
            cycles: part.len() / period,
        })
    }
}

/// What is once has no pause after it.
fn last_without_pause(mut bursts: Vec<Burst>) -> Vec<Burst> {
    if let Some(last) = bursts.last_mut() {
        last.off.clear();
    }
    bursts
}

/// The pause after a sound, if another follows.
fn pause_after(sounds: &[Sound], at: usize) -> Option<u64> {
    Some(sounds.get(at + 1)?.start.saturating_sub(sounds[at].end))
}

/// Whether each sound, and the pause after it, is the one `period` further.
fn repeats(sounds: &[Sound], part: Range<usize>, period: usize) -> bool {
    let near = |a: u64, b: u64| a.abs_diff(b) <= 200.max(a.max(b) / 10);
    let pairs = (part.start..part.end - period).all(|at| {
        let (one, other) = (&sounds[at], &sounds[at + period]);
        let pause = |at: usize| pause_after(sounds, at).filter(|_| at + 1 < part.end);
        one.same_tones(other)
            && near(one.length(), other.length())
            && pause(at)
                .zip(pause(at + period))
                .is_none_or(|(a, b)| near(a, b))
    });
    pairs && (part.start..part.start + period).all(|at| pause_after(sounds, at).is_some())
}

impl Burst {
    /// A sound that is not heard again.
    fn once(sounds: &[Sound], at: usize) -> Burst {
        Burst {
            sounds: vec![sounds[at].clone()],
            on: vec![sounds[at].length() as f32 / 8.0],
            off: pause_after(sounds, at)
                .map(|pause| pause as f32 / 8.0)
                .into_iter()
                .collect(),
        }
    }

    /// Each `period`th of these sounds.
    fn of(sounds: &[Sound], part: Range<usize>, period: usize) -> Burst {
        let places = || part.clone().step_by(period);
        let ms = |samples: u64| samples as f32 / 8.0;
        // After the last of them the tone may have been taken away.
        let pause = |at: usize| pause_after(sounds, at).filter(|_| at + 1 < part.end);
        Burst {
            sounds: places().map(|at| sounds[at].clone()).collect(),
            on: places().map(|at| ms(sounds[at].length())).collect(),
            off: places().filter_map(pause).map(ms).collect(),
        }
    }

    fn off_ms(&self) -> f32 {
        mean(self.off.iter().copied())
    }

    /// The frequencies heard as one: a carrier between two sidebands is told as modulated.
    fn modulation(&self) -> Option<f32> {
        let [low, carrier, high] = [0, 1, 2].map(|at| self.freq(at));
        let three = self.sounds.iter().all(|sound| sound.tones.len() == 3);
        let (below, above) = (carrier - low, high - carrier);
        let sidebands = [0, 2].map(|at| self.level(at) - self.level(1));
        // Fully modulated, they are 6 dB below it.
        let full = sidebands.iter().all(|db| (-9.0..-3.0).contains(db));
        let by = (below + above) / 2.0;
        (three && full && (below - above).abs() <= 3.0 && by <= 150.0).then_some(by)
    }

    fn freq(&self, at: usize) -> f32 {
        mean(self.of_tone(at).map(|tone| tone.0))
    }

    fn level(&self, at: usize) -> f32 {
        mean(self.of_tone(at).map(|tone| tone.1))
    }

    fn of_tone(&self, at: usize) -> impl Iterator<Item = (f32, f32)> + Clone {
        self.sounds
            .iter()
            .filter_map(move |sound| sound.tones.get(at))
            .copied()
    }

    /// As a table holds it: whole hertz, half decibels, five milliseconds.
    pub fn nominal(&self) -> plan::Burst {
        let on = mean(self.on.iter().copied());
        let off = self.off_ms();
        let count = self.sounds[0].tones.len();
        let levels: Vec<f32> = (0..count).map(|at| self.level(at)).collect();
        if let Some(by) = self.modulation() {
            let power: f32 = levels.iter().map(|db| 10f32.powf(db / 10.0)).sum();
            let whole = half_decibels(10.0 * power.log10());
            let carrier = [self.freq(1).round()];
            let mut burst = plan::Burst::new(&carrier, whole, nominal_ms(on), nominal_ms(off));
            burst.modulation = Some((by * 10.0).round() / 10.0);
            return burst;
        }
        let freqs: Vec<f32> = (0..count).map(|at| self.freq(at).round()).collect();
        let level = half_decibels(mean(levels.into_iter()));
        plan::Burst::new(&freqs, level, nominal_ms(on), nominal_ms(off))
    }

    pub fn row(&self) -> row::LearnedBurst {
        let count = self.sounds[0].tones.len();
        row::LearnedBurst {
            frequencies_hz: (0..count)
                .map(|at| range(self.of_tone(at).map(|tone| tone.0)))
                .collect(),
            levels_dbm0: (0..count)
                .map(|at| range(self.of_tone(at).map(|tone| tone.1)))
                .collect(),
            on_ms: (!self.on.is_empty()).then(|| range(self.on.iter().copied())),
            off_ms: (!self.off.is_empty()).then(|| range(self.off.iter().copied())),
        }
    }
}

fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let (sum, count) = values.fold((0.0, 0u32), |(sum, count), value| (sum + value, count + 1));
    sum / count.max(1) as f32
}

fn range(values: impl Iterator<Item = f32> + Clone) -> row::Range {
    row::Range {
        mean: row::tenths(mean(values.clone())),
        least: row::tenths(values.clone().fold(f32::MAX, f32::min)),
        most: row::tenths(values.fold(f32::MIN, f32::max)),
    }
}

fn nominal_ms(ms: f32) -> u32 {
    (ms / 5.0).round() as u32 * 5
}

fn half_decibels(db: f32) -> f32 {
    (db * 2.0).round() / 2.0 + 0.0
}
