//! The built-in recordings, measured.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::speech;
use crate::{SAMPLE_RATE, g711};

#[test]
fn every_recording_is_levelled_trimmed_and_unclipped() {
    let speech = speech();
    for (language, id, name) in speech.clips() {
        let audio: Vec<f64> = speech.clip(id).iter().map(|&octet| linear(octet)).collect();
        let seconds = audio.len() as f64 / SAMPLE_RATE as f64;
        assert!(
            (0.15..=12.0).contains(&seconds),
            "{language} {name}: {seconds} s"
        );
        let level = active_dbfs(&audio);
        assert!(
            (level + 19.0).abs() < 1.5,
            "{language} {name}: {level} dBFS"
        );
        let peak = audio
            .iter()
            .fold(0.0, |peak: f64, sample| peak.max(sample.abs()));
        assert!(peak < 0.95, "{language} {name}: peak {peak}");
        let edge = SAMPLE_RATE / 200;
        for (end, samples) in [
            ("start", &audio[..edge]),
            ("end", &audio[audio.len() - edge..]),
        ] {
            let level = dbfs(samples);
            assert!(level < -40.0, "{language} {name}: {end} at {level} dBFS");
        }
    }
}

#[test]
fn no_recording_is_left_over() {
    let speech = speech();
    let known: BTreeSet<String> = speech
        .clips()
        .map(|(language, _, name)| format!("{language}/{name}.wav"))
        .collect();
    let sets = Path::new(env!("CARGO_MANIFEST_DIR")).join("sets");
    for language in speech.languages() {
        for file in fs::read_dir(sets.join(language.code())).unwrap() {
            let file = file.unwrap().file_name();
            let file = format!("{language}/{}", file.to_str().unwrap());
            assert!(known.contains(&file), "{file} is in no catalogue");
        }
    }
}

fn linear(octet: u8) -> f64 {
    f64::from(g711::linear_from_mulaw(octet)) / 32768.0
}

/// RMS of the 20 ms frames within 30 dB of the loudest: of the speech, not of its pauses.
fn active_dbfs(audio: &[f64]) -> f64 {
    let levels = || audio.chunks_exact(SAMPLE_RATE / 50).map(dbfs);
    let loudest = levels().fold(f64::MIN, f64::max);
    let active = levels().filter(|level| *level > loudest - 30.0);
    let powers: Vec<f64> = active.map(|level| 10f64.powf(level / 10.0)).collect();
    10.0 * (powers.iter().sum::<f64>() / powers.len() as f64).log10()
}

fn dbfs(samples: &[f64]) -> f64 {
    let power = samples.iter().map(|sample| sample * sample).sum::<f64>() / samples.len() as f64;
    10.0 * (power + 1e-12).log10()
}
