//! Echo of a 2-wire trunk: what was sent, what came back, and how well a canceller did.
//!
//! What: a [`Trial`] is a stretch of a call: speech or tones sent, their echo by a hybrid of its
//! own, what the far party said over it, the line's noise, all companded on both ways.
//! [`Trial::score`] runs a canceller on it and compares with what only the maker of the trial
//! knows: the echo alone.
//!
//! How: a hybrid is a few damped resonances in the telephone band after a flat delay, scaled to
//! its return loss. Speech comes from installed prompts (see [`Voices`]).
//!
//! Limits: echo paths are linear and stand still between their changes, as a hybrid's do.
//! Levels, spreads and losses follow ITU-T G.168, its echo path figures are not used.

use dsp::{g711, level::sine_peak};
use std::{f64::consts::TAU, path::Path};
use types::frame::{FRAME, Law, Samples};

const RATE: usize = 8000;

/// What happens in a trial.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Only our side speaks.
    SingleTalk,
    /// The far party speaks over the middle of it.
    DoubleTalk,
    /// The echo path becomes another one in the middle.
    PathChange,
    /// Speech, then a long tone or two, then speech again.
    Tones,
    /// Speech, then DTMF digits, then speech again.
    Digits,
    /// White noise is sent.
    Noise,
}

impl Kind {
    pub const ALL: [Kind; 6] = [
        Kind::SingleTalk,
        Kind::DoubleTalk,
        Kind::PathChange,
        Kind::Tones,
        Kind::Digits,
        Kind::Noise,
    ];
}

/// The line of a trial.
#[derive(Clone, Copy, Debug)]
pub struct Hybrid {
    pub return_loss_db: f64,
    pub delay: usize,
    pub spread: usize,
    /// White noise of the line, dBm0.
    pub noise_dbm0: f32,
}

/// A stretch of a call.
#[derive(Clone, Debug)]
pub struct Trial {
    pub kind: Kind,
    pub hybrid: Hybrid,
    /// What the canceller gets.
    pub sent: Vec<i16>,
    pub received: Vec<i16>,
    /// What is in it: the echo, and what the far party said.
    echo: Vec<f64>,
    near: Vec<f64>,
    /// Samples of the three parts.
    parts: [std::ops::Range<usize>; 3],
}

/// How well a canceller did. `None` where the trial does not say.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Score {
    /// Received over cleaned power where only echo is heard, first part after its second second.
    pub erle_db: f64,
    /// The same of one who knows the echo.
    pub ceiling_db: f64,
    /// Seconds of speech until echo is 20 dB down over 100 ms.
    pub converged_s: Option<f64>,
    /// Echo over what is left of it (and what the far party lost) in the middle part.
    pub middle_db: f64,
    /// Far party's power over what was changed of it, in the middle part.
    pub near_db: Option<f64>,
    /// Received over cleaned power in the last part, from its start / after its second second.
    pub after_db: f64,
    pub late_db: f64,
    /// Seconds of speech after a path change until echo is 20 dB down over 100 ms.
    pub reconverged_s: Option<f64>,
    /// The worst quarter of a second after the second second: echo over what is left of it.
    pub worst_db: f64,
}

/// Numbers of its own, so that a seed gives the same trial for ever (xorshift64*).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn bits(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn range(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * self.unit()
    }

    fn gauss(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (TAU * self.unit()).cos()
    }
}

/// Installed speech: one stretch a talker, 8 kHz.
#[derive(Clone, Debug)]
pub struct Voices(Vec<Vec<i16>>);

const SETS: [&str; 4] = [
    "en_US_f_Allison",
    "it_IT_m_Carlo",
    "fr_CA_f_June",
    "ru_RU_f_IvrvoiceRU",
];

impl Voices {
    /// Reads some minutes of each talker. The error names the package that is missing.
    pub fn installed() -> Result<Voices, String> {
        SETS.iter()
            .map(|set| talker(set))
            .collect::<Result<_, _>>()
            .map(Voices)
    }

    fn stretch(&self, random: &mut Random, talker: usize, samples: usize, dbm0: f64) -> Vec<f64> {
        let voice = &self.0[talker % self.0.len()];
        let from = random.range(0.0, voice.len() as f64) as usize;
        let stretch: Vec<f64> = (0..samples)
            .map(|n| f64::from(voice[(from + n) % voice.len()]))
            .collect();
        let gain = f64::from(sine_peak(dbm0 as f32)) / 2f64.sqrt() / active_rms(&stretch);
        stretch.iter().map(|s| s * gain).collect()
    }
}

fn talker(set: &str) -> Result<Vec<i16>, String> {
    let folder = Path::new("/usr/share/asterisk/sounds").join(set);
    let missing = |e| {
        format!(
            "{}: {e}: asterisk-core-sounds-*-wav is not installed",
            folder.display()
        )
    };
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .map_err(missing)?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "wav"))
        .collect();
    files.sort();
    let mut voice = Vec::new();
    for path in files {
        let file = std::fs::read(&path).map_err(missing)?;
        let prompt = samples_of(&file);
        // Beeps and noises are short, prompts are sentences.
        if prompt.len() > 2 * RATE {
            voice.extend(prompt);
        }
        if voice.len() > 240 * RATE {
            break;
        }
    }
    Ok(voice)
}

/// The samples of a WAV file of 16-bit mono.
fn samples_of(file: &[u8]) -> Vec<i16> {
    let mut at = 12;
    while at + 8 <= file.len() {
        let length = u32::from_le_bytes([file[at + 4], file[at + 5], file[at + 6], file[at + 7]]);
        let end = (at + 8 + length as usize).min(file.len());
        if &file[at..at + 4] == b"data" {
            let pairs = file[at + 8..end].chunks_exact(2);
            return pairs.map(|b| i16::from_le_bytes([b[0], b[1]])).collect();
        }
        at = end + length as usize % 2;
    }
    Vec::new()
}

/// RMS of the frames within 20 dB of the loudest ones.
fn active_rms(samples: &[f64]) -> f64 {
    let mut powers: Vec<f64> = samples.chunks(FRAME).map(power).collect();
    powers.sort_by(f64::total_cmp);
    let loud = powers[powers.len() * 95 / 100].max(1.0);
    let active: Vec<f64> = powers.into_iter().filter(|p| *p > loud / 100.0).collect();
    (active.iter().sum::<f64>() / active.len().max(1) as f64)
        .sqrt()
        .max(1.0)
}

fn power(samples: &[f64]) -> f64 {
    samples.iter().map(|s| s * s).sum::<f64>() / samples.len() as f64
}

impl Hybrid {
    /// A hybrid whose whole response is within `reach` samples.
    pub fn random(random: &mut Random, reach: usize) -> Hybrid {
        let spread = random.range(32.0, 96.0) as usize;
        Hybrid {
            return_loss_db: random.range(6.0, 20.0),
            delay: random.range(0.0, (reach - spread).min(320) as f64) as usize,
            spread,
            noise_dbm0: random.range(-78.0, -64.0) as f32,
        }
    }

    /// Its impulse response.
    fn response(&self, random: &mut Random) -> Vec<f64> {
        let mut response = vec![0.0; self.delay + self.spread];
        for _ in 0..4 {
            let (hz, phase) = (random.range(300.0, 3300.0), random.range(0.0, TAU));
            let decay = self.spread as f64 / random.range(4.0, 9.0);
            let (gain, late) = (random.range(0.3, 1.0), random.range(0.0, 8.0));
            for (n, tap) in response[self.delay..].iter_mut().enumerate() {
                let t = n as f64 - late;
                if t >= 0.0 {
                    let swing = (TAU * hz * t / RATE as f64 + phase).sin();
                    *tap += gain * (-t / decay).exp() * swing;
                }
            }
        }
        let gain = response.iter().map(|tap| tap * tap).sum::<f64>().sqrt();
        let wanted = 10f64.powf(-self.return_loss_db / 20.0);
        response.iter().map(|tap| tap * wanted / gain).collect()
    }
}

impl Trial {
    /// A trial of `seconds` whose echo lies within `reach` samples.
    pub fn new(voices: &Voices, kind: Kind, reach: usize, seconds: usize, seed: u64) -> Trial {
        let mut random = Random::new(seed);
        let hybrid = Hybrid::random(&mut random, reach);
        let part = seconds * RATE / 3 / FRAME * FRAME;
        let parts = [0..part, part..2 * part, 2 * part..3 * part];
        let talker = (random.bits() >> 40) as usize;
        let samples = 3 * part;
        let mut sent = voices.stretch(&mut random, talker, samples, -18.0);
        let level = random.range(-24.0, -10.0);
        rescale(&mut sent, level + 18.0);
        match kind {
            Kind::Tones => tones(&mut random, &mut sent[parts[1].clone()]),
            Kind::Digits => digits(&mut random, &mut sent[parts[1].clone()]),
            Kind::Noise => noise(&mut random, &mut sent, level),
            _ => {}
        }
        let sent = companded(&sent);
        let echo = echo(&mut random, &hybrid, &sent, kind, &parts[1..]);
        let mut near = vec![0.0; samples];
        if kind == Kind::DoubleTalk {
            let level = random.range(-26.0, -12.0);
            let voice = voices.stretch(&mut random, talker + 1, part, level);
            near[parts[1].clone()].copy_from_slice(&voice);
        }
        let rms = f64::from(sine_peak(hybrid.noise_dbm0)) / 2f64.sqrt();
        let line: Vec<f64> = (0..samples)
            .map(|n| echo[n] + near[n] + rms * random.gauss())
            .collect();
        Trial {
            kind,
            hybrid,
            sent,
            received: companded(&line),
            echo,
            near,
            parts,
        }
    }

    /// Runs a canceller (sent, received, cleaned) over the trial.
    pub fn score(&self, mut canceller: impl FnMut(&Samples, &Samples, &mut Samples)) -> Score {
        let mut clean = vec![0i16; self.sent.len()];
        for at in (0..clean.len()).step_by(FRAME) {
            let frame = |from: &[i16]| -> Samples { std::array::from_fn(|n| from[at + n]) };
            let mut out = [0; FRAME];
            canceller(&frame(&self.sent), &frame(&self.received), &mut out);
            clean[at..at + FRAME].copy_from_slice(&out);
        }
        let [first, middle, last] = self.parts.clone();
        let settled = 2 * RATE;
        let changed = self.kind == Kind::PathChange;
        Score {
            erle_db: self.erle(&clean, first.start + settled..first.end),
            ceiling_db: self.ceiling(first.start + settled..first.end),
            converged_s: self.speech_until_converged(&clean, first.start),
            middle_db: self.left(&clean, middle.clone()),
            near_db: self.near_kept(&clean, middle.clone()),
            after_db: self.erle(&clean, last.clone()),
            late_db: self.erle(&clean, last.start + settled..last.end),
            reconverged_s: changed
                .then(|| self.speech_until_converged(&clean, middle.start))
                .flatten(),
            worst_db: self.worst(&clean, settled),
        }
    }

    /// Received over cleaned power where our side is heard to speak.
    fn erle(&self, clean: &[i16], span: std::ops::Range<usize>) -> f64 {
        let (mut before, mut after) = (0.0, 0.0);
        for at in span.step_by(FRAME).filter(|at| self.speaks(*at)) {
            let frame = at..at + FRAME;
            before += self.received[frame.clone()]
                .iter()
                .map(|s| square(*s))
                .sum::<f64>();
            after += clean[frame].iter().map(|s| square(*s)).sum::<f64>();
        }
        decibels(before, after)
    }

    fn ceiling(&self, span: std::ops::Range<usize>) -> f64 {
        let without = |n: usize| (f64::from(self.received[n]) - self.echo[n]).round() as i16;
        let clean: Vec<i16> = (0..self.sent.len()).map(without).collect();
        self.erle(&clean, span)
    }

    /// Echo power over that of what is left of it, the line's companding not counted.
    fn left(&self, clean: &[i16], span: std::ops::Range<usize>) -> f64 {
        let (mut echo, mut left) = (0.0, 0.0);
        for at in span.step_by(FRAME).filter(|at| self.speaks(*at)) {
            for n in at..at + FRAME {
                echo += self.echo[n] * self.echo[n];
                left += self.wrong(clean, n).powi(2);
            }
        }
        decibels(echo, left)
    }

    /// What is left of the echo, or was taken of anything else.
    fn wrong(&self, clean: &[i16], n: usize) -> f64 {
        f64::from(clean[n]) - (f64::from(self.received[n]) - self.echo[n])
    }

    fn near_kept(&self, clean: &[i16], span: std::ops::Range<usize>) -> Option<f64> {
        let near: f64 = self.near[span.clone()].iter().map(|s| s * s).sum();
        let wrong = span.map(|n| self.wrong(clean, n).powi(2)).sum();
        (self.kind == Kind::DoubleTalk).then(|| decibels(near, wrong))
    }

    fn speech_until_converged(&self, clean: &[i16], from: usize) -> Option<f64> {
        let mut speech = Vec::new();
        for at in (from..clean.len())
            .step_by(FRAME)
            .filter(|at| self.speaks(*at))
        {
            let frame = at..at + FRAME;
            let echo: f64 = self.echo[frame.clone()].iter().map(|s| s * s).sum();
            let left: f64 = frame.map(|n| self.wrong(clean, n).powi(2)).sum();
            speech.push((echo, left));
            let window = &speech[speech.len().saturating_sub(10)..];
            let (echo, left) = window
                .iter()
                .fold((0.0, 0.0), |(a, b), (c, d)| (a + c, b + d));
            if window.len() == 10 && echo > 100.0 * left {
                return Some((speech.len() - 10) as f64 * FRAME as f64 / RATE as f64);
            }
        }
        None
    }

    fn worst(&self, clean: &[i16], from: usize) -> f64 {
        let quarter = RATE / 4;
        let windows = (from..clean.len() - quarter).step_by(quarter / 2);
        windows
            .filter(|at| power(&self.echo[*at..at + quarter]) > 100.0)
            .map(|at| {
                let left = (at..at + quarter).map(|n| self.wrong(clean, n).powi(2));
                decibels(
                    power(&self.echo[at..at + quarter]) * quarter as f64,
                    left.sum(),
                )
            })
            .fold(f64::INFINITY, f64::min)
    }

    /// Whether a frame sent, or the one before it, is above -40 dBm0.
    fn speaks(&self, at: usize) -> bool {
        let frames = &self.sent[at.saturating_sub(FRAME)..at + FRAME];
        let power = frames.iter().map(|s| square(*s)).sum::<f64>() / frames.len() as f64;
        power > f64::from(sine_peak(-40.0)).powi(2) / 2.0
    }
}

fn square(sample: i16) -> f64 {
    f64::from(sample).powi(2)
}

fn decibels(over: f64, under: f64) -> f64 {
    10.0 * ((over + 1e-9) / (under + 1e-9)).log10()
}

fn rescale(samples: &mut [f64], db: f64) {
    let gain = 10f64.powf(db / 20.0);
    samples.iter_mut().for_each(|s| *s *= gain);
}

fn noise(random: &mut Random, samples: &mut [f64], dbm0: f64) {
    let rms = f64::from(sine_peak(dbm0 as f32)) / 2f64.sqrt();
    samples.fill_with(|| rms * random.gauss());
}

fn tones(random: &mut Random, samples: &mut [f64]) {
    let single = random.unit() < 0.5;
    let hz = [random.range(300.0, 3200.0), random.range(300.0, 3200.0)];
    sines(
        samples,
        &hz[..if single { 1 } else { 2 }],
        random.range(-20.0, -8.0),
    );
}

/// Ten digits a little faster than by hand.
fn digits(random: &mut Random, samples: &mut [f64]) {
    samples.fill(0.0);
    for digit in samples.chunks_mut(RATE / 5) {
        let low = [697.0, 770.0, 852.0, 941.0][random.range(0.0, 4.0) as usize];
        let high = [1209.0, 1336.0, 1477.0][random.range(0.0, 3.0) as usize];
        let on = digit.len() / 2;
        sines(&mut digit[..on], &[low, high], -9.0);
    }
}

fn sines(samples: &mut [f64], hz: &[f64], dbm0: f64) {
    let peak = f64::from(sine_peak(dbm0 as f32));
    for (n, sample) in samples.iter_mut().enumerate() {
        let sum: f64 = hz
            .iter()
            .map(|hz| (TAU * hz * n as f64 / RATE as f64).sin())
            .sum();
        *sample = peak * sum;
    }
}

fn companded(samples: &[f64]) -> Vec<i16> {
    let linear: Vec<i16> = samples.iter().map(|s| s.round() as i16).collect();
    let mut octets = vec![0; linear.len()];
    let mut out = vec![0; linear.len()];
    g711::encode(Law::Mu, &linear, &mut octets);
    g711::decode(Law::Mu, &octets, &mut out);
    out
}

/// The echo of what was sent; of another path from the middle part on where it changes.
fn echo(
    random: &mut Random,
    hybrid: &Hybrid,
    sent: &[i16],
    kind: Kind,
    later: &[std::ops::Range<usize>],
) -> Vec<f64> {
    let first = hybrid.response(random);
    let second = hybrid.response(random);
    let change = match kind {
        Kind::PathChange => later[0].start,
        _ => sent.len(),
    };
    (0..sent.len())
        .map(|n| {
            let path = if n < change { &first } else { &second };
            let reach = path.len().min(n + 1);
            (0..reach).map(|k| path[k] * f64::from(sent[n - k])).sum()
        })
        .collect()
}
