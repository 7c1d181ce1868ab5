//! DTMF: the mandatory limits, and the classic procedure around them.
//!
//! What: a case is some audio with digits, or with what must not be taken for one, and the exact
//! digits that must be heard in it. [`mandatory`] is the suite that counts; the other functions
//! measure how far a detector goes beyond it: bandwidth, twist, level, shortest tone and pause,
//! noise, dial tone, latency, and how exactly it tells time and level.
//!
//! How: sines of any phase begin anywhere in a frame; each case goes through one of the two laws,
//! half of them with the noise of an idle line.
//!
//! Limits (ITU-T Q.24, the stricter of its columns; the procedure follows the common bench tests
//! of receivers): accepted within 1.5 % of the frequencies, 0 to -25 dBm0 a tone, the high group
//! from 8 dB weaker to 4 dB stronger, from 40 ms on and off, breaks of up to 10 ms bridged;
//! rejected from 3.5 % off, below -55 dBm0, up to 20 ms.

use crate::{
    mix::{companded, to_pcm},
    random::Random,
};
use dsp::{
    dtmf::{Dtmf, DtmfEvent, Profile},
    level::{ZERO_DBM0_PEAK, sine_peak},
    simd::Path,
    tone_gen::dtmf_pair,
};
use std::f64::consts::TAU;
use types::{
    digits::Digit,
    frame::{FRAME, Law},
    tick::Tick,
};

/// A digit that a detector told.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Heard {
    /// As ASCII.
    pub digit: u8,
    /// Samples consumed when it was told.
    pub at: usize,
    pub detail: Option<Detail>,
}

/// What only some detectors tell. Samples; dBm0 of both tones together; high less low.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Detail {
    pub start: f64,
    pub end: Option<f64>,
    pub level_dbm0: f64,
    pub twist_db: f64,
}

/// A detector: listens to audio from fresh and tells all digits in order.
pub type Listen<'a> = dyn FnMut(&[i16]) -> Vec<Heard> + 'a;

/// The detector of the project, as these suites take one.
pub fn ours(profile: Profile, path: Path) -> impl FnMut(&[i16]) -> Vec<Heard> {
    move |audio| {
        let mut dtmf = Dtmf::with_path(profile, path);
        let mut heard: Vec<Heard> = Vec::new();
        for (n, chunk) in audio.chunks(FRAME).enumerate() {
            let mut frame = [0; FRAME];
            frame[..chunk.len()].copy_from_slice(chunk);
            for event in dtmf.process(&frame, Tick((n * FRAME) as u64)).events {
                match event {
                    DtmfEvent::Start {
                        digit,
                        start,
                        level_dbm0,
                        twist_db,
                    } => heard.push(Heard {
                        digit: digit.ascii(),
                        at: (n + 1) * FRAME,
                        detail: Some(Detail {
                            start: start.0 as f64,
                            end: None,
                            level_dbm0: f64::from(level_dbm0),
                            twist_db: f64::from(twist_db),
                        }),
                    }),
                    DtmfEvent::End { end, .. } => {
                        let last = heard.last_mut().and_then(|heard| heard.detail.as_mut());
                        if let Some(detail) = last {
                            detail.end = Some(end.0 as f64);
                        }
                    }
                }
            }
        }
        heard
    }
}

/// One key and how it is pressed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Key {
    /// As ASCII.
    pub digit: u8,
    /// Frequency errors of the low and the high tone, as shares.
    pub off: [f64; 2],
    /// Levels of the low and the high tone in dBm0.
    pub dbm0: [f64; 2],
    /// Lengths in samples: of the tone, and of the silence after it.
    pub on: usize,
    pub pause: usize,
    /// A break within the tone: its first sample and its length.
    pub gap: Option<(usize, usize)>,
}

impl Key {
    /// 50 ms on and off, at -13 dBm0 a tone.
    pub fn plain(digit: u8) -> Key {
        Key {
            digit,
            off: [0.0; 2],
            dbm0: [-13.0; 2],
            on: 400,
            pause: 400,
            gap: None,
        }
    }

    pub fn any(random: &mut Random) -> Key {
        Key::plain(*random.choose(Digit::ALL))
    }

    /// The stronger tone at this level, the high one above the low by `twist_db`.
    pub fn twisted(self, strongest_dbm0: f64, twist_db: f64) -> Key {
        let low = strongest_dbm0 - twist_db.max(0.0);
        Key {
            dbm0: [low, low + twist_db],
            ..self
        }
    }

    fn add_to(&self, samples: &mut [f32], random: &mut Random) {
        let digit = Digit::parse(self.digit).expect("a digit");
        let (low, high) = dtmf_pair(digit);
        for (tone, hz) in [low, high].into_iter().enumerate() {
            let hz = f64::from(hz) * (1.0 + self.off[tone]);
            let phase = random.uniform(0.0, TAU);
            add_sine(&mut samples[..self.on], hz, self.dbm0[tone], phase);
        }
        if let Some((from, length)) = self.gap {
            samples[from..from + length].fill(0.0);
        }
    }
}

/// Adds a sine. The rotation is exact enough for minutes.
pub fn add_sine(samples: &mut [f32], hz: f64, dbm0: f64, phase: f64) {
    let peak = f64::from(ZERO_DBM0_PEAK) * 10f64.powf(dbm0 / 20.0);
    let (step_im, step_re) = (TAU * hz / 8000.0).sin_cos();
    let (mut im, mut re) = phase.sin_cos();
    for sample in samples {
        *sample += (peak * im) as f32;
        (re, im) = (re * step_re - im * step_im, re * step_im + im * step_re);
    }
}

/// Audio and what must be heard in it.
#[derive(Clone, Debug)]
pub struct Case {
    pub what: &'static str,
    pub accept: bool,
    pub digits: String,
    pub audio: Vec<i16>,
    /// First sample of each key.
    pub begins: Vec<usize>,
    pub keys: Vec<Key>,
}

/// What lies under the keys.
#[derive(Clone, Copy, Debug)]
pub enum Under<'a> {
    Silence,
    /// White noise of this level over 0 to 4 kHz.
    Noise(f64),
    /// Sines: Hz and dBm0; from the first sample on, or only while the first key sounds and after.
    Tones(&'a [(f64, f64)], bool),
}

impl Case {
    /// The keys one after the other, silence of 50 to 60 ms before, of 100 ms after.
    pub fn new(keys: &[Key], under: Under, random: &mut Random) -> Case {
        let lead = 400 + random.below(FRAME);
        let length: usize = keys.iter().map(|key| key.on + key.pause).sum();
        let mut samples = vec![0f32; lead + length + 800];
        let mut begins = Vec::new();
        let mut at = lead;
        for key in keys {
            begins.push(at);
            key.add_to(&mut samples[at..], random);
            at += key.on + key.pause;
        }
        match under {
            Under::Silence => {}
            Under::Noise(dbm0) => {
                let rms = f64::from(sine_peak(dbm0 as f32)) / std::f64::consts::SQRT_2;
                for sample in &mut samples {
                    *sample += (rms * random.normal()) as f32;
                }
            }
            Under::Tones(tones, before) => {
                let from = if before { 0 } else { lead };
                for &(hz, dbm0) in tones {
                    add_sine(&mut samples[from..], hz, dbm0, random.uniform(0.0, TAU));
                }
            }
        }
        let mut audio = to_pcm(&samples);
        companded(*random.choose(&[Law::Mu, Law::A]), &mut audio);
        Case {
            what: "",
            accept: true,
            digits: keys.iter().map(|key| key.digit as char).collect(),
            audio,
            begins,
            keys: keys.to_vec(),
        }
    }

    fn named(self, what: &'static str) -> Case {
        Case { what, ..self }
    }

    fn rejected(self, what: &'static str) -> Case {
        Case {
            what,
            accept: false,
            digits: String::new(),
            ..self
        }
    }

    /// Whether exactly its digits were heard.
    pub fn is_met(&self, heard: &[Heard]) -> bool {
        heard
            .iter()
            .map(|heard| heard.digit)
            .eq(self.digits.bytes())
    }
}

/// How many of how many.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Score {
    pub met: usize,
    pub of: usize,
}

impl Score {
    pub fn add(&mut self, met: bool) {
        self.met += usize::from(met);
        self.of += 1;
    }

    pub fn share(self) -> f64 {
        self.met as f64 / self.of.max(1) as f64
    }

    pub fn is_all(self) -> bool {
        self.met == self.of
    }
}

/// Scores of the mandatory suite, and the first cases that failed.
#[derive(Clone, Debug, Default)]
pub struct Mandatory {
    pub accept: Score,
    pub reject: Score,
    pub failed: Vec<(&'static str, Vec<Key>, String)>,
}

/// Cases of one seed; a fifth of them must be rejected. 40,000 and more make the full suite.
pub fn mandatory(seed: u64, cases: usize, listen: &mut Listen) -> Mandatory {
    let mut result = Mandatory::default();
    for n in 0..cases {
        let case = mandatory_case(seed, n as u64);
        let heard = listen(&case.audio);
        let met = case.is_met(&heard);
        match case.accept {
            true => result.accept.add(met),
            false => result.reject.add(met),
        }
        if !met && result.failed.len() < 20 {
            let heard = heard.iter().map(|heard| heard.digit as char).collect();
            result.failed.push((case.what, case.keys, heard));
        }
    }
    result
}

/// Case `n` of a seed.
pub fn mandatory_case(seed: u64, n: u64) -> Case {
    let random = &mut Random::for_case(seed, n);
    let under = match random.chance(0.5) {
        true => Under::Silence,
        false => Under::Noise(random.uniform(-75.0, -50.0)),
    };
    match n % 10 {
        0..3 => {
            let keys: Vec<Key> = (0..1 + random.below(3)).map(|_| within(random)).collect();
            Case::new(&keys, under, random).named("within the limits")
        }
        3..5 => Case::new(&[at_a_corner(random)], under, random).named("at a corner"),
        5 => {
            let key = Key {
                pause: 320,
                on: 320,
                ..within(random)
            };
            Case::new(&[key; 3], under, random).named("the same again after 40 ms")
        }
        6..8 => {
            let on = 720 + random.below(800);
            let length = 1 + random.below(80);
            let key = Key {
                on,
                gap: Some((random.below(on - length), length)),
                ..within(random)
            };
            Case::new(&[key], under, random).named("a break of up to 10 ms")
        }
        8 => Case::new(&[off_tune(random)], under, random).rejected("off tune"),
        _ => match random.chance(0.7) {
            true => {
                let key = Key {
                    on: 24 + random.below(137),
                    ..within(random)
                };
                Case::new(&[key], under, random).rejected("20 ms and shorter")
            }
            false => {
                let level = random.uniform(-75.0, -55.0);
                let key = within(random).twisted(level, random.uniform(-8.0, 4.0));
                Case::new(&[key], under, random).rejected("below -55 dBm0")
            }
        },
    }
}

/// Anywhere in the region that must be accepted.
pub fn within(random: &mut Random) -> Key {
    let twist = random.uniform(-8.0, 4.0);
    let strongest = random.uniform(-25.0 + twist.abs(), 0.0);
    Key {
        off: [random.uniform(-0.015, 0.015), random.uniform(-0.015, 0.015)],
        on: 320 + random.below(480),
        pause: 320 + random.below(480),
        ..Key::any(random).twisted(strongest, twist)
    }
}

fn at_a_corner(random: &mut Random) -> Key {
    let twist = *random.choose(&[-8.0, 0.0, 4.0]);
    let strongest = *random.choose(&[-25.0 + f64::abs(twist), 0.0]);
    Key {
        off: [0, 1].map(|_| *random.choose(&[-0.015, 0.015])),
        on: 320,
        pause: 320,
        ..Key::any(random).twisted(strongest, twist)
    }
}

/// One tone or both 3.5 to 5 % off; further lie the other rows and columns.
fn off_tune(random: &mut Random) -> Key {
    let mut key = within(random);
    let off = |random: &mut Random| random.uniform(0.035, 0.05) * *random.choose(&[-1.0, 1.0]);
    let which = random.below(3);
    if which != 1 {
        key.off[0] = off(random);
    }
    if which != 0 {
        key.off[1] = off(random);
    }
    key
}

/// Runs `count` cases and tells how many were heard exactly.
pub fn score(
    seed: u64,
    count: usize,
    listen: &mut Listen,
    mut make: impl FnMut(&mut Random) -> Case,
) -> Score {
    let mut score = Score::default();
    for n in 0..count {
        let case = make(&mut Random::for_case(seed, n as u64));
        score.add(case.is_met(&listen(&case.audio)));
    }
    score
}

/// Single digits of 50 ms at -13 dBm0 a tone in white noise, `snr_db` below both tones together.
pub fn noise(seed: u64, count: usize, snr_db: f64, listen: &mut Listen) -> Score {
    score(seed, count, listen, |random| {
        let key = Key::any(random);
        let both = key.dbm0[0] + 10.0 * 2f64.log10();
        Case::new(&[key], Under::Noise(both - snr_db), random)
    })
}

/// Digits of 50 to 100 ms that begin while a dial tone sounds, or together with it; each of its
/// sines is `above_db` stronger than a tone of the digit.
pub fn dial_tone(seed: u64, count: usize, hz: &[f64], above_db: f64, listen: &mut Listen) -> Score {
    score(seed, count, listen, |random| {
        let level = random.uniform(-25.0, -6.0 - above_db);
        let key = Key {
            dbm0: [level; 2],
            on: 400 + random.below(400),
            ..Key::any(random)
        };
        let tones: Vec<(f64, f64)> = hz.iter().map(|&hz| (hz, level + above_db)).collect();
        let before = random.chance(0.5);
        Case::new(&[key; 1], Under::Tones(&tones, before), random)
    })
}
