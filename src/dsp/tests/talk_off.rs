//! The project's recorded prompts, as speech: no digit, no tone, but a voice.

mod bench;

use bench::*;
use dsp::{
    dtmf::{Dtmf, DtmfEvent, Profile},
    g711,
    progress::{Progress, ProgressEvent},
    voice::{Voice, VoiceEvent, VoiceSettings},
};
use std::path::{Path, PathBuf};
use types::{frame::Law, tick::Ticks};

/// All prompts in a fixed order; there must be some.
fn prompts() -> Vec<(PathBuf, Vec<i16>)> {
    let mut files = Vec::new();
    let sets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../speech/sets");
    collect(&sets, &mut files);
    files.sort();
    assert!(
        files.len() > 100,
        "{} prompts in {}",
        files.len(),
        sets.display()
    );
    let read = |path: PathBuf| {
        let audio = read_mu_law_wav(&std::fs::read(&path).expect("a readable file"));
        (path, audio)
    };
    files.into_iter().map(read).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the prompts are there") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "wav") {
            files.push(path);
        }
    }
}

fn read_mu_law_wav(file: &[u8]) -> Vec<i16> {
    assert_eq!((&file[..4], &file[8..12]), (&b"RIFF"[..], &b"WAVE"[..]));
    let mut at = 12;
    loop {
        let length = u32::from_le_bytes(file[at + 4..at + 8].try_into().expect("four")) as usize;
        let body = &file[at + 8..at + 8 + length];
        match &file[at..at + 4] {
            b"fmt " => assert_eq!(body[..2], [7, 0], "mu-law"),
            b"data" => {
                let mut samples = vec![0; length];
                g711::decode(Law::Mu, body, &mut samples);
                return samples;
            }
            _ => {}
        }
        at += 8 + length + length % 2;
    }
}

/// The same speech by another talker, so to say: played at another speed.
fn at_speed(samples: &[i16], speed: f32) -> Vec<i16> {
    let count = ((samples.len() - 1) as f32 / speed) as usize;
    let at = |n: usize| {
        let position = n as f32 * speed;
        let (whole, part) = (position as usize, position.fract());
        let (a, b) = (f32::from(samples[whole]), f32::from(samples[whole + 1]));
        (a + part * (b - a)) as i16
    };
    (0..count).map(at).collect()
}

const SPEEDS: [f32; 9] = [1.0, 0.7, 0.77, 0.85, 0.93, 1.07, 1.15, 1.23, 1.3];

#[test]
fn prompts_are_no_digits() {
    let mut seconds = 0.0;
    let mut found = [Vec::new(), Vec::new()];
    let mut suspects = [0; 2];
    for (path, audio) in prompts() {
        for speed in SPEEDS {
            let audio = at_speed(&audio, speed);
            seconds += audio.len() as f32 / 8000.0;
            for (at, profile) in [Profile::Talk, Profile::PinEntry].into_iter().enumerate() {
                let mut dtmf = Dtmf::new(profile);
                for (frame, tick) in frames(&audio) {
                    let heard = dtmf.process(&frame, tick);
                    suspects[at] += usize::from(heard.suspect);
                    for event in heard.events {
                        if let DtmfEvent::Start { digit, .. } = event {
                            found[at].push((
                                path.file_name().map(|n| n.to_owned()),
                                speed,
                                digit,
                                tick.0 / 8,
                            ));
                        }
                    }
                }
            }
        }
    }
    println!(
        "{:.2} h of speech; suspect frames {suspects:?}",
        seconds / 3600.0
    );
    println!("talk {:?}", found[0]);
    println!("PIN entry {:?}", found[1]);
    assert!(found[0].is_empty(), "in talk: {:?}", found[0]);
    // The nine languages as they are make no digit. At other speeds, which are talkers that there are
    // not, one in five hours may.
    let as_they_are = found[1].iter().filter(|hit| hit.1 == 1.0).count();
    assert_eq!(as_they_are, 0, "in PIN entry: {:?}", found[1]);
    let bearable = (seconds / (5.0 * 3600.0)).ceil() as usize;
    assert!(found[1].len() <= bearable, "in PIN entry: {:?}", found[1]);
}

#[test]
fn prompts_are_no_network_tones() {
    let mut progress = Progress::new(&us());
    let mut told = Vec::new();
    let (mut tonal, mut all) = (0, 0);
    for (path, audio) in prompts() {
        for speed in SPEEDS {
            for (frame, tick) in frames(&at_speed(&audio, speed)) {
                let heard = progress.process(&frame, tick);
                all += 1;
                tonal += usize::from(heard.tonal);
                for event in heard.events {
                    if let ProgressEvent::Tone { tone, .. } = event {
                        told.push((path.clone(), speed, tone, tick.0 / 8));
                    }
                }
            }
            progress.reset();
        }
    }
    println!("{tonal} of {all} frames tonal; {told:?}");
    assert!(told.is_empty(), "{told:?}");
}

/// As loud as they are all of them. 12 dB below, single words of nothing but sharp sounds may be missed,
/// such as "sechzig": at most one prompt in a hundred.
#[test]
fn prompts_are_voices() {
    let (mut all, mut missed) = (0, Vec::new());
    for (path, audio) in prompts() {
        all += 1;
        for level in [0.0, -12.0] {
            let mut audio = audio.clone();
            gain(&mut audio, level);
            add_noise(&mut Rng::new(1), &mut audio, -50.0);
            let mut voice = Voice::new(VoiceSettings {
                silence: Ticks::secs(60),
            });
            let mut progress = Progress::new(&us());
            let began = frames(&audio).any(|(frame, at)| {
                let tonal = progress.process(&frame, at).tonal;
                let mut events = voice.process(&frame, at, tonal).into_iter();
                events.any(|e| matches!(e, VoiceEvent::Began { .. }))
            });
            assert!(began || level < 0.0, "{}", path.display());
            if !began {
                assert!(audio.len() < 2 * 8000, "{} at {level} dB", path.display());
                missed.push(path.clone());
            }
        }
    }
    assert!(
        missed.len() * 100 <= all,
        "{} of {all}: {missed:?}",
        missed.len()
    );
}
