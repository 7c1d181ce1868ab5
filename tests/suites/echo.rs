//! Echo of a 2-wire trunk: what was sent, what came back, and how well a canceller did.
//!
//! What: a [`Trial`] is a stretch of a call: speech or tones sent, their echo by a hybrid of its
//! own, what the far party said over it, the line's noise, all companded on both ways. It has
//! three parts of equal length; what is special about a trial happens in the middle one.
//! [`Trial::score`] runs a canceller on it and compares with what only the maker of the trial
//! knows: the echo alone.
//!
//! How: a hybrid is a few damped resonances in the telephone band after a flat delay, scaled to
//! its return loss.
//!
//! Limits: echo paths are linear and stand still between their changes, as a hybrid's do.
//! Spreads, delays and losses are in the range of ITU-T G.168; its echo path figures and its
//! tabulated composite signal are not used, both are of our own making.

use crate::{
    corpus::{self, Corpus},
    mix::{Color, add_noise, companded, set_active_level, set_level, to_float, to_pcm},
    random::Random,
};
use dsp::level::sine_peak;
use std::{collections::BTreeMap, f64::consts::TAU, ops::Range};
use types::frame::{FRAME, Law, Samples};

const RATE: usize = 8000;

/// What happens in the middle of a trial.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Nothing: our side goes on speaking.
    SingleTalk,
    /// The far party speaks as well.
    DoubleTalk,
    /// The echo path is another one from there on.
    PathChange,
    /// One or two long tones are sent.
    Tones,
    /// DTMF digits are sent.
    Digits,
    /// Noise is sent, in the other parts as well.
    Noise,
    /// A composite signal is sent, in the other parts as well: a voiced sound, noise, a pause
    /// (after ITU-T G.168).
    Composite,
}

impl Kind {
    pub const ALL: [Kind; 7] = [
        Kind::SingleTalk,
        Kind::DoubleTalk,
        Kind::PathChange,
        Kind::Tones,
        Kind::Digits,
        Kind::Noise,
        Kind::Composite,
    ];
}

/// The line of a trial.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Hybrid {
    pub return_loss_db: f64,
    /// Samples until the echo begins, and that it lasts.
    pub delay: usize,
    pub spread: usize,
    /// White noise of the line.
    pub noise_dbm0: f64,
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
    pub echo: Vec<f32>,
    pub near: Vec<f32>,
    parts: [Range<usize>; 3],
}

/// How well a canceller did, in dB of power. Only frames count in which our side is heard.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Score {
    /// Received over cleaned, in the first part after its second second.
    pub erle_db: f64,
    /// The same of one who knows the echo: the line's noise and companding are left.
    pub ceiling_db: f64,
    /// The echo over what is wrong about the cleaned signal, there and in the middle part. The
    /// line's noise and companding do not count.
    pub echo_db: f64,
    pub middle_db: f64,
    /// What the far party said over what is wrong, in double-talk.
    pub near_db: Option<f64>,
    /// Received over cleaned in the last part, from its start and after its second second.
    pub after_db: f64,
    pub late_db: f64,
    /// Seconds of speech until 100 ms of echo are 20 dB down: at first, after a path change.
    pub converged_s: Option<f64>,
    pub reconverged_s: Option<f64>,
    /// The echo over what is wrong, in the worst quarter of a second after the second second.
    pub worst_db: f64,
}

/// Speech by talker, 8 kHz.
#[derive(Clone, Debug)]
pub struct Voices(Vec<Vec<f32>>);

/// What a talker should have said at least, and what is enough.
const LEAST: usize = 60 * RATE;
const ENOUGH: usize = 240 * RATE;

impl Voices {
    /// Some minutes of each talker of a corpus who says that much.
    ///
    /// # Errors
    /// When a recording can't be read.
    ///
    /// # Panics
    /// When there are not two talkers.
    pub fn of(corpus: &Corpus) -> Result<Voices, corpus::Error> {
        let mut voices: BTreeMap<String, Vec<f32>> = BTreeMap::new();
        for recording in &corpus.speech().recordings {
            let voice = voices.entry(recording.voice()).or_default();
            // Beeps and noises are short, prompts are sentences.
            if voice.len() < ENOUGH && recording.length > 2 * RATE {
                voice.extend(to_float(&recording.samples()?));
            }
        }
        let voices = voices.into_values().filter(|said| said.len() >= LEAST);
        let voices: Vec<_> = voices.collect();
        assert!(voices.len() >= 2, "{} talkers", voices.len());
        Ok(Voices(voices))
    }

    fn stretch(&self, random: &mut Random, talker: usize, samples: usize, dbm0: f64) -> Vec<f32> {
        let voice = &self.0[talker % self.0.len()];
        let from = random.below(voice.len());
        let mut said: Vec<f32> = voice
            .iter()
            .cycle()
            .skip(from)
            .take(samples)
            .copied()
            .collect();
        set_active_level(&mut said, dbm0);
        said
    }
}

impl Hybrid {
    /// A hybrid whose whole response is within `reach` samples, 40 ms and a spread at most.
    pub fn random(random: &mut Random, reach: usize) -> Hybrid {
        let spread = random.uniform(32.0, 96.0) as usize;
        Hybrid {
            return_loss_db: random.uniform(6.0, 20.0),
            delay: random.uniform(0.0, (reach - spread).min(320) as f64) as usize,
            spread,
            noise_dbm0: random.uniform(-78.0, -64.0),
        }
    }

    /// An impulse response for it.
    pub fn response(&self, random: &mut Random) -> Vec<f32> {
        let mut response = vec![0.0; self.delay + self.spread];
        for _ in 0..4 {
            let (hz, phase) = (random.uniform(300.0, 3300.0), random.uniform(0.0, TAU));
            let decay = self.spread as f64 / random.uniform(4.0, 9.0);
            let (gain, late) = (random.uniform(0.3, 1.0), random.uniform(0.0, 8.0));
            for (n, tap) in response[self.delay..].iter_mut().enumerate() {
                let time = n as f64 - late;
                if time >= 0.0 {
                    let swing = (TAU * hz * time / RATE as f64 + phase).sin();
                    *tap += gain * (-time / decay).exp() * swing;
                }
            }
        }
        let gain = response.iter().map(|tap| tap * tap).sum::<f64>().sqrt();
        let wanted = 10f64.powf(-self.return_loss_db / 20.0);
        let scaled = response.iter().map(|tap| (tap * wanted / gain) as f32);
        scaled.collect()
    }
}

impl Trial {
    /// A trial of `seconds` whose echo lies within `reach` samples.
    pub fn new(voices: &Voices, kind: Kind, reach: usize, seconds: usize, seed: u64) -> Trial {
        let mut random = Random::new(seed);
        let hybrid = Hybrid::random(&mut random, reach);
        let part = seconds * RATE / 3 / FRAME * FRAME;
        let parts = [0..part, part..2 * part, 2 * part..3 * part];
        let talker = random.below(1000);
        let level = random.uniform(-24.0, -10.0);
        let mut sent = voices.stretch(&mut random, talker, 3 * part, level);
        match kind {
            Kind::Tones => tones(&mut random, &mut sent[parts[1].clone()]),
            Kind::Digits => digits(&mut random, &mut sent[parts[1].clone()]),
            Kind::Noise => noise(&mut random, &mut sent, level),
            Kind::Composite => composite(&mut random, &mut sent, level),
            Kind::SingleTalk | Kind::DoubleTalk | Kind::PathChange => {}
        }
        let mut near = vec![0.0; sent.len()];
        if kind == Kind::DoubleTalk {
            let level = random.uniform(-26.0, -12.0);
            let voice = voices.stretch(&mut random, talker + 1, part, level);
            near[parts[1].clone()].copy_from_slice(&voice);
        }
        Trial::on_line(&mut random, kind, hybrid, &sent, near, parts)
    }

    fn on_line(
        random: &mut Random,
        kind: Kind,
        hybrid: Hybrid,
        sent: &[f32],
        near: Vec<f32>,
        parts: [Range<usize>; 3],
    ) -> Trial {
        let mut sent = to_pcm(sent);
        companded(Law::Mu, &mut sent);
        let path = hybrid.response(random);
        let mut echo = convolved(&sent, &path);
        if kind == Kind::PathChange {
            let from = parts[1].start;
            let other = convolved(&sent, &hybrid.response(random));
            echo[from..].copy_from_slice(&other[from..]);
        }
        let mut line: Vec<f32> = echo.iter().zip(&near).map(|(a, b)| a + b).collect();
        add_noise(&mut line, Color::White, hybrid.noise_dbm0, random);
        let mut received = to_pcm(&line);
        companded(Law::Mu, &mut received);
        Trial {
            kind,
            hybrid,
            sent,
            received,
            echo,
            near,
            parts,
        }
    }

    /// Runs a canceller (sent, received, cleaned) over the trial.
    pub fn clean(&self, mut canceller: impl FnMut(&Samples, &Samples, &mut Samples)) -> Vec<i16> {
        let mut clean = Vec::with_capacity(self.sent.len());
        let (sent, _) = self.sent.as_chunks();
        let (received, _) = self.received.as_chunks();
        for (sent, received) in sent.iter().zip(received) {
            let mut out = [0; FRAME];
            canceller(sent, received, &mut out);
            clean.extend(out);
        }
        clean
    }

    /// Runs a canceller and compares.
    pub fn score(&self, canceller: impl FnMut(&Samples, &Samples, &mut Samples)) -> Score {
        let clean = self.clean(canceller);
        let [first, middle, last] = self.parts.clone();
        let settled = |part: &Range<usize>| part.start + 2 * RATE..part.end;
        let double = self.kind == Kind::DoubleTalk;
        let changes = self.kind == Kind::PathChange;
        Score {
            erle_db: self.erle(&clean, settled(&first)),
            ceiling_db: self.erle(&self.without_echo(), settled(&first)),
            echo_db: self.echo_over_wrong(&clean, settled(&first)),
            middle_db: self.echo_over_wrong(&clean, middle.clone()),
            near_db: double.then(|| self.near_over_wrong(&clean, middle.clone())),
            after_db: self.erle(&clean, last.clone()),
            late_db: self.erle(&clean, settled(&last)),
            converged_s: self.speech_until_converged(&clean, first.start),
            reconverged_s: match changes {
                true => self.speech_until_converged(&clean, middle.start),
                false => None,
            },
            worst_db: self.worst(&clean, 2 * RATE),
        }
    }

    fn without_echo(&self) -> Vec<i16> {
        let both = self.received.iter().zip(&self.echo);
        both.map(|(received, echo)| (f32::from(*received) - echo).round() as i16)
            .collect()
    }

    fn erle(&self, clean: &[i16], span: Range<usize>) -> f64 {
        let (mut before, mut after) = (0.0, 0.0);
        for at in self.heard(span) {
            before += energy(&to_float(&self.received[at..at + FRAME]));
            after += energy(&to_float(&clean[at..at + FRAME]));
        }
        decibels(before, after)
    }

    fn echo_over_wrong(&self, clean: &[i16], span: Range<usize>) -> f64 {
        let (mut echo, mut wrong) = (0.0, 0.0);
        for at in self.heard(span) {
            echo += energy(&self.echo[at..at + FRAME]);
            wrong += self.wrong(clean, at..at + FRAME);
        }
        decibels(echo, wrong)
    }

    fn near_over_wrong(&self, clean: &[i16], span: Range<usize>) -> f64 {
        decibels(energy(&self.near[span.clone()]), self.wrong(clean, span))
    }

    /// Energy of what is left of the echo, or was taken of anything else.
    fn wrong(&self, clean: &[i16], span: Range<usize>) -> f64 {
        let wrong = span.map(|n| {
            let right = f32::from(self.received[n]) - self.echo[n];
            f64::from(f32::from(clean[n]) - right).powi(2)
        });
        wrong.sum()
    }

    fn speech_until_converged(&self, clean: &[i16], from: usize) -> Option<f64> {
        const WINDOW: usize = 10;
        let frame = |at| {
            let span = at..at + FRAME;
            (energy(&self.echo[span.clone()]), self.wrong(clean, span))
        };
        let frames: Vec<(f64, f64)> = self.heard(from..clean.len()).map(frame).collect();
        let done = frames.windows(WINDOW).position(|window| {
            let add = |a: (f64, f64), b: &(f64, f64)| (a.0 + b.0, a.1 + b.1);
            let (echo, wrong) = window.iter().fold((0.0, 0.0), add);
            echo > 100.0 * wrong
        })?;
        Some((done * FRAME) as f64 / RATE as f64)
    }

    /// A quarter of a second counts where there is echo of more than -60 dBm0.
    fn worst(&self, clean: &[i16], from: usize) -> f64 {
        const QUARTER: usize = RATE / 4;
        let least = f64::from(sine_peak(-60.0)).powi(2) / 2.0 * QUARTER as f64;
        let windows = (from..clean.len() - QUARTER).step_by(QUARTER / 2);
        let echo = |at: usize| energy(&self.echo[at..at + QUARTER]);
        windows
            .filter(|at| echo(*at) > least)
            .map(|at| decibels(echo(at), self.wrong(clean, at..at + QUARTER)))
            .fold(f64::INFINITY, f64::min)
    }

    /// The frames of a span in which, or before which, we sent more than -40 dBm0.
    fn heard(&self, span: Range<usize>) -> impl Iterator<Item = usize> {
        let least = f64::from(sine_peak(-40.0)).powi(2) / 2.0;
        span.step_by(FRAME).filter(move |at| {
            let sent = to_float(&self.sent[at.saturating_sub(FRAME)..at + FRAME]);
            energy(&sent) > least * sent.len() as f64
        })
    }
}

fn energy(samples: &[f32]) -> f64 {
    samples.iter().map(|s| f64::from(*s).powi(2)).sum()
}

fn decibels(over: f64, under: f64) -> f64 {
    10.0 * ((over + 1e-9) / (under + 1e-9)).log10()
}

fn convolved(samples: &[i16], path: &[f32]) -> Vec<f32> {
    let at = |n: usize| -> f32 {
        let reach = path.len().min(n + 1);
        (0..reach)
            .map(|k| path[k] * f32::from(samples[n - k]))
            .sum()
    };
    (0..samples.len()).map(at).collect()
}

fn noise(random: &mut Random, samples: &mut [f32], dbm0: f64) {
    samples.fill(0.0);
    add_noise(samples, Color::White, dbm0, random);
}

/// A voiced sound of 50 ms, noise of 200 ms, a pause of 100 ms, again and again.
fn composite(random: &mut Random, samples: &mut [f32], dbm0: f64) {
    const VOICED: usize = 400;
    const SOUND: usize = 2000;
    const PERIOD: usize = 2800;
    for period in samples.chunks_mut(PERIOD) {
        period.fill(0.0);
        let sound = SOUND.min(period.len());
        let voiced = VOICED.min(sound);
        // Harmonics of a falling voice, weaker upwards.
        let pitch = random.uniform(110.0, 220.0);
        for harmonic in 1..(3400.0 / pitch) as usize {
            let hz = pitch * harmonic as f64;
            for (n, sample) in period[..voiced].iter_mut().enumerate() {
                *sample += (TAU * hz * n as f64 / RATE as f64).sin() as f32 / harmonic as f32;
            }
        }
        set_level(&mut period[..voiced], dbm0);
        add_noise(&mut period[voiced..sound], Color::White, dbm0, random);
    }
}

fn tones(random: &mut Random, samples: &mut [f32]) {
    let hz = [random.uniform(300.0, 3200.0), random.uniform(300.0, 3200.0)];
    let count = 1 + random.below(2);
    sines(samples, &hz[..count], random.uniform(-20.0, -8.0));
}

/// Five digits a second.
fn digits(random: &mut Random, samples: &mut [f32]) {
    samples.fill(0.0);
    for digit in samples.chunks_mut(RATE / 5) {
        let low = *random.choose(&[697.0, 770.0, 852.0, 941.0]);
        let high = *random.choose(&[1209.0, 1336.0, 1477.0]);
        let on = digit.len() / 2;
        sines(&mut digit[..on], &[low, high], -9.0);
    }
}

fn sines(samples: &mut [f32], hz: &[f64], dbm0: f64) {
    let peak = f64::from(sine_peak(dbm0 as f32));
    for (n, sample) in samples.iter_mut().enumerate() {
        let wave = |hz: &f64| (TAU * hz * n as f64 / RATE as f64).sin();
        *sample = (peak * hz.iter().map(wave).sum::<f64>()) as f32;
    }
}
