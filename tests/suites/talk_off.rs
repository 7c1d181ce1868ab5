//! Talk-off: recordings of speech and music in which no digit may be heard.
//!
//! What: counts the digits that a detector hears in all installed recordings, at several levels,
//! speeds and mixed with each other. Another speed is another talker, so to say.

use crate::{
    corpus::{Corpus, Error, Recording},
    dtmf::Listen,
    mix::{at_speed, gain, mix, to_float, to_pcm},
};

/// Speeds of the long sweep.
pub fn speeds() -> impl Iterator<Item = f64> {
    (0..36).map(|n| 0.65 + 0.95 * f64::from(n) / 35.0)
}

/// What was heard in how much.
#[derive(Clone, Debug, Default)]
pub struct TalkOff {
    pub hours: f64,
    /// Recording, speed, digit, second.
    pub hits: Vec<(String, f64, char, f64)>,
}

impl TalkOff {
    fn hear(&mut self, what: &str, speed: f64, audio: &[f32], listen: &mut Listen) {
        self.hours += audio.len() as f64 / 8000.0 / 3600.0;
        for heard in listen(&to_pcm(audio)) {
            let second = heard.at as f64 / 8000.0;
            let digit = heard.digit as char;
            self.hits.push((what.to_owned(), speed, digit, second));
        }
    }
}

/// Each recording at each of these speeds and levels.
///
/// # Errors
/// When a recording cannot be read.
pub fn alone(
    corpus: &Corpus,
    speeds: &[f64],
    levels_db: &[f64],
    listen: &mut Listen,
) -> Result<TalkOff, Error> {
    let mut result = TalkOff::default();
    for recording in &corpus.recordings {
        let plain = to_float(&recording.samples()?);
        for &speed in speeds {
            let played = played(&plain, speed);
            for &level in levels_db {
                let mut audio = played.clone();
                gain(&mut audio, level);
                result.hear(&recording.name, speed, &audio, listen);
            }
        }
    }
    Ok(result)
}

/// Each recording of the one with one of the other in turn, both 3 dB lower, at each speed.
///
/// # Errors
/// When a recording cannot be read.
pub fn mixed(
    one: &Corpus,
    other: &Corpus,
    speeds: &[f64],
    listen: &mut Listen,
) -> Result<TalkOff, Error> {
    let mut result = TalkOff::default();
    let shifted = other.recordings.iter().cycle().skip(1);
    for (a, b) in one.recordings.iter().zip(shifted) {
        let audio = together(a, b)?;
        for &speed in speeds {
            let what = format!("{} with {}", a.name, b.name);
            result.hear(&what, speed, &played(&audio, speed), listen);
        }
    }
    Ok(result)
}

fn together(a: &Recording, b: &Recording) -> Result<Vec<f32>, Error> {
    let mut audio = to_float(&a.samples()?);
    gain(&mut audio, -3.0);
    let other = to_float(&b.samples()?);
    if !other.is_empty() {
        let other: Vec<f32> = other.iter().copied().cycle().take(audio.len()).collect();
        mix(&mut audio, &other, -3.0);
    }
    Ok(audio)
}

fn played(samples: &[f32], speed: f64) -> Vec<f32> {
    match speed == 1.0 {
        true => samples.to_vec(),
        false => at_speed(samples, speed),
    }
}
