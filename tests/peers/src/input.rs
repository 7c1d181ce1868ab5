//! The audio that speeds are measured on: speech of the installed recordings with digits in it.

use anyhow::Context;
use dsp::tone_gen::DigitGen;
use suites::{corpus::Corpus, mix, random::Random};
use types::{
    digits::{Digit, Digits},
    frame::Law,
};

const SAMPLE_RATE: usize = 8000;

/// The corpora, or how to install them.
pub fn corpus() -> anyhow::Result<Corpus> {
    Corpus::installed().context("the recordings")
}

/// So many seconds of prompts at -20 dBm0, in mu-law.
pub fn speech(seed: u64, seconds: usize) -> anyhow::Result<Vec<i16>> {
    let mut random = Random::new(seed);
    let speech = corpus()?.speech();
    let mut samples: Vec<f32> = Vec::with_capacity(seconds * SAMPLE_RATE);
    while samples.len() < seconds * SAMPLE_RATE {
        let recording = random.choose(&speech.recordings);
        let mut spoken = mix::to_float(&recording.samples()?);
        mix::set_active_level(&mut spoken, -20.0);
        samples.extend(spoken);
    }
    samples.truncate(seconds * SAMPLE_RATE);
    let mut pcm = mix::to_pcm(&samples);
    mix::companded(Law::Mu, &mut pcm);
    Ok(pcm)
}

/// The same with a digit at the end of each second and a half.
pub fn speech_and_digits(seed: u64, seconds: usize) -> anyhow::Result<Vec<i16>> {
    let mut random = Random::new(seed);
    let mut samples = speech(seed, seconds)?;
    for part in samples.chunks_exact_mut(3 * SAMPLE_RATE / 2) {
        let digit = digit(&mut random, 70);
        let from = part.len() - digit.len();
        part[from..].copy_from_slice(&digit);
    }
    Ok(samples)
}

/// So many seconds of digits of 60 ms with 60 ms between, in mu-law.
pub fn dense_digits(seed: u64, seconds: usize) -> Vec<i16> {
    let mut random = Random::new(seed);
    let digits = std::iter::from_fn(|| Some(digit(&mut random, 60)));
    let digits = digits.take(seconds * SAMPLE_RATE / DIGIT + 1);
    let mut samples: Vec<i16> = digits.flatten().collect();
    samples.truncate(seconds * SAMPLE_RATE);
    samples
}

/// Samples of a digit and the silence after it.
const DIGIT: usize = 960;

/// So many milliseconds of a digit, with silence up to 120 ms.
fn digit(random: &mut Random, ms: u32) -> Vec<i16> {
    let key = char::from(*random.choose(Digit::ALL));
    let mut keys = DigitGen::new(-11.0, -9.0, ms, 120 - ms);
    keys.send(Digits::parse(&key.to_string()).expect("a digit"));
    let mut samples = vec![0; DIGIT];
    keys.fill(&mut samples);
    mix::companded(Law::Mu, &mut samples);
    samples
}
