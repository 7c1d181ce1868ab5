//! Detectors with arbitrary samples, losses and resets.

use crate::{
    octets::Octets,
    subject::{Subject, Told, subjects},
};
use dsp::{
    g711,
    plan::ToneDef,
    tone_gen::{DigitGen, ToneGen},
};
use types::{
    digits::Digits,
    frame::{FRAME, Law, Samples},
    tick::Tick,
};

/// Frames that one input may take, half a minute.
const MOST_FRAMES: usize = 3000;

/// The octets as a line's history: noise, tones, digits, clicks, octets as they are, samples
/// that were lost, resets. No detector panics, tells a number that is none, has one inside or
/// grows; and after a reset each tells what a new one tells.
pub fn detectors(data: &[u8]) {
    let mut octets = Octets::new(data);
    let mut stage = Stage::new(subjects(&mut octets));
    let country = octets.next();
    while !octets.is_empty() && stage.frames < MOST_FRAMES {
        act(&mut stage, &mut octets, country);
    }
    stage.check();
    stage.compare_reset(subjects(&mut Octets::new(data)));
}

/// The detectors and the line that they hear.
struct Stage {
    subjects: Vec<Box<dyn Subject>>,
    /// Characters that each takes to be shown when new.
    sizes: Vec<usize>,
    told: Told,
    at: Tick,
    frames: usize,
    phone: Samples,
    echo: bool,
}

impl Stage {
    fn new(subjects: Vec<Box<dyn Subject>>) -> Stage {
        Stage {
            sizes: subjects.iter().map(|one| shown(&**one)).collect(),
            subjects,
            told: Told::default(),
            at: Tick(0),
            frames: 0,
            phone: [0; FRAME],
            echo: false,
        }
    }

    fn frame(&mut self, trunk: &Samples) {
        for subject in &mut self.subjects {
            subject.frame(&self.phone, trunk, self.at, &mut self.told);
        }
        self.told.0.clear();
        self.phone = if self.echo { *trunk } else { [0; FRAME] };
        self.at = Tick(self.at.0 + FRAME as u64);
        self.frames += 1;
    }

    fn lost(&mut self, samples: u32) {
        self.at = Tick(self.at.0 + u64::from(samples));
        self.subjects.iter_mut().for_each(|one| one.lost(samples));
    }

    /// No number inside is none, and nothing grew: a list without an end would show.
    fn check(&self) {
        for (subject, size) in self.subjects.iter().zip(&self.sizes) {
            let now = shown(&**subject);
            assert!(
                now < 4 * size + 20_000,
                "grown from {size} to {now}: {subject:?}"
            );
        }
    }

    /// After a reset each tells what a new one tells.
    fn compare_reset(mut self, mut new: Vec<Box<dyn Subject>>) {
        for (subject, new) in self.subjects.iter_mut().zip(&mut new) {
            subject.reset();
            let [reset, new] = [subject, new].map(|subject| probe(&mut **subject, self.at));
            assert!(
                alike(&reset, &new),
                "after a reset\n{reset}\nand new\n{new}"
            );
        }
    }
}

/// Whether the texts are the same but for rounding in their numbers: an oscillator that was not
/// turned back to its beginning rounds otherwise.
fn alike(a: &str, b: &str) -> bool {
    let parts = |text: &str| -> Vec<String> {
        let cut = |c: char| !c.is_ascii_digit() && c != '.' && c != '-';
        text.split_inclusive(cut)
            .flat_map(|part| {
                let at = part.trim_end_matches(cut).len();
                [part[..at].to_owned(), part[at..].to_owned()]
            })
            .collect()
    };
    let near = |a: &String, b: &String| match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => (a - b).abs() <= 0.02 + 1e-5 * a.abs(),
        _ => a == b,
    };
    let (a, b) = (parts(a), parts(b));
    a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| near(a, b))
}

/// How long it is when shown, which must hold no number that is none.
fn shown(subject: &dyn Subject) -> usize {
    let shown = format!("{subject:?}");
    let at = shown.find("NaN");
    let near = at.map(|at| &shown[at.saturating_sub(200)..at + 3]);
    assert_eq!(near, None, "a number that is none");
    shown.len()
}

/// What is told of a second of silence, a digit and some busy tone.
fn probe(subject: &mut dyn Subject, mut at: Tick) -> String {
    let busy = tonetables::load("us").expect("a good table").tones;
    let busy = busy.tone(types::tone::Tone::Busy).expect("busy");
    let mut tone = ToneGen::new(busy);
    let mut digits = DigitGen::new(-8.0, -6.0, 80, 80);
    digits.send(Digits::parse("5").expect("a digit"));
    let mut told = Told::default();
    for n in 0..350 {
        let mut frame = [0; FRAME];
        match n {
            0..100 => {}
            100..150 => drop(digits.fill(&mut frame)),
            _ => tone.fill(&mut frame),
        }
        subject.frame(&[0; FRAME], &frame, at, &mut told);
        at = Tick(at.0 + FRAME as u64);
    }
    told.0
}

/// One thing that happens.
fn act(stage: &mut Stage, octets: &mut Octets<'_>, country: u8) {
    let what = octets.next();
    stage.echo = what & 0x80 != 0;
    match what & 15 {
        0 => noise(stage, octets),
        1 => companded(stage, octets, Law::Mu),
        2 => companded(stage, octets, Law::A),
        3 => linear(stage, octets),
        4 => square(stage, octets),
        5 => constant(stage, octets),
        6 => sines(stage, octets),
        7 => digits(stage, octets),
        8 | 9 => tone(stage, octets, country),
        10 => stage.lost(u32::from(octets.next())),
        11 => stage.lost(octets.next_u32()),
        12 => stage.subjects.iter_mut().for_each(|one| one.reset()),
        13 => click(stage, octets),
        14 => quiet(stage, 3 * usize::from(octets.next())),
        _ => quiet(stage, 1 + usize::from(octets.next() & 7)),
    }
}

/// Up to this many frames of one sort.
fn length(octets: &mut Octets<'_>) -> usize {
    1 + usize::from(octets.next()) / 4
}

fn quiet(stage: &mut Stage, frames: usize) {
    (0..frames).for_each(|_| stage.frame(&[0; FRAME]));
}

fn noise(stage: &mut Stage, octets: &mut Octets<'_>) {
    let (frames, shift) = (length(octets), octets.next() % 16);
    let mut random = octets.next_u32() | 1;
    for _ in 0..frames {
        let frame = std::array::from_fn(|_| {
            random ^= random << 13;
            random ^= random >> 17;
            random ^= random << 5;
            (random as i16) >> shift
        });
        stage.frame(&frame);
    }
}

fn companded(stage: &mut Stage, octets: &mut Octets<'_>, law: Law) {
    let raw: [u8; FRAME] = std::array::from_fn(|_| octets.next());
    let mut frame = [0; FRAME];
    g711::decode(law, &raw, &mut frame);
    stage.frame(&frame);
}

fn linear(stage: &mut Stage, octets: &mut Octets<'_>) {
    let frame = std::array::from_fn(|_| octets.next_i16());
    stage.frame(&frame);
}

/// From one end of the range to the other, each for so many samples.
fn square(stage: &mut Stage, octets: &mut Octets<'_>) {
    let (frames, half) = (length(octets), 1 + usize::from(octets.next()));
    for n in 0..frames {
        let level = |at: usize| match (n * FRAME + at) / half % 2 {
            0 => i16::MIN,
            _ => i16::MAX,
        };
        stage.frame(&std::array::from_fn(level));
    }
}

fn constant(stage: &mut Stage, octets: &mut Octets<'_>) {
    let (frames, level) = (length(octets), octets.next_i16());
    (0..frames).for_each(|_| stage.frame(&[level; FRAME]));
}

fn sines(stage: &mut Stage, octets: &mut Octets<'_>) {
    let frames = length(octets);
    let hz = [octets.next(), octets.next()].map(|octet| 16.0 * f64::from(octet));
    let peak = [octets.next(), octets.next()].map(|octet| 128.0 * f64::from(octet));
    for n in 0..frames {
        let frame = std::array::from_fn(|at| {
            let turn = std::f64::consts::TAU * (n * FRAME + at) as f64 / 8000.0;
            let sum: f64 = hz
                .iter()
                .zip(peak)
                .map(|(hz, peak)| peak * (hz * turn).sin())
                .sum();
            sum as i16
        });
        stage.frame(&frame);
    }
}

fn digits(stage: &mut Stage, octets: &mut Octets<'_>) {
    let keys = b"0123456789*#ABCD";
    let count = 1 + octets.next() % 8;
    let keys: String = (0..count)
        .map(|_| char::from(keys[usize::from(octets.next()) % keys.len()]))
        .collect();
    let levels = [octets.next(), octets.next()].map(|octet| 3.0 - f32::from(octet % 64));
    let [on, off] = [octets.next(), octets.next()].map(u32::from);
    let mut sender = DigitGen::new(levels[0], levels[1], on, off);
    sender.send(Digits::parse(&keys).expect("digits"));
    let mut frame = [0; FRAME];
    while sender.fill(&mut frame) {
        stage.frame(&frame);
    }
}

/// A tone of some network, from some moment on.
fn tone(stage: &mut Stage, octets: &mut Octets<'_>, country: u8) {
    let codes: Vec<&str> = tonetables::codes().collect();
    let code = codes[usize::from(country) % codes.len()];
    let tones = tonetables::load(code).expect("a good table").tones.tones;
    let def: &ToneDef = &tones[octets.below(tones.len())];
    let mut sound = ToneGen::new(def);
    sound.fill(&mut vec![0; 40 * usize::from(octets.next())]);
    for _ in 0..6 * length(octets) {
        let mut frame = [0; FRAME];
        sound.fill(&mut frame);
        stage.frame(&frame);
    }
}

/// Pulses with so many frames between.
fn click(stage: &mut Stage, octets: &mut Octets<'_>) {
    let (count, pause) = (1 + octets.next() % 12, octets.next() % 16);
    let (at, level) = (octets.below(FRAME), octets.next_i16());
    for _ in 0..count {
        let mut frame = [0; FRAME];
        frame[at] = level;
        stage.frame(&frame);
        quiet(stage, usize::from(pause));
    }
}
